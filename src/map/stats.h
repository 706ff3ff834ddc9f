/* SPDX-License-Identifier: MIT */
/** Statistics inside: what maps and the forecast read beyond favor.h, and the layout that stats.c
 *  and stats_block.c share.
 *
 *  Per side: the count n, the mean, and the scatter sum (x - mean)(x - mean)', kept centred so that
 *  a large mean costs no digits, merged as in Chan, Golub and LeVeque, "Updating formulae and a
 *  pairwise algorithm for computing sample variances" (1979). Everything is read from those three,
 *  never from sums of x x'. */
#ifndef FAVOR_MAP_STATS_H
#define FAVOR_MAP_STATS_H

#include <stdbool.h>

#include "favor/favor.h"
#include "map/stats_sample.h"

/** Rows seen of one side. `side` is valid, here and below. */
int64_t favor_stats_count(const favor_stats *stats, favor_side side);

/** True where both sides have rows, so that means over pairs exist. */
bool favor_stats_has_pairs(const favor_stats *stats);

/** The mean row [dim]; zeros with no rows. Valid until stats change. */
const double *favor_stats_mean(const favor_stats *stats, favor_side side);

/** Mean over the rows of |x - shift|^2 = trace(scatter)/n + |mean - shift|^2, without cancellation.
 *  shift [dim], or NULL for zero. 0 with no rows. */
double favor_stats_mean_norm2(const favor_stats *stats, favor_side side, const double *shift);

/** Mean over all pairs (query i, key j) of |x_i - b + y_j - c|^2, with b = query_shift, c =
 *  key_shift ([dim], or NULL for zero); a sum of squares, so without cancellation. 0 unless
 *  favor_stats_has_pairs. */
double favor_stats_mean_sum_norm2(const favor_stats *stats, const double *query_shift,
                                  const double *key_shift);

/** Of x - shift over the rows of one side: the mean [dim], and the second moments [dim, dim], both
 *  triangles, without cancellation. Zeros with no rows. */
void favor_stats_moments(const favor_stats *stats, favor_side side, const double *shift,
                         double *mean, double *moment);

/** The sample of one side: a uniform choice among its distinct rows, each with its multiplicity. */
const favor_sample *favor_stats_sample(const favor_stats *stats, favor_side side);

/* ---- shared by stats.c and stats_block.c ---- */

/** Rows that one side can count: beyond 2^53 a count is no longer exact in float64. */
#define FAVOR_STATS_ROWS_MAX ((int64_t)1 << 53)

/** Largest sum of |x|^2 that rows may be added up to, 2^1020: everything derived from the moments
 *  is then finite (|mean_a - mean_b|^2 reaches four times the largest mean square). Saved
 *  statistics may pass it by the rounding of their making, hence twice that on loading. */
#define FAVOR_STATS_NORM2_MAX 0x1p1020

#define FAVOR_STATS_TILE 128 /* rows taken at a time */
#define FAVOR_STATS_DIM_MAX 65536

typedef struct favor_moments {
  int64_t count;
  double *mean;    /* [dim] */
  double *scatter; /* [dim, dim], upper triangle; the rest stays 0 */
  favor_sample sample;
} favor_moments;

struct favor_stats {
  favor_allocator allocator;
  int64_t dim;
  double *tile, *tile_mean, *shift; /* scratch of a call that changes: [TILE, dim], [dim], [dim] */
  favor_moments side[2];
};

/** Sum of |x|^2 over the rows seen, from the moments. */
double favor_stats_norm2_sum(const favor_stats *stats, favor_side side);

#endif
