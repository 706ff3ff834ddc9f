/* SPDX-License-Identifier: MIT */
/* The slot cosine_sine. The tolerance is 2 ulp of 1, in long double against cosl and sinl. */
#include "unit/table_fixture.h"

enum { BATCH = 1024 };

/* The largest |t| with a promise of accuracy. */
static double limit_of(const favor_table *table) {
  return table->precision == FAVOR_F32 ? 0x1p21 : 0x1p50;
}

static void check_pair(const favor_table *table, double t, double cosine, double sine) {
  const int bits = (int)table->real * 8;
  if (!isfinite(t)) {
    assert_true(isnan(cosine) && isnan(sine));
    return;
  }
  assert_true(cosine >= -1 && cosine <= 1 && sine >= -1 && sine <= 1);
  if (fabs(t) > limit_of(table)) return;
  const long double tolerance = 4 * (long double)reference_unit(bits);
  const long double c = fabsl(cosine - reference_cosine_of_turn(t));
  const long double s = fabsl(sine - reference_sine_of_turn(t));
  if (!(c <= tolerance && s <= tolerance)) {
    fail_msg("t = %a: cosine off by %.3Lg, sine by %.3Lg, tolerance %.3Lg", t, c, s, tolerance);
  }
}

/* One row of a batch through the table. */
static void check_batch(const favor_table *table, const grid *t, grid *g) {
  table->cosine_sine(1, t->columns, t->data, t->ld, g->data, g->ld);
  for (int64_t j = 0; j < t->columns; ++j) {
    check_pair(table, grid_get(t, 0, j), grid_get(g, 0, 2 * j), grid_get(g, 0, 2 * j + 1));
  }
}

static void check_dense(const favor_table *table) {
  grid t = grid_make(table, 1, BATCH, BATCH), g = grid_make(table, 1, 2 * BATCH, 2 * BATCH);
  const double step = 1.0 / 65536;
  for (int64_t batch = 0; batch < 256; ++batch) {
    for (int64_t j = 0; j < BATCH; ++j)
      grid_set(&t, 0, j, step * ((double)(batch * BATCH + j) - 131072));
    check_batch(table, &t, &g);
  }
  test_rng rng;
  test_rng_seed(&rng, 21);
  for (int64_t batch = 0; batch < 600; ++batch) {
    const double scale = ldexp(1, (int)(batch % 60) - 8);
    for (int64_t j = 0; j < BATCH; ++j)
      grid_set(&t, 0, j, scale * (2 * test_rng_uniform(&rng) - 1));
    check_batch(table, &t, &g);
  }
  grid_check_guards(&g);
  grid_free(&g);
  grid_free(&t);
}

static void cosines_and_sines_are_within_two_ulp_of_one(void **state) {
  (void)state;
  for_each_table(check_dense);
}

static void check_special(const favor_table *table) {
  const double limit = limit_of(table);
  const double tiny = table->precision == FAVOR_F32 ? FLT_MIN : DBL_MIN;
  const double t[] = {0,         -0.0,          0.25,     -0.25,        0.5,
                      -0.5,      0.75,          1,        -1,           0.125,
                      0.375,     limit,         -limit,   limit - 0.25, limit + 0.25,
                      2 * limit, 4 * limit + 1, 1e30,     -1e30,        FLT_MAX,
                      -FLT_MAX,  tiny,          tiny / 4, INFINITY,     -INFINITY,
                      NAN};
  enum { COUNT = sizeof t / sizeof t[0] };
  for (int64_t columns = 1; columns <= COUNT; ++columns) {
    grid in = grid_make(table, 1, columns, columns),
         g = grid_make(table, 1, 2 * columns, 2 * columns);
    for (int64_t j = 0; j < columns; ++j) grid_set(&in, 0, j, t[COUNT - columns + j]);
    check_batch(table, &in, &g);
    grid_check_guards(&g);
    grid_free(&g);
    grid_free(&in);
  }
}

static void turns_beyond_the_promise_stay_within_one_and_nan_stays(void **state) {
  (void)state;
  for_each_table(check_special);
}

static void check_quarters(const favor_table *table) {
  grid t = grid_make(table, 1, 8, 8), g = grid_make(table, 1, 16, 16);
  for (int64_t j = 0; j < 8; ++j) grid_set(&t, 0, j, 0.25 * (double)(j - 4));
  table->cosine_sine(1, 8, t.data, 8, g.data, 16);
  static const double cosine[4] = {1, 0, -1, 0}, sine[4] = {0, 1, 0, -1};
  for (int64_t j = 0; j < 8; ++j) {
    assert_true(grid_get(&g, 0, 2 * j) == cosine[j % 4]);
    assert_true(grid_get(&g, 0, 2 * j + 1) == sine[j % 4]);
  }
  grid_free(&g);
  grid_free(&t);
}

static void quarter_turns_are_exact(void **state) {
  (void)state;
  for_each_table(check_quarters);
}

/* Whole vectors and their tails, rows with gaps. */
static void check_rows(const favor_table *table) {
  test_rng rng;
  test_rng_seed(&rng, 22);
  for (int64_t columns = 1; columns < 20; ++columns) {
    grid t = grid_make(table, 5, columns, columns + 3),
         g = grid_make(table, 5, 2 * columns, 2 * columns + 5);
    grid_randomise(&t, &rng, 2);
    table->cosine_sine(5, columns, t.data, t.ld, g.data, g.ld);
    grid_check_guards(&g);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        check_pair(table, grid_get(&t, i, j), grid_get(&g, i, 2 * j), grid_get(&g, i, 2 * j + 1));
      }
    }
    grid_free(&g);
    grid_free(&t);
  }
}

static void every_width_and_gap_is_served(void **state) {
  (void)state;
  for_each_table(check_rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cosines_and_sines_are_within_two_ulp_of_one),
      cmocka_unit_test(turns_beyond_the_promise_stay_within_one_and_nan_stays),
      cmocka_unit_test(quarter_turns_are_exact),
      cmocka_unit_test(every_width_and_gap_is_served),
  };
  return cmocka_run_group_tests_name("table_turn", tests, NULL, NULL);
}
