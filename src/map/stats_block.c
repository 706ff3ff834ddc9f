/* SPDX-License-Identifier: MIT */
/** Saved statistics. Fields of the block, after the header of base/block.h, all of 8 bytes:
 *
 *      dim, then for query and for key:
 *        count   mean [dim]   scatter, upper triangle by rows [dim (dim + 1) / 2]
 *        rows kept in the sample, then by rising (hash, content): multiplicity, row [dim]
 *
 *  Hashes are not stored: they are computed anew, and the order has to agree with them. */
#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "base/block.h"
#include "base/check.h"
#include "base/status.h"
#include "map/stats.h"

static const char stats_magic[] = "favstats";

static void write_side(favor_writer *w, const favor_moments *m, int64_t dim) {
  favor_write_u64(w, (uint64_t)m->count);
  favor_write_f64s(w, dim, m->mean);
  for (int64_t i = 0; i < dim; i++) favor_write_f64s(w, dim - i, m->scatter + i * dim + i);
  favor_write_u64(w, (uint64_t)m->sample.count);
  for (int64_t rank = 0; rank < m->sample.count; rank++) {
    int64_t multiplicity = 0;
    const double *row = favor_sample_row(&m->sample, rank, &multiplicity);
    favor_write_u64(w, (uint64_t)multiplicity);
    favor_write_f64s(w, dim, row);
  }
}

/* Returns the size; with base == NULL nothing else. */
static size_t write_stats(const favor_stats *stats, void *base) {
  favor_writer w = {.base = base, .at = 0};
  favor_write_header(&w, stats_magic);
  favor_write_u64(&w, (uint64_t)stats->dim);
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++)
    write_side(&w, &stats->side[side], stats->dim);
  return favor_write_close(&w);
}

favor_status favor_stats_save(const favor_stats *stats, void *block, size_t block_size,
                              size_t *bytes) {
  if (!stats || !bytes) return FAVOR_ERR_NULL;
  *bytes = write_stats(stats, NULL);
  if (!block) return FAVOR_OK;
  if (block_size < *bytes) return FAVOR_ERR_BUFFER;
  write_stats(stats, block);
  return FAVOR_OK;
}

static favor_status malformed(favor_report *report, int64_t dim) {
  return favor_fail(report, FAVOR_ERR_FORMAT, "block",
                    "block has too few or too many fields for statistics of dim %" PRId64, dim);
}

/* An integer field, which must be in [low, high]. */
static favor_status read_integer(favor_reader *r, const char *name, int64_t low, int64_t high,
                                 int64_t *out, favor_report *report) {
  const uint64_t value = favor_read_u64(r);
  if (r->failed)
    return favor_fail(report, FAVOR_ERR_FORMAT, "block", "block ends before its %s", name);
  if (value < (uint64_t)low || value > (uint64_t)high)
    return favor_fail(report, FAVOR_ERR_VALUE, "block",
                      "block has %s %" PRIu64 "; it must be in [%" PRId64 ", %" PRId64 "]", name,
                      value, low, high);
  *out = (int64_t)value;
  return FAVOR_OK;
}

/* Fields of the statistics but those of sampled rows: what must be there before memory is taken. */
static int64_t fixed_fields(int64_t dim) {
  return 2 * (2 + dim + dim * (dim + 1) / 2);
}

/* What rows could have left: finite moments, no negative variance, nothing where nothing was
 * seen, and |c_ij| <= (c_ii + c_jj) / 2 with a factor of two for rounding and DBL_MIN for
 * underflow, which bounds every element by the trace. */
static bool plausible(const favor_stats *stats, favor_side side) {
  const favor_moments *m = &stats->side[side];
  const int64_t dim = stats->dim;
  for (int64_t i = 0; i < dim; i++) {
    const double variance = m->scatter[i * dim + i];
    if (!isfinite(m->mean[i]) || !isfinite(variance) || variance < 0.0) return false;
    if (m->count == 0 && m->mean[i] != 0.0) return false;
    if (m->count < 2 && variance != 0.0) return false;
  }
  for (int64_t i = 0; i < dim; i++)
    for (int64_t j = i + 1; j < dim; j++) {
      const double c = m->scatter[i * dim + j];
      const double sum = m->scatter[i * dim + i] + m->scatter[j * dim + j];
      if (!(fabs(c) <= sum + (m->count < 2 ? 0.0 : DBL_MIN))) return false;
    }
  return favor_stats_norm2_sum(stats, side) <= 2.0 * FAVOR_STATS_NORM2_MAX;
}

