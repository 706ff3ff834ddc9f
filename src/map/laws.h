/* SPDX-License-Identifier: MIT */
/** Second moments of features whose law is not that of one real tilt. */
#ifndef FAVOR_MAP_LAWS_H
#define FAVOR_MAP_LAWS_H

#include "map/map.h"

/** ln(exp(log_m2) - 1). */
double favor_log_less_one(double log_m2);

/** ln(E Z^2 / K^2 - 1) of one projection, phi = |x + s y|^2; infinite for Re A >= 1/8. */
double favor_complex_log_variance(const favor_recipe *recipe, double dim, double phi);

/** ln(E Z^2 / K^2 - 1) of one projection of complex-exponential features. */
double favor_centre_log_variance(const favor_map *map, const favor_matrices *m, const double *x,
                                 const double *y);

/** ln of the relative mean squared error of a map of discrete features, whose rows are independent. */
double favor_counts_log_relmse(const favor_map *map, const favor_matrices *m, const double *x,
                               const double *y);

#endif
