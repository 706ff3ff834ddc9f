/* SPDX-License-Identifier: MIT */
/** Saved statistics: the same object bit for bit, or a refusal, whatever became of the block. What
 *  its fields may hold: test_stats_fields.c. */
#include "map/stats.h"
#include "robust/allocator.h"
#include "robust/damage.h"
#include "support/random.h"
#include "support/test.h"

#define HEADER 24

static unsigned char *save(const favor_stats *stats, size_t *bytes) {
  assert_ok(favor_stats_save(stats, NULL, 0, bytes));
  unsigned char *block = malloc(*bytes);
  assert_non_null(block);
  assert_ok(favor_stats_save(stats, block, *bytes, bytes));
  return block;
}

/* Rows of small integers and halves; the key side repeats some, so that multiplicities differ. */
static favor_stats *make_stats(int64_t dim, int64_t queries, int64_t keys) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(dim, NULL, &stats));
  test_rng rng;
  test_rng_seed(&rng, 3);
  double row[8];
  for (int64_t i = 0; i < queries + keys; i++) {
    const favor_side side = i < queries ? FAVOR_QUERY : FAVOR_KEY;
    for (int64_t c = 0; c < dim; c++)
      row[c] = side == FAVOR_QUERY ? test_rng_normal(&rng) : (double)(test_rng_next(&rng) % 3) / 2;
    assert_ok(favor_stats_add_f64(stats, side, 1, row, dim, NULL));
  }
  return stats;
}

static void assert_same(const favor_stats *a, const favor_stats *b) {
  size_t a_bytes, b_bytes;
  unsigned char *x = save(a, &a_bytes), *y = save(b, &b_bytes);
  assert_int_equal(a_bytes, b_bytes);
  assert_memory_equal(x, y, a_bytes);
  free(x);
  free(y);
}

static void loaded_statistics_are_the_same_bits_and_go_on_alike(void **state) {
  (void)state;
  const int64_t shapes[][3] = {{1, 0, 0}, {2, 3, 0}, {3, 0, 5}, {5, 700, 90}, {8, 257, 4000}};
  for (size_t t = 0; t < sizeof shapes / sizeof *shapes; t++) {
    favor_stats *stats = make_stats(shapes[t][0], shapes[t][1], shapes[t][2]), *loaded = NULL;
    favor_stats *more = make_stats(shapes[t][0], 20, 30);
    size_t bytes;
    unsigned char *block = save(stats, &bytes);
    assert_ok(favor_stats_load(block, bytes, NULL, NULL, &loaded));
    assert_same(stats, loaded);
    assert_ok(favor_stats_merge(stats, more));
    assert_ok(favor_stats_merge(loaded, more));
    assert_same(stats, loaded);
    free(block);
    favor_stats_destroy(stats);
    favor_stats_destroy(loaded);
    favor_stats_destroy(more);
  }
}

static void save_tells_its_size_and_writes_no_more(void **state) {
  (void)state;
  favor_stats *stats = make_stats(2, 3, 1);
  unsigned char block[1024];
  size_t bytes = 0, written = 0;
  assert_ok(favor_stats_save(stats, NULL, 0, &bytes));
  /* header, dim; count, mean, triangle, sample size twice; multiplicity and row of 4; trailer */
  assert_int_equal(bytes, HEADER + 8 + 2 * 8 * (1 + 2 + 3 + 1) + 4 * 8 * (1 + 2) + 8);
  memset(block, 0xA5, sizeof block);
  assert_status(favor_stats_save(stats, block, bytes - 1, &written), FAVOR_ERR_BUFFER);
  assert_int_equal(written, bytes);
  for (size_t i = 0; i < sizeof block; i++) assert_int_equal(block[i], 0xA5);
  assert_ok(favor_stats_save(stats, block, sizeof block, &written));
  assert_int_equal(written, bytes);
  for (size_t i = bytes; i < sizeof block; i++) assert_int_equal(block[i], 0xA5);
  assert_status(favor_stats_save(NULL, block, sizeof block, &written), FAVOR_ERR_NULL);
  assert_status(favor_stats_save(stats, block, sizeof block, NULL), FAVOR_ERR_NULL);
  favor_stats_destroy(stats);
}

static favor_status load(const void *block, size_t bytes, const favor_allocator *allocator,
                         favor_report *report, void **out) {
  favor_stats *stats = (favor_stats *)&stats;
  const favor_status status = favor_stats_load(block, bytes, allocator, report, &stats);
  *out = stats;
  return status;
}

