/* SPDX-License-Identifier: MIT */
/* The slot exp2. The tolerance is 2 ulp of the result, in long double against exp2l; powers of two, zeros
 * and infinities are exact. */
#include "unit/exp2_check.h"

enum { BATCH = 1024 };

static void check_value(int bits, double t, int64_t shift, double got) {
  if (!exp2_is_right(bits, t, shift, got)) {
    fail_msg("2^(%a %+lld) is %a, expected %La", t, (long long)shift, got,
             reference_exp2(t, shift));
  }
}

/* The number with this bit pattern. */
static double from_bits(int bits, uint64_t pattern) {
  const uint32_t low = (uint32_t)pattern;
  float narrow;
  double wide;
  memcpy(&narrow, &low, sizeof narrow);
  memcpy(&wide, &pattern, sizeof wide);
  return bits == 32 ? (double)narrow : wide;
}

/* Every exponent of both signs, with evenly spread digits: 2 million patterns. */
static void check_patterns(const favor_table *table) {
  const int bits = (int)table->real * 8;
  const uint64_t step = (uint64_t)1 << (bits - 21);
  grid e = grid_make(table, 1, BATCH, BATCH), out = grid_make(table, 1, BATCH, BATCH);
  for (uint64_t batch = 0; batch < (1 << 21) / BATCH; ++batch) {
    for (uint64_t j = 0; j < BATCH; ++j) {
      const uint64_t at = batch * BATCH + j;
      grid_set(&e, 0, (int64_t)j, from_bits(bits, at * step + test_mix(at) % step));
    }
    table->exp2(1, BATCH, e.data, BATCH, NULL, NULL, NULL, out.data, BATCH);
    for (int64_t j = 0; j < BATCH; ++j)
      check_value(bits, grid_get(&e, 0, j), 0, grid_get(&out, 0, j));
  }
  grid_free(&out);
  grid_free(&e);
}

static void exp2_is_within_two_ulp_over_all_exponents(void **state) {
  (void)state;
  for_each_table(check_patterns);
}

/* Dense where results are finite, random there as well. */
static void check_finite_range(const favor_table *table) {
  const int bits = (int)table->real * 8;
  const double low = bits == 32 ? -130 : -1030, high = bits == 32 ? 130 : 1030;
  grid e = grid_make(table, 1, BATCH, BATCH), out = grid_make(table, 1, BATCH, BATCH);
  test_rng rng;
  test_rng_seed(&rng, 31);
  for (int batch = 0; batch < 1024; ++batch) {
    for (int64_t j = 0; j < BATCH; ++j) {
      const double at = (batch + ((double)j + test_rng_uniform(&rng)) / BATCH) / 1024;
      grid_set(&e, 0, j, batch % 2 ? low + (high - low) * at : 2 * at - 1);
    }
    table->exp2(1, BATCH, e.data, BATCH, NULL, NULL, NULL, out.data, BATCH);
    for (int64_t j = 0; j < BATCH; ++j)
      check_value(bits, grid_get(&e, 0, j), 0, grid_get(&out, 0, j));
  }
  grid_free(&out);
  grid_free(&e);
}

static void exp2_is_within_two_ulp_where_results_are_finite(void **state) {
  (void)state;
  for_each_table(check_finite_range);
}

static double one_exp2(const favor_table *table, double e, double fraction, double row,
                       double column) {
  grid in = grid_make(table, 1, 1, 1), f = grid_make(table, 1, 1, 1), r = grid_make(table, 1, 1, 1);
  grid c = grid_make(table, 1, 1, 1), out = grid_make(table, 1, 1, 1);
  grid_set(&in, 0, 0, e);
  grid_set(&f, 0, 0, fraction);
  grid_set(&r, 0, 0, row);
  grid_set(&c, 0, 0, column);
  table->exp2(1, 1, in.data, 1, f.data, r.data, c.data, out.data, 1);
  grid_check_guards(&out);
  const double got = grid_get(&out, 0, 0);
  grid_free(&out);
  grid_free(&c);
  grid_free(&r);
  grid_free(&f);
  grid_free(&in);
  return got;
}

static void check_powers(const favor_table *table) {
  const int least = table->precision == FAVOR_F32 ? -125 : -1021;
  const int most = table->precision == FAVOR_F32 ? 127 : 1023;
  for (int n = least; n <= most; ++n) assert_true(one_exp2(table, n, 0, 0, 0) == ldexp(1, n));
  for (int n = least - 200; n < least; ++n) assert_true(one_exp2(table, n, 0, 0, 0) == 0);
  for (int n = most + 1; n < most + 200; ++n) assert_true(one_exp2(table, n, 0, 0, 0) == INFINITY);
}

static void integers_give_exact_powers_zero_or_infinity(void **state) {
  (void)state;
  for_each_table(check_powers);
}

