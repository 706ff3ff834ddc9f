/* SPDX-License-Identifier: MIT */
/** Sets of queries and keys for the fits of FAVOR#, and what a map made from one is judged by. */
#ifndef FAVOR_TESTS_CONFORMANCE_SHARP_SETS_H
#define FAVOR_TESTS_CONFORMANCE_SHARP_SETS_H

#include "conformance/maps.h"
#include "conformance/shape.h"
#include "support/sharp.h"

enum { SHARP_DIM = 4, SHARP_ROWS = 20, SHARP_SETS = 10 };

typedef struct sharp_set {
  const char *name;
  int64_t n[2];
  double rows[2][SHARP_ROWS * SHARP_DIM];
} sharp_set;

/** Isotropic, decaying, aligned with different sizes, misaligned, rank-deficient, with means, a zero
 *  column, one row, large, with opposed means (of which dense matrices make less than diagonal ones). */
void sharp_set_make(int which, sharp_set *out);

favor_stats *sharp_set_statistics(const sharp_set *set);

/** The moments as the fits see them, regularised by 1e-8, unless `plain`. */
ref_moments sharp_set_moments(const sharp_set *set, double scale, bool recentre, bool plain);

/** The matrices of a map of this estimator on the set; of OPRF and positive features the identity and
 *  their tilt. */
fitted_shape sharp_set_fit(const sharp_set *set, int32_t estimator, double scale, bool recentre);

#endif
