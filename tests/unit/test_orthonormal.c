/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/orthonormal.h"
#include "support/random.h"
#include "support/statistics.h"

static long double dot(int64_t d, const double *a, const double *b) {
  long double sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (long double)a[j] * b[j];
  return sum;
}

/* The largest entry of |Q Q' - I|, in ulps of 1 (2^-52). */
static double worst_ulps(int64_t rows, int64_t d, const double *q) {
  long double worst = 0;
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t k = 0; k <= i; k++) {
      const long double off = fabsl(dot(d, q + i * d, q + k * d) - (i == k));
      if (off > worst) worst = off;
    }
  }
  return (double)(worst / DBL_EPSILON);
}

static double *doubles(int64_t n) {
  double *p = malloc((size_t)n * sizeof *p);
  assert_non_null(p);
  return p;
}

static void rows_are_orthonormal_to_four_ulps(void **state) {
  (void)state;
  const int64_t shapes[][2] = {{1, 1}, {1, 7},   {2, 2},    {3, 8},    {8, 8},
                               {7, 9}, {64, 64}, {65, 130}, {130, 130}};
  test_rng random;
  test_rng_seed(&random, 1);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const int64_t rows = shapes[i][0], d = shapes[i][1];
    double *a = doubles(rows * d);
    for (int repeat = 0; repeat < 5; repeat++) {
      test_rng_normals(&random, rows * d, a);
      assert_true(favor_orthonormalise(rows, d, a));
      assert_near(worst_ulps(rows, d, a), 0, 4);
    }
    free(a);
  }
}

/* Rows that differ by 1e-9 only: projecting once would leave angles of 1e-7. */
static void nearly_parallel_rows_become_orthonormal_too(void **state) {
  (void)state;
  enum { rows = 6, d = 20 };
  double a[rows * d], common[d];
  test_rng random;
  test_rng_seed(&random, 2);
  test_rng_normals(&random, d, common);
  test_rng_normals(&random, rows * d, a);
  for (int i = 0; i < rows * d; i++) a[i] = common[i % d] + 1e-9 * a[i];
  assert_true(favor_orthonormalise(rows, d, a));
  assert_near(worst_ulps(rows, d, a), 0, 4);
}

/* a = R q with R lower triangular and R_ii > 0: this, not orthogonality alone, makes Gaussian
 * rows Haar. */
static void rows_span_the_same_flags_with_positive_diagonal(void **state) {
  (void)state;
  enum { rows = 9, d = 11 };
  double a[rows * d], q[rows * d];
  test_rng random;
  test_rng_seed(&random, 3);
  test_rng_normals(&random, rows * d, a);
  memcpy(q, a, sizeof a);
  assert_true(favor_orthonormalise(rows, d, q));
  for (int i = 0; i < rows; i++) {
    assert_true(dot(d, a + i * d, q + i * d) > 0);
    for (int j = 0; j < d; j++) {
      long double sum = 0;
      for (int k = 0; k <= i; k++) sum += dot(d, a + i * d, q + k * d) * q[k * d + j];
      assert_near(sum, a[i * d + j], 64 * DBL_EPSILON); /* entries are of order 1 to 4 */
    }
  }
  /* The first row is only scaled, by one positive number. */
  const double norm = (double)sqrtl(dot(d, a, a));
  for (int j = 0; j < d; j++) assert_near(q[j], a[j] / norm, 2 * DBL_EPSILON);
}

static void fewer_rows_are_the_first_of_more(void **state) {
  (void)state;
  favor_rng rng, again;
  double all[8 * 8], some[3 * 8];
  favor_rng_start(&rng, 4, 0, FAVOR_PURPOSE_USER, 0);
  again = rng;
  favor_haar_rows(&rng, 8, 8, all);
  favor_haar_rows(&again, 3, 8, some);
  assert_memory_equal(all, some, sizeof some);
}

static void dependent_rows_are_refused(void **state) {
  (void)state;
  enum { rows = 4, d = 16 };
  test_rng random;
  test_rng_seed(&random, 5);
  for (int kind = 0; kind < 6; kind++) {
    double a[rows * d];
    test_rng_normals(&random, rows * d, a);
    double *last = a + (rows - 1) * d;
    for (int j = 0; j < d; j++) {
      if (kind == 0) last[j] = a[j];                                   /* a copy */
      if (kind == 1) last[j] = -3.7 * a[d + j];                        /* a multiple */
      if (kind == 2) last[j] = a[j] / 3 - a[d + j] + 7 * a[2 * d + j]; /* a combination */
      if (kind == 3) last[j] = 0;
    }
    if (kind == 4) last[3] = NAN;
    if (kind == 5) last[3] = INFINITY;
    assert_false(favor_orthonormalise(rows, d, a));
  }
}

