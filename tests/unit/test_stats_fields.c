/* SPDX-License-Identifier: MIT */
/** The fields of saved statistics: what is refused behind a checksum that is right, and that a
 *  block made by version 0.1 stays readable. */
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

static void a_claimed_dimension_takes_no_memory(void **state) {
  (void)state;
  favor_stats *stats = make_stats(2, 3, 6), *out;
  test_allocator allocator = {0};
  const favor_allocator hook = test_allocator_hook(&allocator);
  size_t bytes;
  unsigned char *block = save(stats, &bytes);
  const uint64_t claims[] = {0, 20, 65536, 65537, UINT64_C(1) << 32, UINT64_MAX};
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    damage_set_field(block, HEADER, claims[i]);
    damage_repair_checksum(block, bytes);
    assert_status(favor_stats_load(block, bytes, &hook, NULL, &out),
                  claims[i] >= 1 && claims[i] <= 65536 ? FAVOR_ERR_FORMAT : FAVOR_ERR_VALUE);
    assert_int_equal(atomic_load(&allocator.calls), 0);
  }
  free(block);
  favor_stats_destroy(stats);
}

/* A covariance may not pass the sum of its variances: it would make an eigenvalue negative or
 * infinite. */
static void a_covariance_beyond_its_variances_is_refused(void **state) {
  (void)state;
  favor_stats *stats = make_stats(2, 3, 6), *out;
  size_t bytes;
  unsigned char *block = save(stats, &bytes);
  const size_t covariance = HEADER + 8 + 8 + 2 * 8 + 8;
  const double sum = stats->side[FAVOR_QUERY].scatter[0] + stats->side[FAVOR_QUERY].scatter[3];
  const double values[] = {-1.01 * sum, 1.01 * sum, DBL_MAX, -INFINITY, NAN, 0.2 * sum};
  for (int i = 0; i < 6; i++) {
    damage_set_number(block, covariance, values[i]);
    damage_repair_checksum(block, bytes);
    assert_status(favor_stats_load(block, bytes, NULL, NULL, &out),
                  i < 5 ? FAVOR_ERR_VALUE : FAVOR_OK);
  }
  favor_stats_destroy(out);
  free(block);
  favor_stats_destroy(stats);
}

