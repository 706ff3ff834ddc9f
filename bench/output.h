/* SPDX-License-Identifier: MIT */
/** Files that are either complete or not there: written under a temporary name beside the target,
 *  renamed at the end, and removed when the bench is interrupted. */
#ifndef FAVOR_BENCH_OUTPUT_H
#define FAVOR_BENCH_OUTPUT_H

#include <stdio.h>

#define BENCH_PATH_BYTES 4096

typedef struct bench_output {
  FILE *stream; /* NULL: not open */
  const char *path;
  int slot; /* of the temporary name, or -1 when the target is written as it is */
} bench_output;

/** Remove temporary files when SIGINT, SIGTERM or SIGHUP ends the process. Once, at the start. A
 *  signal that the caller of the process had ignored stays ignored. */
void bench_output_guard(void);

/** Open; "-" is standard output, and a device or pipe is written as it is. Returns 0, or -1 with a
 *  message: a path that cannot be written is found before anything is measured. */
int bench_output_open(bench_output *out, const char *path, char *message, size_t bytes);

/** The name under which the file is being written. */
const char *bench_output_temporary(const bench_output *out);

/** Close and put in place. Returns 0; or -1 with a message, and nothing is left behind. */
int bench_output_commit(bench_output *out, char *message, size_t bytes);

/** Close and remove. Fine on what was already committed, and on {NULL, NULL, -1}. */
void bench_output_discard(bench_output *out);

#endif
