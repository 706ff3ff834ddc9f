/* SPDX-License-Identifier: MIT */
#include "estimator/tilt.h"

#include <math.h>

/* Beyond this exponents carry no digit in either precision, and any tilt is unbiased. */
static const double lowest_tilt = -1e6;

/* A* = (1 - 1/r*) / 8 with s = sqrt((2t + 1)^2 + 8t): two forms, each without cancellation where it is
 * used. */
double favor_optimal_tilt(double mean_square) {
  const double t = mean_square < -8 * lowest_tilt ? mean_square : -8 * lowest_tilt;
  const double s = sqrt((2 * t + 1) * (2 * t + 1) + 8 * t);
  const double a = t <= 0.5 ? -t / (1 - 2 * t + s) : (1 - 2 * t - s) / 16;
  return a > lowest_tilt ? a : lowest_tilt;
}

/* (1 + r)/2 = (1 - 4A) r. */
double favor_tilt_cost(double a, double t) {
  return log1p(-4 * a) - 0.5 * log1p(-8 * a) + t / (1 - 8 * a);
}
