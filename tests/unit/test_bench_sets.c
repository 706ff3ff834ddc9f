/* SPDX-License-Identifier: MIT */
/** Inputs of the benches and the pairs drawn from them. */
#include "support/test.h"

#include "npy.h"
#include "sample.h"
#include "sets.h"
#include "support/npy_file.h"

static char message[NPY_MESSAGE_BYTES + 64];

static double dot(int64_t n, const double *x, const double *y) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

static bench_set synthetic(double norm, double sum_norm, double cosine, double scale) {
  bench_set set;
  const bench_synthetic wanted = {16, 40, norm, sum_norm, cosine, scale, 5};
  assert_int_equal(bench_set_synthetic(&set, &wanted, message, sizeof message), 0);
  return set;
}

static void assert_synthetic_refused(double norm, double sum_norm, double cosine,
                                     const char *part) {
  bench_set set;
  const bench_synthetic wanted = {16, 40, norm, sum_norm, cosine, 1, 5};
  assert_int_equal(bench_set_synthetic(&set, &wanted, message, sizeof message), -1);
  assert_null(set.q);
  assert_non_null(strstr(message, part));
}

static void synthetic_rows_have_the_norm_after_the_scale(void **state) {
  (void)state;
  bench_set set = synthetic(1.5, NAN, NAN, 0.25);
  assert_false(set.paired);
  for (int64_t i = 0; i < set.num_queries; i++) {
    assert_near(0.25 * dot(16, set.q + 16 * i, set.q + 16 * i), 2.25, 1e-14);
    assert_near(0.25 * dot(16, set.k + 16 * i, set.k + 16 * i), 2.25, 1e-14);
  }
  int64_t count = 0;
  assert_ok(favor_stats_get(set.stats, FAVOR_KEY, &count, NULL, NULL));
  assert_int_equal(count, 40);
  bench_set_free(&set);
}

static void a_cosine_ties_every_pair(void **state) {
  (void)state;
  const double cosines[] = {-1, -0.5, 0, 0.9, 1};
  for (size_t c = 0; c < 5; c++) {
    bench_set set = synthetic(2, NAN, cosines[c], 1);
    assert_true(set.paired);
    for (int64_t i = 0; i < set.num_queries; i++) {
      assert_near(dot(16, set.k + 16 * i, set.k + 16 * i), 4, 1e-13);
      assert_near(dot(16, set.q + 16 * i, set.k + 16 * i), 4 * cosines[c], 1e-13);
    }
    bench_set_free(&set);
  }
}

static void a_norm_of_the_sum_is_reached_by_each_choice(void **state) {
  (void)state;
  const double settings[][2] = {{NAN, NAN}, {2, NAN}, {NAN, 0.5}};
  for (size_t s = 0; s < 3; s++) {
    bench_set set = synthetic(settings[s][0], 1.25, settings[s][1], 1);
    for (int64_t i = 0; i < set.num_queries; i++) {
      const double *x = set.q + 16 * i, *y = set.k + 16 * i;
      assert_near(dot(16, x, x) + dot(16, y, y) + 2 * dot(16, x, y), 1.5625, 1e-13);
    }
    bench_set_free(&set);
  }
}

static void impossible_norms_are_refused(void **state) {
  (void)state;
  assert_synthetic_refused(1, 2.5, NAN, "--sum-norm 2.5 does not go with --norm 1");
  assert_synthetic_refused(1, 1, 0.5, "give at most two of the three");
  assert_synthetic_refused(NAN, 1, -1, "--sum-norm 1 does not go");
}

/* The head of examples/data in `path`, or one of the same name elsewhere. */
static void write_head(int rows, int cols, float value) {
  char header[96];
  float *x = malloc((size_t)(rows * cols) * sizeof *x);
  assert_non_null(x);
  for (int i = 0; i < rows * cols; i++) x[i] = value + (float)i / 7;
  snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n",
           rows, cols);
  npy_file_write_v1(header, x, (size_t)(rows * cols) * sizeof *x);
  free(x);
}

static void a_head_is_loaded_with_the_scale_of_attention(void **state) {
  (void)state;
  bench_set set;
  write_head(12, 4, 1);
  assert_int_equal(
      bench_set_load(&set, npy_file_path, npy_file_path, npy_file_path, 0, message, sizeof message),
      0);
  assert_int_equal(set.dim, 4);
  assert_int_equal(set.dv, 4);
  assert_int_equal(set.length, 12);
  assert_near(set.scale, 0.5, 0);
  assert_string_equal(set.name, "k");
  assert_near(set.q[5], (double)(1.0F + 5.0F / 7), 0);
  bench_set_free(&set);
  assert_int_equal(
      bench_set_load(&set, npy_file_path, npy_file_path, NULL, 0.125, message, sizeof message), 0);
  assert_near(set.scale, 0.125, 0);
  assert_null(set.v);
  bench_set_free(&set);
}

