/* SPDX-License-Identifier: MIT */
/** Random counts by inversion, one output each, with the same bits everywhere for the same law. */
#ifndef FAVOR_BASE_COUNTS_H
#define FAVOR_BASE_COUNTS_H

#include "base/rng.h"

/** ln x of a positive normal float64 to about one ulp, and exp(-x) for x in [0, 700] to 1e-11
 *  relative, from +, -, * and /. */
double favor_rng_log(double x);
double favor_rng_exp_minus(double x);

/** Poisson with mean lambda in (0, 512]; P(k) = p (1 - p)^k for p in (0, 1). The 2^-52 of the far tail is
 *  cut. */
double favor_rng_poisson(favor_rng *rng, double lambda);
double favor_rng_geometric(favor_rng *rng, double p);

#endif
