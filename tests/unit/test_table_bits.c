/* SPDX-License-Identifier: MIT */
/* What the tables promise about bits: own kernels give an element the same ones wherever it lies in a tile,
 * rows that are not finite stay among themselves, and both kinds of table agree to rounding. */
#include "unit/table_fixture.h"

enum { ROWS = 23, COLUMNS = 45, DV = 21 };

typedef struct sample {
  test_rng rng;
  grid p, v, q, s;
} sample;

static sample sample_make(const favor_table *table) {
  sample x = {.p = grid_make(table, ROWS, COLUMNS, COLUMNS + 1),
              .v = grid_make(table, ROWS, DV, DV + 2),
              .q = grid_make(table, ROWS, COLUMNS, COLUMNS + 3),
              .s = grid_make(table, COLUMNS, DV, DV)};
  test_rng_seed(&x.rng, 11);
  grid_randomise(&x.p, &x.rng, 1);
  grid_randomise(&x.v, &x.rng, 1);
  grid_randomise(&x.q, &x.rng, 1);
  grid_randomise(&x.s, &x.rng, 1);
  return x;
}

static void sample_free(sample *x) {
  grid_free(&x->p);
  grid_free(&x->v);
  grid_free(&x->q);
  grid_free(&x->s);
}

static void check_read_rows(const favor_table *table) {
  sample x = sample_make(table);
  grid all = grid_make(table, ROWS, DV, DV), part = grid_make(table, 1, DV, DV);
  table->read(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.s.data, x.s.ld, 0, all.data, all.ld);
  for (int64_t i = 0; i < ROWS; ++i) {
    table->read(1, COLUMNS, DV, grid_row(&x.p, i), x.p.ld, x.s.data, x.s.ld, 0, part.data, part.ld);
    assert_true(grid_same_row(&part, 0, &all, i));
  }
  /* Each column by itself: the tails of vectors have the bits of whole ones. */
  grid column = grid_make(table, ROWS, 1, 1);
  for (int64_t l = 0; l < DV; ++l) {
    table->read(ROWS, COLUMNS, 1, x.p.data, x.p.ld, (char *)x.s.data + (size_t)l * table->real,
                x.s.ld, 0, column.data, 1);
    for (int64_t i = 0; i < ROWS; ++i) assert_true(grid_get(&column, i, 0) == grid_get(&all, i, l));
  }
  grid_free(&column);
  grid_free(&part);
  grid_free(&all);
  sample_free(&x);
}

static void check_accumulate_rows(const favor_table *table) {
  sample x = sample_make(table);
  grid all = grid_copy(table, &x.s, DV), scale = grid_make(table, 1, COLUMNS, COLUMNS);
  grid_randomise(&scale, &x.rng, 1);
  table->accumulate(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.v.data, x.v.ld, scale.data, all.data,
                    DV);
  for (int64_t j = 0; j < COLUMNS; ++j) {
    table->accumulate(ROWS, 1, DV, (char *)x.p.data + (size_t)j * table->real, x.p.ld, x.v.data,
                      x.v.ld, (char *)scale.data + (size_t)j * table->real, grid_row(&x.s, j), DV);
  }
  assert_true(grid_same(&x.s, &all));
  grid_free(&scale);
  grid_free(&all);
  sample_free(&x);
}

static void check_product_elements(const favor_table *table) {
  sample x = sample_make(table);
  grid all = grid_make(table, ROWS, ROWS, ROWS), lower = grid_make(table, ROWS, ROWS, ROWS);
  grid one = grid_make(table, 1, 1, 1);
  table->product(ROWS, ROWS, COLUMNS, x.p.data, x.p.ld, x.q.data, x.q.ld, 0, all.data, ROWS);
  table->triangular_product(ROWS, COLUMNS, x.p.data, x.p.ld, x.q.data, x.q.ld, 0, lower.data, ROWS);
  for (int64_t i = 0; i < ROWS; ++i) {
    for (int64_t j = 0; j < ROWS; ++j) {
      table->product(1, 1, COLUMNS, grid_row(&x.p, i), x.p.ld, grid_row(&x.q, j), x.q.ld, 0,
                     one.data, 1);
      assert_true(grid_get(&one, 0, 0) == grid_get(&all, i, j));
      assert_true(grid_get(&lower, i, j) == (j > i ? 0 : grid_get(&all, i, j)));
    }
  }
  grid_free(&one);
  grid_free(&lower);
  grid_free(&all);
  sample_free(&x);
}

