/* SPDX-License-Identifier: MIT */
/* Normals by inversion of the distribution function: Wichura, Algorithm AS 241 (1988), PPND16,
 * about 16 digits. The logarithm is our own, since libm's last bit differs between platforms. */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/counts.h"

/* Bits are promised: x87 with its wide intermediates would break them. */
static_assert(FLT_EVAL_METHOD == 0, "build with SSE2 arithmetic (-msse2 -mfpmath=sse)");

/* Numerator and denominator of the three rational approximations, lowest power first. */
static const double centre_p[8] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                   1.9715909503065514427e3, 1.3731693765509461125e4,
                                   4.5921953931549871457e4, 6.7265770927008700853e4,
                                   3.3430575583588128105e4, 2.5090809287301226727e3};
static const double centre_q[8] = {1.0000000000000000000e0, 4.2313330701600911252e1,
                                   6.8718700749205790830e2, 5.3941960214247511077e3,
                                   2.1213794301586595867e4, 3.9307895800092710610e4,
                                   2.8729085735721942674e4, 5.2264952788528545610e3};
static const double middle_p[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                   5.76949722146069140550e0,  3.64784832476320460504e0,
                                   1.27045825245236838258e0,  2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double middle_q[8] = {1.0000000000000000000e0,   2.05319162663775882187e0,
                                   1.67638483018380384940e0,  6.89767334985100004550e-1,
                                   1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                   5.47593808499534494600e-4, 1.05075007164441684324e-9};
static const double tail_p[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double tail_q[8] = {1.0000000000000000000e0,   5.99832206555887937690e-1,
                                 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7, 2.04426310338993978564e-15};

static double ratio(const double p[8], const double q[8], double r) {
  double top = p[7], bottom = q[7];
  for (int i = 6; i >= 0; i--) {
    top = top * r + p[i];
    bottom = bottom * r + q[i];
  }
  return top / bottom;
}

/* x = 2^e m with m in [sqrt(1/2), sqrt(2))
 * and ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.172: what
 * the series leaves out after s^23 is below 2^-63 of it. */
double favor_rng_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  /* Subtracting the bits of sqrt(1/2) puts the cut between exponents there. */
  const uint64_t cut = 0x3fe6a09e667f3bcdU;
  const int64_t e = (int64_t)(bits - cut) >> 52;
  bits -= (uint64_t)e << 52;
  double m;
  memcpy(&m, &bits, sizeof m);

  const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
  double series = 0.0;
  for (int k = 23; k >= 3; k -= 2) series = (series + 1.0 / (double)k) * s2;
  /* ln 2 in two parts; e times the first, which ends in 20 zero bits, is exact. */
  const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
  return (double)e * ln2_high + (2.0 * s + (2.0 * s * series + (double)e * ln2_low));
}

/* The quantile of p in (0, 1), given as the float64 on the uniform's grid: p - 1/2 and 1 - p are
 * exact. */
static double quantile(double p) {
  const double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * ratio(centre_p, centre_q, 0.180625 - q * q);
  const double r = sqrt(-favor_rng_log(q < 0.0 ? p : 1.0 - p));
  const double x = r <= 5.0 ? ratio(middle_p, middle_q, r - 1.6) : ratio(tail_p, tail_q, r - 5.0);
  return q < 0.0 ? -x : x;
}

double favor_rng_normal(favor_rng *rng) {
  return quantile(favor_rng_uniform(rng));
}

void favor_rng_normals(favor_rng *rng, int64_t n, double *out) {
  for (int64_t i = 0; i < n; i++) out[i] = favor_rng_normal(rng);
}

double favor_rng_chi(favor_rng *rng, int64_t d) {
  double sum = 0.0;
  for (int64_t i = 0; i < d; i++) {
    const double z = favor_rng_normal(rng);
    sum += z * z;
  }
  return sqrt(sum);
}
