/* SPDX-License-Identifier: MIT */
#include "robust/hostile_calls.h"

#include "robust/capture.h"
#include "robust/hostile_rows.h"

/* ---- features ---- */

typedef struct features {
  double phi[ROWS * FEATURES_MAX], log_scale[ROWS];
  favor_report report;
} features;

static favor_status apply(const favor_map *map, favor_precision precision, favor_side side,
                          const void *x, bool with_log_scale, features *out) {
  const int64_t d = favor_map_dim(map), f = favor_map_features(map);
  double *log_scale = with_log_scale ? out->log_scale : NULL;
  favor_status status;
  assert_true(f <= FEATURES_MAX);
  assert_ok(favor_report_init(&out->report));
  capture_begin();
  if (precision == FAVOR_F32)
    status = favor_map_apply_f32(map, side, ROWS, x, d, (float *)out->phi, f, log_scale, NULL, 0,
                                 NULL, &out->report);
  else
    status = favor_map_apply_f64(map, side, ROWS, x, d, out->phi, f, log_scale, NULL, 0, NULL,
                                 &out->report);
  capture_end();
  return status;
}

static void check_features(const favor_map *map, const inputs *in, const features *out,
                           const features *clean, bool with_log_scale) {
  const int64_t f = favor_map_features(map);
  for (int64_t i = 0; i < ROWS; i++) {
    for (int64_t j = 0; j < f; j++) {
      const double value = element_of(in->precision, out->phi, i * f + j);
      if (!in->finite[i])
        assert_true(isnan(value));
      else
        assert_true(with_log_scale ? fabs(value) <= 1.0 : isfinite(value));
    }
    if (with_log_scale)
      assert_true(in->finite[i] ? isfinite(out->log_scale[i]) : isnan(out->log_scale[i]));
    if (i % 2 != 0) continue;
    assert_same_bits(out->phi, clean->phi, i * f, f, element_bytes(in->precision));
    if (with_log_scale) assert_same_bits(out->log_scale, clean->log_scale, i, 1, sizeof(double));
  }
  assert_int_equal(out->report.rows_nonfinite, in->nonfinite);
  assert_int_equal(out->report.first_row <= in->first, 1);
}

static void hostile_features(const favor_map *map, const inputs *in) {
  static features out, clean;
  for (int i = 0; i < 4; i++) {
    const favor_side side = i % 2 == 0 ? FAVOR_QUERY : FAVOR_KEY;
    const bool with_log_scale = i / 2 == 0;
    const favor_status ordinary =
        apply(map, in->precision, side, in->clean, with_log_scale, &clean);
    assert_true(ordinary == FAVOR_OK || (ordinary == FAVOR_NOTE_OVERFLOW && !with_log_scale));
    assert_status(apply(map, in->precision, side, in->sent, with_log_scale, &out),
                  FAVOR_NOTE_NONFINITE);
    check_features(map, in, &out, &clean, with_log_scale);
  }
}

static void hostile_log_features(const favor_map *map, const inputs *in) {
  static double sent[ROWS * FEATURES_MAX], clean[ROWS * FEATURES_MAX];
  static int8_t sign[ROWS * FEATURES_MAX], clean_sign[ROWS * FEATURES_MAX];
  const int64_t f = favor_map_features(map);
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    capture_begin();
    const favor_status ordinary = favor_map_log_features_f64(map, (favor_side)side, ROWS, in->clean,
                                                             in->dim, clean, f, clean_sign, NULL);
    const favor_status status = favor_map_log_features_f64(map, (favor_side)side, ROWS, in->sent,
                                                           in->dim, sent, f, sign, NULL);
    capture_end();
    assert_ok(ordinary);
    assert_status(status, FAVOR_NOTE_NONFINITE);
    for (int64_t at = 0; at < ROWS * f; at++) {
      const int64_t i = at / f;
      if (!in->finite[i])
        assert_true(isnan(sent[at]) && sign[at] == 0);
      else
        assert_true(isfinite(sent[at]) ? abs(sign[at]) == 1
                                       : sent[at] == -INFINITY && sign[at] == 0);
    }
    for (int64_t i = 0; i < ROWS; i += 2) {
      assert_same_bits(sent, clean, i * f, f, sizeof(double));
      assert_same_bits(sign, clean_sign, i * f, f, 1);
    }
  }
}

/* ---- kernel blocks ---- */

typedef struct block {
  double out[ROWS * ROWS];
  int8_t sign[ROWS * ROWS];
} block;

typedef favor_status (*block_function)(const favor_map *map, int32_t kernel, const inputs *in,
                                       const void *x, block *b);

