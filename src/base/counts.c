/* SPDX-License-Identifier: MIT */
#include "base/counts.h"

#include <math.h>

/* exp(-x) = exp(-x / 2^k)^(2^k), the inner argument at most 1/64. */
double favor_rng_exp_minus(double x) {
  int doublings = 0;
  while (x > 0.015625) {
    x *= 0.5;
    doublings += 1;
  }
  double series = 1;
  for (int n = 7; n >= 1; --n) series = 1 - series * x / (double)n;
  for (int k = 0; k < doublings; ++k) series *= series;
  return series;
}

double favor_rng_poisson(favor_rng *rng, double lambda) {
  /* Rounding leaves the sum of all below 1; uniforms reach 1 - 2^-53. */
  const int most = 4096;
  const double u = favor_rng_uniform(rng);
  double p = favor_rng_exp_minus(lambda), sum = p;
  int k = 0;
  while (u > sum && k < most && (p > 0x1p-80 || k < lambda)) {
    k += 1;
    p *= lambda / (double)k;
    sum += p;
  }
  return k;
}

double favor_rng_geometric(favor_rng *rng, double p) {
  return floor(favor_rng_log(favor_rng_uniform(rng)) / favor_rng_log(1 - p));
}
