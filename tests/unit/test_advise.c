/* SPDX-License-Identifier: MIT */
/** What forecasts of problems are made of: costs, curves of errors, probes, spreads; and inputs on
 *  which there is little to forecast. */
#include "map/cost.h"
#include "map/trial.h"
#include "support/random.h"
#include "support/test.h"

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

static void costs_are_those_of_the_products(void **state) {
  const favor_cost_shape full = {100, 300, 8, 16, false, 1, 0}, causal = {3, 5, 8, 16, true, 2, 0};
  (void)state;
  assert_near(favor_cost_exact(&full), 2.0 * 100 * 300 * 24, 0);
  assert_near(favor_cost_features(&full, 10), 400.0 * 10 * (16 + 34), 0);
  assert_near(favor_cost_exact(&causal), 2.0 * (3 + 4 + 5) * 24, 0); /* what three queries see */
  assert_near(favor_cost_features(&causal, 10), 8.0 * 10 * (16 + 68), 0);
  const favor_cost_shape dense = {100, 300, 8, 16, false, 1, favor_cost_key(FAVOR_SHAPE_DENSE, 8)};
  assert_near(favor_cost_features(&dense, 10), 400.0 * 10 * (16 + 34) + 300 * 2 * 64, 0);
  assert_near(favor_cost_features(&dense, favor_cost_affordable(&dense)), favor_cost_exact(&dense),
              1e-6);
  assert_near(favor_cost_key(FAVOR_SHAPE_DIAGONAL, 8), 16, 0);
  assert_near(favor_cost_key(FAVOR_SHAPE_ROTATION, 8), 0, 0);
  favor_cost_shape square = {1, 1, 64, 64, false, 1, 0};
  for (int which = 0; which < 4; which++) {
    const int mask = which & 1;
    square.causal = mask != 0;
    square.key_flops = which < 2 ? 0 : favor_cost_key(FAVOR_SHAPE_DENSE, 64);
    const double length = favor_cost_crossover(&square, 256);
    square.n_q = square.n_k = (int64_t)ceil(length);
    assert_true(favor_cost_features(&square, 256) <= favor_cost_exact(&square));
    square.n_q = square.n_k = (int64_t)floor(length) - 1;
    assert_true(favor_cost_features(&square, 256) > favor_cost_exact(&square));
    assert_near(favor_cost_features(&square, favor_cost_affordable(&square)),
                favor_cost_exact(&square), 1e-6 * favor_cost_exact(&square));
    /* About 2 F keys, and 4 F under a causal mask: numbers that the documentation quotes. */
    if (which < 2) assert_near(length / 256, mask ? 4 : 2, 0.1);
  }
}

/* An error of 4 / sqrt(M): on lines in logarithms every reading is exact. */
static void curves_are_read_along_lines_in_logarithms(void **state) {
  favor_trial trial = {.count = 4};
  double relative;
  (void)state;
  for (int l = 0; l < 4; l++)
    trial.level[l] = (favor_trial_level){16 << 2 * l, 4, 1.0 / (1 << l), 0.03, 0.04};
  const double at[] = {1, 4, 16, 50, 64, 100, 1024, 1e5};
  for (int i = 0; i < COUNT(at); i++) {
    const double error = favor_trial_error(&trial, at[i], &relative);
    assert_near(error, 4 / sqrt(at[i]), 1e-12 * error);
    assert_true(relative >= 0.05 - 1e-12);
    assert_near(favor_trial_projections(&trial, error), at[i], 1e-9 * at[i]);
  }
  assert_near(favor_trial_projections(&trial, 100), 1, 0);
}

/* Errors that hardly fall beyond the last level ask for more than 1/sqrt(M) would. */
static void curves_that_are_flat_are_continued_with_care(void **state) {
  favor_trial trial = {.count = 3};
  (void)state;
  for (int l = 0; l < 3; l++)
    trial.level[l] = (favor_trial_level){64 << l, 4, 1.5 - 0.01 * l, 0.01, 0.01};
  assert_true(favor_trial_projections(&trial, 0.2) > 100 * 256 * pow(1.48 / 0.2, 2) / 10);
  trial.level[1].error = trial.level[2].error = 0; /* exact: nothing below 1e-12 is told apart */
  double relative;
  assert_true(favor_trial_error(&trial, 1000, &relative) <= 1e-12);
}

enum { D = 4, Q = 300, K = 64, DV = 3 };

static void fill(int64_t n, uint64_t seed, double *out) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  test_rng_normals(&rng, n, out);
}

/* What a probe stands for: all queries, by weight, in the order of their lengths; every key once. */
static void probes_weigh_every_row_once(void **state) {
  static double q[Q * D], k[K * D];
  const favor_allocator plain = {0};
  favor_allocator allocator;
  favor_probe probe;
  favor_stats *stats = NULL;
  (void)state;
  fill(Q * D, 1, q);
  fill(K * D, 2, k);
  assert_ok(favor_allocator_resolve(&plain, &allocator));
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, Q, q, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, K, k, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, K, k, D, NULL)); /* each twice */
  for (int arrays = 0; arrays < 2; arrays++) {
    favor_probe_source source = {.stats = stats};
    if (arrays) {
      source.q = (favor_probe_rows){FAVOR_F64, q, Q, D, D};
      source.k = (favor_probe_rows){FAVOR_F64, k, K, D, D};
    }
    assert_ok(favor_probe_make(&probe, &allocator, D, &source, 20, 100));
    double weight[2] = {0, 0};
    for (int64_t i = 0; i < probe.queries; i++) {
      weight[0] += probe.weight[FAVOR_QUERY][i];
      assert_true(probe.weight[FAVOR_QUERY][i] >= 1);
      assert_true(i == 0 || probe.weight[FAVOR_QUERY][i] >= probe.weight[FAVOR_QUERY][i - 1] - 1);
    }
    for (int64_t j = 0; j < probe.keys; j++) weight[1] += probe.weight[FAVOR_KEY][j];
    assert_int_equal(probe.queries, 20);
    assert_int_equal(probe.keys, K);
    assert_near(weight[0], arrays ? Q : 256, 0); /* statistics keep 256 */
    assert_near(weight[1], arrays ? K : 2 * K, 0);
    favor_probe_end(&probe);
  }
  favor_stats_destroy(stats);
}

