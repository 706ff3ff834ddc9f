/* SPDX-License-Identifier: MIT */
/** The closed forms of tests/support against known values: published tables, textbook identities,
 *  and each other by routes that share no formula. Tolerances are those of the digits given. */
#include "support/closed_form.h"
#include "support/conformity.h"
#include "support/quadrature.h"
#include "support/random.h"
#include "support/statistics.h"
#include "support/test.h"

/** ln of the relative mean squared error at v = |x' + y'|, d = M = 64, x = y. */
static long double relmse_at(int32_t estimator, int32_t coupling, double v) {
  ref_law law = {estimator, coupling, 64, 64, 0, (long double)v * v, 0, 0, NULL, NULL};
  if (estimator == FAVOR_ESTIMATOR_OPRF) law.tilt = (double)ref_best_tilt(64, law.sum2);
  return ref_log_relmse(&law);
}

static double relmse_ratio(int32_t estimator, int32_t coupling, int32_t to, double v) {
  return (double)expl(relmse_at(estimator, coupling, v) - relmse_at(estimator, to, v));
}

static void couplings_of_positive_features_follow_the_published_table(void **state) {
  static const double v[] = {.25, .5, .75, 1, 1.5, 2, 3};
  static const double orthogonal[] = {.971, .896, .804, .731, .737, .879, .997};
  static const double simplex[] = {.011, .031, .094, .233, .672, .930, .999};
  (void)state;
  for (int i = 0; i < 7; i++) {
    assert_near(
        relmse_ratio(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_ORTHOGONAL, FAVOR_COUPLING_IID, v[i]),
        orthogonal[i], 1e-3);
    assert_near(relmse_ratio(FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_SIMPLEX,
                             FAVOR_COUPLING_ORTHOGONAL, v[i]),
                simplex[i], 1e-3);
  }
}

static void couplings_of_oprf_follow_the_published_table(void **state) {
  static const double v[] = {.5, 1, 1.5, 2, 3}, expected[] = {.021, .182, .59, .886, .99};
  static const double digit[] = {1e-3, 1e-3, 1e-2, 1e-3, 1e-2};
  (void)state;
  for (int i = 0; i < 5; i++)
    assert_near(
        relmse_ratio(FAVOR_ESTIMATOR_OPRF, FAVOR_COUPLING_SIMPLEX, FAVOR_COUPLING_ORTHOGONAL, v[i]),
        expected[i], digit[i]);
}

/** ln of FAVOR+'s variance over OPRF's for one projection, x = y, d = 64. */
static double oprf_gain(double norm) {
  ref_law law = {
      FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID, 64, 1, 0, 4 * norm * norm, 0, 0, NULL, NULL};
  const long double plain = ref_log_relmse(&law);
  law.estimator = FAVOR_ESTIMATOR_OPRF;
  law.tilt = (double)ref_best_tilt(64, law.sum2);
  return (double)(plain - ref_log_relmse(&law));
}

static void oprf_gains_on_positive_features_as_published(void **state) {
  (void)state;
  assert_near(oprf_gain(1), .42, 5e-3);
  assert_near(oprf_gain(2), 4.39, 5e-3);
  assert_near(oprf_gain(3), 15.1, 5e-2);
  assert_near(oprf_gain(4), 33.9, 5e-2);
  assert_near(oprf_gain(5), 61.2, 5e-2);
}

typedef struct table_row {
  double norm, cosine, trigonometric, positive, hyperbolic, oprf, tilt;
} table_row;

