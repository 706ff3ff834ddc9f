/* SPDX-License-Identifier: MIT */
/* Non-finite and extreme inputs through every function of every map: a row without a finite norm gives NaN in
 * its own outputs and nothing anywhere else; every other row gives finite numbers, the same bits as without
 * its neighbours; nothing is printed and errno stays. */
#include "robust/capture.h"
#include "robust/hostile_rows.h"
#include "robust/maps.h"

#define ROWS INT64_C(35) /* 18 ordinary rows, and 17 kinds of hostile ones between them */
#define DIM_MAX INT64_C(17)
#define FEATURES_MAX INT64_C(24)

/* Inputs twice: as sent, and with zeros for the hostile rows. */
typedef struct inputs {
  favor_precision precision;
  int64_t dim;
  double sent[ROWS * DIM_MAX], clean[ROWS * DIM_MAX]; /* elements of the precision */
  bool finite[ROWS];
  int64_t nonfinite, first;
} inputs;

static void make_inputs(inputs *in, favor_precision precision, int64_t dim) {
  assert_int_equal(ROWS, 2 * hostile_kinds(precision) + 1);
  in->precision = precision;
  in->dim = dim;
  in->nonfinite = 0;
  in->first = -1;
  hostile_rows(precision, ROWS, dim, false, in->sent);
  hostile_rows(precision, ROWS, dim, true, in->clean);
  for (int64_t i = 0; i < ROWS; i++) {
    in->finite[i] = row_is_finite(precision, dim, in->sent, i);
    if (in->finite[i]) continue;
    in->nonfinite++;
    if (in->first < 0) in->first = i;
  }
  assert_true(in->nonfinite > 0 && in->nonfinite < ROWS / 2);
}

static double get(favor_precision precision, const void *x, int64_t i) {
  return precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static size_t real_of(favor_precision precision) {
  return precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

static void assert_same_bits(const void *a, const void *b, int64_t first, int64_t n,
                             size_t element) {
  const size_t offset = (size_t)first * element;
  assert_memory_equal((const unsigned char *)a + offset, (const unsigned char *)b + offset,
                      (size_t)n * element);
}

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
      const double value = get(in->precision, out->phi, i * f + j);
      if (!in->finite[i])
        assert_true(isnan(value));
      else
        assert_true(with_log_scale ? fabs(value) <= 1.0 : isfinite(value));
    }
    if (with_log_scale)
      assert_true(in->finite[i] ? isfinite(out->log_scale[i]) : isnan(out->log_scale[i]));
    if (i % 2 != 0) continue;
    assert_same_bits(out->phi, clean->phi, i * f, f, real_of(in->precision));
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
    const double value = get(precision, sent.out, at);
    const int64_t i = at / ROWS, j = at % ROWS;
    if (!in->finite[i] || !in->finite[j])
      assert_true(isnan(value));
    else /* the logarithm of a kernel that vanishes */
      assert_true(isfinite(value) || (logarithms && value == -INFINITY));
    if (i % 2 == 0 && j % 2 == 0) assert_same_bits(sent.out, clean.out, at, 1, real_of(precision));
  }
}

/* ---- tests ---- */

