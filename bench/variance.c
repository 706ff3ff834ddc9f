/* SPDX-License-Identifier: MIT */
/** favor-bench-variance: which estimator, with which coupling, fits these data? */
#include "progress.h"
#include "results.h"
#include "timing.h"
#include "variance_block.h"

static int write_results(const variance_run *run, int argc, char **argv, bench_results *results,
                         char *message) {
  bench_table table;
  int status = -1;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for the table of results");
  if (results->plot.script != NULL) variance_draw_plot(run, &results->plot);
  if (variance_fill(run, &table))
    status =
        bench_results_write(results, &table, "favor-bench-variance", argc, argv, 0, NULL, message);
  bench_table_free(&table);
  return status;
}

static int check_options(variance_options *o, char *message) {
  int combinations = 0;
  for (int k = 0; k < o->kernel.count; k++)
    combinations += variance_count(o, (int32_t)o->kernel.at[k]);
  if (combinations == 0) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "none of the estimators asked for goes with a kernel and a coupling asked for");
    return -1;
  }
  return bench_keep_isas(&o->isa, message);
}

static int measure_threads(variance_run *run, variance_case fixed, char *message) {
  const variance_options *o = run->options;
  favor_pool *pool = NULL;
  favor_executor executor;
  fixed.executor = NULL;
  if (fixed.threads > 1) {
    if (favor_pool_create(fixed.threads, NULL, &pool) != FAVOR_OK ||
        favor_pool_executor(pool, &executor) != FAVOR_OK) {
      (void)snprintf(message, BENCH_MESSAGE_BYTES, "%lld threads could not be started",
                     (long long)fixed.threads);
      favor_pool_destroy(pool);
      return -1;
    }
    fixed.executor = &executor;
  }
  int status = 0;
  for (int m = 0; m < o->projections.count && status == 0; m++) {
    fixed.projections = o->projections.at[m];
    status = variance_measure_block(run, &fixed, message);
  }
  favor_pool_destroy(pool);
  return status;
}

/* Everything that a block holds fixed, but threads and projections. */
static int measure_case(variance_run *run, variance_case fixed, char *message) {
  const variance_options *o = run->options;
  for (int t = 0; t < o->threads.count; t++) {
    fixed.threads = o->threads.at[t];
    if (measure_threads(run, fixed, message) != 0) return -1;
  }
  return 0;
}

static int count_steps(const variance_run *run) {
  const variance_options *o = run->options;
  int steps = 0;
  for (int k = 0; k < o->kernel.count; k++) steps += variance_count(o, (int32_t)o->kernel.at[k]);
  return steps * run->num_sets * o->precision.count * o->isa.count * o->recentre.count *
         o->threads.count * o->projections.count;
}

int variance_measure(variance_run *run, char message[BENCH_MESSAGE_BYTES]) {
  const variance_options *o = run->options;
  run->steps = count_steps(run);
  for (int set = 0; set < run->num_sets; set++)
    for (int k = 0; k < o->kernel.count; k++)
      for (int p = 0; p < o->precision.count; p++)
        for (int i = 0; i < o->isa.count; i++)
          for (int r = 0; r < o->recentre.count; r++) {
            const variance_case fixed = {.set = set,
                                         .kernel = (int32_t)o->kernel.at[k],
                                         .precision = (int32_t)o->precision.at[p],
                                         .isa = (int32_t)o->isa.at[i],
                                         .recentre = (int32_t)o->recentre.at[r]};
            if (measure_case(run, fixed, message) != 0) return -1;
          }
  return 0;
}

static int run_all(variance_options *options, int argc, char **argv, char *message) {
  variance_run run = {.options = options};
  bench_results results;
  const bool single = options->threads.count == 1 && options->threads.at[0] == 1;
  int status = BENCH_USAGE;
  bench_output_guard();
  if (check_options(options, message) == 0 && variance_make_sets(&run, message) == 0) {
    if (bench_results_open(&results, &options->csv, &options->json, &options->plot, message) == 0)
      status = BENCH_OK;
    if (single) (void)bench_pin_to_one_core();
    if (status == BENCH_OK && variance_measure(&run, message) != 0) status = BENCH_FAILED;
    bench_progress_end();
    if (status == BENCH_OK && !results.to_stdout) variance_print(&run, stdout);
    if (status == BENCH_OK && write_results(&run, argc, argv, &results, message) != 0)
      status = BENCH_USAGE;
    bench_results_discard(&results);
    if (status == BENCH_OK && options->plot.count > 0 && !results.to_stdout)
      (void)printf("\nplot: %s\n", options->plot.at[0]);
    if (status == BENCH_OK && run.failures > 0) {
      (void)snprintf(message, BENCH_MESSAGE_BYTES, "%d checks failed", run.failures);
      status = BENCH_FAILED;
    }
  }
  variance_run_free(&run);
  return status;
}

int main(int argc, char **argv) {
  variance_options options;
  char message[BENCH_MESSAGE_BYTES] = "";
  int status = BENCH_OK;
  switch (variance_parse(argc, argv, &options, message)) {
  case BENCH_PARSED_HELP:
    variance_help(stdout);
    break;
  case BENCH_PARSED_VERSION:
    (void)printf("favor-bench-variance, libfavor %s\n", favor_version());
    break;
  case BENCH_PARSED_BAD:
    status = BENCH_USAGE;
    break;
  default:
    status = run_all(&options, argc, argv, message);
  }
  variance_options_free(&options);
  if (status != BENCH_OK) (void)fprintf(stderr, "favor-bench-variance: %s\n", message);
  if (fflush(stdout) != 0 && status == BENCH_OK) status = BENCH_USAGE;
  return status;
}
