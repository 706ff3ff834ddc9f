/* SPDX-License-Identifier: MIT */
/** What forecasts of problems are made of: costs, curves of errors, probes, draws. */
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costs_are_those_of_the_products),
      cmocka_unit_test(curves_are_read_along_lines_in_logarithms),
      cmocka_unit_test(curves_that_are_flat_are_continued_with_care),
      cmocka_unit_test(probes_weigh_every_row_once),
      cmocka_unit_test(draws_go_on_where_they_stopped),
      cmocka_unit_test(errors_of_a_whole_probe_are_those_of_its_outputs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
