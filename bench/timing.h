/* SPDX-License-Identifier: MIT */
/** Timing: wall and process CPU seconds of jobs run in turn, so that all of them see the same
 *  machine. */
#ifndef FAVOR_BENCH_TIMING_H
#define FAVOR_BENCH_TIMING_H

#include <stdbool.h>

/** Fewer repeats than this say nothing about a minimum or a median. */
#define BENCH_MIN_REPEATS 11
#define BENCH_MAX_REPEATS 1001

typedef struct bench_times {
  double wall_min, wall_median; /* seconds */
  double cpu_min, cpu_median;   /* seconds of all threads of the process */
} bench_times;

/** A job. `prepare`, untimed and optional, makes the inputs of a repeat; `run` is timed. */
typedef struct bench_job {
  void (*prepare)(void *ctx, int repeat);
  void (*run)(void *ctx);
  void *ctx;
  bench_times times;
} bench_job;

/** Run every job once unmeasured, then `repeats` times each in turn. Returns false without memory
 *  or with repeats outside [BENCH_MIN_REPEATS, BENCH_MAX_REPEATS]. */
bool bench_interleave(int num_jobs, bench_job *jobs, int repeats);

/** Keep this thread, and those it starts later, on the core where it runs. Returns false where the
 *  system does not allow it. */
bool bench_pin_to_one_core(void);

/** Take this thread, and those it starts later, back to the cores that it had before it was pinned.
 *  Nothing where it is not. */
void bench_unpin(void);

/** Seconds since some fixed moment; does not jump. */
double bench_wall_seconds(void);

#endif
