/* SPDX-License-Identifier: MIT */
/** Generalised exponential features with a complex tilt A and a sign s = 1 or -1:
 *
 *      f1(x) = D exp(A |w|^2 +   B w.x - (s/2) |x|^2) / sqrt(M)     B = sqrt(s (1 - 4A))
 *      f2(y) = D exp(A |w|^2 + s B w.y - (s/2) |y|^2) / sqrt(M)     D = (1 - 4A)^(d/4)
 *
 *  E f1(x) f2(y) = exp(x.y), without a conjugate, for Re(1 - 4A) > 0; the features are [Re f1, Im f1]
 *  of queries and [Re f2, -Im f2] of keys. A = 0: FAVOR+ at s = 1, trigonometric features at s = -1,
 *  where a negative A damps the cosines. With phi = |x + s y|^2 one projection has
 *
 *      E Z^2 / K^2 = (1/2) (Re a1 exp((a2 - s) phi) + a3 exp((a4 - s) phi))
 *      a1 = (1 - 4A)^d (1 - 8A)^(-d/2)          a2 = s (1 + 1 / (1 - 8A))
 *      a3 = (1 + 16 |A|^2 / (1 - 8 Re A))^(d/2)  a4 = s/2 + (s + 2 |1 - 4A|) / (2 (1 - 8 Re A))
 *
 *  finite for Re A < 1/8. Source: Likhosherstov et al. 2022 (arXiv 2205.15317), theorem 3.1; the
 *  constant -s/2 and the variance as derived and checked by quadrature. */
#include <math.h>

#include "base/status.h"
#include "estimator/estimator.h"
#include "estimator/tilt.h"

/* Complex numbers by their parts: compilers do their products in ways of their own, and recipes are to have
 * the same bits from all of them. */
typedef struct complex_number {
  double re, im;
} complex_number;

/* The square root with a real part of at least 0; of a negative number +i times that of its size. */
static complex_number root(complex_number z) {
  const double half = sqrt(0.5 * (hypot(z.re, z.im) + fabs(z.re)));
  if (z.im == 0)
    return z.re < 0 ? (complex_number){0, sqrt(-z.re)} : (complex_number){sqrt(z.re), 0};
  const double other = 0.5 * fabs(z.im) / half;
  return z.re < 0 ? (complex_number){other, copysign(half, z.im)}
                  : (complex_number){half, copysign(other, z.im)};
}

static void tilted(const favor_fit_input *in, double a, favor_recipe *out) {
  const double s = in->sign, quarter = 0.25 * (double)in->dim;
  const complex_number less = {1 - 4 * a, in->tilt_imag == 0 ? 0 : -4 * in->tilt_imag};
  const complex_number b = root((complex_number){s * less.re, less.im == 0 ? 0 : s * less.im});
  out->gain = b.re;
  out->gain_imag = b.im;
  out->tilt = a;
  out->tilt_imag = in->tilt_imag;
  out->quadratic = -0.5 * s;
  out->constant = quarter * log(hypot(less.re, less.im)) - 0.5 * log((double)in->projections);
  out->phase = quarter * atan2(less.im, less.re);
  out->sign = s;
}

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  double a = in->tilt;
  /* For s = -1 the best real tilt is as good as 0. */
  if (isnan(a) && in->sign < 0) a = 0;
  if (isnan(a)) {
    if (!in->has_moments) {
      return favor_fail(report, FAVOR_ERR_STATISTICS, "stats",
                        "stats is NULL; the tilt is fitted to statistics of queries and keys, or "
                        "give a tilt below 1/4");
    }
    a = favor_optimal_tilt(in->mean_sum_norm2 / (double)in->dim);
  }
  tilted(in, a, out);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_complex_gerf = {
    .id = FAVOR_ESTIMATOR_COMPLEX_GERF,
    .name = "complex_gerf",
    .source = "Likhosherstov et al. 2022, arXiv 2205.15317",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_PHASE,
    .positive = false,
    .unbiased = true,
    .takes_tilt = true,
    .takes_tilt_imag = true,
    .fit = fit,
};
