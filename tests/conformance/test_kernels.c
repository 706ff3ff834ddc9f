/* SPDX-License-Identifier: MIT */
/** favor_kernel_exact_* and favor_kernel_estimate_* against direct sums in the log domain, also
 *  where each side of a pair by itself would overflow. Bounds are those of element.h, for both
 *  sides together, times kappa = sum of |terms| over |sum|. */
#include "conformance/element.h"
#include "support/executors.h"
#include "support/random.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 13, N = 131, K = 67, M = 50, LDO = K + 2 };

static double x[N * D], y[K * D], out64[N * LDO];
static float x32[N * D], y32[K * D], out32[N * LDO];
static int8_t sign[N * LDO];

/** Both precisions get the same values. Through volatile, because gcc 12 at -O3 leaves the last
 *  values of an array unrounded that goes to float and back. */
static void round_to_float32(int n, const double *raw, double *wide, float *narrow) {
  for (int i = 0; i < n; i++) {
    const volatile float rounded = (float)raw[i];
    wide[i] = narrow[i] = rounded;
  }
}

/** Rows of norms up to `norm`; every third key is close to plus or minus a query, where sums are
 *  small. */
static void fill(double norm, uint64_t seed) {
  static double raw_x[N * D], raw_y[K * D];
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int i = 0; i < N; i++)
    test_rng_on_sphere(&rng, D, norm * test_rng_uniform(&rng), raw_x + i * D);
  for (int j = 0; j < K; j++) {
    double *row = raw_y + j * D;
    test_rng_on_sphere(&rng, D, norm * test_rng_uniform(&rng), row);
    for (int k = 0; j % 3 == 0 && k < D; k++)
      row[k] = (j % 2 ? 1 : -1) * raw_x[j * D + k] + .1 * row[k] / norm;
  }
  round_to_float32(N * D, raw_x, x, x32);
  round_to_float32(K * D, raw_y, y, y32);
}

static double norm_of(const double *row) {
  double sum = 0;
  for (int k = 0; k < D; k++) sum += row[k] * row[k];
  return sqrt(sum);
}

/* ---- exact ---- */

/** ln K is a sum of D terms below |x||y|, or |x - y|^2, rounded d + 4 times; near opposite rows the
 *  arc-cosine kernel falls as (pi - t)^3, and t is known to a few units. */
static double exact_bound(int32_t kernel, double scale, const double *xi, const double *yj) {
  const double u = 0x1p-53, sum = norm_of(xi) + norm_of(yj);
  if (kernel != FAVOR_KERNEL_ARCCOS1) return (D + 4) * u * (1 + scale * sum * sum);
  return (D + 4) * u * (1 + 3 / (3.14159265358979323846 - (double)ref_angle(D, xi, yj)));
}

static void check_exact(int32_t kernel, double scale) {
  assert_ok(favor_kernel_exact_log_f64(kernel, scale, D, N, x, D, K, y, D, out64, LDO, NULL));
  for (int i = 0; i < N; i++)
    for (int j = 0; j < K; j++) {
      const double *xi = x + i * D, *yj = y + j * D;
      const double owed = (double)ref_log_kernel(kernel, scale, D, xi, yj);
      assert_near(out64[i * LDO + j], owed,
                  exact_bound(kernel, scale, xi, yj) + 0x1p-52 * fabs(owed));
    }
}

static void exact_logarithms_equal_the_formula_at_any_norm(void **state) {
  static const double norms[] = {1e-3, 1, 30, 300};
  (void)state;
  for (size_t n = 0; n < COUNT(norms); n++)
    for (size_t k = 0; k < COUNT(kernels); k++) {
      fill(norms[n], n);
      check_exact(kernels[k], 1);
      check_exact(kernels[k], .35);
    }
}

static void exact_values_are_the_exponentials(void **state) {
  (void)state;
  fill(2, 5);
  for (size_t k = 0; k < COUNT(kernels); k++) {
    assert_ok(favor_kernel_exact_f64(kernels[k], 1.5, D, N, x, D, K, y, D, out64, LDO, NULL));
    assert_ok(favor_kernel_exact_f32(kernels[k], 1.5, D, N, x32, D, K, y32, D, out32, LDO, NULL));
    for (int i = 0; i < N; i++)
      for (int j = 0; j < K; j++) {
        const double *xi = x + i * D, *yj = y + j * D;
        const double owed = (double)expl(ref_log_kernel(kernels[k], 1.5, D, xi, yj));
        const double bound = exact_bound(kernels[k], 1.5, xi, yj) + 0x1p-51;
        assert_near(out64[i * LDO + j], owed, bound * owed);
        assert_near(out32[i * LDO + j], owed, (bound + 0x1p-24) * owed);
      }
  }
}

