/* SPDX-License-Identifier: MIT */
/** Discrete features: against their definition, their exact moments by sums over all counts that matter, the
 *  law of the counts drawn, and rates that are the optimum of their objective. */
#include "conformance/counts.h"
#include "support/statistics.h"

enum { MOST = 60 }; /* counts of a coordinate in exact sums */

static void features_equal_their_definition(void **state) {
  enum { D = 4, M = 45 };
  static const int32_t isas[] = {
#define LIST_ISA(name, symbol, value, text) value,
      FAVOR_ISA_LIST(LIST_ISA)};
  static const double q[D] = {.5, -1, .75, .25}, k[D] = {1, .5, -.5, 2};
  static const double rows[3][D] = {{.5, -.25, 1.5, .75}, {-.5, 0, -2, .25}, {0, 0, 0, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
    for (int e = 0; e < 2; e++) {
      double w[M * D], rate[D], phi[3 * M], log_scale[3];
      float x32[3 * D], phi32[3 * M];
      if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
      favor_stats *stats = counts_statistics(D, q, k);
      favor_map *map = counts_map(counts_estimators[e], D, M, NULL, stats, isas[i]);
      counts_rates(map, counts_estimators[e], D, q, k, rate);
      assert_ok(favor_map_copy_projections_f64(map, w, D));
      for (int r = 0; r < 3 * D; r++) x32[r] = (float)rows[r / D][r % D];
      assert_ok(favor_map_apply_f64(map, FAVOR_KEY, 3, rows[0], D, phi, M, log_scale, NULL, 0, NULL,
                                    NULL));
      assert_ok(
          favor_map_apply_f32(map, FAVOR_QUERY, 3, x32, D, phi32, M, NULL, NULL, 0, NULL, NULL));
      for (int j = 0; j < 3 * M; j++) {
        const long double owed =
            counts_feature(counts_estimators[e], D, rate, w + j % M * D, rows[j / M]) /
            sqrtl((long double)M);
        assert_true(fabsl(phi[j] * expl(log_scale[j / M]) - owed) <= 1e-12L * fabsl(owed));
        /* exponents below 64: 8 units of their rounding */
        assert_true(fabsl(phi32[j] - owed) <= 8 * 64 * 0x1p-24L * fabsl(owed));
      }
      favor_map_destroy(map);
      favor_stats_destroy(stats);
    }
}

/** All counts up to MOST, weighted by their law: the moments to rounding. */
static void check_moments(int32_t estimator, int64_t d, const double *q, const double *k,
                          const double *x, const double *y) {
  static double w[MOST * MOST * 2], phi[2][MOST * MOST];
  const int64_t rows = d == 1 ? MOST : MOST * MOST;
  const double *const row[2] = {x, y};
  double rate[2], forecast = 0, dot = 0;
  favor_stats *stats = counts_statistics(d, q, k);
  for (int64_t j = 0; j < rows; j++) {
    w[j * d] = (double)(j % MOST);
    if (d == 2) w[j * d + 1] = (double)(j / MOST);
  }
  favor_map *map = counts_map(estimator, d, rows, w, stats, FAVOR_ISA_AUTO);
  counts_rates(map, estimator, d, q, k, rate);
  for (int side = 0; side < 2; side++)
    assert_ok(favor_map_apply_f64(map, (favor_side)side, 1, row[side], d, phi[side], rows, NULL,
                                  NULL, 0, NULL, NULL));
  for (int64_t l = 0; l < d; l++) dot += x[l] * y[l];
  long double mean = 0, square = 0;
  for (int64_t j = 0; j < rows; j++) {
    const long double z = rows * expl(-dot) * phi[0][j] * phi[1][j];
    long double log_p = 0;
    for (int64_t l = 0; l < d; l++)
      log_p += counts_log_weight(estimator, rate[l], (int)w[j * d + l]);
    mean += expl(log_p) * z;
    square += expl(log_p) * z * z;
  }
  favor_map_destroy(map);
  map = counts_map(estimator, d, 1, NULL, stats, FAVOR_ISA_AUTO);
  assert_ok(favor_forecast_pairs_f64(map, 1, x, d, y, d, &forecast));
  assert_true(fabsl(mean - 1) <= 1e-10L);
  assert_true(fabsl(expl(forecast) - (square - 1)) <= 1e-10L * square);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

static void moments_are_those_of_the_closed_form(void **state) {
  static const double q[2] = {.8, -.5}, k[2] = {.6, 1}, x[2] = {.9, -.4}, y[2] = {.3, 1.1},
                      far[2] = {-.5, .8};
  (void)state;
  for (int e = 0; e < 2; e++)
    for (int64_t d = 1; d <= 2; d++) {
      check_moments(counts_estimators[e], d, q, k, x, y);
      check_moments(counts_estimators[e], d, q, k, x, far);
    }
}

/** Every count of a coordinate as often as its law says. */
static void counts_follow_their_law(void **state) {
  enum { M = 200000, CELLS = 6 };
  static double w[M * 2];
  static const double q[2] = {1.5, .4}, k[2] = {1, .7};
  (void)state;
  for (int e = 0; e < 2; e++) {
    double rate[2];
    favor_stats *stats = counts_statistics(2, q, k);
    favor_map *map = counts_map(counts_estimators[e], 2, M, NULL, stats, FAVOR_ISA_AUTO);
    counts_rates(map, counts_estimators[e], 2, q, k, rate);
    assert_ok(favor_map_copy_projections_f64(map, w, 2));
    for (int l = 0; l < 2; l++)
      for (int c = 0; c < CELLS; c++) {
        const double p = (double)expl(counts_log_weight(counts_estimators[e], rate[l], c));
        double met = 0;
        for (int j = 0; j < M; j++) met += w[2 * j + l] == c;
        assert_true(fabs(z_score(met / M, p, sqrt(p * (1 - p) / M))) < 5);
      }
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
}

/** ln I_0(z) by its integral, the mean of exp(z cos t); 200 midpoints give all digits up to z = 1500. */
static double log_bessel(double z) {
  enum { STEPS = 200 };
  long double sum = 0;
  for (int i = 0; i < STEPS; i++) sum += expl(z * (cosl(acosl(-1) * (i + .5L) / STEPS) - 1));
  return (double)(z + logl(sum / STEPS));
}

static double objective(int32_t estimator, int64_t d, const double *t, double rate, double factor) {
  double sum = 0;
  for (int64_t l = 0; l < d; l++)
    sum += estimator == FAVOR_ESTIMATOR_POISSON ? t[l] * factor + t[l] / factor
                                                : log_bessel(2 * t[l] / sqrt(rate)) - log1p(-rate);
  return sum;
}

static void rates_are_the_optimum(void **state) {
  static const double q[3] = {.5, 2, -1}, k[3] = {1, 1.5, .1};
  const double t[3] = {.5, 3, .1};
  (void)state;
  favor_stats *stats = counts_statistics(3, q, k);
  /* Poisson: each rate is in the features, as the definition's test shows; any common factor is worse. */
  const double best = objective(FAVOR_ESTIMATOR_POISSON, 3, t, 0, 1);
  for (double f = .5; f < 2; f += .01)
    assert_true(objective(FAVOR_ESTIMATOR_POISSON, 3, t, 0, f) >= best);
  favor_map *map = counts_map(FAVOR_ESTIMATOR_GEOMETRIC, 3, 5, NULL, stats, FAVOR_ISA_AUTO);
  double rate[3];
  counts_rates(map, FAVOR_ESTIMATOR_GEOMETRIC, 3, q, k, rate);
  const double at = objective(FAVOR_ESTIMATOR_GEOMETRIC, 3, t, rate[0], 1);
  for (double logit = -11; logit < 11; logit += .02) {
    const double other = objective(FAVOR_ESTIMATOR_GEOMETRIC, 3, t, 1 / (1 + exp(logit)), 1);
    assert_true(at <= other + 1e-6 * (1 + fabs(other)));
  }
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(features_equal_their_definition),
      cmocka_unit_test(moments_are_those_of_the_closed_form),
      cmocka_unit_test(counts_follow_their_law),
      cmocka_unit_test(rates_are_the_optimum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
