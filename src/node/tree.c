/* SPDX-License-Identifier: MIT */
#include "node/tree.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

static const unsigned char *base_of(const favor_node *node, const unsigned char *base, int32_t l) {
  const favor_leaf_place *places = (const void *)(base + node->leaf);
  return base + places[l].base;
}

void favor_node_tile_layout(favor_node_tile *tile, const favor_node *node,
                            const unsigned char *base, const favor_table *table, int64_t rows,
                            favor_arena *arena) {
  tile->rows = tile->nonfinite = tile->ldp = 0;
  for (int32_t l = 0; l < node->leaves; ++l) {
    const favor_leaf *leaf = favor_node_leaf(node, base, l);
    favor_tile_layout(&tile->leaf[l], leaf, table, rows, arena);
    if (tile->leaf[l].ldp > tile->ldp) tile->ldp = tile->leaf[l].ldp;
    tile->outer[l] = (favor_outer){NULL, NULL, NULL};
    if (!favor_node_is_outer(node, base, l)) continue;
    tile->outer[l].log = favor_arena_take(arena, rows, leaf->features, sizeof(double));
    tile->outer[l].sign = favor_arena_take(arena, rows, leaf->features, 1);
    tile->outer[l].top = favor_arena_take(arena, rows, 1, sizeof(double));
  }
  if (node->plain) {
    tile->r = tile->leaf[0].r;
    tile->finite = tile->leaf[0].finite;
    return;
  }
  tile->r = favor_arena_take(arena, rows, 1, sizeof(double));
  tile->finite = favor_arena_take(arena, rows, 1, 1);
  tile->panel_r = favor_arena_take(arena, rows, 1, sizeof(double));
  tile->panel_sign = favor_arena_take(arena, rows, 1, 1);
}

void favor_node_begin(const favor_node *node, favor_node_tile *tile) {
  for (int32_t l = 0; l < node->leaves; ++l) tile->held[l] = -1;
}

/* A view of a tile from row `row` on, so that runs of rows can be loaded one by one. */
static favor_tile tile_from(const favor_tile *tile, int64_t row, size_t real) {
  favor_tile view = *tile;
  view.in = (unsigned char *)tile->in + (size_t)(row * tile->ldin) * real;
  view.r += row;
  view.dot += row;
  view.power += row;
  view.finite += row;
  if (tile->second) {
    view.second = (unsigned char *)tile->second + (size_t)(row * tile->ldin) * real;
  }
  return view;
}

/* One row of a piece of an outer leaf, as logarithms and signs. */
static void put_outer(favor_precision precision, const favor_leaf *leaf, const favor_tile *view,
                      int64_t i, int64_t columns, double *log, int8_t *sign) {
  const void *exponents = favor_form_has_exponent(leaf->form) ? view->panel : NULL;
  const void *factors = exponents ? view->factor : view->panel;
  for (int64_t j = 0; j < columns; ++j) {
    const int64_t at = i * view->ldp + j;
    const double e = exponents ? favor_real_get(precision, exponents, at) : 0;
    const double g = factors ? favor_real_get(precision, factors, at) : 1;
    const bool none = isinf(e) || g == 0;
    log[j] = none ? -INFINITY : factors ? e + log2(fabs(g)) : e;
    sign[j] = (int8_t)(none ? 0 : g > 0 ? 1 : -1);
  }
}

static void load_outer(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                       favor_tile *view, const favor_outer *outer, int64_t row) {
  const int64_t features = leaf->features;
  for (int64_t first = 0; first < features; first += FAVOR_PANEL) {
    const int64_t left = features - first, columns = left < FAVOR_PANEL ? left : FAVOR_PANEL;
    favor_leaf_panel(leaf, base, table, view, first);
    for (int64_t i = 0; i < view->rows; ++i) {
      const int64_t at = (row + i) * features + first;
      put_outer(table->precision, leaf, view, i, columns, outer->log + at, outer->sign + at);
    }
  }
  for (int64_t i = row; i < row + view->rows; ++i) {
    double top = -INFINITY;
    for (int64_t j = 0; j < features; ++j) top = fmax(top, outer->log[i * features + j]);
    outer->top[i] = isinf(top) ? 0 : top;
  }
}

/* What no panel's r exceeds: each term's with its outer leaves at their largest. */
static double bound(const favor_node *node, const unsigned char *base, const favor_node_tile *tile,
                    int64_t i) {
  double most = -INFINITY;
  for (int32_t t = 0; t < node->terms; ++t) {
    const favor_term *term = favor_node_term(node, base, t);
    const int32_t last = term->factors - 1;
    double r = tile->leaf[term->leaf[last]].r[i] + term->constant;
    for (int32_t f = 0; f < last; ++f) {
      r += tile->leaf[term->leaf[f]].r[i] + tile->outer[term->leaf[f]].top[i];
    }
    most = fmax(most, r);
  }
  return most;
}

