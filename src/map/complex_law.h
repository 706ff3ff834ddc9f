/* SPDX-License-Identifier: MIT */
/** The variance of complex features. */
#ifndef FAVOR_MAP_COMPLEX_LAW_H
#define FAVOR_MAP_COMPLEX_LAW_H

#include "node/recipe.h"

/** ln(E Z^2 / K^2 - 1) of one projection, phi = |x + s y|^2; infinite for Re A >= 1/8. */
double favor_complex_log_variance(const favor_recipe *recipe, double dim, double phi);

#endif
