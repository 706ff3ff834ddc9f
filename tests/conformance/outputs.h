/* SPDX-License-Identifier: MIT */
/** Forecasts of attention outputs against outputs made by drawn features. */
#ifndef FAVOR_TESTS_CONFORMANCE_OUTPUTS_H
#define FAVOR_TESTS_CONFORMANCE_OUTPUTS_H

#include "support/test.h"

/** Queries, keys and values of one problem, and its exact outputs. */
typedef struct output_set {
  char name[32];
  int64_t dim, dv, n; /* rows of either side */
  double scale;
  double *q, *k, *v, *exact;
  favor_stats *stats;
} output_set;

/** Rows on a sphere of this radius, values normal. */
void output_set_sphere(output_set *set, int64_t dim, int64_t n, double norm, uint64_t seed);

/** A head of examples/data, 0 to 3. */
void output_set_head(output_set *set, const char *folder, int head);

void output_set_free(output_set *set);

favor_map_opts output_opts(const output_set *set, int32_t estimator, int64_t projections);

/** The mean over draws of |O^ - O|_F / |O|_F, by as many as bring its relative standard error below
 *  `wanted`, 200 at most; the standard error itself to *standard_error. */
double output_error(const output_set *set, const favor_map_opts *opts, double wanted,
                    double *standard_error);

/** The same grid at different lengths: what was tried, how often the answer was exact attention, and
 *  how many of the rest were within the interval. */
typedef struct output_tally {
  int cases, exact, covered;
  double worst; /* the largest factor between measured error and target */
} output_tally;

/** Forecast for a target and run what is recommended: its error is within a factor 1.5 of the target,
 *  from above always and from below unless fewer than 16 projections were enough, or the verdict was
 *  exact attention. Prints a line. */
void check_recommendation(const output_set *set, int32_t estimator, double target, double wanted,
                          output_tally *tally);

/** The choice of AUTO errs at most 10 % and 3 standard errors more than the best positive estimator
 *  of as many features, where that errs less than the output itself. Prints a line. */
void check_choice(const output_set *set, int64_t features, double wanted);

#endif
