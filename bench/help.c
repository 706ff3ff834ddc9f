/* SPDX-License-Identifier: MIT */
/** --help: the options with their defaults, folded. */
#include <string.h>

#include "options.h"

#define TEXT_COLUMN 24
#define LAST_COLUMN 98

static const char *name_of(const bench_option *option, int64_t value) {
  for (int i = 0; i < option->num_names; i++)
    if (option->names[i].value == value) return option->names[i].name;
  return "?";
}

/* Append to text as far as it fits. */
static void append(char *text, size_t bytes, const char *more) {
  const size_t used = strlen(text);
  (void)snprintf(text + used, bytes - used, "%s", more);
}

static void append_item(const bench_option *option, int i, char *text, size_t bytes) {
  char number[32];
  switch (option->kind) {
  case BENCH_INTS:
    (void)snprintf(number, sizeof number, "%lld",
                   (long long)((const bench_ints *)option->value)->at[i]);
    append(text, bytes, number);
    break;
  case BENCH_REALS:
    (void)snprintf(number, sizeof number, "%g", ((const bench_reals *)option->value)->at[i]);
    append(text, bytes, number);
    break;
  case BENCH_NAMES:
    append(text, bytes, name_of(option, ((const bench_ints *)option->value)->at[i]));
    break;
  default:
    append(text, bytes, ((const bench_strings *)option->value)->at[i]);
  }
}

static int count_of(const bench_option *option) {
  switch (option->kind) {
  case BENCH_REALS:
    return ((const bench_reals *)option->value)->count;
  case BENCH_STRINGS:
    return ((const bench_strings *)option->value)->count;
  default:
    return ((const bench_ints *)option->value)->count;
  }
}

/* The help of one option and what it says by itself: its names, its default. */
static void compose(const bench_option *option, char *text, size_t bytes) {
  append(text, bytes, option->help);
  if (option->kind == BENCH_NAMES) {
    append(text, bytes, ":");
    for (int i = 0; i < option->num_names; i++) {
      append(text, bytes, " ");
      append(text, bytes, option->names[i].name);
      append(text, bytes, ",");
    }
    append(text, bytes, option->single ? "" : " all,");
    text[strlen(text) - 1] = '.';
  } else {
    append(text, bytes, ".");
  }
  const int count = count_of(option);
  if (count == 0) return;
  append(text, bytes, " Default ");
  const bool every = option->kind == BENCH_NAMES && count > 1 && count == option->num_names;
  if (every) append(text, bytes, "all");
  for (int i = 0; i < count && !every; i++) {
    if (i > 0) append(text, bytes, ",");
    append_item(option, i, text, bytes);
  }
  append(text, bytes, ".");
}

/* Print words from TEXT_COLUMN to LAST_COLUMN; the cursor stands at `column`. */
static void fold(FILE *out, const char *text, int column) {
  while (*text != '\0') {
    const int length = (int)strcspn(text, " ");
    if (column < TEXT_COLUMN) {
      (void)fprintf(out, "%*s", TEXT_COLUMN - column, "");
      column = TEXT_COLUMN;
    } else if (column > TEXT_COLUMN && column + 1 + length > LAST_COLUMN) {
      (void)fprintf(out, "\n%*s", TEXT_COLUMN, "");
      column = TEXT_COLUMN;
    } else if (column > TEXT_COLUMN) {
      (void)fputc(' ', out);
      column++;
    }
    (void)fprintf(out, "%.*s", length, text);
    column += length;
    text += length;
    text += strspn(text, " ");
  }
  (void)fputc('\n', out);
}

void bench_print_options(FILE *out, int num_options, const bench_option *options) {
  for (int i = 0; i < num_options; i++) {
    char text[1024] = "";
    compose(&options[i], text, sizeof text);
    int column = fprintf(out, "  --%s %s ", options[i].name, options[i].argument);
    if (column > TEXT_COLUMN) {
      (void)fputc('\n', out);
      column = 0;
    }
    fold(out, text, column);
  }
  (void)fprintf(out, "  --help, --version     Print this, or the versions, and stop.\n");
}
