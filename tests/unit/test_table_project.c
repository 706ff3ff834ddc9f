/* SPDX-License-Identifier: MIT */
/* The slots project and project_transposed, and the packing that they read. Tolerances are (terms + 2) u
 * times the sum of magnitudes, which holds for any order of summation. */
#include "unit/table_fixture.h"

static const int64_t row_counts[] = {1, 2, 3, 5, 6, 7, 11, 13, 0};
static const int64_t dims[] = {1, 2, 3, 15, 16, 17, 64, 127, 128, 129, 300, 0};
static const int64_t projection_counts[] = {1, 31, 32, 33, 64, 255, 256, 257, 300, 513, 0};

typedef struct projection {
  packed_w w;
  grid in, bias, t;
} projection;

static projection projection_make(const favor_table *table, int64_t rows, int64_t dim,
                                  int64_t columns, uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  projection p = {.w = packed_make(table, columns, dim, &rng)};
  const int64_t ldin = (dim + 15) / 16 * 16;
  p.in = grid_make(table, rows, dim, ldin);
  grid_randomise(&p.in, &rng, 1);
  p.bias = grid_make(table, 1, p.w.padded, p.w.padded);
  grid_randomise(&p.bias, &rng, 1);
  for (int64_t j = columns; j < p.w.padded; ++j) grid_set(&p.bias, 0, j, -INFINITY);
  p.t = grid_make(table, rows, p.w.padded, p.w.padded + 3);
  return p;
}

static void projection_free(projection *p) {
  packed_free(&p->w);
  grid_free(&p->in);
  grid_free(&p->bias);
  grid_free(&p->t);
}

static void run_project(const favor_table *table, projection *p, bool with_bias) {
  table->project(p->in.rows, p->w.dim, p->in.data, p->in.ld, p->w.data, p->w.panel,
                 with_bias ? p->bias.data : NULL, p->w.padded, p->t.data, p->t.ld);
  grid_check_guards(&p->t);
}

static void check_projection(const projection *p, bool with_bias) {
  const int64_t dim = p->w.dim;
  double *in = grid_values(&p->in);
  for (int64_t i = 0; i < p->t.rows; ++i) {
    for (int64_t j = 0; j < p->w.columns; ++j) {
      const double start = with_bias ? grid_get(&p->bias, 0, j) : 0;
      grid_check_sum(&p->t, i, j, dim, 2,
                     reference_dot(dim, in + i * dim, 1, packed_row(&p->w, j), 1, start));
    }
    for (int64_t j = p->w.columns; j < p->w.padded; ++j) {
      const double padding = grid_get(&p->t, i, j);
      assert_true(with_bias ? padding == -INFINITY : padding == 0);
    }
  }
  free(in);
}

static void check_project(const favor_table *table) {
  FOR_EACH(columns, projection_counts) {
    FOR_EACH(dim, dims) {
      projection p = projection_make(table, row_counts[(*columns + *dim) % 8], *dim, *columns, 1);
      run_project(table, &p, true);
      check_projection(&p, true);
      run_project(table, &p, false);
      check_projection(&p, false);
      projection_free(&p);
    }
  }
  FOR_EACH(rows, row_counts) {
    projection p = projection_make(table, *rows, 40, 70, 2);
    run_project(table, &p, true);
    check_projection(&p, true);
    projection_free(&p);
  }
}

static void project_adds_the_bias_to_products_with_every_projection(void **state) {
  (void)state;
  for_each_table(check_project);
}

static void check_full_tile(const favor_table *table) {
  for (int64_t rows = FAVOR_TILE_ROWS - 1; rows <= FAVOR_TILE_ROWS + 1; ++rows) {
    projection p = projection_make(table, rows, 33, 96, 3);
    run_project(table, &p, true);
    check_projection(&p, true);
    projection_free(&p);
  }
}

static void project_takes_a_full_tile_and_one_row_more_or_less(void **state) {
  (void)state;
  for_each_table(check_full_tile);
}

/* A call may end with any panel. */
static void check_leading_panels(const favor_table *table) {
  projection p = projection_make(table, 7, 20, 3 * table->pack_width, 4);
  for (int64_t columns = table->pack_width; columns <= p.w.padded; columns += table->pack_width) {
    grid t = grid_make(table, 7, columns, columns);
    table->project(7, 20, p.in.data, p.in.ld, p.w.data, p.w.panel, p.bias.data, columns, t.data,
                   t.ld);
    grid_check_guards(&t);
    run_project(table, &p, true);
    for (int64_t i = 0; i < 7; ++i) assert_true(grid_same_row(&t, i, &p.t, i));
    grid_free(&t);
  }
  projection_free(&p);
}

static void project_of_leading_panels_gives_the_bits_of_the_whole(void **state) {
  (void)state;
  for_each_table(check_leading_panels);
}

/* Fused or not is the instruction set's, but it is one of the two throughout. */
static void check_chains(const favor_table *table) {
  int64_t fused = 0, split = 0, all = 0;
  FOR_EACH(dim, dims) {
    projection p = projection_make(table, 9, *dim, 45, 5);
    run_project(table, &p, true);
    double *in = grid_values(&p.in);
    for (int64_t i = 0; i < p.t.rows; ++i) {
      for (int64_t j = 0; j < p.w.columns; ++j, ++all) {
        const double *a = in + i * *dim, *b = packed_row(&p.w, j), got = grid_get(&p.t, i, j);
        const double start = grid_get(&p.bias, 0, j);
        fused += got == reference_chain(p.t.bits, true, *dim, a, 1, b, 1, start);
        split += got == reference_chain(p.t.bits, false, *dim, a, 1, b, 1, start);
      }
    }
    free(in);
    projection_free(&p);
  }
  assert_true(fused == all || split == all);
}