void favor_node_load(const favor_node *node, const unsigned char *base, const favor_table *table,
                     favor_side side, favor_node_tile *tile, int64_t row, int64_t rows,
                     const void *x, int64_t ldx) {
  favor_node_begin(node, tile);
  tile->rows = row + rows;
  for (int32_t l = 0; l < node->leaves; ++l) {
    const favor_leaf *leaf = favor_node_leaf(node, base, l);
    favor_tile view = tile_from(&tile->leaf[l], row, table->real);
    favor_leaf_load(leaf, base_of(node, base, l), table, side, &view, rows, x, ldx);
    tile->nonfinite = view.nonfinite;
    tile->leaf[l].any_negative = view.any_negative || (row > 0 && tile->leaf[l].any_negative);
    tile->leaf[l].rows = tile->rows;
    if (tile->outer[l].log)
      load_outer(leaf, base_of(node, base, l), table, &view, &tile->outer[l], row);
  }
  if (node->plain) return;
  tile->nonfinite = 0;
  for (int64_t i = row; i < row + rows; ++i) {
    tile->finite[i] = 1;
    for (int32_t l = 0; l < node->leaves; ++l) tile->finite[i] &= tile->leaf[l].finite[i];
    tile->nonfinite += !tile->finite[i];
    tile->r[i] = bound(node, base, tile, i);
  }
}

void favor_node_mask(const favor_node *node, const unsigned char *base, const favor_table *table,
                     favor_node_tile *tile, int64_t row) {
  for (int32_t l = 0; l < node->leaves; ++l) {
    favor_tile *t = &tile->leaf[l];
    const int64_t features = favor_node_leaf(node, base, l)->features;
    memset((unsigned char *)t->in + (size_t)(row * t->ldin) * table->real, 0,
           (size_t)t->ldin * table->real);
    t->r[row] = 0;
    t->power[row] = 0;
    if (!tile->outer[l].log) continue;
    tile->outer[l].top[row] = 0;
    memset(tile->outer[l].sign + row * features, 0, (size_t)features);
  }
  tile->r[row] = 0;
}

favor_row_scalar favor_node_scalar(const favor_node *node, const unsigned char *base,
                                   favor_side side, const favor_walk *walk,
                                   const favor_node_tile *tile, int64_t row) {
  const favor_term *term = favor_node_term(node, base, walk->term);
  favor_row_scalar scalar = {tile->leaf[walk->leaf].r[row] + term->constant,
                             side == FAVOR_KEY && term->weight < 0 ? -1 : 1};
  int64_t index = walk->outer;
  for (int32_t f = term->factors - 2; f >= 0; --f) {
    const int32_t l = term->leaf[f];
    const int64_t features = favor_node_leaf(node, base, l)->features;
    const int64_t at = row * features + index % features;
    index /= features;
    scalar.sign *= tile->outer[l].sign[at];
    scalar.r += tile->leaf[l].r[row] + tile->outer[l].log[at];
  }
  if (scalar.sign == 0) scalar.r = 0;
  return scalar;
}

void favor_node_scalars(const favor_node *node, const unsigned char *base, favor_side side,
                        const favor_walk *walk, favor_node_tile *tile, favor_panel *panel) {
  const favor_term *term = favor_node_term(node, base, walk->term);
  panel->r = tile->leaf[walk->leaf].r;
  panel->sign = NULL;
  if (term->factors == 1 && term->weight == 1) return;
  for (int64_t i = 0; i < tile->rows; ++i) {
    const favor_row_scalar scalar = favor_node_scalar(node, base, side, walk, tile, i);
    tile->panel_r[i] = scalar.r;
    tile->panel_sign[i] = (int8_t)scalar.sign;
  }
  panel->r = tile->panel_r;
  panel->sign = tile->panel_sign;
}

void favor_node_panel(const favor_node *node, const unsigned char *base, const favor_table *table,
                      favor_side side, const favor_walk *walk, favor_node_tile *tile,
                      favor_panel *panel) {
  const int32_t l = walk->leaf;
  const favor_leaf *leaf = favor_node_leaf(node, base, l);
  favor_tile *t = &tile->leaf[l];
  if (tile->held[l] != walk->piece) {
    t->rows = tile->rows;
    favor_leaf_panel(leaf, base_of(node, base, l), table, t, walk->piece);
    tile->held[l] = walk->piece;
  }
  const bool exponent = favor_form_has_exponent(leaf->form);
  panel->exponents = exponent ? t->panel : NULL;
  panel->factors = exponent ? t->factor : t->panel;
  panel->ld = t->ldp;
  favor_node_scalars(node, base, side, walk, tile, panel);
}
