/* SPDX-License-Identifier: MIT */
/* The slots accumulate, read, product and triangular_product. Tolerances are (terms + 3) u times the sum of
 * magnitudes, which holds for any order of summation. */
#include "unit/table_fixture.h"

static const int64_t row_counts[] = {1, 2, 3, 5, 6, 7, 13, 0};
static const int64_t column_counts[] = {1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 64, 130, 0};
static const int64_t value_dims[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64, 0};

/* p [rows, columns], and another matrix, random. */
typedef struct operands {
  grid p, q;
} operands;

static operands operands_make(const favor_table *table, int64_t rows, int64_t columns,
                              int64_t q_rows, int64_t q_columns, test_rng *rng) {
  operands o = {grid_make(table, rows, columns, columns + 3),
                grid_make(table, q_rows, q_columns, q_columns + 1)};
  grid_randomise(&o.p, rng, 1);
  grid_randomise(&o.q, rng, 1);
  return o;
}

static void operands_free(operands *o) {
  grid_free(&o->p);
  grid_free(&o->q);
}

/* s = scale s + p' v. */
static void check_accumulate_shape(const favor_table *table, int64_t rows, int64_t columns,
                                   int64_t dv, bool scaled) {
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(rows + 1000 * columns + 1000000 * dv));
  operands o = operands_make(table, rows, columns, rows, dv, &rng);
  grid s = grid_make(table, columns, dv, dv + 2), scale = grid_make(table, 1, columns, columns);
  grid_randomise(&s, &rng, 1);
  grid_randomise(&scale, &rng, 1);
  grid old = grid_copy(table, &s, s.ld);
  table->accumulate(rows, columns, dv, o.p.data, o.p.ld, o.q.data, o.q.ld,
                    scaled ? scale.data : NULL, s.data, s.ld);
  grid_check_guards(&s);
  double *p = grid_values(&o.p), *v = grid_values(&o.q);
  for (int64_t j = 0; j < columns; ++j) {
    const double factor = scaled ? grid_get(&scale, 0, j) : 1;
    for (int64_t l = 0; l < dv; ++l) {
      reference_sum sum = reference_dot(rows, p + j, columns, v + l, dv, 0);
      const long double start = (long double)factor * grid_get(&old, j, l);
      sum.value += start;
      sum.magnitude += fabsl(start);
      grid_check_sum(&s, j, l, rows, 3, sum);
    }
  }
  free(p);
  free(v);
  operands_free(&o);
  grid_free(&s);
  grid_free(&scale);
  grid_free(&old);
}

static void check_accumulate(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    FOR_EACH(dv, value_dims) {
      const int64_t rows = row_counts[(*columns + *dv) % 7];
      check_accumulate_shape(table, rows, *columns, *dv, false);
      check_accumulate_shape(table, rows, *columns, *dv, true);
    }
  }
  for (int64_t rows = FAVOR_TILE_ROWS - 1; rows <= FAVOR_TILE_ROWS + 1; ++rows) {
    check_accumulate_shape(table, rows, 33, 15, true);
  }
}

static void accumulate_adds_the_keys_of_a_tile_to_a_scaled_state(void **state) {
  (void)state;
  for_each_table(check_accumulate);
}

/* out = beta out + p s. */
static void check_read_shape(const favor_table *table, int64_t rows, int64_t columns, int64_t dv,
                             int beta) {
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(rows + 1000 * columns + 1000000 * dv));
  operands o = operands_make(table, rows, columns, columns, dv, &rng);
  grid out = grid_make(table, rows, dv, dv + 2);
  if (beta) grid_randomise(&out, &rng, 1); /* else NaN, which must not be read */
  grid old = grid_copy(table, &out, out.ld);
  table->read(rows, columns, dv, o.p.data, o.p.ld, o.q.data, o.q.ld, beta, out.data, out.ld);
  grid_check_guards(&out);
  double *p = grid_values(&o.p), *s = grid_values(&o.q);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t l = 0; l < dv; ++l) {
      const double start = beta ? grid_get(&old, i, l) : 0;
      grid_check_sum(&out, i, l, columns, 3,
                     reference_dot(columns, p + i * columns, 1, s + l, dv, start));
    }
  }
  free(p);
  free(s);
  operands_free(&o);
  grid_free(&out);
  grid_free(&old);
}

