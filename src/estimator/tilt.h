/* SPDX-License-Identifier: MIT */
/** The optimal real tilt of generalised exponential features, and what it costs.
 *  Source: Likhosherstov et al. 2022 (arXiv 2205.15317), theorems 3.1 to 3.3. */
#ifndef FAVOR_ESTIMATOR_TILT_H
#define FAVOR_ESTIMATOR_TILT_H

/** The A < 1/8 that minimises ln((1 + r)/2) - ln(r)/2 + r t, r = 1/(1 - 8A), for the mean square t >= 0
 *  (also infinite) of a coordinate of x + y. In [-1e6, 0]. */
double favor_optimal_tilt(double mean_square);

/** The value there, or at any other A: ln E Z^2 / K^2 of one coordinate. */
double favor_tilt_cost(double a, double t);

#endif