static void check_transposed_rows(const favor_table *table) {
  test_rng rng;
  test_rng_seed(&rng, 12);
  packed_w w = packed_make(table, 70, 19, &rng);
  grid g = grid_make(table, ROWS, w.padded, w.padded), all = grid_make(table, ROWS, 19, 19);
  grid_randomise(&g, &rng, 1);
  grid_randomise(&all, &rng, 1);
  grid single = grid_copy(table, &all, 19);
  table->project_transposed(ROWS, 19, g.data, g.ld, w.data, w.panel, w.padded, all.data, 19);
  for (int64_t i = 0; i < ROWS; ++i) {
    table->project_transposed(1, 19, grid_row(&g, i), g.ld, w.data, w.panel, w.padded,
                              grid_row(&single, i), 19);
  }
  assert_true(grid_same(&single, &all));
  grid_free(&single);
  grid_free(&all);
  grid_free(&g);
  packed_free(&w);
}

static void own_products_have_the_same_bits_wherever_an_element_lies(void **state) {
  (void)state;
  for_each_own_table(check_read_rows);
  for_each_own_table(check_accumulate_rows);
  for_each_own_table(check_product_elements);
  for_each_own_table(check_transposed_rows);
}

/* exp2 and cosine_sine of each element alone, which takes the tail of a vector. */
static void check_element_functions(const favor_table *table) {
  sample x = sample_make(table);
  grid e = grid_make(table, ROWS, COLUMNS, COLUMNS),
       g = grid_make(table, ROWS, 2 * COLUMNS, 2 * COLUMNS);
  grid one = grid_make(table, 1, 2, 2);
  table->exp2(ROWS, COLUMNS, x.p.data, x.p.ld, NULL, NULL, NULL, e.data, e.ld);
  table->cosine_sine(ROWS, COLUMNS, x.p.data, x.p.ld, g.data, g.ld);
  for (int64_t i = 0; i < ROWS; ++i) {
    for (int64_t j = 0; j < COLUMNS; ++j) {
      const void *element = (char *)grid_row(&x.p, i) + (size_t)j * table->real;
      table->exp2(1, 1, element, 1, NULL, NULL, NULL, one.data, 2);
      assert_true(grid_get(&one, 0, 0) == grid_get(&e, i, j));
      table->cosine_sine(1, 1, element, 1, one.data, 2);
      assert_true(grid_get(&one, 0, 0) == grid_get(&g, i, 2 * j));
      assert_true(grid_get(&one, 0, 1) == grid_get(&g, i, 2 * j + 1));
    }
  }
  grid_free(&one);
  grid_free(&g);
  grid_free(&e);
  sample_free(&x);
}

static void exponentials_and_turns_do_not_depend_on_the_column(void **state) {
  (void)state;
  for_each_table(check_element_functions);
}

/* What a NaN at [bad_i, bad_j] of the left or right operand may touch. */
static void check_poisoned_read(const favor_table *table) {
  sample x = sample_make(table);
  grid clean = grid_make(table, ROWS, DV, DV), out = grid_make(table, ROWS, DV, DV);
  table->read(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.s.data, x.s.ld, 0, clean.data, DV);
  grid_set(&x.p, 5, 7, NAN);
  grid_set(&x.s, 3, 20, INFINITY);
  table->read(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.s.data, x.s.ld, 0, out.data, DV);
  for (int64_t i = 0; i < ROWS; ++i) {
    for (int64_t l = 0; l < DV; ++l) {
      const double got = grid_get(&out, i, l);
      assert_true(i == 5 || l == 20 ? !isfinite(got) : got == grid_get(&clean, i, l));
    }
  }
  grid_free(&out);
  grid_free(&clean);
  sample_free(&x);
}

