/* SPDX-License-Identifier: MIT */
/* What the files of couplings claim beyond their descriptors: biases, prefixes, shapes of blocks. */
#include "support/test.h"

#include "support/statistics.h"
#include "unit/coupling_draw.h"

/* The mean of exp(w.v), the quantity that positive features estimate, as a series in t = |v|^2 /
 * 2. */
static double relative_bias_of_fixed_norm(int64_t d, double t) {
  long double term = 1, sum = 0, p = 1, exact = expl((long double)t);
  for (int k = 0; k < 400; k++) {
    sum += term * p;
    term *= t / (k + 1.0L);
    p /= 1 + 2.0L * k / (long double)d;
  }
  return (double)(sum / exact - 1);
}

static void fixed_norm_is_biased_as_its_law_says(void **state) {
  (void)state;
  const int64_t all[] = {1, 2, 3, 8, 64, 1024};
  for (size_t i = 0; i < 6; i++) {
    for (double t = 0.0625; t < 33; t *= 2) {
      const double bias = relative_bias_of_fixed_norm(all[i], t);
      assert_true(bias <= 0 && bias >= -t * t / ((double)all[i] + 2));
    }
  }
  /* The table of the coupling's file, in per cent at d = 64. */
  const double squares[] = {1, 4, 8, 16, 32}, percent[] = {-0.4, -5.5, -19, -53, -92};
  for (int i = 0; i < 5; i++) {
    assert_near(100 * relative_bias_of_fixed_norm(64, squares[i] / 2), percent[i],
                i < 2 ? 0.05 : 0.5);
  }
}

static void fixed_norm_draws_follow_its_series(void **state) {
  (void)state;
  const int64_t d = 8;
  sample estimate = {0};
  for (uint64_t b = 0; b < 50000; b++) {
    double w[most_d];
    draw_block(&favor_coupling_fixed_norm, 5, b, 1, d, w);
    sample_add(&estimate, exp(w[2])); /* v is a unit vector: t = 1/2 */
  }
  const double expected = exp(0.5) * (1 + relative_bias_of_fixed_norm(d, 0.5));
  assert_near(z_score(sample_mean(&estimate), expected, sample_stderr(&estimate)), 0, 5);
}

static void first_rows_do_not_depend_on_how_many_follow(void **state) {
  (void)state;
  const favor_coupling *const prefix[] = {&favor_coupling_iid, &favor_coupling_orthogonal,
                                          &favor_coupling_fixed_norm, &favor_coupling_hadamard};
  for (int c = 0; c < 4; c++) {
    double eight[8 * most_d], three[3 * most_d];
    draw_block(prefix[c], 6, 0, 8, 8, eight);
    draw_block(prefix[c], 6, 0, 3, 8, three);
    assert_memory_equal(eight, three, sizeof three);
    assert_int_equal(prefix[c]->block_rows(8), c == 0 ? 64 : 8);
  }
  double pair[2 * most_d], single[most_d];
  draw_block(&favor_coupling_antithetic, 6, 0, 2, 8, pair);
  draw_block(&favor_coupling_antithetic, 6, 0, 1, 8, single);
  assert_memory_equal(pair, single, sizeof single);
  assert_int_equal(favor_coupling_antithetic.block_rows(8), 2);
}

static void a_partial_simplex_spreads_its_own_rows_best(void **state) {
  (void)state;
  double w[2 * most_d];
  draw_block(&favor_coupling_simplex, 7, 0, 2, 8, w); /* two rows of eight: antipodal directions */
  const double scale = sqrt(dot(8, w + 8, w + 8) / dot(8, w, w));
  for (int j = 0; j < 8; j++) assert_near(w[8 + j], -scale * w[j], 32 * DBL_EPSILON);
}

/* The squared length of the sum of all rows of a block. */
static double total2(int64_t rows, int64_t d, const double *w) {
  double sum[most_d] = {0};
  for (int64_t i = 0; i < rows * d; i++) sum[i % d] += w[i];
  return dot(d, sum, sum);
}

/* After a sweep the last row stands against what the others add up to, and every sweep lowers the
 * length of the sum. Norms are the simplex's own, as both draw them from one stream. */
static void norms_turn_the_rows_of_simplex_plus_against_each_other(void **state) {
  (void)state;
  for (int64_t rows = 2; rows <= 8; rows++) {
    sample plain = {0}, plus = {0};
    for (uint64_t b = 0; b < 500; b++) {
      double w[8 * most_d], s[8 * most_d], others[8] = {0};
      draw_block(&favor_coupling_simplex, 8, b, rows, 8, s);
      draw_block(&favor_coupling_simplex_plus, 8, b, rows, 8, w);
      for (int64_t i = 0; i < (rows - 1) * 8; i++) others[i % 8] += w[i];
      const double *last = w + (rows - 1) * 8, length = sqrt(dot(8, others, others));
      for (int64_t i = 0; i < rows; i++) {
        const double *a = w + i * 8, *c = s + i * 8;
        assert_near(sqrt(dot(8, a, a) / dot(8, c, c)), 1, 32 * DBL_EPSILON);
      }
      /* to what rounding leaves of a difference of rows of norm 3 */
      assert_near(dot(8, last, others) / (length * sqrt(dot(8, last, last))), -1, 1e-12);
      assert_true(total2(rows, 8, w) <= total2(rows, 8, s) + 1e-12);
      sample_add(&plain, total2(rows, 8, s));
      sample_add(&plus, total2(rows, 8, w));
    }
    /* Two norms differ whatever the angle. From four on directions have room to cancel the rest. */
    if (rows >= 4) assert_true(sample_mean(&plus) < 0.02 * sample_mean(&plain));
  }
}

/* Before truncation rows are exactly orthogonal, and D^(3/2) times a row over its norm is a
 * vector of whole numbers, all of which shows that the product was normalised once. */
static void rows_of_hadamard_products_are_orthogonal(void **state) {
  (void)state;
  for (int64_t d = 1; d <= 8; d *= 2) {
    for (uint64_t b = 0; b < 500; b++) {
      double w[8 * most_d];
      draw_block(&favor_coupling_hadamard, 9, b, d, d, w);
      assert_int_equal(favor_coupling_hadamard.block_rows(d), d);
      for (int64_t i = 0; i < d; i++) {
        const double *x = w + i * d, size = (double)d;
        const double unit = size * sqrt(size) / sqrt(dot(d, x, x));
        for (int64_t j = 0; j < d; j++) assert_near(unit * x[j], rint(unit * x[j]), 1e-12);
        for (int64_t k = 0; k < i; k++) assert_near(dot(d, x, w + k * d), 0, 1e-13);
      }
    }
  }
  assert_int_equal(favor_coupling_hadamard.block_rows(5), 8);
  assert_int_equal(favor_coupling_hadamard.block_rows(65536), 65536);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fixed_norm_is_biased_as_its_law_says),
      cmocka_unit_test(fixed_norm_draws_follow_its_series),
      cmocka_unit_test(first_rows_do_not_depend_on_how_many_follow),
      cmocka_unit_test(a_partial_simplex_spreads_its_own_rows_best),
      cmocka_unit_test(norms_turn_the_rows_of_simplex_plus_against_each_other),
      cmocka_unit_test(rows_of_hadamard_products_are_orthogonal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
