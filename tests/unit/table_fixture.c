/* SPDX-License-Identifier: MIT */
#include "unit/table_fixture.h"

static const size_t guard_bytes = 256;
static const unsigned char guard = 0xff;

grid grid_make(const favor_table *table, int64_t rows, int64_t columns, int64_t ld) {
  grid g = {.bits = (int)table->real * 8, .rows = rows, .columns = columns, .ld = ld};
  const size_t bytes = (size_t)(rows * ld) * table->real;
  g.block_bytes = (bytes + 2 * guard_bytes + 63) / 64 * 64;
  g.block = aligned_alloc(64, g.block_bytes);
  assert_non_null(g.block);
  memset(g.block, guard, g.block_bytes);
  g.data = (unsigned char *)g.block + guard_bytes;
  return g;
}

void grid_free(grid *g) {
  free(g->block);
  g->block = g->data = NULL;
}

void *grid_row(const grid *g, int64_t i) {
  return (unsigned char *)g->data + (size_t)(i * g->ld * (g->bits / 8));
}

double grid_get(const grid *g, int64_t i, int64_t j) {
  const void *row = grid_row(g, i);
  return g->bits == 32 ? (double)((const float *)row)[j] : ((const double *)row)[j];
}

void grid_set(grid *g, int64_t i, int64_t j, double value) {
  void *row = grid_row(g, i);
  if (g->bits == 32) {
    ((float *)row)[j] = (float)value;
  } else {
    ((double *)row)[j] = value;
  }
}

void grid_randomise(grid *g, test_rng *rng, double scale) {
  for (int64_t i = 0; i < g->rows; ++i) {
    for (int64_t j = 0; j < g->columns; ++j) grid_set(g, i, j, scale * test_rng_normal(rng));
  }
}

grid grid_copy(const favor_table *table, const grid *from, int64_t ld) {
  grid g = grid_make(table, from->rows, from->columns, ld);
  for (int64_t i = 0; i < g.rows; ++i) {
    memcpy(grid_row(&g, i), grid_row(from, i), (size_t)g.columns * table->real);
  }
  return g;
}

double *grid_values(const grid *g) {
  double *values = malloc((size_t)(g->rows * g->columns + 1) * sizeof *values);
  assert_non_null(values);
  for (int64_t i = 0; i < g->rows; ++i) {
    for (int64_t j = 0; j < g->columns; ++j) values[i * g->columns + j] = grid_get(g, i, j);
  }
  return values;
}

void grid_check_guards(const grid *g) {
  const size_t element = (size_t)g->bits / 8;
  const unsigned char *byte = g->block, *data = g->data;
  for (size_t at = 0; at < g->block_bytes; ++at) {
    if (byte + at >= data) {
      const size_t offset = (size_t)(byte + at - data) / element;
      const int64_t i = (int64_t)offset / g->ld, j = (int64_t)offset % g->ld;
      if (i < g->rows && j < g->columns) continue;
    }
    if (byte[at] != guard) fail_msg("byte %zu was written outside the shape", at);
  }
}

bool grid_same_row(const grid *a, int64_t i, const grid *b, int64_t j) {
  return memcmp(grid_row(a, i), grid_row(b, j), (size_t)(a->columns * (a->bits / 8))) == 0;
}

bool grid_same(const grid *a, const grid *b) {
  for (int64_t i = 0; i < a->rows; ++i) {
    if (!grid_same_row(a, i, b, i)) return false;
  }
  return true;
}

void grid_check_sum(const grid *g, int64_t i, int64_t j, int64_t n, int extra, reference_sum sum) {
  const long double error = fabsl(grid_get(g, i, j) - sum.value);
  const long double bound = reference_sum_bound(g->bits, n, extra, sum);
  if (!(error <= bound)) {
    fail_msg(
        "[%lld, %lld] of %lld x %lld, %lld terms: %.17g, expected %.17Lg, off by %.3Lg > %.3Lg",
        (long long)i, (long long)j, (long long)g->rows, (long long)g->columns, (long long)n,
        grid_get(g, i, j), sum.value, error, bound);
  }
}

packed_w packed_make(const favor_table *table, int64_t columns, int64_t dim, test_rng *rng) {
  packed_w p = {.columns = columns, .padded = favor_pack_columns(columns), .dim = dim};
  p.panel = favor_pack_panel(table, columns);
  p.w = calloc((size_t)(p.padded * dim), sizeof *p.w);
  const size_t bytes = ((size_t)(p.padded * dim) * table->real + 63) / 64 * 64;
  p.data = aligned_alloc(64, bytes);
  assert_non_null(p.w);
  assert_non_null(p.data);
  memset(p.data, 0, bytes);
  for (int64_t j = 0; j < columns; ++j) {
    double *row = p.w + j * dim;
    for (int64_t k = 0; k < dim; ++k) {
      row[k] = test_rng_normal(rng);
      if (table->precision == FAVOR_F32) row[k] = (double)(float)row[k];
    }
    favor_pack_row(table, columns, dim, j, row, p.data);
  }
  return p;
}

void packed_free(packed_w *p) {
  free(p->w);
  free(p->data);
}

const double *packed_row(const packed_w *p, int64_t j) {
  return p->w + j * p->dim;
}

static void walk(void (*check)(const favor_table *table), bool own_only) {
  static const favor_table *const tables[] = {
#define PAIR(name, symbol, value, text) &favor_table_##symbol##_f32, &favor_table_##symbol##_f64,
      FAVOR_ISA_LIST(PAIR)
#undef PAIR
  };
  int run = 0;
  for (size_t t = 0; t < sizeof tables / sizeof tables[0]; ++t) {
    const favor_table *table = tables[t];
    if (own_only && table->vector_bytes == 0) continue;
    const char *name = favor_isa_name(table->isa);
    const int bits = table->precision == FAVOR_F32 ? 32 : 64;
    if (!table->supported()) {
      print_message("  skipped: %s f%d, which this processor does not run\n", name, bits);
      continue;
    }
    print_message("  %s f%d\n", name, bits);
    check(table);
    ++run;
  }
  assert_true(run > 0);
}

void for_each_table(void (*check)(const favor_table *table)) {
  walk(check, false);
}

void for_each_own_table(void (*check)(const favor_table *table)) {
  walk(check, true);
}
