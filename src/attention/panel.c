/* SPDX-License-Identifier: MIT */
#include "attention/panel.h"

#include <math.h>
#include <string.h>

/* Norms reach 1.8e19 and 1.3e154, rows of W 1e15. */
static double limit(favor_precision precision) {
  return precision == FAVOR_F32 ? 1e37 : 1e300;
}

/* All exponent bits set: an infinity or NaN. Bits, so that the loops vectorise. */
static bool finite_f32(int64_t n, const float *v) {
  uint32_t bad = 0;
  for (int64_t l = 0; l < n; ++l) {
    uint32_t bits;
    memcpy(&bits, v + l, sizeof bits);
    bad |= (uint32_t)((bits & 0x7f800000u) == 0x7f800000u);
  }
  return bad == 0;
}

static bool finite_f64(int64_t n, const double *v) {
  uint64_t bad = 0;
  for (int64_t l = 0; l < n; ++l) {
    uint64_t bits;
    memcpy(&bits, v + l, sizeof bits);
    bad |= (uint64_t)((bits & 0x7ff0000000000000u) == 0x7ff0000000000000u);
  }
  return bad == 0;
}

bool favor_value_load(favor_precision precision, int64_t dv, int64_t ld, const void *v, void *out) {
  const size_t real = favor_real_size(precision);
  memset(out, 0, (size_t)ld * real);
  if (!(precision == FAVOR_F32 ? finite_f32(dv, v) : finite_f64(dv, v))) return false;
  memcpy(out, v, (size_t)dv * real);
  favor_real_set(precision, out, dv, 1);
  return true;
}

double favor_bounded(favor_precision precision, double whole) {
  const double most = limit(precision);
  return whole < -most ? -most : whole > most ? most : whole;
}

/* Evaluate one panel of a side; returns its features. Exponents (zeros for a leaf without) go to
 * weights where that is another array than the panel. */
int64_t favor_panel_evaluate(favor_attend *a, favor_attend_side *side, int64_t rows,
                             int64_t first) {
  side->tile.rows = rows;
  favor_leaf_panel(&a->map->leaf, favor_map_base(a->map), a->table, &side->tile, first);
  return favor_panel_features(a, side, first);
}

int64_t favor_panel_features(const favor_attend *a, const favor_attend_side *side, int64_t first) {
  const int64_t left = a->map->leaf.features - first;
  return left < side->tile.ldp ? left : side->tile.ldp;
}

const void *favor_panel_exponents(favor_attend *a, favor_attend_side *side, int64_t rows) {
  if (favor_form_has_exponent(a->map->leaf.form)) return side->tile.panel;
  memset(side->weights, 0, (size_t)(rows * side->tile.ldp) * a->table->real);
  return side->weights;
}

void favor_panel_weigh(favor_attend *a, favor_attend_side *side, int64_t rows, int64_t columns,
                       const void *e, const void *fraction) {
  const int64_t ldp = side->tile.ldp;
  a->table->weigh(rows, columns, e, ldp, fraction, side->shift, a->column, side == &a->query,
                  side->weights, ldp);
  if (!favor_form_has_exponent(a->map->leaf.form)) {
    a->table->multiply(rows, columns, side->tile.panel, ldp, side->weights, ldp);
  }
}

double favor_panel_key_reference(const favor_attend *a, int64_t rows) {
  double reference = FAVOR_EMPTY;
  for (int64_t i = 0; i < rows; ++i) {
    if (a->key.live[i] && a->key.whole[i] > reference) reference = a->key.whole[i];
  }
  return reference;
}

void favor_panel_key_shifts(favor_attend *a, int64_t rows, double reference) {
  for (int64_t i = 0; i < rows; ++i) {
    const double shift = a->key.live[i] ? a->key.whole[i] - reference : -INFINITY;
    favor_real_set(a->precision, a->key.shift, i, favor_bounded(a->precision, shift));
  }
}

void favor_panel_before(favor_attend *a, int64_t columns, int64_t first, double reference,
                        const favor_level *level, const favor_level *base) {
  for (int64_t j = first; j < first + columns; ++j) {
    const double c = favor_level_c(level, j, reference);
    const double before = base ? favor_level_c(base, j, reference) : FAVOR_EMPTY;
    a->c_new[j] = before > c ? before : c;
  }
}

void favor_panel_maxima(favor_attend *a, int64_t rows, int64_t columns, int64_t first,
                        const void *e, double reference, const favor_level *level,
                        const favor_level *base) {
  favor_panel_before(a, columns, first, reference, level, base);
  for (int64_t j = 0; j < columns; ++j) favor_real_set(a->precision, a->column, j, -INFINITY);
  a->table->column_top(rows, columns, e, a->key.tile.ldp, a->key.fraction, a->key.shift, a->column);
  for (int64_t j = 0; j < columns; ++j) {
    const double top = favor_real_get(a->precision, a->column, j);
    if (top > -limit(a->precision) / 2 && top > a->c_new[first + j]) a->c_new[first + j] = top;
  }
}

void favor_panel_columns(favor_attend *a, int64_t columns, int64_t first, double sign) {
  for (int64_t j = 0; j < columns; ++j) {
    favor_real_set(a->precision, a->column, j,
                   favor_bounded(a->precision, sign * a->c_new[first + j]));
  }
}
