/* SPDX-License-Identifier: MIT */
#include "aligned.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "table.h"

void bench_aligned_start(bench_aligned *table, int left, const char *titles) {
  memset(table, 0, sizeof *table);
  table->left = left;
  table->num_rows = 1;
  for (const char *at = titles; table->num_columns < BENCH_ALIGNED_COLUMNS;) {
    const size_t length = strcspn(at, "|");
    (void)snprintf(table->cells[0][table->num_columns++], BENCH_ALIGNED_BYTES, "%.*s", (int)length,
                   at);
    if (at[length] == '\0') return;
    at += length + 1;
  }
}

void bench_aligned_row(bench_aligned *table) {
  if (table->num_rows < BENCH_ALIGNED_ROWS) table->num_rows++;
}

void bench_aligned_cell(bench_aligned *table, const char *format, ...) {
  char(*row)[BENCH_ALIGNED_BYTES] = table->cells[table->num_rows - 1];
  int column = 0;
  while (column < table->num_columns && row[column][0] != '\0') column++;
  if (column == table->num_columns) return;
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(row[column], BENCH_ALIGNED_BYTES, format, arguments);
  va_end(arguments);
  if (row[column][0] == '\0') strcpy(row[column], " ");
}

void bench_aligned_print(const bench_aligned *table, FILE *out) {
  int width[BENCH_ALIGNED_COLUMNS] = {0};
  for (int i = 0; i < table->num_rows; i++)
    for (int j = 0; j < table->num_columns; j++) {
      const int length = (int)strlen(table->cells[i][j]);
      if (length > width[j]) width[j] = length;
    }
  for (int i = 0; i < table->num_rows; i++) {
    for (int j = 0; j < table->num_columns; j++)
      (void)fprintf(out, "%s%*s", j > 0 ? "  " : "", j < table->left ? -width[j] : width[j],
                    table->cells[i][j]);
    (void)fputc('\n', out);
  }
}

void bench_short_exp(double ln, char *text, size_t bytes) {
  const double value = exp(ln);
  if (isnan(ln))
    (void)snprintf(text, bytes, "-");
  else if (isinf(value) && isinf(ln))
    (void)snprintf(text, bytes, "inf");
  else if (value == 0 || (value >= 0.001 && value < 999.5))
    (void)snprintf(text, bytes, "%.3g", value);
  else if (value >= 1 && value < 99999.5)
    (void)snprintf(text, bytes, "%.0f", value);
  else
    bench_format_exp(ln, 1, text, bytes);
}
