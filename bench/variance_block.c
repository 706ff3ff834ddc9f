/* SPDX-License-Identifier: MIT */
#include "variance_block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logstat.h"
#include "output_error.h"
#include "progress.h"

/* Rows of features that are timed at once. */
static const int64_t timed_rows = 256;

typedef struct block {
  variance_run *run;
  const variance_case *fixed;
  const bench_sample *sample;
  int count;           /* combinations */
  favor_map **maps;    /* [count + 1], the last one the baseline of times, or NULL */
  variance_row *rows;  /* [count] */
  double *log_kernel;  /* [num_pairs] */
  double *log_relmse;  /* [num_pairs] scratch */
  double log_baseline; /* ln relative variance of one positive iid projection; NAN: no baseline */
  char *message;
} block;

int variance_count(const variance_options *options, int32_t kernel) {
  int count = 0;
  for (int e = 0; e < options->estimator.count; e++)
    for (int c = 0; c < options->coupling.count; c++)
      count += favor_combination(kernel, (int32_t)options->estimator.at[e],
                                 (int32_t)options->coupling.at[c]) == FAVOR_OK;
  return count;
}

static const char *estimator_name(int32_t estimator) {
  return bench_name_of(bench_estimators, bench_num_estimators, estimator);
}

static const char *coupling_name(int32_t coupling) {
  return bench_name_of(bench_couplings, bench_num_couplings, coupling);
}

static int refuse(const block *b, int32_t estimator, int32_t coupling, const char *what) {
  const char *name = b->run->sets[b->fixed->set].name;
  (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "%s: %s with %s rows: %s",
                 name[0] != '\0' ? name : "synthetic", estimator_name(estimator),
                 coupling_name(coupling), what);
  return -1;
}

/* A failed check: say so and go on. */
static void fail_check(const block *b, const variance_row *row, const char *what) {
  const char *name = b->run->sets[row->set].name;
  bench_progress_end();
  (void)fprintf(stderr, "check failed: %s: %s with %s rows, %s, M = %lld: %s\n",
                name[0] != '\0' ? name : "synthetic", estimator_name(row->estimator),
                coupling_name(row->coupling),
                bench_name_of(bench_kernels, bench_num_kernels, row->kernel),
                (long long)row->projections, what);
  b->run->failures++;
}

/* Recentring where it is asked for and possible: statistics of one pair have nothing to centre. */
static int32_t recentre_of(const block *b) {
  if (b->fixed->recentre == FAVOR_OFF || b->sample->set->paired) return FAVOR_OFF;
  return FAVOR_ON;
}

static int make_map(const block *b, int32_t estimator, int32_t coupling, int64_t projections,
                    int32_t recentre, favor_map **out, bool *recentred) {
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
  return status == FAVOR_OK ? 0 : refuse(b, estimator, coupling, report.message);
}

static int make_row(block *b, int32_t estimator, int32_t coupling) {
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
  row->log_closed = row->log_typical = row->forecast = row->z = NAN;
  row->log_ratio = row->log_ratio_time = row->us_per_row = row->output_error = NAN;
  if (favor_estimator_get_info(estimator, &info) == FAVOR_OK) row->positive = info.positive == 1;
  if (make_map(b, estimator, coupling, row->projections, recentre_of(b), map, &row->recentred) != 0)
    return -1;
  row->features = favor_map_features(*map);
  b->count++;
  return 0;
}

static int make_rows(block *b) {
  const variance_options *o = b->run->options;
  for (int e = 0; e < o->estimator.count; e++)
    for (int c = 0; c < o->coupling.count; c++) {
      const int32_t estimator = (int32_t)o->estimator.at[e], coupling = (int32_t)o->coupling.at[c];
      if (favor_combination(b->fixed->kernel, estimator, coupling) != FAVOR_OK) continue;
      if (make_row(b, estimator, coupling) != 0) return -1;
    }
  return 0;
}

/* FAVOR+ as published: positive features, independent rows, means kept. One projection for the closed
 * form, as many as the block's for the time. */
