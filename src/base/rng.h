/* SPDX-License-Identifier: MIT */
/** Random numbers with the same bits everywhere: PCG64 (DXSM output, cheap multiplier), one stream
 *  per (seed, stream, purpose, block); uniforms, normals and chi norms in float64 from +, -, *, /
 *  and sqrt alone, compiled without contraction.
 *  Source: O'Neill, PCG (2014) and the DXSM variant of its author; Wichura, AS 241 (1988). */
#ifndef FAVOR_BASE_RNG_H
#define FAVOR_BASE_RNG_H

#include <stdint.h>

/** A 128-bit unsigned integer, in halves, so that it is the same on compilers without one. */
typedef struct favor_u128 {
  uint64_t hi, lo;
} favor_u128;

/** Sum and product modulo 2^128. The _portable forms use 64-bit arithmetic only and are what
 *  compilers without a 128-bit integer get; tests hold both against each other. */
favor_u128 favor_u128_add(favor_u128 a, favor_u128 b);
favor_u128 favor_u128_mul(favor_u128 a, favor_u128 b);
favor_u128 favor_u128_mul_portable(favor_u128 a, favor_u128 b);

typedef struct favor_rng {
  favor_u128 state, increment; /* increment is odd */
} favor_rng;

/** What a stream is for. Values are part of the stability promise: a draw never moves. */
typedef enum favor_purpose {
  FAVOR_PURPOSE_DIRECTION = 1, /* directions of the rows of one block of W */
  FAVOR_PURPOSE_NORM = 2,      /* norms of the rows of one block of W */
  FAVOR_PURPOSE_USER = 3       /* inputs made by benches and tests */
} favor_purpose;

/** Start the stream of (seed, stream, purpose, block): the four words are hashed into state and
 *  increment, so that neighbouring seeds are unrelated. */
void favor_rng_start(favor_rng *rng, uint64_t seed, uint64_t stream, favor_purpose purpose,
                     uint64_t block);

uint64_t favor_rng_next(favor_rng *rng);

/** Move as `steps` calls of favor_rng_next would, in O(log steps). */
void favor_rng_jump(favor_rng *rng, favor_u128 steps);

/** Uniform in (0, 1): (k + 1/2) 2^-52 with k the top 52 bits of one output; exact, symmetric about
 *  1/2, never 0 or 1 (with 53 bits half of the sums would round, the last one to 1). */
double favor_rng_uniform(favor_rng *rng);

/** Standard normal by inversion, one output each: AS 241 PPND16 with a logarithm of our own. */
double favor_rng_normal(favor_rng *rng);
void favor_rng_normals(favor_rng *rng, int64_t n, double *out);

/** The norm of a fresh standard normal vector of length d (chi with d degrees of freedom). */
double favor_rng_chi(favor_rng *rng, int64_t d);

#endif