static void check_read(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    FOR_EACH(dv, value_dims) {
      const int64_t rows = row_counts[(*columns + *dv) % 7];
      check_read_shape(table, rows, *columns, *dv, 0);
      check_read_shape(table, rows, *columns, *dv, 1);
    }
  }
  check_read_shape(table, FAVOR_TILE_ROWS, FAVOR_PANEL, 15, 0);
  check_read_shape(table, FAVOR_TILE_ROWS + 1, FAVOR_PANEL - 1, 16, 1);
}

static void read_multiplies_queries_with_a_state(void **state) {
  (void)state;
  for_each_table(check_read);
}

/* a = beta a + p q', or its lower triangle with zeros above. */
static void check_product_shape(const favor_table *table, int64_t rows, int64_t keys,
                                int64_t columns, int beta, bool triangular) {
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(rows + 1000 * columns + 1000000 * keys));
  operands o = operands_make(table, rows, columns, keys, columns, &rng);
  grid a = grid_make(table, rows, keys, keys + 2);
  if (beta) grid_randomise(&a, &rng, 1);
  grid old = grid_copy(table, &a, a.ld);
  if (triangular) {
    table->triangular_product(rows, columns, o.p.data, o.p.ld, o.q.data, o.q.ld, beta, a.data,
                              a.ld);
  } else {
    table->product(rows, keys, columns, o.p.data, o.p.ld, o.q.data, o.q.ld, beta, a.data, a.ld);
  }
  grid_check_guards(&a);
  double *p = grid_values(&o.p), *q = grid_values(&o.q);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < keys; ++j) {
      const double start = beta ? grid_get(&old, i, j) : 0;
      if (triangular && j > i) {
        assert_true(grid_get(&a, i, j) == 0);
      } else {
        grid_check_sum(&a, i, j, columns, 3,
                       reference_dot(columns, p + i * columns, 1, q + j * columns, 1, start));
      }
    }
  }
  free(p);
  free(q);
  operands_free(&o);
  grid_free(&a);
  grid_free(&old);
}

static void check_product(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    FOR_EACH(rows, row_counts) {
      FOR_EACH(keys, row_counts) {
        check_product_shape(table, *rows, *keys, *columns, 0, false);
        check_product_shape(table, *rows, *keys, *columns, 1, false);
      }
    }
  }
  check_product_shape(table, FAVOR_TILE_ROWS, FAVOR_TILE_ROWS - 1, 65, 0, false);
}

static void product_multiplies_rows_with_rows(void **state) {
  (void)state;
  for_each_table(check_product);
}

static void check_triangular(const favor_table *table) {
  FOR_EACH(columns, column_counts) {
    FOR_EACH(rows, row_counts) {
      check_product_shape(table, *rows, *rows, *columns, 0, true);
      check_product_shape(table, *rows, *rows, *columns, 1, true);
    }
  }
  check_product_shape(table, FAVOR_TILE_ROWS, FAVOR_TILE_ROWS, 65, 0, true);
}

static void triangular_product_is_zero_above_the_diagonal(void **state) {
  (void)state;
  for_each_table(check_triangular);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accumulate_adds_the_keys_of_a_tile_to_a_scaled_state),
      cmocka_unit_test(read_multiplies_queries_with_a_state),
      cmocka_unit_test(product_multiplies_rows_with_rows),
      cmocka_unit_test(triangular_product_is_zero_above_the_diagonal),
  };
  return cmocka_run_group_tests_name("table_products", tests, NULL, NULL);
}
