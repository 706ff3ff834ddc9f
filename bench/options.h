/* SPDX-License-Identifier: MIT */
/** Command lines of the benches: a table of options in, values or one precise message out. */
#ifndef FAVOR_BENCH_OPTIONS_H
#define FAVOR_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** Exit statuses of every bench. */
enum { BENCH_OK = 0, BENCH_FAILED = 1, BENCH_USAGE = 2 };

#define BENCH_LIST_MAX 64
#define BENCH_MESSAGE_BYTES 640

typedef struct bench_ints {
  int count;
  int64_t at[BENCH_LIST_MAX];
} bench_ints;

typedef struct bench_reals {
  int count;
  double at[BENCH_LIST_MAX];
} bench_reals;

/** Owned strings; free with bench_strings_free. */
typedef struct bench_strings {
  int count;
  char *at[BENCH_LIST_MAX];
} bench_strings;

/** A member of a list of names. */
typedef struct bench_name {
  const char *name;
  int32_t value;
  const char *title;
} bench_name;

typedef enum bench_kind {
  BENCH_INTS,   /* value is bench_ints */
  BENCH_REALS,  /* value is bench_reals */
  BENCH_NAMES,  /* value is bench_ints; `all` stands for every name */
  BENCH_STRINGS /* value is bench_strings */
} bench_kind;

/** One option. Values present before parsing are its defaults; the first use on the command line
 *  clears them, further uses and further items append. */
typedef struct bench_option {
  const char *name;     /* without the dashes */
  const char *argument; /* as shown by --help */
  const char *help;
  bench_kind kind;
  bool single; /* exactly one item */
  void *value;
  double low, high; /* permitted range of numbers, both included */
  int num_names;
  const bench_name *names;
  bool given; /* set by bench_parse */
} bench_option;

typedef enum bench_parsed {
  BENCH_PARSED_RUN,
  BENCH_PARSED_HELP,
  BENCH_PARSED_VERSION,
  BENCH_PARSED_BAD
} bench_parsed;

/** Parse "--name value", "--name=value", --help and --version. BAD: message is one sentence that
 *  names the option, the value, and what is permitted or nearest. */
bench_parsed bench_parse(int argc, char **argv, int num_options, bench_option *options,
                         char message[BENCH_MESSAGE_BYTES]);

/** Print the options for --help, each with its default, folded at 100 columns. Call before
 *  parsing. */
void bench_print_options(FILE *out, int num_options, const bench_option *options);

/** The option of this name was on the command line. */
bool bench_given(int num_options, const bench_option *options, const char *name);

void bench_strings_free(bench_strings *strings);

#endif
