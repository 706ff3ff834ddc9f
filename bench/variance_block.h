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

/** A block while it is measured. */
typedef struct variance_work {
  variance_run *run;
  const variance_case *fixed;
  const bench_sample *sample;
  int count;            /* combinations made so far */
  favor_map **maps;     /* [count + 1], the last one the baseline of times, or NULL */
  variance_row *rows;   /* [count] */
  double *log_kernel;   /* [num_pairs] */
  double *log_relmse;   /* [num_pairs] scratch */
  double *microseconds; /* [count + 1] a row of features */
  char *message;
} variance_work;

/** How many combinations the options make for a kernel. */
int variance_count(const variance_options *options, int32_t kernel);

/** Make one map on the block's set. Recentring that the kernel does not allow is left out: *recentred says.
 *  Returns 0, or -1 with a message. */
int variance_make_map(const variance_work *work, int32_t estimator, int32_t coupling,
                      int64_t projections, int32_t recentre, favor_map **out, bool *recentred);

/** Make the map and the row of every combination, and the baseline: FAVOR+ as published, positive
 *  features with independent rows and the means kept. Returns 0, or -1 with a message. */
int variance_make_maps(variance_work *work);

/** Write "set: estimator with coupling rows: what" as the message; returns -1. */
int variance_refuse(const variance_work *work, int32_t estimator, int32_t coupling,
                    const char *what);

/** Measure one block and append its rows. Returns 0, or -1 with a message. */
int variance_measure_block(variance_run *run, const variance_case *fixed,
                           char message[BENCH_MESSAGE_BYTES]);

#endif
