/* SPDX-License-Identifier: MIT */
#include "base/check.h"

#include <inttypes.h>

#include "base/status.h"

favor_status favor_check_pointer(favor_report *report, const char *argument, const void *p) {
  if (p != NULL) return FAVOR_OK;
  return favor_fail(report, FAVOR_ERR_NULL, argument, "%s is NULL; a pointer is needed", argument);
}

favor_status favor_check_range(favor_report *report, const char *argument, int64_t value,
                               int64_t low, int64_t high) {
  if (value >= low && value <= high) return FAVOR_OK;
  if (high == INT64_MAX) {
    return favor_fail(report, FAVOR_ERR_SHAPE, argument,
                      "%s is %" PRId64 "; at least %" PRId64 " is needed", argument, value, low);
  }
  return favor_fail(report, FAVOR_ERR_SHAPE, argument,
                    "%s is %" PRId64 "; it must be in [%" PRId64 ", %" PRId64 "]", argument, value,
                    low, high);
}

/* Bytes that the array touches; none where it has no elements, whatever ld is. */
static bool touched(const favor_array *array, size_t *bytes) {
  const int64_t rows = array->columns == 0 ? 0 : array->rows;
  return favor_size_span(rows, array->columns, array->ld, array->element, bytes);
}

static favor_status check_array(favor_report *report, const favor_array *array) {
  size_t bytes;
  if (array->rows < 0 || array->columns < 0) {
    return favor_fail(report, FAVOR_ERR_SHAPE, array->name,
                      "%s has shape [%" PRId64 ", %" PRId64 "]; at least 0 is needed", array->name,
                      array->rows, array->columns);
  }
  if (array->ld < array->columns) {
    return favor_fail(report, FAVOR_ERR_SHAPE, array->ld_name,
                      "%s is %" PRId64 "; at least the %" PRId64 " columns of %s are needed",
                      array->ld_name, array->ld, array->columns, array->name);
  }
  if (array->data == NULL && array->rows > 0 && array->columns > 0) {
    return favor_fail(report, FAVOR_ERR_NULL, array->name,
                      "%s is NULL; [%" PRId64 ", %" PRId64 "] elements are needed", array->name,
                      array->rows, array->columns);
  }
  if (!touched(array, &bytes)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, array->name,
                      "%s spans %" PRId64 " rows of stride %" PRId64 "; at most %td bytes fit",
                      array->name, array->rows, array->ld, PTRDIFF_MAX);
  }
  return FAVOR_OK;
}

static favor_status check_pair(favor_report *report, const favor_array *a, const favor_array *b) {
  size_t a_bytes = 0, b_bytes = 0;
  if (!a->written && !b->written) return FAVOR_OK;
  if (!touched(a, &a_bytes) || !touched(b, &b_bytes) ||
      !favor_overlap(a->data, a_bytes, b->data, b_bytes)) {
    return FAVOR_OK;
  }
  const favor_array *out = b->written ? b : a, *other = b->written ? a : b;
  return favor_fail(report, FAVOR_ERR_ALIAS, out->name,
                    "%s overlaps %s; an array that is written must lie apart", out->name,
                    other->name);
}

favor_status favor_check_arrays(favor_report *report, int count, const favor_array *arrays) {
  for (int i = 0; i < count; i++) {
    const favor_status status = check_array(report, &arrays[i]);
    if (status < 0) return status;
  }
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < i; j++) {
      const favor_status status = check_pair(report, &arrays[j], &arrays[i]);
      if (status < 0) return status;
    }
  }
  return FAVOR_OK;
}

favor_status favor_check_work(favor_report *report, const void *work, size_t work_size,
                              size_t need) {
  if (work == NULL) return FAVOR_OK;
  if ((uintptr_t)work % FAVOR_ALIGNMENT != 0) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "work",
                      "work is %zu bytes past a multiple of %zu; it must be aligned to that",
                      (size_t)((uintptr_t)work % FAVOR_ALIGNMENT), FAVOR_ALIGNMENT);
  }
  if (work_size < need) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "work_size",
                      "work_size is %zu; at least %zu bytes are needed", work_size, need);
  }
  return FAVOR_OK;
}
