/* SPDX-License-Identifier: MIT */
/** What no call of the library may do: print, or touch errno. */
#ifndef FAVOR_TESTS_ROBUST_CAPTURE_H
#define FAVOR_TESTS_ROBUST_CAPTURE_H

#include "support/test.h"

/** Send standard output and error to a file, and set errno to a value of no meaning. */
void capture_begin(void);

/** Send them back. The test fails if anything was printed since, or if errno changed. */
void capture_end(void);

#endif
