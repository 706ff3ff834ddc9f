/* SPDX-License-Identifier: MIT */
#include "map/cost.h"

static double per_pair(const favor_cost_shape *s) {
  return 2 * ((double)s->dim + (double)s->dv);
}

static double per_row(const favor_cost_shape *s) {
  return 2 * (double)s->dim + (double)s->features_per_projection * 2 * ((double)s->dv + 1);
}

double favor_cost_key(favor_shape shape, int64_t dim) {
  const double d = (double)dim;
  if (shape == FAVOR_SHAPE_DIAGONAL) return 2 * d;
  return shape == FAVOR_SHAPE_DENSE ? 2 * d * d : 0;
}

double favor_cost_exact(const favor_cost_shape *s) {
  const double n_q = (double)s->n_q, n_k = (double)s->n_k;
  if (!s->causal) return per_pair(s) * n_q * n_k;
  /* The triangle that ends at the last key, cut off where there are more keys than queries. */
  const double cut = n_k > n_q ? n_k - n_q : 0;
  return per_pair(s) * 0.5 * (n_k * (n_k + 1) - cut * (cut + 1));
}

double favor_cost_features(const favor_cost_shape *s, double projections) {
  const double n_q = (double)s->n_q, n_k = (double)s->n_k;
  return per_row(s) * projections * (n_q + n_k) + s->key_flops * n_k;
}

double favor_cost_crossover(const favor_cost_shape *s, double projections) {
  const double square = (2 * per_row(s) * projections + s->key_flops) / per_pair(s);
  return s->causal ? 2 * square - 1 : square;
}

double favor_cost_affordable(const favor_cost_shape *s) {
  const double one = per_row(s) * ((double)s->n_q + (double)s->n_k);
  return (favor_cost_exact(s) - s->key_flops * (double)s->n_k) / one;
}
