/* SPDX-License-Identifier: MIT */
/** A node: a sum of products of leaves, evaluated panel by panel.
 *
 *      K = sum over terms of weight * product of leaves
 *
 *  which every tree of sums and products comes down to. Features of a product are the Kronecker
 *  product of its leaves', the first leaf outermost:
 *
 *      feature term.first + ((i_1 F_2 + i_2) F_3 + i_3) ... = f_1[i_1] f_2[i_2] f_3[i_3] ...
 *                                                             sqrt |weight|, key side times its sign
 *
 *  No product is ever stored. A panel is a piece of the last leaf of a term under one choice of
 *  features of the others, which is one number a row: its logarithm joins the row scalar, its sign
 *  multiplies the row. Panels go by last leaf and piece of it first, so that whatever the terms,
 *  each piece of a leaf is evaluated once a tile.
 *
 *  Plain maps, one leaf, are the case of one term without others: the leaf's own row scalars are
 *  handed on as they are.
 */
#ifndef FAVOR_NODE_TREE_H
#define FAVOR_NODE_TREE_H

#include "node/leaf.h"

#define FAVOR_NODE_LEAVES 16
#define FAVOR_NODE_TERMS 64
#define FAVOR_NODE_FACTORS 4  /* leaves of a term */
#define FAVOR_NODE_OUTER 4096 /* features of a leaf that is not the last of a term */
#define FAVOR_NODE_FEATURES ((int64_t)1 << 31) /* of a node */

typedef struct favor_term {
  int64_t first, features; /* where its features lie */
  double weight;
  double constant; /* log2 sqrt |weight|, added to the row scalars of both sides */
  int32_t factors;
  int32_t leaf[FAVOR_NODE_FACTORS]; /* outermost first */
} favor_term;

/** Offsets into the node's block: of a leaf's struct, and of what its own offsets start from. */
typedef struct favor_leaf_place {
  size_t leaf, base;
} favor_leaf_place;

typedef struct favor_node {
  int64_t dim, features;
  int32_t leaves, terms;
  bool plain;        /* one term of one leaf, weight 1 */
  bool exponential;  /* no feature has a factor or a negative weight */
  size_t leaf, term; /* offsets of favor_leaf_place [leaves] and favor_term [terms] */
} favor_node;

const favor_leaf *favor_node_leaf(const favor_node *node, const unsigned char *base, int32_t l);
const favor_term *favor_node_term(const favor_node *node, const unsigned char *base, int32_t t);

/** True where a leaf stands before another one in some term. */
bool favor_node_is_outer(const favor_node *node, const unsigned char *base, int32_t l);

/** Features of a leaf that multiply others, a row each: logarithms with exponents, without r. */
typedef struct favor_outer {
  double *log;  /* [rows, features], base 2; -inf where the feature vanishes */
  int8_t *sign; /* [rows, features] */
  double *top;  /* [rows]: the largest of log, 0 where all vanish */
} favor_outer;

/** Worker buffers of one tile. */
typedef struct favor_node_tile {
  int64_t rows, ldp;     /* the largest ldp of the leaves */
  double *r;             /* [rows]: no panel's r lies above it; of a plain node, the r itself */
  unsigned char *finite; /* [rows]: 0 where the row has no finite norm in some leaf */
  int64_t nonfinite;
  double *panel_r;    /* [rows] */
  int8_t *panel_sign; /* [rows] */
  favor_tile leaf[FAVOR_NODE_LEAVES];
  int64_t held[FAVOR_NODE_LEAVES]; /* the piece that stands in leaf[l].panel, or -1 */
  favor_outer outer[FAVOR_NODE_LEAVES];
} favor_node_tile;

void favor_node_tile_layout(favor_node_tile *tile, const favor_node *node,
                            const unsigned char *base, const favor_table *table, int64_t rows,
                            favor_arena *arena);

/** Nothing is loaded. */
void favor_node_begin(const favor_node *node, favor_node_tile *tile);

/** Load rows of x into rows [row, row + rows) of the tile; tile->rows becomes row + rows, and
 *  tile->nonfinite is of these rows. */
void favor_node_load(const favor_node *node, const unsigned char *base, const favor_table *table,
                     favor_side side, favor_node_tile *tile, int64_t row, int64_t rows,
                     const void *x, int64_t ldx);

/** Zeros in place of a row. */
void favor_node_mask(const favor_node *node, const unsigned char *base, const favor_table *table,
                     favor_node_tile *tile, int64_t row);

/** Where a walk over panels stands. The walk is a function of the node alone. */
typedef struct favor_walk {
  int64_t first, columns; /* features of the panel, in the node */
  int64_t piece, outer;   /* first feature of the last leaf; index into the outer features */
  int32_t leaf, term;     /* last leaf */
} favor_walk;

/** Go to the first panel, to the next; false when there is none. */
bool favor_node_first(const favor_node *node, const unsigned char *base, favor_walk *walk);
bool favor_node_next(const favor_node *node, const unsigned char *base, favor_walk *walk);

/** One panel of the rows loaded: feature = sign factor 2^(exponent + r). */
typedef struct favor_panel {
  const void *exponents; /* real [rows, ld], or NULL: zeros */
  const void *factors;   /* real [rows, ld], or NULL: ones */
  int64_t ld;
  const double *r; /* [rows] */
  const int8_t
      *sign; /* [rows], 0 where the row has nothing here (its r is then 0); or NULL: ones */
} favor_panel;

/** The row scalars and signs of a panel, without evaluating it. */
void favor_node_scalars(const favor_node *node, const unsigned char *base, favor_side side,
                        const favor_walk *walk, favor_node_tile *tile, favor_panel *panel);

/** Those of one row. */
typedef struct favor_row_scalar {
  double r;
  int sign;
} favor_row_scalar;
favor_row_scalar favor_node_scalar(const favor_node *node, const unsigned char *base,
                                   favor_side side, const favor_walk *walk,
                                   const favor_node_tile *tile, int64_t row);

/** The same, and the panel; valid until the next one is evaluated. */
void favor_node_panel(const favor_node *node, const unsigned char *base, const favor_table *table,
                      favor_side side, const favor_walk *walk, favor_node_tile *tile,
                      favor_panel *panel);

#endif
