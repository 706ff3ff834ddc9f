/* SPDX-License-Identifier: MIT */
/* Causal tiles whose exponents disagree so much that no one set of maxima serves all rows.
 *
 * Row i's top is the largest exponent of its products with the keys up to its own and with what came
 * before, and each product A_ij = sum_m q_im k_jm is made with that top: query feature m of row i is
 * split into 2^(floor) times a mantissa in [1, 2); the floor joins the exponents of the keys, which
 * are weighed once more for each row, and the mantissas are multiplied in afterwards. Nothing that
 * counts is ever divided by a maximum that the row may not see.
 */
#include <math.h>

#include "attention/sums.h"

/* Denominators of exponents that met exactly are at least 1. */
static const double exact_denominator = 0.5;

/* Integers relative to the tile's reference, which may be that of a key that a row does not see, are
 * so near to it that their sums are exact: those of what came before, and of a panel's keys. */
static double most_exact(const favor_attend *a) {
  return a->precision == FAVOR_F32 ? 0x1p22 : 0x1p51;
}

static bool before_meets(const favor_attend *a, const favor_level *level, const favor_level *base) {
  const double before = favor_sums_reference(level, base, FAVOR_EMPTY);
  return before == FAVOR_EMPTY || a->reference - before <= most_exact(a);
}

static bool keys_meet(const favor_attend *a, int64_t keys) {
  for (int64_t j = 0; j < keys; ++j) {
    const double below = -favor_real_get(a->precision, a->key.shift, j);
    if (a->key.live[j] && below > most_exact(a)) return false;
  }
  return true;
}

static unsigned char *element(const favor_attend *a, void *x, int64_t i) {
  return (unsigned char *)x + (size_t)i * a->table->real;
}

static const unsigned char *const_element(const favor_attend *a, const void *x, int64_t i) {
  return (const unsigned char *)x + (size_t)i * a->table->real;
}

/* Tops of the rows, into query.shift: column holds the maxima of what came before and grows key by
 * key. */
static void find_tops(favor_attend *a, int64_t rows, int64_t keys, int64_t columns) {
  const favor_attend_side *key = &a->key, *query = &a->query;
  favor_sums_tops(a, rows);
  for (int64_t i = 0; i < rows; ++i) {
    if (i < keys && key->live[i]) {
      a->table->column_top(1, columns, const_element(a, key->e, i * key->lde), key->lde,
                           element(a, key->fraction, i), element(a, key->shift, i), a->column);
    }
    a->table->row_top(1, columns, const_element(a, query->e, i * query->lde), query->lde, a->column,
                      element(a, query->shift, i));
  }
}

/* column = floor(e) - top, and scale = -floor(e), of one row of exponents. */
static void split_row(favor_attend *a, int64_t columns, const void *e, double top) {
  for (int64_t j = 0; j < columns; ++j) {
    const double whole = floor(favor_real_get(a->precision, e, j));
    favor_real_set(a->precision, a->column, j, whole - top);
    favor_real_set(a->precision, a->scale, j, -whole);
  }
}

/* Row i of the products: its mantissas times the keys' weights, in whose place they are weighed. */
static void multiply_row(favor_attend *a, int64_t i, int64_t keys, int64_t columns) {
  const favor_attend_side *query = &a->query;
  const int64_t ldp = query->tile.ldp, seen = i < keys ? i + 1 : keys;
  const unsigned char *e = const_element(a, query->e, i * query->lde);
  unsigned char *mantissas = element(a, query->weights, i * ldp);
  split_row(a, columns, e, a->top[i] - query->whole[i]);
  a->table->exp2(1, columns, e, query->lde, NULL, NULL, a->scale, mantissas, ldp);
  favor_panel_factors(a, query, i, 1, columns, mantissas);
  favor_panel_weigh(a, &a->key, seen, columns);
  a->table->product(1, seen, columns, mantissas, ldp, a->key.weights, a->key.tile.ldp, 1,
                    element(a, a->products, i * FAVOR_ATTEND_ROWS), FAVOR_ATTEND_ROWS);
}

static bool direct_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys, const favor_walk *walk) {
  const int64_t rows = a->query.tile.rows, columns = walk->columns;
  favor_panel_evaluate(a, &a->key, keys, walk);
  if (!keys_meet(a, keys)) return false;
  favor_panel_evaluate(a, &a->query, rows, walk);
  favor_panel_before(a, walk, level, base);
  favor_panel_columns(a, walk, 1);
  find_tops(a, rows, keys, columns);
  favor_sums_raise(a, rows);
  favor_panel_columns(a, walk, 1);
  favor_panel_weigh(a, &a->query, rows, columns);
  favor_sums_read(a, level, base, walk);
  for (int64_t i = 0; i < rows; ++i) multiply_row(a, i, keys, columns);
  return true;
}

bool favor_attend_causal_direct(favor_attend *a, const favor_level *level, const favor_level *base,
                                int64_t keys) {
  favor_walk walk;
  if (!before_meets(a, level, base)) return false;
  favor_sums_begin(a, a->query.tile.rows);
  for (bool more = favor_panel_first(a, &walk); more; more = favor_panel_next(a, &walk)) {
    if (!direct_panel(a, level, base, keys, &walk)) return false;
  }
  return favor_sums_close(a, keys, a->map->node.exponential ? exact_denominator : -INFINITY);
}
