/* SPDX-License-Identifier: MIT */
/** Generalised exponential features with a real tilt A < 1/4, and OPRF, the same with the optimal
 *  tilt:
 *
 *      f_m(x) = (1 - 4A)^(d/4) exp(A |w_m|^2 + sqrt(1 - 4A) w_m.x - |x|^2/2) / sqrt(M)
 *
 *  Unbiased for every A: the tilt changes the Gaussian measure that the product integrates. A = 0
 *  gives positive features. The variance is finite for A < 1/8 only; a negative A bounds every
 *  feature.
 *
 *  Optimal tilt: the mean over pairs of ln E Z^2 is d ln((1 + r)/2) - (d/2) ln r + r phi with
 *  r = 1/(1 - 8A) and phi the mean of |x + y|^2, minimal at the positive root of 2 phi r^2 + (d + 2
 *  phi) r = d. Source: Likhosherstov et al. 2022 (arXiv 2205.15317), theorems 3.1 to 3.3; for data,
 *  the exact minimiser of the mean logarithm, derived here. */
#include <math.h>

#include "base/status.h"
#include "estimator/estimator.h"
#include "estimator/tilt.h"

static void tilted(const favor_fit_input *in, double a, favor_recipe *out) {
  out->gain = sqrt(1 - 4 * a);
  out->tilt = a;
  out->quadratic = -0.5;
  out->constant = 0.25 * (double)in->dim * log1p(-4 * a) - 0.5 * log((double)in->projections);
}

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  double a = in->tilt;
  if (isnan(a)) {
    if (!in->has_moments) {
      return favor_fail(report, FAVOR_ERR_STATISTICS, "stats",
                        "stats is NULL; the tilt is fitted to statistics of queries and keys%s",
                        in->tilt_allowed ? ", or give a tilt below 1/4" : "");
    }
    a = favor_optimal_tilt(in->mean_sum_norm2 / (double)in->dim);
  }
  tilted(in, a, out);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_gerf = {
    .id = FAVOR_ESTIMATOR_GERF,
    .name = "gerf",
    .source = "Likhosherstov et al. 2022, arXiv 2205.15317",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .positive = true,
    .unbiased = true,
    .takes_tilt = true,
    .fit = fit,
};

const favor_estimator favor_estimator_oprf = {
    .id = FAVOR_ESTIMATOR_OPRF,
    .name = "oprf",
    .source = "Likhosherstov et al. 2022, arXiv 2205.15317",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .rank_statistics = 2,
    .fit = fit,
};
