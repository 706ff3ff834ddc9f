/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/size.h"

#define UNTOUCHED ((size_t)0xA5A5)

static void sums_end_at_size_max(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  assert_false(favor_size_add(SIZE_MAX, 1, &out));
  assert_false(favor_size_add(SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1, &out));
  assert_int_equal(out, UNTOUCHED);
  assert_true(favor_size_add(SIZE_MAX - 1, 1, &out));
  assert_int_equal(out, SIZE_MAX);
  assert_true(favor_size_add(0, 0, &out));
  assert_int_equal(out, 0);
}

static void products_end_at_size_max(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  const size_t half = (size_t)1 << (sizeof(size_t) * 4);
  assert_false(favor_size_mul(half, half, &out)); /* wraps to 0 */
  assert_false(favor_size_mul(SIZE_MAX, 2, &out));
  assert_false(favor_size_mul(2, SIZE_MAX, &out));
  assert_int_equal(out, UNTOUCHED);
  assert_true(favor_size_mul(half, half - 1, &out));
  assert_int_equal(out, half * (half - 1));
  assert_true(favor_size_mul(SIZE_MAX, 1, &out));
  assert_int_equal(out, SIZE_MAX);
  assert_true(favor_size_mul(SIZE_MAX, 0, &out));
  assert_int_equal(out, 0);
  assert_true(favor_size_mul(0, SIZE_MAX, &out));
  assert_int_equal(out, 0);
}

static void rounding_goes_up_and_never_wraps(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  assert_false(favor_size_round(SIZE_MAX, 64, &out));
  assert_false(favor_size_round(SIZE_MAX - 62, 64, &out));
  assert_int_equal(out, UNTOUCHED);
  assert_true(favor_size_round(SIZE_MAX - 63, 64, &out));
  assert_int_equal(out, SIZE_MAX - 63);
  for (size_t a = 0; a < 200; a++) {
    assert_true(favor_size_round(a, 64, &out));
    assert_true(out >= a && out < a + 64 && out % 64 == 0);
    assert_true(favor_size_round(a, 1, &out));
    assert_int_equal(out, a);
  }
}

static void matrices_have_rows_times_columns_elements(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  assert_true(favor_size_matrix(3, 5, 8, &out));
  assert_int_equal(out, 120);
  assert_true(favor_size_matrix(0, INT64_MAX, 8, &out));
  assert_int_equal(out, 0);
  out = UNTOUCHED;
  assert_false(favor_size_matrix(-1, 5, 8, &out));
  assert_false(favor_size_matrix(5, -1, 8, &out));
  assert_false(favor_size_matrix(-1, -1, 8, &out));
  assert_false(favor_size_matrix(INT64_MIN, 0, 8, &out));
  assert_false(favor_size_matrix(INT64_MAX, INT64_MAX, 1, &out));
  assert_false(favor_size_matrix((int64_t)1 << 32, (int64_t)1 << 29, 8, &out)); /* 2^64 */
  assert_int_equal(out, UNTOUCHED);
}

static void spans_end_at_the_last_element(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  assert_true(favor_size_span(4, 3, 10, 8, &out));
  assert_int_equal(out, (3 * 10 + 3) * 8);
  assert_true(favor_size_span(1, 3, 10, 4, &out));
  assert_int_equal(out, 12);
  assert_true(favor_size_span(0, 3, 10, 8, &out));
  assert_int_equal(out, 0);
}

static void spans_pass_neither_ptrdiff_max_nor_zero(void **state) {
  (void)state;
  size_t out = UNTOUCHED;
  const int64_t most = (int64_t)(PTRDIFF_MAX / 8);
  assert_false(favor_size_span(1, most + 1, most + 1, 8, &out));
  assert_false(favor_size_span(2, 1, most, 8, &out));
  assert_false(favor_size_span(INT64_MAX, 1, INT64_MAX, 8, &out));
  assert_false(favor_size_span(-1, 1, 1, 8, &out));
  assert_false(favor_size_span(1, -1, 1, 8, &out));
  assert_false(favor_size_span(1, 1, -1, 8, &out));
  assert_int_equal(out, UNTOUCHED);
  assert_true(favor_size_span(1, most, most, 8, &out));
  assert_int_equal(out, (size_t)most * 8);
  assert_true(favor_size_span(2, 1, most - 1, 8, &out));
  assert_int_equal(out, (size_t)most * 8);
}

static void ranges_overlap_when_they_share_a_byte(void **state) {
  (void)state;
  char room[64];
  for (size_t a = 0; a < 12; a++) {
    for (size_t b = 0; b < 12; b++) {
      for (size_t na = 0; na < 6; na++) {
        for (size_t nb = 0; nb < 6; nb++) {
          bool shared = false;
          for (size_t i = a; i < a + na; i++) shared = shared || (i >= b && i < b + nb);
          assert_int_equal(favor_overlap(room + a, na, room + b, nb), shared);
        }
      }
    }
  }
}

static void ranges_at_the_end_of_memory_do_not_wrap(void **state) {
  (void)state;
  const uintptr_t end = UINTPTR_MAX;
  assert_false(favor_overlap((const void *)(end - 15), 16, (const void *)(uintptr_t)64, 64));
  assert_true(favor_overlap((const void *)(end - 15), 16, (const void *)(end - 31), 17));
  assert_false(favor_overlap((const void *)(end - 15), 16, (const void *)(end - 31), 16));
  assert_false(favor_overlap(NULL, 0, NULL, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_end_at_size_max),
      cmocka_unit_test(products_end_at_size_max),
      cmocka_unit_test(rounding_goes_up_and_never_wraps),
      cmocka_unit_test(matrices_have_rows_times_columns_elements),
      cmocka_unit_test(spans_end_at_the_last_element),
      cmocka_unit_test(spans_pass_neither_ptrdiff_max_nor_zero),
      cmocka_unit_test(ranges_overlap_when_they_share_a_byte),
      cmocka_unit_test(ranges_at_the_end_of_memory_do_not_wrap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
