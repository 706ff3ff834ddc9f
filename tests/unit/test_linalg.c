/* SPDX-License-Identifier: MIT */
/* CBLAS and LAPACKE behind linalg.h. Tolerances of products are (terms + 2) u times the sum of magnitudes,
 * of eigenvectors d^2 u times the norm. */
#include "base/linalg.h"
#include "support/kernel_reference.h"
#include "support/random.h"
#include "support/test.h"

static double *random_matrix(int64_t count, uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  double *a = malloc((size_t)count * sizeof *a);
  assert_non_null(a);
  for (int64_t i = 0; i < count; ++i) a[i] = (double)(float)test_rng_normal(&rng);
  return a;
}

static float *narrow(const double *a, int64_t count) {
  float *b = malloc((size_t)count * sizeof *b);
  assert_non_null(b);
  for (int64_t i = 0; i < count; ++i) b[i] = (float)a[i];
  return b;
}

/* One product of each precision against sums; 'n' or 't' says how a and b lie. */
static void check_gemm(char a_form, char b_form, int64_t m, int64_t n, int64_t k, int beta) {
  const int64_t lda = (a_form == 't' ? m : k) + 1, ldb = (b_form == 't' ? k : n) + 2, ldc = n + 3;
  const int64_t a_count = (a_form == 't' ? k : m) * lda, b_count = (b_form == 't' ? n : k) * ldb;
  double *a = random_matrix(a_count, 1), *b = random_matrix(b_count, 2),
         *c = random_matrix(m * ldc, 3);
  float *a32 = narrow(a, a_count), *b32 = narrow(b, b_count), *c32 = narrow(c, m * ldc);
  double *old = malloc((size_t)(m * ldc) * sizeof *old);
  assert_non_null(old);
  memcpy(old, c, (size_t)(m * ldc) * sizeof *old);
  if (a_form == 't') {
    favor_gemm_tn_f64(m, n, k, a, lda, b, ldb, beta, c, ldc);
    favor_gemm_tn_f32(m, n, k, a32, lda, b32, ldb, (float)beta, c32, ldc);
  } else if (b_form == 't') {
    favor_gemm_nt_f64(m, n, k, a, lda, b, ldb, beta, c, ldc);
    favor_gemm_nt_f32(m, n, k, a32, lda, b32, ldb, (float)beta, c32, ldc);
  } else {
    favor_gemm_f64(m, n, k, a, lda, b, ldb, beta, c, ldc);
    favor_gemm_f32(m, n, k, a32, lda, b32, ldb, (float)beta, c32, ldc);
  }
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      const int64_t at = i * ldc + j;
      if (j >= n) {
        assert_true(c[at] == old[at] && (double)c32[at] == old[at]);
        continue;
      }
      const double *row = a_form == 't' ? a + i : a + i * lda,
                   *column = b_form == 't' ? b + j * ldb : b + j;
      const reference_sum sum = reference_dot(k, row, a_form == 't' ? lda : 1, column,
                                              b_form == 't' ? 1 : ldb, beta ? old[at] : 0);
      assert_near(c[at], sum.value, reference_sum_bound(64, k, 2, sum));
      assert_near((double)c32[at], sum.value, reference_sum_bound(32, k, 2, sum));
    }
  }
  free(old);
  free(c32);
  free(b32);
  free(a32);
  free(c);
  free(b);
  free(a);
}

static void products_agree_with_sums_in_all_three_forms(void **state) {
  (void)state;
  static const int64_t sizes[] = {1, 2, 5, 17, 64};
  for (int i = 0; i < 125; ++i) {
    const int64_t m = sizes[i % 5], n = sizes[i / 5 % 5], k = sizes[i / 25];
    for (int beta = 0; beta < 2; ++beta) {
      check_gemm('n', 'n', m, n, k, beta);
      check_gemm('t', 'n', m, n, k, beta);
      check_gemm('n', 't', m, n, k, beta);
    }
  }
}

