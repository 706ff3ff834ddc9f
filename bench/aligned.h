/* SPDX-License-Identifier: MIT */
/** Tables for people: columns as wide as their widest cell. */
#ifndef FAVOR_BENCH_ALIGNED_H
#define FAVOR_BENCH_ALIGNED_H

#include <stdio.h>

#define BENCH_ALIGNED_COLUMNS 24
#define BENCH_ALIGNED_ROWS 256
#define BENCH_ALIGNED_BYTES 40

/** Row 0 is the heading. The first `left` columns stand at the left, the others at the right. */
typedef struct bench_aligned {
  int num_columns, num_rows, left;
  char cells[BENCH_ALIGNED_ROWS][BENCH_ALIGNED_COLUMNS][BENCH_ALIGNED_BYTES];
} bench_aligned;

/** Start a table with this heading: titles separated by '|', one per column. */
void bench_aligned_start(bench_aligned *table, int left, const char *titles);

/** Start a row. Rows beyond BENCH_ALIGNED_ROWS are dropped. */
void bench_aligned_row(bench_aligned *table);

/** Append a cell to the row, formatted as by printf. */
void bench_aligned_cell(bench_aligned *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void bench_aligned_print(const bench_aligned *table, FILE *out);

/** A positive number e^ln in at most 7 characters: .00123, 12.3, 1.2e+45. */
void bench_short_exp(double ln, char *text, size_t bytes);

#endif
