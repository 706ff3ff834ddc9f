/* SPDX-License-Identifier: MIT */
/** Closed forms of the relative mean squared error of an estimate, E (K^ - K)^2 / K^2.
 *
 *  Every estimator of one projection is Z = h(w.v) for v = x' + y' (or i (x' - y')) times
 *  constants, so blocks of coupled rows need E Z, E Z^2 and E Z_i Z_j only. x' = sqrt(scale) (x -
 *  b), y' alike with c; row scalars cancel in the relative error, so the Gaussian kernel and
 *  recentring change v alone. */
#ifndef FAVOR_TESTS_SUPPORT_CLOSED_FORM_H
#define FAVOR_TESTS_SUPPORT_CLOSED_FORM_H

#include "support/reference.h"

typedef struct ref_law {
  int32_t estimator, coupling;
  int64_t dim, projections;
  double tilt;                          /* A for GERF and OPRF; else 0 */
  long double sum2, difference2, angle; /* |x' + y'|^2, |x' - y'|^2, angle(x', y') */

  /* With FAVOR# sum2 is |Gq x' + Gk y'|^2, and where its tilts differ each square and its tilt, [dim];
   * else NULL. */
  const long double *squares;
  const double *tilts;
} ref_law;

/** Set the three geometric numbers of a law; the means are NULL where the map is not recentred. */
void ref_law_set_pair(ref_law *law, double scale, const double *x, const double *y,
                      const double *query_mean, const double *key_mean);

/** As ref_law_set_pair with the matrices of a shape; squares [dim] is written, and kept by the law. */
void ref_law_set_shaped_pair(ref_law *law, const ref_shape *shape, double scale, const double *x,
                             const double *y, const double *query_mean, const double *key_mean,
                             long double *squares);

/** E Z^2 / K^2 - 1 of one projection of law N(0, I), of relu features also with norm sqrt(d) (E
 *  |w|^4 is then d^2 in place of d (d + 2)); INFINITY for A >= 1/8. */
long double ref_relvar_one(const ref_law *law);

/** ln of the relative mean squared error of the whole map, partial last block included. -inf where
 *  the estimate is exact, +inf for A >= 1/8 with norms of law chi, NAN where no closed form is
 *  known (relu features in blocks of several rows that are not opposite, simplex_plus and hadamard
 *  rows, differing tilts other than with independent rows, estimators without a reference). */
long double ref_log_relmse(const ref_law *law);

/** E K^ / K: 1 for exact couplings, from 0F1 for norms fixed to sqrt(d); NAN where that is not
 *  known, and for hadamard rows, whose mean depends on more than a ref_law holds
 *  (coupled_rows.h). */
long double ref_relative_mean(const ref_law *law);

/** ln E Z^2 / K^2 of a generalised exponential feature with tilt A at |x' + y'|^2 = phi, from the
 *  Gaussian integral det(I - 8 A I)^(-1/2); INFINITY for A >= 1/8. */
long double ref_log_second_moment(int64_t dim, long double tilt, long double phi);

/** The minimiser of ref_log_second_moment over A < 1/8, by golden section: no closed form is
 *  used. */
long double ref_best_tilt(int64_t dim, long double phi);

#endif
