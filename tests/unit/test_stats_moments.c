/* SPDX-License-Identifier: MIT */
/** Moments of statistics against long double sums over all rows, for every way of adding them.
 *
 *  Tolerances count units of DBL_EPSILON, times the size of what is summed: the mean of |x_i| for a
 *  mean, of |x_i x_j| for a moment, the standard deviations (and the mean, which merging rounds)
 *  for a covariance. A sum of n terms may lose sqrt(n) of them by chance; 8 + sqrt(n) is
 *  granted. */
#include "map/stats.h"
#include "support/random.h"
#include "support/test.h"

#define DIM 7

static double allowed(int64_t n) {
  return (8 + sqrt((double)n)) * DBL_EPSILON;
}

static favor_stats *new_stats(int64_t dim) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(dim, NULL, &stats));
  return stats;
}

/* Correlated rows: column c has mean `mean` (c + 1) and takes part of column c - 1 over. */
static double *make_rows(int64_t n, double mean, uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  double *x = malloc((size_t)(n * DIM) * sizeof *x);
  assert_non_null(x);
  for (int64_t i = 0; i < n; i++)
    for (int64_t c = 0; c < DIM; c++) {
      const double before = c > 0 ? x[i * DIM + c - 1] - mean * (double)c : 0.0;
      x[i * DIM + c] = mean * (double)(c + 1) + 0.5 * before + test_rng_normal(&rng);
    }
  return x;
}

/* What sums in long double give: mean, moment and covariance, and the sizes that errors scale
 * with. */
typedef struct naive {
  long double mean[DIM], moment[DIM][DIM], covariance[DIM][DIM], size[DIM];
} naive;

static naive sums(int64_t n, const double *x) {
  naive s;
  memset(&s, 0, sizeof s);
  for (int64_t i = 0; i < n; i++)
    for (int c = 0; c < DIM; c++) s.mean[c] += (long double)x[i * DIM + c] / (long double)n;
  for (int64_t i = 0; i < n; i++)
    for (int a = 0; a < DIM; a++) {
      const long double xa = (long double)x[i * DIM + a];
      s.size[a] += xa * xa / (long double)n;
      for (int b = 0; b < DIM; b++) {
        const long double xb = (long double)x[i * DIM + b];
        s.moment[a][b] += xa * xb / (long double)n;
        s.covariance[a][b] += (xa - s.mean[a]) * (xb - s.mean[b]) / (long double)n;
      }
    }
  return s;
}

static void assert_moments(const favor_stats *stats, favor_side side, int64_t n, const double *x) {
  const naive s = sums(n, x);
  int64_t count;
  double mean[DIM], moment[DIM * DIM];
  assert_ok(favor_stats_get(stats, side, &count, mean, moment));
  assert_int_equal(count, n);
  for (int a = 0; a < DIM; a++) {
    assert_near(mean[a], s.mean[a], allowed(n) * (double)sqrtl(s.size[a]));
    for (int b = 0; b < DIM; b++) {
      assert_near(moment[a * DIM + b], s.moment[a][b],
                  2 * allowed(n) * (double)sqrtl(s.size[a] * s.size[b]));
      assert_true(moment[a * DIM + b] == moment[b * DIM + a]);
    }
  }
}

/* The covariance, which moments would hide behind a large mean: n ulps of the standard
 * deviations, and the rounding of means, which enters once. */
static void assert_covariance(const favor_stats *stats, favor_side side, int64_t n,
                              const double *x) {
  const naive s = sums(n, x);
  const double *scatter = stats->side[side].scatter;
  for (int a = 0; a < DIM; a++)
    for (int b = a; b < DIM; b++) {
      const double sa = (double)sqrtl(s.covariance[a][a]), sb = (double)sqrtl(s.covariance[b][b]);
      const double ma = (double)sqrtl(s.size[a]), mb = (double)sqrtl(s.size[b]);
      assert_near(scatter[a * DIM + b] / (double)n, s.covariance[a][b],
                  allowed(n) * sa * sb + 4 * DBL_EPSILON * (sa * mb + sb * ma));
    }
}

static void moments_are_those_of_direct_sums(void **state) {
  (void)state;
  const int64_t counts[] = {1, 2, 127, 128, 129, 256, 1000, 20001};
  for (size_t t = 0; t < sizeof counts / sizeof *counts; t++) {
    double *x = make_rows(counts[t], 0.3, t);
    favor_stats *stats = new_stats(DIM);
    assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, counts[t], x, DIM, NULL));
    assert_moments(stats, FAVOR_KEY, counts[t], x);
    assert_covariance(stats, FAVOR_KEY, counts[t], x);
    assert_int_equal(favor_stats_count(stats, FAVOR_QUERY), 0);
    favor_stats_destroy(stats);
    free(x);
  }
}

