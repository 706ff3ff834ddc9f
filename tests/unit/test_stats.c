/* SPDX-License-Identifier: MIT */
/** Calls of statistics: what they take and refuse, and that a refusal changes no bit, told by the
 *  saved block. The numbers themselves: test_stats_moments.c. */
#include "map/stats.h"
#include "robust/allocator.h"
#include "robust/damage.h"
#include "support/random.h"
#include "support/test.h"

#define DIM 3

static favor_stats *new_stats(int64_t dim) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(dim, NULL, &stats));
  return stats;
}

static favor_stats *some_stats(void) {
  const double q[2][DIM] = {{1, 2, 3}, {-4, 5.5, 6}}, k[DIM] = {0.25, -0.0, 1e-3};
  favor_stats *stats = new_stats(DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 2, q[0], DIM, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 1, k, DIM, NULL));
  return stats;
}

typedef struct saved {
  unsigned char *block;
  size_t bytes;
} saved;

static saved save(const favor_stats *stats) {
  saved s = {NULL, 0};
  assert_ok(favor_stats_save(stats, NULL, 0, &s.bytes));
  s.block = malloc(s.bytes);
  assert_non_null(s.block);
  assert_ok(favor_stats_save(stats, s.block, s.bytes, &s.bytes));
  return s;
}

/* Both save to the same bytes. */
static void assert_same(const favor_stats *a, const favor_stats *b) {
  const saved x = save(a), y = save(b);
  assert_int_equal(x.bytes, y.bytes);
  assert_memory_equal(x.block, y.block, x.bytes);
  free(x.block);
  free(y.block);
}

static void destroy(int n, favor_stats **stats) {
  for (int i = 0; i < n; i++) favor_stats_destroy(stats[i]);
}

static void create_checks_its_arguments(void **state) {
  (void)state;
  favor_stats *stats = (favor_stats *)&stats;
  assert_status(favor_stats_create(4, NULL, NULL), FAVOR_ERR_NULL);
  const int64_t bad[] = {0, -1, 65537, INT64_MIN, INT64_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    stats = (favor_stats *)&stats;
    assert_status(favor_stats_create(bad[i], NULL, &stats), FAVOR_ERR_SHAPE);
    assert_null(stats);
  }
  test_allocator allocator = {0};
  favor_allocator half = test_allocator_hook(&allocator);
  half.free = NULL;
  stats = (favor_stats *)&stats;
  assert_status(favor_stats_create(4, &half, &stats), FAVOR_ERR_VALUE);
  assert_null(stats);
  favor_stats_destroy(NULL);
  assert_int_equal(favor_stats_dim(NULL), 0);
  assert_balanced(&allocator);
}

static void empty_statistics_have_zero_moments_and_no_spectrum(void **state) {
  (void)state;
  favor_stats *stats = new_stats(DIM);
  double mean[DIM] = {1, 1, 1}, moment[DIM * DIM] = {1}, values[DIM] = {7, 7, 7};
  int64_t count = -1;
  assert_int_equal(favor_stats_dim(stats), DIM);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 0, NULL, DIM, NULL));
  assert_ok(favor_stats_get(stats, FAVOR_QUERY, &count, mean, moment));
  assert_int_equal(count, 0);
  for (int i = 0; i < DIM; i++) assert_true(mean[i] == 0);
  for (int i = 0; i < DIM * DIM; i++) assert_true(moment[i] == 0);
  assert_status(favor_stats_spectrum(stats, FAVOR_KEY, values), FAVOR_ERR_STATISTICS);
  assert_true(values[0] == 7 && values[1] == 7 && values[2] == 7);
  assert_int_equal(favor_stats_sample(stats, FAVOR_KEY)->count, 0);
  favor_stats_destroy(stats);
}