static void small_and_large_rows_are_not_dependent(void **state) {
  (void)state;
  double a[2 * 2] = {1e-100, 1e-100, 1e100, -3e100};
  assert_true(favor_orthonormalise(2, 2, a));
  assert_near(worst_ulps(2, 2, a), 0, 4);
}

enum { haar_d = 6, haar_draws = 40000 };

/* Moments of a Haar matrix (Collins and Sniady 2006). QR without the sign fix has E q_00 =
 * -0.339 at d = 6, hundreds of standard errors away. */
static void moments_of_haar_rows_are_those_of_the_haar_law(void **state) {
  (void)state;
  const double d = haar_d, square = 1 / d;
  const double fourth = 3 / (d * (d + 2)), within = 1 / (d * (d + 2));
  const double across = (d + 1) / ((d - 1) * d * (d + 2)), loop = -1 / ((d - 1) * d * (d + 2));
  sample first[haar_d] = {0}, squares[haar_d] = {0}, moments[4] = {0}, mixed = {0};
  for (int i = 0; i < haar_draws; i++) {
    double q[haar_d][haar_d];
    favor_rng rng;
    favor_rng_start(&rng, 6, 0, FAVOR_PURPOSE_USER, (uint64_t)i);
    favor_haar_rows(&rng, haar_d, haar_d, &q[0][0]);
    for (int k = 0; k < haar_d; k++) {
      sample_add(&first[k], q[k][k]);
      sample_add(&squares[k], q[k][haar_d - 1 - k] * q[k][haar_d - 1 - k]);
    }
    sample_add(&moments[0], pow(q[5][5], 4));
    sample_add(&moments[1], q[4][0] * q[4][0] * q[4][5] * q[4][5]);
    sample_add(&moments[2], q[0][0] * q[0][0] * q[5][5] * q[5][5]);
    sample_add(&moments[3], q[0][0] * q[5][5] * q[0][5] * q[5][0]);
    sample_add(&mixed, q[0][0] * q[5][5]);
  }
  const double expected[4] = {fourth, within, across, loop};
  for (int k = 0; k < 4; k++) {
    assert_near(z_score(sample_mean(&moments[k]), expected[k], sample_stderr(&moments[k])), 0, 5);
  }
  for (int k = 0; k < haar_d; k++) {
    assert_near(z_score(sample_mean(&first[k]), 0, sqrt(square / haar_draws)), 0, 5);
    assert_near(
        z_score(sample_mean(&squares[k]), square, sqrt((fourth - square * square) / haar_draws)), 0,
        5);
  }
  assert_near(z_score(sample_mean(&mixed), 0, sample_stderr(&mixed)), 0, 5);
}

static void rotations_and_reflections_are_equally_likely(void **state) {
  (void)state;
  double sum = 0;
  for (int i = 0; i < haar_draws; i++) {
    double q[3][3];
    favor_rng rng;
    favor_rng_start(&rng, 7, 0, FAVOR_PURPOSE_USER, (uint64_t)i);
    favor_haar_rows(&rng, 3, 3, &q[0][0]);
    const double det = q[0][0] * (q[1][1] * q[2][2] - q[1][2] * q[2][1]) -
                       q[0][1] * (q[1][0] * q[2][2] - q[1][2] * q[2][0]) +
                       q[0][2] * (q[1][0] * q[2][1] - q[1][1] * q[2][0]);
    assert_near(fabs(det), 1, 16 * DBL_EPSILON);
    sum += det;
  }
  assert_near(sum / sqrt(haar_draws), 0, 5);
}

static void in_one_dimension_both_signs_are_equally_likely(void **state) {
  (void)state;
  double sum = 0;
  favor_rng rng;
  favor_rng_start(&rng, 8, 0, FAVOR_PURPOSE_USER, 0);
  for (int i = 0; i < haar_draws; i++) {
    double q;
    favor_haar_rows(&rng, 1, 1, &q);
    assert_true(fabs(q) == 1);
    sum += q;
  }
  assert_near(sum / sqrt(haar_draws), 0, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_orthonormal_to_four_ulps),
      cmocka_unit_test(nearly_parallel_rows_become_orthonormal_too),
      cmocka_unit_test(rows_span_the_same_flags_with_positive_diagonal),
      cmocka_unit_test(fewer_rows_are_the_first_of_more),
      cmocka_unit_test(dependent_rows_are_refused),
      cmocka_unit_test(small_and_large_rows_are_not_dependent),
      cmocka_unit_test(moments_of_haar_rows_are_those_of_the_haar_law),
      cmocka_unit_test(rotations_and_reflections_are_equally_likely),
      cmocka_unit_test(in_one_dimension_both_signs_are_equally_likely),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