static void check_ends(const favor_table *table) {
  const bool narrow = table->precision == FAVOR_F32;
  const int bits = narrow ? 32 : 64;
  const double big = narrow ? 0x1p22 : 0x1p51, largest = narrow ? FLT_MAX : DBL_MAX;
  const double below = narrow ? nextafterf(128, 0) : nextafter(1024, 0);
  const double got = one_exp2(table, below, 0, 0, 0);
  assert_true(isfinite(got));
  check_value(bits, below, 0, got);
  assert_true(one_exp2(table, INFINITY, 0, 0, 0) == INFINITY);
  assert_true(one_exp2(table, INFINITY, 0, -big, -big) == INFINITY);
  assert_true(one_exp2(table, -INFINITY, 0, 0, 0) == 0);
  assert_true(one_exp2(table, -INFINITY, 0.25, big, big) == 0);
  assert_true(one_exp2(table, -INFINITY, 0, largest, 0) == 0);
  assert_true(one_exp2(table, -largest, 0, 0, big) == 0);
  assert_true(one_exp2(table, largest, 0, 0, -big) == INFINITY);
  assert_true(one_exp2(table, 0, 0, -largest, 0) == 0);
  assert_true(one_exp2(table, 0, 0, 0, largest) == INFINITY);
  assert_true(isnan(one_exp2(table, NAN, 0, 0, 0)));
  assert_true(isnan(one_exp2(table, NAN, 0, -big, -big)));
  assert_true(isnan(one_exp2(table, NAN, 0, big, big)));
  assert_true(isnan(one_exp2(table, 0, NAN, 0, 0)));
}

static void infinities_and_nan_are_kept_whatever_they_meet(void **state) {
  (void)state;
  for_each_table(check_ends);
}

/* Exponents that cancel: what a plain float32 sum would have lost. */
static void check_cancelling(const favor_table *table) {
  const int bits = (int)table->real * 8;
  const double exact = bits == 32 ? 0x1p24 : 0x1p53, rounds = bits == 32 ? 0x1p22 : 0x1p51;
  test_rng rng;
  test_rng_seed(&rng, 32);
  for (int repeat = 0; repeat < 20000; ++repeat) {
    /* t = whole + part in the precision, shifts that bring it back to about 0. */
    const double scale = ldexp(1, repeat % 21), t0 = scale * (2 * test_rng_uniform(&rng) - 1);
    const double t = bits == 32 ? (double)(float)t0 : t0;
    const double row = floor(0x1p20 * (2 * test_rng_uniform(&rng) - 1));
    const double left = floor(20 * (2 * test_rng_uniform(&rng) - 1));
    const double column = left - row - (double)reference_nearest(t);
    check_value(bits, t, (int64_t)(row + column), one_exp2(table, t, 0, row, column));
  }
  for (double n = 1; n < exact; n *= 2) {
    assert_true(one_exp2(table, n - 1, 0, 0, 1 - n) == 1);
    assert_true(one_exp2(table, 0, 0, n - 1, 1 - n) == 1);
    assert_true(one_exp2(table, 1 - n, 0, n - 1, 2) == 4);
    if (n < rounds) check_value(bits, n - 0.5, (int64_t)-n, one_exp2(table, n - 0.5, 0, 0, -n));
  }
}

static void integers_of_row_and_column_cancel_exactly(void **state) {
  (void)state;
  for_each_table(check_cancelling);
}

/* fraction joins e before rounding; NULL is the same as zeros, in place as well; every width. */
static void check_shape(const favor_table *table, int64_t rows, int64_t columns, int given) {
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(33 + columns));
  const int bits = (int)table->real * 8;
  grid e = grid_make(table, rows, columns, columns + 3),
       out = grid_make(table, rows, columns, columns + 1);
  grid f = grid_make(table, 1, rows, rows), r = grid_make(table, 1, rows, rows);
  grid c = grid_make(table, 1, columns, columns);
  grid_randomise(&e, &rng, 5);
  for (int64_t i = 0; i < rows; ++i) {
    grid_set(&f, 0, i, given & 1 ? test_rng_uniform(&rng) : 0);
    grid_set(&r, 0, i, given & 2 ? (double)(i - 3) : 0);
  }
  for (int64_t j = 0; j < columns; ++j) grid_set(&c, 0, j, given & 4 ? (double)(j % 11 - 5) : 0);
  table->exp2(rows, columns, e.data, e.ld, given & 1 ? f.data : NULL, given & 2 ? r.data : NULL,
              given & 4 ? c.data : NULL, out.data, out.ld);
  grid_check_guards(&out);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const double sum = grid_get(&e, i, j) + grid_get(&f, 0, i);
      const double shift = grid_get(&r, 0, i) + grid_get(&c, 0, j);
      check_value(bits, bits == 32 ? (double)(float)sum : sum, (int64_t)shift,
                  grid_get(&out, i, j));
    }
  }
  grid all = grid_make(table, rows, columns, columns);
  table->exp2(rows, columns, e.data, e.ld, f.data, r.data, c.data, all.data, all.ld);
  assert_true(grid_same(&all, &out));
  table->exp2(rows, columns, e.data, e.ld, f.data, r.data, c.data, e.data, e.ld);
  assert_true(grid_same(&e, &all));
  grid_check_guards(&e);
  grid_free(&all);
  grid_free(&c);
  grid_free(&r);
  grid_free(&f);
  grid_free(&out);
  grid_free(&e);
}

static void check_shapes(const favor_table *table) {
  for (int64_t columns = 1; columns <= 70; ++columns) {
    for (int given = 0; given < 8; ++given) check_shape(table, columns % 5 + 1, columns, given);
  }
}

static void null_is_zero_and_in_place_gives_the_same_bits(void **state) {
  (void)state;
  for_each_table(check_shapes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp2_is_within_two_ulp_over_all_exponents),
      cmocka_unit_test(exp2_is_within_two_ulp_where_results_are_finite),
      cmocka_unit_test(integers_give_exact_powers_zero_or_infinity),
      cmocka_unit_test(infinities_and_nan_are_kept_whatever_they_meet),
      cmocka_unit_test(integers_of_row_and_column_cancel_exactly),
      cmocka_unit_test(null_is_zero_and_in_place_gives_the_same_bits),
  };
  return cmocka_run_group_tests_name("exp2", tests, NULL, NULL);
}
