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
#include <complex.h>
#include <math.h>

#include "base/status.h"
#include "estimator/estimator.h"
#include "estimator/tilt.h"

/* The square root with a real part of at least 0; of a negative number +i times that of its size, whatever
 * the sign of the zero beside it, which compilers make as they like. */
static double complex root(double re, double im) {
  if (im == 0 && re < 0) return sqrt(-re) * I;
  return csqrt(re + im * I);
}

static void tilted(const favor_fit_input *in, double complex a, double s, favor_recipe *out) {
  const double complex less = 1 - 4 * a, b = root(s * creal(less), s * cimag(less)),
                       d = 0.25 * (double)in->dim * clog(less);
  out->gain = creal(b);
  out->gain_imag = cimag(b);
  out->tilt = creal(a);
  out->tilt_imag = cimag(a);
  out->quadratic = -0.5 * s;
  out->constant = creal(d) - 0.5 * log((double)in->projections);
  out->phase = cimag(d);
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
  tilted(in, a + in->tilt_imag * I, in->sign, out);
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
