/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/status.h"
#include "map/work.h"

static const double ln_2 = 0.69314718055994530942;

static void slot_layout(favor_slot *slot, const favor_map *map, favor_precision precision,
                        favor_arena *arena) {
  favor_rows_layout(&slot->rows, map, precision, FAVOR_TILE_ROWS, arena);
}

/* Raw exponents or factors of one row, in place, to logarithms and signs. */
static void log_row(const favor_map *map, double r, double *log_phi, int8_t *sign) {
  const bool exponent = favor_form_has_exponent(map->leaf.form);
  for (int64_t j = 0; j < map->leaf.features; ++j) {
    const double raw = log_phi[j];
    if (exponent) {
      log_phi[j] = ln_2 * (raw + r);
    } else {
      log_phi[j] = raw == 0 ? -INFINITY : log(fabs(raw)) + ln_2 * r;
    }
    if (sign) sign[j] = (int8_t)(exponent ? 1 : (raw > 0) - (raw < 0));
  }
}

static void nan_row(const favor_map *map, double *log_phi, int8_t *sign) {
  for (int64_t j = 0; j < map->leaf.features; ++j) {
    log_phi[j] = NAN;
    if (sign) sign[j] = 0;
  }
}

favor_status favor_map_log_features_f64(const favor_map *map, favor_side side, int64_t n,
                                        const double *x, int64_t ldx, double *log_phi, int64_t ldl,
                                        int8_t *sign, favor_report *report) {
  favor_work work;
  favor_slot slot;
  favor_tally tally;
  favor_report_begin(report);
  favor_status status = favor_check_map_call(report, map, side);
  if (status < 0) return status;
  const favor_array arrays[] = {
      favor_array_rows("n", n),
      {"x", "ldx", x, n, map->leaf.dim, ldx, sizeof *x, false},
      {"log_phi", "ldl", log_phi, n, map->leaf.features, ldl, sizeof *log_phi, true},
      {"sign", "ldl", sign, sign ? n : 0, map->leaf.features, ldl, 1, true},
  };
  status = favor_check_arrays(report, sizeof arrays / sizeof *arrays, arrays);
  if (status < 0) return status;
  const int64_t tiles = (n + FAVOR_TILE_ROWS - 1) / FAVOR_TILE_ROWS;
  status = favor_work_begin(&work, map, FAVOR_F64, slot_layout, tiles, NULL, NULL, 0, report);
  if (status < 0 || n == 0) return favor_report_end(report, status);
  favor_work_slot(&work, 0, slot_layout, &slot);
  favor_tally_begin(&tally);
  for (int64_t first = 0; first < n; first += FAVOR_TILE_ROWS) {
    const int64_t rows = n - first < FAVOR_TILE_ROWS ? n - first : FAVOR_TILE_ROWS;
    favor_rows_raw(map, FAVOR_F64, side, &slot.rows, rows, x + first * ldx, ldx,
                   log_phi + first * ldl, ldl);
    for (int64_t i = 0; i < rows; ++i) {
      double *l = log_phi + (first + i) * ldl;
      int8_t *s = sign ? sign + (first + i) * ldl : NULL;
      if (slot.rows.tile.finite[i]) {
        log_row(map, slot.rows.tile.r[i], l, s);
      } else {
        nan_row(map, l, s);
        favor_tally_row(&tally.nonfinite, first + i);
      }
    }
  }
  favor_work_end(&work);
  return favor_tally_end(&tally, report);
}