static favor_status estimated(const favor_map *map, int32_t kernel, const inputs *in, const void *x,
                              block *b) {
  (void)kernel;
  if (in->precision == FAVOR_F32)
    return favor_kernel_estimate_f32(map, ROWS, x, in->dim, ROWS, x, in->dim, (float *)b->out, ROWS,
                                     NULL, 0, NULL, NULL);
  return favor_kernel_estimate_f64(map, ROWS, x, in->dim, ROWS, x, in->dim, b->out, ROWS, NULL, 0,
                                   NULL, NULL);
}

static favor_status estimated_log(const favor_map *map, int32_t kernel, const inputs *in,
                                  const void *x, block *b) {
  (void)kernel;
  return favor_kernel_estimate_log_f64(map, ROWS, x, in->dim, ROWS, x, in->dim, b->out, b->sign,
                                       ROWS, NULL, 0, NULL, NULL);
}

static favor_status exact(const favor_map *map, int32_t kernel, const inputs *in, const void *x,
                          block *b) {
  (void)map;
  if (in->precision == FAVOR_F32)
    return favor_kernel_exact_f32(kernel, 0.5, in->dim, ROWS, x, in->dim, ROWS, x, in->dim,
                                  (float *)b->out, ROWS, NULL);
  return favor_kernel_exact_f64(kernel, 0.5, in->dim, ROWS, x, in->dim, ROWS, x, in->dim, b->out,
                                ROWS, NULL);
}

static favor_status exact_log(const favor_map *map, int32_t kernel, const inputs *in, const void *x,
                              block *b) {
  (void)map;
  return favor_kernel_exact_log_f64(kernel, 0.5, in->dim, ROWS, x, in->dim, ROWS, x, in->dim,
                                    b->out, ROWS, NULL);
}

static void hostile_block(block_function function, const favor_map *map, int32_t kernel,
                          const inputs *in, favor_precision precision, bool logarithms) {
  static block sent, clean;
  capture_begin();
  const favor_status ordinary = function(map, kernel, in, in->clean, &clean);
  const favor_status status = function(map, kernel, in, in->sent, &sent);
  capture_end();
  assert_true(ordinary == FAVOR_OK || (ordinary == FAVOR_NOTE_OVERFLOW && !logarithms));
  assert_status(status, FAVOR_NOTE_NONFINITE);
  for (int64_t at = 0; at < ROWS * ROWS; at++) {
    const double value = element_of(precision, sent.out, at);
    const int64_t i = at / ROWS, j = at % ROWS;
    if (!in->finite[i] || !in->finite[j])
      assert_true(isnan(value));
    else /* the logarithm of a kernel that vanishes */
      assert_true(isfinite(value) || (logarithms && value == -INFINITY));
    if (i % 2 == 0 && j % 2 == 0)
      assert_same_bits(sent.out, clean.out, at, 1, element_bytes(precision));
  }
}

void hostile_exact(int32_t kernel, favor_precision precision, int64_t dim) {
  static inputs in;
  make_inputs(&in, precision, dim);
  hostile_block(exact, NULL, kernel, &in, precision, false);
  if (precision == FAVOR_F64) hostile_block(exact_log, NULL, kernel, &in, precision, true);
}

void hostile_map(const favor_map *map) {
  static inputs in;
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++) {
    make_inputs(&in, (favor_precision)p, favor_map_dim(map));
    hostile_features(map, &in);
    hostile_block(estimated, map, 0, &in, in.precision, false);
    if (p == FAVOR_F32) continue;
    hostile_block(estimated_log, map, 0, &in, in.precision, true);
    hostile_log_features(map, &in);
  }
}

/* NaN where a row has no finite norm, or where no closed form is known: then for ordinary rows
 * too. Keys are the ordinary rows, since equal rows are estimated exactly by some maps whatever
 * they are. */
void hostile_forecast(const favor_map *map) {
  static inputs in;
  double sent[ROWS], clean[ROWS], equal[ROWS];
  make_inputs(&in, FAVOR_F64, favor_map_dim(map));
  const int64_t d = in.dim;
  capture_begin();
  const favor_status status[] = {
      favor_forecast_pairs_f64(map, ROWS, in.sent, d, in.clean, d, sent),
      favor_forecast_pairs_f64(map, ROWS, in.clean, d, in.clean, d, clean),
      favor_forecast_pairs_f64(map, ROWS, in.sent, d, in.sent, d, equal),
  };
  capture_end();
  for (int i = 0; i < 3; i++) assert_ok(status[i]);
  for (int64_t i = 0; i < ROWS; i++) {
    if (i % 2 == 0) assert_same_bits(sent, clean, i, 1, sizeof(double));
    if (i % 2 == 0) assert_same_bits(equal, clean, i, 1, sizeof(double));
    if (in.finite[i]) assert_true(isnan(sent[i]) == isnan(clean[0]));
    if (in.finite[i]) assert_true(isnan(equal[i]) == isnan(clean[0]));
    if (!in.finite[i]) assert_true(isnan(sent[i]));
  }
}
