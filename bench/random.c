/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <math.h>

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

bench_random bench_random_start(uint64_t seed, uint64_t purpose) {
  const bench_random r = {mix(seed + 0x9E3779B97F4A7C15U) ^ mix(purpose * 0xD1342543DE82EF95U + 1)};
  return r;
}

uint64_t bench_random_bits(bench_random *r) {
  r->state += 0x9E3779B97F4A7C15U;
  return mix(r->state);
}

/* In (0, 1), never an end. */
static double uniform(bench_random *r) {
  return ((double)(bench_random_bits(r) >> 12) + 0.5) * 0x1p-52;
}

int64_t bench_random_below(bench_random *r, int64_t n) {
  return (int64_t)(bench_random_bits(r) % (uint64_t)n);
}

double bench_random_normal(bench_random *r) {
  const double radius = sqrt(-2.0 * log(uniform(r)));
  return radius * cos(6.283185307179586 * uniform(r));
}

void bench_random_sphere(bench_random *r, int64_t dim, double radius, double *x) {
  double norm2 = 0;
  for (int64_t i = 0; i < dim; i++) {
    x[i] = bench_random_normal(r);
    norm2 += x[i] * x[i];
  }
  const double factor = radius / sqrt(norm2);
  for (int64_t i = 0; i < dim; i++) x[i] *= factor;
}
