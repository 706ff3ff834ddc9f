/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>

#include "base/executor.h"
#include "base/real.h"
#include "base/status.h"
#include "map/work.h"

static const double ln_2 = 0.69314718055994530942;

typedef struct favor_apply {
  const favor_map *map;
  favor_precision precision;
  favor_side side;
  int64_t n, ldx, ldphi;
  const void *x;
  void *phi;
  double *log_scale;
  favor_work work;
  favor_tally tally;
} favor_apply;

static void slot_layout(favor_slot *slot, const favor_map *map, favor_precision precision,
                        favor_arena *arena) {
  favor_rows_layout(&slot->rows, map, precision, FAVOR_TILE_ROWS, arena);
}

/* Replace what does not fit by the largest finite number; true if there was any. */
static bool saturate(favor_precision precision, void *row, int64_t features) {
  bool any = false;
  for (int64_t j = 0; j < features; ++j) {
    if (precision == FAVOR_F32) {
      float *f = (float *)row + j;
      if (isinf(*f)) *f = copysignf(FLT_MAX, *f), any = true;
    } else {
      double *f = (double *)row + j;
      if (isinf(*f)) *f = copysign(DBL_MAX, *f), any = true;
    }
  }
  return any;
}

static void fill_nan(favor_precision precision, void *row, int64_t features) {
  for (int64_t j = 0; j < features; ++j) favor_real_set(precision, row, j, NAN);
}

/* The documented rules for rows without a finite norm and for features that do not fit. */
static void finish_row(favor_apply *a, const favor_rows *buffers, int64_t i, int64_t row,
                       void *phi) {
  const int64_t features = a->map->node.features;
  if (!buffers->tile.finite[i]) {
    fill_nan(a->precision, phi, features);
    if (a->log_scale) a->log_scale[row] = NAN;
    favor_tally_row(&a->tally.nonfinite, row);
  } else if (a->log_scale) {
    a->log_scale[row] = ln_2 * buffers->scale[i];
  } else if (saturate(a->precision, phi, features)) {
    favor_tally_row(&a->tally.overflow, row);
  }
}

static void apply_tile(void *ctx, int64_t slot, int64_t item) {
  favor_apply *a = ctx;
  favor_slot buffers;
  favor_work_slot(&a->work, slot, slot_layout, &buffers);
  const int64_t first = item * FAVOR_TILE_ROWS;
  const int64_t rows = a->n - first < FAVOR_TILE_ROWS ? a->n - first : FAVOR_TILE_ROWS;
  const void *x = favor_rows_at(a->precision, a->x, first, a->ldx);
  unsigned char *phi = a->phi;
  phi += (size_t)first * (size_t)a->ldphi * a->map->table[a->precision]->real;
  favor_rows_raw(a->map, a->precision, a->side, &buffers.rows, rows, x, a->ldx, phi, a->ldphi);
  if (a->log_scale) {
    favor_rows_relative(a->map, a->precision, &buffers.rows, phi, a->ldphi);
  } else {
    favor_rows_absolute(a->map, a->precision, &buffers.rows, phi, a->ldphi);
  }
  const size_t step = (size_t)a->ldphi * a->map->table[a->precision]->real;
  for (int64_t i = 0; i < rows; ++i)
    finish_row(a, &buffers.rows, i, first + i, phi + (size_t)i * step);
}

static favor_status apply(favor_apply *a, void *work, size_t work_size,
                          const favor_executor *executor, favor_report *report) {
  favor_report_begin(report);
  favor_status status = favor_check_map_call(report, a->map, a->side);
  if (status < 0) return status;
  const size_t real = a->map->table[a->precision]->real;
  const int64_t d = a->map->node.dim, features = a->map->node.features;
  const favor_array arrays[] = {
      favor_array_rows("n", a->n),
      {"x", "ldx", a->x, a->n, d, a->ldx, real, false},
      {"phi", "ldphi", a->phi, a->n, features, a->ldphi, real, true},
      {"log_scale", "log_scale", a->log_scale, a->log_scale ? a->n : 0, 1, 1, sizeof(double), true},
      favor_array_work(work, work_size),
  };
  status = favor_check_arrays(report, sizeof arrays / sizeof *arrays, arrays);
  if (status < 0) return status;
  const int64_t items = (a->n + FAVOR_TILE_ROWS - 1) / FAVOR_TILE_ROWS;
  status = favor_work_begin(&a->work, a->map, a->precision, slot_layout, items, executor, work,
                            work_size, report);
  if (status < 0) return status;
  favor_tally_begin(&a->tally);
  favor_execute(executor, a->work.slots, items, apply_tile, a);
  favor_work_end(&a->work);
  return favor_tally_end(&a->tally, report);
}

favor_status favor_map_apply_workspace(const favor_map *map, favor_precision precision,
                                       const favor_executor *executor, size_t *bytes) {
  return favor_work_query(map, precision, slot_layout, executor, bytes);
}

favor_status favor_map_apply_f32(const favor_map *map, favor_side side, int64_t n, const float *x,
                                 int64_t ldx, float *phi, int64_t ldphi, double *log_scale,
                                 void *work, size_t work_size, const favor_executor *executor,
                                 favor_report *report) {
  favor_apply a = {.map = map,
                   .precision = FAVOR_F32,
                   .side = side,
                   .n = n,
                   .ldx = ldx,
                   .ldphi = ldphi,
                   .x = x,
                   .phi = phi,
                   .log_scale = log_scale};
  return apply(&a, work, work_size, executor, report);
}

favor_status favor_map_apply_f64(const favor_map *map, favor_side side, int64_t n, const double *x,
                                 int64_t ldx, double *phi, int64_t ldphi, double *log_scale,
                                 void *work, size_t work_size, const favor_executor *executor,
                                 favor_report *report) {
  favor_apply a = {.map = map,
                   .precision = FAVOR_F64,
                   .side = side,
                   .n = n,
                   .ldx = ldx,
                   .ldphi = ldphi,
                   .x = x,
                   .phi = phi,
                   .log_scale = log_scale};
  return apply(&a, work, work_size, executor, report);
}