static int make_baseline(block *b) {
  const int32_t estimator = FAVOR_ESTIMATOR_POSITIVE, coupling = FAVOR_COUPLING_IID;
  favor_map *one = NULL;
  bool recentred;
  b->log_baseline = NAN;
  if (favor_combination(b->fixed->kernel, estimator, coupling) != FAVOR_OK) return 0;
  if (make_map(b, estimator, coupling, 1, FAVOR_OFF, &one, &recentred) != 0) return -1;
  if (bench_forecast(one, b->sample, b->log_relmse) == FAVOR_OK)
    b->log_baseline = bench_log_mean(b->sample->num_pairs, b->log_relmse);
  favor_map_destroy(one);
  return make_map(b, estimator, coupling, b->fixed->projections, FAVOR_OFF, &b->maps[b->count],
                  &recentred);
}

/* ln(1 + e^t). */
static double log1p_exp(double t) { return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t)); }

static void forecast_row(block *b, const favor_map *map, variance_row *row) {
  const int64_t n = b->sample->num_pairs;
  const double log_projections = log((double)row->projections);
  double sum = 0;
  if (bench_forecast(map, b->sample, b->log_relmse) != FAVOR_OK) return;
  row->log_closed = bench_log_mean(n, b->log_relmse);
  for (int64_t p = 0; p < n; p++) sum += log1p_exp(b->log_relmse[p] + log_projections);
  row->forecast = sum / (double)n;
  row->log_typical = bench_quantile(n, b->log_relmse, 0.5) + log_projections;
}

static int measure_row(block *b, const favor_map *map, variance_row *row) {
  const favor_precision precision = (favor_precision)row->precision;
  const uint64_t seed = (uint64_t)b->run->options->seed.at[0] * 1000003U + 1;
  const favor_status status =
      bench_measure_errors(map, precision, b->sample, b->log_kernel, b->run->options->repeats.at[0],
                           seed, b->fixed->executor, &row->errors);
  if (status != FAVOR_OK) return refuse(b, row->estimator, row->coupling, favor_strerror(status));
  row->z = bench_log_score(row->errors.log_relmse, row->log_closed, row->errors.log_stderr);
  row->trusted = row->kernel == FAVOR_KERNEL_ARCCOS1 ||
                 bench_sample_largest_sum(b->sample, row->recentred) <= VARIANCE_TRUSTED_SUM;
  row->output_error =
      bench_output_error(map, b->sample->set, b->fixed->kernel, seed, b->fixed->executor);
  return 0;
}

static void check_row(const block *b, const favor_map *map, const variance_row *row) {
  if (!bench_verify_features(map, (favor_precision)row->precision, row->positive, b->sample,
                             b->fixed->executor))
    fail_check(b, row, "features differ from their logarithms");
  if (row->trusted && fabs(row->z) > VARIANCE_Z_LIMIT) {
    char text[96];
    (void)snprintf(text, sizeof text, "measured error is %.1f standard errors from its closed form",
                   row->z);
    fail_check(b, row, text);
  }
}

/* Microseconds per row, the baseline's in seconds[count]; process time where one thread does it all. */
static int time_maps(block *b, double *microseconds) {
  const int n = b->count + (b->maps[b->count] != NULL);
  bench_features_job *work = calloc((size_t)n, sizeof *work);
  bench_job *jobs = calloc((size_t)n, sizeof *jobs);
  bool good = work != NULL && jobs != NULL;
  for (int i = 0; i < n && good; i++) {
    const bench_features_job job = {.map = b->maps[i],
                                    .set = b->sample->set,
                                    .executor = b->fixed->executor,
                                    .precision = (favor_precision)b->fixed->precision,
                                    .rows = timed_rows,
                                    .seed = (uint64_t)b->run->options->seed.at[0]};
    work[i] = job;
    good = bench_features_job_start(&work[i]);
    jobs[i].prepare = bench_features_job_prepare;
    jobs[i].run = bench_features_job_run;
    jobs[i].ctx = &work[i];
  }
  good = good && bench_interleave(n, jobs, BENCH_MIN_REPEATS);
  for (int i = 0; work != NULL && i < n; i++) {
    const double seconds =
        b->fixed->threads == 1 ? jobs[i].times.cpu_min : jobs[i].times.wall_min;
    good = good && !work[i].failed;
    microseconds[i] = 1e6 * seconds / (double)timed_rows;
    bench_features_job_end(&work[i]);
  }
  free(work);
  free(jobs);
  if (good) return 0;
  (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "the features could not be timed");
  return -1;
}