static void moments_do_not_depend_on_how_rows_are_cut_into_calls(void **state) {
  (void)state;
  const int64_t n = 3000;
  double *x = make_rows(n, -2.0, 3);
  const int64_t pieces[] = {1, 7, 128, 1500};
  for (size_t t = 0; t < sizeof pieces / sizeof *pieces; t++) {
    favor_stats *stats = new_stats(DIM);
    for (int64_t i = 0; i < n; i += pieces[t]) {
      const int64_t rows = n - i < pieces[t] ? n - i : pieces[t];
      assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, rows, x + i * DIM, DIM, NULL));
    }
    assert_moments(stats, FAVOR_QUERY, n, x);
    assert_covariance(stats, FAVOR_QUERY, n, x);
    favor_stats_destroy(stats);
  }
  free(x);
}

static void moments_do_not_depend_on_the_order_of_rows(void **state) {
  (void)state;
  const int64_t n = 2000;
  double *x = make_rows(n, 5.0, 4), *reversed = malloc((size_t)(n * DIM) * sizeof *reversed);
  assert_non_null(reversed);
  for (int64_t i = 0; i < n; i++)
    memcpy(reversed + i * DIM, x + (n - 1 - i) * DIM, DIM * sizeof *x);
  favor_stats *stats = new_stats(DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, n, reversed, DIM, NULL));
  assert_moments(stats, FAVOR_QUERY, n, x);
  assert_covariance(stats, FAVOR_QUERY, n, x);
  favor_stats_destroy(stats);
  free(reversed);
  free(x);
}

/* Five parts of unequal sizes, one of them empty. */
static void split(const double *x, const int64_t ends[5], favor_stats *parts[5]) {
  for (int p = 0; p < 5; p++) {
    const int64_t first = p > 0 ? ends[p - 1] : 0;
    parts[p] = new_stats(DIM);
    assert_ok(
        favor_stats_add_f64(parts[p], FAVOR_KEY, ends[p] - first, x + first * DIM, DIM, NULL));
  }
}

static void merging_in_any_bracketing_gives_the_moments_of_all_rows(void **state) {
  (void)state;
  const int64_t n = 2500, ends[5] = {1, 300, 300, 1800, 2500};
  /* Pairs (into, from) one after another; part 0, 4, 2 and 1 has everything at the end. */
  const int brackets[4][4][2] = {{{0, 1}, {0, 2}, {0, 3}, {0, 4}},
                                 {{4, 3}, {4, 2}, {4, 1}, {4, 0}},
                                 {{3, 4}, {1, 0}, {2, 3}, {2, 1}},
                                 {{0, 4}, {2, 0}, {3, 2}, {1, 3}}};
  const int last[4] = {0, 4, 2, 1};
  double *x = make_rows(n, 20.0, 6);
  for (int t = 0; t < 4; t++) {
    favor_stats *parts[5];
    split(x, ends, parts);
    for (int i = 0; i < 4; i++)
      assert_ok(favor_stats_merge(parts[brackets[t][i][0]], parts[brackets[t][i][1]]));
    assert_moments(parts[last[t]], FAVOR_KEY, n, x);
    assert_covariance(parts[last[t]], FAVOR_KEY, n, x);
    assert_int_equal(favor_stats_count(parts[last[t]], FAVOR_QUERY), 0);
    for (int p = 0; p < 5; p++) favor_stats_destroy(parts[p]);
  }
  free(x);
}

/* Means of 1e8 to 7e8 over deviations of 1: sums of x x' would keep no digit at all, the centred
 * ones all but those of the mean's own rounding, 4 DBL_EPSILON 7e8 = 6e-7 of a covariance. */
static void large_mean_leaves_the_covariance_its_digits(void **state) {
  (void)state;
  const int64_t n = 5000;
  double *x = make_rows(n, 1e8, 8);
  favor_stats *stats = new_stats(DIM), *singly = new_stats(DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, n, x, DIM, NULL));
  for (int64_t i = 0; i < n; i++)
    assert_ok(favor_stats_add_f64(singly, FAVOR_QUERY, 1, x + i * DIM, DIM, NULL));
  assert_covariance(stats, FAVOR_QUERY, n, x);
  assert_covariance(singly, FAVOR_QUERY, n, x);
  assert_moments(stats, FAVOR_QUERY, n, x);
  favor_stats_destroy(stats);
  favor_stats_destroy(singly);
  free(x);
}

static void constant_rows_have_no_scatter(void **state) {
  (void)state;
  const double row[3] = {0.1, -1.0 / 3.0, 1e8 / 7.0};
  double x[200][3], values[3];
  for (int i = 0; i < 200; i++) memcpy(x[i], row, sizeof row);
  favor_stats *stats = new_stats(3);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 200, x[0], 3, NULL));
  assert_memory_equal(favor_stats_mean(stats, FAVOR_QUERY), row, sizeof row);
  assert_ok(favor_stats_spectrum(stats, FAVOR_QUERY, values));
  for (int i = 0; i < 3; i++) assert_true(values[i] == 0.0);
  favor_stats_destroy(stats);
}

