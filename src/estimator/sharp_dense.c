/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "estimator/sharp.h"

/* Eigenvalues and singular values of the regularised moments in their own units are at least 1e-8;
 * rounding may say less. */
static const double least = 0.5e-8;

void favor_sharp_dense_layout(favor_sharp *s, favor_arena *arena) {
  const int64_t d = s->d, eigen = favor_eigen_work(d), singular = favor_singular_work(d);
  for (int k = 0; k < 2; ++k) {
    s->basis[k] = favor_arena_take(arena, d, d, sizeof(double));
    s->values[k] = favor_arena_take(arena, d, 1, sizeof(double));
  }
  s->stretch = favor_arena_take(arena, d, 1, sizeof(double));
  s->work = favor_arena_take(arena, eigen > singular ? eigen : singular, 1, sizeof(double));
}

/* mean (x + y)(x + y)' in units of the larger side; its unit does not matter, its eigenvectors do. */
favor_status favor_sharp_rotation(favor_sharp *s) {
  const int64_t d = s->d;
  const double top = s->size[0] > s->size[1] ? s->size[0] : s->size[1];
  const double p = top > 0 ? s->size[0] / top : 0, q = top > 0 ? s->size[1] / top : 0;
  double *n = s->h[0];
  for (int64_t l = 0; l < d; ++l) {
    for (int64_t k = 0; k < d; ++k) {
      const double means = s->mean[0][l] * s->mean[1][k] + s->mean[1][l] * s->mean[0][k];
      n[l * d + k] =
          p * p * s->moment[0][l * d + k] + q * q * s->moment[1][l * d + k] + p * q * means;
    }
  }
  const favor_status status = favor_eigen(d, n, s->values[0], s->work);
  memcpy(s->h[1], n, (size_t)(d * d) * sizeof *n);
  return status;
}

static favor_status find_basis(favor_sharp *s, int side) {
  const int64_t d = s->d;
  memcpy(s->basis[side], s->moment[side], (size_t)(d * d) * sizeof(double));
  const favor_status status = favor_eigen(d, s->basis[side], s->values[side], s->work);
  for (int64_t l = 0; l < d; ++l) {
    double *v = s->values[side] + l;
    *v = sqrt(*v > least ? *v : least);
  }
  return status;
}

/* With roots R of the eigenvalues, Mx = Qx' Rx^2 Qx (vectors in rows), and Rx Qx Qy' Ry = U T V':
 *
 *     Gq = T^(1/2) U' Rx^-1 Qx,    Gk = T^(-1/2) U' Rx Qx
 *
 * turn both moments into T. Gk is made from the query's basis rather than its own, so that Gq' Gk = I
 * holds to rounding whatever the eigenvalues are. */
favor_status favor_sharp_dense(favor_sharp *s) {
  const int64_t d = s->d;
  double *u = s->products;
  favor_status status = find_basis(s, FAVOR_QUERY);
  if (status == FAVOR_OK) status = find_basis(s, FAVOR_KEY);
  if (status < 0) return status;
  const double *rx = s->values[FAVOR_QUERY], *ry = s->values[FAVOR_KEY];
  favor_gemm_nt_f64(d, d, d, s->basis[FAVOR_KEY], d, s->basis[FAVOR_QUERY], d, 0, u, d);
  for (int64_t i = 0; i < d; ++i) {
    for (int64_t j = 0; j < d; ++j) u[i * d + j] *= ry[i] * rx[j];
  }
  status = favor_singular(d, u, s->stretch, s->work);
  if (status < 0) return status;
  double *scaled = s->basis[FAVOR_KEY];
  for (int side = 0; side < 2; ++side) {
    for (int64_t l = 0; l < d; ++l) {
      const double t = sqrt(s->stretch[l] > least ? s->stretch[l] : least);
      for (int64_t j = 0; j < d; ++j) {
        scaled[l * d + j] = u[l * d + j] * (side == FAVOR_QUERY ? t / rx[j] : rx[j] / t);
      }
    }
    favor_gemm_f64(d, d, d, scaled, d, s->basis[FAVOR_QUERY], d, 0, s->h[side], d);
  }
  return FAVOR_OK;
}
