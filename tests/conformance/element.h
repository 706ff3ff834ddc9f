/* SPDX-License-Identifier: MIT */
/** Features of a map held element by element against the reference on the same W.
 *
 *  The bound. A feature is g 2^t with t = b_j + w_j.x + r_f, computed as one chain of d
 *  multiply-adds (or a BLAS dot product, which rounds no more often) on entries of w and x that are
 *  themselves rounded once. Rounding errors of such a chain behave as independent (Higham and Mary
 *  2019, SIAM J. Sci. Comput. 41): with partial sums of size |w||x| sqrt(k / d) / sqrt(d) their sum
 *  has standard deviation at most 0.42 u |w_j||x| for rows w of law N(0, I), where |w| = sqrt(d),
 *  plus u |w.x| for the rounded entries; six standard deviations make 3.5 u |w_j||x|. A chain that
 *  starts from b_j adds 0.4 sqrt(d) u |b_j|, of which five standard deviations are 8 u sqrt(d) / 4
 *  |b_j| (ref_condition has the factor). Fraction and final exponent round twice more, and exp2 (or
 *  cosine and sine, or relu) gives 2 units. Hence, relative to the feature's envelope, |error| <= C
 *  u (1 + max_j (|b_j| + |w_j||x|)) with C = 8. The scalar of a row is a sum of 2 d terms in
 *  float64 in either precision: C 2^-53 times their magnitudes. A shift adds the rounding of x - s,
 *  in |w_j| (|x| + |s|). */
#ifndef FAVOR_TESTS_CONFORMANCE_ELEMENT_H
#define FAVOR_TESTS_CONFORMANCE_ELEMENT_H

#include "conformance/shape.h"

#define ELEMENT_C 8.0L

/** A map under test and the reference that mirrors it, W and tilt read from the map itself. */
typedef struct subject {
  favor_map *map;
  ref_map ref;
  double *w;
  double b[256], c[256]; /* means, where the map is recentred */
  fitted_shape shape;    /* of FAVOR# */
} subject;

/** What to make: recentred maps get means of about 1/4 a coordinate. */
typedef struct subject_choice {
  int32_t kernel, estimator, isa;
  int64_t dim, projections;
  double scale;
  bool recentre;
} subject_choice;

/** Make a subject; W is drawn with iid rows. Statistics serve estimators that want them. */
void subject_make(subject *s, const subject_choice *choice, const favor_allocator *allocator);
void subject_free(subject *s);

/** Compare row phi [features] (of the precision), with its log_scale or without (NULL), against the
 *  reference at x, which is the row as the library saw it. Prints and fails on the first element
 *  outside the bound; returns the largest error in units of the bound. */
double check_row(const subject *s, favor_precision precision, favor_side side, const double *x,
                 const void *phi, const double *log_scale);

/** Element j of an array of a precision. */
double real_at(favor_precision precision, const void *array, int64_t j);

#endif