static void exact_values_that_do_not_fit_are_the_largest_finite_number(void **state) {
  const double big[2] = {30, 0}, bigger[4] = {30, 0, 1, 0};
  const float narrow[2] = {10, 0}, keys[4] = {10, 0, 1, 0};
  double wide[2];
  float out[2];
  favor_report report;
  (void)state;
  assert_ok(favor_report_init(&report));
  assert_status(
      favor_kernel_exact_f64(FAVOR_KERNEL_SOFTMAX, 1, 2, 1, big, 2, 2, bigger, 2, wide, 2, &report),
      FAVOR_NOTE_OVERFLOW);
  assert_true(wide[0] == DBL_MAX && report.rows_overflow == 1 && report.first_row == 0);
  assert_near(wide[1], exp(30), 1e-14 * exp(30));
  assert_status(
      favor_kernel_exact_f32(FAVOR_KERNEL_SOFTMAX, 1, 2, 1, narrow, 2, 2, keys, 2, out, 2, &report),
      FAVOR_NOTE_OVERFLOW);
  assert_true(out[0] == FLT_MAX && report.rows_overflow == 1);
  assert_near(out[1], exp(10), 1e-7 * exp(10));
}

static void check_nan_cross(int64_t row, int64_t key) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < K; j++)
      assert_int_equal(isnan(out64[i * LDO + j]) != 0, i == row || j == key);
}

static void rows_without_finite_norm_give_nan_in_their_own_row_or_column(void **state) {
  const subject_choice choice = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, 0, D, M, 1, false};
  favor_report report;
  subject s;
  (void)state;
  fill(1, 6);
  x[100 * D + 3] = NAN;
  for (int k = 0; k < D; k++) y[66 * D + k] = 1e154;
  assert_ok(favor_report_init(&report));
  for (size_t k = 0; k < COUNT(kernels); k++) {
    assert_status(favor_kernel_exact_f64(kernels[k], 1, D, N, x, D, K, y, D, out64, LDO, &report),
                  FAVOR_NOTE_NONFINITE);
    check_nan_cross(100, 66);
    assert_int_equal(report.rows_nonfinite, 2);
    assert_int_equal(report.first_row, 66);
  }
  subject_make(&s, &choice, NULL);
  assert_status(
      favor_kernel_estimate_f64(s.map, N, x, D, K, y, D, out64, LDO, NULL, 0, NULL, &report),
      FAVOR_NOTE_NONFINITE);
  check_nan_cross(100, 66);
  assert_int_equal(report.rows_nonfinite, 2);
  subject_free(&s);
}

/* ---- estimated ---- */

typedef struct side_features {
  ref_feature *feature; /* [rows, features] */
  long double *bound;   /* [rows], of the logarithm of any term, times u as given */
} side_features;

static side_features evaluate(const subject *s, favor_side side, int64_t rows, const double *in,
                              long double u) {
  const int64_t f = ref_features(&s->ref);
  side_features out = {malloc(sizeof(ref_feature) * (size_t)(rows * f)),
                       malloc(sizeof(long double) * (size_t)rows)};
  assert_true(out.feature && out.bound);
  for (int64_t i = 0; i < rows; i++) {
    ref_apply(&s->ref, side, in + i * D, out.feature + i * f);
    out.bound[i] = ELEMENT_C * (u * ref_condition(&s->ref, side, in + i * D) +
                                0x1p-53L * ref_row_magnitude(&s->ref, side, in + i * D));
  }
  return out;
}

static void free_side(side_features *side) {
  free(side->feature);
  free(side->bound);
}

/** ln of the sum of the envelopes' products: what errors of the terms are relative to. */
static long double log_envelope(int64_t f, const ref_feature *q, const ref_feature *k) {
  long double most = -(long double)INFINITY, sum = 0;
  for (int64_t j = 0; j < f; j++) most = fmaxl(most, q[j].log_envelope + k[j].log_envelope);
  if (isinf(most)) return most;
  for (int64_t j = 0; j < f; j++) sum += expl(q[j].log_envelope + k[j].log_envelope - most);
  return most + logl(sum);
}

/** Compare every fourth query with every key; the count of pairs whose value stands above its
 *  error. */
static int check_log_estimate(const subject *s) {
  const int64_t f = ref_features(&s->ref);
  side_features q = evaluate(s, FAVOR_QUERY, N, x, 0x1p-53L),
                k = evaluate(s, FAVOR_KEY, K, y, 0x1p-53L);
  int compared = 0;
  assert_ok(favor_kernel_estimate_log_f64(s->map, N, x, D, K, y, D, out64, sign, LDO, NULL, 0, NULL,
                                          NULL));
  for (int i = 0; i < N; i += 4)
    for (int j = 0; j < K; j++) {
      const ref_feature *a = q.feature + i * f, *b = k.feature + j * f;
      const ref_value owed = ref_dot(f, a, b);
      const long double kappa = expl(log_envelope(f, a, b) - owed.log);
      const long double bound = 2 * kappa * (q.bound[i] + k.bound[j]) + 0x1p-52L * fabsl(owed.log);
      if (owed.sign == 0) assert_int_equal(sign[i * LDO + j], 0);
      if (owed.sign == 0 || !(bound < .5L)) continue;
      assert_int_equal(sign[i * LDO + j], owed.sign);
      assert_near(out64[i * LDO + j], owed.log, bound);
      compared++;
    }
  free_side(&q);
  free_side(&k);
  return compared;
}

