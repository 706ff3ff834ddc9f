/* SPDX-License-Identifier: MIT */
/** Means, standard errors and quantiles of numbers given by their logarithms: squared errors of
 *  kernels range over hundreds of decades. */
#ifndef FAVOR_BENCH_LOGSTAT_H
#define FAVOR_BENCH_LOGSTAT_H

#include <stdint.h>

/** ln of the mean of e^ln[i]; -inf for none. Infinite and NaN terms give themselves. */
double bench_log_mean(int64_t n, const double *ln);

/** ln of the standard error of that mean; NaN for n < 2. */
double bench_log_stderr(int64_t n, const double *ln);

/** ln(1 + e^t). */
double bench_log1p_exp(double t);

/** (e^a - e^b) / e^s without overflow. */
double bench_log_score(double a, double b, double s);

/** The q-quantile of x, 0 <= q <= 1, by linear interpolation; sorts x. NaN for n = 0. */
double bench_quantile(int64_t n, double *x, double q);

#endif
