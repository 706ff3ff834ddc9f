/* SPDX-License-Identifier: MIT */
/** What a probe measures by. Which rows it takes: probe_rows.c. */
#include "map/probe.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Long rows cost more: fewer of them, so that a forecast stays short. */
static int64_t affordable(int64_t rows, int64_t dim) {
  const int64_t few = rows < 16 ? rows : 16, budget = INT64_C(1) << 16;
  return rows * dim <= budget ? rows : (budget / dim > few ? budget / dim : few);
}

static void lay_out(favor_probe *p, favor_arena *arena) {
  const size_t real = sizeof(double);
  p->q = favor_arena_take(arena, p->queries, p->dim, real);
  p->k = favor_arena_take(arena, p->keys, p->dim, real);
  p->v = favor_arena_take(arena, p->keys, p->dv, real);
  p->weight[FAVOR_QUERY] = favor_arena_take(arena, p->queries, 1, real);
  p->weight[FAVOR_KEY] = favor_arena_take(arena, p->keys, 1, real);
  p->log_kernel = favor_arena_take(arena, p->queries, p->keys, real);
  p->share = favor_arena_take(arena, p->queries, p->keys, real);
  p->gap2 = favor_arena_take(arena, p->queries, p->keys, real);
  p->norm2 = favor_arena_take(arena, p->queries, 1, real);
  p->mean = favor_arena_take(arena, p->dv, 1, real);
}

/* Means of 1/n and 1/n^2 where query i of n_q sees keys up to i + n_k - n_q, those without a key left
 * out. Sums over long ranges are integrals. */
static void count_keys(favor_probe *p, const favor_probe_source *problem, int64_t n_k) {
  const int64_t first = n_k > p->total_queries ? n_k - p->total_queries + 1 : 1;
  if (!problem->causal) {
    p->inverse = 1 / (double)n_k;
    p->inverse2 = p->inverse * p->inverse;
    return;
  }
  const int64_t summed = least(n_k, first + 9999);
  double sum = 0, sum2 = 0;
  for (int64_t n = first; n <= summed; ++n) {
    sum += 1 / (double)n;
    sum2 += 1 / ((double)n * (double)n);
  }
  if (n_k > summed) {
    const double low = (double)summed + 0.5, high = (double)n_k + 0.5;
    sum += log(high / low);
    sum2 += 1 / low - 1 / high;
  }
  p->inverse = sum / (double)(n_k - first + 1);
  p->inverse2 = sum2 / (double)(n_k - first + 1);
}

/* The mean of all values, with its square as over the problem's keys: what is left of it where the
 * values by themselves average out falls as 1/n. */
static void read_mean(favor_probe *p, const favor_probe_rows *values) {
  const double n = (double)values->rows;
  double square = 0, whole = 0;
  for (int64_t c = 0; c < p->dv; ++c) {
    double sum = 0;
    for (int64_t j = 0; j < values->rows; ++j) {
      const double v = favor_real_get(values->precision, values->data, j * values->ld + c);
      sum += v;
      square += v * v;
    }
    p->mean[c] = sum / n;
    whole += p->mean[c] * p->mean[c];
  }
  const double diagonal = square / n;
  const double rest = n > 1 ? fmax(0, n * whole - diagonal) / (n - 1) : whole;
  const bool same = fabs(p->inverse * n - 1) < 1e-9;
  p->mean2 = same || n < 2 ? whole : p->inverse * diagonal + (1 - p->inverse) * rest;
}

/* Values of the probe, centred; their mean apart. */
static void load_values(favor_probe *p, const favor_probe_rows *values) {
  const favor_probe_rows keys = {FAVOR_F64, p->k, p->keys, p->dim, p->dim};
  const favor_probe_rows *from = values->data ? values : &keys;
  for (int64_t j = 0; j < p->keys; ++j)
    favor_probe_load_row(from, favor_probe_stride(j, p->keys, from->rows), p->v + j * p->dv);
  const favor_probe_rows probe = {FAVOR_F64, p->v, p->keys, p->dv, p->dv};
  read_mean(p, p->comparing ? &probe : from);
  for (int64_t c = 0; c < p->dv; ++c) {
    double part = 0;
    for (int64_t j = 0; j < p->keys; ++j) part += p->v[j * p->dv + c];
    for (int64_t j = 0; j < p->keys; ++j) p->v[j * p->dv + c] -= part / (double)p->keys;
  }
}

