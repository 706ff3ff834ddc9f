/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/status.h"
#include "map/work.h"

static const double ln_2 = 0.69314718055994530942;

static void slot_layout(favor_slot *slot, const favor_map *map, favor_precision precision,
                        favor_arena *arena) {
  favor_rows_layout(&slot->rows, map, precision, FAVOR_TILE_ROWS, arena);
}

/* Raw exponents or factors of a panel of one row, in place, to logarithms and signs; `factors` are
 * those besides exponents, or NULL; `whole` is the sign of the row in the panel. */
static void log_row(bool exponent, int64_t columns, double r, int whole, const double *factors,
                    double *log_phi, int8_t *sign) {
  for (int64_t j = 0; j < columns; ++j) {
    const double e = exponent ? log_phi[j] : 0;
    const double g = factors ? factors[j] : exponent ? 1 : log_phi[j];
    const bool none = whole == 0 || g == 0;
    log_phi[j] = none ? -INFINITY : ln_2 * (e + r);
    if (!none && g != 1) log_phi[j] += log(fabs(g));
    if (sign) sign[j] = (int8_t)(whole * ((g > 0) - (g < 0)));
  }
}

static void log_rows(const favor_map *map, favor_side side, favor_rows *rows, double *log_phi,
                     int64_t ldl, int8_t *sign) {
  const unsigned char *base = favor_map_base(map);
  favor_walk walk;
  for (bool more = favor_node_first(&map->node, base, &walk); more;
       more = favor_node_next(&map->node, base, &walk)) {
    const bool exponent = favor_rows_has_exponents(map, &walk);
    const double *factors = favor_rows_has_both(map, &walk) ? rows->factors : NULL;
    favor_panel panel;
    favor_node_scalars(&map->node, base, side, &walk, &rows->tile, &panel);
    for (int64_t i = 0; i < rows->tile.rows; ++i) {
      const int64_t at = i * ldl + walk.first;
      log_row(exponent, walk.columns, panel.r[i], panel.sign ? panel.sign[i] : 1,
              factors ? factors + i * rows->ldf + walk.first : NULL, log_phi + at,
              sign ? sign + at : NULL);
    }
  }
}

static void nan_row(const favor_map *map, double *log_phi, int8_t *sign) {
  for (int64_t j = 0; j < map->node.features; ++j) {
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
      {"x", "ldx", x, n, map->node.dim, ldx, sizeof *x, false},
      {"log_phi", "ldl", log_phi, n, map->node.features, ldl, sizeof *log_phi, true},
      {"sign", "ldl", sign, sign ? n : 0, map->node.features, ldl, 1, true},
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
    log_rows(map, side, &slot.rows, log_phi + first * ldl, ldl, sign ? sign + first * ldl : NULL);
    for (int64_t i = 0; i < rows; ++i) {
      if (slot.rows.tile.finite[i]) continue;
      nan_row(map, log_phi + (first + i) * ldl, sign ? sign + (first + i) * ldl : NULL);
      favor_tally_row(&tally.nonfinite, first + i);
    }
  }
  favor_work_end(&work);
  return favor_tally_end(&tally, report);
}
