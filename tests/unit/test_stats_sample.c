/* SPDX-License-Identifier: MIT */
/** The bottom-k sample against a sorted list of everything, and its uniformity. Its hash:
 *  test_stats_hash.c. */
#include "base/alloc.h"
#include "map/stats_sample.h"
#include "support/random.h"
#include "support/statistics.h"
#include "support/test.h"

static favor_sample *new_sample(int64_t dim) {
  favor_arena arena = favor_arena_counting();
  favor_sample layout;
  favor_sample_layout(&arena, dim, &layout);
  favor_sample *kept = malloc(sizeof *kept);
  void *block = aligned_alloc(FAVOR_ALIGNMENT, arena.used);
  assert_non_null(kept);
  assert_non_null(block);
  memset(block, 0xA5, arena.used);
  arena = favor_arena_over(block, arena.used);
  favor_sample_layout(&arena, dim, kept);
  assert_false(arena.failed);
  return kept;
}

static void free_sample(favor_sample *kept) {
  free(kept->rows); /* the first piece, hence the block */
  free(kept);
}

static void assert_same(const favor_sample *a, const favor_sample *b) {
  assert_int_equal(a->count, b->count);
  for (int64_t rank = 0; rank < a->count; rank++) {
    int64_t m, k;
    const double *x = favor_sample_row(a, rank, &m), *y = favor_sample_row(b, rank, &k);
    assert_int_equal(m, k);
    assert_memory_equal(x, y, (size_t)a->dim * sizeof *x);
  }
}

static void shuffle(int64_t n, int64_t dim, double *rows, test_rng *rng) {
  for (int64_t i = n - 1; i > 0; i--) {
    const int64_t j = (int64_t)(test_rng_next(rng) % (uint64_t)(i + 1));
    for (int64_t c = 0; c < dim; c++) {
      const double swap = rows[i * dim + c];
      rows[i * dim + c] = rows[j * dim + c];
      rows[j * dim + c] = swap;
    }
  }
}

/* Rows of length 3 with small integers, so that many are equal, and with zeros of both signs. */
#define ROWS 4000
static void repeated_rows(double *rows, uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int64_t i = 0; i < ROWS * 3; i++) {
    const double value = (double)(test_rng_next(&rng) % 11) - 5;
    rows[i] = value == 0 && (test_rng_next(&rng) & 1) != 0 ? -0.0 : value;
  }
}

typedef struct counted_row {
  uint64_t hash;
  double row[3];
  int64_t multiplicity;
} counted_row;

static int by_hash(const void *a, const void *b) {
  const counted_row *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return memcmp(x->row, y->row, sizeof x->row);
}

static void sample_is_the_smallest_hashes_with_their_multiplicities(void **state) {
  (void)state;
  static double rows[ROWS * 3];
  static counted_row all[ROWS];
  repeated_rows(rows, 1);
  favor_sample *kept = new_sample(3);
  for (int64_t i = 0; i < ROWS; i++) {
    favor_sample_add(kept, rows + 3 * i, 1);
    for (int c = 0; c < 3; c++) all[i].row[c] = rows[3 * i + c] + 0.0;
    all[i].hash = favor_sample_hash(3, rows + 3 * i);
  }
  qsort(all, ROWS, sizeof *all, by_hash);
  int64_t distinct = 0;
  for (int64_t i = 0; i < ROWS; i++) {
    const bool repeats = distinct > 0 && by_hash(&all[distinct - 1], &all[i]) == 0;
    if (repeats)
      all[distinct - 1].multiplicity++;
    else {
      all[distinct] = all[i];
      all[distinct++].multiplicity = 1;
    }
  }
  assert_true(distinct > 2 * FAVOR_SAMPLE_ROWS && distinct < ROWS / 2);
  assert_int_equal(kept->count, FAVOR_SAMPLE_ROWS);
  for (int64_t rank = 0; rank < kept->count; rank++) {
    int64_t multiplicity;
    const double *row = favor_sample_row(kept, rank, &multiplicity);
    assert_int_equal(multiplicity, all[rank].multiplicity);
    assert_memory_equal(row, all[rank].row, sizeof all[rank].row);
  }
  free_sample(kept);
}

