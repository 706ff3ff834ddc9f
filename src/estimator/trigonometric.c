/* SPDX-License-Identifier: MIT */
/** Trigonometric features: exp(|x|^2/2) [cos w_m.x, sin w_m.x] / sqrt(M), two features a
 *  projection.
 *
 *  Unbiased: E cos(w.(x - y)) = exp(-|x - y|^2 / 2), and SM is that times exp((|x|^2 + |y|^2) / 2).
 *  Relative variance of one projection exp(z) (1 - exp(-z))^2 / 2 with z = |x - y|^2: exact at x =
 *  y, bad far apart. Signed: sums of estimates may be negative.
 *  Source: Rahimi and Recht 2007; Choromanski et al. 2021 (arXiv 2009.14794), SM-trig. */
#include <math.h>

#include "estimator/estimator.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = 0.5;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_trigonometric = {
    .id = FAVOR_ESTIMATOR_TRIGONOMETRIC,
    .name = "trigonometric",
    .source = "Rahimi and Recht 2007",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .refuses = FAVOR_ROWS_OPPOSITE,
    .form = FAVOR_FORM_TURN,
    .positive = false,
    .unbiased = true,
    .fit = fit,
};
