/* SPDX-License-Identifier: MIT */
/** What the examples share: reading a head of examples/data, and an error. C11 and C++17. */
#ifndef EXAMPLES_HEADS_H
#define EXAMPLES_HEADS_H

#include <math.h>
#include <stdio.h>
#include <string.h>

/** Read <folder>/<array>_L0_H<head>.npy, format 1.0 (magic, version, two bytes with the length of
 *  the header, header, data), which must hold exactly `count` float32. 1 if it does, else 0 after a
 *  line on stderr. Files of unknown origin want more checks: tools/npy.c makes them. */
static inline int heads_read_one(const char *folder, char array, int head, size_t count,
                                 float *out) {
  char path[1024];
  unsigned char start[10];
  snprintf(path, sizeof path, "%s/%c_L0_H%d.npy", folder, array, head);
  FILE *f = fopen(path, "rb");
  int ok = f != NULL && fread(start, 1, 10, f) == 10 && memcmp(start, "\x93NUMPY\x01\x00", 8) == 0;
  ok = ok && fseek(f, start[8] + 256 * start[9], SEEK_CUR) == 0;
  ok = ok && fread(out, sizeof *out, count, f) == count && fgetc(f) == EOF;
  if (f != NULL) fclose(f);
  if (!ok) fprintf(stderr, "%s: not %zu numbers of float32\n", path, count);
  return ok;
}

/** Read queries, keys and values of one head, `count` numbers each. */
static inline int heads_read(const char *folder, int head, size_t count, float *q, float *k,
                             float *v) {
  return heads_read_one(folder, 'q', head, count, q) &&
         heads_read_one(folder, 'k', head, count, k) && heads_read_one(folder, 'v', head, count, v);
}

/** |x - y| / |y|. */
static inline double heads_error(const float *x, const float *y, size_t count) {
  double off = 0, size = 0;
  for (size_t i = 0; i < count; i++) {
    off += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    size += (double)y[i] * (double)y[i];
  }
  return sqrt(off / size);
}

#endif
