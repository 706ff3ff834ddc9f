/* SPDX-License-Identifier: MIT */
/* The slots column_top, row_top, weigh and scale_rows: integers, so that results are exact. */
#include "table_fixture.h"

static const int64_t row_counts[] = {1, 3, 64, 65, 0}, column_counts[] = {1, 5, 16, 31, 33, 128, 0};

static grid random_grid(const favor_table *table, int64_t rows, int64_t columns, int64_t room,
                        double scale, uint64_t seed) {
  grid g = grid_make(table, rows, columns, columns + room);
  test_rng rng;
  test_rng_seed(&rng, seed);
  grid_randomise(&g, &rng, scale);
  return g;
}

static void make_integers(grid *g) {
  for (int64_t i = 0; i < g->rows; ++i) {
    for (int64_t j = 0; j < g->columns; ++j) grid_set(g, i, j, floor(grid_get(g, i, j)));
  }
}

static double sum_of(const favor_table *table, double a, double b) {
  return table->precision == FAVOR_F32 ? (double)((float)a + (float)b) : a + b;
}

static void check_column_top_of(const favor_table *table, int64_t rows, int64_t columns) {
  grid e = random_grid(table, rows, columns, 2, 300, 1),
       fraction = random_grid(table, 1, rows, 0, 1, 2);
  grid add = random_grid(table, 1, rows, 0, 1000, 3),
       max = random_grid(table, 1, columns, 0, 10, 4);
  make_integers(&add);
  make_integers(&max);
  grid_set(&max, 0, 0, -INFINITY);
  grid_set(&e, 0, 0, 0x1.8p23); /* beyond where rounding by a magic number works */
  if (columns > 1) grid_set(&e, rows - 1, columns - 1, -INFINITY);
  if (rows > 1) grid_set(&e, 1, 0, NAN); /* ignored */
  for (int64_t i = 0; i < rows; ++i) grid_set(&fraction, 0, i, 0.4);
  grid old = grid_copy(table, &max, columns);
  table->column_top(rows, columns, e.data, e.ld, fraction.data, add.data, max.data);
  grid_check_guards(&max);
  for (int64_t j = 0; j < columns; ++j) {
    double top = grid_get(&old, 0, j);
    for (int64_t i = 0; i < rows; ++i) {
      const double t = floor(sum_of(table, grid_get(&e, i, j), grid_get(&fraction, 0, i)));
      const double x = sum_of(table, t, grid_get(&add, 0, i));
      if (x > top) top = x;
    }
    assert_true(grid_get(&max, 0, j) == top);
  }
  grid_free(&old);
  grid_free(&max);
  grid_free(&add);
  grid_free(&fraction);
  grid_free(&e);
}

static void check_column_top(const favor_table *table) {
  FOR_EACH(rows, row_counts) {
    FOR_EACH(columns, column_counts) check_column_top_of(table, *rows, *columns);
  }
}

static void column_top_is_the_largest_floor_plus_integer_of_a_column(void **state) {
  (void)state;
  for_each_table(check_column_top);
}

static void check_row_top_of(const favor_table *table, int64_t rows, int64_t columns) {
  grid e = random_grid(table, rows, columns, 3, 50, 5),
       column = random_grid(table, 1, columns, 0, 400, 6);
  grid max = random_grid(table, 1, rows, 0, 10, 7);
  make_integers(&column);
  make_integers(&max);
  grid_set(&max, 0, rows - 1, -INFINITY);
  grid_set(&e, rows - 1, columns - 1, -2.5); /* floor, not truncation */
  grid old = grid_copy(table, &max, rows);
  table->row_top(rows, columns, e.data, e.ld, column.data, max.data);
  grid_check_guards(&max);
  for (int64_t i = 0; i < rows; ++i) {
    double top = grid_get(&old, 0, i);
    for (int64_t j = 0; j < columns; ++j) {
      const double x = sum_of(table, floor(grid_get(&e, i, j)), grid_get(&column, 0, j));
      if (x > top) top = x;
    }
    assert_true(grid_get(&max, 0, i) == top);
  }
  grid_free(&old);
  grid_free(&max);
  grid_free(&column);
  grid_free(&e);
}

static void check_row_top(const favor_table *table) {
  FOR_EACH(rows, row_counts) {
    FOR_EACH(columns, column_counts) check_row_top_of(table, *rows, *columns);
  }
}

static void row_top_is_the_largest_floor_plus_integer_of_a_row(void **state) {
  (void)state;
  for_each_table(check_row_top);
}

