/* SPDX-License-Identifier: MIT */
/** Gates of hybrid maps. Sign features: sgn(w_m.x) / sqrt(M), sgn 0 = 0.
 *
 *  E sgn(w.x) sgn(w.y) = 1 - 2 t / pi, t the angle between x and y, for every law of w without a
 *  preferred direction: neither norms nor the scale count. Variance of one projection
 *  1 - (1 - 2 t / pi)^2. Not in the list of estimators: what it estimates is no kernel of the list,
 *  since it may be negative.
 *  Source: Goemans and Williamson 1995, lemma 3.2; Choromanski et al. 2021 (arXiv 2110.04367). */
#include <math.h>

#include "estimator/estimator.h"
#include "node/target.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = 0;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_gate_sign = {
    .id = FAVOR_GATE_SIGN,
    .name = "sign",
    .source = "Goemans and Williamson 1995; Choromanski et al. 2021, arXiv 2110.04367",
    .kernels = 1u << FAVOR_TARGET_ANGULAR,
    .form = FAVOR_FORM_SIGN,
    .refuses = FAVOR_ROWS_OPPOSITE,
    .positive = false,
    .unbiased = true,
    .fit = fit,
};

/* A gate without chance: one feature a side, exp(-|x - c|^2 / 2) with the side's shift c, whatever W. */
static favor_status fit_bump(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = 0;
  out->tilt = 0;
  out->quadratic = -0.5;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_gate_bump = {
    .id = FAVOR_GATE_BUMP,
    .name = "bump",
    .source = "Choromanski et al. 2021, arXiv 2110.04367",
    .kernels = 1u << FAVOR_TARGET_BUMP,
    .form = FAVOR_FORM_EXP,
    .positive = true,
    .unbiased = true,
    .fit = fit_bump,
};
