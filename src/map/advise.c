/* SPDX-License-Identifier: MIT */
/* The forecast of a problem: choose, try, read the curve, weigh against exact attention. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/real.h"
#include "base/status.h"
#include "map/choose.h"
#include "map/registry.h"
#include "map/spread.h"

/* Two standard errors, and a little for what trials leave out: keys and queries that are not in the
 * probe, and the law of the partial last block. */
static const double deviations = 2, floor_error = 0.1;

enum { LEAST_TRIALS = 512, MOST_TRIALS = 2048 };

favor_status favor_problem_init_sized(favor_problem *problem, uint64_t size) {
  if (!problem) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, sizeof *problem)) return FAVOR_ERR_STRUCT;
  memset(problem, 0, sizeof *problem);
  problem->size = size;
  problem->target_error = FAVOR_TARGET_ERROR;
  return FAVOR_OK;
}

/* What is forecast, with defaults resolved. */
typedef struct advice {
  favor_problem problem;
  favor_probe_source source;
  favor_resolved resolved;
  favor_map_opts opts;
  favor_probe probe;
  favor_trial trial;
  favor_cost_shape shape;
} advice;

static favor_status check_problem(const favor_problem *given, favor_report *report,
                                  favor_problem *out) {
  favor_status status = favor_problem_init(out);
  if (!given) return status;
  if (!favor_struct_size_ok(given->size, sizeof *given))
    return favor_fail(report, FAVOR_ERR_STRUCT, "problem",
                      "problem->size is %" PRIu64 "; set it up with favor_problem_init",
                      given->size);
  *out = *given;
  const int64_t most = (int64_t)1 << 53;
  status = favor_check_range(report, "n_q", given->n_q, 0, most);
  if (status >= 0) status = favor_check_range(report, "n_k", given->n_k, 0, most);
  if (status >= 0) status = favor_check_range(report, "dv", given->dv, 0, 65536);
  if (status < 0) return status;
  if (given->mask != FAVOR_MASK_NONE && given->mask != FAVOR_MASK_CAUSAL)
    return favor_fail(report, FAVOR_ERR_ENUM, "mask",
                      "mask is %" PRId32 ", which is not a favor_mask", given->mask);
  if (given->reserved != 0)
    return favor_fail(report, FAVOR_ERR_VALUE, "reserved", "reserved is %" PRId32 "; it must be 0",
                      given->reserved);
  if (!(given->target_error >= 1e-6 && given->target_error <= 1))
    return favor_fail(report, FAVOR_ERR_VALUE, "target_error",
                      "target_error is %g; it must be in [1e-6, 1]", given->target_error);
  return FAVOR_OK;
}

/* Everything about the call that does not look at rows. */
static favor_status check_call(const favor_map_opts *opts, const favor_problem *problem,
                               const favor_forecast *out, favor_problem *checked) {
  if (!opts) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(opts->size, sizeof *opts)) return FAVOR_ERR_STRUCT;
  favor_report_begin(opts->report);
  favor_status status = favor_check_pointer(opts->report, "out", out);
  if (status < 0) return status;
  if (out->size != 0 && !favor_struct_size_ok(out->size, sizeof *out))
    return favor_fail(opts->report, FAVOR_ERR_STRUCT, "out",
                      "out->size is %" PRIu64 "; it must be 0 or sizeof(favor_forecast)",
                      out->size);
  return check_problem(problem, opts->report, checked);
}

/* Features that cannot pay need no fine curve. */
static favor_trial_plan plan_of(const advice *a) {
  const double affordable = 4 * favor_cost_affordable(&a->shape);
  const int64_t most = affordable < LEAST_TRIALS  ? LEAST_TRIALS
                       : affordable < MOST_TRIALS ? (int64_t)affordable
                                                  : MOST_TRIALS;
  return (favor_trial_plan){a->problem.target_error, a->opts.projections, most};
}

static favor_status settle(advice *a) {
  favor_choose choice = {.estimator = a->resolved.choice.estimator,
                         .projections = a->opts.projections};
  favor_status status = FAVOR_OK;
  if (a->opts.estimator == FAVOR_ESTIMATOR_AUTO && isnan(a->opts.tilt))
    status = favor_choose_estimator(&a->source, &a->opts, false, &choice);
  if (status < 0) return status;
  const favor_estimator *e = favor_estimator_find(choice.estimator);
  a->opts.estimator = e->id;
  a->opts.projections = choice.projections;
  if (a->opts.coupling == FAVOR_COUPLING_AUTO) a->opts.coupling = favor_coupling_best(e)->id;
  a->shape = (favor_cost_shape){
      .n_q = a->problem.n_q,
      .n_k = a->problem.n_k,
      .dim = a->opts.dim,
      .dv = a->problem.dv,
      .causal = a->problem.mask == FAVOR_MASK_CAUSAL,
      .features_per_projection = favor_form_features(e->form),
      .key_flops = favor_cost_key(e->shape, a->opts.dim),
  };
  return FAVOR_OK;
}