static void sample_does_not_depend_on_order(void **state) {
  (void)state;
  static double rows[ROWS * 3];
  test_rng rng;
  test_rng_seed(&rng, 2);
  repeated_rows(rows, 2);
  favor_sample *a = new_sample(3);
  for (int64_t i = 0; i < ROWS; i++) favor_sample_add(a, rows + 3 * i, 1);
  for (int trial = 0; trial < 5; trial++) {
    favor_sample *b = new_sample(3);
    shuffle(ROWS, 3, rows, &rng);
    for (int64_t i = 0; i < ROWS; i++) favor_sample_add(b, rows + 3 * i, 1);
    assert_same(a, b);
    free_sample(b);
  }
  free_sample(a);
}

static void sample_does_not_depend_on_how_it_was_merged(void **state) {
  (void)state;
  static double rows[ROWS * 3];
  repeated_rows(rows, 3);
  favor_sample *whole = new_sample(3), *part[4], *left = new_sample(3);
  for (int p = 0; p < 4; p++) part[p] = new_sample(3);
  for (int64_t i = 0; i < ROWS; i++) {
    favor_sample_add(whole, rows + 3 * i, 1);
    favor_sample_add(part[i % 7 % 4], rows + 3 * i, 1);
  }
  for (int p = 0; p < 4; p++) favor_sample_merge(left, part[p]); /* (((0 1) 2) 3) */
  favor_sample_merge(part[2], part[3]);
  favor_sample_merge(part[1], part[0]);
  favor_sample_merge(part[2], part[1]); /* ((2 3) (1 0)) */
  assert_same(whole, left);
  assert_same(whole, part[2]);
  for (int p = 0; p < 4; p++) free_sample(part[p]);
  free_sample(left);
  free_sample(whole);
}

static uint64_t unshift(uint64_t z, int shift) {
  uint64_t x = z;
  for (int done = shift; done < 64; done += shift) x = z ^ (x >> shift);
  return x;
}

static uint64_t inverse(uint64_t odd) { /* modulo 2^64, by Newton */
  uint64_t x = odd;
  for (int i = 0; i < 6; i++) x *= 2 - odd * x;
  return x;
}

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* The hash's step backwards: a second element that brings `row` = {a, .} to the hash of {b0,
 * b1}. */