static void moments_are_added_to_the_upper_triangle_alone(void **state) {
  (void)state;
  static const int64_t dims[] = {1, 2, 7, 33};
  for (int t = 0; t < 4; ++t) {
    const int64_t d = dims[t], n = 19, ldx = d + 2;
    double *x = random_matrix(n * ldx, 4), *c = random_matrix(d * d, 5),
           *old = random_matrix(d * d, 5);
    favor_syrk_upper(n, d, x, ldx, c);
    for (int64_t i = 0; i < d; ++i) {
      for (int64_t j = 0; j < d; ++j) {
        const reference_sum sum = reference_dot(n, x + i, ldx, x + j, ldx, old[i * d + j]);
        if (j < i) {
          assert_true(c[i * d + j] == old[i * d + j]);
        } else {
          assert_near(c[i * d + j], sum.value, reference_sum_bound(64, n, 2, sum));
        }
      }
    }
    free(old);
    free(c);
    free(x);
  }
}

/* a = the sum of value[i] v_i v_i' over the rows of an orthogonal matrix: reflections of the unit vectors. */
static double *symmetric_matrix(int64_t d, const double *value, uint64_t seed) {
  double *h = random_matrix(d, seed), *a = calloc((size_t)(d * d), sizeof *a);
  double norm2 = 0;
  assert_non_null(a);
  for (int64_t k = 0; k < d; ++k) norm2 += h[k] * h[k];
  for (int64_t i = 0; i < d; ++i) {
    for (int64_t r = 0; r < d; ++r) {
      const double vr = (r == i) - 2 * h[i] * h[r] / norm2;
      for (int64_t c = 0; c < d; ++c)
        a[r * d + c] += value[i] * vr * ((c == i) - 2 * h[i] * h[c] / norm2);
    }
  }
  /* Symmetric to the last bit. */
  for (int64_t r = 0; r < d; ++r) {
    for (int64_t c = 0; c < r; ++c) a[r * d + c] = a[c * d + r];
  }
  free(h);
  return a;
}

static void check_eigenvectors(int64_t d, const double *a, const double *vectors,
                               const double *values, double tolerance) {
  for (int64_t i = 0; i < d; ++i) {
    const double *v = vectors + i * d;
    int64_t largest = 0;
    for (int64_t k = 1; k < d; ++k) largest = fabs(v[k]) > fabs(v[largest]) ? k : largest;
    assert_true(v[largest] > 0);
    for (int64_t k = 0; k < d; ++k) {
      const reference_sum av = reference_dot(d, a + k * d, 1, v, 1, 0);
      assert_near(av.value, values[i] * v[k], tolerance);
    }
    for (int64_t j = 0; j <= i; ++j) {
      assert_near(reference_dot(d, v, 1, vectors + j * d, 1, 0).value, i == j ? 1 : 0, tolerance);
    }
  }
}

static void check_eigen(int64_t d, const double *expected, uint64_t seed) {
  double *a = symmetric_matrix(d, expected, seed), *vectors = malloc((size_t)(d * d) * sizeof *a);
  double *values = malloc((size_t)(d + 1) * sizeof *a);
  const int64_t size = favor_eigen_work(d);
  double *work = malloc((size_t)(size + 16) * sizeof *a);
  assert_non_null(vectors);
  assert_non_null(values);
  assert_non_null(work);
  memcpy(vectors, a, (size_t)(d * d) * sizeof *a);
  for (int64_t k = 0; k < 16; ++k) work[size + k] = 42 + (double)k;
  values[d] = 42;
  assert_ok(favor_eigen(d, vectors, values, work));
  for (int64_t k = 0; k < 16; ++k) assert_true(work[size + k] == 42 + (double)k);
  assert_true(values[d] == 42);
  const double tolerance =
      (double)(d * d) * DBL_EPSILON * (1 + fabs(expected[d - 1]) + fabs(expected[0]));
  for (int64_t i = 0; i < d; ++i) {
    assert_near(values[i], expected[i], tolerance);
    if (i > 0) assert_true(values[i] >= values[i - 1]);
  }
  check_eigenvectors(d, a, vectors, values, tolerance);
  free(work);
  free(values);
  free(vectors);
  free(a);
}

static void eigenvectors_are_orthonormal_rows_in_ascending_order_with_a_fixed_sign(void **state) {
  (void)state;
  for (int64_t d = 1; d <= 70; d += 1 + d / 6) {
    double value[80];
    for (int64_t i = 0; i < d; ++i) value[i] = (double)i - 0.3 * (double)d;
    check_eigen(d, value, (uint64_t)d);
  }
}

