/* SPDX-License-Identifier: MIT */
/** How many projections an error takes. Couplings pay block by block, so that small numbers cannot be had
 *  from large ones by 1/M: maps of the number in question are asked. */
#include <math.h>
#include <stdlib.h>

#include "logstat.h"
#include "variance_block.h"

/* What a number of projections gives. */
typedef struct outlook {
  double features, log_median, objective;
} outlook;

/* From a measurement, where no closed form is known. */
static outlook scaled(const variance_row *row, int64_t projections) {
  const double ratio = (double)projections / (double)row->projections;
  const outlook found = {(double)row->features * ratio, row->errors.log_relmse - log(ratio),
                         variance_objective(row)};
  return found;
}

static outlook look(const variance_run *run, const variance_row *row, int64_t projections) {
  char message[BENCH_MESSAGE_BYTES];
  const variance_case fixed = {.set = row->set,
                               .kernel = row->kernel,
                               .precision = row->precision,
                               .isa = row->isa,
                               .threads = 1,
                               .projections = projections};
  const bench_sample *sample = &run->samples[row->set];
  const variance_work work = {
      .run = (variance_run *)run, .fixed = &fixed, .sample = sample, .message = message};
  outlook found = scaled(row, projections);
  favor_map *map = NULL;
  bool recentred;
  double *ln = malloc((size_t)sample->num_pairs * sizeof *ln);
  if (ln != NULL && !isnan(row->log_closed) &&
      variance_make_map(&work, row->estimator, row->coupling, projections,
                        row->recentred ? FAVOR_ON : FAVOR_OFF, &map, &recentred) == 0 &&
      bench_forecast(map, sample, ln) == FAVOR_OK) {
    found.features = (double)favor_map_features(map);
    found.objective = 0;
    for (int64_t p = 0; p < sample->num_pairs; p++)
      found.objective += bench_log1p_exp(ln[p] + log(found.features)) / (double)sample->num_pairs;
    found.log_median = bench_quantile(sample->num_pairs, ln, 0.5);
  }
  favor_map_destroy(map);
  free(ln);
  return found;
}

/* ln of the factor by which an outlook misses its aim; at most 0 where it is reached. The aim is the rule
 * where log_target is NAN. */
static double miss(const outlook *o, double log_target) {
  if (isnan(log_target)) return log(10.0) + o->objective - log(o->features);
  return o->log_median - log_target;
}

/* The least number of projections whose miss is at most 0. */
static double search(const variance_run *run, const variance_row *row, double log_target) {
  const int64_t two_blocks = 2 * run->sets[row->set].dim;
  int64_t high = row->projections > two_blocks ? row->projections : two_blocks, low = 0;
  const outlook most = look(run, row, high);
  if (miss(&most, log_target) > 0) return ceil((double)high * exp(miss(&most, log_target)));
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    const outlook there = look(run, row, middle);
    if (miss(&there, log_target) > 0)
      low = middle;
    else
      high = middle;
  }
  return (double)high;
}

double variance_projections_for(const variance_run *run, const variance_row *row,
                                double log_target) {
  return search(run, row, log_target);
}

double variance_features_for_rule(const variance_run *run, const variance_row *row) {
  const double per_projection = (double)row->features / (double)row->projections;
  return per_projection * search(run, row, NAN);
}
