/* SPDX-License-Identifier: MIT */
/** A bottom-k sample: of all distinct rows seen, the k with the smallest hash, and how often each
 *  came.
 *
 *  The hash depends on the row alone, so the sample depends on the multiset of rows alone: not on
 *  their order, nor on how they were split and merged. Which rows are kept has nothing to do with
 *  their values (a hash behaves as a random number), so it is a uniform sample of the distinct
 *  rows. A row that leaves can never return, since the k-th smallest hash only falls; hence the
 *  multiplicities are exact.
 *  Source: Cohen and Kaplan, "Summarizing data using bottom-k sketches" (PODC 2007). */
#ifndef FAVOR_MAP_STATS_SAMPLE_H
#define FAVOR_MAP_STATS_SAMPLE_H

#include "base/alloc.h"

#define FAVOR_SAMPLE_ROWS 256 /* k */

/** Rows live in slots and stay there; `order` lists the slots by rising (hash, content). */
typedef struct favor_sample {
  int64_t dim, count;    /* rows kept, at most FAVOR_SAMPLE_ROWS */
  double *rows;          /* [FAVOR_SAMPLE_ROWS, dim], every zero positive */
  uint64_t *hash;        /* [FAVOR_SAMPLE_ROWS] by slot, as the next two */
  int64_t *multiplicity; /* at least 1 */
  int64_t *order;
} favor_sample;

/** Lay out an empty sample of rows of length dim; with a counting arena only the size. */
void favor_sample_layout(favor_arena *arena, int64_t dim, favor_sample *sample);

/** 64-bit hash of a row of float64, -0.0 taken as 0.0. Part of the format of saved statistics. */
uint64_t favor_sample_hash(int64_t dim, const double *row);

/** See a row `multiplicity` times. */
void favor_sample_add(favor_sample *sample, const double *row, int64_t multiplicity);

/** See everything that `from` has seen; same dim. */
void favor_sample_merge(favor_sample *into, const favor_sample *from);

/** The row at `rank` in the order of hashes, 0 <= rank < count, and how often it came. */
const double *favor_sample_row(const favor_sample *sample, int64_t rank, int64_t *multiplicity);

/** Append a row that follows every other in (hash, content), or return false and do nothing: the
 *  sample is full, the row does not follow, has a negative zero, or multiplicity < 1. For
 *  loading. */
bool favor_sample_append(favor_sample *sample, const double *row, int64_t multiplicity);

#endif
