/* SPDX-License-Identifier: MIT */
/** How rows come into statistics: in tiles, each centred on its own mean, and tiles and whole
 *  statistics are merged by one formula. With n_a rows of mean a and n_b of mean b,
 *
 *      scatter = scatter_a + scatter_b + n_a n_b / n (b - a)(b - a)',   mean = a + n_b / n (b - a).
 *
 *  Source: Chan, Golub and LeVeque (1979). A relative error of the covariance is then that of the
 *  mean in units of the standard deviation, not its square as with sums of x x'. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/linalg.h"
#include "base/real.h"
#include "base/status.h"
#include "map/stats.h"

/* Rows of either precision; everything after the load is float64. */
typedef struct input_rows {
  favor_precision precision;
  const void *x;
  int64_t ld;
} input_rows;

static void load_tile(const input_rows *in, int64_t first, int64_t rows, int64_t dim,
                      double *tile) {
  for (int64_t r = 0; r < rows; r++) {
    double *to = tile + r * dim;
    if (in->precision == FAVOR_F32) {
      const float *from = (const float *)in->x + (first + r) * in->ld;
      for (int64_t i = 0; i < dim; i++) to[i] = (double)from[i];
    } else {
      memcpy(to, (const double *)in->x + (first + r) * in->ld, (size_t)dim * sizeof(double));
    }
  }
}

static double norm2(int64_t dim, const double *x) {
  double sum = 0.0;
  for (int64_t i = 0; i < dim; i++) sum += x[i] * x[i];
  return sum;
}

/* Refuse rows without a finite norm, and rows that would make the sums overflow: both before
 * anything changes. The report counts and names the rows at fault. */
static favor_status check_rows(const favor_stats *stats, favor_side side, int64_t n,
                               const input_rows *in, favor_report *report) {
  double total = favor_stats_norm2_sum(stats, side);
  int64_t nonfinite = 0, first = -1, overflow = -1;
  for (int64_t at = 0; at < n; at += FAVOR_STATS_TILE) {
    const int64_t rows = n - at < FAVOR_STATS_TILE ? n - at : FAVOR_STATS_TILE;
    load_tile(in, at, rows, stats->dim, stats->tile);
    for (int64_t r = 0; r < rows; r++) {
      const double square = norm2(stats->dim, stats->tile + r * stats->dim);
      if (isfinite(square)) {
        total += square;
        if (overflow < 0 && !(total <= FAVOR_STATS_NORM2_MAX)) overflow = at + r;
      } else {
        nonfinite++;
        if (first < 0) first = at + r;
      }
    }
  }
  if (nonfinite > 0) {
    favor_report_rows(report, FAVOR_NOTE_NONFINITE, nonfinite, first);
    return favor_fail(report, FAVOR_ERR_NONFINITE, "x",
                      "row %" PRId64 " of x has no finite norm; every row must have one", first);
  }
  if (overflow < 0) return FAVOR_OK;
  favor_report_rows(report, FAVOR_NOTE_OVERFLOW, 1, overflow);
  return favor_fail(report, FAVOR_ERR_NONFINITE, "x",
                    "with row %" PRId64
                    " of x the sum of squared norms passes 2^1020, the permitted "
                    "maximum",
                    overflow);
}

/* Subtract from each column of the tile its mean. Done twice: the second pass removes the
 * rounding of the first, so that the mean is right to the last digit and a constant column has
 * no scatter at all. */
static void centre_tile(favor_stats *stats, int64_t rows) {
  const int64_t dim = stats->dim;
  double *mean = stats->tile_mean, *shift = stats->shift;
  memset(mean, 0, (size_t)dim * sizeof *mean);
  for (int pass = 0; pass < 2; pass++) {
    memset(shift, 0, (size_t)dim * sizeof *shift);
    for (int64_t r = 0; r < rows; r++)
      for (int64_t i = 0; i < dim; i++) shift[i] += stats->tile[r * dim + i];
    for (int64_t i = 0; i < dim; i++) {
      shift[i] /= (double)rows;
      mean[i] += shift[i];
    }
    for (int64_t r = 0; r < rows; r++)
      for (int64_t i = 0; i < dim; i++) stats->tile[r * dim + i] -= shift[i];
  }
}

/* Move count and mean of one side as `rows` more rows of mean `mean` ask, and add the scatter
 * between the two groups; that within the new rows is the caller's. `shift` is scratch [dim]. */
