/* SPDX-License-Identifier: MIT */
/** One block: every estimator and coupling on one set in one mode, with its yardsticks, verified,
 *  measured and timed in turn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention_block.h"
#include "progress.h"
#include "timing.h"
#include "wide.h"

/* A burst of multiply-adds: about a millisecond. */
static const double burst_flops = 5e7;

/* The yardsticks that every block has, in the order of their jobs; then come features and products
 * of each row. */
enum {
  JOB_PEAK,
  JOB_EXACT,
  JOB_BLAS_EXACT,
  JOB_PRODUCTS,
  JOB_EXPONENTIALS,
  JOB_NARROW,
  NUM_YARDSTICKS
};

void attention_fail_check(attention_run *run, const attention_row *row, const char *what) {
  const bool exact = row->estimator == 0;
  bench_progress_end();
  (void)fprintf(stderr, "check failed: %s: %s%s%s, %s, %s, M = %lld: %s\n",
                attention_set_name(run, row->fixed.set),
                exact ? "exact attention"
                      : bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                exact ? "" : ", ",
                exact ? "" : bench_name_of(bench_couplings, bench_num_couplings, row->coupling),
                bench_name_of(attention_modes, attention_num_modes, row->fixed.mode),
                bench_name_of(bench_precisions, bench_num_precisions, row->fixed.precision),
                (long long)row->fixed.projections, what);
  run->failures++;
}

/* Both are right before they are timed. */
static int verify_exact(attention_block *b, attention_row *row) {
  double error;
  attention_exact_run(&b->exact);
  if (b->exact.status < 0)
    return attention_refuse(b, "exact attention", favor_strerror(b->exact.status));
  const char *wrong = attention_verify_exact(&b->exact, &b->sample, &row->output_median);
  if (wrong != NULL) attention_fail_check(b->run, row, wrong);
  bench_blas_exact(&b->blas_exact);
  wrong = attention_verify_exact(&b->exact, &b->sample, &error);
  if (wrong != NULL) attention_fail_check(b->run, row, "that on the BLAS differs");
  return 0;
}

/* ---- Measuring --------------------------------------------------------------------------------- */

static int measure_row(attention_block *b, int i) {
  attention_row *row = &b->rows[i];
  attention_job *job = &b->features[i];
  const attention_options *o = b->run->options;
  const uint64_t seed = (uint64_t)o->seed.at[0] * 1000003U + 1;
  attention_job_prepare(job, -1);
  attention_job_run(job);
  if (job->status < 0) return attention_refuse(b, "attention", favor_strerror(job->status));
  const char *wrong = attention_verify(job, &b->sample, row);
  if (wrong != NULL) attention_fail_check(b->run, row, wrong);
  const favor_status status =
      attention_measure_errors(job, &b->sample, o->draws.count > 0 ? o->draws.at[0] : 0, seed, row);
  return status == FAVOR_OK ? 0 : attention_refuse(b, "redraws", favor_strerror(status));
}

static void peak_prepare(void *arg, int repeat) {
  attention_data_fill(&((attention_block *)arg)->data, repeat);
}

static void peak_run(void *arg) {
  attention_block *b = (attention_block *)arg;
  b->peak_flops = bench_wide_peak(b->data.precision, burst_flops);
}

static double least_seconds(const attention_block *b, int job) {
  const bench_times *t = &b->jobs[job].times;
  return b->fixed->threads == 1 ? t->cpu_min : t->wall_min;
}

static double median_seconds(const attention_block *b, int job) {
  const bench_times *t = &b->jobs[job].times;
  return b->fixed->threads == 1 ? t->cpu_median : t->wall_median;
}

static void note_gemm(attention_block *b, double flops, double seconds) {
  double *best = &b->run->best_gemm[b->data.precision == FAVOR_F64];
  const double rate = flops / seconds / (double)b->fixed->threads;
  if (rate > *best) *best = rate;
}

static void note_peak(attention_block *b) {
  double *peak = &b->run->peak[b->data.precision == FAVOR_F64];
  const double rate = b->peak_flops / b->jobs[JOB_PEAK].times.cpu_min;
  if (rate > *peak) *peak = rate;
}

static void note_exact(const attention_block *b, attention_row *row) {
  const double factor = b->exact.factor, own = least_seconds(b, JOB_EXACT);
  row->exact_seconds = factor * fmin(own, least_seconds(b, JOB_BLAS_EXACT));
  row->exact_own = factor * own;
  row->exact_products = factor * least_seconds(b, JOB_PRODUCTS);
  row->exact_exponentials = factor * least_seconds(b, JOB_EXPONENTIALS);
  row->exact_narrow = factor * least_seconds(b, JOB_NARROW);
}

