/* SPDX-License-Identifier: MIT */
#include "estimator/sharp.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "base/status.h"
#include "estimator/tilt.h"

static const double regularisation = 1e-8;

static void layout(favor_sharp *s, favor_arena *arena, unsigned families) {
  const bool dense = (families & (FAVOR_SHARP_ROTATION | FAVOR_SHARP_DENSE)) != 0;
  const int64_t width = dense ? s->d : 1;
  for (int k = 0; k < 2; ++k) s->h[k] = favor_arena_take(arena, s->d, width, sizeof(double));
  s->sum = favor_arena_take(arena, s->d, 1, sizeof(double));
  s->products = favor_arena_take(arena, s->d, width, sizeof(double));
  if (dense) favor_sharp_dense_layout(s, arena);
}

/* Each side by itself, so that neither its size nor the other's can overflow what follows. */
static void normalise(favor_sharp *s, int side) {
  const int64_t d = s->d;
  double *m = s->moment[side], trace = 0;
  for (int64_t l = 0; l < d; ++l) trace += m[l * d + l] / (double)d;
  s->size[side] = sqrt(trace);
  for (int64_t l = 0; l < d; ++l) {
    s->mean[side][l] = trace > 0 ? s->mean[side][l] / s->size[side] : 0;
    for (int64_t k = 0; k < d; ++k) m[l * d + k] = trace > 0 ? m[l * d + k] / trace : 0;
    if (trace > 0) m[l * d + l] += regularisation;
  }
}

/* S_l of one coordinate: variances va, vb of a side's row of h, and their means' product, under sizes p
 * and q. Large sizes leave through infinity, never through NaN. */
static double mean_square(double scale, double p, double q, double va, double vb, double means) {
  const double top = p > q ? p : q;
  if (top == 0) return 0;
  const double a = p / top, b = q / top;
  const double sum = a * a * va + b * b * vb + 2 * a * b * means;
  return sum > 0 ? sum * (scale * top) * top : 0;
}

static double quadratic(int64_t d, const double *row, const double *product) {
  double sum = 0;
  for (int64_t k = 0; k < d; ++k) sum += row[k] * product[k];
  return sum;
}

/* The S_l of h, under Gq = c h_q and Gk = h_k / c. */
static void find_sums(favor_sharp *s, favor_shape shape, double c) {
  const int64_t d = s->d;
  const double p = s->size[0] * c, q = s->size[1] / c;
  double *const variance[2] = {s->sum, s->values[0]};
  for (int k = 0; shape == FAVOR_SHAPE_DENSE && k < 2; ++k) {
    favor_gemm_f64(d, d, d, s->h[k], d, s->moment[k], d, 0, s->products, d);
    for (int64_t l = 0; l < d; ++l) {
      variance[k][l] = quadratic(d, s->h[k] + l * d, s->products + l * d);
    }
  }
  for (int64_t l = 0; l < d; ++l) {
    double v[2], m[2];
    for (int k = 0; k < 2; ++k) {
      const double *h = s->h[k];
      v[k] = shape == FAVOR_SHAPE_DENSE ? variance[k][l] : h[l] * h[l] * s->moment[k][l * d + l];
      m[k] =
          shape == FAVOR_SHAPE_DENSE ? quadratic(d, h + l * d, s->mean[k]) : h[l] * s->mean[k][l];
    }
    s->sum[l] = mean_square(s->in->scale, p, q, v[0], v[1], m[0] * m[1]);
  }
}

/* The cost of the best tilts for the sums; the tilts replace them. */
static double find_tilts(favor_sharp *s) {
  double mean = 0, cost = 0;
  for (int64_t l = 0; l < s->d; ++l) mean += s->sum[l] / (double)s->d;
  for (int64_t l = 0; l < s->d; ++l) {
    const double a = favor_optimal_tilt(s->tilt_each ? s->sum[l] : mean);
    cost += favor_tilt_cost(a, s->sum[l]);
    s->sum[l] = a;
  }
  return cost;
}