/* Offsets in the block of make_stats(1, 2, 0): the sample of the query side begins at 56. */
static void fields_that_no_rows_could_leave_are_refused(void **state) {
  (void)state;
  enum { count = 32, mean = 40, scatter = 48, rows = 56, often = 64, first = 72, second = 88 };
  enum { keys = 96, key_mean = 104, key_scatter = 112 };
  favor_stats *stats = make_stats(1, 2, 0), *out;
  size_t bytes;
  unsigned char *block = save(stats, &bytes), *bad = malloc(bytes);
  assert_non_null(bad);
  const struct {
    size_t at;
    bool number;
    uint64_t field;
    double value;
    favor_status status;
  } cases[] = {
      {8, false, UINT64_C(2), 0, FAVOR_ERR_VERSION},  {0, false, 7, 0, FAVOR_ERR_FORMAT},
      {16, false, bytes + 8, 0, FAVOR_ERR_FORMAT},    {count, false, 3, 0, FAVOR_ERR_VALUE},
      {count, false, 1, 0, FAVOR_ERR_VALUE},          {count, false, 0, 0, FAVOR_ERR_VALUE},
      {count, false, UINT64_MAX, 0, FAVOR_ERR_VALUE}, {mean, true, 0, NAN, FAVOR_ERR_VALUE},
      {mean, true, 0, INFINITY, FAVOR_ERR_VALUE},     {mean, true, 0, 1e160, FAVOR_ERR_VALUE},
      {scatter, true, 0, -1e-9, FAVOR_ERR_VALUE},     {scatter, true, 0, NAN, FAVOR_ERR_VALUE},
      {scatter, true, 0, DBL_MAX, FAVOR_ERR_VALUE},   {rows, false, 0, 0, FAVOR_ERR_VALUE},
      {rows, false, 257, 0, FAVOR_ERR_VALUE},         {rows, false, 1, 0, FAVOR_ERR_VALUE},
      {often, false, 0, 0, FAVOR_ERR_VALUE},          {often, false, 3, 0, FAVOR_ERR_VALUE},
      {often, false, UINT64_MAX, 0, FAVOR_ERR_VALUE}, {first, true, 0, NAN, FAVOR_ERR_VALUE},
      {second, true, 0, -INFINITY, FAVOR_ERR_VALUE},  {second, true, 0, 1e200, FAVOR_ERR_VALUE},
      {first, true, 0, -0.0, FAVOR_ERR_VALUE},        {keys, false, 1, 0, FAVOR_ERR_VALUE},
      {key_mean, true, 0, 1, FAVOR_ERR_VALUE},        {key_scatter, true, 0, 1, FAVOR_ERR_VALUE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    memcpy(bad, block, bytes);
    if (cases[i].number)
      damage_set_number(bad, cases[i].at, cases[i].value);
    else
      damage_set_field(bad, cases[i].at, cases[i].field);
    damage_repair_checksum(bad, bytes);
    assert_status(favor_stats_load(bad, bytes, NULL, NULL, &out), cases[i].status);
    assert_null(out);
  }
  memcpy(bad, block, bytes);
  memcpy(bad + often, block + second - 8, 16); /* the two rows the other way round */
  memcpy(bad + second - 8, block + often, 16);
  damage_repair_checksum(bad, bytes);
  assert_status(favor_stats_load(bad, bytes, NULL, NULL, &out), FAVOR_ERR_VALUE);
  free(bad);
  free(block);
  favor_stats_destroy(stats);
}

static void a_field_too_many_is_refused_but_in_a_newer_minor_version(void **state) {
  (void)state;
  favor_stats *stats = make_stats(2, 3, 6), *out;
  size_t bytes;
  unsigned char *block = save(stats, &bytes), *longer = calloc(1, bytes + 8);
  assert_non_null(longer);
  memcpy(longer, block, bytes - 8);
  damage_repair_length(longer, bytes + 8);
  assert_status(favor_stats_load(longer, bytes + 8, NULL, NULL, &out), FAVOR_ERR_FORMAT);
  longer[12] = 1;
  damage_repair_checksum(longer, bytes + 8);
  assert_ok(favor_stats_load(longer, bytes + 8, NULL, NULL, &out));
  favor_stats_destroy(out);
  free(longer);
  free(block);
  favor_stats_destroy(stats);
}

/* Four queries, two of them equal, and one key, as version 0.1 saved them on a little-endian
 * machine. */
static const unsigned char saved_by_0_1[] = {
    0x66, 0x61, 0x76, 0x73, 0x74, 0x61, 0x74, 0x73, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xf8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd0, 0xbf, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x18, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd8, 0x3f,
    0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd0, 0xbf,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd0, 0x3f, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0xbf,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0xc0,
    0x5f, 0x35, 0xae, 0x86, 0x00, 0x00, 0x00, 0x00,
};

static void a_block_of_version_0_1_is_read_and_written_alike(void **state) {
  (void)state;
  favor_stats *stats = NULL;
  int64_t count, multiplicity;
  double mean[2], moment[4];
  assert_ok(favor_stats_load(saved_by_0_1, sizeof saved_by_0_1, NULL, NULL, &stats));
  assert_ok(favor_stats_get(stats, FAVOR_QUERY, &count, mean, moment));
  assert_int_equal(count, 4);
  assert_true(mean[0] == 2 && mean[1] == -0.25);
  assert_true(moment[0] == 5.5 && moment[1] == -0.375 && moment[3] == 0.15625);
  const double *row = favor_sample_row(favor_stats_sample(stats, FAVOR_KEY), 0, &multiplicity);
  assert_true(row[0] == 0 && row[1] == -3 && multiplicity == 1);
  assert_int_equal(favor_stats_sample(stats, FAVOR_QUERY)->count, 3);
  size_t bytes;
  unsigned char *block = save(stats, &bytes);
  assert_int_equal(bytes, sizeof saved_by_0_1);
  assert_memory_equal(block, saved_by_0_1, bytes);
  free(block);
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_claimed_dimension_takes_no_memory),
      cmocka_unit_test(a_covariance_beyond_its_variances_is_refused),
      cmocka_unit_test(fields_that_no_rows_could_leave_are_refused),
      cmocka_unit_test(a_field_too_many_is_refused_but_in_a_newer_minor_version),
      cmocka_unit_test(a_block_of_version_0_1_is_read_and_written_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
