/* SPDX-License-Identifier: MIT */
/** The special functions behind forecasts, against elementary closed forms where they have some,
 *  the references elsewhere, and exact limits where dimensions or arguments are large. */
#include "map/conformity.h"
#include "support/conformity.h"
#include "support/test.h"

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

/* Density sin^p: E cos^2 = 1 / (p + 2). A node spacing that misses a narrow density misses this. */
static void nodes_resolve_every_density(void **state) {
  (void)state;
  const double powers[] = {0, 1, 2, 7, 63, 1000, 5000, 65535};
  for (int i = 0; i < COUNT(powers); i++) {
    favor_quadrature q;
    favor_quadrature_make(&q, powers[i]);
    double sum = 0, cos2 = 0;
    for (int k = 0; k < FAVOR_QUADRATURE; k++) {
      sum += q.weight[k];
      cos2 += q.weight[k] * q.cosine[k] * q.cosine[k];
      assert_near(q.sine[k] * q.sine[k] + q.cosine[k] * q.cosine[k], 1, 8 * DBL_EPSILON);
    }
    assert_near(sum, 1, 1e-13);
    assert_near(cos2 * (powers[i] + 2), 1, 1e-10);
  }
}

/* Relative to itself as far as the reference is good, plus 1e-13 of the variance of one feature
 * that it is held against: e^t - 1, or 2 sinh^2(t / 2) for the even ones. The reference gives
 * rho - e^t. */
static void conformity_is_that_of_the_reference(void **state) {
  (void)state;
  const int dims[] = {2, 3, 8, 64, 128};
  const double ts[] = {1e-8, 0.01, 0.5, 2, 8, 30, 90, -1e-8, -0.01, -0.5, -1.9, -2.1, -8, -30};
  for (int i = 0; i < COUNT(dims); i++) {
    favor_quadrature q;
    favor_quadrature_make(&q, dims[i] - 1);
    const double cosines[] = {0, -1.0 / (dims[i] - 1), 0.4};
    for (int c = 0; c < 3; c++)
      for (int k = 0; k < COUNT(ts); k++) {
        const long double t = (long double)ts[k], grown = expl(-t);
        const long double plus = ref_conformity_excess(dims[i], (long double)cosines[c], t) * grown;
        const long double minus =
            ref_conformity_excess(dims[i], -(long double)cosines[c], t) * grown;
        const double odd = favor_conformity(dims[i], cosines[c], false, ts[k], &q);
        const double even = favor_conformity(dims[i], cosines[c], true, ts[k], &q);
        const double half = sinh(0.5 * ts[k]);
        assert_near(odd, plus, 1e-12 * fabs((double)plus) + 1e-13 * expm1(fabs(ts[k])));
        assert_near(even, 0.5L * (plus + minus),
                    1e-9 * fabs((double)(plus + minus)) + 1e-13 * 2 * half * half);
      }
  }
}

/* d to 65536: for small t the first order is t c (E chi)^2 / d, and the second of relative size
 * t. */
static void conformity_has_its_first_order_in_any_dimension(void **state) {
  (void)state;
  const int64_t dims[] = {2, 64, 512, 2048, 4096, 8192, 65536};
  for (int i = 0; i < COUNT(dims); i++) {
    favor_quadrature q;
    const double d = (double)dims[i], c = -1 / (d - 1), t = 1e-9;
    favor_quadrature_make(&q, d - 1);
    const double chi2 =
        2 * (double)expl(2 * (lgammal(((long double)d + 1) / 2) - lgammal((long double)d / 2)));
    assert_near(favor_conformity(dims[i], c, false, t, &q) / (t * c * chi2 / d), 1,
                4 * t * d + 1e-9);
    /* What a block of a whole simplex leaves: 1 - chi2 / d, which is as small as 1 / (2 d). */
    const double left = 1 + (d - 1) * favor_conformity(dims[i], c, false, t, &q) / t;
    assert_near(left * d / (d - chi2), 1, 1e-4);
  }
}

/* 1F1(2; 1; -x) = e^-x (1 - x), 1F1(4; 2; -x) = e^-x (1 - x + x^2 / 6), 1F1(1; 1/2; -x) -> -1 /
 * (2x), over the variance 2 sinh^2 x of a cosine at |x - y|^2 = 2 x, which passes any range. */
