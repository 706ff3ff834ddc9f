/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "attention/panel.h"

/* Denominators below this, against maxima that include keys a row may not see, have lost digits. */
static const double safe_denominator = 0x1p-64;

/* The largest reference of what is read: none of the others lies above it. */
static double read_reference(const favor_level *level, const favor_level *base, double keys) {
  double reference = keys > *level->reference ? keys : *level->reference;
  if (base && *base->reference > reference) reference = *base->reference;
  return reference;
}

static void begin(favor_attend *a, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) a->top[i] = -INFINITY;
  memset(a->sums, 0, (size_t)(rows * a->ld) * a->table->real);
  memset(a->products, 0, (size_t)(rows * FAVOR_ATTEND_ROWS) * a->table->real);
}

/* Raise each row's exponent to cover one more panel, rescaling what it has summed. The maxima are
 * of integers, so that rescaling is exact. */
static void raise_tops(favor_attend *a, int64_t rows, int64_t columns, const void *e) {
  bool grown = false;
  for (int64_t i = 0; i < rows; ++i) favor_real_set(a->precision, a->query.shift, i, a->top[i]);
  a->table->row_top(rows, columns, e, a->query.tile.ldp, a->column, a->query.shift);
  for (int64_t i = 0; i < rows; ++i) {
    double top = favor_bounded(a->precision, favor_real_get(a->precision, a->query.shift, i));
    const double power = a->top[i] - top;
    a->power[i] = power < -4000 ? -4000 : (int64_t)power;
    grown = grown || power != 0;
    a->top[i] = top;
    favor_real_set(a->precision, a->query.shift, i, -top);
  }
  if (!grown) return;
  a->table->scale_rows(rows, a->dv + 1, a->power, a->sums, a->ld);
  a->table->scale_rows(rows, rows, a->power, a->products, FAVOR_ATTEND_ROWS);
}

/* Weights of the queries for one panel of c_new, and what they read of the state. */
static void read_panel(favor_attend *a, const favor_level *level, const favor_level *base,
                       int64_t first, int64_t columns) {
  const int64_t rows = a->query.tile.rows;
  favor_panel_evaluate(a, &a->query, rows, first);
  const void *e = favor_panel_exponents(a, &a->query, rows);
  favor_panel_columns(a, columns, first, 1);
  raise_tops(a, rows, columns, e);
  favor_panel_weigh(a, &a->query, rows, columns, e, NULL);
  favor_level_gather(level, base, a->reference, a->c_new + first, first, columns, a->gathered);
  a->table->read(rows, columns, a->dv + 1, a->query.weights, a->query.tile.ldp, a->gathered, a->ld,
                 1, a->sums, a->ld);
}

void favor_attend_read(favor_attend *a, const favor_level *level, const favor_level *base) {
  begin(a, a->query.tile.rows);
  a->reference = read_reference(level, base, FAVOR_EMPTY);
  memset(a->visible, a->reference != FAVOR_EMPTY, (size_t)a->query.tile.rows);
  if (a->reference == FAVOR_EMPTY) return;
  for (int64_t first = 0; first < level->features; first += FAVOR_PANEL) {
    const int64_t columns = favor_panel_features(a, &a->query, first);
    for (int64_t j = first; j < first + columns; ++j) {
      const double c = favor_level_c(level, j, a->reference);
      const double before = base ? favor_level_c(base, j, a->reference) : FAVOR_EMPTY;
      a->c_new[j] = before > c ? before : c;
    }
    read_panel(a, level, base, first, columns);
  }
}

static void mark_visible(favor_attend *a, int64_t keys, bool any_before) {
  bool visible = any_before;
  for (int64_t i = 0; i < a->query.tile.rows; ++i) {
    visible = visible || (i < keys && a->key.live[i]);
    a->visible[i] = visible;
  }
}

/* Is every row's denominator large enough against the tile's maxima? Rows that see no key have
 * none. */
static bool safe_sums(const favor_attend *a) {
  for (int64_t i = 0; i < a->query.tile.rows; ++i) {
    if (!a->visible[i] || !a->query.live[i]) continue;
    if (!(favor_real_get(a->precision, a->sums, i * a->ld + a->dv) >= safe_denominator))
      return false;
  }
  return true;
}

/* Features that are factors alone share one exponent, so that what an early row loses is known from
 * the keys' exponents: the denominator, which may vanish, says nothing. */
static bool safe_exponents(const favor_attend *a, const favor_level *level, const favor_level *base,
                           int64_t keys) {
  double visible = read_reference(level, base, FAVOR_EMPTY);
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

/* Zero above the diagonal: after the products, so that nothing depends on what is masked. */
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
  const double before = read_reference(level, base, FAVOR_EMPTY);
  begin(a, rows);
  if (key_reference == FAVOR_EMPTY) {
    favor_attend_read(a, level, base);
    return true;
  }
  a->reference = read_reference(level, base, key_reference);
  mark_visible(a, keys, before != FAVOR_EMPTY);
  if (rows > 1 && !exponent && !safe_exponents(a, level, base, keys)) return false;
  favor_panel_key_shifts(a, keys, a->reference);
  for (int64_t first = 0; first < level->features; first += FAVOR_PANEL) {
    causal_panel(a, level, base, keys, first);
  }
  a->evaluated = level->features <= FAVOR_PANEL;
  mask(a, keys);
  a->table->read(rows, keys, a->dv + 1, a->products, FAVOR_ATTEND_ROWS, a->values, a->ld, 1,
                 a->sums, a->ld);
  return rows == 1 || !exponent || safe_sums(a);
}
