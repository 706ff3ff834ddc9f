/* SPDX-License-Identifier: MIT */
/** Matrices between guards, and a walk over all kernel tables of this build. */
#ifndef FAVOR_TESTS_UNIT_TABLE_FIXTURE_H
#define FAVOR_TESTS_UNIT_TABLE_FIXTURE_H

#include "kernel/table.h"
#include "support/kernel_reference.h"
#include "support/random.h"
#include "support/test.h"

/** A matrix of one precision, aligned to 64 bytes. Everything around its elements, the room between
 *  rows included, is guard: all bytes 0xff, which is NaN, so that whatever is read there shows in
 *  results. */
typedef struct grid {
  int bits; /* 32 or 64 */
  int64_t rows, columns, ld;
  void *block, *data;
  size_t block_bytes;
} grid;

/** All elements are NaN at first. */
grid grid_make(const favor_table *table, int64_t rows, int64_t columns, int64_t ld);
void grid_free(grid *g);

double grid_get(const grid *g, int64_t i, int64_t j);
void grid_set(grid *g, int64_t i, int64_t j, double value);
void *grid_row(const grid *g, int64_t i);

/** Normals times `scale`, rounded to the precision. */
void grid_randomise(grid *g, test_rng *rng, double scale);

/** The same elements, with room between rows of its own. */
grid grid_copy(const favor_table *table, const grid *from, int64_t ld);

/** The elements as float64, row-major without gaps; free it. */
double *grid_values(const grid *g);

/** No guard byte has changed. */
void grid_check_guards(const grid *g);

/** Elements [i, :] of both have the same bits. */
bool grid_same_row(const grid *a, int64_t i, const grid *b, int64_t j);
bool grid_same(const grid *a, const grid *b);

/** |element - sum| within the bound for n terms. */
void grid_check_sum(const grid *g, int64_t i, int64_t j, int64_t n, int extra, reference_sum sum);

/** Random projections, and the same packed for the table. */
typedef struct packed_w {
  int64_t columns, padded, dim, panel;
  double *w; /* [columns, dim], values of the precision */
  void *data;
} packed_w;

packed_w packed_make(const favor_table *table, int64_t columns, int64_t dim, test_rng *rng);
void packed_free(packed_w *p);

/** Projection j, zero behind the last. */
const double *packed_row(const packed_w *p, int64_t j);

/** Call `check` with every table of FAVOR_ISA_LIST that this processor runs, both precisions;
 *  prints each one's name. */
void for_each_table(void (*check)(const favor_table *table));

/** The same for tables of own kernels, whose bits have promises. */
void for_each_own_table(void (*check)(const favor_table *table));

/** A list of sizes that ends with 0. */
#define FOR_EACH(name, list) for (const int64_t *name = (list); *name; ++name)

#endif