static double over_variance(double rho, double x) {
  return 2 * (rho - exp(-2 * x)) / (expm1(-2 * x) * expm1(-2 * x));
}

static void far_out_conformity_is_that_of_closed_forms(void **state) {
  (void)state;
  const double xs[] = {1.5, 5, 20, 300, 650, 1e4, 1e8};
  favor_quadrature one, three, zero;
  favor_quadrature_make(&zero, 0);
  favor_quadrature_make(&one, 1);
  favor_quadrature_make(&three, 3);
  for (int i = 0; i < COUNT(xs); i++) {
    const double x = xs[i], log_one = 2 * x + 2 * log1p(-exp(-2 * x)) - log(2);
    const double two = exp(-x) * (1 - x), four = exp(-x) * (1 - x + x * x / 6);
    /* log_one is rounded in units of 2 x */
    assert_near(favor_conformity_over(2, 0, true, -2 * x, log_one, &one), over_variance(two, x),
                1e-14 * (1 + x * fabs(two)));
    assert_near(favor_conformity_over(4, 0, true, -2 * x, log_one, &three), over_variance(four, x),
                1e-14 * (1 + x * fabs(four)));
    if (x < 1e4) continue;
    assert_near(favor_conformity_over(1, 0, true, -2 * x, log_one, &zero) * x, -1, 2 / x + 1e-7);
  }
}

/* d = 1: ln cosh z, and d = 3: ln(sinh(z) / z), with z^2 = s2 t. */
static void sphere_grows_as_its_closed_forms(void **state) {
  (void)state;
  const double zs[] = {1e-3, 0.5, 3, 40, 1e3, 9e3, 1.1e4, 1e6, 1e9, 1e100, 1e154};
  for (int i = 0; i < COUNT(zs); i++) {
    const double z = zs[i], s2 = 3, t = z / s2 * z;
    const double bent = z > 20 ? z - log(2) : log(cosh(z));
    const double round = z > 20 ? z - log(2 * z) : log(sinh(z) / z);
    /* t is rounded, which moves z by an ulp; the logarithm is a sum of terms of its size. */
    const double tolerance = 1e-13 + 64 * DBL_EPSILON * z;
    assert_near(favor_sphere_log(1, s2, t), bent, tolerance);
    assert_near(favor_sphere_log(3, s2, t), round, tolerance);
  }
  assert_true(favor_sphere_log(5, 3, 0) == 0);
}

/* The two ways of the series and of the expansion meet in every dimension: slopes agree across
 * the seam. */
static void sphere_is_smooth_where_its_method_changes(void **state) {
  (void)state;
  const int64_t dims[] = {2, 5, 64, 1001, 65536};
  for (int i = 0; i < COUNT(dims); i++) {
    double value[4];
    for (int k = 0; k < 4; k++) {
      const double z = 1e4 + 2 * (k - 1.5);
      value[k] = favor_sphere_log(dims[i], 1, z * z);
    }
    /* The second difference of a function with curvature below 1e-4 at spacing 2, and rounding
     * of 1e4. */
    assert_near(value[2] - 2 * value[1] + value[0], 0, 4e-4);
    assert_near(value[2] - value[1], 0.5 * (value[3] - value[2] + value[1] - value[0]), 1e-8);
  }
}

static void sphere_oscillates_as_its_closed_forms(void **state) {
  (void)state;
  favor_quadrature line, disc;
  favor_quadrature_make(&disc, 0);
  favor_quadrature_make(&line, 1);
  for (double z = 0.125; z < 150; z *= 1.5) {
    assert_near(favor_sphere_cos(1, 1, -z * z, &disc), cos(z), 1e-13);
    assert_near(favor_sphere_cos(2, 1, -z * z, &disc), j0(z), 1e-12);
    assert_near(favor_sphere_cos(3, 4, -z * z / 4, &line), sin(z) / z, 1e-12);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_resolve_every_density),
      cmocka_unit_test(conformity_is_that_of_the_reference),
      cmocka_unit_test(conformity_has_its_first_order_in_any_dimension),
      cmocka_unit_test(far_out_conformity_is_that_of_closed_forms),
      cmocka_unit_test(sphere_grows_as_its_closed_forms),
      cmocka_unit_test(sphere_is_smooth_where_its_method_changes),
      cmocka_unit_test(sphere_oscillates_as_its_closed_forms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
