/* SPDX-License-Identifier: MIT */
/** The verdict on one value of the exp2 slot, for the dense and the exhaustive test. */
#ifndef FAVOR_TESTS_UNIT_EXP2_CHECK_H
#define FAVOR_TESTS_UNIT_EXP2_CHECK_H

#include "unit/table_fixture.h"

/** What 2^(t + shift) may be: t of the precision, shift = row + column. Within 2 ulp; 0 where the
 *  exponent n + shift is below the promise; inf where the exact value rounds beyond the largest
 *  number (either within 2 ulp of it). */
static inline bool exp2_is_right(int bits, double t, int64_t shift, double got) {
  if (isnan(t)) return isnan(got);
  const long double whole = reference_nearest(t) + (long double)shift;
  if (whole < (bits == 32 ? -125 : -1021)) return got == 0;
  const long double exact = reference_exp2(t, shift), ulp = reference_ulp(bits, exact);
  const long double largest = bits == 32 ? FLT_MAX : (long double)DBL_MAX;
  if (isinf(got)) return got > 0 && exact > largest - ulp;
  return fabsl(got - exact) <= 2 * ulp;
}

#endif
