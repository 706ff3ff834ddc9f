/* SPDX-License-Identifier: MIT */
/** Shapes: what the matrices G of the two sides are, and what is done with them.
 *
 *  Everything here uses +, -, *, / and sqrt in a fixed order, so that a loaded map has the bits of
 *  the saved one on every machine.
 */
#ifndef FAVOR_NODE_SHAPE_H
#define FAVOR_NODE_SHAPE_H

#include "favor/favor.h"
#include "node/recipe.h"

/** The numbers of a shape. RATES, CENTRE: a alone. DIAGONAL: g [dim] by side. ROTATION: one g [dim, dim], the same pointer
 *  for both sides. DENSE: g [dim, dim] by side. Row l of g gives coordinate l of G x. */
typedef struct favor_matrices {
  favor_shape shape;
  int64_t dim;
  double *g[2]; /* by side */
  double *a;    /* [dim]: the tilts, or -1/2 log2 of the rates */
} favor_matrices;

/** Reals of one matrix, 0 without a shape; different matrices; and reals in all, with a. */
int64_t favor_shape_reals(favor_shape shape, int64_t dim);
int64_t favor_shape_matrices(favor_shape shape);
int64_t favor_shape_total(favor_shape shape, int64_t dim);

/** "none", "diagonal", "rotation", "dense", "rates" or "centre". */
const char *favor_shape_name(favor_shape shape);

/** out [dim] = G' v of one side. */
void favor_shape_transposed(const favor_matrices *m, favor_side side, const double *v, double *out);

/** Coordinate l of G (x - shift). */
double favor_shape_coordinate(const favor_matrices *m, favor_side side, int64_t l, const double *x,
                              const double *shift);

/** Tilts that are all the same: the law of the features is then that of one tilt. */
bool favor_shape_one_tilt(const favor_matrices *m);

/** True where these are the numbers of an unbiased map: bounded, and Gq' Gk = I as far as its
 *  product with vectors tells, to 1e-9. scratch [3 dim]. */
bool favor_shape_valid(const favor_matrices *m, double *scratch);

#endif