favor_status favor_probe_make(favor_probe *probe, const favor_allocator *allocator, int64_t dim,
                              const favor_probe_source *source, int64_t max_queries,
                              int64_t max_keys) {
  const favor_stats *stats = source->stats;
  const bool given = source->q.data != NULL;
  const int64_t rows_q = given ? source->q.rows : favor_stats_count(stats, FAVOR_QUERY);
  const int64_t rows_k = given ? source->k.rows : favor_stats_count(stats, FAVOR_KEY);
  const int64_t kept_q = given ? rows_q : favor_stats_sample(stats, FAVOR_QUERY)->count;
  const int64_t kept_k = given ? rows_k : favor_stats_sample(stats, FAVOR_KEY)->count;
  const int64_t n_k = source->n_k > 0 ? source->n_k : rows_k;
  *probe = (favor_probe){.allocator = *allocator, .dim = dim};
  probe->queries = least(kept_q, affordable(max_queries, dim));
  probe->keys = least(kept_k, affordable(max_keys, dim));
  const int64_t queries = FAVOR_PROBE_PAIRS / probe->keys;
  probe->queries = least(probe->queries, queries < 8 ? 8 : queries);
  probe->dv = source->v.data ? source->v.columns : source->comparing ? dim : 0;
  probe->comparing = source->comparing;
  probe->total_queries = source->n_q > 0 ? source->n_q : rows_q;
  probe->complete =
      source->comparing || (given && probe->keys == n_k && rows_k == n_k && !source->causal);
  count_keys(probe, source, source->comparing ? probe->keys : n_k);
  favor_arena arena = favor_arena_counting();
  lay_out(probe, &arena);
  void *block = arena.failed ? NULL : favor_alloc(allocator, arena.used);
  if (!block) return FAVOR_ERR_MEMORY;
  arena = favor_arena_over(block, arena.used);
  lay_out(probe, &arena);
  favor_probe_load_keys(probe, source);
  if (probe->dv > 0) load_values(probe, &source->v);
  const favor_status status = favor_probe_load_queries(probe, source);
  if (status < 0) favor_probe_end(probe);
  return status;
}

/* The square of a sum over the problem's keys, from the whole square and the diagonal over the m keys
 * of the probe, both of shares; the diagonal falls as `falling`. Unbiased, so that it may be negative. */
static double extrapolate(const favor_probe *p, double whole, double diagonal, double falling) {
  const double m = (double)p->keys;
  if (p->complete || m < 2) return whole;
  return m * diagonal * falling + (1 - p->inverse) * (whole - diagonal) * m / (m - 1);
}

/* Shares of one query: its kernel over their sum. */
static void share_row(const favor_probe *p, int64_t i) {
  const double *ln = p->log_kernel + i * p->keys;
  double *share = p->share + i * p->keys, top = -INFINITY, sum = 0;
  for (int64_t j = 0; j < p->keys; ++j) top = ln[j] > top ? ln[j] : top;
  for (int64_t j = 0; j < p->keys; ++j) {
    share[j] = top > -INFINITY ? p->weight[FAVOR_KEY][j] * exp(ln[j] - top) : 0;
    sum += share[j];
  }
  for (int64_t j = 0; sum > 0 && j < p->keys; ++j) share[j] /= sum;
}

/* Norm of the output of one query, and how far each value is from it. Values have mean zero in the
 * probe; the mean of all that were given is added apart, since flat attention sees little else. */
static void attend_row(const favor_probe *p, int64_t i, double *output) {
  const double *share = p->share + i * p->keys;
  double *gap2 = p->gap2 + i * p->keys, whole = 0, diagonal = 0, along = 0;
  memset(output, 0, (size_t)p->dv * sizeof *output);
  for (int64_t j = 0; j < p->keys; ++j) {
    const double *v = p->v + j * p->dv, excess = share[j] - 1 / (double)p->keys;
    double square = 0;
    for (int64_t c = 0; c < p->dv; ++c) {
      output[c] += share[j] * v[c];
      square += v[c] * v[c];
    }
    diagonal += excess * excess * square;
  }
  for (int64_t c = 0; c < p->dv; ++c) {
    whole += output[c] * output[c];
    along += output[c] * p->mean[c];
  }
  for (int64_t j = 0; j < p->keys; ++j) {
    gap2[j] = 0;
    for (int64_t c = 0; c < p->dv; ++c) {
      const double gap = p->v[j * p->dv + c] - output[c];
      gap2[j] += gap * gap;
    }
  }
  const double square = p->mean2 + 2 * along + extrapolate(p, whole, diagonal, p->inverse);
  p->norm2[i] = p->weight[FAVOR_QUERY][i] * square;
}

