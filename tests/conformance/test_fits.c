/* SPDX-License-Identifier: MIT */
/** What is fitted to data: the tilt of OPRF and recentring; and exact unbiasedness by
 *  quadrature. */
#include "conformance/maps.h"
#include "support/quadrature.h"
#include "support/random.h"

/* ---- fits ---- */

static double fitted_tilt(int64_t dim, double phi, int32_t estimator) {
  double x[64] = {0}, y[64] = {0};
  x[dim - 1] = .75 * sqrt(phi);
  y[dim - 1] = .25 * sqrt(phi);
  favor_stats *stats = pair_statistics(dim, x, y);
  favor_map_opts opts = options(dim, 3, estimator, stats);
  opts.recentre = FAVOR_OFF;
  favor_map *map = make(&opts);
  const double tilt = described(map, "tilt");
  favor_map_destroy(map);
  favor_stats_destroy(stats);
  return tilt;
}

/** The three published forms of A*; the first two divide the range of phi between them. */
static double published_tilt(double d, double phi, int form) {
  const double b = 2 * phi + d, s = sqrt(b * b + 8 * d * phi), t = phi / d;
  if (form == 0) return 2 * phi <= d ? -phi / (d - 2 * phi + s) : (d - 2 * phi - s) / (16 * d);
  if (form == 1) return (1 - (b + s) / (2 * d)) / 8;
  return (1 - 2 * t - sqrt((2 * t + 1) * (2 * t + 1) + 8 * t)) / 16;
}

static void oprf_tilt_is_the_minimum_found_by_search(void **state) {
  static const double phi[] = {1e-3, .1, 1, 4, 30, 300};
  (void)state;
  for (int64_t d = 1; d <= 64; d *= 8)
    for (int i = 0; i < 6; i++) {
      const double tilt = fitted_tilt(d, phi[i], FAVOR_ESTIMATOR_OPRF);
      assert_near(tilt, ref_best_tilt(d, phi[i]), 1e-6 * (1 + fabs(tilt)));
      for (int form = 0; form < 3; form++)
        assert_near(tilt, published_tilt((double)d, phi[i], form), 1e-12 * (1 + fabs(tilt)));
      assert_near(tilt / published_tilt((double)d, phi[i], 0), 1,
                  1e-13); /* also where it is small */
      assert_near(fitted_tilt(d, phi[i], FAVOR_ESTIMATOR_GERF), tilt, 0);
    }
}

static void oprf_tilt_is_zero_when_inputs_are_zero(void **state) {
  (void)state;
  assert_true(fitted_tilt(7, 0, FAVOR_ESTIMATOR_OPRF) == 0);
}

/** The mean of |x' + y'|^2 over all pairs of several rows, by the double loop. */
static void oprf_reads_the_mean_over_all_pairs(void **state) {
  enum { D = 5, N = 30, K = 17 };
  double x[N * D], y[K * D], phi[2] = {0, 0};
  double mean[2][D] = {{0}, {0}};
  favor_stats *stats = NULL;
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 8);
  for (int i = 0; i < N * D; i++) x[i] = .7 + test_rng_normal(&rng);
  for (int j = 0; j < K * D; j++) y[j] = -.2 + .5 * test_rng_normal(&rng);
  for (int i = 0; i < N * D; i++) mean[0][i % D] += x[i] / N;
  for (int j = 0; j < K * D; j++) mean[1][j % D] += y[j] / K;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < K; j++)
      for (int k = 0; k < D; k++) {
        const double v = x[i * D + k] + y[j * D + k], w = v - mean[0][k] - mean[1][k];
        phi[0] += .6 * v * v / (N * K);
        phi[1] += .6 * w * w / (N * K);
      }
  assert_ok(favor_stats_create(D, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, N, x, D, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, K, y, D, NULL));
  for (int recentre = 0; recentre < 2; recentre++) {
    favor_map_opts opts = options(D, 4, FAVOR_ESTIMATOR_OPRF, stats);
    opts.scale = .6;
    opts.recentre = recentre ? FAVOR_ON : FAVOR_OFF;
    favor_map *map = make(&opts);
    /* shifts are rounded to float32, which moves phi by 1e-7 of itself */
    assert_near(described(map, "tilt"), ref_best_tilt(D, phi[recentre]), 1e-7);
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

/* ---- recentring ---- */

static void recentring_lowers_the_error_and_leaves_the_kernel_alone(void **state) {
  enum { D = 8, DRAWS = 400 };
  double b[D], c[D], x[D], y[D], error[2] = {0, 0}, forecast[2];
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 12);
  for (int k = 0; k < D; k++) {
    b[k] = dyadic(.4 + .1 * test_rng_normal(&rng));
    c[k] = dyadic(.3 + .1 * test_rng_normal(&rng));
    x[k] = b[k] + .1 * test_rng_normal(&rng);
    y[k] = c[k] + .1 * test_rng_normal(&rng);
  }
  favor_stats *stats = designed_statistics(D, b, c, .125);
  const double exact = (double)expl(ref_log_kernel(FAVOR_KERNEL_SOFTMAX, 1, D, x, y));
  for (int on = 0; on < 2; on++) {
    favor_map_opts opts = options(D, 32, FAVOR_ESTIMATOR_POSITIVE, stats);
    opts.recentre = on ? FAVOR_ON : FAVOR_OFF;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
      double estimate;
      opts.seed = seed;
      favor_map *map = make(&opts);
      assert_ok(
          favor_kernel_estimate_f64(map, 1, x, D, 1, y, D, &estimate, 1, NULL, 0, NULL, NULL));
      if (seed == 0) assert_ok(favor_forecast_pairs_f64(map, 1, x, D, y, D, &forecast[on]));
      error[on] += (estimate / exact - 1) * (estimate / exact - 1) / DRAWS;
      favor_map_destroy(map);
    }
  }
  assert_true(forecast[1] < forecast[0] - 3);
  assert_true(error[1] < error[0] / 10);
  favor_stats_destroy(stats);
}

