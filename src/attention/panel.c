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

bool favor_panel_in_tile(const favor_attend *a) {
  return a->map->node.plain && favor_form_has_exponent(a->map->leaf.form);
}

bool favor_panel_first(const favor_attend *a, favor_walk *walk) {
  return favor_node_first(&a->map->node, favor_map_base(a->map), walk);
}

bool favor_panel_next(const favor_attend *a, favor_walk *walk) {
  return favor_node_next(&a->map->node, favor_map_base(a->map), walk);
}

/* to = from + add, from NULL: zeros. */
static void add_to_row(favor_precision precision, int64_t n, const void *from, double add,
                       void *to) {
  if (precision == FAVOR_F32) {
    const float *x = from;
    float *y = to;
    for (int64_t j = 0; j < n; ++j) y[j] = (x ? x[j] : 0) + (float)add;
  } else {
    const double *x = from;
    double *y = to;
    for (int64_t j = 0; j < n; ++j) y[j] = (x ? x[j] : 0) + add;
  }
}

/* Exponents that stand elsewhere than in the tile: with add[i], and -inf where a row has nothing. */
static void put_exponents(favor_attend *a, favor_attend_side *side, int64_t i, int64_t columns,
                          double add) {
  const favor_panel *p = &side->panel;
  const size_t real = a->table->real;
  const unsigned char *from = p->exponents;
  if (from) from += (size_t)(i * p->ld) * real;
  add_to_row(a->precision, columns, from, p->sign && p->sign[i] == 0 ? -INFINITY : add,
             (unsigned char *)side->exponents + (size_t)(i * side->tile.ldp) * real);
}

static void set_key(favor_attend *a, int64_t i) {
  favor_attend_side *key = &a->key;
  const double r = key->panel.r[i] + key->added[i], whole = floor(r);
  favor_real_set(a->precision, key->fraction, i, key->live[i] ? r - whole : 0);
  favor_real_set(a->precision, key->shift, i,
                 favor_bounded(a->precision, key->live[i] ? whole - a->reference : -INFINITY));
}

/* What a query's own r leaves of the panel's; returns the fraction. */
static double set_query(favor_attend *a, int64_t i) {
  favor_attend_side *query = &a->query;
  const double r = query->panel.r[i] - query->tile.r[i];
  query->whole[i] = floor(r);
  return r - query->whole[i];
}

void favor_panel_evaluate(favor_attend *a, favor_attend_side *side, int64_t rows,
                          const favor_walk *walk) {
  const favor_side which = side == &a->key ? FAVOR_KEY : FAVOR_QUERY;
  side->tile.rows = rows;
  favor_node_panel(&a->map->node, favor_map_base(a->map), a->table, which, walk, &side->tile,
                   &side->panel);
  side->e = side->exponents ? side->exponents : side->panel.exponents;
  side->lde = side->exponents ? side->tile.ldp : side->panel.ld;
  for (int64_t i = 0; i < rows; ++i) {
    double add = 0;
    if (which == FAVOR_KEY) {
      set_key(a, i);
    } else if (a->map->node.plain) {
      side->whole[i] = 0;
    } else {
      add = set_query(a, i);
    }
    if (side->exponents) put_exponents(a, side, i, walk->columns, add);
  }
}

static void negate(favor_precision precision, int64_t n, void *x) {
  for (int64_t j = 0; j < n; ++j) favor_real_set(precision, x, j, -favor_real_get(precision, x, j));
}

void favor_panel_factors(const favor_attend *a, const favor_attend_side *side, int64_t from,
                         int64_t rows, int64_t columns, void *weights) {
  const favor_panel *p = &side->panel;
  const size_t real = a->table->real;
  const unsigned char *factors = p->factors;
  if (factors) {
    a->table->multiply(rows, columns, factors + (size_t)(from * p->ld) * real, p->ld, weights,
                       side->tile.ldp);
  }
  for (int64_t i = 0; p->sign && i < rows; ++i) {
    if (p->sign[from + i] >= 0) continue;
    negate(a->precision, columns, (unsigned char *)weights + (size_t)(i * side->tile.ldp) * real);
  }
}

void favor_panel_weigh(favor_attend *a, favor_attend_side *side, int64_t rows, int64_t columns) {
  const bool query = side == &a->query;
  a->table->weigh(rows, columns, side->e, side->lde, query ? NULL : side->fraction, side->shift,
                  a->column, query, side->weights, side->tile.ldp);
  favor_panel_factors(a, side, 0, rows, columns, side->weights);
}

double favor_panel_key_reference(const favor_attend *a, int64_t rows) {
  double reference = FAVOR_EMPTY;
  for (int64_t i = 0; i < rows; ++i) {
    if (a->key.live[i] && a->key.whole[i] > reference) reference = a->key.whole[i];
  }
  return reference;
}

void favor_panel_before(favor_attend *a, const favor_walk *walk, const favor_level *level,
                        const favor_level *base) {
  for (int64_t j = walk->first; j < walk->first + walk->columns; ++j) {
    const double c = favor_level_c(level, j, a->reference);
    const double before = base ? favor_level_c(base, j, a->reference) : FAVOR_EMPTY;
    a->c_new[j] = before > c ? before : c;
  }
}

double favor_panel_top(const favor_attend *a, int64_t column) {
  const double top = favor_real_get(a->precision, a->column, column);
  return top > -limit(a->precision) / 2 ? top : FAVOR_EMPTY;
}

void favor_panel_maxima(favor_attend *a, int64_t rows, const favor_walk *walk,
                        const favor_level *level, const favor_level *base) {
  favor_panel_before(a, walk, level, base);
  for (int64_t j = 0; j < walk->columns; ++j) favor_real_set(a->precision, a->column, j, -INFINITY);
  a->table->column_top(rows, walk->columns, a->key.e, a->key.lde, a->key.fraction, a->key.shift,
                       a->column);
  for (int64_t j = 0; j < walk->columns; ++j) {
    const double top = favor_panel_top(a, j);
    if (top > a->c_new[walk->first + j]) a->c_new[walk->first + j] = top;
  }
}

void favor_panel_columns(favor_attend *a, const favor_walk *walk, double sign) {
  for (int64_t j = 0; j < walk->columns; ++j) {
    favor_real_set(a->precision, a->column, j,
                   favor_bounded(a->precision, sign * a->c_new[walk->first + j]));
  }
}
