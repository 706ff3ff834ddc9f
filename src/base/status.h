/* SPDX-License-Identifier: MIT */
/** Reports: the one way in which an error is described. */
#ifndef FAVOR_BASE_STATUS_H
#define FAVOR_BASE_STATUS_H

#include <stdbool.h>

#include "favor/favor.h"

/** True where the size that stands first in a struct can be one that its init function set: at
 *  least that of version 0.1, `first`, and not so large that only memory that no init has seen
 *  holds it. */
bool favor_struct_size_ok(uint64_t size, uint64_t first);

/** Clear a report for a new call: status 0, no text, no rows. NULL and a report that was never set
 *  up (size below version 0.1's) are left alone. */
void favor_report_begin(favor_report *report);

/** Describe a failure and return `status`, so that callers write `return favor_fail(...)`.
 *  `argument` is a name from favor.h; the message gives the value and the permitted range. */
favor_status favor_fail(favor_report *report, favor_status status, const char *argument,
                        const char *format, ...) FAVOR_PRINTF(4, 5);

/** Count rows under a note (FAVOR_OK: rows that saw no key). `first` is the first row concerned; the smallest of all is kept. */
void favor_report_rows(favor_report *report, favor_status note, int64_t rows, int64_t first);

/** Set the status that the call returns, when it is not a failure, and return it. */
favor_status favor_report_end(favor_report *report, favor_status status);

#endif
