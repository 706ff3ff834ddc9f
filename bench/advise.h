/* SPDX-License-Identifier: MIT */
/** favor-advise: one screen that says what to do with these heads. */
#ifndef FAVOR_BENCH_ADVISE_H
#define FAVOR_BENCH_ADVISE_H

#include "auto.h"
#include "names.h"
#include "options.h"
#include "sets.h"
#include "table.h"

typedef struct advise_options {
  bench_strings queries, keys, values, json;
  bench_ints length, projections, mask, estimator, coupling, allow_signed;
  bench_reals target, scale;
} advise_options;

/** What is said of one head. */
typedef struct advise_head {
  bench_set set;
  int64_t length;
  bool causal;
  favor_forecast forecast; /* at the number of projections advised */
  double state_bytes,
      cached_bytes; /* of a stream: features' state; exact attention's keys and values */
} advise_head;

typedef struct advise_run {
  const advise_options *options;
  int count;
  advise_head *heads;
} advise_run;

/** Fill the options from a command line; on BAD, message says why. Free with advise_options_free. */
bench_parsed advise_parse(int argc, char **argv, advise_options *options,
                          char message[BENCH_MESSAGE_BYTES]);
void advise_help(FILE *out);
void advise_options_free(advise_options *options);

/** Load the heads and forecast each. Returns BENCH_OK, or the exit status with a message. */
int advise_heads(advise_run *run, char message[BENCH_MESSAGE_BYTES]);
void advise_run_free(advise_run *run);

/** The verdicts' texts, from lists.h. */
extern const bench_name advise_verdicts[];
extern const int advise_num_verdicts;

/** The screen for people, and the rows for --json; false without memory. Free the table either way. */
void advise_print(const advise_run *run, FILE *out);
bool advise_fill(const advise_run *run, bench_table *table);

#endif
