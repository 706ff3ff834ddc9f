/* SPDX-License-Identifier: MIT */
/** Hyperbolic positive features: exp(+-w_m.x - |x|^2/2) / sqrt(2 M), two features a projection.
 *
 *  The positive features of the antithetic pair (w, -w). Unbiased because -w has the law of w.
 *  Relative variance of one projection exp(v) (1 - exp(-v))^2 / 2 with v = |x + y|^2, a factor 1 -
 *  exp(-v) below positive features at equal F.
 *  Source: Choromanski et al. 2021 (arXiv 2009.14794), SM-hyp+. */
#include <math.h>

#include "estimator/estimator.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = -0.5;
  out->constant = -0.5 * log(2 * (double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_hyperbolic = {
    .id = FAVOR_ESTIMATOR_HYPERBOLIC,
    .name = "hyperbolic",
    .source = "Choromanski et al. 2021, arXiv 2009.14794",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .refuses = FAVOR_ROWS_OPPOSITE,
    .form = FAVOR_FORM_SIGNS,
    .positive = true,
    .unbiased = true,
    .fit = fit,
};
