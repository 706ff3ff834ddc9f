/* SPDX-License-Identifier: MIT */
/** The error of a map's kernel estimate over redraws of its projections, and the time of its
 *  features. */
#ifndef FAVOR_BENCH_MEASURE_H
#define FAVOR_BENCH_MEASURE_H

#include <stdbool.h>

#include "sample.h"
#include "timing.h"

/** Errors over pairs and redraws. Squares are given by their logarithms; NAN: not measured. */
typedef struct bench_errors {
  double log_relmse;  /* ln of the mean over redraws of the mean over pairs of ((K^ - K) / K)^2 */
  double log_stderr;  /* ln of its standard error: redraws are independent, pairs are not */
  double median, p90; /* of |K^ - K| / K over pairs and redraws */
} bench_errors;

/** Redraw the map `repeats` times and compare. In float32 nothing is measured where a kernel is
 *  outside e^-80 to e^80, since estimates might not fit. */
favor_status bench_measure_errors(const favor_map *map, favor_precision precision,
                                  const bench_sample *sample, const double *log_kernel,
                                  int64_t repeats, uint64_t seed, const favor_executor *executor,
                                  bench_errors *out);

/** The closed form over the same pairs: log_relmse[num_pairs]. */
favor_status bench_forecast(const favor_map *map, const bench_sample *sample, double *log_relmse);

/** The features of both sides of some rows agree with favor_map_log_features_f64, to the rounding
 *  of the precision; and none is negative where `positive`. */
bool bench_verify_features(const favor_map *map, favor_precision precision, bool positive,
                           const bench_sample *sample, const favor_executor *executor);

/** A timed job: features of `rows` queries of the set, other ones in each repeat. */
typedef struct bench_features_job {
  const favor_map *map;
  const bench_set *set;
  const favor_executor *executor;
  favor_precision precision;
  int64_t rows;
  uint64_t seed;
  void *x, *phi, *work; /* as wide as the precision */
  double *log_scale;
  size_t work_bytes;
  bool failed;
} bench_features_job;

/** Allocate the job's arrays; false without memory. */
bool bench_features_job_start(bench_features_job *job);
void bench_features_job_prepare(void *job, int repeat);
void bench_features_job_run(void *job);
void bench_features_job_end(bench_features_job *job);

#endif