double variance_lead(const variance_row *row) {
  const bool measured = !isnan(row->errors.log_relmse);
  if (row->trusted && measured) return row->errors.log_relmse;
  return isnan(row->log_closed) ? row->errors.log_relmse : row->log_closed;
}

/* Ratios are of closed forms where there is one: they carry no noise. */
static void fill_ratios(block *b, const double *microseconds) {
  for (int i = 0; i < b->count; i++) {
    variance_row *row = &b->rows[i];
    const double error = isnan(row->log_closed) ? row->errors.log_relmse : row->log_closed;
    row->us_per_row = microseconds[i];
    if (b->maps[b->count] == NULL) continue;
    const double affordable = (double)row->projections * microseconds[i] / microseconds[b->count];
    row->log_ratio = error - (b->log_baseline - log((double)row->features));
    row->log_ratio_time = error - (b->log_baseline - log(affordable));
  }
}

static int measure_all(block *b) {
  for (int i = 0; i < b->count; i++) {
    variance_row *row = &b->rows[i];
    const char *name = b->run->sets[row->set].name;
    bench_progress(++b->run->step, b->run->steps, "%s: %s, %s rows",
                   name[0] != '\0' ? name : "synthetic", estimator_name(row->estimator),
                   coupling_name(row->coupling));
    forecast_row(b, b->maps[i], row);
    if (measure_row(b, b->maps[i], row) != 0) return -1;
    check_row(b, b->maps[i], row);
  }
  return 0;
}

/* Room for `count` more rows. */
static variance_row *room_for(variance_run *run, int count) {
  if (run->num_rows + count > run->capacity) {
    const int64_t capacity = 2 * run->capacity + count;
    variance_row *rows = realloc(run->rows, (size_t)capacity * sizeof *rows);
    if (rows == NULL) return NULL;
    run->rows = rows;
    run->capacity = capacity;
  }
  return run->rows + run->num_rows;
}

static int measure_allocated(block *b, double *microseconds) {
  if (bench_sample_kernel(b->sample, b->fixed->kernel, b->log_kernel) != FAVOR_OK) {
    (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "the exact kernel could not be computed");
    return -1;
  }
  if (make_rows(b) != 0 || make_baseline(b) != 0 || measure_all(b) != 0) return -1;
  if (time_maps(b, microseconds) != 0) return -1;
  fill_ratios(b, microseconds);
  b->run->num_rows += b->count;
  return 0;
}

int variance_measure_block(variance_run *run, const variance_case *fixed,
                           char message[BENCH_MESSAGE_BYTES]) {
  const int count = variance_count(run->options, fixed->kernel);
  if (count == 0) return 0;
  const size_t pairs = (size_t)run->samples[fixed->set].num_pairs;
  block b = {.run = run, .fixed = fixed, .sample = &run->samples[fixed->set], .message = message};
  b.maps = calloc((size_t)count + 1, sizeof *b.maps);
  b.log_kernel = malloc(2 * pairs * sizeof *b.log_kernel);
  double *microseconds = calloc((size_t)count + 1, sizeof *microseconds);
  b.rows = room_for(run, count);
  int status = -1;
  if (b.maps != NULL && b.log_kernel != NULL && microseconds != NULL && b.rows != NULL) {
    b.log_relmse = b.log_kernel + pairs;
    status = measure_allocated(&b, microseconds);
  } else {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %d maps", count);
  }
  for (int i = 0; b.maps != NULL && i <= count; i++) favor_map_destroy(b.maps[i]);
  free(b.maps);
  free(b.log_kernel);
  free(microseconds);
  return status;
}
