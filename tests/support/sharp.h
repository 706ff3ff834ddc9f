/* SPDX-License-Identifier: MIT */
/** FAVOR# from its definition: the mean over pairs of ln E Z^2 / K^2, and a brute-force minimiser over
 *  matrices and tilts that knows no closed form.
 *  Source: Likhosherstov et al. 2023 (arXiv 2302.00787), theorems 4.1 to 4.3. */
#ifndef FAVOR_TESTS_SUPPORT_SHARP_H
#define FAVOR_TESTS_SUPPORT_SHARP_H

#include "support/reference.h"

enum { REF_SHARP_DIM_MAX = 16 };

/** Means and second moments about 0 of x' and y', by side. */
typedef struct ref_moments {
  int64_t dim;
  double mean[2][REF_SHARP_DIM_MAX];
  double moment[2][REF_SHARP_DIM_MAX * REF_SHARP_DIM_MAX];
} ref_moments;

/** Those of the rows of one side, sqrt(scale) (x - shift), shift NULL: 0. */
void ref_moments_of(ref_moments *m, favor_side side, double scale, int64_t n, const double *x,
                    const double *shift);

/** Add e I to each second moment with e = factor trace / dim. */
void ref_moments_regularise(ref_moments *m, double factor);

/** Mean over pairs of ln E Z^2 / K^2 from the moments, for these matrices and tilts. */
long double ref_sharp_objective(const ref_moments *m, const ref_shape *shape);

/** The same for one pair, x' + y' through the matrices, by the Gaussian integral. */
long double ref_sharp_log_second(int64_t dim, const ref_shape *shape, const double *x,
                                 const double *y);

/** Elementary steps: scale a row of Gq by e^t and of Gk by e^-t; turn two rows of both; add t times a
 *  row of Gq to another, and take the same from Gk's the other way round. Gq' Gk stays I. */
enum { REF_SCALE = 1, REF_TURN = 2, REF_SHEAR = 4 };

/** The least objective reached from `start` (NULL: the identity) by line searches along these steps,
 *  each tilt searched for anew at every point, one for all coordinates or one each. */
long double ref_sharp_minimum(const ref_moments *m, unsigned steps, bool tilt_each,
                              const ref_shape *start);

#endif
