/* SPDX-License-Identifier: MIT */
/** Inputs of the benches: heads read from .npy files, and synthetic rows with a set norm. */
#ifndef FAVOR_BENCH_SETS_H
#define FAVOR_BENCH_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "favor/favor.h"

/** Queries and keys, as they are before the kernel's scale, and what was fitted to them. */
typedef struct bench_set {
  char name[64]; /* of the head; "" for a synthetic set */
  bool
      paired; /* query i belongs with key i alone (a set cosine); else every query with every key */
  int64_t dim, num_queries, num_keys;
  int64_t dv;     /* columns of the values; 0 without */
  int64_t length; /* the number of keys that a verdict assumes */
  double scale;   /* of the kernel */
  double *q, *k, *v;
  favor_stats *stats; /* of all rows; of the first pair where paired */
} bench_set;

/** Read a head; values may be NULL. scale 0: 1/sqrt(dim). Returns 0, or -1 with a message that
 *  names the file at fault. */
int bench_set_load(bench_set *set, const char *queries, const char *keys, const char *values,
                   double scale, char *message, size_t bytes);

/** What a synthetic set is to be; lengths are after the scale. NAN: not asked for. */
typedef struct bench_synthetic {
  int64_t dim, rows;
  double norm, sum_norm, cosine, scale;
  uint64_t seed;
} bench_synthetic;

/** Rows uniform on a sphere. A cosine, or a norm of the sum |x+y|, ties query i to key i; the two
 *  of norm, sum_norm and cosine that are given settle the third, and one alone is taken with a
 *  cosine of 0 (sum_norm) or norm 1 (cosine). Returns 0, or -1 with a message. */
int bench_set_synthetic(bench_set *set, const bench_synthetic *wanted, char *message, size_t bytes);

void bench_set_free(bench_set *set);

#endif