static void both_precisions_of_the_same_rows_give_the_same_bits(void **state) {
  (void)state;
  enum { rows = 300, ld = DIM + 2 };
  float narrow[rows * ld];
  double wide[rows * ld], packed[rows * DIM];
  test_rng rng;
  test_rng_seed(&rng, 1);
  for (int i = 0; i < rows * ld; i++) {
    const bool padding = i % ld >= DIM; /* never read: a NaN there would be refused */
    narrow[i] = padding ? NAN : (float)(100 * test_rng_normal(&rng));
    wide[i] = (double)narrow[i];
    if (!padding) packed[i / ld * DIM + i % ld] = wide[i];
  }
  favor_stats *a = new_stats(DIM), *b = new_stats(DIM), *c = new_stats(DIM);
  assert_ok(favor_stats_add_f32(a, FAVOR_KEY, rows, narrow, ld, NULL));
  assert_ok(favor_stats_add_f64(b, FAVOR_KEY, rows, wide, ld, NULL));
  assert_ok(favor_stats_add_f64(c, FAVOR_KEY, rows, packed, DIM, NULL));
  assert_same(a, b);
  assert_same(a, c);
  destroy(3, (favor_stats *[]){a, b, c});
}

static void add_refuses_bad_arguments_and_changes_nothing(void **state) {
  (void)state;
  favor_stats *stats = some_stats(), *same = some_stats();
  const double x[2 * DIM] = {1, 2, 3, 4, 5, 6};
  const float f[DIM] = {1, 2, 3};
  favor_report report;
  assert_ok(favor_report_init(&report));
  const struct {
    favor_stats *stats;
    int side;
    int64_t n;
    const double *x;
    int64_t ldx;
    favor_status status;
    const char *argument;
  } bad[] = {
      {NULL, FAVOR_KEY, 2, x, DIM, FAVOR_ERR_NULL, "stats"},
      {stats, 2, 2, x, DIM, FAVOR_ERR_ENUM, "side"},
      {stats, -1, 0, x, DIM, FAVOR_ERR_ENUM, "side"},
      {stats, FAVOR_KEY, -1, x, DIM, FAVOR_ERR_SHAPE, "n"},
      {stats, FAVOR_KEY, 2, NULL, DIM, FAVOR_ERR_NULL, "x"},
      {stats, FAVOR_KEY, 2, x, DIM - 1, FAVOR_ERR_SHAPE, "ldx"},
      {stats, FAVOR_KEY, INT64_MAX, x, DIM, FAVOR_ERR_OVERFLOW, "x"},
      {stats, FAVOR_KEY, 2, x, INT64_MAX, FAVOR_ERR_OVERFLOW, "x"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_status(favor_stats_add_f64(bad[i].stats, (favor_side)bad[i].side, bad[i].n, bad[i].x,
                                      bad[i].ldx, &report),
                  bad[i].status);
    assert_int_equal(report.status, bad[i].status);
    assert_string_equal(report.argument, bad[i].argument);
    assert_same(stats, same);
  }
  assert_status(favor_stats_add_f32(stats, FAVOR_KEY, 1, f, 2, NULL), FAVOR_ERR_SHAPE);
  assert_same(stats, same);
  destroy(2, (favor_stats *[]){stats, same});
}

static void rows_without_a_finite_norm_are_named_and_none_is_added(void **state) {
  (void)state;
  enum { rows = 300 };
  double x[rows][DIM];
  float f[2][DIM] = {{1, 2, 3}, {1, INFINITY, 3}};
  favor_stats *stats = some_stats(), *same = some_stats();
  favor_report report;
  assert_ok(favor_report_init(&report));
  const double bad[] = {NAN, INFINITY, -INFINITY, 1e155};
  for (size_t t = 0; t < sizeof bad / sizeof *bad; t++) {
    for (int i = 0; i < rows * DIM; i++) x[i / DIM][i % DIM] = i;
    x[200][1] = x[210][2] = x[rows - 1][0] = bad[t];
    assert_status(favor_stats_add_f64(stats, FAVOR_QUERY, rows, x[0], DIM, &report),
                  FAVOR_ERR_NONFINITE);
    assert_string_equal(report.argument, "x");
    assert_int_equal(report.first_row, 200);
    assert_int_equal(report.rows_nonfinite, 3);
    assert_same(stats, same);
  }
  assert_status(favor_stats_add_f32(stats, FAVOR_QUERY, 2, f[0], DIM, &report),
                FAVOR_ERR_NONFINITE);
  assert_int_equal(report.first_row, 1);
  assert_same(stats, same);
  destroy(2, (favor_stats *[]){stats, same});
}

/* |x|^2 = 2^1017 but for rounding: the eighth or ninth passes the limit, and below it everything
 * derived is finite. */
static void sums_that_would_overflow_are_refused_and_others_are_finite(void **state) {
  (void)state;
  double x[9];
  for (int i = 0; i < 9; i++) x[i] = (i % 2 == 0 ? 0x1p508 : -0x1p508) * sqrt(2.0);
  double mean, moment, value;
  int64_t count;
  favor_stats *stats = new_stats(1), *other = new_stats(1), *one = new_stats(1);
  favor_report report;
  assert_ok(favor_report_init(&report));
  assert_status(favor_stats_add_f64(stats, FAVOR_QUERY, 9, x, 1, &report), FAVOR_ERR_NONFINITE);
  assert_in_range(report.first_row, 7, 8);
  assert_int_equal(favor_stats_count(stats, FAVOR_QUERY), 0);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 7, x, 1, &report));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 7, x, 1, &report));
  assert_ok(favor_stats_get(stats, FAVOR_QUERY, &count, &mean, &moment));
  assert_ok(favor_stats_spectrum(stats, FAVOR_QUERY, &value));
  assert_true(isfinite(mean) && isfinite(moment) && isfinite(value));
  assert_near(moment / 0x1p1017, 1, 8 * DBL_EPSILON);
  assert_true(isfinite(favor_stats_mean_sum_norm2(stats, NULL, NULL)));
  assert_true(isfinite(favor_stats_mean_norm2(stats, FAVOR_KEY, x)));
  assert_ok(favor_stats_add_f64(other, FAVOR_QUERY, 1, &(double){1}, 1, NULL)); /* would fit */
  assert_ok(favor_stats_add_f64(other, FAVOR_KEY, 2, x, 1, NULL));
  assert_ok(favor_stats_merge(one, stats));
  assert_status(favor_stats_merge(one, other), FAVOR_ERR_NONFINITE);
  assert_same(one, stats);
  destroy(3, (favor_stats *[]){stats, other, one});
}

