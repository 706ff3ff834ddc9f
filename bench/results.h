/* SPDX-License-Identifier: MIT */
/** The files that a bench was asked for: rows as CSV, rows and machine as JSON, a plot. Opened before
 *  anything is measured, put in place at the end. */
#ifndef FAVOR_BENCH_RESULTS_H
#define FAVOR_BENCH_RESULTS_H

#include <stdbool.h>

#include "options.h"
#include "plot.h"
#include "table.h"

typedef struct bench_results {
  bench_output csv, json;
  bench_plot plot; /* its script is NULL where no plot was asked for */
  bool to_stdout;  /* a file is standard output: tables for people would be in its way */
} bench_results;

/** Open those whose list of paths is not empty. Returns 0, or -1 with a message; discard either
 *  way. */
int bench_results_open(bench_results *results, const bench_strings *csv, const bench_strings *json,
                       const bench_strings *plot, char message[BENCH_MESSAGE_BYTES]);

/** Write the rows and put the files in place, the plot as far as it was drawn. The JSON form tells
 *  machine, versions, the command line, and further facts. Returns 0, or -1 with a message. */
int bench_results_write(bench_results *results, const bench_table *table, const char *program,
                        int argc, char **argv, int num_facts, const bench_fact *facts,
                        char message[BENCH_MESSAGE_BYTES]);

void bench_results_discard(bench_results *results);

#endif
