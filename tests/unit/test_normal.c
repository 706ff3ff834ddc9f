/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/rng.h"
#include "support/statistics.h"

/* A generator whose next output is `word`. With the low half 0 the output is
 * h(h(hi ^ hi >> 32) cheap) * 1, h(x) = x ^ x >> 48, which can be undone step by step. */
static favor_rng about_to_return(uint64_t word) {
  const uint64_t cheap = 0xda942042e4dd58b5U;
  uint64_t inverse = 1;
  for (int i = 0; i < 6; i++) inverse *= 2 - cheap * inverse; /* Newton, modulo 2^64 */
  word ^= word >> 48;
  word *= inverse;
  word ^= word >> 32;
  return (favor_rng){.state = {word, 0}, .increment = {0, 1}};
}

static double uniform_of(uint64_t k) {
  favor_rng rng = about_to_return(k << 12);
  return favor_rng_uniform(&rng);
}

static double normal_of(uint64_t k) {
  favor_rng rng = about_to_return(k << 12);
  return favor_rng_normal(&rng);
}

static const uint64_t grid = (uint64_t)1 << 52; /* uniforms are (k + 1/2) / grid */

static void uniforms_lie_strictly_between_zero_and_one(void **state) {
  (void)state;
  assert_true(uniform_of(0) == 0x1p-53);
  assert_true(uniform_of(1) == 0x3p-53);
  assert_true(uniform_of(grid / 2) == 0.5 + 0x1p-53);
  assert_true(uniform_of(grid - 1) == 1 - 0x1p-53);
  /* The low bits of the output do not matter. */
  favor_rng rng = about_to_return(UINT64_MAX);
  assert_true(favor_rng_uniform(&rng) == 1 - 0x1p-53);
}

static void uniforms_and_normals_are_symmetric(void **state) {
  (void)state;
  favor_rng rng;
  favor_rng_start(&rng, 1, 0, FAVOR_PURPOSE_USER, 0);
  for (int i = 0; i < 20000; i++) {
    const uint64_t k = (favor_rng_next(&rng) >> 12) >> (i % 52);
    assert_true(uniform_of(k) == 1 - uniform_of(grid - 1 - k));
    assert_true(normal_of(k) == -normal_of(grid - 1 - k));
  }
}

/* ulps between the normal of uniform k and the exact quantile, by one Newton step on erfc in
 * long double: z - (Phi(z) - p) / phi(z). Only p < 1/2, where erfc has no cancellation. */
static double error_in_ulps(uint64_t k) {
  const long double p = ((long double)k + 0.5L) / (long double)grid;
  const double z = normal_of(k);
  const long double cdf = 0.5L * erfcl(-(long double)z / sqrtl(2.0L));
  const long double density = expl(-0.5L * (long double)z * z) / sqrtl(2 * acosl(-1.0L));
  const long double off = (cdf - p) / density;
  return (double)(fabsl(off) / (fabsl((long double)z) * DBL_EPSILON));
}

/* An ulp here is 2^-52 |z|. */
static void normals_are_exact_to_four_ulps_at_every_scale(void **state) {
  (void)state;
  double worst = 0;
  favor_rng rng;
  favor_rng_start(&rng, 2, 0, FAVOR_PURPOSE_USER, 0);
  for (int shift = 1; shift < 52; shift++) {
    for (int i = 0; i < 400; i++) {
      worst = fmax(worst, error_in_ulps((favor_rng_next(&rng) >> 12) >> shift));
    }
    /* Where the logarithm changes its exponent, at 2^-j sqrt(1/2) and at 2^-j. */
    const uint64_t cut = (uint64_t)(0x1.6a09e667f3bcdp-1 * (double)(grid >> shift));
    for (uint64_t k = cut; k < cut + 4; k++) worst = fmax(worst, error_in_ulps(k));
    worst = fmax(worst, error_in_ulps(grid >> shift));
    worst = fmax(worst, error_in_ulps((grid >> shift) - 1));
  }
  assert_near(worst, 0, 4);
}

/* AS 241 changes formula at |p - 1/2| = 0.425 and where -ln p = 25. */
static void normals_are_exact_to_four_ulps_where_the_formula_changes(void **state) {
  (void)state;
  const double seams[] = {0.075, exp(-25.0), 0.4999999, 0.4, 0.2};
  double worst = 0;
  for (size_t i = 0; i < sizeof seams / sizeof seams[0]; i++) {
    const uint64_t middle = (uint64_t)(seams[i] * (double)grid);
    for (uint64_t k = middle - 2000; k < middle + 2000; k++) worst = fmax(worst, error_in_ulps(k));
  }
  for (uint64_t k = 0; k < 1000; k++) {
    worst = fmax(worst, error_in_ulps(k));
    worst = fmax(worst, error_in_ulps(grid / 2 - 1 - k));
  }
  assert_near(worst, 0, 4);
}