/* One row of dim 1, its count and multiplicity made 2^53 in the saved block. */
static void rows_beyond_exact_counts_are_refused(void **state) {
  (void)state;
  const double x = 0.5;
  favor_stats *one = new_stats(1), *full = NULL;
  assert_ok(favor_stats_add_f64(one, FAVOR_QUERY, 1, &x, 1, NULL));
  const saved s = save(one);
  const size_t count_at = 24 + 8, multiplicity_at = count_at + 4 * 8;
  assert_int_equal(damage_field(s.block, count_at), 1);
  assert_int_equal(damage_field(s.block, multiplicity_at), 1);
  damage_set_field(s.block, count_at, UINT64_C(1) << 53);
  damage_set_field(s.block, multiplicity_at, UINT64_C(1) << 53);
  damage_repair_checksum(s.block, s.bytes);
  assert_ok(favor_stats_load(s.block, s.bytes, NULL, NULL, &full));
  assert_true(favor_stats_count(full, FAVOR_QUERY) == FAVOR_STATS_ROWS_MAX);
  favor_report report;
  assert_ok(favor_report_init(&report));
  assert_status(favor_stats_add_f64(full, FAVOR_QUERY, 1, &x, 1, &report), FAVOR_ERR_OVERFLOW);
  assert_string_equal(report.argument, "n");
  assert_status(favor_stats_merge(one, full), FAVOR_ERR_OVERFLOW);
  assert_int_equal(favor_stats_count(one, FAVOR_QUERY), 1);
  assert_ok(favor_stats_add_f64(full, FAVOR_KEY, 1, &x, 1, NULL)); /* the other side has room */
  favor_stats_destroy(one);
  favor_stats_destroy(full);
  free(s.block);
}

