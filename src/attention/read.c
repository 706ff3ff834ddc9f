/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "attention/sums.h"

/* Denominators below this, against maxima that include keys a row may not see, have lost digits. */
static const double safe_denominator = 0x1p-64;

/* Weights of the queries for one panel of c_new, and what they read of the state. */
static void read_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                       int64_t first, int64_t columns) {
  const int64_t rows = a->query.tile.rows;
  favor_panel_evaluate(a, &a->query, rows, first);
  const void *e = favor_panel_exponents(a, &a->query, rows);
  favor_panel_columns(a, columns, first, 1);
  favor_sums_tops(a, rows);
  a->table->row_top(rows, columns, e, a->query.tile.ldp, a->column, a->query.shift);
  favor_sums_raise(a, rows);
  favor_panel_weigh(a, &a->query, rows, columns, e, NULL);
  favor_sums_read(a, level, base, first, columns);
}

void favor_attend_read(favor_attend *a, const favor_level *level, const favor_level *base) {
  favor_sums_begin(a, a->query.tile.rows);
  a->reference = favor_sums_reference(level, base, FAVOR_EMPTY);
  memset(a->visible, a->reference != FAVOR_EMPTY, (size_t)a->query.tile.rows);
  if (a->reference == FAVOR_EMPTY) return;
  for (int64_t first = 0; first < level->features; first += FAVOR_PANEL) {
    const int64_t columns = favor_panel_features(a, &a->query, first);
    favor_panel_before(a, columns, first, a->reference, level, base);
    read_panel(a, level, base, first, columns);
  }
}

/* Features that are factors alone share one exponent, so that what an early row loses is known from
 * the keys' exponents: the denominator, which may vanish, says nothing. */
static bool safe_exponents(const favor_attend *a, const favor_level *level, const favor_level *base,
                           int64_t keys) {
  double visible = favor_sums_reference(level, base, FAVOR_EMPTY);
  const double all = a->reference;
  for (int64_t i = 0; i < a->query.tile.rows; ++i) {
    if (i < keys && a->key.live[i] && a->key.whole[i] > visible) visible = a->key.whole[i];
    if (visible != FAVOR_EMPTY && all - visible > 64) return false;
  }
  return true;
}

/* One panel of a causal tile: keys to weights, queries to weights, their products under the mask.
 * */
static void causal_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys, int64_t first) {
  const int64_t rows = a->query.tile.rows;
  const int64_t columns = favor_panel_evaluate(a, &a->key, keys, first);
  const void *e = favor_panel_exponents(a, &a->key, keys);
  favor_panel_maxima(a, keys, columns, first, e, a->reference, level, base);
  favor_panel_columns(a, columns, first, -1);
  favor_panel_weigh(a, &a->key, keys, columns, e, a->key.fraction);
  read_panel(a, level, base, first, columns);
  if (keys == rows) {
    a->table->triangular_product(rows, columns, a->query.weights, a->query.tile.ldp, a->key.weights,
                                 a->key.tile.ldp, 1, a->products, FAVOR_ATTEND_ROWS);
  } else {
    a->table->product(rows, keys, columns, a->query.weights, a->query.tile.ldp, a->key.weights,
                      a->key.tile.ldp, 1, a->products, FAVOR_ATTEND_ROWS);
  }
}

/* Zero above the diagonal, where the product was no triangular one: after the products, so that
 * nothing depends on what is masked. */
static void mask(favor_attend *a, int64_t keys) {
  for (int64_t i = 0; i + 1 < keys; ++i) {
    unsigned char *row = a->products;
    row += (size_t)(i * FAVOR_ATTEND_ROWS + i + 1) * a->table->real;
    memset(row, 0, (size_t)(keys - i - 1) * a->table->real);
  }
}

bool favor_attend_causal(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys) {
  const int64_t rows = a->query.tile.rows;
  const double key_reference = favor_panel_key_reference(a, keys);
  const bool exponent = favor_form_has_exponent(a->map->leaf.form);
  const double before = favor_sums_reference(level, base, FAVOR_EMPTY);
  favor_sums_begin(a, rows);
  if (key_reference == FAVOR_EMPTY) {
    favor_attend_read(a, level, base);
    return true;
  }
  a->reference = favor_sums_reference(level, base, key_reference);
  favor_sums_visible(a, keys, before != FAVOR_EMPTY);
  favor_panel_key_shifts(a, keys, a->reference);
  if (rows > 1 && !exponent && !safe_exponents(a, level, base, keys)) return false;
  for (int64_t first = 0; first < level->features; first += FAVOR_PANEL) {
    causal_panel(a, level, base, keys, first);
  }
  a->evaluated = level->features <= FAVOR_PANEL;
  if (keys != rows) mask(a, keys);
  return favor_sums_close(a, keys, rows > 1 && exponent ? safe_denominator : -INFINITY);
}
