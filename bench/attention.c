/* SPDX-License-Identifier: MIT */
/** favor-bench-attention: how fast is attention by features, how close to the limit, how accurate,
 *  and does it pay? */
#include <stdlib.h>

#include "attention.h"
#include "blas_attention.h"
#include "progress.h"
#include "results.h"
#include "timing.h"
#include "wide.h"

/* A product may seem this much faster than the limit by the grain of clocks. */
static const double clock_grain = 1.02;

static int measure_case(attention_run *run, attention_case fixed, char *message) {
  const bench_ints *projections = &run->options->projections;
  const int count = fixed.mode == ATTENTION_EXACT ? 1 : projections->count;
  favor_pool *pool = NULL;
  favor_executor executor;
  fixed.executor = NULL;
  if (fixed.threads == 1) {
    (void)bench_pin_to_one_core();
  } else {
    bench_unpin();
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
  for (int m = 0; m < count && status == 0; m++) {
    fixed.projections = projections->at[m];
    status = attention_measure_block(run, &fixed, message);
  }
  favor_pool_destroy(pool);
  return status;
}

/* Other modes have no streams that differ. */
static int count_streams(const attention_options *o, int mode) {
  return o->mode.at[mode] == ATTENTION_CAUSAL ? o->stream.count : 1;
}

static attention_stream_kind stream_of(const attention_options *o, int mode, int stream) {
  return o->mode.at[mode] == ATTENTION_CAUSAL ? (attention_stream_kind)o->stream.at[stream]
                                              : ATTENTION_BENIGN;
}

static int count_steps(const attention_run *run) {
  const attention_options *o = run->options;
  int steps = 0;
  for (int m = 0; m < o->mode.count; m++)
    steps += o->mode.at[m] == ATTENTION_EXACT
                 ? 1
                 : attention_count(o) * o->projections.count * count_streams(o, m);
  return steps * run->num_sets * o->precision.count * o->isa.count * o->threads.count;
}

/* Every set in a mode and precision that `fixed` holds already. */
static int measure_sets(attention_run *run, attention_case fixed, int mode, char *message) {
  const attention_options *o = run->options;
  for (int i = 0; i < o->isa.count; i++)
    for (int t = 0; t < o->threads.count; t++)
      for (fixed.set = 0; fixed.set < run->num_sets; fixed.set++)
        for (int s = 0; s < count_streams(o, mode); s++) {
          fixed.isa = (int32_t)o->isa.at[i];
          fixed.threads = o->threads.at[t];
          fixed.stream = stream_of(o, mode, s);
          if (measure_case(run, fixed, message) != 0) return -1;
        }
  return 0;
}

static int measure_all(attention_run *run, char *message) {
  const attention_options *o = run->options;
  run->steps = count_steps(run);
  for (int m = 0; m < o->mode.count; m++)
    for (int p = 0; p < o->precision.count; p++) {
      const attention_case fixed = {.mode = (attention_mode)o->mode.at[m],
                                    .precision = (int32_t)o->precision.at[p]};
      if (measure_sets(run, fixed, m, message) != 0) return -1;
    }
  return 0;
}

/* A limit that a product of the same run beats is no limit: the run has failed. */
static void check_peaks(attention_run *run) {
  static const char *const names[] = {"f32", "f64"};
  for (int p = 0; p < 2; p++)
    if (run->best_gemm[p] > clock_grain * run->peak[p]) {
      (void)fprintf(stderr,
                    "check failed: the %s limit of this core came out at %.3g GFLOP/s, but a "
                    "product of the BLAS reached %.3g\n",
                    names[p], 1e-9 * run->peak[p], 1e-9 * run->best_gemm[p]);
      run->failures++;
    }
}

static int write_results(const attention_run *run, int argc, char **argv, bench_results *results,
                         char *message) {
  bench_table table;
  char peaks[2][32];
  for (int p = 0; p < 2; p++)
    (void)snprintf(peaks[p], sizeof peaks[p], "%.4g", 1e-9 * run->peak[p]);
  const bench_fact facts[] = {{"blas_core", bench_blas_core()},
                              {"peak_vectors", bench_wide_name()},
                              {"peak_gflops_f32", peaks[0]},
                              {"peak_gflops_f64", peaks[1]}};
  int status = -1;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for the table of results");
  if (results->plot.script != NULL) attention_draw_plot(run, &results->plot);
  if (attention_fill(run, &table))
    status = bench_results_write(results, &table, "favor-bench-attention", argc, argv,
                                 (int)(sizeof facts / sizeof *facts), facts, message);
  bench_table_free(&table);
  return status;
}

static int check_options(attention_options *o, char *message) {
  bool features = false;
  for (int m = 0; m < o->mode.count; m++) features |= o->mode.at[m] != ATTENTION_EXACT;
  if (features && attention_count(o) == 0) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "none of the estimators asked for goes with the softmax kernel and a coupling "
                   "asked for");
    return -1;
  }
  return bench_keep_isas(&o->isa, message);
}

/* Measure, print and write; the options are fine and the files open. */
static int run_open(attention_run *run, int argc, char **argv, bench_results *results,
                    char *message) {
  const attention_options *o = run->options;
  bench_blas_single();
  const int status = measure_all(run, message);
  bench_progress_end();
  if (status != 0) return BENCH_FAILED;
  check_peaks(run);
  if (!results->to_stdout) attention_print(run, stdout);
  if (write_results(run, argc, argv, results, message) != 0) return BENCH_USAGE;
  if (o->plot.count > 0 && !results->to_stdout) (void)printf("\nplot: %s\n", o->plot.at[0]);
  if (run->failures == 0) return BENCH_OK;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "%d checks failed", run->failures);
  return BENCH_FAILED;
}

static int run_all(attention_options *options, int argc, char **argv, char *message) {
  attention_run run = {.options = options};
  bench_results results;
  int status = BENCH_USAGE;
  bench_output_guard();
  if (check_options(options, message) == 0 && attention_make_sets(&run, message) == 0) {
    if (bench_results_open(&results, &options->csv, &options->json, &options->plot, message) == 0)
      status = run_open(&run, argc, argv, &results, message);
    bench_results_discard(&results);
  }
  attention_free_sets(&run);
  free(run.rows);
  return status;
}

int main(int argc, char **argv) {
  attention_options options;
  char message[BENCH_MESSAGE_BYTES] = "";
  int status = BENCH_OK;
  switch (attention_parse(argc, argv, &options, message)) {
  case BENCH_PARSED_HELP:
    attention_help(stdout);
    break;
  case BENCH_PARSED_VERSION:
    (void)printf("favor-bench-attention, libfavor %s\n", favor_version());
    break;
  case BENCH_PARSED_BAD:
    status = BENCH_USAGE;
    break;
  default:
    status = run_all(&options, argc, argv, message);
  }
  attention_options_free(&options);
  if (status != BENCH_OK) (void)fprintf(stderr, "favor-bench-attention: %s\n", message);
  if (fflush(stdout) != 0 && status == BENCH_OK) status = BENCH_USAGE;
  return status;
}
