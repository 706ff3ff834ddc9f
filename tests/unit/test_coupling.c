/* SPDX-License-Identifier: MIT */
/* Every coupling of the list against what its descriptor says: the law of each row, the
 * dependence of the rows of one block, and the independence of blocks. */
#include "support/test.h"

#include "coupling/coupling.h"
#include "support/statistics.h"

#define ADDRESS(name, symbol, value, title) &favor_coupling_##symbol,
static const favor_coupling *const couplings[] = {FAVOR_COUPLING_LIST(ADDRESS)};
enum { coupling_count = sizeof couplings / sizeof couplings[0] };

static const int64_t sizes[] = {1, 2, 3, 8}; /* of dimensions and of blocks */
enum { most_d = 8, draws = 12000 };

typedef void (*case_check)(const favor_coupling *coupling, int64_t rows, int64_t d);

/* Full blocks and partial ones of every coupling in every dimension. */
static void for_every_block(case_check check) {
  for (int c = 0; c < coupling_count; c++) {
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const int64_t d = sizes[i], rows = sizes[k];
        if (rows <= couplings[c]->block_rows(d)) check(couplings[c], rows, d);
      }
    }
  }
}

/* Block b of stream 0, as maps draw it. */
static void draw_block(const favor_coupling *coupling, uint64_t seed, uint64_t b, int64_t rows,
                       int64_t d, double *w) {
  double scratch[1024];
  favor_draw from;
  assert_in_range(coupling->scratch(rows, d), 0, 1024);
  favor_rng_start(&from.direction, seed, 0, FAVOR_PURPOSE_DIRECTION, b);
  favor_rng_start(&from.norm, seed, 0, FAVOR_PURPOSE_NORM, b);
  coupling->draw(&from, rows, d, w, scratch);
}

static double dot(int64_t d, const double *a, const double *b) {
  long double sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (long double)a[j] * b[j];
  return (double)sum;
}

static void assert_z(const char *what, const favor_coupling *coupling, int64_t rows, int64_t d,
                     const sample *s, double expected) {
  const double z = z_score(sample_mean(s), expected, sample_stderr(s));
  if (fabs(z) < 5) return;
  print_error("%s, %d rows of dimension %d: %s is %.6g, expected %.6g, z = %.2f\n", coupling->name,
              (int)rows, (int)d, what, sample_mean(s), expected, z);
  fail();
}

/* Moments of N(0, I), or for fixed norms of sqrt(d) times a uniform direction, whose even
 * moments of order 2k are those of N(0, I) times d^k / (d (d + 2) ... (d + 2k - 2)). */
static void check_row_moments(const favor_coupling *coupling, int64_t rows, int64_t d) {
  const double dd = (double)d, shrink = coupling->chi_norms ? 1 : dd / (dd + 2);
  for (int64_t row = 0; row<rows; row += rows> 1 ? rows - 1 : 1) {
    sample power[4] = {0}, cross = {0}, squares = {0}, one_three = {0};
    for (uint64_t b = 0; b < draws; b++) {
      double w[8 * most_d];
      draw_block(coupling, 1, b, rows, d, w);
      const double x = w[row * d + d - 1], y = w[row * d];
      sample_add(&power[0], x);
      sample_add(&power[1], x * x);
      sample_add(&power[2], x * x * x);
      sample_add(&power[3], x * x * x * x);
      sample_add(&cross, x * y);
      sample_add(&squares, x * x * y * y);
      sample_add(&one_three, x * y * y * y);
    }
    assert_z("E x", coupling, rows, d, &power[0], 0);
    assert_z("E x^2", coupling, rows, d, &power[1], 1);
    assert_z("E x^3", coupling, rows, d, &power[2], 0);
    assert_z("E x^4", coupling, rows, d, &power[3], 3 * shrink);
    if (d == 1) continue;
    assert_z("E xy", coupling, rows, d, &cross, 0);
    assert_z("E x^2 y^2", coupling, rows, d, &squares, shrink);
    assert_z("E x y^3", coupling, rows, d, &one_three, 0);
  }
}

static void each_row_has_the_moments_of_its_law(void **state) {
  (void)state;
  for_every_block(check_row_moments);
}

static void check_norms(const favor_coupling *coupling, int64_t rows, int64_t d) {
  const double dd = (double)d;
  sample norm = {0}, square = {0}, spread = {0}, pair = {0};
  for (uint64_t b = 0; b < draws; b++) {
    double w[8 * most_d];
    draw_block(coupling, 2, b, rows, d, w);
    const double *last = w + (rows - 1) * d;
    const double s = dot(d, last, last), first = dot(d, w, w);
    if (!coupling->chi_norms) assert_near(s, dd, 16 * dd * DBL_EPSILON);
    sample_add(&norm, sqrt(s));
    sample_add(&square, s);
    sample_add(&spread, (s - dd) * (s - dd));
    if (rows > 1) sample_add(&pair, (s - dd) * (first - dd));
  }
  if (!coupling->chi_norms) return;
  const double mean = sqrt(2.0) * exp(lgamma((dd + 1) / 2) - lgamma(dd / 2));
  assert_z("E |w|", coupling, rows, d, &norm, mean);
  assert_z("E |w|^2", coupling, rows, d, &square, dd);
  assert_z("Var |w|^2", coupling, rows, d, &spread, 2 * dd);
  if (rows > 1) assert_z("covariance of two rows' |w|^2", coupling, rows, d, &pair, 0);
}

static void norms_are_independent_chi_or_exactly_sqrt_d(void **state) {
  (void)state;
  for_every_block(check_norms);
}

