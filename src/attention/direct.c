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

/* All integers relative to the tile's reference, which may be that of a key that a row does not see,
 * are so near to it that their sums are exact. */
static bool meet_exactly(const favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys) {
  const double most = a->precision == FAVOR_F32 ? 0x1p22 : 0x1p51;
  const double before = favor_sums_reference(level, base, FAVOR_EMPTY);
  if (before != FAVOR_EMPTY && a->reference - before > most) return false;
  for (int64_t j = 0; j < keys; ++j) {
    if (a->key.live[j] && a->reference - a->key.whole[j] > most) return false;
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
static void find_tops(favor_attend *a, int64_t rows, int64_t keys, int64_t columns,
                      const void *key_e, const void *query_e) {
  const int64_t ldp = a->key.tile.ldp;
  favor_sums_tops(a, rows);
  for (int64_t i = 0; i < rows; ++i) {
    if (i < keys && a->key.live[i]) {
      a->table->column_top(1, columns, const_element(a, key_e, i * ldp), ldp,
                           element(a, a->key.fraction, i), element(a, a->key.shift, i), a->column);
    }
    a->table->row_top(1, columns, const_element(a, query_e, i * ldp), ldp, a->column,
                      element(a, a->query.shift, i));
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
static void multiply_row(favor_attend *a, int64_t i, int64_t keys, int64_t columns,
                         const void *key_e, const void *query_e) {
  const int64_t ldp = a->key.tile.ldp, seen = i < keys ? i + 1 : keys;
  const unsigned char *e = const_element(a, query_e, i * ldp);
  unsigned char *mantissas = element(a, a->query.weights, i * ldp);
  split_row(a, columns, e, a->top[i]);
  a->table->exp2(1, columns, e, ldp, NULL, NULL, a->scale, mantissas, ldp);
  a->table->weigh(seen, columns, key_e, ldp, a->key.fraction, a->key.shift, a->column, false,
                  a->key.weights, ldp);
  a->table->product(1, seen, columns, mantissas, ldp, a->key.weights, ldp, 1,
                    element(a, a->products, i * FAVOR_ATTEND_ROWS), FAVOR_ATTEND_ROWS);
}

static void direct_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys, int64_t first) {
  const int64_t rows = a->query.tile.rows, ldp = a->key.tile.ldp;
  const bool exponent = favor_form_has_exponent(a->map->leaf.form);
  const int64_t columns = favor_panel_evaluate(a, &a->key, keys, first);
  favor_panel_evaluate(a, &a->query, rows, first);
  const void *key_e = favor_panel_exponents(a, &a->key, keys);
  const void *query_e = favor_panel_exponents(a, &a->query, rows);
  favor_panel_before(a, columns, first, a->reference, level, base);
  favor_panel_columns(a, columns, first, 1);
  find_tops(a, rows, keys, columns, key_e, query_e);
  favor_sums_raise(a, rows);
  favor_panel_columns(a, columns, first, 1);
  favor_panel_weigh(a, &a->query, rows, columns, query_e, NULL);
  favor_sums_read(a, level, base, first, columns);
  for (int64_t i = 0; exponent && i < rows; ++i) {
    multiply_row(a, i, keys, columns, key_e, query_e);
  }
  if (!exponent) {
    a->table->product(rows, keys, columns, a->query.tile.panel, ldp, a->key.tile.panel, ldp, 1,
                      a->products, FAVOR_ATTEND_ROWS);
  }
}

/* Products of factors alone get the exponents of their keys, all features at once, and the mask. */
static void weigh_products(favor_attend *a, int64_t keys) {
  for (int64_t i = 0; i < a->query.tile.rows; ++i) {
    for (int64_t j = 0; j < keys; ++j) {
      const int64_t at = i * FAVOR_ATTEND_ROWS + j;
      const double e = favor_real_get(a->precision, a->key.fraction, j) +
                       favor_real_get(a->precision, a->key.shift, j) - a->top[i];
      const double weight = j <= i && a->key.live[j] ? exp2(e) : 0;
      favor_real_set(a->precision, a->products, at,
                     weight > 0 ? weight * favor_real_get(a->precision, a->products, at) : 0);
    }
  }
}

bool favor_attend_causal_direct(favor_attend *a, const favor_level *level, const favor_level *base,
                                int64_t keys) {
  const bool exponent = favor_form_has_exponent(a->map->leaf.form);
  if (!meet_exactly(a, level, base, keys)) return false;
  favor_sums_begin(a, a->query.tile.rows);
  for (int64_t first = 0; first < level->features; first += FAVOR_PANEL) {
    direct_panel(a, level, base, keys, first);
  }
  a->evaluated = level->features <= FAVOR_PANEL;
  if (!exponent) weigh_products(a, keys);
  return favor_sums_close(a, keys, exponent ? exact_denominator : -INFINITY);
}