/* Mean over all pairs of |x_i - b + y_j - c|^2; k = 0 for the rows of x alone. b and c may be
 * NULL. */
static double pairs_norm2(int64_t n, const double *x, const double *b, int64_t k, const double *y,
                          const double *c) {
  long double sum = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < (k > 0 ? k : 1); j++)
      for (int a = 0; a < DIM; a++) {
        const long double u = (long double)x[i * DIM + a] - (b ? (long double)b[a] : 0);
        const long double v = k > 0 ? (long double)y[j * DIM + a] - (c ? (long double)c[a] : 0) : 0;
        sum += (u + v) * (u + v) / (long double)(n * (k > 0 ? k : 1));
      }
  return (double)sum;
}

/* The means are near 1e7, so they are rounded by 1e7 DBL_EPSILON, and shifted norms by that
 * times twice their root; the norms of the rows themselves, 1e14, leave shifted ones of 28 no
 * digit to take from. */
static void mean_norms_are_those_of_direct_sums(void **state) {
  (void)state;
  const int64_t n = 400, k = 300;
  double *x = make_rows(n, 1e6, 9), *y = make_rows(k, -3e6, 10);
  favor_stats *stats = new_stats(DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, n, x, DIM, NULL));
  assert_true(favor_stats_mean_sum_norm2(stats, NULL, NULL) == 0 && !favor_stats_has_pairs(stats));
  assert_true(favor_stats_mean_norm2(stats, FAVOR_KEY, x) == 0);
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, k, y, DIM, NULL));
  assert_true(favor_stats_has_pairs(stats));
  const double *b = favor_stats_mean(stats, FAVOR_QUERY), *c = favor_stats_mean(stats, FAVOR_KEY);
  const double *shifts[4][2] = {{NULL, NULL}, {b, c}, {x, y}, {x, NULL}};
  const double size = sqrt(favor_stats_mean_norm2(stats, FAVOR_QUERY, NULL)) +
                      sqrt(favor_stats_mean_norm2(stats, FAVOR_KEY, NULL));
  for (int t = 0; t < 4; t++) {
    const double *u = shifts[t][0], *v = shifts[t][1];
    const double one = pairs_norm2(n, x, u, 0, NULL, NULL), all = pairs_norm2(n, x, u, k, y, v);
    assert_near(favor_stats_mean_norm2(stats, FAVOR_QUERY, u), one,
                DBL_EPSILON * (16 * one + 2 * size * sqrt(one)));
    assert_near(favor_stats_mean_sum_norm2(stats, u, v), all,
                DBL_EPSILON * (16 * all + 2 * size * sqrt(all)));
  }
  favor_stats_destroy(stats);
  free(x);
  free(y);
}

/* Rows +-a_i u_i along the columns of a reflection I - 2 v v': eigenvalues a_i^2 / d, mean zero. */
static void spectrum_is_that_of_rows_along_known_directions(void **state) {
  (void)state;
  double x[2 * DIM][DIM], values[DIM], v[DIM], norm = 0;
  for (int i = 0; i < DIM; i++) norm += (i + 1.0) * (i + 1.0);
  for (int i = 0; i < DIM; i++) v[i] = (i + 1.0) / sqrt(norm);
  for (int i = 0; i < DIM; i++)
    for (int c = 0; c < DIM; c++) {
      x[2 * i][c] = (i + 1.0) * ((i == c ? 1.0 : 0.0) - 2 * v[i] * v[c]) + 100;
      x[2 * i + 1][c] = -(x[2 * i][c] - 100) + 100;
    }
  favor_stats *stats = new_stats(DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 2 * DIM, x[0], DIM, NULL));
  assert_ok(favor_stats_spectrum(stats, FAVOR_KEY, values));
  for (int i = 0; i < DIM; i++) {
    const double exact = (double)((DIM - i) * (DIM - i)) / DIM;
    /* 100 DBL_EPSILON is what a coordinate was rounded to; the largest deviation is 7. */
    assert_near(values[i], exact, 100 * DBL_EPSILON * 7 * 2);
  }
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_those_of_direct_sums),
      cmocka_unit_test(moments_do_not_depend_on_how_rows_are_cut_into_calls),
      cmocka_unit_test(moments_do_not_depend_on_the_order_of_rows),
      cmocka_unit_test(merging_in_any_bracketing_gives_the_moments_of_all_rows),
      cmocka_unit_test(large_mean_leaves_the_covariance_its_digits),
      cmocka_unit_test(constant_rows_have_no_scatter),
      cmocka_unit_test(mean_norms_are_those_of_direct_sums),
      cmocka_unit_test(spectrum_is_that_of_rows_along_known_directions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
