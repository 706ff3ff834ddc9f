/* SPDX-License-Identifier: MIT */
/** Relu features: max(0, w_m.x) / sqrt(M), Performers' generalised attention.
 *
 *  E max(0, w.x) max(0, w.y) = |x||y| (sin t + (pi - t) cos t) / (2 pi), t the angle between x and
 *  y: the degree-1 arc-cosine kernel, which is its own target and not an estimate of softmax. No
 *  epsilon is added: features may vanish. Relative variance of one projection 2 pi J2 / J1^2 - 1.
 *  Source: Cho and Saul 2009; Choromanski et al. 2021 (arXiv 2009.14794), section on generalised
 *  attention. */
#include <math.h>

#include "estimator/estimator.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = 0;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_relu = {
    .id = FAVOR_ESTIMATOR_RELU,
    .name = "relu",
    .source = "Cho and Saul 2009; Choromanski et al. 2021, arXiv 2009.14794",
    .kernels = 1u << FAVOR_KERNEL_ARCCOS1,
    .form = FAVOR_FORM_RELU,
    .positive = true,
    .unbiased = true,
    .rank_plain = 1,
    .rank_statistics = 1,
    .fit = fit,
};
