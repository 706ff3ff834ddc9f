/* SPDX-License-Identifier: MIT */
#include "node/leaf.h"

#include <math.h>
#include <string.h>

#include "base/real.h"
#include "node/centre.h"
#include "node/counts.h"
#include "node/phase.h"
#include "node/shaped.h"

/* Row scalars beyond this are of no use to anyone and would make inf - inf later. */
static const double r_limit = 1e306;

void favor_tile_layout(favor_tile *tile, const favor_leaf *leaf, const favor_table *table,
                       int64_t rows, favor_arena *arena) {
  const int64_t padded = favor_form_features(leaf->form) * leaf->columns;
  tile->rows = 0;
  tile->nonfinite = 0;
  tile->relative = false;
  tile->ldin = (leaf->dim + 15) / 16 * 16;
  tile->ldp = padded < FAVOR_PANEL ? padded : FAVOR_PANEL;
  tile->in = favor_arena_take(arena, rows, tile->ldin, table->real);
  tile->panel = favor_arena_take(arena, rows, tile->ldp, table->real);
  tile->projected = favor_arena_take(arena, rows, tile->ldp, table->real);
  tile->factor = NULL;
  if (favor_form_has_exponent(leaf->form) && favor_form_has_factor(leaf->form)) {
    tile->factor = favor_arena_take(arena, rows, tile->ldp, table->real);
  }
  tile->r = favor_arena_take(arena, rows, 1, sizeof(double));
  tile->dot = favor_arena_take(arena, rows, 1, sizeof(double));
  tile->power = favor_arena_take(arena, rows, 1, sizeof(int64_t));
  tile->finite = favor_arena_take(arena, rows, 1, 1);
  tile->side = favor_arena_take(arena, 1, 1, sizeof *tile->side);
  if (tile->side) *tile->side = FAVOR_QUERY;
  tile->second = NULL;
  tile->any_negative = false;
  if (leaf->counts != FAVOR_COUNTS_NONE) favor_counts_tile_layout(tile, table, rows, arena);
  if (leaf->shape == FAVOR_SHAPE_CENTRE) favor_centre_tile_layout(tile, table, rows, arena);
  tile->turned = favor_shaped_norm_layout(leaf, arena);
}

/* The smallest k with 2^k >= bound * |in|, from the square of the norm; 0 for a zero row. */
static int64_t relu_power(double bound, double norm2) {
  int k = 0;
  const double m = frexp(bound * sqrt(norm2), &k);
  return m == 0 ? 0 : k;
}

/* A row without a finite norm is replaced by zeros: it must not spread through a product (0 * NaN), and
 * the caller writes NaN for it in the end. */
static void drop_row(const favor_table *table, favor_tile *tile, int64_t i) {
  unsigned char *row = (unsigned char *)tile->in + (size_t)(i * tile->ldin) * table->real;
  memset(row, 0, (size_t)tile->ldin * table->real);
  tile->finite[i] = 0;
  tile->nonfinite += 1;
}

/* norm2 is |x - shift|^2. Shifts are at most 1e18 long, so that only rows near the limit need |x|. */
static bool is_finite(const favor_leaf *leaf, favor_precision precision, double norm2,
                      const void *x) {
  const double limit = leaf->norm2_limit[precision];
  if (!leaf->shifted || norm2 <= limit / 16) return norm2 <= limit;
  const double norm = favor_row_norm(precision, leaf->dim, x);
  return norm * norm <= limit;
}

