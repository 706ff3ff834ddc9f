/* SPDX-License-Identifier: MIT */
/** The library's mathematics once more, from the formulas alone: kernels, features given W,
 *  estimates.
 *
 *  Everything is a direct sum in long double, in the log domain, one pair or row at a time. Nothing
 *  here includes a header of src or links any of it; the public header lends its enums.
 *  Source: Choromanski et al. 2021 (arXiv 2009.14794), Likhosherstov et al. 2022 (arXiv
 *  2205.15317), Likhosherstov et al. 2023 (arXiv 2302.00787), Rahimi and Recht 2007, Cho and Saul
 *  2009. */
#ifndef FAVOR_TESTS_SUPPORT_REFERENCE_H
#define FAVOR_TESTS_SUPPORT_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "favor/favor.h"

/** ln K(x, y); -inf where the kernel vanishes. The angle of the arc-cosine kernel is taken from
 *  2 atan2(|a - b|, |a + b|) of the unit vectors, which is accurate at both ends. */
long double ref_log_kernel(int32_t kernel, double scale, int64_t dim, const double *x,
                           const double *y);

/** The angle between x and y in [0, pi]; pi / 2 if either is zero. */
long double ref_angle(int64_t dim, const double *x, const double *y);

/** The matrices of FAVOR#: rows of the query side are seen as Gq x', those of the key side as Gk y',
 *  each [dim, dim], and tilt a_l belongs to coordinate l. */
typedef struct ref_shape {
  const double *g[2]; /* by favor_side */
  const double *a;    /* [dim] */
  double *norms[2];   /* [projections] of ref_weight_norm, for those who ask often, or NULL */
} ref_shape;
enum { REF_SHAPE_DIM_MAX = 256 };

/** A map as the reference sees it. */
typedef struct ref_map {
  int32_t kernel, estimator;
  int64_t dim, projections;
  double scale;
  double tilt;                         /* A, for GERF and OPRF; else 0 */
  const double *w;                     /* [projections, dim] */
  const double *query_mean, *key_mean; /* b and c, or NULL: not recentred */
  const ref_shape *shape;              /* for FAVOR#, or NULL */
} ref_map;

/** False for an estimator that has no reference here (new in lists.h): its tests say so and
 *  skip. */
bool ref_knows(int32_t estimator);

/** True for estimators whose maps have matrices and tilts of their own: ref_map.shape is theirs. */
bool ref_has_shape(int32_t estimator);

int64_t ref_features(const ref_map *map);

/** One feature: ln|f|, its sign (-1, 0, 1), and ln of the size that its rounding errors scale with:
 *  |f| itself for exponential features; for factors that may vanish, the feature with the factor at
 *  its bound (1 for cosine and sine, |w||x'| for relu). */
typedef struct ref_feature {
  long double log, log_envelope;
  int sign;
} ref_feature;

/** The features of one row, in the order of favor.h: two features of projection m are 2m and 2m +
 *  1. */
void ref_apply(const ref_map *map, favor_side side, const double *x, ref_feature *out);

/** ln|sum_j q_j k_j| and its sign, by log-sum-exp with signs. */
typedef struct ref_value {
  long double log;
  int sign;
} ref_value;
ref_value ref_dot(int64_t features, const ref_feature *q, const ref_feature *k);

/** ref_dot of the features of one pair. Scratch holds 2 ref_features(map) features. */
ref_value ref_estimate(const ref_map *map, const double *x, const double *y, ref_feature *scratch);

/** Rounding scale of a row's exponents: 1 + max_j(|b_j| + |w_j||x'|), with |b_j| the sum of the
 *  magnitudes of the constants of the exponent in natural logarithms, A |w_j|^2 times max(1,
 *  sqrt(d) / 4). */
long double ref_condition(const ref_map *map, favor_side side, const double *x);

/** |w_m| as rows of a side meet it: |G' (I - 4A)^(1/2) w_m| with a shape. */
long double ref_weight_norm(const ref_map *map, favor_side side, int64_t m);

/** The sum of the magnitudes of the scalars that a row's exponent holds, which are kept in float64:
 *  |x'|^2 / 2 (of FAVOR# |G| |x'| in place of |x'|), once more for the Gaussian kernel, and the terms
 *  of recentring. */
long double ref_row_magnitude(const ref_map *map, favor_side side, const double *x);

#endif
