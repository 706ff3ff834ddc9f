/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "attention/sums.h"

/* Denominators below this, against maxima that include keys a row may not see, have lost digits. */
static const double safe_denominator = 0x1p-64;

/* Weights of the queries for one panel of c_new, and what they read of the state. */
static void read_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                       const favor_walk *walk) {
  const int64_t rows = a->query.tile.rows, columns = walk->columns;
  favor_panel_evaluate(a, &a->query, rows, walk);
  favor_panel_columns(a, walk, 1);
  favor_sums_tops(a, rows);
  a->table->row_top(rows, columns, a->query.e, a->query.lde, a->column, a->query.shift);
  favor_sums_raise(a, rows);
  favor_panel_weigh(a, &a->query, rows, columns);
  favor_sums_read(a, level, base, walk);
}

void favor_attend_read(favor_attend *a, const favor_level *level, const favor_level *base) {
  favor_walk walk;
  favor_sums_begin(a, a->query.tile.rows);
  a->reference = favor_sums_reference(level, base, FAVOR_EMPTY);
  memset(a->visible, a->reference != FAVOR_EMPTY, (size_t)a->query.tile.rows);
  if (a->reference == FAVOR_EMPTY) return;
  for (bool more = favor_panel_first(a, &walk); more; more = favor_panel_next(a, &walk)) {
    favor_panel_before(a, &walk, level, base);
    read_panel(a, level, base, &walk);
  }
}

/* The denominator of signed features may vanish and says nothing about lost digits. So the first row
 * that sees a key, whose maxima are the smallest, must see every feature of the panel within 2^-64 of
 * the tile's. */
static bool first_row_sees(favor_attend *a, const favor_level *level, const favor_level *base,
                           int64_t keys, const favor_walk *walk) {
  const size_t real = a->table->real;
  const bool any = favor_sums_reference(level, base, FAVOR_EMPTY) != FAVOR_EMPTY;
  int64_t i = 0;
  while (i < keys && !a->key.live[i] && !any) i += 1;
  for (int64_t j = 0; j < walk->columns; ++j) favor_real_set(a->precision, a->column, j, -INFINITY);
  if (i < keys && a->key.live[i]) {
    a->table->column_top(1, walk->columns,
                         (const unsigned char *)a->key.e + (size_t)(i * a->key.lde) * real,
                         a->key.lde, (unsigned char *)a->key.fraction + (size_t)i * real,
                         (unsigned char *)a->key.shift + (size_t)i * real, a->column);
  }
  for (int64_t j = 0; j < walk->columns; ++j) {
    const int64_t feature = walk->first + j;
    double seen = fmax(favor_panel_top(a, j), favor_level_c(level, feature, a->reference));
    if (base) seen = fmax(seen, favor_level_c(base, feature, a->reference));
    if (a->c_new[feature] - seen > 64) return false;
  }
  return true;
}

/* One panel of a causal tile: keys to weights, queries to weights, their products under the mask.
 * */
static bool causal_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys, const favor_walk *walk) {
  const int64_t rows = a->query.tile.rows, columns = walk->columns;
  favor_panel_evaluate(a, &a->key, keys, walk);
  favor_panel_maxima(a, keys, walk, level, base);
  if (rows > 1 && !a->map->node.exponential && !first_row_sees(a, level, base, keys, walk)) {
    return false;
  }
  favor_panel_columns(a, walk, -1);
  favor_panel_weigh(a, &a->key, keys, columns);
  read_panel(a, level, base, walk);
  if (keys == rows) {
    a->table->triangular_product(rows, columns, a->query.weights, a->query.tile.ldp, a->key.weights,
                                 a->key.tile.ldp, 1, a->products, FAVOR_ATTEND_ROWS);
  } else {
    a->table->product(rows, keys, columns, a->query.weights, a->query.tile.ldp, a->key.weights,
                      a->key.tile.ldp, 1, a->products, FAVOR_ATTEND_ROWS);
  }
  return true;
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
  const bool exponential = a->map->node.exponential;
  const double before = favor_sums_reference(level, base, FAVOR_EMPTY);
  favor_sums_begin(a, rows);
  if (key_reference == FAVOR_EMPTY) {
    favor_attend_read(a, level, base);
    return true;
  }
  a->reference = favor_sums_reference(level, base, key_reference);
  favor_sums_visible(a, keys, before != FAVOR_EMPTY);
  favor_walk walk;
  for (bool more = favor_panel_first(a, &walk); more; more = favor_panel_next(a, &walk)) {
    if (!causal_panel(a, level, base, keys, &walk)) return false;
  }
  if (keys != rows) mask(a, keys);
  return favor_sums_close(a, keys, rows > 1 && exponential ? safe_denominator : -INFINITY);
}
