/* SPDX-License-Identifier: MIT */
#include "variance_block.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "logstat.h"
#include "output_error.h"
#include "progress.h"

/* Rows of features that are timed at once. */
static const int64_t timed_rows = 256;

/* A failed check: say so and go on. */
static void fail_check(const variance_work *b, const variance_row *row, const char *what) {
  bench_progress_end();
  (void)fprintf(stderr, "check failed: %s: %s with %s rows, %s, M = %lld: %s\n",
                variance_set_name(b->run, row->set),
                bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, row->coupling),
                bench_name_of(bench_kernels, bench_num_kernels, row->kernel),
                (long long)row->projections, what);
  b->run->failures++;
}

static void forecast_row(variance_work *b, const favor_map *map, variance_row *row) {
  const int64_t n = b->sample->num_pairs;
  const double log_projections = log((double)row->projections);
  const double log_features = log((double)row->features);
  double projection = 0, feature = 0;
  if (bench_forecast(map, b->sample, b->log_relmse) != FAVOR_OK) return;
  row->log_closed = bench_log_mean(n, b->log_relmse);
  for (int64_t p = 0; p < n; p++) {
    projection += bench_log1p_exp(b->log_relmse[p] + log_projections);
    feature += bench_log1p_exp(b->log_relmse[p] + log_features);
  }
  row->forecast = projection / (double)n;
  row->objective = feature / (double)n;
  row->log_median = bench_quantile(n, b->log_relmse, 0.5);
}

/* Sample variances can be believed: no tail that rare draws carry, and more than rounding. */
static bool is_trusted(const variance_work *b, const variance_row *row) {
  const double unit = row->precision == FAVOR_F32 ? FLT_EPSILON : DBL_EPSILON;
  const double size = isnan(row->log_closed) ? row->errors.log_relmse : row->log_closed;
  if (size < 2 * log(VARIANCE_ROUNDING * unit)) return false;
  if (row->kernel == FAVOR_KERNEL_ARCCOS1) return true;
  /* Products of powers have heavier tails than exponentials. */
  if (row->estimator == FAVOR_ESTIMATOR_POISSON || row->estimator == FAVOR_ESTIMATOR_GEOMETRIC)
    return false;
  return bench_sample_largest_sum(b->sample, row->recentred) <= VARIANCE_TRUSTED_SUM;
}

static int measure_row(variance_work *b, const favor_map *map, variance_row *row) {
  const favor_precision precision = (favor_precision)row->precision;
  const uint64_t seed = (uint64_t)b->run->options->seed.at[0] * 1000003U + 1;
  const favor_status status =
      bench_measure_errors(map, precision, b->sample, b->log_kernel, b->run->options->repeats.at[0],
                           seed, b->fixed->executor, &row->errors);
  if (status != FAVOR_OK)
    return variance_refuse(b, row->estimator, row->coupling, favor_strerror(status));
  row->z = bench_log_score(row->errors.log_relmse, row->log_closed, row->errors.log_stderr);
  row->trusted = is_trusted(b, row);
  row->output_error =
      bench_output_error(map, b->sample->set, b->fixed->kernel, seed, b->fixed->executor);
  return 0;
}

static void check_row(const variance_work *b, const favor_map *map, const variance_row *row) {
  if (!bench_verify_features(map, (favor_precision)row->precision, row->positive, b->sample,
                             b->fixed->executor))
    fail_check(b, row, "features differ from their logarithms");
  if (row->trusted && b->run->options->repeats.at[0] >= VARIANCE_Z_REPEATS &&
      fabs(row->z) > VARIANCE_Z_LIMIT) {
    char text[96];
    (void)snprintf(text, sizeof text, "measured error is %.1f standard errors from its closed form",
                   row->z);
    fail_check(b, row, text);
  }
}

/* Microseconds per row; process time where one thread does it all. */
static int time_maps(variance_work *b) {
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
    const double seconds = b->fixed->threads == 1 ? jobs[i].times.cpu_min : jobs[i].times.wall_min;
    good = good && !work[i].failed;
    b->microseconds[i] = 1e6 * seconds / (double)timed_rows;
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
static void fill_ratios(variance_work *b) {
  for (int i = 0; i < b->count; i++) {
    variance_row *row = &b->rows[i];
    const double error = isnan(row->log_closed) ? row->errors.log_relmse : row->log_closed;
    row->us_per_row = b->microseconds[i];
    if (b->maps[b->count] == NULL) continue;
    const double affordable =
        (double)row->projections * b->microseconds[i] / b->microseconds[b->count];
    row->log_ratio = error - (row->log_baseline - log((double)row->features));
    row->log_ratio_time = error - (row->log_baseline - log(affordable));
  }
}

static int measure_all(variance_work *b) {
  for (int i = 0; i < b->count; i++) {
    variance_row *row = &b->rows[i];
    bench_progress(++b->run->step, b->run->steps, "%s: %s, %s rows",
                   variance_set_name(b->run, row->set),
                   bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                   bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
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

static int measure_allocated(variance_work *b) {
  if (bench_sample_kernel(b->sample, b->fixed->kernel, b->log_kernel) != FAVOR_OK) {
    (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "the exact kernel could not be computed");
    return -1;
  }
  if (variance_make_maps(b) != 0 || measure_all(b) != 0 || time_maps(b) != 0) return -1;
  fill_ratios(b);
  b->run->num_rows += b->count;
  return 0;
}

int variance_measure_block(variance_run *run, const variance_case *fixed,
                           char message[BENCH_MESSAGE_BYTES]) {
  const int count = variance_count(run->options, fixed->kernel);
  if (count == 0) return 0;
  const size_t pairs = (size_t)run->samples[fixed->set].num_pairs;
  variance_work b = {
      .run = run, .fixed = fixed, .sample = &run->samples[fixed->set], .message = message};
  b.maps = calloc((size_t)count + 1, sizeof *b.maps);
  b.log_kernel = malloc(2 * pairs * sizeof *b.log_kernel);
  b.microseconds = calloc((size_t)count + 1, sizeof *b.microseconds);
  b.rows = room_for(run, count);
  int status = -1;
  if (b.maps != NULL && b.log_kernel != NULL && b.microseconds != NULL && b.rows != NULL) {
    b.log_relmse = b.log_kernel + pairs;
    status = measure_allocated(&b);
  } else {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %d maps", count);
  }
  for (int i = 0; b.maps != NULL && i <= count; i++) favor_map_destroy(b.maps[i]);
  free(b.maps);
  free(b.log_kernel);
  free(b.microseconds);
  return status;
}
