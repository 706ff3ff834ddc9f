/* SPDX-License-Identifier: MIT */
#include "support/kernel_reference.h"

#include <float.h>
#include <math.h>

static const long double two_pi = 6.283185307179586476925286766559005768L;

reference_sum reference_dot(int64_t n, const double *a, int64_t stride_a, const double *b,
                            int64_t stride_b, double start) {
  reference_sum sum = {start, fabs(start)};
  for (int64_t k = 0; k < n; ++k) {
    const long double term = (long double)a[k * stride_a] * b[k * stride_b];
    sum.value += term;
    sum.magnitude += fabsl(term);
  }
  return sum;
}

static double round_to(int bits, double x) {
  return bits == 32 ? (double)(float)x : x;
}

double reference_chain(int bits, bool fused, int64_t n, const double *a, int64_t stride_a,
                       const double *b, int64_t stride_b, double start) {
  double sum = start;
  for (int64_t k = 0; k < n; ++k) {
    const double x = a[k * stride_a], y = b[k * stride_b];
    if (fused) {
      sum = bits == 32 ? (double)fmaf((float)x, (float)y, (float)sum) : fma(x, y, sum);
    } else {
      /* A product of two float32 numbers is exact in float64, and so is rounding a sum twice: float64 has
       * more than twice the digits. */
      sum = round_to(bits, sum + round_to(bits, x * y));
    }
  }
  return sum;
}

double reference_unit(int bits) {
  return bits == 32 ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
}

long double reference_ulp(int bits, long double value) {
  int exponent = 0;
  frexpl(value, &exponent);
  const int least = bits == 32 ? FLT_MIN_EXP : DBL_MIN_EXP;
  if (exponent < least) exponent = least;
  return ldexpl(1, exponent - (bits == 32 ? FLT_MANT_DIG : DBL_MANT_DIG));
}

long double reference_sum_bound(int bits, int64_t n, int extra, reference_sum sum) {
  return 1.01L * (long double)(n + extra) * reference_unit(bits) * sum.magnitude;
}

long double reference_nearest(long double t) {
  const long double below = floorl(t), rest = t - below;
  if (rest < 0.5L) return below;
  if (rest > 0.5L) return below + 1;
  return fmodl(below, 2) == 0 ? below : below + 1;
}

long double reference_exp2(double t, int64_t shift) {
  if (isnan(t)) return t;
  if (isinf(t)) return t > 0 ? INFINITY : 0;
  const long double whole = reference_nearest(t), exponent = whole + (long double)shift;
  const int power = exponent > 20000 ? 20000 : exponent < -20000 ? -20000 : (int)exponent;
  return ldexpl(exp2l((long double)t - whole), power);
}

long double reference_cosine_of_turn(double t) {
  return cosl(two_pi * ((long double)t - reference_nearest(t)));
}

long double reference_sine_of_turn(double t) {
  return sinl(two_pi * ((long double)t - reference_nearest(t)));
}
