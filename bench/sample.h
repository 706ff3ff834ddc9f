/* SPDX-License-Identifier: MIT */
/** Pairs of a query and a key drawn from a set, in groups: each group is a grid of `side` queries
 *  and `side` keys (its diagonal alone where the set is paired), so that one map of 2 side rows
 *  serves side^2 pairs. */
#ifndef FAVOR_BENCH_SAMPLE_H
#define FAVOR_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sets.h"

typedef struct bench_sample {
  const bench_set *set;
  int64_t groups, side, num_pairs;
  double *q, *k;                 /* [groups * side, dim], group after group */
  float *qf, *kf;                /* the same, rounded */
  double *x, *y;                 /* [num_pairs, dim]: both members of every pair */
  double norm, sum_norm, cosine; /* medians over the pairs, after the scale; norm is the root mean
                                    square of |x| and |y| */
} bench_sample;

/** Draw `groups` groups of at least `pairs` pairs (of sqrt(pairs) where the set is paired). Rows
 *  repeat when the set has fewer. False without memory. */
bool bench_sample_draw(bench_sample *sample, const bench_set *set, int64_t groups, int64_t pairs,
                       uint64_t seed);

/** The place of pair (i, j) of a group among num_pairs; -1 for one that is not there. */
int64_t bench_sample_at(const bench_sample *sample, int64_t group, int64_t i, int64_t j);

/** ln K of every pair [num_pairs]. */
favor_status bench_sample_kernel(const bench_sample *sample, int32_t kernel, double *log_kernel);

/** The largest |x + y| that an estimator sees: after the scale, and the means of the set's
 *  statistics taken away where recentred. */
double bench_sample_largest_sum(const bench_sample *sample, bool recentred);

void bench_sample_free(bench_sample *sample);

#endif
