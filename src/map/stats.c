/* SPDX-License-Identifier: MIT */
/** The statistics object, and what is read from it. How rows come in: stats_add.c. */
#include "map/stats.h"

#include <string.h>

#include "base/linalg.h"

/* One object is one block: the struct, then its arrays. With a counting arena only the size. */
static favor_stats *layout(favor_arena *arena, int64_t dim) {
  favor_stats counted, *stats = favor_arena_take(arena, 1, 1, sizeof(favor_stats));
  favor_stats *s = stats ? stats : &counted;
  s->dim = dim;
  s->tile = favor_arena_take(arena, FAVOR_STATS_TILE, dim, sizeof(double));
  s->tile_mean = favor_arena_take(arena, 1, dim, sizeof(double));
  s->shift = favor_arena_take(arena, 1, dim, sizeof(double));
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    favor_moments *m = &s->side[side];
    m->count = 0;
    m->mean = favor_arena_take(arena, 1, dim, sizeof(double));
    m->scatter = favor_arena_take(arena, dim, dim, sizeof(double));
    favor_sample_layout(arena, dim, &m->sample);
  }
  return stats;
}

favor_status favor_stats_create(int64_t dim, const favor_allocator *allocator, favor_stats **out) {
  if (!out) return FAVOR_ERR_NULL;
  *out = NULL;
  if (dim < 1 || dim > FAVOR_STATS_DIM_MAX) return FAVOR_ERR_SHAPE;
  favor_allocator resolved;
  const favor_status status = favor_allocator_resolve(allocator, &resolved);
  if (status < 0) return status;
  favor_arena arena = favor_arena_counting();
  layout(&arena, dim);
  if (arena.failed) return FAVOR_ERR_OVERFLOW;
  const size_t bytes = arena.used;
  void *block = favor_alloc(&resolved, bytes);
  if (!block) return FAVOR_ERR_MEMORY;
  memset(block, 0, bytes);
  arena = favor_arena_over(block, bytes);
  favor_stats *stats = layout(&arena, dim);
  stats->allocator = resolved;
  *out = stats;
  return FAVOR_OK;
}

void favor_stats_destroy(favor_stats *stats) {
  if (!stats) return;
  const favor_allocator allocator = stats->allocator;
  favor_free(&allocator, stats);
}

int64_t favor_stats_dim(const favor_stats *stats) {
  return stats ? stats->dim : 0;
}

int64_t favor_stats_count(const favor_stats *stats, favor_side side) {
  return stats->side[side].count;
}

bool favor_stats_has_pairs(const favor_stats *stats) {
  return stats->side[FAVOR_QUERY].count > 0 && stats->side[FAVOR_KEY].count > 0;
}

const double *favor_stats_mean(const favor_stats *stats, favor_side side) {
  return stats->side[side].mean;
}

const favor_sample *favor_stats_sample(const favor_stats *stats, favor_side side) {
  return &stats->side[side].sample;
}

/* Mean over the rows of |x - mean|^2. */
static double spread(const favor_stats *stats, favor_side side) {
  const favor_moments *m = &stats->side[side];
  double trace = 0.0;
  for (int64_t i = 0; i < stats->dim; i++) trace += m->scatter[i * stats->dim + i];
  return m->count > 0 ? trace / (double)m->count : 0.0;
}

double favor_stats_mean_norm2(const favor_stats *stats, favor_side side, const double *shift) {
  const favor_moments *m = &stats->side[side];
  if (m->count == 0) return 0.0;
  double sum = 0.0;
  for (int64_t i = 0; i < stats->dim; i++) {
    const double x = m->mean[i] - (shift ? shift[i] : 0.0);
    sum += x * x;
  }
  return spread(stats, side) + sum;
}

double favor_stats_mean_sum_norm2(const favor_stats *stats, const double *query_shift,
                                  const double *key_shift) {
  /* Pairs are independent: the squares of the spreads add, and the means add before they are
   * squared. Each mean is shifted before the sum, so that a shift by the means gives exactly the
   * spreads. */
  if (!favor_stats_has_pairs(stats)) return 0.0;
  const double *query = stats->side[FAVOR_QUERY].mean, *key = stats->side[FAVOR_KEY].mean;
  double sum = 0.0;
  for (int64_t i = 0; i < stats->dim; i++) {
    const double x = query[i] - (query_shift ? query_shift[i] : 0.0);
    const double y = key[i] - (key_shift ? key_shift[i] : 0.0);
    sum += (x + y) * (x + y);
  }
  return spread(stats, FAVOR_QUERY) + spread(stats, FAVOR_KEY) + sum;
}

