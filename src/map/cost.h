/* SPDX-License-Identifier: MIT */
/** What attention costs, exactly and by features, in flops of one head. Exponentials are left out:
 *  there is one for each product of length d on either side. */
#ifndef FAVOR_MAP_COST_H
#define FAVOR_MAP_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "node/recipe.h"

typedef struct favor_cost_shape {
  int64_t n_q, n_k, dim, dv;
  bool causal; /* the last query sees the last key */
  int64_t features_per_projection;
  double key_flops; /* of a key, besides: favor_cost_key */
} favor_cost_shape;

/** What the quadratic form of a shape takes for each key, |G y|^2. */
double favor_cost_key(favor_shape shape, int64_t dim);

/** 2 (d + dv) for each pair that is seen. */
double favor_cost_exact(const favor_cost_shape *shape);

/** For each row 2 d a projection, and 2 (dv + 1) a feature; and key_flops for each key. */
double favor_cost_features(const favor_cost_shape *shape, double projections);

/** n_q = n_k from which on M projections cost less than exact attention. */
double favor_cost_crossover(const favor_cost_shape *shape, double projections);

/** The largest M, not a whole number, at which features cost no more than exact attention. */
double favor_cost_affordable(const favor_cost_shape *shape);

#endif
