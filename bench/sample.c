/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logstat.h"
#include "random.h"

int64_t bench_sample_at(const bench_sample *sample, int64_t group, int64_t i, int64_t j) {
  const int64_t side = sample->side;
  if (sample->set->paired) return i == j ? group * side + i : -1;
  return (group * side + i) * side + j;
}

static bool allocate(bench_sample *s) {
  const size_t dim = (size_t)s->set->dim, rows = (size_t)(s->groups * s->side) * dim;
  const size_t pairs = (size_t)s->num_pairs * dim;
  s->q = malloc(rows * sizeof *s->q);
  s->k = malloc(rows * sizeof *s->k);
  s->qf = malloc(rows * sizeof *s->qf);
  s->kf = malloc(rows * sizeof *s->kf);
  s->x = malloc(pairs * sizeof *s->x);
  s->y = malloc(pairs * sizeof *s->y);
  return s->q && s->k && s->qf && s->kf && s->x && s->y;
}

static void draw_rows(bench_sample *s, uint64_t seed) {
  const bench_set *set = s->set;
  const size_t row_bytes = (size_t)set->dim * sizeof(double);
  bench_random r = bench_random_start(seed, 2);
  for (int64_t row = 0; row < s->groups * s->side; row++) {
    const int64_t i = bench_random_below(&r, set->num_queries);
    const int64_t j = set->paired ? i : bench_random_below(&r, set->num_keys);
    memcpy(s->q + row * set->dim, set->q + i * set->dim, row_bytes);
    memcpy(s->k + row * set->dim, set->k + j * set->dim, row_bytes);
  }
  for (int64_t i = 0; i < s->groups * s->side * set->dim; i++) {
    s->qf[i] = (float)s->q[i];
    s->kf[i] = (float)s->k[i];
  }
}

static void write_pairs(bench_sample *s) {
  const int64_t dim = s->set->dim, side = s->side;
  const size_t row_bytes = (size_t)dim * sizeof(double);
  for (int64_t g = 0; g < s->groups; g++)
    for (int64_t i = 0; i < side; i++)
      for (int64_t j = 0; j < side; j++) {
        const int64_t p = bench_sample_at(s, g, i, j);
        if (p < 0) continue;
        memcpy(s->x + p * dim, s->q + (g * side + i) * dim, row_bytes);
        memcpy(s->y + p * dim, s->k + (g * side + j) * dim, row_bytes);
      }
}

/* x.x, y.y and x.y of one pair. */
static void products(const bench_sample *s, int64_t pair, double *xx, double *yy, double *xy) {
  const double *x = s->x + pair * s->set->dim, *y = s->y + pair * s->set->dim;
  *xx = *yy = *xy = 0;
  for (int64_t i = 0; i < s->set->dim; i++) {
    *xx += x[i] * x[i];
    *yy += y[i] * y[i];
    *xy += x[i] * y[i];
  }
}

static bool measure_norms(bench_sample *s) {
  const int64_t n = s->num_pairs;
  double *norm = malloc(3 * (size_t)n * sizeof *norm);
  if (norm == NULL) return false;
  double *sum = norm + n, *cosine = sum + n;
  for (int64_t p = 0; p < n; p++) {
    double xx, yy, xy;
    products(s, p, &xx, &yy, &xy);
    norm[p] = sqrt(s->set->scale * 0.5 * (xx + yy));
    sum[p] = sqrt(s->set->scale * fmax(0, xx + yy + 2 * xy));
    cosine[p] = xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
  }
  s->norm = bench_quantile(n, norm, 0.5);
  s->sum_norm = bench_quantile(n, sum, 0.5);
  s->cosine = bench_quantile(n, cosine, 0.5);
  free(norm);
  return true;
}

bool bench_sample_draw(bench_sample *sample, const bench_set *set, int64_t groups, int64_t pairs,
                       uint64_t seed) {
  memset(sample, 0, sizeof *sample);
  sample->set = set;
  sample->groups = groups;
  sample->side = (int64_t)ceil(sqrt((double)pairs));
  sample->num_pairs = groups * sample->side * (set->paired ? 1 : sample->side);
  if (!allocate(sample)) {
    bench_sample_free(sample);
    return false;
  }
  draw_rows(sample, seed);
  write_pairs(sample);
  if (measure_norms(sample)) return true;
  bench_sample_free(sample);
  return false;
}

favor_status bench_sample_kernel(const bench_sample *sample, int32_t kernel, double *log_kernel) {
  const int64_t dim = sample->set->dim;
  favor_status status = FAVOR_OK;
  for (int64_t p = 0; p < sample->num_pairs && status == FAVOR_OK; p++)
    status = favor_kernel_exact_log_f64(kernel, sample->set->scale, dim, 1, sample->x + p * dim,
                                        dim, 1, sample->y + p * dim, dim, log_kernel + p, 1, NULL);
  return status;
}

double bench_sample_largest_sum(const bench_sample *sample, bool recentred) {
  const int64_t dim = sample->set->dim;
  double *mean = calloc(2 * (size_t)dim, sizeof *mean), largest = 0;
  int64_t count;
  if (mean == NULL) return INFINITY;
  if (recentred &&
      (favor_stats_get(sample->set->stats, FAVOR_QUERY, &count, mean, NULL) != FAVOR_OK ||
       favor_stats_get(sample->set->stats, FAVOR_KEY, &count, mean + dim, NULL) != FAVOR_OK))
    largest = INFINITY;
  for (int64_t p = 0; p < sample->num_pairs; p++) {
    double sum = 0;
    for (int64_t i = 0; i < dim; i++) {
      const double v = sample->x[p * dim + i] - mean[i] + sample->y[p * dim + i] - mean[dim + i];
      sum += v * v;
    }
    largest = fmax(largest, sqrt(sample->set->scale * sum));
  }
  free(mean);
  return largest;
}

void bench_sample_free(bench_sample *sample) {
  free(sample->q);
  free(sample->k);
  free(sample->qf);
  free(sample->kf);
  free(sample->x);
  free(sample->y);
  memset(sample, 0, sizeof *sample);
}
