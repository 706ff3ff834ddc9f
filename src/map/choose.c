/* SPDX-License-Identifier: MIT */
#include "map/choose.h"

#include <errno.h>
#include <math.h>

#include "base/status.h"
#include "map/registry.h"

#define VALUE(name, symbol, value, title) (value),
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(VALUE)};

enum {
  CANDIDATES = sizeof estimators / sizeof *estimators,
  TRIAL_FEATURES = 256,
  TRIAL_QUERIES = 48,
  TRIAL_KEYS = 128,
  FIRST_DRAWS = 4,
  LAST_DRAWS = 12
};

/* Those within this factor of the best after the first draws are tried again with more. */
static const double close_call = 1.2;

/* An estimator other than the one ranked best must be better by more than the noise of trials. */
static const double clearly = 0.97;

favor_map_opts favor_choose_opts(const favor_map_opts *opts, const favor_resolved *resolved,
                                 const favor_stats *stats) {
  favor_map_opts quiet = *opts;
  quiet.stats = stats;
  quiet.allocator = resolved->allocator;
  quiet.report = NULL;
  quiet.seed = UINT64_C(0x7472696c);
  quiet.stream = 0;
  return quiet;
}

static bool eligible(const favor_estimator *e, const favor_map_opts *opts, bool single) {
  const int64_t pair = favor_form_features(e->form);
  if (single ? pair != 1 : opts->projections % pair != 0) return false;
  return (e->kernels >> opts->kernel & 1) && e->unbiased && !e->takes_tilt &&
         (e->positive || opts->allow_signed == FAVOR_ON);
}

/* True where an estimator cannot be made for these options: it is no candidate then. */
static bool refused(favor_status status) {
  return status < 0 && status != FAVOR_ERR_MEMORY && status != FAVOR_ERR_LINALG;
}

/* One estimator's trial; an error of infinity where it cannot be made. */
static favor_status try_one(const favor_probe *probe, const favor_map_opts *opts,
                            const favor_estimator *e, int64_t draws, favor_trial_level *out) {
  favor_map_opts one = *opts;
  const int64_t most = opts->projections < TRIAL_FEATURES ? opts->projections : TRIAL_FEATURES;
  one.estimator = e->id;
  one.projections = most / favor_form_features(e->form);
  const favor_status status = favor_trial_one(probe, &one, draws, out);
  if (status >= 0 && isnan(out->error)) out->error = INFINITY;
  if (!refused(status)) return status;
  *out = (favor_trial_level){.projections = one.projections, .draws = draws, .error = INFINITY};
  return FAVOR_OK;
}

/* The best of those whose error in `levels` is at most `limit`, tried with so many draws. */
static favor_status round_of(const favor_probe *probe, const favor_map_opts *opts, int64_t draws,
                             double limit, favor_trial_level *levels, int *best) {
  const favor_estimator *ranked = favor_estimator_best(opts->kernel, true);
  double least = INFINITY;
  for (int i = 0; i < CANDIDATES; ++i) {
    const favor_estimator *e = favor_estimator_find(estimators[i]);
    if (!(levels[i].error <= limit)) continue;
    const favor_status status = try_one(probe, opts, e, draws, &levels[i]);
    if (status < 0) return status;
    const double error = levels[i].error * (e == ranked ? clearly : 1);
    if (!(error < least) && (e != ranked || error > least)) continue;
    least = error;
    *best = i;
  }
  return FAVOR_OK;
}

/* Two rounds: few draws for all, more for those that are close. */
static favor_status choose(const favor_probe *probe, const favor_map_opts *opts, bool single,
                           favor_choose *out) {
  const favor_estimator *chosen = favor_estimator_best(opts->kernel, true);
  favor_trial_level levels[CANDIDATES];
  int best = -1;
  for (int i = 0; i < CANDIDATES; ++i)
    levels[i].error = eligible(favor_estimator_find(estimators[i]), opts, single) ? 0 : NAN;
  favor_status status = round_of(probe, opts, FIRST_DRAWS, INFINITY, levels, &best);
  if (status >= 0 && best >= 0)
    status = round_of(probe, opts, LAST_DRAWS, close_call * levels[best].error, levels, &best);
  if (status < 0) return status;
  if (best >= 0 && isfinite(levels[best].error)) chosen = favor_estimator_find(estimators[best]);
  out->estimator = chosen->id;
  out->projections = opts->projections / favor_form_features(chosen->form);
  if (out->projections < 1 || single) out->projections = opts->projections;
  return FAVOR_OK;
}

