/* SPDX-License-Identifier: MIT */
/** Arrays between pages that cannot be touched: the first byte outside traps. */
#ifndef FAVOR_TESTS_ROBUST_GUARD_H
#define FAVOR_TESTS_ROBUST_GUARD_H

#include "support/test.h"

/** Where the array lies in its pages. */
typedef enum guard_place {
  GUARD_BEHIND = 0, /* its last byte is the last that can be touched */
  GUARD_BEFORE = 1  /* its first byte is the first */
} guard_place;

typedef struct guarded {
  void *data;
  int64_t rows, columns, ld;
  size_t element, bytes;
  unsigned char *pages;
  size_t pages_bytes;
} guarded;

/** A strided array, filled with 0xA5, exactly as long as its last row needs: the last one has no
 *  padding. */
guarded guard_array(int64_t rows, int64_t columns, int64_t ld, size_t element, guard_place place);

/** `bytes` of workspace, aligned to 64, as close to the guard as that allows. */
guarded guard_work(size_t bytes, guard_place place);

/** From now on the array cannot be written. */
void guard_read_only(guarded *array);

/** The bytes between the rows of an output are still 0xA5. */
void assert_gaps_untouched(const guarded *array);

void guard_free(guarded *array);

/** Let the test fail, saying what ran, when a guard is touched. `what` is kept as it is. */
void guard_watch(const char *what);
void guard_unwatch(void);

#endif
