/* SPDX-License-Identifier: MIT */
/* The slots load, row_scalars, expand_signs, relu, row_max and multiply. Results with one
 * rounding are compared exactly; sums in float64 with (terms + 2) u times the sum of magnitudes. */
#include "unit/table_fixture.h"

static const int64_t row_counts[] = {1, 2, 5, 0};
static const int64_t column_counts[] = {1,  2,  3,  4,  5,  7,  8,  9,   15, 16,
                                        17, 31, 32, 33, 63, 64, 65, 130, 0};

static double rounded(const favor_table *table, double x) {
  return table->precision == FAVOR_F32 ? (double)(float)x : x;
}

static grid random_grid(const favor_table *table, int64_t rows, int64_t columns, int64_t gap,
                        uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed + (uint64_t)(rows + 1000 * columns));
  grid g = grid_make(table, rows, columns, columns + gap);
  grid_randomise(&g, &rng, 3);
  return g;
}

static void check_load_shape(const favor_table *table, int64_t rows, int64_t dim, bool shifted) {
  const int64_t ldin = (dim + 15) / 16 * 16 + 16;
  const double gain = 1.2345678901234567;
  grid x = random_grid(table, rows, dim, 2, 1), shift = random_grid(table, 1, dim, 0, 2);
  grid in = grid_make(table, rows, ldin, ldin);
  table->load(rows, dim, x.data, x.ld, shifted ? shift.data : NULL, gain, in.data, ldin);
  grid_check_guards(&in);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = 0; k < dim; ++k) {
      const double d = rounded(table, grid_get(&x, i, k) - (shifted ? grid_get(&shift, 0, k) : 0));
      assert_true(grid_get(&in, i, k) == rounded(table, rounded(table, gain) * d));
    }
    for (int64_t k = dim; k < ldin; ++k) assert_true(grid_get(&in, i, k) == 0);
  }
  grid_free(&in);
  grid_free(&shift);
  grid_free(&x);
}

static void check_load(const favor_table *table) {
  FOR_EACH(rows, row_counts) {
    FOR_EACH(dim, column_counts) {
      check_load_shape(table, *rows, *dim, false);
      check_load_shape(table, *rows, *dim, true);
    }
  }
}

static void load_shifts_scales_and_pads_rows_with_zeros(void **state) {
  (void)state;
  for_each_table(check_load);
}

static void check_scalars_of(const favor_table *table, int64_t rows, int64_t dim, bool shifted,
                             bool with_u) {
  grid x = random_grid(table, rows, dim, 2, 3), shift = random_grid(table, 1, dim, 0, 4);
  double *u = malloc((size_t)dim * sizeof *u), *d = malloc((size_t)dim * sizeof *d);
  double norm2[5] = {0}, dot[5] = {-7, -7, -7, -7, -7};
  assert_non_null(u);
  assert_non_null(d);
  test_rng rng;
  test_rng_seed(&rng, 5);
  test_rng_normals(&rng, dim, u);
  table->row_scalars(rows, dim, x.data, x.ld, shifted ? shift.data : NULL, with_u ? u : NULL, norm2,
                     with_u ? dot : NULL);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = 0; k < dim; ++k) {
      d[k] = grid_get(&x, i, k) - (shifted ? grid_get(&shift, 0, k) : 0);
    }
    const reference_sum square = reference_dot(dim, d, 1, d, 1, 0);
    const reference_sum product = reference_dot(dim, d, 1, u, 1, 0);
    assert_near(norm2[i], square.value, reference_sum_bound(64, dim, 2, square));
    if (with_u) {
      assert_near(dot[i], product.value, reference_sum_bound(64, dim, 2, product));
    } else {
      assert_true(dot[i] == -7);
    }
  }
  free(u);
  free(d);
  grid_free(&shift);
  grid_free(&x);
}

static void check_scalars(const favor_table *table) {
  FOR_EACH(rows, row_counts) {
    FOR_EACH(dim, column_counts) {
      for (int flags = 0; flags < 4; ++flags) {
        check_scalars_of(table, *rows, *dim, (flags & 1) != 0, (flags & 2) != 0);
      }
    }
  }
}

static void row_scalars_are_norms_and_products_in_float64(void **state) {
  (void)state;
  for_each_table(check_scalars);
}

static void check_signs(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    grid t = random_grid(table, 3, *columns, 1, 6), bias = random_grid(table, 1, *columns, 0, 7);
    grid e = grid_make(table, 3, 2 * *columns, 2 * *columns + 1);
    grid_set(&bias, 0, *columns - 1, -INFINITY);
    table->expand_signs(3, *columns, t.data, t.ld, bias.data, e.data, e.ld);
    grid_check_guards(&e);
    for (int64_t i = 0; i < 3; ++i) {
      for (int64_t j = 0; j < *columns; ++j) {
        const double x = grid_get(&t, i, j), b = grid_get(&bias, 0, j);
        assert_true(grid_get(&e, i, 2 * j) == rounded(table, b + x));
        assert_true(grid_get(&e, i, 2 * j + 1) == rounded(table, b - x));
      }
    }
    grid_free(&e);
    grid_free(&bias);
    grid_free(&t);
  }
}