static void estimated_logarithms_equal_the_sum_of_features_at_any_norm(void **state) {
  static const double norms[] = {.5, 30, 300};
  (void)state;
  for (size_t e = 0; e < COUNT(estimators); e++)
    for (size_t k = 0; k < COUNT(kernels); k++)
      for (size_t n = 0; n < COUNT(norms); n++) {
        const bool recentre = n == 1 && kernels[k] != FAVOR_KERNEL_ARCCOS1;
        const subject_choice choice = {kernels[k], estimators[e], isas[n % COUNT(isas)], D, M,
                                       .8,         recentre};
        subject s;
        if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
        if (!ref_knows(estimators[e]) || favor_isa_check(choice.isa) != FAVOR_OK) continue;
        subject_make(&s, &choice, NULL);
        fill(norms[n], 10 + n);
        assert_true(check_log_estimate(&s) > 1000);
        subject_free(&s);
      }
}

/** Values of both precisions, on every instruction set, at norms where they fit. */
static void check_estimate(const subject *s) {
  const int64_t f = ref_features(&s->ref);
  side_features q = evaluate(s, FAVOR_QUERY, N, x, 0x1p-24L),
                k = evaluate(s, FAVOR_KEY, K, y, 0x1p-24L);
  assert_ok(favor_kernel_estimate_f64(s->map, N, x, D, K, y, D, out64, LDO, NULL, 0, NULL, NULL));
  assert_ok(
      favor_kernel_estimate_f32(s->map, N, x32, D, K, y32, D, out32, LDO, NULL, 0, NULL, NULL));
  for (int i = 0; i < N; i++)
    for (int j = 0; j < K; j++) {
      const ref_feature *a = q.feature + i * f, *b = k.feature + j * f;
      const ref_value v = ref_dot(f, a, b);
      const long double envelope = expl(log_envelope(f, a, b)), owed = v.sign * expl(v.log);
      const long double bound =
          (q.bound[i] + k.bound[j]) * envelope; /* the sum rounds like its terms */
      assert_near(out32[i * LDO + j], owed, bound);
      assert_near(out64[i * LDO + j], owed, 0x1p-29L * bound + 0x1p-50L * envelope);
    }
  free_side(&q);
  free_side(&k);
}

static void estimates_are_the_dot_products_of_features(void **state) {
  (void)state;
  fill(1.5, 20);
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t e = 0; e < COUNT(estimators); e++)
      for (size_t k = 0; k < COUNT(kernels); k++) {
        const subject_choice choice = {kernels[k], estimators[e], isas[i], D, M, .8, false};
        subject s;
        if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
        if (!ref_knows(estimators[e]) || favor_isa_check(isas[i]) != FAVOR_OK) continue;
        subject_make(&s, &choice, NULL);
        check_estimate(&s);
        subject_free(&s);
      }
}

static void estimates_have_the_same_bits_for_any_executor(void **state) {
  static double serial[N * LDO];
  static const int64_t widths[] = {1, 2, 3, 7, 16};
  const subject_choice choice = {
      FAVOR_KERNEL_GAUSSIAN, FAVOR_ESTIMATOR_HYPERBOLIC, 0, D, M, .8, true};
  subject s;
  (void)state;
  subject_make(&s, &choice, NULL);
  fill(2, 30);
  memset(serial, 0, sizeof serial);
  assert_ok(favor_kernel_estimate_f64(s.map, N, x, D, K, y, D, serial, LDO, NULL, 0, NULL, NULL));
  for (size_t w = 0; w < COUNT(widths); w++)
    for (int order = 0; order < TEST_ORDERS; order++) {
      const favor_executor executor = test_executor(widths[w], (test_order)order);
      memset(out64, 0, sizeof out64);
      assert_ok(
          favor_kernel_estimate_f64(s.map, N, x, D, K, y, D, out64, LDO, NULL, 0, &executor, NULL));
      assert_memory_equal(out64, serial, sizeof serial);
    }
  subject_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_logarithms_equal_the_formula_at_any_norm),
      cmocka_unit_test(exact_values_are_the_exponentials),
      cmocka_unit_test(exact_values_that_do_not_fit_are_the_largest_finite_number),
      cmocka_unit_test(rows_without_finite_norm_give_nan_in_their_own_row_or_column),
      cmocka_unit_test(estimated_logarithms_equal_the_sum_of_features_at_any_norm),
      cmocka_unit_test(estimates_are_the_dot_products_of_features),
      cmocka_unit_test(estimates_have_the_same_bits_for_any_executor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
