/* SPDX-License-Identifier: MIT */
/** What a forecast owes whatever the closed form is: laws of blocks, of scale and of shifts, its
 *  limits, and its arguments. The closed forms themselves: conformance/test_forecast.c.
 *
 *  Laws hold to 1e-9 in the logarithm, as relative mean squared errors above 1e-6 are known. */
#include "robust/allocator.h"
#include "robust/maps.h"

#define DIM 6
#define PAIRS 5

/* Every estimator and coupling with a closed form, of the kernel that it is first valid for. */
static int forecast_cases(map_case out[MAP_CASES_MAX]) {
  map_case all[MAP_CASES_MAX];
  const int count = map_laws(all);
  int n = 0;
  for (int i = 0; i < count; i++) {
    const bool arccos = all[i].kernel == FAVOR_KERNEL_ARCCOS1;
    if ((arccos && all[i].coupling != FAVOR_COUPLING_IID)) continue;
    /* Of complex features independent rows alone are known: conformance/test_complex.c. */
    if (all[i].estimator == FAVOR_ESTIMATOR_COMPLEX_GERF) continue;
    if (all[i].estimator == FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL) continue;
    if (all[i].coupling == FAVOR_COUPLING_SIMPLEX_PLUS) continue;
    if (all[i].coupling == FAVOR_COUPLING_HADAMARD) continue;
    if (!map_case_wants_statistics(&all[i])) out[n++] = all[i];
  }
  assert_true(n >= 12);
  return n;
}

static favor_map *make(const map_case *c, int64_t projections, double scale, uint64_t seed) {
  favor_map_opts opts;
  favor_map *map = NULL;
  map_case_opts(c, DIM, projections, NULL, &opts);
  opts.scale = scale;
  opts.seed = seed;
  assert_ok(favor_map_create(&opts, &map));
  return map;
}

/* Pairs whose rows have norms up to 1.5 size; no two are parallel. */
static void make_pairs(double size, double *x, double *y) {
  fill_f64(PAIRS * DIM, x, 21);
  fill_f64(PAIRS * DIM, y, 22);
  for (int i = 0; i < PAIRS * DIM; i++) {
    x[i] *= size;
    y[i] *= size;
  }
}

/* Forecasts of a map of its own, which is destroyed. */
static void forecast(favor_map *map, const double *x, const double *y, double *out) {
  assert_ok(favor_forecast_pairs_f64(map, PAIRS, x, DIM, y, DIM, out));
  favor_map_destroy(map);
}

static void assert_all_near(const double *a, const double *b, double shift) {
  for (int i = 0; i < PAIRS; i++) assert_near(a[i], b[i] + shift, 1e-9);
}

static void whole_blocks_divide_the_variance(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  double x[PAIRS * DIM], y[PAIRS * DIM], one[PAIRS], five[PAIRS];
  make_pairs(0.7, x, y);
  for (int i = 0; i < n; i++) {
    if (cases[i].coupling == FAVOR_COUPLING_FIXED_NORM)
      continue; /* biased: a bias does not divide */
    forecast(make(&cases[i], DIM, 1, 0), x, y, one);
    forecast(make(&cases[i], 5 * DIM, 1, 0), x, y, five);
    assert_all_near(five, one, -log(5.0));
  }
}

/* The last block of r rows is that of a map with M = r, and blocks weigh by their rows squared. */
static void a_partial_block_adds_its_own_variance(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  double x[PAIRS * DIM], y[PAIRS * DIM], whole[PAIRS], part[PAIRS], both[PAIRS];
  make_pairs(0.7, x, y);
  for (int i = 0; i < n; i++)
    for (int r = 1; r < DIM; r++) {
      if (cases[i].coupling == FAVOR_COUPLING_FIXED_NORM) continue;
      forecast(make(&cases[i], 2 * DIM, 1, 0), x, y, whole);
      forecast(make(&cases[i], r, 1, 0), x, y, part);
      forecast(make(&cases[i], 2 * DIM + r, 1, 0), x, y, both);
      const double weight = 2.0 * DIM / (2.0 * DIM + r);
      for (int k = 0; k < PAIRS; k++)
        assert_near(
            both[k],
            log(weight * weight * exp(whole[k]) + (1 - weight) * (1 - weight) * exp(part[k])),
            1e-9);
    }
}