static void absorb(favor_moments *m, int64_t dim, int64_t rows, const double *mean, double *shift) {
  const double part = (double)rows / (double)(m->count + rows);
  const double weight = part * (double)m->count;
  for (int64_t i = 0; i < dim; i++) {
    shift[i] = mean[i] - m->mean[i];
    m->mean[i] += part * shift[i];
  }
  m->count += rows;
  for (int64_t i = 0; i < dim; i++) {
    double *row = m->scatter + i * dim;
    const double factor = weight * shift[i];
    for (int64_t j = i; j < dim; j++) row[j] += factor * shift[j];
  }
}

/* Everything that can be wrong with a call, before anything changes. */
static favor_status check_call(const favor_stats *stats, favor_side side, int64_t n,
                               const input_rows *in, favor_report *report) {
  favor_status status = favor_check_pointer(report, "stats", stats);
  if (status < 0) return status;
  if (side != FAVOR_QUERY && side != FAVOR_KEY)
    return favor_fail(report, FAVOR_ERR_ENUM, "side",
                      "side is %d; it must be FAVOR_QUERY or FAVOR_KEY", (int)side);
  status = favor_check_range(report, "n", n, 0, INT64_MAX);
  if (status < 0) return status;
  const size_t element = favor_real_size(in->precision);
  const favor_array x = {"x", "ldx", in->x, n, stats->dim, in->ld, element, false};
  status = favor_check_arrays(report, 1, &x);
  if (status < 0) return status;
  const int64_t count = stats->side[side].count;
  if (n > FAVOR_STATS_ROWS_MAX - count)
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "n",
                      "n is %" PRId64 " after %" PRId64 " rows; at most 2^53 can be counted", n,
                      count);
  return check_rows(stats, side, n, in, report);
}

static favor_status add_rows(favor_stats *stats, favor_side side, int64_t n, const input_rows *in,
                             favor_report *report) {
  favor_report_begin(report);
  const favor_status status = check_call(stats, side, n, in, report);
  if (status < 0) return status;
  favor_moments *m = &stats->side[side];
  for (int64_t at = 0; at < n; at += FAVOR_STATS_TILE) {
    const int64_t rows = n - at < FAVOR_STATS_TILE ? n - at : FAVOR_STATS_TILE;
    load_tile(in, at, rows, stats->dim, stats->tile);
    for (int64_t r = 0; r < rows; r++)
      favor_sample_add(&m->sample, stats->tile + r * stats->dim, 1);
    centre_tile(stats, rows);
    favor_syrk_upper(rows, stats->dim, stats->tile, stats->dim, m->scatter);
    absorb(m, stats->dim, rows, stats->tile_mean, stats->shift);
  }
  return favor_report_end(report, FAVOR_OK);
}

favor_status favor_stats_add_f32(favor_stats *stats, favor_side side, int64_t n, const float *x,
                                 int64_t ldx, favor_report *report) {
  return add_rows(stats, side, n, &(input_rows){FAVOR_F32, x, ldx}, report);
}

favor_status favor_stats_add_f64(favor_stats *stats, favor_side side, int64_t n, const double *x,
                                 int64_t ldx, favor_report *report) {
  return add_rows(stats, side, n, &(input_rows){FAVOR_F64, x, ldx}, report);
}

/* Whether the sums of one side would hold both. */
static favor_status check_merge(const favor_stats *into, const favor_stats *from, favor_side side) {
  if (from->side[side].count > FAVOR_STATS_ROWS_MAX - into->side[side].count)
    return FAVOR_ERR_OVERFLOW;
  const double sum = favor_stats_norm2_sum(into, side) + favor_stats_norm2_sum(from, side);
  return sum <= FAVOR_STATS_NORM2_MAX ? FAVOR_OK : FAVOR_ERR_NONFINITE;
}

favor_status favor_stats_merge(favor_stats *into, const favor_stats *from) {
  if (!into || !from) return FAVOR_ERR_NULL;
  if (into == from) return FAVOR_ERR_ALIAS;
  if (into->dim != from->dim) return FAVOR_ERR_STATISTICS;
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    const favor_status status = check_merge(into, from, (favor_side)side);
    if (status < 0) return status;
  }
  const int64_t dim = into->dim;
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    favor_moments *m = &into->side[side];
    const favor_moments *other = &from->side[side];
    if (other->count == 0) continue;
    for (int64_t i = 0; i < dim; i++)
      for (int64_t j = i; j < dim; j++) m->scatter[i * dim + j] += other->scatter[i * dim + j];
    absorb(m, dim, other->count, other->mean, into->shift);
    favor_sample_merge(&m->sample, &other->sample);
  }
  return FAVOR_OK;
}