/* Write h, of shape `from`, into the matrices of the shape asked for. */
static void keep(favor_sharp *s, favor_shape from, double c) {
  const favor_matrices *to = &s->in->matrices;
  const int64_t d = s->d;
  memcpy(to->a, s->sum, (size_t)d * sizeof *to->a);
  for (int64_t k = 0; k < favor_shape_matrices(to->shape); ++k) {
    const double factor = k == 0 ? c : 1 / c;
    const bool narrow = to->shape == FAVOR_SHAPE_DIAGONAL;
    for (int64_t l = 0; l < d; ++l) {
      if (narrow) to->g[k][l] = factor * s->h[k][l];
      for (int64_t i = 0; !narrow && i < d; ++i) {
        const double h = from == FAVOR_SHAPE_DENSE ? s->h[k][l * d + i] : i == l ? s->h[k][l] : 0;
        to->g[k][l * d + i] = factor * h;
      }
    }
  }
}

/* Take h if it is better than what is there by more than rounding, so that which one it is does not
 * depend on the LAPACK. */
static void consider(favor_sharp *s, favor_shape shape, double c) {
  find_sums(s, shape, c);
  const double cost = find_tilts(s);
  if (!(cost < s->best - 1e-10 * (1 + fabs(s->best)) || isinf(s->best))) return;
  s->best = cost;
  keep(s, shape, c);
}

static void identity(favor_sharp *s) {
  for (int k = 0; k < 2; ++k) {
    for (int64_t l = 0; l < s->d; ++l) s->h[k][l] = 1;
  }
}

/* psi_l = (m2_l / m1_l)^(1/4) up to the balance c: then both sides have the same second moment in every
 * coordinate, sqrt(m1_l m2_l), the least sum that their product allows. */
static void diagonal(favor_sharp *s) {
  for (int64_t l = 0; l < s->d; ++l) {
    const int64_t at = l * s->d + l;
    const double psi = sqrt(sqrt(s->moment[1][at] / s->moment[0][at]));
    s->h[0][l] = psi;
    s->h[1][l] = 1 / psi;
  }
}

static favor_status try_families(favor_sharp *s, unsigned families) {
  const bool both = s->size[0] > 0 && s->size[1] > 0;
  const double ratio = both ? sqrt(s->size[1] / s->size[0]) : 1;
  const double c = ratio < 1e-12 ? 1e-12 : ratio > 1e12 ? 1e12 : ratio;
  favor_status status = FAVOR_OK;
  s->best = INFINITY;
  identity(s);
  consider(s, FAVOR_SHAPE_DIAGONAL, 1);
  if ((families & FAVOR_SHARP_DIAGONAL) && both) {
    diagonal(s);
    consider(s, FAVOR_SHAPE_DIAGONAL, c);
  }
  if (families & FAVOR_SHARP_ROTATION) {
    status = favor_sharp_rotation(s);
    if (status < 0) return status;
    consider(s, FAVOR_SHAPE_DENSE, 1);
  }
  if ((families & FAVOR_SHARP_DENSE) && both) {
    status = favor_sharp_dense(s);
    if (status < 0) return status;
    consider(s, FAVOR_SHAPE_DENSE, c);
  }
  return FAVOR_OK;
}

favor_status favor_sharp_fit(const favor_fit_input *in, unsigned families, bool tilt_each,
                             favor_report *report) {
  favor_sharp s = {.d = in->dim, .in = in, .tilt_each = tilt_each};
  favor_arena arena = favor_arena_counting();
  layout(&s, &arena, families);
  void *block = arena.failed ? NULL : favor_alloc(in->allocator, arena.used);
  if (!block) {
    return favor_fail(report, FAVOR_ERR_MEMORY, "",
                      "the scratch of the fit could not be allocated");
  }
  arena = favor_arena_over(block, arena.used);
  layout(&s, &arena, families);
  for (int k = 0; k < 2; ++k) {
    s.mean[k] = in->mean[k];
    s.moment[k] = in->moment[k];
    normalise(&s, k);
  }
  const favor_status status = try_families(&s, families);
  favor_free(in->allocator, block);
  if (status < 0) {
    return favor_fail(report, status, "", "LAPACK failed on the second moments");
  }
  return FAVOR_OK;
}
