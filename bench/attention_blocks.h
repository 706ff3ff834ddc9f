/* SPDX-License-Identifier: MIT */
/** What the tables, verdicts and plots of favor-bench-attention share. */
#ifndef FAVOR_BENCH_ATTENTION_BLOCKS_H
#define FAVOR_BENCH_ATTENTION_BLOCKS_H

#include "attention.h"

/** Rows that were measured together, [first, end). */
typedef struct attention_blocks {
  int64_t first, end;
} attention_blocks;

attention_blocks attention_next_block(const attention_run *run, int64_t first);

/** "synthetic, bidirectional, L = 4096, M = 256". */
void attention_describe(const attention_run *run, const attention_row *row, FILE *out);

/** ", f32, blas, 2 threads": those of precision, instruction set and threads that a run varies. */
void attention_describe_run(const attention_run *run, const attention_row *row, FILE *out);

/** Rows that differ in their length alone. */
bool attention_same_but_length(const attention_run *run, const attention_row *a,
                               const attention_row *b);

/** The length from which features are faster than exact attention, between measured lengths; 0
 *  where they are at every one, +inf where at none, NAN with a single length. */
double attention_crossover(const attention_run *run, const attention_row *row);

/** What adversarial streams take, beside benign ones of the same run. */
void attention_print_streams(const attention_run *run, FILE *out);

void attention_print_crossovers(const attention_run *run, FILE *out);
void attention_print_verdicts(const attention_run *run, FILE *out);

/** What AUTO chose, forecast beside measured, where it was asked. */
void attention_print_advice(const attention_run *run, FILE *out);

#endif
