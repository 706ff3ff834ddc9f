/* SPDX-License-Identifier: MIT */
/** What discrete maps are made from: statistics of any size, counts, a shift. */
#include "conformance/counts.h"

/** Statistics of nothing, of constants, of numbers out of all bounds: a map, and finite estimates. */
static void degenerate_statistics_make_valid_maps(void **state) {
  static const double sizes[] = {0, 1e-20, 1e-3, 1, 1e3, 1e15};
  const double x[3] = {.3, 0, -.2}, y[3] = {-.1, .4, .5};
  (void)state;
  for (int e = 0; e < 2; e++)
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      const double q[3] = {sizes[i], 0, sizes[i]}, k[3] = {sizes[i], sizes[i], -sizes[i]};
      favor_map *map = NULL;
      double out = NAN;
      favor_stats *stats = counts_statistics(3, q, k);
      assert_ok(counts_try(counts_estimators[e], 3, 50, NULL, stats, FAVOR_ISA_AUTO, &map));
      assert_ok(favor_kernel_estimate_f64(map, 1, x, 3, 1, y, 3, &out, 1, NULL, 0, NULL, NULL));
      assert_true(isfinite(out));
      favor_map_destroy(map);
      favor_stats_destroy(stats);
    }
}

/** However large statistics are, what is drawn are counts that may be given, and signs that are right in
 *  float32 too. */
static void no_draw_passes_the_bound(void **state) {
  enum { D = 64, M = 8 };
  static double w[M * D], large[D];
  static float x[D], phi[M];
  (void)state;
  for (int l = 0; l < D; l++) {
    large[l] = 1e6;
    x[l] = -1;
  }
  for (int e = 0; e < 2; e++) {
    favor_stats *stats = counts_statistics(D, large, large);
    favor_map *map = counts_map(counts_estimators[e], D, M, NULL, stats, FAVOR_ISA_AUTO);
    assert_ok(favor_map_copy_projections_f64(map, w, D));
    assert_ok(favor_map_apply_f32(map, FAVOR_KEY, 1, x, D, phi, M, NULL, NULL, 0, NULL, NULL));
    for (int j = 0; j < M; j++) {
      double sum = 0;
      for (int l = 0; l < D; l++) sum += w[j * D + l];
      assert_true(sum <= 4194304);
      assert_true(phi[j] == 0 || (phi[j] < 0) == (fmod(sum, 2) == 1));
    }
    favor_map *again = counts_map(counts_estimators[e], D, M, w, stats, FAVOR_ISA_AUTO);
    favor_map_destroy(again);
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
}

static void what_are_no_counts_is_refused(void **state) {
  static const double q[2] = {1, 1};
  static const double bad[] = {-1, .5, 1e8, NAN, INFINITY};
  favor_stats *stats = counts_statistics(2, q, q);
  favor_map *map = NULL;
  favor_map_opts opts;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const double w[2] = {1, bad[i]};
    assert_status(counts_try(FAVOR_ESTIMATOR_POISSON, 2, 1, w, stats, FAVOR_ISA_AUTO, &map),
                  FAVOR_ERR_VALUE);
    assert_null(map);
  }
  assert_status(counts_try(FAVOR_ESTIMATOR_GEOMETRIC, 2, 1, NULL, NULL, FAVOR_ISA_AUTO, &map),
                FAVOR_ERR_STATISTICS);
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = 2;
  opts.projections = 2;
  opts.estimator = FAVOR_ESTIMATOR_POISSON;
  opts.coupling = FAVOR_COUPLING_ORTHOGONAL;
  opts.stats = stats;
  assert_status(favor_map_create(&opts, &map), FAVOR_ERR_COMBINATION);
  favor_stats_destroy(stats);
}

/** Below every coordinate a shift makes features positive, and row scalars undo it exactly. */
static void a_shift_below_all_makes_positive_features(void **state) {
  enum { D = 3, M = 40 };
  static const double q[D] = {.5, -.75, .25}, k[D] = {-.5, .25, .75}, shift[D] = {-1, -1.5, -.5};
  (void)state;
  for (int e = 0; e < 2; e++) {
    double w[M * D], log_phi[M], rate[D], moved[2][D], dot = 0, got = 0;
    int8_t sign[M];
    favor_map_opts opts;
    favor_map *map = NULL;
    favor_stats *stats = counts_statistics(D, q, k);
    assert_ok(favor_map_opts_init(&opts));
    opts.dim = D;
    opts.projections = M;
    opts.estimator = counts_estimators[e];
    opts.stats = stats;
    opts.shift = shift;
    assert_ok(favor_map_create(&opts, &map));
    for (int l = 0; l < D; l++) {
      moved[0][l] = q[l] - shift[l];
      moved[1][l] = k[l] - shift[l];
      dot += shift[l] * (q[l] + k[l] - shift[l]);
    }
    counts_rates(map, counts_estimators[e], D, moved[0], moved[1], rate);
    assert_ok(favor_map_copy_projections_f64(map, w, D));
    assert_ok(favor_map_log_features_f64(map, FAVOR_KEY, 1, k, D, log_phi, M, sign, NULL));
    assert_ok(favor_kernel_estimate_f64(map, 1, q, D, 1, k, D, &got, 1, NULL, 0, NULL, NULL));
    long double owed = 0;
    for (int j = 0; j < M; j++) {
      assert_int_equal(sign[j], 1);
      owed += counts_feature(counts_estimators[e], D, rate, w + j * D, moved[0]) *
              counts_feature(counts_estimators[e], D, rate, w + j * D, moved[1]) / M;
    }
    owed *= expl(dot);
    assert_true(fabsl(got - owed) <= 1e-12L * owed);
    favor_map_destroy(map);
    opts.recentre = FAVOR_OFF;
    assert_status(favor_map_create(&opts, &map), FAVOR_ERR_COMBINATION);
    const double bad[D] = {0, NAN, 0};
    opts.recentre = FAVOR_DEFAULT;
    opts.shift = bad;
    assert_status(favor_map_create(&opts, &map), FAVOR_ERR_NONFINITE);
    favor_stats_destroy(stats);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(degenerate_statistics_make_valid_maps),
      cmocka_unit_test(no_draw_passes_the_bound),
      cmocka_unit_test(what_are_no_counts_is_refused),
      cmocka_unit_test(a_shift_below_all_makes_positive_features),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
