/* SPDX-License-Identifier: MIT */
/** One case of test_arguments: a call with spoiled arguments, and what it owes. */
#ifndef FAVOR_TESTS_ROBUST_ARGUMENTS_RUN_H
#define FAVOR_TESTS_ROBUST_ARGUMENTS_RUN_H

#include "robust/arguments.h"

typedef struct prepared_case {
  const call_row *call;
  argument_case row;
  char name[160];
  char environment[256]; /* FAVOR_ISA as the test was started with */
  bool has_environment;
} prepared_case;

/** A cmocka test of the prepared case at *state. A refused call owes
 *
 *    the precise status; a report that names the argument and gives its value; every output byte as
 *    it was; *out = NULL from constructors; objects as they were; nothing held, printed, or left in
 *    errno. */
void run_case(void **state);

#endif
