/* SPDX-License-Identifier: MIT */
/* Options that few estimators read: complex tilts, centres, a shift of the caller's. */
#include <inttypes.h>
#include <math.h>

#include "base/status.h"
#include "map/resolve.h"

bool favor_choice_tilt_imag_ok(double tilt_imag) {
  return tilt_imag >= -1e6 && tilt_imag <= 1e6;
}

favor_status favor_resolve_tilt_imag(const favor_map_opts *opts, const favor_estimator *estimator) {
  favor_report *report = opts->report;
  if (!favor_choice_tilt_imag_ok(opts->tilt_imag)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "tilt_imag",
                      "tilt_imag is %g; it must be in [-1e6, 1e6]", opts->tilt_imag);
  }
  if (opts->tilt_sign < -1 || opts->tilt_sign > 1) {
    return favor_fail(report, FAVOR_ERR_ENUM, "tilt_sign",
                      "tilt_sign is %" PRId32 "; it must be 1, -1 or 0 for 1", opts->tilt_sign);
  }
  if (estimator->takes_tilt_imag) return FAVOR_OK;
  if (opts->tilt_imag != 0) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "tilt_imag",
                      "tilt_imag is %g; %s has a real tilt or none, leave it 0", opts->tilt_imag,
                      estimator->name);
  }
  if (opts->tilt_sign < 0) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "tilt_sign",
                      "tilt_sign is %" PRId32 "; %s has none, leave it 0", opts->tilt_sign,
                      estimator->name);
  }
  return FAVOR_OK;
}

favor_status favor_resolve_centre(const favor_map_opts *opts, const favor_estimator *estimator) {
  const double *const centre[2] = {opts->centre_query, opts->centre_key};
  static const char *const name[2] = {"centre_query", "centre_key"};
  if (!centre[0] && !centre[1]) return FAVOR_OK;
  if (!estimator->takes_centre) {
    return favor_fail(opts->report, FAVOR_ERR_COMBINATION, name[!centre[0]],
                      "%s features have no centre; leave it NULL", estimator->name);
  }
  for (int s = 0; s < 2; ++s) {
    if (!centre[s]) {
      return favor_fail(opts->report, FAVOR_ERR_NULL, name[s],
                        "%s is NULL; a centre is a query and a key", name[s]);
    }
    for (int64_t l = 0; l < opts->dim; ++l) {
      if (isfinite(centre[s][l])) continue;
      return favor_fail(opts->report, FAVOR_ERR_NONFINITE, name[s],
                        "element %" PRId64 " of %s is not finite", l, name[s]);
    }
  }
  return FAVOR_OK;
}

favor_status favor_resolve_shift(const favor_map_opts *opts, bool possible, favor_resolved *out) {
  favor_report *report = opts->report;
  if (!possible || opts->recentre == FAVOR_OFF) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "shift",
                      possible ? "shift is given and recentre is off"
                               : "shift is given; this kernel cannot be recentred");
  }
  for (int64_t l = 0; l < opts->dim; ++l) {
    if (isfinite(opts->shift[l])) continue;
    return favor_fail(report, FAVOR_ERR_NONFINITE, "shift",
                      "element %" PRId64 " of shift is not finite", l);
  }
  out->shift = opts->shift;
  out->choice.recentre = 1;
  return FAVOR_OK;
}
