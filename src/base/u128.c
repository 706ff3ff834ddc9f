/* SPDX-License-Identifier: MIT */
#include "base/rng.h"

favor_u128 favor_u128_add(favor_u128 a, favor_u128 b) {
  favor_u128 sum = {a.hi + b.hi, a.lo + b.lo};
  sum.hi += sum.lo < a.lo; /* the carry */
  return sum;
}

favor_u128 favor_u128_mul_portable(favor_u128 a, favor_u128 b) {
  const uint64_t mask = 0xffffffffU;
  const uint64_t a0 = a.lo & mask, a1 = a.lo >> 32, b0 = b.lo & mask, b1 = b.lo >> 32;
  /* The low halves in schoolbook form, by 32-bit digits. `middle` cannot wrap: it is at most
   * (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1. The high halves only meet the low ones. */
  const uint64_t low = a0 * b0;
  const uint64_t left = a1 * b0 + (low >> 32);
  const uint64_t middle = a0 * b1 + (left & mask);
  const uint64_t high = a1 * b1 + (left >> 32) + (middle >> 32);
  return (favor_u128){high + a.hi * b.lo + a.lo * b.hi, (middle << 32) | (low & mask)};
}

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 native_u128;

favor_u128 favor_u128_mul(favor_u128 a, favor_u128 b) {
  const native_u128 low = (native_u128)a.lo * b.lo;
  return (favor_u128){(uint64_t)(low >> 64) + a.hi * b.lo + a.lo * b.hi, (uint64_t)low};
}

#else

favor_u128 favor_u128_mul(favor_u128 a, favor_u128 b) {
  return favor_u128_mul_portable(a, b);
}

#endif
