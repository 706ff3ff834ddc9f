/* SPDX-License-Identifier: MIT */
/** Sample statistics with their standard errors, the units of every tolerance on random results. */
#ifndef FAVOR_TESTS_SUPPORT_STATISTICS_H
#define FAVOR_TESTS_SUPPORT_STATISTICS_H

#include <stdint.h>

/** The first four central moments of a stream (Pebay 2008, one value at a time). All zero:
 *  empty. */
typedef struct sample {
  int64_t n;
  long double mean, m2, m3, m4; /* mean, and sums of powers of deviations */
} sample;

void sample_add(sample *s, double value);

double sample_mean(const sample *s);
double sample_variance(const sample *s); /* unbiased; n >= 2 */

/** Standard error of the mean. */
double sample_stderr(const sample *s);

/** Standard error of sample_variance, from the fourth moment:
 *  Var(s^2) = (mu4 - sigma^4 (n - 3) / (n - 1)) / n. */
double sample_variance_stderr(const sample *s);

/** (measured - expected) / stderr; 0 where both are equal and the error is 0. */
double z_score(double measured, double expected, double standard_error);

/** a / b and its standard error for independent a and b, by the delta method. */
typedef struct ratio {
  double value, standard_error;
} ratio;
ratio sample_ratio(double a, double a_stderr, double b, double b_stderr);

#endif