/** log10 relvar of one projection, d = 64, |x| = |y| = norm. */
static const table_row TABLE[] = {
    {1, -.5, .96, .24, -.27, .21, -.0076},    {1, 0, .44, .81, .44, .75, -.0148},
    {1, .5, -.27, 1.28, .96, 1.17, -.0217},   {1, .9, -1.70, 1.64, 1.33, 1.48, -.0270},
    {2, -.5, 4.91, 1.73, 1.42, 1.55, -.0284}, {2, 0, 3.17, 3.47, 3.17, 2.87, -.0532},
    {2, .5, 1.42, 5.21, 4.91, 4.02, -.0760},  {4, -.5, 20.6, 6.95, 6.65, 5.04, -.0976},
    {4, 0, 13.6, 13.9, 13.6, 8.37, -.1768},   {4, .5, 6.65, 20.9, 20.6, 10.95, -.2500},
};

static double log10_relvar(int32_t estimator, const table_row *row, double tilt) {
  const double norm2 = 2 * row->norm * row->norm;
  const ref_law law = {estimator,
                       FAVOR_COUPLING_IID,
                       64,
                       1,
                       tilt,
                       norm2 * (1 + row->cosine),
                       norm2 * (1 - row->cosine),
                       0,
                       NULL,
                       NULL};
  return (double)(ref_log_relmse(&law) / logl(10));
}

static void variances_of_one_projection_follow_the_published_table(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
    const table_row *row = TABLE + i;
    const double half = row->norm < 4 ? 5.1e-3 : 6e-2;
    const double tilt = (double)ref_best_tilt(64, 2 * row->norm * row->norm * (1 + row->cosine));
    assert_near(tilt, row->tilt, 5.1e-5);
    assert_near(log10_relvar(FAVOR_ESTIMATOR_TRIGONOMETRIC, row, 0), row->trigonometric, half);
    assert_near(log10_relvar(FAVOR_ESTIMATOR_POSITIVE, row, 0), row->positive, half);
    assert_near(log10_relvar(FAVOR_ESTIMATOR_HYPERBOLIC, row, 0), row->hyperbolic, half);
    assert_near(log10_relvar(FAVOR_ESTIMATOR_OPRF, row, tilt), row->oprf, half);
  }
}

static void conformity_is_the_same_by_quadrature_and_by_series(void **state) {
  static const int dims[] = {1, 2, 3, 6, 15, 64, 128};
  static const long double cosines[] = {0, -1, -.5L, -1 / 63.0L, .4L};
  static const long double squares[] = {-4, -1, -.25L, 0, .0625L, 1, 3};
  (void)state;
  for (int d = 0; d < 7; d++)
    for (int c = 0; c < 5; c++)
      for (int s = 0; s < 7; s++) {
        const long double a = ref_conformity(dims[d], cosines[c], squares[s]);
        const long double b = ref_conformity_series(dims[d], cosines[c], squares[s]);
        assert_near(a / b, 1, 1e-13);
        if (fabsl(squares[s]) <= 1)
          assert_near(ref_conformity_excess(dims[d], cosines[c], squares[s]), b - expl(squares[s]),
                      1e-15);
      }
}

/** rho_c(s) = E over the two norms of 0F1(; d/2; (a^2 + b^2 + 2abc) s / 4): plain Monte Carlo. */
static void conformity_agrees_with_drawn_norms(void **state) {
  const double c = -.5, s = 1;
  sample drawn = {0};
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 11);
  for (int i = 0; i < 100000; i++) {
    double g[6], a2 = 0, b2 = 0;
    test_rng_normals(&rng, 6, g);
    for (int k = 0; k < 3; k++) a2 += g[k] * g[k], b2 += g[3 + k] * g[3 + k];
    sample_add(&drawn, (double)ref_0f1(1.5L, (a2 + b2 + 2 * c * sqrt(a2 * b2)) * s / 4));
  }
  assert_near(z_score(sample_mean(&drawn), (double)ref_conformity(3, c, s), sample_stderr(&drawn)),
              0, 5);
}

