/* SPDX-License-Identifier: MIT */
/** Tasks that count how often they ran, for tests of executors. */
#ifndef FAVOR_TESTS_SUPPORT_TALLY_H
#define FAVOR_TESTS_SUPPORT_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

#include "favor/favor.h"

enum { tally_most = 5000 };

typedef struct tally {
  favor_executor executor; /* for tally_mark_nested */
  _Atomic int done[tally_most];
} tally;

/** A task, `arg` a tally: count task i. */
void tally_mark(void *arg, int64_t i);

/** A task, `arg` a tally: run 50 tasks of its own on the tally's executor, and count task i if each
 *  of them ran once. */
void tally_mark_nested(void *arg, int64_t i);

/** Run n tasks and fail the test unless each ran exactly once. */
void tally_check(favor_executor executor, int64_t n);

#endif
