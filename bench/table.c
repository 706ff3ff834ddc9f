/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void bench_table_init(bench_table *table, int num_columns, const char *const *columns) {
  memset(table, 0, sizeof *table);
  table->num_columns = num_columns;
  table->columns = columns;
}

void bench_table_free(bench_table *table) {
  free(table->cells);
  table->cells = NULL;
  table->num_rows = table->capacity = 0;
}

bench_cell *bench_table_add(bench_table *table) {
  const size_t row_bytes = (size_t)table->num_columns * sizeof(bench_cell);
  if (table->num_rows == table->capacity) {
    const int64_t capacity = table->capacity > 0 ? 2 * table->capacity : 64;
    bench_cell *cells = realloc(table->cells, (size_t)capacity * row_bytes);
    if (cells == NULL) return NULL;
    table->cells = cells;
    table->capacity = capacity;
  }
  bench_cell *row = table->cells + table->num_rows++ * table->num_columns;
  memset(row, 0, row_bytes);
  return row;
}

void bench_cell_text(bench_cell *cell, const char *text) {
  cell->kind = BENCH_TEXT;
  (void)snprintf(cell->text, sizeof cell->text, "%s", text);
}

void bench_cell_int(bench_cell *cell, int64_t value) {
  cell->kind = BENCH_NUMBER;
  (void)snprintf(cell->text, sizeof cell->text, "%lld", (long long)value);
}

void bench_cell_real(bench_cell *cell, double value) {
  if (isnan(value)) return;
  cell->kind = BENCH_NUMBER;
  (void)snprintf(cell->text, sizeof cell->text, "%.7g", value);
}

void bench_cell_exp(bench_cell *cell, double ln) {
  if (isnan(ln)) return;
  cell->kind = BENCH_NUMBER;
  bench_format_exp(ln, 6, cell->text, sizeof cell->text);
}

void bench_format_exp(double ln, int digits, char *text, size_t bytes) {
  if (isinf(ln) || isnan(ln) || fabs(ln) < 690) {
    (void)snprintf(text, bytes, isinf(ln) && ln > 0 ? "inf" : "%.*e", digits, exp(ln));
    return;
  }
  /* Mantissa and decimal exponent apart; the mantissa may round up to 10. */
  const double log10_value = ln / log(10.0);
  double exponent = floor(log10_value), mantissa = pow(10.0, log10_value - exponent);
  if (mantissa >= 10.0 - 0.5 * pow(10.0, -digits)) {
    mantissa = 1.0;
    exponent += 1.0;
  }
  (void)snprintf(text, bytes, "%.*fe%+03.0f", digits, mantissa, exponent);
}

static void csv_cell(const bench_cell *cell, FILE *out) {
  const bool quote = cell->kind == BENCH_TEXT && strpbrk(cell->text, ",\"\n\r") != NULL;
  if (!quote) {
    (void)fputs(cell->text, out);
    return;
  }
  (void)fputc('"', out);
  for (const char *c = cell->text; *c != '\0'; c++) {
    if (*c == '"') (void)fputc('"', out);
    (void)fputc(*c, out);
  }
  (void)fputc('"', out);
}

void bench_table_csv(const bench_table *table, FILE *out) {
  for (int j = 0; j < table->num_columns; j++)
    (void)fprintf(out, "%s%s", j > 0 ? "," : "", table->columns[j]);
  (void)fputc('\n', out);
  for (int64_t i = 0; i < table->num_rows; i++) {
    for (int j = 0; j < table->num_columns; j++) {
      if (j > 0) (void)fputc(',', out);
      csv_cell(&table->cells[i * table->num_columns + j], out);
    }
    (void)fputc('\n', out);
  }
}

void bench_json_string(const char *text, FILE *out) {
  (void)fputc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      (void)fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
      (void)fprintf(out, "\\u%04x", *c);
    else
      (void)fputc(*c, out);
  }
  (void)fputc('"', out);
}

static void json_cell(const bench_cell *cell, FILE *out) {
  if (cell->kind == BENCH_EMPTY)
    (void)fputs("null", out);
  else if (cell->kind == BENCH_TEXT)
    bench_json_string(cell->text, out);
  else if (strstr(cell->text, "inf") != NULL)
    (void)fputs(cell->text[0] == '-' ? "-1e999" : "1e999", out);
  else
    (void)fputs(cell->text, out);
}

void bench_table_json(const bench_table *table, int num_facts, const bench_fact *facts, FILE *out) {
  (void)fputs("{\"run\": {", out);
  for (int i = 0; i < num_facts; i++) {
    (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
    bench_json_string(facts[i].name, out);
    (void)fputs(": ", out);
    bench_json_string(facts[i].text, out);
  }
  (void)fputs("\n},\n\"rows\": [", out);
  for (int64_t i = 0; i < table->num_rows; i++) {
    (void)fputs(i > 0 ? ",\n  {" : "\n  {", out);
    for (int j = 0; j < table->num_columns; j++) {
      (void)fprintf(out, "%s\"%s\": ", j > 0 ? ", " : "", table->columns[j]);
      json_cell(&table->cells[i * table->num_columns + j], out);
    }
    (void)fputc('}', out);
  }
  (void)fputs("\n]}\n", out);
}
