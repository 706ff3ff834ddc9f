/* SPDX-License-Identifier: MIT */
/** What the conformance tests run over: every estimator x coupling x kernel of lists.h that
 *  favor_combination allows, so that a new member of a list is tested by existing. */
#ifndef FAVOR_TESTS_CONFORMANCE_COMBINATION_H
#define FAVOR_TESTS_CONFORMANCE_COMBINATION_H

#include "support/closed_form.h"

enum { COMBINATIONS_MAX = 512, DIM_MAX = 16 };

typedef struct combination {
  int32_t kernel, estimator, coupling;
  favor_estimator_info info;
  bool exact; /* the coupling's */
} combination;

/** Fill out with the valid combinations and return how many. Prints how many are declared, valid
 *  and left out, with the reason. */
int combinations(combination out[COMBINATIONS_MAX]);

/** "softmax positive simplex" in the caller's buffer. */
const char *combination_name(const combination *c, char buf[96]);

/** Statistics whose means are exactly those given and whose spread is known: 2 dim rows a side,
 *  mean +- spread along each axis. The means must be multiples of 2^-16 below 16 and spread a
 *  multiple of 2^-10, so that every sum is exact; NULL stands for zero. Mean |x - mean|^2 is
 *  spread^2. */
favor_stats *designed_statistics(int64_t dim, const double *query_mean, const double *key_mean,
                                 double spread);

/** Add rows that leave these means (NULL: zero) and make second moments differ between sides and
 *  directions, so that the matrices of FAVOR# are not the identity. */
void add_stretched_statistics(favor_stats *stats, int64_t dim, const double *query_mean,
                              const double *key_mean);

/** A value rounded to a multiple of 2^-16, as designed_statistics wants. */
double dyadic(double value);

/** Everything of an experiment but the seed. */
typedef struct setting {
  const char *name;
  int64_t dim, projections;
  double scale, tilt; /* tilt for estimators that take one */
  bool means;         /* statistics have means b and c, else zero; spread is 1/2 a side */
  int32_t recentre;   /* FAVOR_ON or FAVOR_OFF */
  double b[DIM_MAX], c[DIM_MAX], x[DIM_MAX], y[DIM_MAX];
} setting;

/** A map of the combination in this setting, or NULL with *why: the status that says it cannot be.
 *  `stats` are those of setting_statistics. */
favor_map *setting_map(const combination *c, const setting *s, const favor_stats *stats,
                       uint64_t seed, favor_status *why);
favor_stats *setting_statistics(const setting *s);

/** The law of the estimate at (x, y), for closed forms; good until the next call. The matrices of
 *  FAVOR# are those of the map. */
ref_law setting_law(const combination *c, const setting *s);

#endif