/* Values of variance 1, independent of each other and of the keys. */
static void attend_blind_row(const favor_probe *p, int64_t i) {
  const double *share = p->share + i * p->keys, *weight = p->weight[FAVOR_KEY];
  double sum = 0;
  for (int64_t j = 0; j < p->keys; ++j) {
    p->gap2[i * p->keys + j] = 1;
    sum += share[j] * share[j] / weight[j];
  }
  p->norm2[i] = p->weight[FAVOR_QUERY][i] * sum;
}

favor_status favor_probe_attend(favor_probe *probe, int32_t kernel, double scale) {
  favor_status status = favor_kernel_exact_log_f64(
      kernel, scale, probe->dim, probe->queries, probe->q, probe->dim, probe->keys, probe->k,
      probe->dim, probe->log_kernel, probe->keys, NULL);
  double *output = NULL;
  if (status >= 0 && probe->dv > 0) {
    output = favor_alloc_array(&probe->allocator, probe->dv, 1, sizeof *output);
    if (!output) status = FAVOR_ERR_MEMORY;
  }
  if (status < 0) return status;
  for (int64_t i = 0; i < probe->queries; ++i) {
    share_row(probe, i);
    if (output)
      attend_row(probe, i, output);
    else
      attend_blind_row(probe, i);
  }
  favor_free(&probe->allocator, output);
  return FAVOR_OK;
}

/* The difference of estimated and exact shares of one query. Where the estimated sum is not positive
 * the library writes zeros. */
static void share_gap(const favor_probe *p, int64_t i, const double *z, double *gap) {
  const double *share = p->share + i * p->keys;
  double sum = 0;
  for (int64_t j = 0; j < p->keys; ++j) {
    gap[j] = share[j] * z[j];
    sum += gap[j];
  }
  const double over = sum > 0 ? 1 / sum : 0;
  for (int64_t j = 0; j < p->keys; ++j) gap[j] = gap[j] * over - share[j];
}

/* The squared error relative to the output for independent values. */
static double blind_error(const favor_probe *p, const double *gaps) {
  double error = 0, norm = 0;
  for (int64_t i = 0; i < p->queries; ++i) {
    const double query = p->weight[FAVOR_QUERY][i];
    for (int64_t j = 0; j < p->keys; ++j) {
      const int64_t at = i * p->keys + j;
      error += query * gaps[at] * gaps[at] / p->weight[FAVOR_KEY][j];
      norm += query * p->share[at] * p->share[at] / p->weight[FAVOR_KEY][j];
    }
  }
  return norm > 0 ? error / norm : 0;
}

/* A threaded BLAS would gain nothing on so few rows. */
static void sum_values(const favor_probe *p, const double *gap, double *sum) {
  memset(sum, 0, (size_t)p->dv * sizeof *sum);
  for (int64_t j = 0; j < p->keys; ++j)
    for (int64_t c = 0; c < p->dv; ++c) sum[c] += gap[j] * p->v[j * p->dv + c];
}

double favor_probe_error(const favor_probe *p, const double *z, double *work, double *error2) {
  double *gaps = work, *sums = work + p->queries * p->keys, error = 0, norm = 0, blind = 0;
  const double m = (double)p->keys;
  /* One key is always right; beyond, the mean of (1/n)(1 - 1/n) over that of the probe. */
  const double falling = m > 1 ? (p->inverse - p->inverse2) * m / (m - 1) : p->inverse;
  for (int64_t i = 0; i < p->queries; ++i) share_gap(p, i, z + i * p->keys, gaps + i * p->keys);
  for (int64_t i = 0; i < p->queries; ++i) sum_values(p, gaps + i * p->keys, sums + i * p->dv);
  if (p->comparing) blind = blind_error(p, gaps);
  for (int64_t i = 0; i < p->queries; ++i) {
    const double *gap = gaps + i * p->keys, *gap2 = p->gap2 + i * p->keys;
    double diagonal = 0, whole = 0, square;
    for (int64_t j = 0; j < p->keys; ++j)
      diagonal += gap[j] * gap[j] * gap2[j] / (p->dv > 0 ? 1 : p->weight[FAVOR_KEY][j]);
    for (int64_t c = 0; c < p->dv; ++c) whole += sums[i * p->dv + c] * sums[i * p->dv + c];
    square = p->dv > 0 ? extrapolate(p, whole, diagonal, falling) : diagonal * falling / p->inverse;
    square *= p->weight[FAVOR_QUERY][i];
    error2[i] += square;
    error += square;
    norm += p->norm2[i];
  }
  if (p->comparing) return norm > 0 ? sqrt(fmax(0, error) / norm * blind) : blind;
  return norm > 0 ? error / norm : 0;
}

void favor_probe_end(favor_probe *probe) {
  favor_free(&probe->allocator, probe->q);
}
