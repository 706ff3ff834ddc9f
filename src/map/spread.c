/* SPDX-License-Identifier: MIT */
#include "map/spread.h"

#include <assert.h>
#include <math.h>

#include "map/map.h"

enum { PAIRS = 256, COUPLED_PAIRS = 64 };

typedef struct spread_pairs {
  int64_t count;
  double *x, *y;                     /* [count, dim] */
  double weight[PAIRS], sum2[PAIRS]; /* |x' + y'|^2 */
  double log_relvar[PAIRS];
} spread_pairs;

/* ln(1 + e^a). */
static double log1p_exp(double a) {
  return a > 0 ? a + log1p(exp(-a)) : log1p(exp(a));
}

/* Pair p takes each query in turn, and keys by a stride that meets all of them. */
static void choose(const favor_probe *probe, const favor_map *map, spread_pairs *pairs) {
  const double *b = favor_map_shift(map, FAVOR_QUERY), *c = favor_map_shift(map, FAVOR_KEY);
  const int64_t d = probe->dim, all = probe->queries * probe->keys;
  pairs->count = all < PAIRS ? all : PAIRS;
  for (int64_t p = 0; p < pairs->count; ++p) {
    const int64_t at = (int64_t)((double)p * (double)all / (double)pairs->count);
    const int64_t i = at % probe->queries, j = at / probe->queries;
    pairs->sum2[p] = 0;
    pairs->weight[p] = probe->weight[FAVOR_QUERY][i] * probe->weight[FAVOR_KEY][j];
    for (int64_t k = 0; k < d; ++k) {
      pairs->x[p * d + k] = probe->q[i * d + k];
      pairs->y[p * d + k] = probe->k[j * d + k];
      const double sum = pairs->x[p * d + k] - b[k] + pairs->y[p * d + k] - c[k];
      pairs->sum2[p] += map->choice.scale * sum * sum;
    }
  }
}

/* Values in ascending order with their weights; there are few, so by insertion. */
typedef struct sorted_values {
  double value[PAIRS], weight[PAIRS], total;
} sorted_values;

static void sort(const spread_pairs *pairs, sorted_values *to) {
  to->total = 0;
  for (int64_t p = 0; p < pairs->count; ++p) {
    int64_t at = p;
    for (; at > 0 && to->value[at - 1] > pairs->log_relvar[p]; --at) {
      to->value[at] = to->value[at - 1];
      to->weight[at] = to->weight[at - 1];
    }
    to->value[at] = pairs->log_relvar[p];
    to->weight[at] = pairs->weight[p];
    to->total += pairs->weight[p];
  }
}

/* The value up to which this share of the weight lies. */
static double quantile(const sorted_values *sorted, int64_t count, double share) {
  assert(count > 0);
  double below = 0;
  for (int64_t p = 0; p < count - 1; ++p) {
    below += sorted->weight[p];
    if (below >= share * sorted->total) return sorted->value[p];
  }
  return sorted->value[count - 1];
}

/* True where the values lie on a line over |x' + y'|^2: *mean is then the value at its mean over all
 * pairs of the statistics. */
static bool affine(const favor_map *map, const favor_stats *stats, const spread_pairs *pairs,
                   double *mean) {
  int64_t low = 0, high = 0;
  for (int64_t p = 1; p < pairs->count; ++p) {
    if (pairs->sum2[p] < pairs->sum2[low]) low = p;
    if (pairs->sum2[p] > pairs->sum2[high]) high = p;
  }
  const double run = pairs->sum2[high] - pairs->sum2[low];
  if (!stats || !(run > 0) || pairs->count < 3) return false;
  const double slope = (pairs->log_relvar[high] - pairs->log_relvar[low]) / run;
  for (int64_t p = 0; p < pairs->count; ++p) {
    const double line = pairs->log_relvar[low] + slope * (pairs->sum2[p] - pairs->sum2[low]);
    if (!(fabs(pairs->log_relvar[p] - line) <= 1e-9 * (1 + fabs(line)))) return false;
  }
  const double all =
      map->choice.scale * favor_stats_mean_sum_norm2(stats, favor_map_shift(map, FAVOR_QUERY),
                                                     favor_map_shift(map, FAVOR_KEY));
  *mean = pairs->log_relvar[low] + slope * (all - pairs->sum2[low]);
  return true;
}

/* The spread at so many projections. Closed forms read the choice of a map and its shifts, never W. */
static favor_status spread_at(favor_map *map, int64_t projections, const favor_stats *stats,
                              spread_pairs *pairs, favor_spread *out) {
  map->choice.projections = projections;
  const favor_status status = favor_forecast_pairs_f64(
      map, pairs->count, pairs->x, map->choice.dim, pairs->y, map->choice.dim, pairs->log_relvar);
  if (status < 0) return status;
  double sum = 0, weights = 0;
  bool known = true;
  for (int64_t p = 0; p < pairs->count; ++p) {
    known = known && !isnan(pairs->log_relvar[p]);
    pairs->log_relvar[p] = log1p_exp(pairs->log_relvar[p]);
    sum += pairs->weight[p] * pairs->log_relvar[p];
    weights += pairs->weight[p];
  }
  *out = (favor_spread){NAN, NAN, NAN, NAN};
  if (!known) return FAVOR_OK;
  sorted_values sorted;
  sort(pairs, &sorted);
  *out = (favor_spread){sum / weights, quantile(&sorted, pairs->count, 0.1),
                        quantile(&sorted, pairs->count, 0.5), quantile(&sorted, pairs->count, 0.9)};
  (void)affine(map, stats, pairs, &out->mean);
  return FAVOR_OK;
}

favor_status favor_spread_make(const favor_probe *probe, const favor_map_opts *opts,
                               favor_spread *one, favor_spread *many) {
  favor_map_opts small = *opts;
  favor_map *map = NULL;
  spread_pairs pairs;
  small.projections = 1;
  double *rows = favor_alloc_array(&probe->allocator, 2 * (int64_t)PAIRS, probe->dim, sizeof *rows);
  if (!rows) return FAVOR_ERR_MEMORY;
  favor_status status = favor_map_make(&small, &map);
  if (status >= 0) {
    pairs.x = rows;
    pairs.y = rows + PAIRS * probe->dim;
    choose(probe, map, &pairs);
    status = spread_at(map, 1, opts->stats, &pairs, one);
    /* Every fourth pair: the series of coupled rows cost more. */
    if (status >= 0 && pairs.count == PAIRS) {
      for (int64_t p = 0; p < COUPLED_PAIRS; ++p) {
        const int64_t from = p * (PAIRS / COUPLED_PAIRS);
        pairs.weight[p] = pairs.weight[from];
        pairs.sum2[p] = pairs.sum2[from];
        for (int64_t k = 0; k < probe->dim; ++k) {
          pairs.x[p * probe->dim + k] = pairs.x[from * probe->dim + k];
          pairs.y[p * probe->dim + k] = pairs.y[from * probe->dim + k];
        }
      }
      pairs.count = COUPLED_PAIRS;
    }
    if (status >= 0) status = spread_at(map, opts->projections, opts->stats, &pairs, many);
  }
  favor_map_destroy(map);
  favor_free(&probe->allocator, rows);
  return status < 0 ? status : FAVOR_OK;
}