static favor_status read_moments(favor_reader *r, favor_stats *stats, favor_side side,
                                 favor_report *report) {
  favor_moments *m = &stats->side[side];
  const favor_status status = read_integer(r, "count", 0, FAVOR_STATS_ROWS_MAX, &m->count, report);
  if (status < 0) return status;
  favor_read_f64s(r, stats->dim, m->mean);
  for (int64_t i = 0; i < stats->dim; i++)
    favor_read_f64s(r, stats->dim - i, m->scatter + i * stats->dim + i);
  if (r->failed) return malformed(report, stats->dim);
  if (!plausible(stats, side))
    return favor_fail(report, FAVOR_ERR_VALUE, "block",
                      "block has moments that no %" PRId64 " rows of finite norm have", m->count);
  return FAVOR_OK;
}

/* Rows that saw `count` in all: every one of them is in a sample that is not full. */
static favor_status read_sample(favor_reader *r, favor_stats *stats, favor_moments *m,
                                favor_report *report) {
  double *row = stats->shift;
  int64_t rows = 0, left = m->count;
  favor_status status = read_integer(r, "sample size", 0, FAVOR_SAMPLE_ROWS, &rows, report);
  for (int64_t rank = 0; status >= 0 && rank < rows; rank++) {
    int64_t multiplicity = 0;
    status = read_integer(r, "multiplicity", 1, left, &multiplicity, report);
    if (status < 0) break;
    left -= multiplicity;
    favor_read_f64s(r, stats->dim, row);
    if (r->failed) return malformed(report, stats->dim);
    double square = 0.0;
    for (int64_t i = 0; i < stats->dim; i++) square += row[i] * row[i];
    if (!isfinite(square) || !favor_sample_append(&m->sample, row, multiplicity))
      status = favor_fail(report, FAVOR_ERR_VALUE, "block",
                          "block has a sampled row %" PRId64 " that is not finite or out of order",
                          rank);
  }
  if (status >= 0 && rows < FAVOR_SAMPLE_ROWS && left > 0)
    status =
        favor_fail(report, FAVOR_ERR_VALUE, "block",
                   "block has a sample that lacks %" PRId64 " of %" PRId64 " rows", left, m->count);
  return status;
}

static favor_status read_stats(favor_reader *r, favor_stats *stats, favor_report *report) {
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    favor_status status = read_moments(r, stats, (favor_side)side, report);
    if (status < 0) return status;
    status = read_sample(r, stats, &stats->side[side], report);
    if (status < 0) return status;
  }
  return favor_read_done(r) ? FAVOR_OK : malformed(report, stats->dim);
}

favor_status favor_stats_load(const void *block, size_t block_size,
                              const favor_allocator *allocator, favor_report *report,
                              favor_stats **out) {
  favor_report_begin(report);
  favor_stats *stats = NULL;
  favor_reader r;
  int64_t dim = 0;
  favor_status status = favor_check_pointer(report, "out", out);
  if (status < 0) return status;
  *out = NULL;
  status = favor_check_pointer(report, "block", block);
  if (status >= 0) status = favor_read_open(&r, stats_magic, block, block_size, report);
  if (status < 0) return status;
  status = read_integer(&r, "dim", 1, FAVOR_STATS_DIM_MAX, &dim, report);
  if (status < 0) return status;
  if (!favor_read_has(&r, fixed_fields(dim))) return malformed(report, dim);
  status = favor_stats_create(dim, allocator, &stats);
  if (status < 0)
    return favor_fail(report, status, "allocator",
                      "allocator gave no memory for statistics of dim %" PRId64
                      ", or only half of it is set",
                      dim);
  status = read_stats(&r, stats, report);
  if (status < 0) goto fail;
  *out = stats;
  return favor_report_end(report, FAVOR_OK);
fail:
  favor_stats_destroy(stats);
  return status;
}
