/* SPDX-License-Identifier: MIT */
/** Results of a bench: named columns, rows of cells, as CSV and as JSON. */
#ifndef FAVOR_BENCH_TABLE_H
#define FAVOR_BENCH_TABLE_H

#include <stdint.h>
#include <stdio.h>

#define BENCH_CELL_BYTES 64

typedef enum bench_cell_kind { BENCH_EMPTY, BENCH_TEXT, BENCH_NUMBER } bench_cell_kind;

typedef struct bench_cell {
  bench_cell_kind kind;
  char text[BENCH_CELL_BYTES];
} bench_cell;

typedef struct bench_table {
  int num_columns;
  const char *const *columns;
  int64_t num_rows, capacity;
  bench_cell *cells; /* [num_rows, num_columns] */
} bench_table;

void bench_table_init(bench_table *table, int num_columns, const char *const *columns);
void bench_table_free(bench_table *table);

/** A new row of empty cells, valid until the next row is added; NULL without memory. */
bench_cell *bench_table_add(bench_table *table);

/** Fill a cell. A real that is NaN leaves it empty. bench_cell_exp writes e^ln, also where that is
 *  beyond the range of double: -inf is 0, +inf is inf. */
void bench_cell_text(bench_cell *cell, const char *text);
void bench_cell_int(bench_cell *cell, int64_t value);
void bench_cell_real(bench_cell *cell, double value);
void bench_cell_exp(bench_cell *cell, double ln);

/** e^ln with `digits` digits after the point, in the form of %e, of any size. */
void bench_format_exp(double ln, int digits, char *text, size_t bytes);

/** Comma-separated values, the columns' names first; text with commas, quotes or line ends is
 *  quoted. */
void bench_table_csv(const bench_table *table, FILE *out);

/** A member of the object `run` of the JSON form. */
typedef struct bench_fact {
  const char *name, *text;
} bench_fact;

/** {"run": {facts}, "rows": [{column: value}]}. Empty cells are null; infinite numbers are 1e999,
 *  which readers of JSON take as infinity. */
void bench_table_json(const bench_table *table, int num_facts, const bench_fact *facts, FILE *out);

/** A string with the quotes and escapes of JSON. */
void bench_json_string(const char *text, FILE *out);

#endif