/** Statistics switch recentring on by default, for kernels that allow it. */
static void recentring_is_the_default_with_statistics(void **state) {
  const double row[2] = {1, 2};
  char json[1024];
  favor_stats *stats = pair_statistics(2, row, row);
  (void)state;
  for (int given = 0; given < 2; given++) {
    favor_map_opts opts = options(2, 4, FAVOR_ESTIMATOR_POSITIVE, given ? stats : NULL);
    favor_map *map = make(&opts);
    assert_ok(favor_map_describe(map, json, sizeof json));
    assert_non_null(strstr(json, given ? "\"recentre\":true" : "\"recentre\":false"));
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

/* ---- exact unbiasedness: given projections at Gauss-Hermite nodes ---- */

/** sum over nodes of weight times the product of features, from the library's own logarithms. */
static double integrate(const favor_map *map, int64_t rows, const long double *weight, int64_t d,
                        const double *x, const double *y) {
  const int64_t f = favor_map_features(map), per = f / rows;
  double *log_phi = malloc(sizeof(double) * (size_t)(2 * f));
  int8_t *sign = malloc((size_t)(2 * f));
  long double sum = 0;
  assert_true(log_phi && sign);
  assert_ok(favor_map_log_features_f64(map, FAVOR_QUERY, 1, x, d, log_phi, f, sign, NULL));
  assert_ok(favor_map_log_features_f64(map, FAVOR_KEY, 1, y, d, log_phi + f, f, sign + f, NULL));
  for (int64_t j = 0; j < f; j++)
    sum += weight[j / per] * (long double)rows * sign[j] * sign[f + j] *
           expl((long double)log_phi[j] + log_phi[f + j]);
  free(log_phi);
  free(sign);
  return (double)sum;
}

static void check_integral(const combination *c, double scale, bool recentre) {
  enum { NODES = 48, D = 2, ROWS = NODES * NODES };
  static double w[ROWS * D];
  static long double weight[ROWS];
  const double x[D] = {.7, -.4}, y[D] = {.2, .5}, b[D] = {.5, -.25}, k[D] = {-.25, .75};
  const int64_t rows = quadrature_grid(NODES, D, w, weight);
  favor_stats *stats = designed_statistics(D, b, k, .5);
  favor_map *map = NULL;
  favor_map_opts opts =
      options(D, rows, c->estimator, c->info.wants_statistics || recentre ? stats : NULL);
  opts.kernel = c->kernel;
  opts.scale = scale;
  opts.recentre = recentre ? FAVOR_ON : FAVOR_OFF;
  if (c->info.takes_tilt) opts.tilt = -.0703125;
  assert_ok(favor_map_create_from_projections_f64(&opts, w, D, &map));
  const double exact = (double)expl(ref_log_kernel(c->kernel, scale, D, x, y));
  assert_near(integrate(map, rows, weight, D, x, y) / exact, 1, 1e-11);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

/** No draws: the integral over w is exact to rounding, so any slip in a constant shows. relu is not
 *  smooth and is left to the draws. */
static void every_smooth_estimator_integrates_to_its_kernel(void **state) {
  static combination all[COMBINATIONS_MAX];
  const int n = combinations(all);
  int run = 0;
  (void)state;
  for (int i = 0; i < n; i++) {
    const combination *c = all + i;
    if (c->kernel == FAVOR_KERNEL_ARCCOS1 || c->coupling != FAVOR_COUPLING_IID || !c->info.unbiased)
      continue;
    /* Sums over counts instead: test_counts.c. */
    if (c->estimator == FAVOR_ESTIMATOR_POISSON || c->estimator == FAVOR_ESTIMATOR_GEOMETRIC)
      continue;
    for (int recentre = 0; recentre < 2; recentre++) {
      check_integral(c, 1, recentre);
      check_integral(c, 1.75, recentre);
      run++;
    }
  }
  assert_true(run > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(oprf_tilt_is_the_minimum_found_by_search),
      cmocka_unit_test(oprf_tilt_is_zero_when_inputs_are_zero),
      cmocka_unit_test(oprf_reads_the_mean_over_all_pairs),
      cmocka_unit_test(recentring_lowers_the_error_and_leaves_the_kernel_alone),
      cmocka_unit_test(recentring_is_the_default_with_statistics),
      cmocka_unit_test(every_smooth_estimator_integrates_to_its_kernel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
