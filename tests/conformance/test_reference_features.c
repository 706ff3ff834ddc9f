/* SPDX-License-Identifier: MIT */
/** The reference features and kernels of tests/support against integrals over the law of w and
 *  values by hand, and the JSON checker against texts. Tolerances are those of the quadrature. */
#include "support/closed_form.h"
#include "support/json.h"
#include "support/quadrature.h"
#include "support/test.h"

static const double PI = 3.14159265358979323846;

/* Every estimator's features, integrated over the law of w on a grid of Gauss-Hermite nodes, give the
 * kernel, and their squares the closed-form variance: scale, Gaussian kernel and recentring
 *  included. */

typedef struct integral {
  long double mean, second; /* of K^ / K over one projection */
} integral;

static integral integrate(ref_map map, int nodes, const double *x, const double *y) {
  enum { MOST = 64 * 64 };
  static double w[MOST * 2];
  static long double weight[MOST];
  const int64_t rows = quadrature_grid(nodes, map.dim, w, weight);
  const long double exact = ref_log_kernel(map.kernel, map.scale, map.dim, x, y);
  integral sum = {0, 0};
  ref_feature scratch[4];
  for (int64_t i = 0; i < rows; i++) {
    map.w = w + i * map.dim;
    const ref_value z = ref_estimate(&map, x, y, scratch);
    const long double r = z.sign * expl(z.log - exact);
    sum.mean += weight[i] * r;
    sum.second += weight[i] * r * r;
  }
  return sum;
}

static void check_features(int32_t kernel, int32_t estimator, double tilt, double scale,
                           bool recentre) {
  const double x[2] = {.5, -.3}, y[2] = {.2, .7}, b[2] = {.4, .1}, c[2] = {-.2, .5};
  for (int64_t d = 1; d <= 2; d++) {
    const ref_map map = {
        kernel, estimator, d, 1, scale, tilt, NULL, recentre ? b : NULL, recentre ? c : NULL, NULL};
    ref_law law = {estimator, FAVOR_COUPLING_IID, d, 1, tilt, 0, 0, 0, NULL, NULL};
    const integral sum = integrate(map, 64, x, y);
    ref_law_set_pair(&law, scale, x, y, map.query_mean, map.key_mean);
    assert_near(sum.mean, 1, 1e-13);
    assert_near(sum.second - 1, ref_relvar_one(&law), 1e-11);
  }
}

static void features_integrate_to_their_kernel_and_variance(void **state) {
  static const int32_t estimators[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_TRIGONOMETRIC,
                                       FAVOR_ESTIMATOR_HYPERBOLIC, FAVOR_ESTIMATOR_GERF,
                                       FAVOR_ESTIMATOR_GERF};
  static const double tilts[] = {0, 0, 0, -.2, .04};
  (void)state;
  for (int e = 0; e < 5; e++)
    for (int32_t kernel = FAVOR_KERNEL_SOFTMAX; kernel <= FAVOR_KERNEL_GAUSSIAN; kernel++)
      for (int recentre = 0; recentre < 2; recentre++)
        for (double scale = .5; scale < 2; scale += .5)
          check_features(kernel, estimators[e], tilts[e], scale, recentre);
}

/** Opposite rows as a map of two projections, w and -w, over the same grid. */
static void check_opposite(int32_t estimator, int32_t kernel, double tilt) {
  const double x[2] = {.5, -.3}, y[2] = {.2, .7};
  enum { NODES = 64 };
  static double w[NODES * NODES * 2];
  static long double weight[NODES * NODES];
  for (int64_t d = 1; d <= 2; d++) {
    const int64_t rows = quadrature_grid(NODES, d, w, weight);
    const long double exact = ref_log_kernel(kernel, 1, d, x, y);
    ref_law law = {estimator, FAVOR_COUPLING_ANTITHETIC, d, 2, tilt, 0, 0, 0, NULL, NULL};
    long double error = 0;
    for (int64_t i = 0; i < rows; i++) {
      double two[4];
      for (int64_t k = 0; k < d; k++) two[d + k] = -(two[k] = w[i * d + k]);
      const ref_map map = {kernel, estimator, d, 2, 1, tilt, two, NULL, NULL, NULL};
      ref_feature scratch[4];
      const long double r = expl(ref_estimate(&map, x, y, scratch).log - exact);
      error += weight[i] * (r - 1) * (r - 1);
    }
    ref_law_set_pair(&law, 1, x, y, NULL, NULL);
    assert_near(error / expl(ref_log_relmse(&law)), 1, 1e-10);
  }
}

static void opposite_rows_integrate_to_their_variance(void **state) {
  static const double tilts[] = {-.2, -.05, .02};
  (void)state;
  for (int32_t kernel = FAVOR_KERNEL_SOFTMAX; kernel <= FAVOR_KERNEL_GAUSSIAN; kernel++) {
    check_opposite(FAVOR_ESTIMATOR_POSITIVE, kernel, 0);
    for (int i = 0; i < 3; i++) check_opposite(FAVOR_ESTIMATOR_GERF, kernel, tilts[i]);
  }
}

/** ln(E Z^2 / K^2 - 1) in 64 dimensions at x = y = norm (1, ..., 1) / 8: features are products over the
 *  coordinates, so E Z^2 / K^2 is the 64th power of an integral over one. */