static void conclude(const advice *a, favor_forecast *f) {
  const favor_estimator *e = favor_estimator_find(a->opts.estimator);
  const double m = (double)a->opts.projections;
  double relative = 0;
  f->estimator = a->opts.estimator;
  f->coupling = a->opts.coupling;
  f->positive = e->positive;
  f->projections = a->opts.projections;
  f->features = f->projections * favor_form_features(e->form);
  f->output_error = favor_trial_error(&a->trial, m, &relative);
  const double width = exp(deviations * sqrt(relative * relative + floor_error * floor_error));
  f->output_error_low = f->output_error / width;
  f->output_error_high = f->output_error * width;
  const double needed = ceil(favor_trial_projections(&a->trial, a->problem.target_error));
  f->projections_for_target = needed <= 1 << 24 ? (int64_t)needed : 0;
  f->flops_exact = favor_cost_exact(&a->shape);
  f->flops_features = favor_cost_features(&a->shape, m);
  f->crossover_length = favor_cost_crossover(&a->shape, m);
  f->verdict = favor_choose_verdict(&a->shape, f->output_error, a->problem.target_error, needed);
}

static favor_status run(advice *a, favor_forecast *f) {
  favor_status status = favor_probe_attend(&a->probe, a->opts.kernel, a->opts.scale);
  if (status >= 0) status = settle(a);
  if (status < 0) return status;
  const favor_trial_plan plan = plan_of(a);
  status = favor_trial_ladder(&a->probe, &a->opts, &plan, &a->trial);
  if (status >= 0) status = favor_spread_make(&a->probe, &a->opts, &f->one, &f->many);
  if (status >= 0) conclude(a, f);
  return status;
}

/* With checked arguments. */
static favor_status forecast(const favor_map_opts *opts, const favor_problem *problem,
                             const favor_probe_source *source, favor_forecast *out) {
  const favor_stats *stats = source->stats;
  advice a = {.problem = *problem, .source = *source};
  favor_forecast made = {.size = out->size == 0 ? sizeof made : out->size};
  favor_map_opts given = *opts;
  given.stats = stats;
  favor_status status = favor_resolve(&given, false, &a.resolved);
  if (status < 0) return status;
  if (a.problem.n_q == 0) a.problem.n_q = favor_stats_count(stats, FAVOR_QUERY);
  if (a.problem.n_k == 0) a.problem.n_k = favor_stats_count(stats, FAVOR_KEY);
  if (a.problem.dv == 0) a.problem.dv = opts->dim;
  a.opts = favor_choose_opts(opts, &a.resolved, stats);
  a.source.n_q = a.problem.n_q;
  a.source.n_k = a.problem.n_k;
  a.source.causal = a.problem.mask == FAVOR_MASK_CAUSAL;
  const int saved_errno = errno; /* exp and log set it where a value does not fit */
  const int64_t keys = source->v.data ? FAVOR_PROBE_KEYS : FAVOR_SAMPLE_ROWS;
  status = favor_probe_make(&a.probe, &a.resolved.allocator, opts->dim, &a.source,
                            FAVOR_PROBE_QUERIES, keys);
  if (status >= 0) {
    status = run(&a, &made);
    favor_probe_end(&a.probe);
  }
  errno = saved_errno;
  if (status == FAVOR_ERR_MEMORY)
    return favor_fail(opts->report, status, "", "the scratch of a forecast could not be allocated");
  if (status < 0) return favor_fail(opts->report, status, "opts", "%s", favor_strerror(status));
  *out = made;
  return FAVOR_OK;
}

favor_status favor_forecast_stats(const favor_map_opts *opts, const favor_stats *stats,
                                  const favor_problem *problem, favor_forecast *out) {
  const favor_probe_source source = {.stats = stats};
  favor_problem checked;
  favor_status status = check_call(opts, problem, out, &checked);
  if (status >= 0) status = favor_check_pointer(opts->report, "stats", stats);
  return status < 0 ? status : forecast(opts, &checked, &source, out);
}

