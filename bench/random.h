/* SPDX-License-Identifier: MIT */
/** Random inputs of the benches. Apart from the library's generator, so that inputs and projections
 *  never share a stream. */
#ifndef FAVOR_BENCH_RANDOM_H
#define FAVOR_BENCH_RANDOM_H

#include <stdint.h>

/** SplitMix64 (Steele, Lea and Flood 2014): every seed is a good start. */
typedef struct bench_random {
  uint64_t state;
} bench_random;

/** An independent generator for each purpose of each seed. */
bench_random bench_random_start(uint64_t seed, uint64_t purpose);

uint64_t bench_random_bits(bench_random *r);

/** Uniform in [0, n), n > 0; the bias is below n 2^-64. */
int64_t bench_random_below(bench_random *r, int64_t n);

/** Standard normal. */
double bench_random_normal(bench_random *r);

/** Uniform on the sphere of this radius. */
void bench_random_sphere(bench_random *r, int64_t dim, double radius, double *x);

#endif