/* One row or one column whose exponents reach far beyond what a real holds exactly: weighed against
 * their own maximum the largest is within [1 / sqrt(2), 3) and no other is above 3. */
static void check_weights_of(const favor_table *table, double scale, bool column_first) {
  enum { N = 37 };
  const int64_t rows = column_first ? 1 : N, columns = column_first ? N : 1;
  grid e = random_grid(table, rows, columns, 2, scale, 9),
       zero = random_grid(table, 1, rows, 0, 0, 1);
  grid other = random_grid(table, 1, N, 0, 1000 * scale, 10), top = grid_make(table, 1, 1, 1);
  make_integers(&other);
  grid_set(&top, 0, 0, -INFINITY);
  if (column_first) {
    table->row_top(rows, columns, e.data, e.ld, other.data, top.data);
  } else {
    table->column_top(rows, columns, e.data, e.ld, zero.data, other.data, top.data);
  }
  grid_set(&top, 0, 0, -grid_get(&top, 0, 0));
  table->weigh(rows, columns, e.data, e.ld, NULL, column_first ? top.data : other.data,
               column_first ? other.data : top.data, column_first, e.data, e.ld);
  double largest = 0;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) largest = fmax(largest, grid_get(&e, i, j));
  }
  assert_true(largest >= 0.7 && largest < 3);
  grid_check_guards(&e);
  grid_free(&top);
  grid_free(&other);
  grid_free(&zero);
  grid_free(&e);
}

static void check_weights(const favor_table *table) {
  const double most = table->precision == FAVOR_F32 ? 1e30 : 1e290;
  for (double scale = 1e-3; scale < most; scale *= 7) {
    check_weights_of(table, scale, false);
    check_weights_of(table, scale, true);
  }
}

static void weights_reach_one_and_stay_below_three_at_any_size_of_exponents(void **state) {
  (void)state;
  for_each_table(check_weights);
}

/* Where integers are exact, either order gives the bits of exp2. */
static void check_weigh_is_exp2(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    grid e = random_grid(table, 9, *columns, 1, 20, 11), got = grid_copy(table, &e, e.ld);
    grid f = random_grid(table, 1, 9, 0, 1, 12), row = random_grid(table, 1, 9, 0, 9, 13);
    grid column = random_grid(table, 1, *columns, 0, 9, 14), same = grid_copy(table, &e, e.ld);
    make_integers(&row);
    make_integers(&column);
    for (int64_t i = 0; i < 9; ++i) grid_set(&row, 0, i, grid_get(&row, 0, i) - 200);
    table->exp2(9, *columns, e.data, e.ld, f.data, row.data, column.data, same.data, same.ld);
    for (int first = 0; first < 2; ++first) {
      table->weigh(9, *columns, e.data, e.ld, f.data, row.data, column.data, first, got.data,
                   got.ld);
      assert_true(grid_same(&got, &same));
      grid_check_guards(&got);
    }
    grid_free(&same);
    grid_free(&column);
    grid_free(&row);
    grid_free(&f);
    grid_free(&got);
    grid_free(&e);
  }
}

static void weigh_has_the_bits_of_exp2_where_integers_are_exact(void **state) {
  (void)state;
  for_each_table(check_weigh_is_exp2);
}

static void check_scale_rows(const favor_table *table) {
  static const int64_t powers[5] = {0, -1, 7, -100, 120};
  FOR_EACH(columns, column_counts) {
    grid x = random_grid(table, 5, *columns, 1, 1, 8), old = grid_copy(table, &x, x.ld);
    table->scale_rows(5, *columns, powers, x.data, x.ld);
    grid_check_guards(&x);
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < *columns; ++j) {
        assert_true(grid_get(&x, i, j) == ldexp(grid_get(&old, i, j), (int)powers[i]));
      }
    }
    grid_free(&old);
    grid_free(&x);
  }
}

static void scale_rows_multiplies_each_row_by_its_power_of_two(void **state) {
  (void)state;
  for_each_table(check_scale_rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(column_top_is_the_largest_floor_plus_integer_of_a_column),
      cmocka_unit_test(row_top_is_the_largest_floor_plus_integer_of_a_row),
      cmocka_unit_test(weights_reach_one_and_stay_below_three_at_any_size_of_exponents),
      cmocka_unit_test(weigh_has_the_bits_of_exp2_where_integers_are_exact),
      cmocka_unit_test(scale_rows_multiplies_each_row_by_its_power_of_two),
  };
  return cmocka_run_group_tests_name("table_top", tests, NULL, NULL);
}