/* What loaded saves to the same fields, and everything that reads or changes it works. */
static void examine(void *object, const unsigned char *block, size_t bytes) {
  favor_stats *stats = object;
  const int64_t dim = favor_stats_dim(stats);
  assert_in_range(dim, 1, 8);
  double mean[8], moment[64], values[8];
  size_t again;
  unsigned char *copy = save(stats, &again);
  assert_int_equal(again, bytes);
  /* All but the minor version: a block of a newer one is read as far as it is known. */
  assert_memory_equal(copy + 16, block + 16, bytes - 16 - 8);
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    int64_t count;
    assert_ok(favor_stats_get(stats, (favor_side)side, &count, mean, moment));
    assert_in_range(count, 0, FAVOR_STATS_ROWS_MAX);
    for (int64_t i = 0; i < dim; i++) assert_true(isfinite(mean[i]) && moment[i * dim + i] >= 0);
    for (int64_t i = 0; i < dim * dim; i++) assert_true(isfinite(moment[i]));
    assert_status(favor_stats_spectrum(stats, (favor_side)side, values),
                  count > 0 ? FAVOR_OK : FAVOR_ERR_STATISTICS);
    for (int64_t i = 0; count > 0 && i < dim; i++)
      assert_true(isfinite(values[i]) && values[i] >= 0);
    /* Another row goes in, or the sum is at its limit; in either case the mean stays finite. */
    const favor_status added = favor_stats_add_f64(stats, (favor_side)side, 1, mean, dim, NULL);
    assert_true(added == FAVOR_OK || added == FAVOR_ERR_NONFINITE || added == FAVOR_ERR_OVERFLOW);
    assert_true(isfinite(favor_stats_mean_norm2(stats, (favor_side)side, NULL)));
  }
  assert_true(isfinite(favor_stats_mean_sum_norm2(stats, NULL, NULL)));
  free(copy);
  favor_stats_destroy(stats);
}

/* The room for two samples and a tile of rows, as favor.h gives it, at the largest dim used
 * here. */
static const damage_kind kind = {load, examine, 2, 5200 * 3 + 16384};

static void every_truncation_is_refused(void **state) {
  (void)state;
  for (int64_t dim = 1; dim <= 3; dim++) {
    favor_stats *stats = make_stats(dim, 3, 6);
    size_t bytes;
    unsigned char *block = save(stats, &bytes);
    assert_true(damage_try(&kind, block, bytes));
    assert_int_equal(damage_truncations(&kind, block, bytes, false).loaded, 0);
    assert_int_equal(damage_truncations(&kind, block, bytes, true).loaded, 0);
    free(block);
    favor_stats_destroy(stats);
  }
}

static void every_bit_flip_is_refused_or_passes_validation(void **state) {
  (void)state;
  for (int64_t dim = 1; dim <= 3; dim++) {
    favor_stats *stats = make_stats(dim, 3, 6);
    size_t bytes;
    unsigned char *block = save(stats, &bytes);
    const damage_count plain = damage_flips(&kind, block, bytes, 1, false);
    assert_int_equal(plain.tried, 8 * bytes);
    assert_int_equal(plain.loaded, 0); /* a checksum of 32 bits finds every single flip */
    const damage_count repaired = damage_flips(&kind, block, bytes, 1, true);
    assert_int_equal(repaired.tried, 8 * bytes - 32);
    /* Low bits of the moments are free; a flip in a count, a length or the order is not. */
    assert_in_range(repaired.loaded, repaired.tried / 10, repaired.tried - 8 * 64);
    free(block);
    favor_stats_destroy(stats);
  }
}

static void load_checks_its_arguments_and_survives_a_failing_allocator(void **state) {
  (void)state;
  favor_stats *stats = make_stats(2, 3, 6), *out = stats;
  test_allocator allocator = {0};
  favor_allocator hook = test_allocator_hook(&allocator);
  favor_report report;
  assert_ok(favor_report_init(&report));
  size_t bytes;
  unsigned char *block = save(stats, &bytes);
  assert_status(favor_stats_load(block, bytes, NULL, &report, NULL), FAVOR_ERR_NULL);
  assert_string_equal(report.argument, "out");
  assert_status(favor_stats_load(NULL, bytes, NULL, &report, &out), FAVOR_ERR_NULL);
  assert_string_equal(report.argument, "block");
  assert_null(out);
  test_allocator_fail_at(&allocator, 1);
  out = stats;
  assert_status(favor_stats_load(block, bytes, &hook, &report, &out), FAVOR_ERR_MEMORY);
  assert_null(out);
  assert_ok(favor_stats_load(block, bytes, &hook, &report, &out));
  assert_int_equal(atomic_load(&allocator.calls), 2);
  favor_stats_destroy(out);
  assert_balanced(&allocator);
  hook.alloc = NULL;
  assert_status(favor_stats_load(block, bytes, &hook, &report, &out), FAVOR_ERR_VALUE);
  assert_string_equal(report.argument, "allocator");
  free(block);
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loaded_statistics_are_the_same_bits_and_go_on_alike),
      cmocka_unit_test(save_tells_its_size_and_writes_no_more),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(every_bit_flip_is_refused_or_passes_validation),
      cmocka_unit_test(load_checks_its_arguments_and_survives_a_failing_allocator),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