static void conformity_has_its_special_cases(void **state) {
  (void)state;
  /* Antipodal rows of one dimension: w_i = a, w_j = -b with a, b = |N(0, 1)|; E e^(av) E e^(-bv). */
  const long double v = 0.7L, up = expl(v * v / 2) * erfcl(-v / sqrtl(2));
  const long double down = expl(v * v / 2) * erfcl(v / sqrtl(2));
  assert_near(ref_conformity(1, -1, v * v), up * down, 1e-12);
  /* Parallel or antipodal with even odds is two independent rows of one dimension. */
  assert_near((ref_conformity(1, 1, v * v) + ref_conformity(1, -1, v * v)) / 2, expl(v * v), 1e-12);
  /* Orthogonal rows: 1F1(d; d/2; s/2), d = 2: (1 + s/2 ...) e^(s/2) with 1F1(2; 1; t) = (1 + t) e^t. */
  assert_near(ref_conformity(2, 0, 1), 1.5L * expl(0.5L), 1e-12);
}

static void bessel_series_have_their_elementary_cases(void **state) {
  (void)state;
  assert_near(ref_0f1(1.5L, 1), sinhl(2) / 2, 1e-15);
  assert_near(ref_0f1(0.5L, -4), cosl(4), 1e-15);
  assert_near(ref_0f1(1.5L, -4), sinl(4) / 4, 1e-15);
  assert_near(ref_0f1(1, -2500), j0(100), 1e-13);
  assert_near(ref_0f1(1, -1e5L), j0(sqrt(4e5)), 1e-13);
  assert_near(ref_1f1(1, 1, -3), expl(-3), 1e-18);
  assert_near(ref_1f1(1, 2, 5), expm1l(5) / 5, 1e-14);
}

/** The bias of norms sqrt(d), in per cent at d = 64, from algorithms.md: -.4, -5.5, -19, -53,
 *  -92. */
static void fixed_norms_have_the_known_bias(void **state) {
  static const double v2[] = {1, 4, 8, 16, 32}, percent[] = {-.4, -5.5, -19, -53, -92};
  (void)state;
  for (int i = 0; i < 5; i++) {
    const ref_law law = {
        FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_FIXED_NORM, 64, 64, 0, v2[i], 0, 0, NULL, NULL};
    assert_near(100 * (double)(ref_relative_mean(&law) - 1), percent[i], i < 2 ? .05 : .5);
  }
}

/** The fixed-norm mean squared error in one dimension, where w = +-1: two points, summed by
 *  hand. */
static void fixed_norm_errors_equal_the_sum_over_two_points(void **state) {
  static const int32_t estimators[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_TRIGONOMETRIC,
                                       FAVOR_ESTIMATOR_HYPERBOLIC, FAVOR_ESTIMATOR_GERF};
  const double x = .6, y = .3;
  (void)state;
  for (int e = 0; e < 4; e++) {
    ref_law law = {estimators[e], FAVOR_COUPLING_FIXED_NORM, 1, 1, 0, 0, 0, 0, NULL, NULL};
    long double error = 0, mean = 0;
    law.tilt = estimators[e] == FAVOR_ESTIMATOR_GERF ? -.05 : 0;
    ref_law_set_pair(&law, 1, &x, &y, NULL, NULL);
    for (int point = 0; point < 2; point++) {
      const double w = 2 * point - 1;
      const ref_map map = {0, law.estimator, 1, 1, 1, law.tilt, &w, NULL, NULL, NULL};
      ref_feature scratch[4];
      const long double r = expl(ref_estimate(&map, &x, &y, scratch).log - (long double)x * y);
      error += (r - 1) * (r - 1) / 2;
      mean += r / 2;
    }
    assert_near(ref_log_relmse(&law), logl(error), 1e-12);
    assert_near(ref_relative_mean(&law), mean, 1e-15);
  }
}

static void the_brute_force_tilt_solves_the_stationary_equation(void **state) {
  static const double phi[] = {1e-3, .1, 1, 4, 16, 300};
  (void)state;
  for (int i = 0; i < 6; i++)
    for (int d = 1; d <= 64; d *= 8) {
      const long double r = 1 / (1 - 8 * ref_best_tilt(d, phi[i]));
      assert_near((2 * phi[i] * r * r + (d + 2 * phi[i]) * r - d) / (d + phi[i]), 0, 1e-7);
    }
  assert_near(ref_best_tilt(64, 0), 0, 1e-9);
}