static favor_status add_rows(favor_stats *stats, favor_side side, const favor_probe_rows *from,
                             favor_report *report) {
  const favor_status status =
      from->precision == FAVOR_F64
          ? favor_stats_add_f64(stats, side, from->rows, from->data, from->ld, report)
          : favor_stats_add_f32(stats, side, from->rows, from->data, from->ld, report);
  if (status >= 0 || side == FAVOR_QUERY) return status;
  return favor_fail(report, status, "y", "a row of y has no finite norm, or too large a one");
}

static favor_status check_values(const favor_probe_rows *v, favor_report *report) {
  if (!v->data) return FAVOR_OK;
  for (int64_t j = 0; j < v->rows; ++j) {
    double norm2 = 0;
    for (int64_t c = 0; c < v->columns; ++c) {
      const double value = favor_real_get(v->precision, v->data, j * v->ld + c);
      norm2 += value * value;
    }
    if (norm2 <= FAVOR_STATS_NORM2_MAX) continue;
    favor_report_rows(report, FAVOR_ERR_NONFINITE, 1, j);
    return favor_fail(report, FAVOR_ERR_NONFINITE, "v",
                      "row %" PRId64 " of v has no finite norm; every row must have one", j);
  }
  return FAVOR_OK;
}

/* Forecast from arrays: their statistics first, which also finds rows without a norm. */
static favor_status from_arrays(const favor_map_opts *opts, const favor_problem *problem,
                                favor_probe_source *source, favor_forecast *out) {
  favor_problem checked = {0};
  favor_stats *stats = NULL;
  favor_probe_rows *const q = &source->q, *const k = &source->k, *const v = &source->v;
  favor_status status = check_call(opts, problem, out, &checked);
  if (status < 0) return status;
  favor_report *report = opts->report;
  const size_t real = favor_real_size(q->precision);
  status = favor_check_range(report, "n", q->rows, 1, INT64_MAX);
  if (status >= 0) status = favor_check_range(report, "k", k->rows, 1, INT64_MAX);
  if (status < 0) return status;
  status = favor_check_range(report, "dim", opts->dim, 1, FAVOR_STATS_DIM_MAX);
  if (status < 0) return status;
  q->columns = k->columns = opts->dim;
  if (v->data)
    v->columns = checked.dv > 0 ? checked.dv : opts->dim;
  else
    v->rows = v->ld = 0;
  const favor_array list[] = {
      {"x", "ldx", q->data, q->rows, q->columns, q->ld, real, false},
      {"y", "ldy", k->data, k->rows, k->columns, k->ld, real, false},
      {"v", "ldv", v->data, v->rows, v->columns, v->ld, real, false},
      {"out", "out", out, 1, (int64_t)sizeof *out, (int64_t)sizeof *out, 1, true},
  };
  status = favor_check_arrays(report, sizeof list / sizeof *list, list);
  if (status < 0) return status;
  status = favor_stats_create(opts->dim, &opts->allocator, &stats);
  if (status < 0)
    return favor_fail(report, status, "allocator", "statistics: %s", favor_strerror(status));
  status = add_rows(stats, FAVOR_QUERY, q, report);
  if (status >= 0) status = add_rows(stats, FAVOR_KEY, k, report);
  if (status >= 0) status = check_values(v, report);
  source->stats = stats;
  if (status >= 0) status = forecast(opts, &checked, source, out);
  favor_stats_destroy(stats);
  return status;
}

favor_status favor_forecast_f32(const favor_map_opts *opts, const favor_problem *problem, int64_t n,
                                const float *x, int64_t ldx, int64_t k, const float *y, int64_t ldy,
                                const float *v, int64_t ldv, favor_forecast *out) {
  favor_probe_source source = {.q = {FAVOR_F32, x, n, 0, ldx},
                               .k = {FAVOR_F32, y, k, 0, ldy},
                               .v = {FAVOR_F32, v, k, 0, ldv}};
  return from_arrays(opts, problem, &source, out);
}

favor_status favor_forecast_f64(const favor_map_opts *opts, const favor_problem *problem, int64_t n,
                                const double *x, int64_t ldx, int64_t k, const double *y,
                                int64_t ldy, const double *v, int64_t ldv, favor_forecast *out) {
  favor_probe_source source = {.q = {FAVOR_F64, x, n, 0, ldx},
                               .k = {FAVOR_F64, y, k, 0, ldy},
                               .v = {FAVOR_F64, v, k, 0, ldv}};
  return from_arrays(opts, problem, &source, out);
}
