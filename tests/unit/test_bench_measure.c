/* SPDX-License-Identifier: MIT */
/** What the benches measure, against the same quantities worked out from the public functions one
 *  pair at a time. */
#include "support/test.h"

#include "measure.h"
#include "output_error.h"

enum { DIM = 6, M = 24, REPEATS = 12, SEED = 77 };

static bench_set set;
static bench_sample sample;

static favor_map *make_map(int32_t estimator, int32_t coupling) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = DIM;
  opts.projections = M;
  opts.estimator = estimator;
  opts.coupling = coupling;
  opts.stats = set.stats;
  assert_ok(favor_map_create(&opts, &map));
  return map;
}

/* Relative errors of all pairs and redraws by single calls, and the mean of their squares per redraw. */
static void errors_one_by_one(const favor_map *map, double *errors, double *per_draw) {
  for (int d = 0; d < REPEATS; d++) {
    favor_map *drawn = NULL;
    assert_ok(favor_map_redraw(map, SEED + (uint64_t)d, &drawn));
    per_draw[d] = 0;
    for (int64_t p = 0; p < sample.num_pairs; p++) {
      double exact, estimate;
      const double *x = sample.x + p * DIM, *y = sample.y + p * DIM;
      assert_ok(favor_kernel_exact_f64(FAVOR_KERNEL_SOFTMAX, 1, DIM, 1, x, DIM, 1, y, DIM, &exact,
                                       1, NULL));
      assert_ok(favor_kernel_estimate_f64(drawn, 1, x, DIM, 1, y, DIM, &estimate, 1, NULL, 0, NULL,
                                          NULL));
      errors[d * sample.num_pairs + p] = fabs(estimate / exact - 1);
      per_draw[d] += pow(estimate / exact - 1, 2) / (double)sample.num_pairs;
    }
    favor_map_destroy(drawn);
  }
}

static void assert_measured(int32_t estimator, int32_t coupling, favor_precision precision,
                            double tolerance) {
  favor_map *map = make_map(estimator, coupling);
  double *log_kernel = malloc((size_t)sample.num_pairs * sizeof *log_kernel);
  double *errors = malloc((size_t)(sample.num_pairs * REPEATS) * sizeof *errors);
  double per_draw[REPEATS], mean = 0, squares = 0;
  bench_errors found;
  assert_non_null(log_kernel);
  assert_non_null(errors);
  assert_ok(bench_sample_kernel(&sample, FAVOR_KERNEL_SOFTMAX, log_kernel));
  assert_ok(bench_measure_errors(map, precision, &sample, log_kernel, REPEATS, SEED, NULL, &found));
  errors_one_by_one(map, errors, per_draw);
  for (int d = 0; d < REPEATS; d++) mean += per_draw[d] / REPEATS;
  for (int d = 0; d < REPEATS; d++) squares += (per_draw[d] - mean) * (per_draw[d] - mean);
  assert_near(exp(found.log_relmse) / mean, 1, tolerance);
  assert_near(exp(found.log_stderr) / sqrt(squares / (REPEATS * (REPEATS - 1))), 1, tolerance);
  /* The median lies between neighbours of the sorted errors. */
  int64_t below = 0, total = sample.num_pairs * REPEATS;
  for (int64_t i = 0; i < total; i++) below += errors[i] <= found.median;
  assert_true(llabs(2 * below - total) <= 4);
  free(errors);
  free(log_kernel);
  favor_map_destroy(map);
}

static void errors_are_those_of_single_pairs_in_float64(void **state) {
  (void)state;
  assert_measured(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_SIMPLEX, FAVOR_F64, 1e-9);
  assert_measured(FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_COUPLING_IID, FAVOR_F64, 1e-9);
  assert_measured(FAVOR_ESTIMATOR_OPRF, FAVOR_COUPLING_ORTHOGONAL, FAVOR_F64, 1e-9);
}

/* Float32 rounding, 2^-24 and some ulps, against relative errors of a few per cent. */
static void errors_are_those_of_single_pairs_in_float32(void **state) {
  (void)state;
  assert_measured(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID, FAVOR_F32, 1e-4);
}

