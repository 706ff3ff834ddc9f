/* SPDX-License-Identifier: MIT */
/** One line on standard error that says what is running, only where a person reads it. */
#ifndef FAVOR_BENCH_PROGRESS_H
#define FAVOR_BENCH_PROGRESS_H

/** "[3/20] text", replacing the line before. Nothing when standard error is not a terminal. */
void bench_progress(int step, int steps, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Clear the line. */
void bench_progress_end(void);

#endif
