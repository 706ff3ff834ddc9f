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
  ROUND_DRAWS = 6,
  LAST_DRAWS = 8 * ROUND_DRAWS,
  JUDGE_DRAWS = 4,
  FITTED_DIM = 256 /* beyond, fits of whole matrices take longer than trials may */
};

/* Candidates worse than the best by so many standard errors are out, and a race is over where none
 * that is left can be worse by more than this factor. */
static const double deviations = 2, near_enough = 1.08;

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
  const bool whole = e->shape == FAVOR_SHAPE_ROTATION || e->shape == FAVOR_SHAPE_DENSE;
  if (single ? pair != 1 : opts->projections % pair != 0) return false;
  if (whole && opts->dim > FITTED_DIM) return false;
  return (e->kernels >> opts->kernel & 1) && e->unbiased && !e->takes_tilt &&
         (e->positive || opts->allow_signed == FAVOR_ON);
}

/* True where an estimator cannot be made for these options: it is no candidate then. */
static bool refused(favor_status status) {
  return status < 0 && status != FAVOR_ERR_MEMORY && status != FAVOR_ERR_LINALG;
}

/* A candidate, with the logarithms of its errors so far. */
typedef struct racer {
  const favor_estimator *estimator;
  favor_map *map;
  double log_error[LAST_DRAWS], mean;
} racer;

/* Candidates are compared draw by draw on the same seeds, by logarithms: a draw that happens to miss
 * one query badly would carry the mean of many. */
typedef struct race {
  int count, draws, last;
  racer racers[CANDIDATES];
} race;

static favor_status line_up(race *r, const favor_map_opts *opts, bool single) {
  for (int i = 0; i < CANDIDATES; ++i) {
    const favor_estimator *e = favor_estimator_find(estimators[i]);
    if (!eligible(e, opts, single)) continue;
    favor_map_opts one = *opts;
    const int64_t most = opts->projections < TRIAL_FEATURES ? opts->projections : TRIAL_FEATURES;
    one.estimator = e->id;
    one.projections = most / favor_form_features(e->form);
    favor_map *map = NULL;
    const favor_status status = favor_map_make(&one, &map);
    if (refused(status)) continue;
    if (status < 0) return status;
    r->racers[r->count].estimator = e;
    r->racers[r->count++].map = map;
  }
  return FAVOR_OK;
}

/* One round of draws for all that are left; the best comes first. */
static favor_status run_round(race *r, const favor_probe *probe) {
  for (int i = 0; i < r->count; ++i) {
    racer *one = &r->racers[i];
    const favor_status status =
        favor_trial_draws(probe, one->map, r->draws, ROUND_DRAWS, one->log_error + r->draws);
    if (status < 0) return status;
    double sum = 0;
    for (int n = 0; n < r->draws + ROUND_DRAWS; ++n) sum += one->log_error[n];
    one->mean = sum / (r->draws + ROUND_DRAWS);
    if (!(one->mean < r->racers[0].mean)) continue;
    const racer better = *one;
    *one = r->racers[0];
    r->racers[0] = better;
  }
  r->draws += ROUND_DRAWS;
  return FAVOR_OK;
}

/* Drop those that are clearly worse than the first. True while one of the others may still matter. */
static bool thin_out(race *r) {
  const double *best = r->racers[0].log_error;
  bool open = false;
  int kept = 1;
  for (int i = 1; i < r->count; ++i) {
    const racer *one = &r->racers[i];
    const double gap = one->mean - r->racers[0].mean;
    double square = 0;
    for (int n = 0; n < r->draws; ++n) {
      const double off = one->log_error[n] - best[n] - gap;
      square += off * off;
    }
    const double margin = deviations * sqrt(square / ((double)r->draws * (r->draws - 1)));
    if (gap > margin) {
      favor_map_destroy(one->map);
      continue;
    }
    open = open || gap + margin > log(near_enough);
    if (kept != i) r->racers[kept] = *one;
    ++kept;
  }
  r->count = kept;
  /* Beyond an error of 1 zeros are the better output: nothing to choose between. */
  return open && r->racers[0].mean < 0 && r->draws < r->last;
}

/* Draws cost M dim^2: fewer of them in many dimensions, where they also differ less. */
static int last_draws(int64_t dim) {
  const int64_t rounds = LAST_DRAWS / ROUND_DRAWS * 64 / (dim > 64 ? dim : 64);
  return ROUND_DRAWS * (int)(rounds > 2 ? rounds : 2);
}

/* The first, or the one ranked best where that is as good. */
static const favor_estimator *winner(const race *r, const favor_estimator *ranked) {
  if (r->count == 0) return ranked;
  for (int i = 1; i < r->count; ++i)
    if (r->racers[i].estimator == ranked && r->racers[i].mean + log(clearly) <= r->racers[0].mean)
      return ranked;
  return r->racers[0].estimator;
}

static favor_status choose(const favor_probe *probe, const favor_map_opts *opts, bool single,
                           favor_choose *out) {
  race r = {.last = last_draws(opts->dim)};
  favor_status status = line_up(&r, opts, single);
  bool open = r.count > 1;
  while (status >= 0 && open) {
    status = run_round(&r, probe);
    if (status >= 0) open = thin_out(&r);
  }
  const favor_estimator *chosen = winner(&r, favor_estimator_best(opts->kernel, true));
  for (int i = 0; i < r.count; ++i) favor_map_destroy(r.racers[i].map);
  if (status < 0) return status;
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
      .key_flops = favor_cost_key(e->shape, opts->dim),
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
  if (status >= 0) status = favor_trial_one(&probe, &one, JUDGE_DRAWS, trial.level);
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
