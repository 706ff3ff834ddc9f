/* SPDX-License-Identifier: MIT */
/** Argument checks of the public functions, once. Each returns FAVOR_OK or fills the report with
 *  the value and what is permitted. A size out of range is FAVOR_ERR_SHAPE. */
#ifndef FAVOR_BASE_CHECK_H
#define FAVOR_BASE_CHECK_H

#include "base/size.h"
#include "favor/favor.h"

favor_status favor_check_pointer(favor_report *report, const char *argument, const void *p);
favor_status favor_check_range(favor_report *report, const char *argument, int64_t value,
                               int64_t low, int64_t high);

/** An array of a call, for shape, NULL and overlap checks. */
typedef struct favor_array {
  const char *name, *ld_name;
  const void *data;
  int64_t rows, columns, ld;
  size_t element;
  bool written; /* overlaps with any other array are refused */
} favor_array;

/** Check all arrays of a call: rows >= 0, ld >= columns, data not NULL unless there are no
 *  elements, spans fit, and no written array overlaps another. */
favor_status favor_check_arrays(favor_report *report, int count, const favor_array *arrays);

/** Workspace: NULL is fine; else aligned to FAVOR_ALIGNMENT and at least `need` bytes. */
favor_status favor_check_work(favor_report *report, const void *work, size_t work_size,
                              size_t need);

#endif