static void scale_is_that_of_the_rows_and_no_seed_matters(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  double x[PAIRS * DIM], y[PAIRS * DIM], half_x[PAIRS * DIM], half_y[PAIRS * DIM];
  double a[PAIRS], b[PAIRS], swapped[PAIRS];
  make_pairs(1.0, x, y);
  for (int i = 0; i < PAIRS * DIM; i++) {
    half_x[i] = 0.5 * x[i];
    half_y[i] = 0.5 * y[i];
  }
  for (int i = 0; i < n; i++) {
    forecast(make(&cases[i], 9, 0.25, 1), x, y, a);
    forecast(make(&cases[i], 9, 1, 2), half_x, half_y, b);
    forecast(make(&cases[i], 9, 0.25, 3), y, x, swapped);
    assert_all_near(a, b, 0);
    assert_all_near(a, swapped, 0);
  }
}

static void recentring_forecasts_the_shifted_rows(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  const double b[DIM] = {1, -2, 0.5, 3, 0, -1}, c[DIM] = {-0.5, 2, 4, -1, 1, 0.25};
  double x[PAIRS * DIM], y[PAIRS * DIM], far_x[PAIRS * DIM], far_y[PAIRS * DIM], a[PAIRS], d[PAIRS];
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(DIM, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 1, b, DIM, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 1, c, DIM, NULL));
  make_pairs(0.5, x, y);
  for (int i = 0; i < PAIRS * DIM; i++) {
    far_x[i] = x[i] + b[i % DIM];
    far_y[i] = y[i] + c[i % DIM];
  }
  for (int i = 0; i < n; i++) {
    if (cases[i].kernel == FAVOR_KERNEL_ARCCOS1) continue; /* has no recentring */
    favor_map_opts opts;
    favor_map *map = NULL;
    map_case_opts(&cases[i], DIM, 9, stats, &opts);
    opts.scale = 1;
    favor_estimator_info info = {.size = sizeof info};
    assert_ok(favor_estimator_get_info(cases[i].estimator, &info));
    if (info.takes_tilt) opts.tilt = -0.05; /* not the fitted one, which recentring moves */
    opts.recentre = FAVOR_ON;
    assert_ok(favor_map_create(&opts, &map));
    forecast(map, far_x, far_y, a);
    opts.recentre = FAVOR_OFF;
    assert_ok(favor_map_create(&opts, &map));
    forecast(map, x, y, d);
    assert_all_near(a, d, 0);
  }
  favor_stats_destroy(stats);
}

/* With norms far beyond use, rows of one block are as good as independent for sums (and for
 * cosines at right angles): no forecast may be NaN, or say that the estimate is exact. */
static void forecasts_of_large_norms_are_those_of_independent_rows(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  const double sizes[] = {10, 30, 1e2, 1e4, 1e8, 1e16, 1e100, 1e153};
  double x[PAIRS * DIM], y[PAIRS * DIM], out[PAIRS], iid[PAIRS];
  for (int i = 0; i < n; i++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      make_pairs(sizes[s], x, y);
      map_case independent = cases[i];
      independent.coupling = FAVOR_COUPLING_IID;
      forecast(make(&cases[i], 9, 1, 0), x, y, out);
      forecast(make(&independent, 9, 1, 0), x, y, iid);
      for (int k = 0; k < PAIRS; k++) {
        assert_true(isfinite(out[k]));
        /* Norms of sqrt(d) do not grow as the kernel does: the estimate is then 0 beside it. */
        const bool vanishes = cases[i].coupling == FAVOR_COUPLING_FIXED_NORM && fabs(out[k]) < 1e-3;
        if (!vanishes) assert_near(out[k], iid[k], 1 + 1e-12 * fabs(iid[k]));
      }
    }
}

/* Rows of norm chi: what coupling gains does not depend on |x + y| once that is small. */
static void gains_of_coupling_have_a_limit_for_small_norms(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = forecast_cases(cases);
  const double sizes[] = {1e-8, 1e-30, 1e-60, 1e-100, 1e-150};
  double x[PAIRS * DIM], y[PAIRS * DIM], out[PAIRS], iid[PAIRS], gain[PAIRS];
  for (int i = 0; i < n; i++) {
    if (cases[i].coupling == FAVOR_COUPLING_FIXED_NORM) continue;
    /* What is left of opposite rows there falls faster than what they cancel, but for a tilt. */
    const bool opposite = cases[i].coupling == FAVOR_COUPLING_ANTITHETIC;
    if (opposite && cases[i].estimator != FAVOR_ESTIMATOR_GERF) continue;
    map_case independent = cases[i];
    independent.coupling = FAVOR_COUPLING_IID;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      make_pairs(sizes[s], x, y);
      forecast(make(&cases[i], 9, 1, 0), x, y, out);
      forecast(make(&independent, 9, 1, 0), x, y, iid);
      for (int k = 0; k < PAIRS; k++) {
        assert_true(isfinite(out[k]));
        if (s == 0) gain[k] = out[k] - iid[k];
        assert_near(out[k] - iid[k], gain[k], 1e-9);
      }
    }
  }
}