static int time_jobs(attention_block *b) {
  const int repeats = (int)b->run->options->repeats.at[0];
  b->jobs[JOB_PEAK] = (bench_job){.prepare = peak_prepare, .run = peak_run, .ctx = b};
  b->jobs[JOB_EXACT] = (bench_job){.run = attention_exact_run, .ctx = &b->exact};
  b->jobs[JOB_BLAS_EXACT] = (bench_job){.run = bench_blas_exact, .ctx = &b->blas_exact};
  b->jobs[JOB_PRODUCTS] = (bench_job){.run = bench_blas_exact, .ctx = &b->products};
  b->jobs[JOB_EXPONENTIALS] = (bench_job){.run = bench_blas_exact, .ctx = &b->exponentials};
  b->jobs[JOB_NARROW] = (bench_job){.run = bench_blas_exact, .ctx = &b->narrow};
  for (int i = 0; i < b->count; i++) {
    b->jobs[NUM_YARDSTICKS + 2 * i] = (bench_job){
        .prepare = attention_job_prepare, .run = attention_job_run, .ctx = &b->features[i]};
    b->jobs[NUM_YARDSTICKS + 2 * i + 1] =
        (bench_job){.run = bench_blas_features, .ctx = &b->gemms[i]};
  }
  if (!bench_interleave(NUM_YARDSTICKS + 2 * b->count, b->jobs, repeats))
    return attention_refuse(b, "timing", "no memory");
  note_peak(b);
  note_gemm(b, bench_exact_flops(&b->exact.desc), least_seconds(b, JOB_PRODUCTS));
  for (int i = 0; i < b->count; i++) {
    const int own = NUM_YARDSTICKS + 2 * i;
    attention_row *row = &b->rows[i];
    if (b->features[i].status < 0)
      return attention_refuse(b, "attention", favor_strerror(b->features[i].status));
    row->seconds_min = least_seconds(b, own);
    row->seconds_median = median_seconds(b, own);
    row->gemms_seconds = least_seconds(b, own + 1);
    note_gemm(b, bench_blas_features_flops(&b->gemms[i]), row->gemms_seconds);
    note_exact(b, row);
  }
  return 0;
}

/* The row of mode exact: the library's exact attention takes the place of features. */
static void finish_exact_row(attention_block *b, attention_row *row) {
  const double factor = b->exact.factor;
  row->seconds_min = factor * least_seconds(b, JOB_EXACT);
  row->seconds_median = factor * median_seconds(b, JOB_EXACT);
  row->gemms_seconds = factor * least_seconds(b, JOB_PRODUCTS);
  row->flops = factor * bench_exact_flops(&b->exact.desc);
  row->extra_bytes = (double)b->exact.work_bytes;
  note_exact(b, row);
}

static int append_rows(attention_block *b, const attention_row *rows, int count) {
  attention_run *run = b->run;
  if (run->num_rows + count > run->capacity) {
    const int64_t capacity = 2 * run->capacity + count + 32;
    attention_row *more = realloc(run->rows, (size_t)capacity * sizeof *more);
    if (more == NULL) return attention_refuse(b, "the rows", "no memory");
    run->rows = more;
    run->capacity = capacity;
  }
  memcpy(run->rows + run->num_rows, rows, (size_t)count * sizeof *rows);
  run->num_rows += count;
  return 0;
}

static void tell(attention_block *b, const attention_row *row) {
  const bool exact = row->estimator == 0;
  bench_progress(++b->run->step, b->run->steps, "%s %s, %lld keys: %s %s",
                 attention_set_name(b->run, b->fixed->set),
                 bench_name_of(attention_modes, attention_num_modes, b->fixed->mode),
                 (long long)row->n_k,
                 exact ? "" : bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                 exact ? "" : bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
}

static int measure(attention_block *b) {
  const attention_set *set = &b->run->sets[b->fixed->set];
  const bool exact_mode = b->fixed->mode == ATTENTION_EXACT;
  attention_row exact_row;
  if (!attention_data_start(&b->data, set, b->fixed, (uint64_t)b->run->options->seed.at[0]))
    return attention_refuse(b, "inputs", "no memory");
  attention_data_fill(&b->data, -1);
  if (!attention_sample_start(&b->sample, &b->data, b->fixed))
    return attention_refuse(b, "exact outputs", "no memory, or no query sees a key");
  attention_blank_row(b, &exact_row);
  if (attention_start_exact(b) != 0 || verify_exact(b, &exact_row) != 0) return -1;
  if (!exact_mode && attention_make_rows(b) != 0) return -1;
  for (int i = 0; i < b->count; i++) {
    tell(b, &b->rows[i]);
    if (measure_row(b, i) != 0) return -1;
  }
  if (exact_mode) tell(b, &exact_row);
  if (time_jobs(b) != 0) return -1;
  if (!exact_mode) return append_rows(b, b->rows, b->count);
  finish_exact_row(b, &exact_row);
  return append_rows(b, &exact_row, 1);
}

static void release(attention_block *b) {
  for (int i = 0; i < b->count; i++) {
    attention_job_end(&b->features[i]);
    bench_blas_end(&b->gemms[i]);
    favor_map_destroy(b->maps[i]);
  }
  bench_blas_end(&b->blas_exact);
  bench_blas_end(&b->products);
  bench_blas_end(&b->exponentials);
  bench_blas_end(&b->narrow);
  attention_exact_end(&b->exact);
  attention_sample_end(&b->sample);
  attention_data_end(&b->data);
  free(b->rows);
  free(b->maps);
  free(b->features);
  free(b->gemms);
  free(b->jobs);
}

int attention_measure_block(attention_run *run, const attention_case *fixed,
                            char message[BENCH_MESSAGE_BYTES]) {
  attention_block b = {.run = run, .fixed = fixed, .message = message};
  const size_t most = (size_t)attention_count(run->options) + 1;
  b.rows = calloc(most, sizeof *b.rows);
  b.maps = calloc(most, sizeof *b.maps);
  b.features = calloc(most, sizeof *b.features);
  b.gemms = calloc(most, sizeof *b.gemms);
  b.jobs = calloc(NUM_YARDSTICKS + 2 * most, sizeof *b.jobs);
  const bool room = b.rows && b.maps && b.features && b.gemms && b.jobs;
  const int status = room ? measure(&b) : attention_refuse(&b, "the jobs", "no memory");
  release(&b);
  return status;
}