void favor_stats_moments(const favor_stats *stats, favor_side side, const double *shift,
                         double *mean, double *moment) {
  const favor_moments *m = &stats->side[side];
  const double n = m->count > 0 ? (double)m->count : 1;
  const int64_t dim = stats->dim;
  for (int64_t i = 0; i < dim; i++) mean[i] = m->count > 0 ? m->mean[i] - shift[i] : 0.0;
  for (int64_t i = 0; i < dim; i++)
    for (int64_t j = i; j < dim; j++) {
      moment[i * dim + j] = m->scatter[i * dim + j] / n + mean[i] * mean[j];
      moment[j * dim + i] = moment[i * dim + j];
    }
}

double favor_stats_norm2_sum(const favor_stats *stats, favor_side side) {
  return (double)stats->side[side].count * favor_stats_mean_norm2(stats, side, NULL);
}

favor_status favor_stats_get(const favor_stats *stats, favor_side side, int64_t *count,
                             double *mean, double *moment) {
  if (!stats || !count) return FAVOR_ERR_NULL;
  if (side != FAVOR_QUERY && side != FAVOR_KEY) return FAVOR_ERR_ENUM;
  const favor_moments *m = &stats->side[side];
  const int64_t dim = stats->dim;
  *count = m->count;
  if (mean) memcpy(mean, m->mean, (size_t)dim * sizeof *mean);
  if (!moment) return FAVOR_OK;
  const double n = m->count > 0 ? (double)m->count : 1.0;
  for (int64_t i = 0; i < dim; i++)
    for (int64_t j = i; j < dim; j++) {
      moment[i * dim + j] = m->scatter[i * dim + j] / n + m->mean[i] * m->mean[j];
      moment[j * dim + i] = moment[i * dim + j];
    }
  return FAVOR_OK;
}

/* Covariance [dim, dim], both triangles. */
static void covariance(const favor_moments *m, int64_t dim, double *out) {
  for (int64_t i = 0; i < dim; i++)
    for (int64_t j = i; j < dim; j++) {
      out[i * dim + j] = m->scatter[i * dim + j] / (double)m->count;
      out[j * dim + i] = out[i * dim + j];
    }
}

/* Scratch of favor_stats_spectrum. */
typedef struct spectrum_scratch {
  double *a, *values, *work;
} spectrum_scratch;

static spectrum_scratch spectrum_layout(favor_arena *arena, int64_t dim) {
  spectrum_scratch scratch;
  scratch.a = favor_arena_take(arena, dim, dim, sizeof(double));
  scratch.values = favor_arena_take(arena, dim, 1, sizeof(double));
  scratch.work = favor_arena_take(arena, favor_eigen_work(dim), 1, sizeof(double));
  return scratch;
}

favor_status favor_stats_spectrum(const favor_stats *stats, favor_side side, double *eigenvalues) {
  if (!stats || !eigenvalues) return FAVOR_ERR_NULL;
  if (side != FAVOR_QUERY && side != FAVOR_KEY) return FAVOR_ERR_ENUM;
  const int64_t dim = stats->dim;
  if (stats->side[side].count == 0) return FAVOR_ERR_STATISTICS;
  favor_status status = favor_linalg_check();
  if (status < 0) return status;
  favor_arena arena = favor_arena_counting();
  spectrum_layout(&arena, dim);
  const size_t bytes = arena.used;
  void *block = arena.failed ? NULL : favor_alloc(&stats->allocator, bytes);
  if (!block) return FAVOR_ERR_MEMORY;
  arena = favor_arena_over(block, bytes);
  const spectrum_scratch scratch = spectrum_layout(&arena, dim);
  covariance(&stats->side[side], dim, scratch.a);
  status = favor_eigen(dim, scratch.a, scratch.values, scratch.work);
  /* Ascending to descending. A covariance has no negative eigenvalue, though rounding may give
   * one. */
  for (int64_t i = 0; status >= 0 && i < dim; i++)
    eigenvalues[dim - 1 - i] = scratch.values[i] > 0.0 ? scratch.values[i] : 0.0;
  favor_free(&stats->allocator, block);
  return status;
}