static long double log_relvar_of_64(double tilt, double norm) {
  const double x = norm / 8;
  const ref_map map = {
      FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_GERF, 1, 1, 1, tilt, NULL, NULL, NULL, NULL};
  const integral one = integrate(map, 100, &x, &x);
  return logl(expm1l(64 * logl(one.second)));
}

static void the_gain_of_the_optimal_tilt_is_the_published_one_by_quadrature(void **state) {
  static const double norm[] = {1, 2, 3, 4, 5}, gain[] = {.42, 4.39, 15.1, 33.9, 61.2};
  (void)state;
  for (int i = 0; i < 5; i++) {
    const double tilt = (double)ref_best_tilt(64, 4 * norm[i] * norm[i]);
    const double by_quadrature =
        (double)(log_relvar_of_64(0, norm[i]) - log_relvar_of_64(tilt, norm[i]));
    assert_near(by_quadrature, gain[i], norm[i] < 3 ? 5e-3 : 5e-2);
  }
}

/** relu features: the plane, by a fine rule over the direction of w; E r^2 = 2 and E r^4 = 8 by
 *  hand. */
static void relu_features_integrate_to_the_arc_cosine_kernel(void **state) {
  static const double angles[] = {.1, 1, 2, 2.9};
  enum { STEPS = 200000 };
  (void)state;
  for (int i = 0; i < 4; i++) {
    const double x[2] = {1.5, 0}, y[2] = {.8 * cos(angles[i]), .8 * sin(angles[i])};
    const ref_law law = {
        FAVOR_ESTIMATOR_RELU, FAVOR_COUPLING_IID, 2, 1, 0, 0, 0, ref_angle(2, x, y), NULL, NULL};
    const long double exact = expl(ref_log_kernel(FAVOR_KERNEL_ARCCOS1, 3, 2, x, y));
    integral sum = {0, 0};
    for (int k = 0; k < STEPS; k++) {
      const double w[2] = {cos(2 * PI * k / STEPS), sin(2 * PI * k / STEPS)};
      const ref_map map = {
          FAVOR_KERNEL_ARCCOS1, FAVOR_ESTIMATOR_RELU, 2, 1, 3, 0, w, NULL, NULL, NULL};
      ref_feature scratch[2];
      const ref_value z = ref_estimate(&map, x, y, scratch);
      const long double r = z.sign ? expl(z.log) / exact : 0;
      sum.mean += 2 * r / STEPS;
      sum.second += 8 * r * r / STEPS;
    }
    assert_near(sum.mean, 1, 1e-6);
    assert_near(sum.second / (1 + ref_relvar_one(&law)), 1, 1e-6);
    /* Of w and -w one feature at least is 0: the squared mean of two is half the mean square of one. */
    const ref_law two = {
        FAVOR_ESTIMATOR_RELU, FAVOR_COUPLING_ANTITHETIC, 2, 2, 0, 0, 0, law.angle, NULL, NULL};
    assert_near(expl(ref_log_relmse(&two)) / (sum.second / 2 - 1), 1, 1e-5);
  }
}

static void exact_kernels_have_their_special_values(void **state) {
  const double x[2] = {3, 4}, y[2] = {-4, 3}, minus[2] = {-3, -4}, zero[2] = {0, 0};
  (void)state;
  assert_near(ref_log_kernel(FAVOR_KERNEL_SOFTMAX, .5, 2, x, x), 12.5, 0);
  assert_near(ref_log_kernel(FAVOR_KERNEL_GAUSSIAN, .5, 2, x, y), -12.5, 0);
  assert_near(expl(ref_log_kernel(FAVOR_KERNEL_ARCCOS1, 2, 2, x, x)), 25, 1e-15);
  assert_near(expl(ref_log_kernel(FAVOR_KERNEL_ARCCOS1, 2, 2, x, y)), 25 / PI, 1e-15);
  assert_true(isinf(ref_log_kernel(FAVOR_KERNEL_ARCCOS1, 1, 2, x, minus)));
  assert_true(isinf(ref_log_kernel(FAVOR_KERNEL_ARCCOS1, 1, 2, x, zero)));
}

static void json_texts_are_checked_strictly(void **state) {
  static const char *const good[] = {"{}", "[1, -2.5e3, true, null]",
                                     " {\"a\": {\"b\": \"\\u00e9\"}} "};
  static const char *const bad[] = {"",       "{\"a\":1,}", "{\"a\":nan}", "{\"a\":01}",
                                    "{} x",   "{\"a\" 1}",  "{\"a\":1.}",  "[1 2]",
                                    "\"\n\"", "{\"a\":1"};
  const char *text = "{\"q\": {\"a\": 3}, \"a\": -2.5e3, \"b\": \"x\"}";
  double number = 0;
  char name[2];
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(json_valid(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(json_valid(bad[i]));
  assert_true(json_number(text, "a", &number) && number == -2500);
  assert_true(json_string(text, "b", name, sizeof name) && name[0] == 'x');
  assert_false(json_number(text, "b", &number) || json_string(text, "a", name, sizeof name));
  assert_false(json_number(text, "c", &number) || json_string(text, "b", name, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(features_integrate_to_their_kernel_and_variance),
      cmocka_unit_test(opposite_rows_integrate_to_their_variance),
      cmocka_unit_test(the_gain_of_the_optimal_tilt_is_the_published_one_by_quadrature),
      cmocka_unit_test(relu_features_integrate_to_the_arc_cosine_kernel),
      cmocka_unit_test(exact_kernels_have_their_special_values),
      cmocka_unit_test(json_texts_are_checked_strictly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