static void check_poisoned_accumulate(const favor_table *table) {
  sample x = sample_make(table);
  grid clean = grid_copy(table, &x.s, DV), out = grid_copy(table, &x.s, DV);
  table->accumulate(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.v.data, x.v.ld, NULL, clean.data, DV);
  grid_set(&x.p, 5, 7, NAN);
  grid_set(&x.v, 3, 20, INFINITY);
  table->accumulate(ROWS, COLUMNS, DV, x.p.data, x.p.ld, x.v.data, x.v.ld, NULL, out.data, DV);
  for (int64_t j = 0; j < COLUMNS; ++j) {
    for (int64_t l = 0; l < DV; ++l) {
      const double got = grid_get(&out, j, l);
      assert_true(j == 7 || l == 20 ? !isfinite(got) : got == grid_get(&clean, j, l));
    }
  }
  grid_free(&out);
  grid_free(&clean);
  sample_free(&x);
}

static void check_poisoned_product(const favor_table *table) {
  sample x = sample_make(table);
  grid clean = grid_make(table, ROWS, ROWS, ROWS), out = grid_make(table, ROWS, ROWS, ROWS);
  grid lower = grid_make(table, ROWS, ROWS, ROWS);
  table->product(ROWS, ROWS, COLUMNS, x.p.data, x.p.ld, x.q.data, x.q.ld, 0, clean.data, ROWS);
  grid_set(&x.p, 5, 7, NAN);
  grid_set(&x.q, ROWS - 1, 3, INFINITY);
  table->product(ROWS, ROWS, COLUMNS, x.p.data, x.p.ld, x.q.data, x.q.ld, 0, out.data, ROWS);
  table->triangular_product(ROWS, COLUMNS, x.p.data, x.p.ld, x.q.data, x.q.ld, 0, lower.data, ROWS);
  for (int64_t i = 0; i < ROWS; ++i) {
    for (int64_t j = 0; j < ROWS; ++j) {
      const bool touched = i == 5 || j == ROWS - 1;
      const double got = grid_get(&out, i, j), masked = grid_get(&lower, i, j);
      assert_true(touched ? !isfinite(got) : got == grid_get(&clean, i, j));
      assert_true(j > i ? masked == 0 : touched ? !isfinite(masked) : isfinite(masked));
    }
  }
  grid_free(&lower);
  grid_free(&out);
  grid_free(&clean);
  sample_free(&x);
}

static void operands_that_are_not_finite_touch_only_their_rows_and_columns(void **state) {
  (void)state;
  for_each_table(check_poisoned_read);
  for_each_table(check_poisoned_accumulate);
  for_each_table(check_poisoned_product);
}

/* Slots that are not products share their source: the same bits in every table of one precision. */
static void check_against_blas(const favor_table *table) {
  const favor_table *blas =
      table->precision == FAVOR_F32 ? &favor_table_blas_f32 : &favor_table_blas_f64;
  sample x = sample_make(table);
  const int64_t n = 2 * COLUMNS;
  grid a = grid_make(table, ROWS, n, n), b = grid_make(table, ROWS, n, n);
  double norm2[2][ROWS], dot[2][ROWS], u[COLUMNS];
  test_rng_normals(&x.rng, COLUMNS, u);
  table->row_scalars(ROWS, COLUMNS, x.p.data, x.p.ld, NULL, u, norm2[0], dot[0]);
  blas->row_scalars(ROWS, COLUMNS, x.p.data, x.p.ld, NULL, u, norm2[1], dot[1]);
  assert_memory_equal(norm2[0], norm2[1], sizeof norm2[0]);
  assert_memory_equal(dot[0], dot[1], sizeof dot[0]);
  /* exp2 and turns may fuse: within twice their tolerance of 2 ulp. */
  table->cosine_sine(ROWS, COLUMNS, x.p.data, x.p.ld, a.data, n);
  blas->cosine_sine(ROWS, COLUMNS, x.p.data, x.p.ld, b.data, n);
  for (int64_t i = 0; i < ROWS; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      assert_near(grid_get(&a, i, j), grid_get(&b, i, j), 8 * reference_unit(a.bits));
    }
  }
  grid_free(&b);
  grid_free(&a);
  sample_free(&x);
}

static void row_scalars_have_the_same_bits_in_every_table(void **state) {
  (void)state;
  for_each_table(check_against_blas);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(own_products_have_the_same_bits_wherever_an_element_lies),
      cmocka_unit_test(exponentials_and_turns_do_not_depend_on_the_column),
      cmocka_unit_test(operands_that_are_not_finite_touch_only_their_rows_and_columns),
      cmocka_unit_test(row_scalars_have_the_same_bits_in_every_table),
  };
  return cmocka_run_group_tests_name("table_bits", tests, NULL, NULL);
}
