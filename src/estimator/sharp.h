/* SPDX-License-Identifier: MIT */
/** The fits of FAVOR#: matrices and tilts from second moments.
 *
 *  For G with Gq' Gk = I and tilts a, the mean over all pairs of ln E Z^2 / K^2 is
 *
 *      L = sum_l ln((1 + r_l)/2) - ln(r_l)/2 + r_l S_l,    r_l = 1/(1 - 8 a_l),
 *      S_l = mean (Gq x + Gk y)_l^2 = (Gq Mx Gq')_ll + (Gk My Gk')_ll + 2 (Gq mx)_l (Gk my)_l
 *
 *  with means m and second moments M about 0 of the scaled, shifted rows. Given G the optimal tilts
 *  are those of tilt.h, each for its S_l, or one for their mean. Moments are regularised, M + e I with
 *  e = 1e-8 trace(M) / d: any G is unbiased, and this keeps directions that a side does not have from
 *  being stretched without end; no element of G passes (d / 1e-8)^(1/4) times the balance of the two
 *  sides' sizes, which is held to [1e-12, 1e12].
 */
#ifndef FAVOR_ESTIMATOR_SHARP_H
#define FAVOR_ESTIMATOR_SHARP_H

#include "base/alloc.h"
#include "estimator/estimator.h"

/** Families of G, tried in this order; a later one is taken only where it is better by more than
 *  rounding. */
enum {
  FAVOR_SHARP_IDENTITY = 1,
  FAVOR_SHARP_DIAGONAL = 2, /* the best balance of each coordinate: SADERF */
  FAVOR_SHARP_ROTATION = 4, /* the eigenvectors of mean (x + y)(x + y)': SDERF */
  FAVOR_SHARP_DENSE = 8     /* what makes both second moments the same diagonal matrix: ADERF */
};

/** Fill in->matrices with the best of the families under the tilts asked for: one, or one each
 *  coordinate. FAVOR_ERR_MEMORY, FAVOR_ERR_LINALG. */
favor_status favor_sharp_fit(const favor_fit_input *in, unsigned families, bool tilt_each,
                             favor_report *report);

/* ---- shared by sharp.c and sharp_dense.c ---- */

/** Moments, each side in units of its root mean square, and regularised; scratch. */
typedef struct favor_sharp {
  int64_t d;
  const favor_fit_input *in;
  bool tilt_each;
  double size[2];    /* root mean square of a coordinate; 0 for a side of zeros */
  double *moment[2]; /* of x / size + e I: trace (1 + e) d; zeros for a side of zeros */
  double *mean[2];
  double *h[2];     /* [d, d] or [d]: the candidate; Gq = c h, Gk = h / c */
  double *sum;      /* [d]: S_l */
  double *products; /* [d, d] */
  double *basis[2], *values[2], *stretch, *work; /* of sharp_dense.c */
  double best;
} favor_sharp;

/** Scratch of sharp_dense.c from an arena. */
void favor_sharp_dense_layout(favor_sharp *s, favor_arena *arena);

/** Fill h with the rows of eigenvectors, or with the matrices of ADERF. */
favor_status favor_sharp_rotation(favor_sharp *s);
favor_status favor_sharp_dense(favor_sharp *s);

#endif
