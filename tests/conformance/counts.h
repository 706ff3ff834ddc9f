/* SPDX-License-Identifier: MIT */
/** Discrete maps beside their definition. */
#ifndef FAVOR_TESTS_CONFORMANCE_COUNTS_H
#define FAVOR_TESTS_CONFORMANCE_COUNTS_H

#include "favor/favor.h"
#include "support/test.h"

extern const int32_t counts_estimators[2];

/** Second moments q[l]^2 and k[l]^2: one query and one key. */
favor_stats *counts_statistics(int64_t d, const double *q, const double *k);

/** A map of given counts w [m, d], or of drawn ones where w is NULL; rows as they are. */
favor_status counts_try(int32_t estimator, int64_t d, int64_t m, const double *w,
                        const favor_stats *stats, int32_t isa, favor_map **out);
favor_map *counts_map(int32_t estimator, int64_t d, int64_t m, const double *w,
                      const favor_stats *stats, int32_t isa);

/** The rates of a map: lambda_l from the moments, or 1 - p from the description. */
void counts_rates(const favor_map *map, int32_t estimator, int64_t d, const double *q,
                  const double *k, double *rate);

/** ln P(count). */
long double counts_log_weight(int32_t estimator, double rate, int count);

/** prod x^w (w! P(w))^(-1/2) */
long double counts_feature(int32_t estimator, int64_t d, const double *rate, const double *w,
                           const double *x);

#endif
