/* SPDX-License-Identifier: MIT */
/** Random inputs for tests, from a generator that the library does not have. */
#ifndef FAVOR_TESTS_SUPPORT_RANDOM_H
#define FAVOR_TESTS_SUPPORT_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** xoshiro256** (Blackman and Vigna 2018), with the second normal of each Box-Muller pair. */
typedef struct test_rng {
  uint64_t s[4];
  double spare;
  bool has_spare;
} test_rng;

/** Unrelated streams for neighbouring seeds (splitmix64 fills the state). */
void test_rng_seed(test_rng *rng, uint64_t seed);

uint64_t test_rng_next(test_rng *rng);

/** Uniform in (0, 1). */
double test_rng_uniform(test_rng *rng);

double test_rng_normal(test_rng *rng);
void test_rng_normals(test_rng *rng, int64_t n, double *out);

/** A vector [d] of the given norm in a uniformly random direction. */
void test_rng_on_sphere(test_rng *rng, int64_t d, double norm, double *out);

/** Well mixed bits of one word (splitmix64's finaliser): a seed for each of many experiments. */
uint64_t test_mix(uint64_t word);

#endif