static void repeated_and_vanishing_eigenvalues_are_found(void **state) {
  (void)state;
  static const double repeated[6] = {-1, 2, 2, 2, 5, 5}, zero[4] = {0, 0, 0, 0},
                      deficient[5] = {0, 0, 0, 1, 3};
  check_eigen(6, repeated, 7);
  check_eigen(4, zero, 8);
  check_eigen(5, deficient, 9);
}

/** a [d, d] = product of random matrices of fewer columns, so that it has rank `rank`. */
static void check_singular(int64_t d, int64_t rank, uint64_t seed) {
  const int64_t size = favor_singular_work(d);
  double *a = calloc((size_t)(d * d), sizeof *a), *v = malloc((size_t)(d * d) * sizeof *v);
  double *values = malloc((size_t)(d + 1) * sizeof *values);
  double *work = malloc((size_t)(size + 1) * sizeof *work);
  test_rng rng;
  assert_true(a && v && values && work);
  test_rng_seed(&rng, seed);
  for (int64_t r = 0; r < rank; ++r) {
    double left[80], right[80];
    test_rng_normals(&rng, d, left);
    test_rng_normals(&rng, d, right);
    for (int64_t i = 0; i < d * d; ++i) a[i] += left[i / d] * right[i % d];
  }
  memcpy(v, a, (size_t)(d * d) * sizeof *a);
  values[d] = work[size] = 42;
  assert_ok(favor_singular(d, v, values, work));
  assert_true(values[d] == 42 && work[size] == 42);
  const double tolerance = (double)(d * d) * DBL_EPSILON * (1 + values[0]);
  for (int64_t i = 0; i < d; ++i) {
    double largest = 0;
    assert_true(values[i] >= 0 && (i == 0 || values[i] <= values[i - 1]));
    for (int64_t k = 0; k < d; ++k)
      if (fabs(v[i * d + k]) > fabs(largest)) largest = v[i * d + k];
    assert_true(largest > 0);
    for (int64_t j = 0; j < d; ++j) {
      double unit = 0, gram = 0;
      for (int64_t k = 0; k < d; ++k) unit += v[i * d + k] * v[j * d + k];
      for (int64_t r = 0; r < d; ++r) {
        double ai = 0, aj = 0;
        for (int64_t k = 0; k < d; ++k)
          ai += a[r * d + k] * v[i * d + k], aj += a[r * d + k] * v[j * d + k];
        gram += ai * aj;
      }
      assert_near(unit, i == j, tolerance);
      assert_near(gram, i == j ? values[i] * values[i] : 0, tolerance * (1 + values[0]));
    }
  }
  free(a);
  free(v);
  free(values);
  free(work);
}

static void right_singular_vectors_are_orthonormal_rows_in_descending_order(void **state) {
  (void)state;
  for (int64_t d = 1; d <= 70; d += 1 + d / 2) check_singular(d, d, (uint64_t)d);
  check_singular(9, 3, 100);
  check_singular(4, 0, 101);
}

static void matrices_that_are_not_finite_are_refused(void **state) {
  (void)state;
  double work[200], value[3];
  assert_true(favor_eigen_work(3) <= 200);
  for (int at = 0; at < 9; ++at) {
    double a[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    a[at] = at % 2 ? NAN : INFINITY;
    assert_status(favor_eigen(3, a, value, work), FAVOR_ERR_LINALG);
    assert_status(favor_singular(3, a, value, work), FAVOR_ERR_LINALG);
  }
}

static void the_linked_lapack_has_the_integers_that_the_library_expects(void **state) {
  (void)state;
  assert_ok(favor_linalg_check());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_agree_with_sums_in_all_three_forms),
      cmocka_unit_test(moments_are_added_to_the_upper_triangle_alone),
      cmocka_unit_test(eigenvectors_are_orthonormal_rows_in_ascending_order_with_a_fixed_sign),
      cmocka_unit_test(repeated_and_vanishing_eigenvalues_are_found),
      cmocka_unit_test(right_singular_vectors_are_orthonormal_rows_in_descending_order),
      cmocka_unit_test(matrices_that_are_not_finite_are_refused),
      cmocka_unit_test(the_linked_lapack_has_the_integers_that_the_library_expects),
  };
  return cmocka_run_group_tests_name("linalg", tests, NULL, NULL);
}
