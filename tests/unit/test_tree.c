/* SPDX-License-Identifier: MIT */
/** Sums and products of maps: their features are those of the parts put together, their estimates
 *  the weighted sums and products of the parts' estimates. */
#include <math.h>
#include <string.h>

#include "favor/favor.h"
#include "support/random.h"
#include "support/test.h"

enum { D = 5, N = 7, F_MAX = 4096 };

static favor_map *make(int32_t estimator, int32_t kernel, int64_t projections, uint64_t stream) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_int_equal(favor_map_opts_init(&opts), FAVOR_OK);
  opts.dim = D;
  opts.projections = projections;
  opts.estimator = estimator;
  opts.kernel = kernel;
  opts.stream = stream;
  opts.scale = 0.7;
  assert_int_equal(favor_map_create(&opts, &map), FAVOR_OK);
  return map;
}

typedef struct features {
  int64_t n;
  double log[N * F_MAX];
  int8_t sign[N * F_MAX];
} features;

static void take(const favor_map *map, favor_side side, const double *x, features *f) {
  f->n = favor_map_features(map);
  assert_true(f->n <= F_MAX);
  assert_int_equal(favor_map_log_features_f64(map, side, N, x, D, f->log, f->n, f->sign, NULL),
                   FAVOR_OK);
}

static void fill(uint64_t seed, double *x) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int i = 0; i < N; i++) test_rng_on_sphere(&rng, D, 0.5 + 0.3 * i, x + i * D);
}

static features of_a, of_b, of_c, of_all;

/** all = w (a kron b) | c, in this order. */
static void check_features(const favor_map *a, const favor_map *b, const favor_map *c,
                           const favor_map *all, favor_side side, double weight) {
  double x[N * D];
  fill(3 + side, x);
  take(a, side, x, &of_a);
  take(b, side, x, &of_b);
  take(c, side, x, &of_c);
  take(all, side, x, &of_all);
  const int64_t product = of_a.n * of_b.n, n = of_all.n;
  const int key_sign = side == FAVOR_KEY && weight < 0 ? -1 : 1;
  assert_int_equal(n, product + of_c.n);
  for (int64_t i = 0; i < N; i++) {
    for (int64_t j = 0; j < n; j++) {
      const int64_t p = i * of_a.n + j / of_b.n, q = i * of_b.n + j % of_b.n;
      const int64_t r = i * of_c.n + (j - product);
      const double log = j < product ? of_a.log[p] + of_b.log[q] +
                                           0.5 * log2(fabs(weight)) * 0.69314718055994530942
                                     : of_c.log[r];
      const int sign = j < product ? key_sign * of_a.sign[p] * of_b.sign[q] : of_c.sign[r];
      assert_int_equal(of_all.sign[i * n + j], sign);
      if (sign != 0) assert_true(fabs(of_all.log[i * n + j] - log) <= 1e-13 * (1 + fabs(log)));
    }
  }
}

static void check_apply(const favor_map *all, favor_side side) {
  static double phi[N * F_MAX], plain[N * F_MAX];
  double x[N * D], scale[N];
  fill(3 + side, x);
  take(all, side, x, &of_all);
  const int64_t n = of_all.n;
  assert_int_equal(favor_map_apply_f64(all, side, N, x, D, phi, n, scale, NULL, 0, NULL, NULL),
                   FAVOR_OK);
  assert_int_equal(favor_map_apply_f64(all, side, N, x, D, plain, n, NULL, NULL, 0, NULL, NULL),
                   FAVOR_OK);
  for (int64_t j = 0; j < N * n; j++) {
    const double want = of_all.sign[j] * exp(of_all.log[j]);
    assert_true(fabs(phi[j]) <= 1);
    assert_true(fabs(plain[j] - want) <= 1e-12 * fabs(want));
    assert_true(fabs(phi[j] * exp(scale[j / n]) - want) <= 1e-12 * fabs(want));
  }
}

static void estimate(const favor_map *map, double *out) {
  double x[N * D], y[N * D];
  fill(3, x);
  fill(4, y);
  assert_int_equal(favor_kernel_estimate_f64(map, N, x, D, N, y, D, out, N, NULL, 0, NULL, NULL),
                   FAVOR_OK);
}

static void combine(int32_t first, int32_t kernel, int64_t m, double weight) {
  favor_map *a = make(first, kernel, 3, 1), *b = make(FAVOR_ESTIMATOR_POSITIVE, 0, m, 2);
  favor_map *c = make(FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_KERNEL_GAUSSIAN, 5, 2);
  favor_map *product = NULL, *all = NULL, *fresh = NULL;
  double ka[N * N], kb[N * N], kc[N * N], k[N * N];
  assert_int_equal(favor_map_tensor(NULL, a, b, &product), FAVOR_OK);
  const favor_map *parts[] = {product, c};
  const double weights[] = {weight, 1};
  assert_int_equal(favor_map_concat(NULL, 2, parts, weights, &all), FAVOR_OK);
  favor_map_destroy(product);
  for (int s = 0; s < 2; s++) {
    check_features(a, b, c, all, (favor_side)s, weight);
    check_apply(all, (favor_side)s);
  }
  estimate(a, ka);
  estimate(b, kb);
  estimate(c, kc);
  estimate(all, k);
  for (int i = 0; i < N * N; i++) {
    const double size = fabs(weight * ka[i] * kb[i]) + fabs(kc[i]) + 1e-3;
    assert_true(fabs(k[i] - (weight * ka[i] * kb[i] + kc[i])) <= 1e-12 * size);
  }
  assert_int_equal(favor_map_redraw(all, 9, &fresh), FAVOR_OK);
  assert_int_equal(favor_map_features(fresh), favor_map_features(all));
  check_apply(fresh, FAVOR_KEY);
  favor_map_destroy(fresh);
  favor_map_destroy(all);
  favor_map_destroy(a);
  favor_map_destroy(b);
  favor_map_destroy(c);
}

