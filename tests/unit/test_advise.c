/* SPDX-License-Identifier: MIT */
/** Forecasts of problems: spreads, choices, few rows for many; and inputs on which there is little to
 *  forecast. */
#include "support/random.h"
#include "support/test.h"

enum { D = 4 };

static void fill(int64_t n, uint64_t seed, double *out) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  test_rng_normals(&rng, n, out);
}

static favor_forecast forecast(int64_t n, double size, bool constant, bool values) {
  static double x[64 * D], y[64 * D];
  favor_map_opts opts;
  favor_forecast f = {0};
  fill(n * D, 6, x);
  fill(n * D, 7, y);
  for (int64_t i = 0; i < n * D; i++) {
    x[i] = size * (constant ? x[i % D] : x[i]);
    y[i] = size * (constant ? y[i % D] : y[i]);
  }
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = D;
  opts.projections = 32;
  assert_ok(favor_forecast_f64(&opts, NULL, n, x, D, n, y, D, values ? y : NULL, D, &f));
  assert_int_equal(f.size, sizeof f);
  assert_true(f.verdict >= FAVOR_VERDICT_USE && f.verdict <= FAVOR_VERDICT_EXACT);
  assert_true(f.output_error >= 0 && f.output_error_low <= f.output_error);
  assert_true(isfinite(f.output_error_high) && f.output_error <= f.output_error_high);
  assert_true(f.flops_exact > 0 && f.flops_features > 0 && f.crossover_length > 0);
  assert_true(f.one.p10 <= f.one.p50 && f.one.p50 <= f.one.p90);
  return f;
}

/* One row, rows all zero, rows all equal: attention is a mean, and features make no error. At 1e20
 * nothing but exact attention will do. */
static void there_is_a_forecast_for_every_finite_input(void **state) {
  (void)state;
  for (int values = 0; values < 2; values++) {
    assert_true(forecast(1, 1, false, values).output_error < 1e-6);
    assert_true(forecast(64, 0, false, values).output_error < 1e-6);
    assert_true(forecast(64, 1, true, values).output_error < 1e-6);
    assert_true(forecast(2, 1, false, values).output_error < 2);
    assert_int_equal(forecast(64, 1e20, false, values).verdict, FAVOR_VERDICT_EXACT);
  }
  assert_int_equal(forecast(64, 0, false, false).projections_for_target, 1);
  assert_true(forecast(64, 1e-20, false, true).output_error < 1e-6);
}

/* The mean over all pairs needs no pair: ln E Z^2 = |x + y|^2 for positive features. */
static void means_of_variances_come_from_moments(void **state) {
  static double x[2000 * D], y[2000 * D];
  favor_stats *stats = NULL;
  favor_map_opts opts;
  favor_forecast f = {0};
  double mean = 0, sum[2][D] = {{0}};
  (void)state;
  fill(2000 * D, 8, x);
  fill(2000 * D, 9, y);
  for (int i = 0; i < 2000 * D; i++) {
    sum[0][i % D] += x[i] / 2000;
    sum[1][i % D] += y[i] / 2000;
    mean += (x[i] * x[i] + y[i] * y[i]) / 2000;
  }
  for (int c = 0; c < D; c++) mean += 2 * sum[0][c] * sum[1][c];
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 2000, x, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 2000, y, D, NULL));
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = D;
  opts.projections = 64;
  opts.scale = 0.25;
  opts.recentre = FAVOR_OFF;
  opts.estimator = FAVOR_ESTIMATOR_POSITIVE;
  opts.coupling = FAVOR_COUPLING_IID;
  assert_ok(favor_forecast_stats(&opts, stats, NULL, &f));
  assert_near(f.one.mean, 0.25 * mean, 1e-10);
  favor_stats_destroy(stats);
}

/* Signed estimators are chosen only where they are allowed: near x = y cosines are exact. */
static void signed_estimators_are_chosen_where_allowed(void **state) {
  static double x[64 * D];
  favor_stats *stats = NULL;
  favor_map_opts opts;
  (void)state;
  fill(64 * D, 10, x);
  for (int i = 0; i < 64 * D; i++) x[i] = 2 + 0.01 * x[i];
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 64, x, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 64, x, D, NULL));
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = D;
  opts.projections = 32;
  opts.stats = stats;
  opts.recentre = FAVOR_OFF;
  for (int allowed = 0; allowed < 2; allowed++) {
    favor_forecast f = {0};
    opts.allow_signed = allowed ? FAVOR_ON : FAVOR_DEFAULT;
    assert_ok(favor_forecast_stats(&opts, stats, NULL, &f));
    assert_int_equal(f.positive, !allowed);
    favor_map *map = NULL;
    assert_ok(favor_map_create(&opts, &map));
    assert_int_equal(favor_map_features(map), 32);
    assert_int_not_equal(favor_map_advice(map), FAVOR_VERDICT_NONE);
    favor_map *drawn = NULL;
    assert_ok(favor_map_redraw(map, 5, &drawn));
    assert_int_equal(favor_map_advice(drawn), favor_map_advice(map));
    favor_map_destroy(drawn);
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

/* An eighth of the keys say what all of them do, of values that average out: both the outputs and
 * their errors then fall as 1 / sqrt(n). Nothing depends on the seed of the map. */
static void few_keys_stand_for_many(void **state) {
  enum { N = 2048, FEW = 256, WIDE = 128 };
  static double x[N * D], y[N * D], v[N * WIDE];
  favor_map_opts opts;
  favor_problem problem;
  favor_forecast all = {0}, few = {0}, seeded = {0};
  (void)state;
  fill(N * D, 11, x);
  fill(N * D, 12, y);
  fill(N * WIDE, 13, v);
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = D;
  opts.projections = 64;
  opts.scale = 0.25;
  opts.estimator = FAVOR_ESTIMATOR_POSITIVE;
  assert_ok(favor_problem_init(&problem));
  problem.dv = WIDE;
  problem.n_q = problem.n_k = N;
  assert_ok(favor_forecast_f64(&opts, &problem, N, x, D, N, y, D, v, WIDE, &all));
  assert_ok(favor_forecast_f64(&opts, &problem, FEW, x, D, FEW, y, D, v, WIDE, &few));
  assert_true(fabs(log(few.output_error / all.output_error)) < log(1.3));
  opts.seed = 99;
  opts.stream = 7;
  assert_ok(favor_forecast_f64(&opts, &problem, N, x, D, N, y, D, v, WIDE, &seeded));
  assert_memory_equal(&all, &seeded, sizeof all);
  problem.mask = FAVOR_MASK_CAUSAL;
  assert_ok(favor_forecast_f64(&opts, &problem, N, x, D, N, y, D, v, WIDE, &seeded));
  assert_near(seeded.flops_exact / all.flops_exact, 0.5, 1e-3);
  assert_true(fabs(log(seeded.output_error / all.output_error)) < log(1.3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(there_is_a_forecast_for_every_finite_input),
      cmocka_unit_test(means_of_variances_come_from_moments),
      cmocka_unit_test(few_keys_stand_for_many),
      cmocka_unit_test(signed_estimators_are_chosen_where_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