static void rows_that_are_not_finite_or_missing_are_refused(void **state) {
  (void)state;
  bench_set set;
  write_head(3, 2, INFINITY);
  assert_int_equal(
      bench_set_load(&set, npy_file_path, npy_file_path, NULL, 0, message, sizeof message), -1);
  assert_non_null(strstr(message, ": row 0, column 0 (from 0) is not finite"));
  npy_file_write_v1(NPY_DICT("<f4", "False", "(0, 15)"), NULL, 0);
  assert_int_equal(
      bench_set_load(&set, npy_file_path, npy_file_path, NULL, 0, message, sizeof message), -1);
  assert_non_null(strstr(message, ": it is empty, 0 x 15"));
  assert_null(set.q);
}

static void every_pair_of_a_grid_is_there_once(void **state) {
  (void)state;
  bench_set set = synthetic(1, NAN, NAN, 1);
  bench_sample sample;
  assert_true(bench_sample_draw(&sample, &set, 3, 10, 1)); /* 10 pairs: a grid of 4 x 4 */
  assert_int_equal(sample.side, 4);
  assert_int_equal(sample.num_pairs, 48);
  for (int64_t g = 0; g < 3; g++)
    for (int64_t i = 0; i < 4; i++)
      for (int64_t j = 0; j < 4; j++) {
        const int64_t p = bench_sample_at(&sample, g, i, j);
        assert_int_equal(p, (g * 4 + i) * 4 + j);
        assert_memory_equal(sample.x + 16 * p, sample.q + 16 * (g * 4 + i), 16 * sizeof(double));
        assert_memory_equal(sample.y + 16 * p, sample.k + 16 * (g * 4 + j), 16 * sizeof(double));
      }
  bench_sample_free(&sample);
  bench_set_free(&set);
}

static void a_paired_set_gives_its_diagonal(void **state) {
  (void)state;
  bench_set set = synthetic(1, NAN, 0.5, 1);
  bench_sample sample;
  assert_true(bench_sample_draw(&sample, &set, 2, 9, 1));
  assert_int_equal(sample.num_pairs, 6);
  assert_int_equal(bench_sample_at(&sample, 1, 2, 2), 5);
  assert_int_equal(bench_sample_at(&sample, 1, 2, 1), -1);
  assert_near(sample.norm, 1, 1e-14);
  assert_near(sample.cosine, 0.5, 1e-14);
  assert_near(sample.sum_norm, sqrt(3), 1e-14);
  bench_sample_free(&sample);
  bench_set_free(&set);
}

static void the_largest_sum_is_what_the_estimator_sees(void **state) {
  (void)state;
  bench_set set = synthetic(1, NAN, 1, 4);
  bench_sample sample;
  assert_true(bench_sample_draw(&sample, &set, 1, 1, 1));
  assert_near(bench_sample_largest_sum(&sample, false), 2, 1e-14);
  /* Statistics of the first pair alone: that pair is taken away entirely, others are not. */
  memcpy(sample.x, set.q, 16 * sizeof(double));
  memcpy(sample.y, set.k, 16 * sizeof(double));
  assert_near(bench_sample_largest_sum(&sample, true), 0, 1e-14);
  bench_sample_free(&sample);
  bench_set_free(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(synthetic_rows_have_the_norm_after_the_scale),
      cmocka_unit_test(a_cosine_ties_every_pair),
      cmocka_unit_test(a_norm_of_the_sum_is_reached_by_each_choice),
      cmocka_unit_test(impossible_norms_are_refused),
      cmocka_unit_test(a_head_is_loaded_with_the_scale_of_attention),
      cmocka_unit_test(rows_that_are_not_finite_or_missing_are_refused),
      cmocka_unit_test(every_pair_of_a_grid_is_there_once),
      cmocka_unit_test(a_paired_set_gives_its_diagonal),
      cmocka_unit_test(the_largest_sum_is_what_the_estimator_sees),
  };
  return cmocka_run_group_tests_name("bench sets", tests, npy_file_setup, npy_file_teardown);
}