/* Everything that a map does with hostile rows. */
static void use_map(const favor_map *map) {
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

/* NaN where a row has no finite norm, or where no closed form is known: then for ordinary rows too. Keys
 * are the ordinary rows, since equal rows are estimated exactly by some maps whatever they are. */
static void forecast_of(const favor_map *map) {
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

static void hostile_rows_touch_no_other_row_of_any_map(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int64_t dims[] = {1, 3, DIM_MAX};
  const int n = map_cases(cases);
  for (int i = 0; i < n * 3; i++) {
    const map_case *c = &cases[i / 3];
    const int64_t dim = dims[i % 3];
    char name[96];
    favor_stats *stats = map_case_wants_statistics(c) ? filled_stats(dim, NULL) : NULL;
    favor_map *map = map_case_create(c, dim, 5, stats, NULL);
    print_message("           %s, dim %d\n", map_case_name(c, name), (int)dim);
    use_map(map);
    if (c->isa == FAVOR_ISA_BLAS) forecast_of(map); /* a closed form: no instruction set reads it */
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
}

static void hostile_rows_touch_no_other_row_of_an_exact_kernel(void **state) {
  (void)state;
  static inputs in;
  for (int32_t kernel = 0; favor_kernel_name(kernel) != NULL; kernel++) {
    for (int i = 0; i < 6; i++) {
      const int64_t dims[] = {1, 3, DIM_MAX};
      make_inputs(&in, i % 2 == 0 ? FAVOR_F32 : FAVOR_F64, dims[i / 2]);
      hostile_block(exact, NULL, kernel, &in, in.precision, false);
      if (in.precision == FAVOR_F64) hostile_block(exact_log, NULL, kernel, &in, FAVOR_F64, true);
    }
  }
}

/* Rows far from each other and from zero: means and moments at the ends of the range. */
static favor_stats *extreme_stats(int64_t dim, double size) {
  favor_stats *stats = NULL;
  double x[4 * DIM_MAX];
  assert_ok(favor_stats_create(dim, NULL, &stats));
  for (int64_t i = 0; i < 4 * dim; i++) x[i] = (i % 3 == 0 ? -size : size) * (1.0 + (double)i);
  capture_begin();
  const favor_status query = favor_stats_add_f64(stats, FAVOR_QUERY, 4, x, dim, NULL);
  const favor_status key = favor_stats_add_f64(stats, FAVOR_KEY, 3, x, dim, NULL);
  capture_end();
  assert_ok(query);
  assert_ok(key);
  return stats;
}

/* Nothing here can be a good map; it must be one, or a status that says why not. */
static void extreme_statistics_make_a_map_or_a_status(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const double sizes[] = {0.0, 1e-300, 1e-30, 1e10, 1e100, 1e150};
  const int n = map_cases(cases);
  int made = 0;
  for (int i = 0; i < n * 6; i++) {
    favor_map_opts opts;
    favor_map *map = NULL;
    if (cases[i / 6].isa != FAVOR_ISA_BLAS) continue;
    favor_stats *stats = extreme_stats(3, sizes[i % 6]);
    map_case_opts(&cases[i / 6], 3, 5, stats, &opts);
    capture_begin();
    const favor_status status = favor_map_create(&opts, &map);
    capture_end();
    assert_true((map != NULL) == (status >= 0));
    if (map != NULL) forecast_of(map);
    made += map != NULL;
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
  assert_true(made > 0);
}

static void extreme_given_projections_keep_every_finite_row_finite(void **state) {
  (void)state;
  const double sizes[] = {0.0, 1e-320, 1e-30, 1e4, 1e12};
  for (int i = 0; i < 5 * 5; i++) {
    favor_map_opts opts;
    favor_map *map = NULL;
    double w[5 * 3];
    fill_f64(15, w, 5);
    for (int j = 0; j < 15; j++) w[j] *= sizes[i % 5];
    assert_ok(favor_map_opts_init(&opts));
    opts.dim = 3;
    opts.projections = 5;
    opts.estimator = FAVOR_ESTIMATOR_POSITIVE + i / 5;
    opts.kernel = opts.estimator == FAVOR_ESTIMATOR_RELU ? FAVOR_KERNEL_ARCCOS1 : 0;
    if (opts.estimator == FAVOR_ESTIMATOR_GERF) opts.tilt = -0.2;
    assert_ok(favor_map_create_from_projections_f64(&opts, w, 3, &map));
    print_message("           %s, |w| near %g\n", favor_estimator_name(opts.estimator),
                  sizes[i % 5]);
    use_map(map);
    favor_map_destroy(map);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hostile_rows_touch_no_other_row_of_any_map),
      cmocka_unit_test(hostile_rows_touch_no_other_row_of_an_exact_kernel),
      cmocka_unit_test(extreme_statistics_make_a_map_or_a_status),
      cmocka_unit_test(extreme_given_projections_keep_every_finite_row_finite),
  };
  return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
