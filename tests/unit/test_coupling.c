/* SPDX-License-Identifier: MIT */
/* Every coupling of the list against what its descriptor says: the law of each row, the
 * dependence of the rows of one block, and the independence of blocks. What their files claim
 * besides: test_coupling_claims.c. */
#include "support/test.h"

#include "support/statistics.h"
#include "unit/coupling_draw.h"

#define ADDRESS(name, symbol, value, title) &favor_coupling_##symbol,
static const favor_coupling *const couplings[] = {FAVOR_COUPLING_LIST(ADDRESS)};
enum { coupling_count = sizeof couplings / sizeof couplings[0] };

static const int64_t sizes[] = {1, 2, 3, 8}; /* of dimensions and of blocks */
enum { draws = 12000 };

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

static void assert_z(const char *what, const favor_coupling *coupling, int64_t rows, int64_t d,
                     const sample *s, double expected) {
  const double z = z_score(sample_mean(s), expected, sample_stderr(s));
  if (fabs(z) < 5) return;
  print_error("%s, %d rows of dimension %d: %s is %.6g, expected %.6g, z = %.2f\n", coupling->name,
              (int)rows, (int)d, what, sample_mean(s), expected, z);
  fail();
}

static double padded(int64_t d) {
  return d < 3 ? (double)d : d < 5 ? 4 : 8; /* the next power of two */
}

/* E x^4 and E x^2 y^2 of one row. Those of N(0, I), or for fixed norms of sqrt(d) times a uniform
 * direction, whose even moments of order 2k are those of N(0, I) times d^k / (d (d + 2) ... (d +
 * 2k - 2)), or what the file of the Hadamard coupling states. */
static double fourth(const favor_coupling *coupling, int64_t d) {
  const double p = padded(d), dd = (double)d;
  if (coupling->id == FAVOR_COUPLING_HADAMARD) return 3 - 8 / (p * p) + 8 / (p * p * p);
  return coupling->exact ? 3 : 3 * dd / (dd + 2);
}

static double two_squares(const favor_coupling *coupling, int64_t d) {
  const double p = padded(d), dd = (double)d;
  if (coupling->id == FAVOR_COUPLING_HADAMARD) return 1 + 8 / (p * p * p);
  return coupling->exact ? 1 : dd / (dd + 2);
}

static void check_row_moments(const favor_coupling *coupling, int64_t rows, int64_t d) {
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
    assert_z("E x^4", coupling, rows, d, &power[3], fourth(coupling, d));
    if (d == 1) continue;
    assert_z("E xy", coupling, rows, d, &cross, 0);
    assert_z("E x^2 y^2", coupling, rows, d, &squares, two_squares(coupling, d));
    assert_z("E x y^3", coupling, rows, d, &one_three, 0);
  }
}

static void each_row_has_the_moments_of_its_law(void **state) {
  (void)state;
  for_every_block(check_row_moments);
}

static void check_norms(const favor_coupling *coupling, int64_t rows, int64_t d) {
  const double dd = (double)d;
  const bool hadamard = coupling->id == FAVOR_COUPLING_HADAMARD;
  const bool chi = coupling->exact || (hadamard && padded(d) == dd);
  const bool free = chi && coupling->pairs != FAVOR_PAIRS_OPPOSITE;
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
  const double fourths = dd * fourth(coupling, d) + dd * (dd - 1) * two_squares(coupling, d);
  assert_z("E |w|^2", coupling, rows, d, &square, dd);
  assert_z("Var |w|^2", coupling, rows, d, &spread, fourths - dd * dd);
  if (chi) assert_z("E |w|", coupling, rows, d, &norm, mean);
  if (rows > 1 && free) assert_z("covariance of two rows' |w|^2", coupling, rows, d, &pair, 0);
}

static void norms_are_those_of_the_law(void **state) {
  (void)state;
  for_every_block(check_norms);
}

/* Every pair of the block has the stated cosine, to 32 ulps of 1, since w is scaled by its norm. */
static void check_cosines(const favor_coupling *coupling, int64_t rows, int64_t d,
                          const double *w) {
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t k = 0; k < i; k++) {
      const double *x = w + i * d, *y = w + k * d;
      const double cosine = dot(d, x, y) / sqrt(dot(d, x, x) * dot(d, y, y));
      assert_near(cosine, coupling->cosine(rows), 32 * DBL_EPSILON);
    }
  }
}

/* Products of two independent rows have mean 0 and variance d. */
static void check_pairs(const favor_coupling *coupling, int64_t rows, int64_t d) {
  sample product = {0}, square = {0};
  const bool independent = coupling->pairs == FAVOR_PAIRS_INDEPENDENT;
  if (rows < 2) return;
  assert_int_equal(coupling->cosine != NULL, coupling->pairs == FAVOR_PAIRS_COSINE);
  for (uint64_t b = 0; b < (independent ? draws : 500); b++) {
    double w[8 * most_d];
    draw_block(coupling, 3, b, rows, d, w);
    sample_add(&product, dot(d, w, w + d));
    sample_add(&square, pow(dot(d, w, w + d), 2));
    if (coupling->pairs == FAVOR_PAIRS_COSINE) check_cosines(coupling, rows, d, w);
    for (int64_t j = 0; coupling->pairs == FAVOR_PAIRS_OPPOSITE && j < d; j++)
      assert_true(w[d + j] == -w[j]);
  }
  if (!independent) return;
  assert_z("E w_0.w_1", coupling, rows, d, &product, 0);
  assert_z("E (w_0.w_1)^2", coupling, rows, d, &square, (double)d);
}

static void pairs_of_a_block_have_the_stated_law(void **state) {
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
      cmocka_unit_test(norms_are_those_of_the_law),
      cmocka_unit_test(pairs_of_a_block_have_the_stated_law),
      cmocka_unit_test(blocks_are_independent),
      cmocka_unit_test(descriptors_are_complete),
      cmocka_unit_test(the_best_coupling_depends_on_the_estimators_symmetry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
