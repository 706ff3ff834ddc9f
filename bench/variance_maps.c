/* SPDX-License-Identifier: MIT */
/** The maps of a block: every combination that is asked for and valid, and the baseline. */
#include <math.h>
#include <string.h>

#include "logstat.h"
#include "variance_block.h"

int variance_count(const variance_options *options, int32_t kernel) {
  int count = 0;
  if (options->automatic.at[0] == FAVOR_ON) return 1;
  for (int e = 0; e < options->estimator.count; e++)
    for (int c = 0; c < options->coupling.count; c++)
      count += favor_combination(kernel, (int32_t)options->estimator.at[e],
                                 (int32_t)options->coupling.at[c]) == FAVOR_OK;
  return count;
}

int variance_refuse(const variance_work *b, int32_t estimator, int32_t coupling, const char *what) {
  (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "%s: %s with %s rows: %s",
                 variance_set_name(b->run, b->fixed->set),
                 bench_name_of(bench_estimators, bench_num_estimators, estimator),
                 bench_name_of(bench_couplings, bench_num_couplings, coupling), what);
  return -1;
}

/* Recentring where it is asked for and possible: statistics of one pair have nothing to centre. */
static int32_t recentre_of(const variance_work *b) {
  if (b->fixed->recentre == FAVOR_OFF || b->sample->set->paired) return FAVOR_OFF;
  return FAVOR_ON;
}

int variance_make_map(const variance_work *b, int32_t estimator, int32_t coupling,
                      int64_t projections, int32_t recentre, favor_map **out, bool *recentred) {
  favor_map_opts opts;
  favor_report report;
  favor_estimator_info info = {.size = sizeof info};
  (void)favor_report_init(&report);
  (void)favor_map_opts_init(&opts);
  opts.dim = b->sample->set->dim;
  opts.projections = projections;
  opts.kernel = b->fixed->kernel;
  opts.estimator = estimator;
  opts.coupling = coupling;
  opts.recentre = recentre;
  opts.isa = b->fixed->isa;
  opts.scale = b->sample->set->scale;
  opts.seed = (uint64_t)b->run->options->seed.at[0];
  opts.stats = b->sample->set->stats;
  opts.report = &report;
  if (favor_estimator_get_info(estimator, &info) == FAVOR_OK && info.takes_tilt)
    opts.tilt = b->run->options->tilt.at[0];
  favor_status status = favor_map_create(&opts, out);
  if (status == FAVOR_ERR_COMBINATION && recentre == FAVOR_ON) { /* a kernel that cannot be */
    opts.recentre = recentre = FAVOR_OFF;
    status = favor_map_create(&opts, out);
  }
  *recentred = recentre == FAVOR_ON;
  return status == FAVOR_OK ? 0 : variance_refuse(b, estimator, coupling, report.message);
}

static int make_row(variance_work *b, int32_t estimator, int32_t coupling) {
  favor_estimator_info info = {.size = sizeof info};
  variance_row *row = &b->rows[b->count];
  favor_map **map = &b->maps[b->count];
  memset(row, 0, sizeof *row);
  row->set = b->fixed->set;
  row->kernel = b->fixed->kernel;
  row->estimator = estimator;
  row->coupling = coupling;
  row->precision = b->fixed->precision;
  row->isa = b->fixed->isa;
  row->threads = b->fixed->threads;
  row->projections = b->fixed->projections;
  row->log_closed = row->log_median = row->forecast = row->objective = row->z = NAN;
  row->log_baseline = row->baseline_objective = row->log_ratio = row->log_ratio_time =
      row->us_per_row = row->output_error = NAN;
  if (favor_estimator_get_info(estimator, &info) == FAVOR_OK) row->positive = info.positive == 1;
  if (variance_make_map(b, estimator, coupling, row->projections, recentre_of(b), map,
                        &row->recentred) != 0)
    return -1;
  row->features = favor_map_features(*map);
  b->count++;
  return 0;
}

static int make_auto_row(variance_work *b) {
  const bench_set *set = b->sample->set;
  const bench_auto_case asked = {.kernel = b->fixed->kernel,
                                 .recentre =
                                     recentre_of(b) == FAVOR_OFF ? FAVOR_OFF : FAVOR_DEFAULT,
                                 .n_q = set->length,
                                 .n_k = set->length,
                                 .projections = b->fixed->projections};
  favor_forecast advice;
  if (bench_auto_forecast(set, &asked, &advice, b->message) != 0 ||
      make_row(b, advice.estimator, advice.coupling) != 0)
    return -1;
  b->rows[b->count - 1].advice = advice;
  return 0;
}

static int make_rows(variance_work *b) {
  const variance_options *o = b->run->options;
  if (o->automatic.at[0] == FAVOR_ON) return make_auto_row(b);
  for (int e = 0; e < o->estimator.count; e++)
    for (int c = 0; c < o->coupling.count; c++) {
      const int32_t estimator = (int32_t)o->estimator.at[e], coupling = (int32_t)o->coupling.at[c];
      if (favor_combination(b->fixed->kernel, estimator, coupling) != FAVOR_OK) continue;
      if (make_row(b, estimator, coupling) != 0) return -1;
    }
  return 0;
}

/* One projection for the closed form, as many as the block's for the time. */
static int make_baseline(variance_work *b) {
  const int32_t estimator = FAVOR_ESTIMATOR_POSITIVE, coupling = FAVOR_COUPLING_IID;
  const int64_t pairs = b->sample->num_pairs;
  favor_map *one = NULL;
  bool recentred;
  double error = NAN, objective = 0;
  if (favor_combination(b->fixed->kernel, estimator, coupling) != FAVOR_OK) return 0;
  if (variance_make_map(b, estimator, coupling, 1, FAVOR_OFF, &one, &recentred) != 0) return -1;
  if (bench_forecast(one, b->sample, b->log_relmse) == FAVOR_OK) {
    error = bench_log_mean(pairs, b->log_relmse);
    for (int64_t p = 0; p < pairs; p++) objective += bench_log1p_exp(b->log_relmse[p]);
  }
  favor_map_destroy(one);
  for (int i = 0; i < b->count; i++) {
    b->rows[i].log_baseline = error;
    b->rows[i].baseline_objective = objective / (double)pairs;
  }
  return variance_make_map(b, estimator, coupling, b->fixed->projections, FAVOR_OFF,
                           &b->maps[b->count], &recentred);
}

int variance_make_maps(variance_work *work) {
  return make_rows(work) == 0 && make_baseline(work) == 0 ? 0 : -1;
}
