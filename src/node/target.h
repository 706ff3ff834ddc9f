/* SPDX-License-Identifier: MIT */
/** Kernels as targets: how each one differs from SM by row scalars, and its exact value. */
#ifndef FAVOR_NODE_TARGET_H
#define FAVOR_NODE_TARGET_H

#include <stdbool.h>

#include "favor/favor.h"

/** What one side adds to the exponent of all its features, natural units, on in = x - shift:
 *  constant + u.in + quadratic |in|^2. */
typedef struct favor_row_terms {
  double constant, quadratic;
  double *u; /* [dim] */
} favor_row_terms;

/** Two rows of one precision, with their norms, so that a kernel block computes each norm once. */
typedef struct favor_pair {
  favor_precision precision;
  int64_t dim;
  const void *x, *y;
  double norm_x, norm_y;
} favor_pair;

/** |x| in float64, of a row whose squares fit in float64. */
double favor_row_norm(favor_precision precision, int64_t dim, const void *x);

typedef struct favor_target {
  int32_t id;
  const char *name;
  bool recentres; /* a shift of queries or keys can be undone by row scalars */

  /** The terms that make K(x, y) of SM(x', y') for query shift b and key shift c; NULL where K is not SM
   *  times row scalars. Adds into terms that start at zero. */
  void (*terms)(int64_t dim, double scale, const double *b, const double *c, favor_row_terms *query,
                favor_row_terms *key);

  /** ln K(x, y) in float64; -inf for a vanishing kernel. */
  double (*exact_log)(const favor_pair *pair, double scale);
} favor_target;

/** The target of a kernel of the list, or NULL; or that of the gates, too. */
const favor_target *favor_target_find(int32_t kernel);
const favor_target *favor_target_of_leaf(int32_t kernel);

/** 1 - 2 t / pi, t = angle(x, y): what gates estimate. It may be negative and is no kernel of the list;
 *  neither norms nor the scale count. */
enum { FAVOR_TARGET_ANGULAR = 31 };

/** exp(-scale (|x - b|^2 + |y - c|^2) / 2), b and c the shifts: a gate that is no estimate. */
enum { FAVOR_TARGET_BUMP = 30 };

/** sin t + (pi - t) cos t for the angle of x and y (J1 of the arc-cosine kernel), without
 *  cancellation at t = pi; and for closed forms J2 = 3 sin t cos t + (pi - t)(1 + 2 cos^2 t). Zero
 *  vectors: t = pi/2. */
double favor_arccos_j1(const favor_pair *pair);
double favor_arccos_j2(const favor_pair *pair);

#endif
