/* SPDX-License-Identifier: MIT */
/** One block of rows: every estimator and coupling on one set, with everything else fixed. */
#ifndef FAVOR_BENCH_VARIANCE_BLOCK_H
#define FAVOR_BENCH_VARIANCE_BLOCK_H

#include "variance.h"

/** What a block holds fixed. */
typedef struct variance_case {
  int set;
  int32_t kernel, precision, isa, recentre;
  int64_t threads, projections;
  const favor_executor *executor; /* NULL for one thread */
} variance_case;

/** How many combinations the options make for a kernel. */
int variance_count(const variance_options *options, int32_t kernel);

/** Measure one block and append its rows. Returns 0, or -1 with a message. */
int variance_measure_block(variance_run *run, const variance_case *fixed,
                           char message[BENCH_MESSAGE_BYTES]);

#endif
