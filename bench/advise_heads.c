/* SPDX-License-Identifier: MIT */
/** Each head: loaded, forecast, and forecast again at the projections that reach the target. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "progress.h"

/* Maps of whole panels cost what they compute. */
static const int64_t step = 16;

static int64_t rounded(int64_t projections) {
  return (projections + step - 1) / step * step;
}

static int forecast(const advise_run *run, advise_head *head, favor_map_opts *opts, char *message) {
  const advise_options *o = run->options;
  const bench_set *set = &head->set;
  favor_report report;
  favor_problem problem;
  (void)favor_report_init(&report);
  (void)favor_problem_init(&problem);
  opts->report = &report;
  problem.n_q = problem.n_k = head->length;
  problem.dv = set->dv > 0 ? set->dv : set->dim;
  problem.mask = head->causal ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE;
  problem.target_error = o->target.at[0];
  head->forecast.size = sizeof head->forecast;
  const favor_status status =
      favor_forecast_f64(opts, &problem, set->num_queries, set->q, set->dim, set->num_keys, set->k,
                         set->dim, set->v, set->dv, &head->forecast);
  if (status >= 0) return BENCH_OK;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "%s: %s", set->name,
                 report.message[0] != '\0' ? report.message : favor_strerror(status));
  return BENCH_FAILED;
}

/* Bytes of float32: a state has two levels of F sums over dv + 1 columns and an exponent a feature. */
static void measure_memory(advise_head *head) {
  const double dv = (double)(head->set.dv > 0 ? head->set.dv : head->set.dim);
  head->state_bytes = (double)head->forecast.features * (8 * (dv + 1) + 8);
  head->cached_bytes = 4 * (double)head->length * ((double)head->set.dim + dv);
}

static int advise(const advise_run *run, advise_head *head, char *message) {
  const advise_options *o = run->options;
  favor_map_opts opts;
  (void)favor_map_opts_init(&opts);
  opts.dim = head->set.dim;
  opts.scale = head->set.scale;
  opts.projections = o->projections.count > 0 ? o->projections.at[0] : 256;
  opts.estimator = o->estimator.count > 0 ? (int32_t)o->estimator.at[0] : FAVOR_ESTIMATOR_AUTO;
  opts.coupling = o->coupling.count > 0 ? (int32_t)o->coupling.at[0] : FAVOR_COUPLING_AUTO;
  opts.allow_signed = (int32_t)o->allow_signed.at[0];
  int status = forecast(run, head, &opts, message);
  const int64_t needed = head->forecast.projections_for_target;
  if (status == BENCH_OK && o->projections.count == 0 && needed > 0 &&
      head->forecast.verdict != FAVOR_VERDICT_EXACT) {
    opts.projections = rounded(needed);
    opts.estimator = head->forecast.estimator;
    opts.coupling = head->forecast.coupling;
    status = forecast(run, head, &opts, message);
  }
  measure_memory(head);
  return status;
}

int advise_heads(advise_run *run, char message[BENCH_MESSAGE_BYTES]) {
  const advise_options *o = run->options;
  run->heads = calloc((size_t)o->queries.count, sizeof *run->heads);
  if (run->heads == NULL) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %d heads", o->queries.count);
    return BENCH_FAILED;
  }
  for (int i = 0; i < o->queries.count; i++) {
    advise_head *head = &run->heads[run->count];
    const char *values = i < o->values.count ? o->values.at[i] : NULL;
    bench_progress(i + 1, o->queries.count, "%s", o->queries.at[i]);
    if (bench_set_load(&head->set, o->queries.at[i], o->keys.at[i], values,
                       o->scale.count > 0 ? o->scale.at[0] : 0, message, BENCH_MESSAGE_BYTES) != 0)
      return BENCH_USAGE;
    run->count++;
    head->length = o->length.count > 0 ? o->length.at[0] : head->set.num_keys;
    head->causal = o->mask.at[0] == FAVOR_MASK_CAUSAL;
    const int status = advise(run, head, message);
    if (status != BENCH_OK) return status;
  }
  return BENCH_OK;
}

void advise_run_free(advise_run *run) {
  for (int i = 0; i < run->count; i++) bench_set_free(&run->heads[i].set);
  free(run->heads);
}
