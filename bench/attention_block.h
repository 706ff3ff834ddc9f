/* SPDX-License-Identifier: MIT */
/** One block of favor-bench-attention while it is measured. */
#ifndef FAVOR_BENCH_ATTENTION_BLOCK_H
#define FAVOR_BENCH_ATTENTION_BLOCK_H

#include "attention_work.h"
#include "timing.h"

typedef struct attention_block {
  attention_run *run;
  const attention_case *fixed;
  char *message;
  attention_data data;
  attention_sample sample;
  attention_exact_job exact;
  bench_blas blas_exact, products, exponentials, narrow;
  double peak_flops; /* of one burst */
  int count;         /* rows of features */
  attention_row *rows;
  favor_map **maps;
  attention_job *features;
  bench_blas *gemms;
  bench_job *jobs;
} attention_block;

/** Write a message that names the set, what could not be done, and why; returns -1. */
int attention_refuse(const attention_block *b, const char *what, const char *why);

/** A row of this case with nothing known. */
void attention_blank_row(const attention_block *b, attention_row *row);

/** The row, map, job and bare products of every combination asked for and valid. Returns 0, or -1
 *  with a message. */
int attention_make_rows(attention_block *b);

/** The jobs of exact attention, by the library and by the BLAS. Returns 0, or -1 with a message. */
int attention_start_exact(attention_block *b);

#endif