static void expand_signs_gives_both_signs_of_a_projection_as_neighbours(void **state) {
  (void)state;
  for_each_table(check_signs);
}

static void check_relu(const favor_table *table) {
  const int64_t most = table->precision == FAVOR_F32 ? 252 : 2044;
  const int64_t powers[] = {0, 1, -1, 7, -30, 100, -100, most, -most};
  const int64_t rows = (int64_t)(sizeof powers / sizeof powers[0]);
  FOR_EACH(columns, column_counts) {
    grid t = random_grid(table, rows, *columns, 2, 8);
    for (int64_t i = 0; i < rows; ++i) {
      /* Numbers of magnitude 2^(k/2) to 2^(k/2 + 1): neither they nor the results under- or overflow. */
      for (int64_t j = 0; j < *columns; ++j) {
        int exponent = 0;
        const double digits = 2 * frexp(grid_get(&t, i, j), &exponent);
        grid_set(&t, i, j, ldexp(digits, (int)(powers[i] / 2)));
      }
    }
    grid_set(&t, 0, *columns - 1, NAN);
    grid_set(&t, 1, *columns - 1, INFINITY);
    grid_set(&t, 2, *columns - 1, -INFINITY);
    grid g = grid_make(table, rows, *columns, *columns + 1);
    table->relu(rows, *columns, t.data, t.ld, powers, g.data, g.ld);
    grid_check_guards(&g);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < *columns; ++j) {
        const double x = grid_get(&t, i, j), got = grid_get(&g, i, j);
        assert_true(isnan(x) ? isnan(got) : got == ldexp(x > 0 ? x : 0, (int)-powers[i]));
      }
    }
    table->relu(rows, *columns, t.data, t.ld, powers, t.data, t.ld);
    assert_true(grid_same(&t, &g));
    grid_check_guards(&t);
    grid_free(&g);
    grid_free(&t);
  }
}

static void relu_scales_by_a_power_of_two_a_row_exactly(void **state) {
  (void)state;
  for_each_table(check_relu);
}

static void check_row_max(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    for (int64_t at = 0; at < *columns; ++at) {
      grid e = random_grid(table, 4, *columns, 2, 9), max = grid_make(table, 1, 4, 4);
      grid_set(&e, 0, at, 1e6); /* wherever the largest is */
      grid_set(&e, 1, at, NAN); /* ignored */
      for (int64_t j = 0; j < *columns; ++j) grid_set(&e, 3, j, j == at ? -INFINITY : -1e9);
      grid_set(&max, 0, 0, -INFINITY);
      grid_set(&max, 0, 1, -INFINITY);
      grid_set(&max, 0, 2, 1e7); /* larger than all */
      grid_set(&max, 0, 3, -INFINITY);
      table->row_max(4, *columns, e.data, e.ld, max.data);
      grid_check_guards(&max);
      double largest = -INFINITY;
      for (int64_t j = 0; j < *columns; ++j) {
        if (j != at && grid_get(&e, 1, j) > largest) largest = grid_get(&e, 1, j);
      }
      assert_true(grid_get(&max, 0, 0) == 1e6);
      assert_true(grid_get(&max, 0, 1) == largest);
      assert_true(grid_get(&max, 0, 2) == 1e7);
      assert_true(grid_get(&max, 0, 3) == (*columns > 1 ? -1e9 : -INFINITY));
      grid_free(&max);
      grid_free(&e);
    }
  }
}

static void row_max_finds_the_largest_and_ignores_nan(void **state) {
  (void)state;
  for_each_table(check_row_max);
}

static void check_multiply(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    grid g = random_grid(table, 3, *columns, 2, 13), out = random_grid(table, 3, *columns, 1, 14);
    grid old = grid_copy(table, &out, out.ld);
    table->multiply(3, *columns, g.data, g.ld, out.data, out.ld);
    grid_check_guards(&out);
    for (int64_t i = 0; i < 3; ++i) {
      for (int64_t j = 0; j < *columns; ++j) {
        assert_true(grid_get(&out, i, j) ==
                    rounded(table, grid_get(&old, i, j) * grid_get(&g, i, j)));
      }
    }
    grid_free(&old);
    grid_free(&out);
    grid_free(&g);
  }
}

static void multiply_multiplies_in_place(void **state) {
  (void)state;
  for_each_table(check_multiply);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(load_shifts_scales_and_pads_rows_with_zeros),
      cmocka_unit_test(row_scalars_are_norms_and_products_in_float64),
      cmocka_unit_test(expand_signs_gives_both_signs_of_a_projection_as_neighbours),
      cmocka_unit_test(relu_scales_by_a_power_of_two_a_row_exactly),
      cmocka_unit_test(row_max_finds_the_largest_and_ignores_nan),
      cmocka_unit_test(multiply_multiplies_in_place),
  };
  return cmocka_run_group_tests_name("table_rows", tests, NULL, NULL);
}