static void float32_measures_nothing_where_kernels_would_not_fit(void **state) {
  (void)state;
  favor_map *map = make_map(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID);
  double *log_kernel = calloc((size_t)sample.num_pairs, sizeof *log_kernel);
  bench_errors found;
  assert_non_null(log_kernel);
  log_kernel[3] = 81;
  assert_ok(bench_measure_errors(map, FAVOR_F32, &sample, log_kernel, REPEATS, SEED, NULL, &found));
  assert_true(isnan(found.log_relmse) && isnan(found.log_stderr) && isnan(found.median));
  free(log_kernel);
  favor_map_destroy(map);
}

#define VALUE(name, symbol, value, title) value,
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(VALUE)};

static void features_of_every_estimator_agree_with_their_logarithms(void **state) {
  (void)state;
  int checked = 0;
  for (size_t e = 0; e < sizeof estimators / sizeof *estimators; e++) {
    favor_estimator_info info = {.size = sizeof info};
    if (favor_combination(FAVOR_KERNEL_SOFTMAX, estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK)
      continue;
    favor_map *map = make_map(estimators[e], FAVOR_COUPLING_IID);
    assert_ok(favor_estimator_get_info(estimators[e], &info));
    assert_true(bench_verify_features(map, FAVOR_F32, info.positive == 1, &sample, NULL));
    assert_true(bench_verify_features(map, FAVOR_F64, info.positive == 1, &sample, NULL));
    favor_map_destroy(map);
    checked++;
  }
  assert_true(checked >= 5);
}

static void negative_features_are_found_where_none_may_be(void **state) {
  (void)state;
  favor_map *map = make_map(FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_COUPLING_IID);
  assert_false(bench_verify_features(map, FAVOR_F64, true, &sample, NULL));
  favor_map_destroy(map);
}

static void a_features_job_runs_without_fault(void **state) {
  (void)state;
  favor_map *map = make_map(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID);
  for (int p = 0; p < 2; p++) {
    bench_features_job job = {
        .map = map, .set = &set, .precision = p == 0 ? FAVOR_F32 : FAVOR_F64, .rows = 9, .seed = 3};
    assert_true(bench_features_job_start(&job));
    bench_features_job_prepare(&job, 0);
    bench_features_job_run(&job);
    assert_false(job.failed);
    bench_features_job_end(&job);
  }
  favor_map_destroy(map);
}

/* Row-normalised outputs with a constant value vector are exact for any positive map. */
static void a_constant_value_is_reproduced_exactly(void **state) {
  (void)state;
  favor_map *map = make_map(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID);
  double v[64 * 2];
  assert_true(isnan(bench_output_error(map, &set, FAVOR_KERNEL_SOFTMAX, SEED, NULL)));
  for (int i = 0; i < 64; i++) v[2 * i] = 3, v[2 * i + 1] = -1;
  set.v = v;
  set.dv = 2;
  assert_near(bench_output_error(map, &set, FAVOR_KERNEL_SOFTMAX, SEED, NULL), 0, 1e-13);
  for (int i = 0; i < 64; i++) v[2 * i] = i;
  const double error = bench_output_error(map, &set, FAVOR_KERNEL_SOFTMAX, SEED, NULL);
  set.v = NULL;
  set.dv = 0;
  assert_true(error > 1e-4 && error < 1);
  favor_map_destroy(map);
}

static int start(void **state) {
  (void)state;
  char message[256];
  const bench_synthetic wanted = {DIM, 64, 0.7, NAN, NAN, 1, 9};
  if (bench_set_synthetic(&set, &wanted, message, sizeof message) != 0) return -1;
  return bench_sample_draw(&sample, &set, 2, 16, 4) ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  bench_sample_free(&sample);
  bench_set_free(&set);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_are_those_of_single_pairs_in_float64),
      cmocka_unit_test(errors_are_those_of_single_pairs_in_float32),
      cmocka_unit_test(float32_measures_nothing_where_kernels_would_not_fit),
      cmocka_unit_test(features_of_every_estimator_agree_with_their_logarithms),
      cmocka_unit_test(negative_features_are_found_where_none_may_be),
      cmocka_unit_test(a_features_job_runs_without_fault),
      cmocka_unit_test(a_constant_value_is_reproduced_exactly),
  };
  return cmocka_run_group_tests_name("bench measure", tests, start, end);
}