/* Draws in two rounds are those of one; each is another. */
static void draws_go_on_where_they_stopped(void **state) {
  static double q[8 * D], k[K * D];
  double once[6], twice[6];
  favor_stats *stats = NULL;
  favor_map *map = NULL;
  favor_map_opts opts;
  favor_probe probe;
  const favor_allocator plain = {0};
  favor_allocator allocator;
  (void)state;
  fill(8 * D, 3, q);
  fill(K * D, 4, k);
  assert_ok(favor_allocator_resolve(&plain, &allocator));
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 8, q, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, K, k, D, NULL));
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = D;
  opts.projections = 16;
  opts.scale = 0.5;
  assert_ok(favor_map_create(&opts, &map));
  const favor_probe_source source = {.stats = stats, .comparing = true};
  assert_ok(favor_probe_make(&probe, &allocator, D, &source, 8, K));
  assert_ok(favor_probe_attend(&probe, FAVOR_KERNEL_SOFTMAX, 0.5));
  assert_ok(favor_trial_draws(&probe, map, 0, 6, once));
  assert_ok(favor_trial_draws(&probe, map, 0, 4, twice));
  assert_ok(favor_trial_draws(&probe, map, 4, 2, twice + 4));
  assert_memory_equal(once, twice, sizeof once);
  for (int i = 1; i < 6; i++) assert_true(fabs(once[i] - once[i - 1]) > 1e-6);
  assert_true(fabs(once[4] - once[0]) > 1e-6);
  favor_probe_end(&probe);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

/* The error of shares that are off by a factor on one key, from the definition; values of mean 5, so
 * that centring them shows. */
static void errors_of_a_whole_probe_are_those_of_its_outputs(void **state) {
  static double q[8 * D], k[K * D], v[K * DV], z[8 * K], work[8 * (K + DV)], error2[8];
  const favor_allocator plain = {0};
  favor_allocator allocator;
  favor_probe probe;
  favor_stats *stats = NULL;
  double off = 0, size = 0;
  (void)state;
  fill(8 * D, 3, q);
  fill(K * D, 4, k);
  fill(K * DV, 5, v);
  for (int i = 0; i < K * DV; i++) v[i] += 5;
  for (int i = 0; i < 8 * K; i++) z[i] = i % 7 == 0 ? 3 : 1;
  assert_ok(favor_allocator_resolve(&plain, &allocator));
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 8, q, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, K, k, D, NULL));
  const favor_probe_source source = {.stats = stats,
                                     .q = {FAVOR_F64, q, 8, D, D},
                                     .k = {FAVOR_F64, k, K, D, D},
                                     .v = {FAVOR_F64, v, K, DV, DV}};
  assert_ok(favor_probe_make(&probe, &allocator, D, &source, 8, K));
  assert_ok(favor_probe_attend(&probe, FAVOR_KERNEL_SOFTMAX, 0.5));
  const double measured = favor_probe_error(&probe, z, work, error2);
  for (int i = 0; i < 8; i++) {
    double sum[2] = {0, 0}, out[2][DV] = {{0}};
    for (int j = 0; j < K; j++) {
      double dot = 0;
      for (int c = 0; c < D; c++) dot += probe.q[i * D + c] * k[j * D + c];
      const double weight[2] = {exp(0.5 * dot), z[i * K + j] * exp(0.5 * dot)};
      for (int e = 0; e < 2; e++) {
        sum[e] += weight[e];
        for (int c = 0; c < DV; c++) out[e][c] += weight[e] * v[j * DV + c];
      }
    }
    for (int c = 0; c < DV; c++) {
      const double exact = out[0][c] / sum[0], gap = out[1][c] / sum[1] - exact;
      off += gap * gap;
      size += exact * exact;
    }
  }
  assert_near(measured, off / size, 1e-12 * measured);
  favor_probe_end(&probe);
  favor_stats_destroy(stats);
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
      cmocka_unit_test(costs_are_those_of_the_products),
      cmocka_unit_test(curves_are_read_along_lines_in_logarithms),
      cmocka_unit_test(curves_that_are_flat_are_continued_with_care),
      cmocka_unit_test(probes_weigh_every_row_once),
      cmocka_unit_test(draws_go_on_where_they_stopped),
      cmocka_unit_test(errors_of_a_whole_probe_are_those_of_its_outputs),
      cmocka_unit_test(there_is_a_forecast_for_every_finite_input),
      cmocka_unit_test(means_of_variances_come_from_moments),
      cmocka_unit_test(few_keys_stand_for_many),
      cmocka_unit_test(signed_estimators_are_chosen_where_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
