/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void bench_progress(int step, int steps, const char *format, ...) {
  if (isatty(STDERR_FILENO) != 1) return;
  va_list arguments;
  va_start(arguments, format);
  (void)fprintf(stderr, "\r\033[K[%d/%d] ", step, steps);
  (void)vfprintf(stderr, format, arguments);
  (void)fflush(stderr);
  va_end(arguments);
}

void bench_progress_end(void) {
  if (isatty(STDERR_FILENO) != 1) return;
  (void)fputs("\r\033[K", stderr);
  (void)fflush(stderr);
}
