/* SPDX-License-Identifier: MIT */
/** Long streams of equal tokens: sums in one level of float32 would stop growing at 2^24 of them. */
#ifndef FAVOR_TESTS_ATTENTION_STAGNATION_H
#define FAVOR_TESTS_ATTENTION_STAGNATION_H

#include "attention/calls.h"

/** `steps` single steps of one key and query, decayed by gamma = exp(log_gamma) before each (0: not at all), the
 *  first half with the value 1, the rest with 0. Returns the larger of the relative error of the denominator and
 *  of the output, against geometric sums. */
double stagnation(favor_precision precision, int64_t steps, double log_gamma);

#endif