void favor_leaf_load(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                     favor_side side, favor_tile *tile, int64_t rows, const void *x, int64_t ldx) {
  const favor_leaf_side *s = &leaf->side[side];
  tile->rows = rows;
  tile->nonfinite = 0;
  *tile->side = side;
  const void *shift = leaf->shifted ? base + s->shift[table->precision] : NULL;
  table->load(rows, leaf->dim, x, ldx, shift, leaf->gain, tile->in, tile->ldin);
  table->row_scalars(rows, leaf->dim, x, ldx, shift, (const double *)(const void *)(base + s->u),
                     tile->r, tile->dot);
  if (s->shaped != 0 && !tile->relative)
    favor_shaped_norm_add(leaf, base, table, side, tile, x, ldx);
  if (leaf->shape == FAVOR_SHAPE_CENTRE)
    favor_centre_norm_add(leaf, base, table, side, tile, x, ldx);
  for (int64_t i = 0; i < rows; ++i) {
    double norm2 = tile->r[i];
    tile->finite[i] = 1;
    const unsigned char *row = (const unsigned char *)x + (size_t)(i * ldx) * table->real;
    if (!is_finite(leaf, table->precision, norm2, row)) {
      drop_row(table, tile, i);
      norm2 = tile->dot[i] = 0;
    }
    tile->power[i] = leaf->form == FAVOR_FORM_RELU ? relu_power(leaf->relu_bound, norm2) : 0;
    const double r = s->constant + tile->dot[i] + s->quadratic * norm2 + (double)tile->power[i];
    tile->r[i] = r < -r_limit ? -r_limit : r > r_limit ? r_limit : r;
  }
  if (leaf->counts != FAVOR_COUNTS_NONE) favor_counts_load(leaf, base, table, tile);
  if (leaf->shape == FAVOR_SHAPE_CENTRE) favor_centre_split(leaf, base, table, side, tile);
}

/* Projections behind the last are zero, whose cosine is not. */
static void clear_padding(const favor_leaf *leaf, const favor_table *table, favor_tile *tile,
                          void *factors, int64_t first, int64_t columns) {
  const int64_t real = leaf->features - first < columns ? leaf->features - first : columns;
  for (int64_t i = 0; i < tile->rows; ++i) {
    unsigned char *row = (unsigned char *)factors + (size_t)(i * tile->ldp) * table->real;
    memset(row + (size_t)real * table->real, 0, (size_t)(columns - real) * table->real);
  }
}

static void put_signs(favor_precision precision, int64_t rows, int64_t columns, const void *t,
                      void *g, int64_t ld) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = i * ld; j < i * ld + columns; ++j) {
      const double value = favor_real_get(precision, t, j);
      favor_real_set(precision, g, j, (value > 0) - (value < 0));
    }
  }
}

int64_t favor_leaf_panel(const favor_leaf *leaf, const unsigned char *base,
                         const favor_table *table, favor_tile *tile, int64_t first) {
  const int p = (int)table->precision;
  const int64_t pair = favor_form_features(leaf->form), rows = tile->rows;
  const int64_t left = leaf->columns - first / pair;
  const int64_t columns = left < tile->ldp / pair ? left : tile->ldp / pair;
  const size_t column = (size_t)(first / pair);
  const favor_leaf_side *side = &leaf->side[*tile->side];
  const unsigned char *w = base + side->weights[p] + column * (size_t)leaf->dim * table->real;
  const unsigned char *bias = base + leaf->bias[p] + column * table->real;
  const int64_t packed = favor_pack_panel(table, leaf->columns);
  const bool centred = leaf->shape == FAVOR_SHAPE_CENTRE;
  const bool direct = leaf->form == FAVOR_FORM_EXP || leaf->form == FAVOR_FORM_PARITY;
  void *t = direct ? tile->panel : tile->projected;
  table->project(rows, leaf->dim, tile->in, tile->ldin, w, packed, direct ? bias : NULL, columns, t,
                 tile->ldp);
  switch (leaf->form) {
  case FAVOR_FORM_SIGNS:
    table->expand_signs(rows, columns, t, tile->ldp, bias, tile->panel, tile->ldp);
    break;
  case FAVOR_FORM_TURN:
    table->cosine_sine(rows, columns, t, tile->ldp, tile->panel, tile->ldp);
    clear_padding(leaf, table, tile, tile->panel, first, pair * columns);
    break;
  case FAVOR_FORM_RELU:
    table->relu(rows, columns, t, tile->ldp, tile->power, tile->panel, tile->ldp);
    break;
  case FAVOR_FORM_PHASE:
    if (centred) favor_centre_panel(leaf, table, tile, w, bias, packed, columns);
    if (!centred) favor_phase_panel(leaf, base, table, tile, first / pair, columns);
    clear_padding(leaf, table, tile, tile->factor, first, pair * columns);
    break;
  case FAVOR_FORM_PARITY:
    favor_counts_panel(leaf, table, tile, w, packed, columns);
    break;
  case FAVOR_FORM_SIGN:
    put_signs(table->precision, rows, columns, t, tile->panel, tile->ldp);
    break;
  case FAVOR_FORM_EXP:
  case FAVOR_FORM_COUNT:
    break;
  }
  return pair * columns;
}
