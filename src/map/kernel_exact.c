/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "base/real.h"
#include "base/status.h"
#include "map/kernel_out.h"
#include "map/map.h"
#include "map/resolve.h"

/* Keys whose norms are kept at a time. */
enum { key_block = 256 };

typedef struct favor_exact {
  const favor_target *target;
  favor_precision precision;
  double scale;
  int64_t dim, ldx, ldy;
  const void *x, *y;
  favor_kernel_out out;
} favor_exact;

/* A norm, or NaN where its square does not fit the precision. */
static double finite_norm(const favor_exact *e, const void *x) {
  const double norm = favor_row_norm(e->precision, e->dim, x);
  const double limit = e->precision == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX;
  return norm * norm <= limit ? norm : NAN;
}

static void exact_row(favor_exact *e, int64_t i, int64_t first, int64_t count,
                      const double *key_norms) {
  favor_pair pair = {.precision = e->precision, .dim = e->dim};
  pair.x = favor_rows_at(e->precision, e->x, i, e->ldx);
  pair.norm_x = finite_norm(e, pair.x);
  for (int64_t j = 0; j < count; ++j) {
    pair.y = favor_rows_at(e->precision, e->y, first + j, e->ldy);
    pair.norm_y = key_norms[j];
    const bool finite = !isnan(pair.norm_x) && !isnan(pair.norm_y);
    const double log_value = finite ? e->target->exact_log(&pair, e->scale) : NAN;
    favor_kernel_out_put(&e->out, i, first + j, log_value, 1);
  }
}

static void count_rows(favor_exact *e) {
  for (int64_t i = 0; i < e->out.n; ++i) {
    favor_kernel_out_row_done(&e->out, i);
    if (isnan(finite_norm(e, favor_rows_at(e->precision, e->x, i, e->ldx)))) {
      favor_tally_row(&e->out.tally.nonfinite, i);
    }
  }
  for (int64_t j = 0; j < e->out.k; ++j) {
    if (isnan(finite_norm(e, favor_rows_at(e->precision, e->y, j, e->ldy)))) {
      favor_tally_row(&e->out.tally.nonfinite, j);
    }
  }
}

static favor_status exact(favor_exact *e, int32_t kernel, favor_report *report) {
  double key_norms[key_block];
  favor_report_begin(report);
  e->target = favor_target_find(kernel);
  if (!e->target) {
    return favor_fail(report, FAVOR_ERR_ENUM, "kernel",
                      "kernel is %" PRId32 ", which is not a favor_kernel", kernel);
  }
  if (!favor_choice_scale_ok(e->scale)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "scale", "scale is %g; it must be in [1e-30, 1e30]",
                      e->scale);
  }
  favor_status status = favor_check_range(report, "dim", e->dim, 1, FAVOR_MAP_DIM_MAX);
  if (status < 0) return status;
  const size_t real = favor_real_size(e->precision);
  favor_array written[2];
  favor_kernel_out_arrays(&e->out, written);
  const favor_array arrays[] = {
      favor_array_rows("n", e->out.n),
      favor_array_rows("k", e->out.k),
      {"x", "ldx", e->x, e->out.n, e->dim, e->ldx, real, false},
      {"y", "ldy", e->y, e->out.k, e->dim, e->ldy, real, false},
      written[0],
  };
  status = favor_check_arrays(report, sizeof arrays / sizeof *arrays, arrays);
  if (status < 0) return status;
  favor_tally_begin(&e->out.tally);
  for (int64_t first = 0; first < e->out.k; first += key_block) {
    const int64_t count = e->out.k - first < key_block ? e->out.k - first : key_block;
    for (int64_t j = 0; j < count; ++j) {
      key_norms[j] = finite_norm(e, favor_rows_at(e->precision, e->y, first + j, e->ldy));
    }
    for (int64_t i = 0; i < e->out.n; ++i) exact_row(e, i, first, count, key_norms);
  }
  count_rows(e);
  return favor_tally_end(&e->out.tally, report);
}

favor_status favor_kernel_exact_f32(int32_t kernel, double scale, int64_t dim, int64_t n,
                                    const float *x, int64_t ldx, int64_t k, const float *y,
                                    int64_t ldy, float *out, int64_t ldo, favor_report *report) {
  favor_exact e = {.precision = FAVOR_F32,
                   .scale = scale,
                   .dim = dim,
                   .ldx = ldx,
                   .ldy = ldy,
                   .x = x,
                   .y = y,
                   .out = {.form = FAVOR_KERNEL_PLAIN_F32, .data = out, .n = n, .k = k, .ld = ldo}};
  return exact(&e, kernel, report);
}

favor_status favor_kernel_exact_f64(int32_t kernel, double scale, int64_t dim, int64_t n,
                                    const double *x, int64_t ldx, int64_t k, const double *y,
                                    int64_t ldy, double *out, int64_t ldo, favor_report *report) {
  favor_exact e = {.precision = FAVOR_F64,
                   .scale = scale,
                   .dim = dim,
                   .ldx = ldx,
                   .ldy = ldy,
                   .x = x,
                   .y = y,
                   .out = {.form = FAVOR_KERNEL_PLAIN_F64, .data = out, .n = n, .k = k, .ld = ldo}};
  return exact(&e, kernel, report);
}

favor_status favor_kernel_exact_log_f64(int32_t kernel, double scale, int64_t dim, int64_t n,
                                        const double *x, int64_t ldx, int64_t k, const double *y,
                                        int64_t ldy, double *log_out, int64_t ldo,
                                        favor_report *report) {
  favor_exact e = {.precision = FAVOR_F64,
                   .scale = scale,
                   .dim = dim,
                   .ldx = ldx,
                   .ldy = ldy,
                   .x = x,
                   .y = y,
                   .out = {.form = FAVOR_KERNEL_LOG, .data = log_out, .n = n, .k = k, .ld = ldo}};
  return exact(&e, kernel, report);
}