static void own_projections_are_chains_of_multiply_adds_in_ascending_order(void **state) {
  (void)state;
  for_each_own_table(check_chains);
}

static void check_rows_alone(const favor_table *table) {
  projection p = projection_make(table, FAVOR_TILE_ROWS, 150, 96, 6);
  run_project(table, &p, true);
  for (int64_t height = 1; height <= 13; ++height) {
    grid part = grid_make(table, height, p.w.padded, p.w.padded);
    for (int64_t i = 0; i + height <= 20; ++i) {
      table->project(height, 150, grid_row(&p.in, i), p.in.ld, p.w.data, p.w.panel, p.bias.data,
                     p.w.padded, part.data, part.ld);
      for (int64_t r = 0; r < height; ++r) assert_true(grid_same_row(&part, r, &p.t, i + r));
    }
    grid_free(&part);
  }
  projection_free(&p);
}

static void own_projections_have_the_same_bits_wherever_the_row_lies_in_a_tile(void **state) {
  (void)state;
  for_each_own_table(check_rows_alone);
}

static void check_poison(const favor_table *table) {
  projection p = projection_make(table, 13, 20, 64, 7);
  run_project(table, &p, true);
  grid clean = grid_copy(table, &p.t, p.t.ld);
  grid_set(&p.in, 4, 3, NAN);
  grid_set(&p.in, 9, 19, INFINITY);
  run_project(table, &p, true);
  for (int64_t i = 0; i < 13; ++i) {
    if (i == 4 || i == 9) {
      for (int64_t j = 0; j < 64; ++j) assert_true(!isfinite(grid_get(&p.t, i, j)));
    } else {
      assert_true(grid_same_row(&p.t, i, &clean, i));
    }
  }
  grid_free(&clean);
  projection_free(&p);
}

static void a_row_that_is_not_finite_leaves_other_rows_of_a_projection_alone(void **state) {
  (void)state;
  for_each_table(check_poison);
}

/* in += g w', g as wide as the padded columns, over leading panels. */
static void check_transposed_shape(const favor_table *table, int64_t rows, int64_t dim,
                                   int64_t projections) {
  test_rng rng;
  test_rng_seed(&rng, 8);
  packed_w w = packed_make(table, projections, dim, &rng);
  grid g = grid_make(table, rows, w.padded, w.padded + 5),
       in = grid_make(table, rows, dim, dim + 2);
  grid_randomise(&g, &rng, 1);
  grid_randomise(&in, &rng, 1);
  grid old = grid_copy(table, &in, in.ld);
  table->project_transposed(rows, dim, g.data, g.ld, w.data, w.panel, w.padded, in.data, in.ld);
  grid_check_guards(&in);
  double *values = grid_values(&g);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = 0; k < dim; ++k) {
      grid_check_sum(
          &in, i, k, projections, 2,
          reference_dot(projections, values + i * w.padded, 1, w.w + k, dim, grid_get(&old, i, k)));
    }
  }
  free(values);
  grid_free(&g);
  grid_free(&in);
  grid_free(&old);
  packed_free(&w);
}

static void check_transposed(const favor_table *table) {
  FOR_EACH(columns, projection_counts) {
    FOR_EACH(dim, dims) {
      check_transposed_shape(table, row_counts[(*columns + *dim) % 8], *dim, *columns);
    }
  }
}

static void project_transposed_adds_the_product_with_the_transpose(void **state) {
  (void)state;
  for_each_table(check_transposed);
}

static void check_packing(const favor_table *table) {
  FOR_EACH(columns, projection_counts) {
    const int64_t dim = 7, padded = favor_pack_columns(*columns);
    assert_true(padded % FAVOR_PACK == 0 && padded >= *columns && padded < *columns + FAVOR_PACK);
    assert_true(favor_pack_panel(table, *columns) <= padded);
    assert_true(favor_pack_panel(table, *columns) % FAVOR_PACK == 0);
    unsigned char *seen = calloc((size_t)(padded * dim), 1);
    assert_non_null(seen);
    for (int64_t j = 0; j < padded; ++j) {
      for (int64_t k = 0; k < dim; ++k) {
        const int64_t at = favor_pack_index(table, *columns, dim, j, k);
        assert_true(at >= 0 && at < padded * dim);
        assert_false(seen[at]);
        seen[at] = 1;
      }
    }
    free(seen);
  }
}

static void packed_elements_fill_their_room_without_overlap(void **state) {
  (void)state;
  for_each_table(check_packing);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(packed_elements_fill_their_room_without_overlap),
      cmocka_unit_test(project_adds_the_bias_to_products_with_every_projection),
      cmocka_unit_test(project_takes_a_full_tile_and_one_row_more_or_less),
      cmocka_unit_test(project_of_leading_panels_gives_the_bits_of_the_whole),
      cmocka_unit_test(own_projections_are_chains_of_multiply_adds_in_ascending_order),
      cmocka_unit_test(own_projections_have_the_same_bits_wherever_the_row_lies_in_a_tile),
      cmocka_unit_test(a_row_that_is_not_finite_leaves_other_rows_of_a_projection_alone),
      cmocka_unit_test(project_transposed_adds_the_product_with_the_transpose),
  };
  return cmocka_run_group_tests_name("table_project", tests, NULL, NULL);
}