static void quadrature_integrates_polynomials_exactly(void **state) {
  quadrature q;
  long double fourth = 0, tenth = 0, mass = 0;
  (void)state;
  quadrature_normal(6, &q);
  for (int i = 0; i < 6; i++) {
    mass += q.weight[i];
    fourth += q.weight[i] * powl(q.node[i], 4);
    tenth += q.weight[i] * powl(q.node[i], 10);
  }
  assert_near(mass, 1, 1e-17);
  assert_near(fourth, 3, 1e-16);
  assert_near(tenth, 945, 1e-13);
  quadrature_legendre(200, &q);
  for (fourth = mass = 0, tenth = 0; q.n > 0; q.n--) {
    fourth += q.weight[q.n - 1] * powl(q.node[q.n - 1], 4);
    tenth += q.weight[q.n - 1] * expl(q.node[q.n - 1]);
  }
  assert_near(fourth, 2.0L / 5, 1e-16);
  assert_near(tenth, 2 * sinhl(1), 1e-16);
}

static void partial_blocks_add_up(void **state) {
  ref_law law = {
      FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_SIMPLEX, 8, 19, 0, .49L, 0, 0, NULL, NULL};
  const long double whole = expl(ref_log_relmse(&law));
  (void)state;
  law.projections = 8;
  const long double full = expl(ref_log_relmse(&law));
  /* three vertices at cosine -1/2, straight from the definition of the variance of a mean */
  const long double one = expm1l(.49L), pair = ref_conformity(8, -.5L, .49L) * expl(-.49L) - 1;
  const long double three = (3 * one + 6 * pair) / 9;
  assert_near(whole / ((2 * 64 * full + 9 * three) / (19 * 19)), 1, 1e-13);
  law.projections = 1;
  assert_near(expl(ref_log_relmse(&law)), one, 1e-15);
}

static void sample_statistics_know_their_errors(void **state) {
  sample normal = {0}, small = {0};
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 5);
  for (int i = 0; i < 100000; i++) sample_add(&normal, 3 + 2 * test_rng_normal(&rng));
  assert_near(z_score(sample_mean(&normal), 3, sample_stderr(&normal)), 0, 5);
  assert_near(z_score(sample_variance(&normal), 4, sample_variance_stderr(&normal)), 0, 5);
  assert_near(sample_variance_stderr(&normal), 4 * sqrt(2e-5), 4e-4);
  for (int i = 1; i <= 4; i++) sample_add(&small, i * i);
  assert_near(sample_mean(&small), 7.5, 1e-15);
  assert_near(sample_variance(&small), 43, 1e-13);
  assert_near(small.m4, 7160.25, 1e-11); /* deviations -6.5 -3.5 1.5 8.5 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(couplings_of_positive_features_follow_the_published_table),
      cmocka_unit_test(couplings_of_oprf_follow_the_published_table),
      cmocka_unit_test(oprf_gains_on_positive_features_as_published),
      cmocka_unit_test(variances_of_one_projection_follow_the_published_table),
      cmocka_unit_test(conformity_is_the_same_by_quadrature_and_by_series),
      cmocka_unit_test(conformity_agrees_with_drawn_norms),
      cmocka_unit_test(conformity_has_its_special_cases),
      cmocka_unit_test(bessel_series_have_their_elementary_cases),
      cmocka_unit_test(fixed_norms_have_the_known_bias),
      cmocka_unit_test(fixed_norm_errors_equal_the_sum_over_two_points),
      cmocka_unit_test(the_brute_force_tilt_solves_the_stationary_equation),
      cmocka_unit_test(quadrature_integrates_polynomials_exactly),
      cmocka_unit_test(partial_blocks_add_up),
      cmocka_unit_test(sample_statistics_know_their_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