favor_status favor_choose_estimator(const favor_probe_source *source, const favor_map_opts *opts,
                                    bool single, favor_choose *out) {
  favor_probe_source own = *source;
  favor_probe probe;
  own.comparing = true;
  favor_status status =
      favor_probe_make(&probe, &opts->allocator, opts->dim, &own, TRIAL_QUERIES, TRIAL_KEYS);
  if (status < 0) return status;
  status = favor_probe_attend(&probe, opts->kernel, opts->scale);
  if (status >= 0) status = choose(&probe, opts, single, out);
  favor_probe_end(&probe);
  return status < 0 ? status : FAVOR_OK;
}

int32_t favor_choose_verdict(const favor_cost_shape *shape, double error, double target,
                             double projections_for_target) {
  if (!(projections_for_target <= favor_cost_affordable(shape))) return FAVOR_VERDICT_EXACT;
  return error <= target ? FAVOR_VERDICT_USE : FAVOR_VERDICT_MORE_FEATURES;
}

/* The verdict on the choice, with values unknown, for as many rows as the statistics have seen. */
static favor_status judge(const favor_map_opts *opts, const favor_probe_source *source,
                          favor_choose *out) {
  const favor_estimator *e = favor_estimator_find(out->estimator);
  const favor_cost_shape shape = {
      .n_q = favor_stats_count(source->stats, FAVOR_QUERY),
      .n_k = favor_stats_count(source->stats, FAVOR_KEY),
      .dim = opts->dim,
      .dv = opts->dim,
      .features_per_projection = favor_form_features(e->form),
  };
  favor_trial trial = {.count = 1};
  favor_map_opts one = *opts;
  favor_probe probe;
  double relative;
  favor_status status =
      favor_probe_make(&probe, &opts->allocator, opts->dim, source, TRIAL_QUERIES, TRIAL_KEYS);
  if (status < 0) return status;
  one.estimator = out->estimator;
  one.projections = out->projections < TRIAL_FEATURES ? out->projections : TRIAL_FEATURES;
  status = favor_probe_attend(&probe, opts->kernel, opts->scale);
  if (status >= 0) status = favor_trial_one(&probe, &one, FIRST_DRAWS, trial.level);
  favor_probe_end(&probe);
  if (refused(status)) return FAVOR_OK;
  if (status < 0) return status;
  out->verdict =
      favor_choose_verdict(&shape, favor_trial_error(&trial, (double)out->projections, &relative),
                           FAVOR_TARGET_ERROR, favor_trial_projections(&trial, FAVOR_TARGET_ERROR));
  return FAVOR_OK;
}

favor_status favor_choose_for(const favor_map_opts *opts, bool external, favor_choose *out) {
  favor_resolved resolved;
  if (opts->estimator != FAVOR_ESTIMATOR_AUTO || !opts->stats || !isnan(opts->tilt))
    return FAVOR_OK;
  if (favor_resolve(opts, external, &resolved) < 0) return FAVOR_OK; /* creation says so */
  const int saved_errno = errno; /* exp and log set it where a value does not fit */
  const favor_map_opts quiet = favor_choose_opts(opts, &resolved, resolved.stats);
  const favor_probe_source source = {.stats = resolved.stats};
  favor_status status = favor_choose_estimator(&source, &quiet, external, out);
  if (status >= 0) status = judge(&quiet, &source, out);
  errno = saved_errno;
  return status < 0 ? favor_fail(opts->report, status, "", "trials of estimators: %s",
                                 favor_strerror(status))
                    : FAVOR_OK;
}
