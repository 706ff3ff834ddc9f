/* SPDX-License-Identifier: MIT */
/** Positive features, FAVOR+: f_m(x) = exp(w_m.x - |x|^2/2) / sqrt(M), the same map on both sides.
 *
 *  Unbiased: E exp(w.(x + y)) = exp(|x + y|^2 / 2) for w ~ N(0, I). Relative variance of one
 *  projection exp(|x + y|^2) - 1: exact at y = -x, bad where both are long and aligned.
 *  Source: Choromanski et al. 2021 (arXiv 2009.14794), Lemma 1. */
#include <math.h>

#include "estimator/estimator.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = -0.5;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_positive = {
    .id = FAVOR_ESTIMATOR_POSITIVE,
    .name = "positive",
    .source = "Choromanski et al. 2021, arXiv 2009.14794",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .positive = true,
    .unbiased = true,
    .rank_plain = 1,
    .rank_statistics = 1,
    .fit = fit,
};
