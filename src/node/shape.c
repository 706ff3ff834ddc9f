/* SPDX-License-Identifier: MIT */
#include "node/shape.h"

#include <math.h>
#include <string.h>

/* Beyond this a float32 weight could overflow, and no fit comes near. */
static const double largest_element = 1e16;
static const double lowest_tilt = -1e6;
/* Halves of logarithms: rates in [2^-40, 2^40]. */
static const double most_log_rate = 20;
static const double most_factor = 1024;

int64_t favor_shape_reals(favor_shape shape, int64_t dim) {
  return favor_shape_matrices(shape) == 0 ? 0 : shape == FAVOR_SHAPE_DIAGONAL ? dim : dim * dim;
}

int64_t favor_shape_matrices(favor_shape shape) {
  if (shape == FAVOR_SHAPE_NONE || shape == FAVOR_SHAPE_RATES || shape == FAVOR_SHAPE_CENTRE)
    return 0;
  return shape == FAVOR_SHAPE_ROTATION ? 1 : 2;
}

int64_t favor_shape_total(favor_shape shape, int64_t dim) {
  if (shape == FAVOR_SHAPE_NONE) return 0;
  return favor_shape_matrices(shape) * favor_shape_reals(shape, dim) + dim;
}

const char *favor_shape_name(favor_shape shape) {
  static const char *const names[FAVOR_SHAPE_COUNT] = {"none",  "diagonal", "rotation",
                                                       "dense", "rates",    "centre"};
  return names[shape];
}

void favor_shape_transposed(const favor_matrices *m, favor_side side, const double *v,
                            double *out) {
  const int64_t d = m->dim;
  const double *g = m->g[side];
  if (m->shape == FAVOR_SHAPE_DIAGONAL) {
    for (int64_t k = 0; k < d; ++k) out[k] = g[k] * v[k];
    return;
  }
  memset(out, 0, (size_t)d * sizeof *out);
  for (int64_t l = 0; l < d; ++l) {
    const double scale = v[l];
    for (int64_t k = 0; k < d; ++k) out[k] += scale * g[l * d + k];
  }
}

double favor_shape_coordinate(const favor_matrices *m, favor_side side, int64_t l, const double *x,
                              const double *shift) {
  const double *g = m->g[side];
  if (m->shape == FAVOR_SHAPE_DIAGONAL) return g[l] * (x[l] - shift[l]);
  double sum = 0;
  for (int64_t k = 0; k < m->dim; ++k) sum += g[l * m->dim + k] * (x[k] - shift[k]);
  return sum;
}

bool favor_shape_one_tilt(const favor_matrices *m) {
  for (int64_t l = 1; l < m->dim; ++l) {
    if (m->a[l] != m->a[0]) return false;
  }
  return true;
}

static bool bounded(int64_t n, const double *x, double low, double high) {
  for (int64_t i = 0; i < n; ++i) {
    if (!(x[i] >= low && x[i] <= high)) return false;
  }
  return true;
}

/* Entries in (-1, 1) that follow no pattern of any matrix (an additive recurrence by irrational
 * steps). */
static double probe(int64_t i, int which) {
  const double step = which == 0 ? 0.61803398874989485 : 0.41421356237309505;
  const double at = (double)(i + 1) * step;
  return 2 * (at - floor(at)) - 1;
}

/* Gq' (Gk v) = v for a vector v, within rounding: what Freivalds' check costs instead of a product of
 * matrices. scratch: v, Gk v, and the result. */
static bool inverts(const favor_matrices *m, int which, double *scratch) {
  const int64_t d = m->dim;
  double *v = scratch, *u = v + d, *back = u + d;
  double size = 0, largest = 0;
  for (int64_t k = 0; k < d; ++k) v[k] = probe(k, which);
  for (int64_t l = 0; l < d; ++l) {
    const double *row = m->g[FAVOR_KEY] + l * d;
    u[l] = 0;
    for (int64_t k = 0; k < d; ++k) u[l] += row[k] * v[k];
    const double a = fabs(u[l]);
    size = a > size ? a : size;
  }
  favor_shape_transposed(m, FAVOR_QUERY, u, back);
  for (int64_t i = 0; i < d * d; ++i) {
    const double a = fabs(m->g[FAVOR_QUERY][i]);
    largest = a > largest ? a : largest;
  }
  const double rounding = 1e-9 + 1e-12 * size * largest;
  const double tolerance = rounding < 1e-6 ? rounding : 1e-6;
  for (int64_t k = 0; k < d; ++k) {
    if (!(fabs(back[k] - v[k]) <= tolerance)) return false;
  }
  return true;
}

bool favor_shape_valid(const favor_matrices *m, double *scratch) {
  for (int64_t l = 0; m->shape == FAVOR_SHAPE_CENTRE && l < m->dim; ++l) {
    const double size = fabs(m->a[l]);
    if (!(size >= 1 / most_factor && size <= most_factor)) return false;
  }
  if (m->shape == FAVOR_SHAPE_CENTRE) return true;
  if (m->shape == FAVOR_SHAPE_RATES) return bounded(m->dim, m->a, -most_log_rate, most_log_rate);
  if (!bounded(m->dim, m->a, lowest_tilt, 0)) return false;
  for (int64_t s = 0; s < favor_shape_matrices(m->shape); ++s) {
    const int64_t n = favor_shape_reals(m->shape, m->dim);
    if (!bounded(n, m->g[s], -largest_element, largest_element)) return false;
  }
  if (m->shape == FAVOR_SHAPE_DIAGONAL) {
    for (int64_t k = 0; k < m->dim; ++k) {
      if (!(fabs(m->g[FAVOR_QUERY][k] * m->g[FAVOR_KEY][k] - 1) <= 1e-12)) return false;
    }
    return true;
  }
  return inverts(m, 0, scratch) && inverts(m, 1, scratch);
}