/* An even number of opposite rows under positive features is half as many hyperbolic ones of
 * independent rows, at every size that has a forecast. */
static void opposite_rows_of_positive_features_are_hyperbolic_features(void **state) {
  (void)state;
  const map_case opposite = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE,
                             FAVOR_COUPLING_ANTITHETIC, FAVOR_ISA_BASELINE};
  const map_case even = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_HYPERBOLIC, FAVOR_COUPLING_IID,
                         FAVOR_ISA_BASELINE};
  const double sizes[] = {1e-150, 1e-60, 1e-8, 0.1, 0.7, 3, 30, 1e100};
  double x[PAIRS * DIM], y[PAIRS * DIM], a[PAIRS], b[PAIRS];
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    make_pairs(sizes[s], x, y);
    forecast(make(&opposite, 14, 1, 0), x, y, a);
    forecast(make(&even, 7, 1, 0), x, y, b);
    for (int i = 0; i < PAIRS; i++) assert_near(a[i], b[i], 1e-12 * (1 + fabs(b[i])));
  }
}

static void forecasts_read_strided_rows_and_allocate_nothing(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  map_cases(cases);
  test_allocator allocator = {0};
  const favor_allocator hook = test_allocator_hook(&allocator);
  favor_map *map = map_case_create(&cases[0], DIM, 9, NULL, &hook);
  double x[PAIRS * DIM], y[PAIRS * DIM], wide[PAIRS][DIM + 3], a[PAIRS], b[PAIRS];
  make_pairs(0.5, x, y);
  for (int i = 0; i < PAIRS; i++)
    for (int k = 0; k < DIM + 3; k++) wide[i][k] = k < DIM ? x[i * DIM + k] : NAN;
  const long long calls = atomic_load(&allocator.calls);
  assert_ok(favor_forecast_pairs_f64(map, PAIRS, x, DIM, y, DIM, a));
  assert_ok(favor_forecast_pairs_f64(map, PAIRS, wide[0], DIM + 3, y, DIM, b));
  assert_ok(favor_forecast_pairs_f64(map, 0, NULL, DIM, NULL, DIM, NULL));
  assert_int_equal(atomic_load(&allocator.calls), calls);
  assert_memory_equal(a, b, sizeof a);
  favor_map_destroy(map);
  assert_balanced(&allocator);
}

static void wrong_arguments_write_nothing(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  map_cases(cases);
  favor_map *map = map_case_create(&cases[0], DIM, 9, NULL, NULL);
  double x[PAIRS * DIM], y[PAIRS * DIM], out[PAIRS] = {7, 7, 7, 7, 7};
  make_pairs(0.5, x, y);
  assert_status(favor_forecast_pairs_f64(NULL, PAIRS, x, DIM, y, DIM, out), FAVOR_ERR_NULL);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, NULL, DIM, y, DIM, out), FAVOR_ERR_NULL);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, x, DIM, NULL, DIM, out), FAVOR_ERR_NULL);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, x, DIM, y, DIM, NULL), FAVOR_ERR_NULL);
  assert_status(favor_forecast_pairs_f64(map, -1, x, DIM, y, DIM, out), FAVOR_ERR_SHAPE);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, x, DIM - 1, y, DIM, out), FAVOR_ERR_SHAPE);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, x, DIM, y, DIM - 1, out), FAVOR_ERR_SHAPE);
  double copy[PAIRS * DIM];
  memcpy(copy, x, sizeof copy);
  assert_status(favor_forecast_pairs_f64(map, PAIRS, x, DIM, y, DIM, x + 3), FAVOR_ERR_ALIAS);
  assert_memory_equal(copy, x, sizeof copy);
  for (int i = 0; i < PAIRS; i++) assert_true(out[i] == 7);
  favor_map_destroy(map);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_blocks_divide_the_variance),
      cmocka_unit_test(a_partial_block_adds_its_own_variance),
      cmocka_unit_test(scale_is_that_of_the_rows_and_no_seed_matters),
      cmocka_unit_test(recentring_forecasts_the_shifted_rows),
      cmocka_unit_test(forecasts_of_large_norms_are_those_of_independent_rows),
      cmocka_unit_test(gains_of_coupling_have_a_limit_for_small_norms),
      cmocka_unit_test(opposite_rows_of_positive_features_are_hyperbolic_features),
      cmocka_unit_test(forecasts_read_strided_rows_and_allocate_nothing),
      cmocka_unit_test(wrong_arguments_write_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