static double colliding(double a, double b0, double b1) {
  const uint64_t product = inverse(UINT64_C(0xd1342543de82ef95));
  double prefix[2] = {a, 0};
  uint64_t chain[2];
  for (int i = 0; i < 2; i++) {
    /* Undo the final mixing and the last element, {., 0}, to see the chain after the first. */
    prefix[0] = i == 0 ? a : b0;
    uint64_t h = favor_sample_hash(2, prefix);
    h = unshift(h, 31) * inverse(UINT64_C(0x94d049bb133111eb));
    h = unshift(h, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
    h = unshift(h, 30) * product;
    chain[i] = h >> 29 | h << 35; /* xor the mixed zero: the same in both */
  }
  uint64_t bits, z;
  memcpy(&bits, &b1, sizeof bits);
  z = test_mix(bits) ^ chain[0] ^ chain[1];
  z = unshift(z, 31) * inverse(UINT64_C(0x94d049bb133111eb));
  z = unshift(z, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
  bits = unshift(z, 30) - GOLDEN;
  double result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

static void rows_of_equal_hash_are_chosen_by_content(void **state) {
  (void)state;
  favor_sample *ab = new_sample(2), *ba = new_sample(2);
  double a[2] = {1.0, 0.25}, b[2] = {0, 0};
  do { /* until the partner is a number */
    b[0] += 1.0;
    b[1] = colliding(b[0], a[0], a[1]);
  } while (b[0] == a[0] || !isfinite(b[1]));
  const uint64_t hash = favor_sample_hash(2, a);
  assert_true(hash == favor_sample_hash(2, b));
  double filler[2] = {0.5, 0};
  while (ab->count < FAVOR_SAMPLE_ROWS - 1) { /* the pair competes for the last place */
    filler[1] += 1.0;
    if (favor_sample_hash(2, filler) >= hash) continue;
    favor_sample_add(ab, filler, 1);
    favor_sample_add(ba, filler, 1);
  }
  favor_sample_add(ab, a, 3);
  favor_sample_add(ab, b, 5);
  favor_sample_add(ba, b, 5);
  favor_sample_add(ba, a, 3);
  assert_same(ab, ba);
  int64_t multiplicity;
  favor_sample_row(ab, FAVOR_SAMPLE_ROWS - 1, &multiplicity);
  uint64_t bits_a, bits_b;
  memcpy(&bits_a, a, sizeof bits_a);
  memcpy(&bits_b, b, sizeof bits_b);
  assert_int_equal(multiplicity, bits_a < bits_b ? 3 : 5);
  free_sample(ab);
  free_sample(ba);
}

static void append_takes_only_rows_in_order(void **state) {
  (void)state;
  favor_sample *kept = new_sample(1), *copy = new_sample(1);
  for (double x = 1; x <= 600; x++) favor_sample_add(kept, &x, (int64_t)x);
  const double minus = -0.0;
  assert_false(favor_sample_append(copy, &minus, 1));
  for (int64_t rank = 0; rank < kept->count; rank++) {
    int64_t multiplicity;
    const double *row = favor_sample_row(kept, rank, &multiplicity);
    assert_false(favor_sample_append(copy, row, 0));
    assert_true(favor_sample_append(copy, row, multiplicity));
    assert_false(favor_sample_append(copy, row, multiplicity)); /* the same again */
    if (rank == 0) continue;
    assert_false(favor_sample_append(copy, favor_sample_row(kept, rank - 1, &multiplicity), 1));
  }
  assert_same(kept, copy);
  double next = 1;
  while (favor_sample_hash(1, &next) < kept->hash[kept->order[FAVOR_SAMPLE_ROWS - 1]]) next++;
  assert_false(favor_sample_append(copy, &next, 1)); /* full */
  free_sample(kept);
  free_sample(copy);
}

/* Of 1000 distinct rows {value, salt} each sample takes 256; over 200 salts the mean of the
 * values taken is that of all, the mean square too, and 255 over the largest hash estimates 1000
 * (Cohen and  Kaplan): each by |z| < 5 with the standard error over salts. */
static void sample_is_unbiased(void **state) {
  (void)state;
  const int64_t population = 1000;
  sample mean = {0}, square = {0}, size = {0};
  test_rng rng;
  test_rng_seed(&rng, 11);
  double exact_mean = 0, exact_square = 0;
  for (int64_t i = 0; i < population; i++) {
    exact_mean += sqrt((double)i) / (double)population;
    exact_square += (double)i / (double)population;
  }
  for (int salt = 0; salt < 200; salt++) {
    favor_sample *kept = new_sample(2);
    for (int64_t i = 0; i < population; i++) {
      const double row[2] = {sqrt((double)i), (double)salt};
      favor_sample_add(kept, row, 1 + i % 3);
    }
    double sum = 0, sum2 = 0;
    for (int64_t rank = 0; rank < kept->count; rank++) {
      int64_t multiplicity;
      const double value = favor_sample_row(kept, rank, &multiplicity)[0];
      sum += value / FAVOR_SAMPLE_ROWS;
      sum2 += value * value / FAVOR_SAMPLE_ROWS;
      assert_int_equal(multiplicity, 1 + llround(value * value) % 3);
    }
    sample_add(&mean, sum);
    sample_add(&square, sum2);
    const uint64_t last = kept->hash[kept->order[FAVOR_SAMPLE_ROWS - 1]];
    sample_add(&size, (FAVOR_SAMPLE_ROWS - 1) / ((double)last * 0x1p-64));
    free_sample(kept);
  }
  assert_near(z_score(sample_mean(&mean), exact_mean, sample_stderr(&mean)), 0, 5);
  assert_near(z_score(sample_mean(&square), exact_square, sample_stderr(&square)), 0, 5);
  assert_near(z_score(sample_mean(&size), (double)population, sample_stderr(&size)), 0, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sample_is_the_smallest_hashes_with_their_multiplicities),
      cmocka_unit_test(sample_does_not_depend_on_order),
      cmocka_unit_test(sample_does_not_depend_on_how_it_was_merged),
      cmocka_unit_test(rows_of_equal_hash_are_chosen_by_content),
      cmocka_unit_test(append_takes_only_rows_in_order),
      cmocka_unit_test(sample_is_unbiased),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
