/* SPDX-License-Identifier: MIT */
/** The public functions as favor.h declares them, read when the test runs. */
#ifndef FAVOR_TESTS_ROBUST_HEADER_H
#define FAVOR_TESTS_ROBUST_HEADER_H

#include "support/test.h"

#define HEADER_FUNCTIONS 128

typedef struct header_function {
  char name[64];
  char arguments[192]; /* names by blanks, in order */
} header_function;

/** Read all FAVOR_API declarations of a header; returns how many. The test fails if there are
 *  none. */
int read_header(const char *path, header_function functions[HEADER_FUNCTIONS]);

/** The text of a file, NUL-terminated; free() it. NULL where there is no such file. */
char *read_text(const char *path);

#endif