/* With a stated cosine, every pair of every block has it: to 32 ulps of 1, since w is scaled by
 * its norm. Without one, the products of two rows are those of independent normals: mean 0,
 * variance d. */
static void check_pairs(const favor_coupling *coupling, int64_t rows, int64_t d) {
  sample product = {0}, square = {0};
  if (rows < 2) return;
  for (uint64_t b = 0; b < draws; b++) {
    double w[8 * most_d];
    draw_block(coupling, 3, b, rows, d, w);
    sample_add(&product, dot(d, w, w + d));
    sample_add(&square, pow(dot(d, w, w + d), 2));
    if (coupling->cosine == NULL || b >= 500) continue;
    for (int64_t i = 0; i < rows; i++) {
      for (int64_t k = 0; k < i; k++) {
        const double *x = w + i * d, *y = w + k * d;
        const double cosine = dot(d, x, y) / sqrt(dot(d, x, x) * dot(d, y, y));
        assert_near(cosine, coupling->cosine(rows), 32 * DBL_EPSILON);
      }
    }
  }
  if (coupling->cosine != NULL) return;
  assert_z("E w_0.w_1", coupling, rows, d, &product, 0);
  assert_z("E (w_0.w_1)^2", coupling, rows, d, &square, (double)d);
}

static void pairs_of_a_block_have_the_stated_cosine(void **state) {
  (void)state;
  for_every_block(check_pairs);
}

static void check_blocks(const favor_coupling *coupling, int64_t rows, int64_t d) {
  sample product = {0}, squares = {0}, entry = {0};
  for (uint64_t b = 0; b < draws; b++) {
    double w[8 * most_d], next[8 * most_d];
    draw_block(coupling, 4, 2 * b, rows, d, w);
    draw_block(coupling, 4, 2 * b + 1, rows, d, next);
    sample_add(&product, dot(d, w, next));
    sample_add(&squares, (dot(d, w, w) - (double)d) * (dot(d, next, next) - (double)d));
    sample_add(&entry, pow(dot(d, w, next), 2));
  }
  assert_z("E w.w' of two blocks", coupling, rows, d, &product, 0);
  assert_z("E (w.w')^2 of two blocks", coupling, rows, d, &entry, (double)d);
  if (coupling->chi_norms)
    assert_z("covariance of |w|^2 of two blocks", coupling, rows, d, &squares, 0);
}

static void blocks_are_independent(void **state) {
  (void)state;
  for_every_block(check_blocks);
}

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
                                          &favor_coupling_fixed_norm};
  for (int c = 0; c < 3; c++) {
    double eight[8 * most_d], three[3 * most_d];
    draw_block(prefix[c], 6, 0, 8, 8, eight);
    draw_block(prefix[c], 6, 0, 3, 8, three);
    assert_memory_equal(eight, three, sizeof three);
    assert_int_equal(prefix[c]->block_rows(8), c == 0 ? 64 : 8);
  }
}

static void a_partial_simplex_spreads_its_own_rows_best(void **state) {
  (void)state;
  double w[2 * most_d];
  draw_block(&favor_coupling_simplex, 7, 0, 2, 8, w); /* two rows of eight: antipodal directions */
  const double scale = sqrt(dot(8, w + 8, w + 8) / dot(8, w, w));
  for (int j = 0; j < 8; j++) assert_near(w[8 + j], -scale * w[j], 32 * DBL_EPSILON);
}

static void descriptors_are_complete(void **state) {
  (void)state;
  static const favor_coupling_info *no_info = NULL;
  for (int c = 0; c < coupling_count; c++) {
    const favor_coupling *coupling = couplings[c];
    assert_int_equal(coupling->id, c + 1);
    assert_true(strlen(coupling->name) > 0 && strlen(coupling->source) > 0);
    assert_true(strlen(coupling->law) > 0 && strlen(coupling->law) < sizeof no_info->law);
    assert_int_equal(strncmp(coupling->law, "exact", 5) == 0, coupling->exact);
  }
}

static const favor_coupling *preferred(bool even) {
  const favor_coupling *best = NULL;
  int best_rank = -1;
  for (int c = 0; c < coupling_count; c++) {
    const int rank = even ? couplings[c]->rank_even : couplings[c]->rank_odd;
    if (!couplings[c]->exact) assert_int_equal(rank, 0);
    if (rank > best_rank) best = couplings[c];
    if (rank > best_rank) best_rank = rank;
  }
  return best;
}

/* Closed forms: even estimators see rho_c + rho_-c, which c = 0 minimises; the others see rho_c. */
static void the_best_coupling_depends_on_the_estimators_symmetry(void **state) {
  (void)state;
  assert_ptr_equal(preferred(true), &favor_coupling_orthogonal);
  assert_ptr_equal(preferred(false), &favor_coupling_simplex);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_row_has_the_moments_of_its_law),
      cmocka_unit_test(norms_are_independent_chi_or_exactly_sqrt_d),
      cmocka_unit_test(pairs_of_a_block_have_the_stated_cosine),
      cmocka_unit_test(blocks_are_independent),
      cmocka_unit_test(fixed_norm_is_biased_as_its_law_says),
      cmocka_unit_test(fixed_norm_draws_follow_its_series),
      cmocka_unit_test(first_rows_do_not_depend_on_how_many_follow),
      cmocka_unit_test(a_partial_simplex_spreads_its_own_rows_best),
      cmocka_unit_test(descriptors_are_complete),
      cmocka_unit_test(the_best_coupling_depends_on_the_estimators_symmetry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
