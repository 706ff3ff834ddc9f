/* SPDX-License-Identifier: MIT */
/** favor-advise: features or exact attention for these heads, and which? */
#include "advise.h"

#include <stdlib.h>

#include "progress.h"
#include "results.h"

static int write_json(const advise_run *run, int argc, char **argv, bench_results *results,
                      char *message) {
  bench_table table;
  int status = -1;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for the table of results");
  if (advise_fill(run, &table))
    status = bench_results_write(results, &table, "favor-advise", argc, argv, 0, NULL, message);
  bench_table_free(&table);
  return status;
}

static int run_all(const advise_options *options, int argc, char **argv, char *message) {
  const bench_strings none = {0};
  advise_run run = {.options = options};
  bench_results results;
  bench_output_guard();
  int status = BENCH_USAGE;
  if (bench_results_open(&results, &none, &options->json, &none, message) == 0)
    status = advise_heads(&run, message);
  bench_progress_end();
  if (status == BENCH_OK && !results.to_stdout) advise_print(&run, stdout);
  if (status == BENCH_OK && options->json.count > 0 &&
      write_json(&run, argc, argv, &results, message) != 0)
    status = BENCH_USAGE;
  bench_results_discard(&results);
  advise_run_free(&run);
  return status;
}

int main(int argc, char **argv) {
  advise_options options;
  char message[BENCH_MESSAGE_BYTES] = "";
  int status = BENCH_OK;
  switch (advise_parse(argc, argv, &options, message)) {
  case BENCH_PARSED_HELP:
    advise_help(stdout);
    break;
  case BENCH_PARSED_VERSION:
    (void)printf("favor-advise, libfavor %s\n", favor_version());
    break;
  case BENCH_PARSED_BAD:
    status = BENCH_USAGE;
    break;
  default:
    status = run_all(&options, argc, argv, message);
  }
  advise_options_free(&options);
  if (status != BENCH_OK) (void)fprintf(stderr, "favor-advise: %s\n", message);
  if (fflush(stdout) != 0 && status == BENCH_OK) status = BENCH_USAGE;
  return status;
}
