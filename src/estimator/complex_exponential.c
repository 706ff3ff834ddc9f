/* SPDX-License-Identifier: MIT */
/** Complex-exponential features around a centre (x0, y0):
 *
 *      f1(x) = exp(w.q - q.q / 2) / sqrt(M), q = A x;   f2(y) = exp(w.p - p.p / 2) / sqrt(M), p = A^-1 y
 *
 *  without conjugates, A diagonal, A_l = sqrt|y0_l / x0_l|, times i where x0_l y0_l > 0. E f1(x) f2(y) =
 *  exp(x.y); features are [Re f1, Im f1] of queries and [Re f2, -Im f2] of keys. A real coordinate stands
 *  in the exponent, an imaginary one in the phase. With u = A x + A^-1 y, its real part and its imaginary
 *  part of square P and N, one projection has
 *
 *      E Z^2 / K^2 = exp(P) cosh(N)
 *
 *  which is 1 at the centre, where u = 0. A = I is FAVOR+, A = i I trigonometric features. Centres that
 *  are zero in a coordinate are taken a little off it: still unbiased.
 *  Source: Choromanski et al. 2021, Hybrid Random Features (arXiv 2110.04367), complex exponential
 *  estimators; the variance as derived here. */
#include <math.h>

#include "base/status.h"
#include "estimator/estimator.h"
#include "node/centre.h"

static double coordinate_of(double x, double y) {
  const double least = 1e-12;
  const double ratio = sqrt(fmax(fabs(y), least) / fmax(fabs(x), least));
  const double size = fmin(fmax(ratio, 1 / FAVOR_CENTRE_MOST), FAVOR_CENTRE_MOST);
  return x * y > 0 ? -size : size;
}

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  if (!in->given && !in->has_moments && !in->centre[0]) {
    return favor_fail(report, FAVOR_ERR_STATISTICS, "stats",
                      "stats is NULL; their means are the centre, or give centre_query and "
                      "centre_key");
  }
  for (int64_t l = 0; !in->given && l < in->dim; ++l) {
    const double x = in->centre[0] ? in->centre[FAVOR_QUERY][l] - in->shift[FAVOR_QUERY][l]
                                   : in->mean[FAVOR_QUERY][l];
    const double y =
        in->centre[1] ? in->centre[FAVOR_KEY][l] - in->shift[FAVOR_KEY][l] : in->mean[FAVOR_KEY][l];
    in->matrices.a[l] = coordinate_of(x, y);
  }
  out->gain = out->gain_imag = out->sign = 1;
  out->tilt = out->tilt_imag = out->phase = 0;
  out->quadratic = 0; /* of two kinds: node/centre.h */
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_complex_exponential = {
    .id = FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL,
    .name = "complex_exponential",
    .source = "Choromanski et al. 2021, arXiv 2110.04367",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_PHASE,
    .shape = FAVOR_SHAPE_CENTRE,
    .positive = false,
    .unbiased = true,
    .wants_statistics = true,
    .takes_centre = true,
    .fit = fit,
};
