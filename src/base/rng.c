/* SPDX-License-Identifier: MIT */
#include "base/rng.h"

/* The "cheap" 64-bit multiplier of PCG's DXSM variant: both of the state step and of the output. */
static const uint64_t cheap = 0xda942042e4dd58b5U;

static const uint64_t golden =
    0x9e3779b97f4a7c15U; /* 2^64 / golden ratio: SplitMix64's increment */

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014; Stafford's Mix13): a bijection in which
 * every input bit flips each output bit with probability near 1/2. */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/* One of four hashes of the words, told apart by where they start. The words go through one after
 * another, so that their order matters. */
static uint64_t hash(uint64_t which, const uint64_t words[4]) {
  uint64_t h = mix(golden * (which + 1));
  for (int i = 0; i < 4; i++) h = mix((h ^ words[i]) + golden);
  return h;
}

void favor_rng_start(favor_rng *rng, uint64_t seed, uint64_t stream, favor_purpose purpose,
                     uint64_t block) {
  const uint64_t words[4] = {seed, stream, (uint64_t)purpose, block};
  rng->state = (favor_u128){hash(0, words), hash(1, words)};
  rng->increment = (favor_u128){hash(2, words), hash(3, words) | 1};
}

uint64_t favor_rng_next(favor_rng *rng) {
  /* Output of the state before the step, so that both can run at once. */
  const uint64_t lo = rng->state.lo | 1;
  uint64_t hi = rng->state.hi;
  hi ^= hi >> 32;
  hi *= cheap;
  hi ^= hi >> 48;
  hi *= lo;
  const favor_u128 multiplier = {0, cheap};
  rng->state = favor_u128_add(favor_u128_mul(rng->state, multiplier), rng->increment);
  return hi;
}

void favor_rng_jump(favor_rng *rng, favor_u128 steps) {
  /* A step is s -> a s + c; 2^k of them are s -> a^(2^k) s + c (a^(2^k) - 1) / (a - 1), by squaring
   * (Brown 1994). */
  favor_u128 step_mul = {0, cheap}, step_add = rng->increment;
  favor_u128 jump_mul = {0, 1}, jump_add = {0, 0};
  for (; (steps.hi | steps.lo) != 0;
       steps.lo = (steps.lo >> 1) | (steps.hi << 63), steps.hi >>= 1) {
    if (steps.lo & 1) {
      jump_mul = favor_u128_mul(jump_mul, step_mul);
      jump_add = favor_u128_add(favor_u128_mul(jump_add, step_mul), step_add);
    }
    const favor_u128 next = favor_u128_mul(step_mul, step_add);
    step_add = favor_u128_add(next, step_add);
    step_mul = favor_u128_mul(step_mul, step_mul);
  }
  rng->state = favor_u128_add(favor_u128_mul(rng->state, jump_mul), jump_add);
}

double favor_rng_uniform(favor_rng *rng) {
  return ((double)(favor_rng_next(rng) >> 12) + 0.5) * 0x1p-52;
}