static void merge_get_and_spectrum_check_their_arguments(void **state) {
  (void)state;
  favor_stats *stats = some_stats(), *same = some_stats(), *wide = new_stats(DIM + 1);
  double values[DIM + 1] = {9, 9, 9, 9}, mean[DIM + 1] = {9};
  int64_t count = 9;
  assert_status(favor_stats_merge(NULL, stats), FAVOR_ERR_NULL);
  assert_status(favor_stats_merge(stats, NULL), FAVOR_ERR_NULL);
  assert_status(favor_stats_merge(stats, stats), FAVOR_ERR_ALIAS);
  assert_status(favor_stats_merge(stats, wide), FAVOR_ERR_STATISTICS);
  assert_status(favor_stats_get(NULL, FAVOR_KEY, &count, mean, NULL), FAVOR_ERR_NULL);
  assert_status(favor_stats_get(stats, FAVOR_KEY, NULL, mean, NULL), FAVOR_ERR_NULL);
  assert_status(favor_stats_get(stats, (favor_side)2, &count, mean, NULL), FAVOR_ERR_ENUM);
  assert_status(favor_stats_spectrum(NULL, FAVOR_KEY, values), FAVOR_ERR_NULL);
  assert_status(favor_stats_spectrum(stats, FAVOR_KEY, NULL), FAVOR_ERR_NULL);
  assert_status(favor_stats_spectrum(stats, (favor_side)-1, values), FAVOR_ERR_ENUM);
  assert_true(count == 9 && mean[0] == 9 && values[0] == 9);
  assert_ok(favor_stats_get(stats, FAVOR_QUERY, &count, NULL, NULL));
  assert_int_equal(count, 2);
  assert_same(stats, same);
  destroy(3, (favor_stats *[]){stats, same, wide});
}

/* One allocation makes an object and one serves a spectrum; each may fail; nothing else
 * allocates. */
static void memory_is_taken_at_creation_alone_and_may_fail(void **state) {
  (void)state;
  test_allocator allocator = {0};
  const favor_allocator hook = test_allocator_hook(&allocator);
  favor_stats *stats = (favor_stats *)&stats, *other = some_stats();
  double values[DIM] = {9, 9, 9}, mean[DIM], moment[DIM * DIM];
  int64_t count;
  test_allocator_fail_at(&allocator, 1);
  assert_status(favor_stats_create(DIM, &hook, &stats), FAVOR_ERR_MEMORY);
  assert_null(stats);
  test_allocator_fail_at(&allocator, 2);
  assert_ok(favor_stats_create(DIM, &hook, &stats));
  assert_in_range(atomic_load(&allocator.live_bytes), 16 * DIM * (DIM + 256),
                  16 * DIM * (DIM + 330) + 16384);
  assert_ok(favor_stats_merge(stats, other));
  assert_ok(
      favor_stats_add_f64(stats, FAVOR_KEY, 1, favor_stats_mean(other, FAVOR_KEY), DIM, NULL));
  assert_ok(favor_stats_get(stats, FAVOR_KEY, &count, mean, moment));
  assert_int_equal(atomic_load(&allocator.calls), 1);
  assert_status(favor_stats_spectrum(stats, FAVOR_KEY, values), FAVOR_ERR_MEMORY);
  assert_true(values[0] == 9);
  assert_ok(favor_stats_spectrum(stats, FAVOR_KEY, values));
  assert_int_equal(atomic_load(&allocator.calls), 3);
  assert_int_equal(atomic_load(&allocator.live), 1);
  favor_stats_destroy(stats);
  favor_stats_destroy(other);
  assert_balanced(&allocator);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(create_checks_its_arguments),
      cmocka_unit_test(empty_statistics_have_zero_moments_and_no_spectrum),
      cmocka_unit_test(both_precisions_of_the_same_rows_give_the_same_bits),
      cmocka_unit_test(add_refuses_bad_arguments_and_changes_nothing),
      cmocka_unit_test(rows_without_a_finite_norm_are_named_and_none_is_added),
      cmocka_unit_test(sums_that_would_overflow_are_refused_and_others_are_finite),
      cmocka_unit_test(rows_beyond_exact_counts_are_refused),
      cmocka_unit_test(merge_get_and_spectrum_check_their_arguments),
      cmocka_unit_test(memory_is_taken_at_creation_alone_and_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
