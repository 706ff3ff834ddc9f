/* SPDX-License-Identifier: MIT */
/** A leaf: one estimator's feature map as data, and its evaluation tile by tile.
 *
 *  One side (query or key) of a leaf, with in = x - shift:
 *
 *      L_j = b_j + gain w_j.in     exponent of feature j, base 2; absent in TURN and RELU leaves
 *      G_j = g(gain w_j.in)        factor of feature j; absent in EXP and SIGNS leaves
 *      r   = constant + u.in + quadratic |in|^2 (+ k of relu)     one scalar a row, base 2, in
 *      float64 f_j = G_j 2^(L_j + r)
 *
 *  With a shape (node/shape.h) w_j is that of the side, W B with B = diag(sqrt(1 - 4a)) G, and the
 *  quadratic of r is |G in|^2. Centring, scale, tilt, softmax or Gaussian: all of it is values in this table. The arrays are
 *  offsets into the block that holds the map, so that a map can be copied and saved as it is.
 */
#ifndef FAVOR_NODE_LEAF_H
#define FAVOR_NODE_LEAF_H

#include "base/alloc.h"
#include "kernel/table.h"
#include "node/recipe.h"
#include "node/shape.h"
#include "node/target.h"

/** What a leaf is assembled from besides the rows of W. Both sides share W and the recipe. */
typedef struct favor_leaf_source {
  int64_t dim, projections;
  int32_t kernel;
  double scale;
  favor_recipe recipe;
  const double *shift[2]; /* [dim] by side, each value exact in float32 */
} favor_leaf_source;

typedef struct favor_leaf_side {
  double constant, quadratic; /* base 2 */
  double shaped;              /* base 2, times |G in|^2; 0 where that is |in|^2 */
  size_t u;                   /* double [dim] */
  size_t shift[2];            /* real [dim] by precision */
  size_t weights[2]; /* W or W B, packed, by precision; one for both sides where it is one */
  size_t g;          /* double, favor_shape_reals: G; one for both sides where it is one */
  double to_exponent, to_phase; /* with phases: what w.in is multiplied by, base 2 and turns */
  size_t phase[2];              /* with phases: real [columns] by precision, turns in [-1/2, 1/2] */
} favor_leaf_side;

typedef struct favor_leaf {
  favor_form form;
  favor_shape shape;
  favor_counts counts;
  int64_t dim, projections, features;
  int64_t columns;         /* projections packed: a multiple of FAVOR_PACK */
  bool shifted;            /* some shift is not zero */
  double norm2_limit[2];   /* by precision: a row is finite while |x|^2 is at most this */
  double gain;             /* applied to a row when it is loaded: base 2 or turns, scale, tilt; with
                            phases the scale alone */
  double tilt;             /* b_j = tilt |w_j|^2, base 2 */
  double relu_bound;       /* RELU: bound of |w_j.in| / |x - shift| over j */
  double phase, tilt_imag; /* PHASE: turns, and turns a |w_j|^2 */
  favor_leaf_side side[2];
  size_t bias[2]; /* real [features padded] by precision; -inf behind the last. No exponent: 0 */
  /* With a shape only, double: the tilts, or what counts have in their place and sqrt(1 - 4a) [dim], W as drawn [M, dim], scratch [3 dim]
   * of the making. Without one W as drawn is the float64 weights, and the float32 ones its rounding. */
  size_t tilts, roots, drawn, scratch;
} favor_leaf;

/** Lay a leaf out in an arena over the map's block (counting: only sizes), in the same order every
 *  time. */
void favor_leaf_layout(favor_leaf *leaf, const favor_leaf_source *source,
                       const favor_table *const table[2], favor_arena *arena);

/** The numbers of the leaf's shape in the block at `base`, for those who fill them: before
 *  favor_leaf_assemble. */
favor_matrices favor_leaf_matrices(const favor_leaf *leaf, unsigned char *base);

/** Fill everything but the shape and the rows of W in the block at `base`, which is zero. Uses only
 *  +, -, *, / and sqrt, here and below, so that a loaded map has the bits of the saved one. */
void favor_leaf_assemble(favor_leaf *leaf, const favor_leaf_source *source, unsigned char *base);

/** Add row j of W [dim] and what is derived from it; each row once. And read element (j, k) back,
 *  bit for bit. */
void favor_leaf_put_row(favor_leaf *leaf, const favor_table *const table[2], unsigned char *base,
                        int64_t j, const double *w);
double favor_leaf_drawn(const favor_leaf *leaf, const favor_table *const table[2],
                        const unsigned char *base, int64_t j, int64_t k);

/** Worker buffers of one tile, one panel. Rows of in, and of the panels, are aligned. */
typedef struct favor_tile {
  int64_t rows;    /* of this tile, at most the rows laid out */
  int64_t ldin;    /* dim rounded up to 16 */
  int64_t ldp;     /* columns of panel and projected */
  void *in;        /* real [rows, ldin]: gain (x - shift) */
  void *panel;     /* real [rows, ldp]: exponents, or factors of a leaf that has no exponents */
  void *projected; /* real [rows, ldp]: scratch */
  void *factor;    /* real [rows, ldp]: factors of features that have exponents too; else NULL */
  double *r;       /* [rows], base 2 */
  double *dot;     /* [rows]: scratch */
  int64_t *power;  /* [rows]: k of relu */
  unsigned char *finite; /* [rows]: 0 where the row has no finite norm; its in is then zero */
  int64_t nonfinite;     /* how many such rows */
  favor_side *side;      /* [1]: of the rows loaded last; shared by views of one tile */
  bool relative; /* set by a caller that needs no r of these rows, such as queries whose outputs are
                            ratios: |G in|^2 is then left out. Laid out false */
  void *second;  /* real [rows, ldin]: of counts 1 where a coordinate is negative, of a centre the
                        coordinates of the phase; else NULL */
  bool any_negative; /* some is */
  double *turned;    /* [dim, 8] with a shape whose |G in|^2 is not |in|^2: scratch, else NULL */
} favor_tile;

/** Take the buffers of a tile of at most `rows` rows. */
void favor_tile_layout(favor_tile *tile, const favor_leaf *leaf, const favor_table *table,
                       int64_t rows, favor_arena *arena);

/** Load rows of x into the tile and compute their row scalars. */
void favor_leaf_load(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                     favor_side side, favor_tile *tile, int64_t rows, const void *x, int64_t ldx);

/** Evaluate features [first, first + FAVOR_PANEL) of the rows loaded into tile->panel, and tile->factor
 *  where they have both; `first` is a multiple of FAVOR_PANEL. Columns behind the last feature hold exponent -inf or factor 0. Returns
 *  the columns written, a multiple of FAVOR_PACK. */
int64_t favor_leaf_panel(const favor_leaf *leaf, const unsigned char *base,
                         const favor_table *table, favor_tile *tile, int64_t first);

#endif