static void normals_increase_with_their_uniform(void **state) {
  (void)state;
  double last = -INFINITY;
  for (uint64_t k = 0; k < grid; k += grid / 100003) {
    const double z = normal_of(k);
    assert_true(z > last);
    last = z;
  }
}

static void the_farthest_normals_are_beyond_eight(void **state) {
  (void)state;
  const double z = normal_of(0);
  assert_true(isfinite(z) && z < -8.2 && z > -8.3);
}

static void moments_of_normals_are_those_of_the_law(void **state) {
  (void)state;
  sample power[6] = {0};
  /* E z^2k = (2k - 1)!! */
  const double moment[13] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395};
  favor_rng rng;
  favor_rng_start(&rng, 3, 0, FAVOR_PURPOSE_USER, 0);
  const int n = 1000000;
  for (int i = 0; i < n; i++) {
    const double z = favor_rng_normal(&rng);
    double x = 1;
    for (int k = 0; k < 6; k++) sample_add(&power[k], x *= z);
  }
  for (int k = 1; k <= 6; k++) {
    const double variance = moment[2 * k] - moment[k] * moment[k];
    assert_near(z_score(sample_mean(&power[k - 1]), moment[k], sqrt(variance / n)), 0, 5);
  }
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov: sqrt(n) D exceeds 2.7 with probability 2 exp(-2 2.7^2) = 9e-7, as |z| does
 * 5. */
static void the_distribution_function_is_the_normal_one(void **state) {
  (void)state;
  enum { n = 200000 };
  double *z = malloc(n * sizeof *z);
  assert_non_null(z);
  favor_rng rng;
  favor_rng_start(&rng, 4, 0, FAVOR_PURPOSE_USER, 0);
  favor_rng_normals(&rng, n, z);
  qsort(z, n, sizeof *z, ascending);
  double distance = 0;
  for (int i = 0; i < n; i++) {
    const double cdf = 0.5 * erfc(-z[i] / sqrt(2.0));
    distance = fmax(distance, fmax(cdf - i / (double)n, (i + 1) / (double)n - cdf));
  }
  free(z);
  assert_near(distance * sqrt((double)n), 0, 2.7);
}

static void one_normal_takes_one_output(void **state) {
  (void)state;
  favor_rng one, many, counted;
  favor_rng_start(&one, 5, 0, FAVOR_PURPOSE_USER, 0);
  many = one;
  counted = one;
  double z[10];
  favor_rng_normals(&many, 10, z);
  for (int i = 0; i < 10; i++) assert_true(favor_rng_normal(&one) == z[i]);
  favor_rng_jump(&counted, (favor_u128){0, 10});
  assert_memory_equal(&counted, &many, sizeof many);
  assert_memory_equal(&one, &many, sizeof many);
}

static void chi_is_the_norm_of_fresh_normals(void **state) {
  (void)state;
  favor_rng rng, copy;
  favor_rng_start(&rng, 6, 0, FAVOR_PURPOSE_NORM, 0);
  copy = rng;
  const double chi = favor_rng_chi(&rng, 3);
  double z[3];
  favor_rng_normals(&copy, 3, z);
  assert_true(chi == sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2]));
  assert_memory_equal(&rng, &copy, sizeof rng);
}

static void moments_of_chi_are_those_of_the_law(void **state) {
  (void)state;
  const int64_t dims[] = {1, 2, 3, 64};
  for (size_t i = 0; i < 4; i++) {
    const double d = (double)dims[i];
    favor_rng rng;
    favor_rng_start(&rng, 7, 0, FAVOR_PURPOSE_NORM, i);
    sample norm = {0}, square = {0};
    for (int k = 0; k < 50000; k++) {
      const double chi = favor_rng_chi(&rng, dims[i]);
      sample_add(&norm, chi);
      sample_add(&square, chi * chi);
    }
    const double mean = sqrt(2.0) * exp(lgamma((d + 1) / 2) - lgamma(d / 2));
    const double n = (double)norm.n;
    assert_near(z_score(sample_mean(&norm), mean, sqrt((d - mean * mean) / n)), 0, 5);
    assert_near(z_score(sample_mean(&square), d, sqrt(2 * d / n)), 0, 5);
    assert_near(z_score(sample_variance(&square), 2 * d, sample_variance_stderr(&square)), 0, 5);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(uniforms_lie_strictly_between_zero_and_one),
      cmocka_unit_test(uniforms_and_normals_are_symmetric),
      cmocka_unit_test(normals_are_exact_to_four_ulps_at_every_scale),
      cmocka_unit_test(normals_are_exact_to_four_ulps_where_the_formula_changes),
      cmocka_unit_test(normals_increase_with_their_uniform),
      cmocka_unit_test(the_farthest_normals_are_beyond_eight),
      cmocka_unit_test(moments_of_normals_are_those_of_the_law),
      cmocka_unit_test(the_distribution_function_is_the_normal_one),
      cmocka_unit_test(one_normal_takes_one_output),
      cmocka_unit_test(chi_is_the_norm_of_fresh_normals),
      cmocka_unit_test(moments_of_chi_are_those_of_the_law),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
