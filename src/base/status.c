/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The struct of version 0.1: what every caller has. Fields appended later lie behind it and are
 * written only where the caller's size covers them. */
#define REPORT_SIZE_0_1 ((uint64_t)sizeof(favor_report))

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

#define CASE_TEXT(name, value, text)                                                               \
  case value:                                                                                      \
    return text;
#define CASE_NAME(name, value, text)                                                               \
  case value:                                                                                      \
    return "FAVOR_" #name;

const char *favor_strerror(int status) {
  switch (status) {
    FAVOR_STATUS_LIST(CASE_TEXT)
  default:
    return "unknown status";
  }
}

const char *favor_status_name(int status) {
  switch (status) {
    FAVOR_STATUS_LIST(CASE_NAME)
  default:
    return "FAVOR_UNKNOWN";
  }
}

const char *favor_version(void) {
  return STRING(FAVOR_VERSION_MAJOR) "." STRING(FAVOR_VERSION_MINOR) "." STRING(
      FAVOR_VERSION_PATCH);
}

/* Room for any struct of the future; bytes that are no size are almost surely beyond. */
#define LARGEST_STRUCT ((uint64_t)1 << 16)

bool favor_struct_size_ok(uint64_t size, uint64_t first) {
  return size >= first && size <= LARGEST_STRUCT;
}

/* A report that no init has seen has size 0 or garbage, and is not written to. */
static bool usable(const favor_report *report) {
  return report != NULL && favor_struct_size_ok(report->size, REPORT_SIZE_0_1);
}

favor_status favor_report_init_sized(favor_report *report, uint64_t size) {
  if (report == NULL) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, REPORT_SIZE_0_1)) return FAVOR_ERR_STRUCT;
  const size_t known = sizeof *report;
  memset(report, 0, size < known ? (size_t)size : known);
  report->size = size;
  report->first_row = -1;
  return FAVOR_OK;
}

void favor_report_begin(favor_report *report) {
  if (!usable(report)) return;
  report->status = FAVOR_OK;
  report->argument[0] = '\0';
  report->message[0] = '\0';
  report->rows_masked = 0;
  report->rows_nonpositive = 0;
  report->rows_nonfinite = 0;
  report->rows_overflow = 0;
  report->first_row = -1;
}

favor_status favor_fail(favor_report *report, favor_status status, const char *argument,
                        const char *format, ...) {
  if (!usable(report)) return status;
  report->status = (int32_t)status;
  (void)snprintf(report->argument, sizeof report->argument, "%s", argument != NULL ? argument : "");
  va_list values;
  va_start(values, format);
  (void)vsnprintf(report->message, sizeof report->message, format, values);
  va_end(values);
  return status;
}

void favor_report_rows(favor_report *report, favor_status note, int64_t rows, int64_t first) {
  if (!usable(report) || rows <= 0) return;
  if (note == FAVOR_OK) report->rows_masked += rows;
  if (note == FAVOR_NOTE_OVERFLOW) report->rows_overflow += rows;
  if (note == FAVOR_NOTE_NONPOSITIVE) report->rows_nonpositive += rows;
  if (note == FAVOR_NOTE_NONFINITE || note == FAVOR_ERR_NONFINITE) report->rows_nonfinite += rows;
  if (report->first_row < 0 || first < report->first_row) report->first_row = first;
}

favor_status favor_report_end(favor_report *report, favor_status status) {
  if (usable(report) && status >= FAVOR_OK) report->status = (int32_t)status;
  return status;
}
