/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getcpu, CPU_SET */
#include "timing.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock) {
  struct timespec t;
  (void)clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_wall_seconds(void) {
  return seconds(CLOCK_MONOTONIC);
}

/* The cores before pinning; the main thread alone pins. */
static cpu_set_t before;
static bool pinned;

bool bench_pin_to_one_core(void) {
  if (pinned) return true;
  const int found = sched_getcpu();
  if (found < 0 || found >= CPU_SETSIZE) return false;
  const size_t core = (size_t)found;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pinned = sched_getaffinity(0, sizeof before, &before) == 0 &&
           sched_setaffinity(0, sizeof set, &set) == 0;
  return pinned;
}

void bench_unpin(void) {
  if (pinned) (void)sched_setaffinity(0, sizeof before, &before);
  pinned = false;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void summarise(int n, double *sample, double *least, double *median) {
  qsort(sample, (size_t)n, sizeof *sample, compare);
  *least = sample[0];
  *median = 0.5 * (sample[(n - 1) / 2] + sample[n / 2]);
}

static void run_once(bench_job *job, int repeat, double *wall, double *cpu) {
  if (job->prepare != NULL) job->prepare(job->ctx, repeat);
  const double cpu_start = seconds(CLOCK_PROCESS_CPUTIME_ID), wall_start = bench_wall_seconds();
  job->run(job->ctx);
  *wall = bench_wall_seconds() - wall_start;
  *cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
}

bool bench_interleave(int num_jobs, bench_job *jobs, int repeats) {
  if (num_jobs < 1 || repeats < BENCH_MIN_REPEATS || repeats > BENCH_MAX_REPEATS) return false;
  const size_t n = (size_t)num_jobs * (size_t)repeats;
  double *wall = malloc(2 * n * sizeof *wall), *cpu = wall + n;
  if (wall == NULL) return false;
  for (int j = 0; j < num_jobs; j++) run_once(&jobs[j], -1, &wall[0], &cpu[0]);
  for (int r = 0; r < repeats; r++)
    for (int j = 0; j < num_jobs; j++)
      run_once(&jobs[j], r, &wall[j * repeats + r], &cpu[j * repeats + r]);
  for (int j = 0; j < num_jobs; j++) {
    bench_times *t = &jobs[j].times;
    summarise(repeats, wall + j * repeats, &t->wall_min, &t->wall_median);
    summarise(repeats, cpu + j * repeats, &t->cpu_min, &t->cpu_median);
  }
  free(wall);
  return true;
}