static void features_are_those_of_the_parts(void **state) {
  (void)state;
  combine(FAVOR_ESTIMATOR_POSITIVE, FAVOR_KERNEL_SOFTMAX, 4, 1);
  combine(FAVOR_ESTIMATOR_HYPERBOLIC, FAVOR_KERNEL_SOFTMAX, 600, 0.3);
  combine(FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_KERNEL_GAUSSIAN, 40, -2.5);
  combine(FAVOR_ESTIMATOR_RELU, FAVOR_KERNEL_ARCCOS1, 513, -1);
}

/** The same leaf twice is held once, so 2 K = K + K without more memory than a list. */
static void equal_leaves_are_shared(void **state) {
  (void)state;
  favor_map *a = make(FAVOR_ESTIMATOR_POSITIVE, 0, 600, 1), *b = NULL, *one = NULL;
  const favor_map *parts[] = {a, a, a};
  assert_int_equal(favor_map_concat(NULL, 3, parts, NULL, &b), FAVOR_OK);
  assert_int_equal(favor_map_concat(NULL, 1, parts, NULL, &one), FAVOR_OK);
  assert_int_equal(favor_map_features(b), 1800);
  assert_int_equal(favor_map_projections(b), 600);
  assert_true(favor_map_bytes(b) <= favor_map_bytes(one) + 1024);
  favor_map_destroy(one);
  favor_map_destroy(b);
  favor_map_destroy(a);
}

/** One draw in both factors would bias the product, whatever else differs. */
static void one_draw_is_refused(void **state) {
  (void)state;
  favor_map *a = make(FAVOR_ESTIMATOR_POSITIVE, 0, 6, 1), *given = NULL, *out = NULL;
  favor_map *b = make(FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_KERNEL_GAUSSIAN, 9, 1);
  double w[6 * D];
  favor_map_opts opts;
  assert_int_equal(favor_map_tensor(NULL, a, a, &out), FAVOR_ERR_DEPENDENT);
  assert_int_equal(favor_map_tensor(NULL, a, b, &out), FAVOR_ERR_DEPENDENT);
  assert_null(out);
  assert_int_equal(favor_map_copy_projections_f64(a, w, D), FAVOR_OK);
  assert_int_equal(favor_map_opts_init(&opts), FAVOR_OK);
  opts.dim = D;
  opts.projections = 4;
  assert_int_equal(favor_map_create_from_projections_f64(&opts, w, D, &given), FAVOR_OK);
  assert_int_equal(favor_map_tensor(NULL, a, given, &out), FAVOR_ERR_DEPENDENT);
  favor_map_destroy(given);
  favor_map_destroy(a);
  favor_map_destroy(b);
}

/** What cannot be combined says so and makes nothing. */
static void refusals_are_precise(void **state) {
  (void)state;
  favor_map *a = make(FAVOR_ESTIMATOR_POSITIVE, 0, 3, 1), *out = NULL;
  favor_map *wide = make(FAVOR_ESTIMATOR_POSITIVE, 0, 4097, 2);
  const favor_map *parts[] = {a, wide};
  const double zero[] = {1, 0}, infinite[] = {INFINITY, 1};
  favor_combine_opts opts;
  assert_int_equal(favor_map_concat(NULL, 0, parts, NULL, &out), FAVOR_ERR_SHAPE);
  assert_int_equal(favor_map_concat(NULL, 2, NULL, NULL, &out), FAVOR_ERR_NULL);
  assert_int_equal(favor_map_concat(NULL, 2, parts, zero, &out), FAVOR_ERR_VALUE);
  assert_int_equal(favor_map_concat(NULL, 2, parts, infinite, &out), FAVOR_ERR_VALUE);
  assert_int_equal(favor_map_tensor(NULL, wide, a, &out), FAVOR_ERR_COMBINATION);
  assert_int_equal(favor_map_tensor(NULL, a, NULL, &out), FAVOR_ERR_NULL);
  assert_int_equal(favor_combine_opts_init(&opts), FAVOR_OK);
  opts.reserved = 1;
  assert_int_equal(favor_map_tensor(&opts, a, wide, &out), FAVOR_ERR_VALUE);
  assert_null(out);
  favor_map_destroy(wide);
  favor_map_destroy(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(features_are_those_of_the_parts),
      cmocka_unit_test(equal_leaves_are_shared),
      cmocka_unit_test(one_draw_is_refused),
      cmocka_unit_test(refusals_are_precise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
