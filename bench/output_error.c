/* SPDX-License-Identifier: MIT */
#include "output_error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logstat.h"
#include "random.h"

enum { QUERIES = 16, REDRAWS = 4 };

typedef struct outputs {
  const bench_set *set;
  double *queries;          /* [QUERIES, dim] */
  double *log_kernel;       /* [QUERIES, num_keys] */
  int8_t *sign;             /* the same shape */
  double *exact, *estimate; /* [QUERIES, dv] */
  double errors[QUERIES * REDRAWS];
} outputs;

static bool start(outputs *o, const bench_set *set, uint64_t seed) {
  const size_t dim = (size_t)set->dim, block = (size_t)(QUERIES * set->num_keys);
  memset(o, 0, sizeof *o);
  o->set = set;
  o->queries = malloc(QUERIES * dim * sizeof *o->queries);
  o->log_kernel = malloc(block * sizeof *o->log_kernel);
  o->sign = malloc(block);
  o->exact = malloc(QUERIES * (size_t)set->dv * sizeof *o->exact);
  o->estimate = malloc(QUERIES * (size_t)set->dv * sizeof *o->estimate);
  if (!o->queries || !o->log_kernel || !o->sign || !o->exact || !o->estimate) return false;
  bench_random r = bench_random_start(seed, 3);
  for (size_t i = 0; i < QUERIES; i++) {
    const size_t from = (size_t)bench_random_below(&r, set->num_queries);
    memcpy(o->queries + i * dim, set->q + from * dim, dim * sizeof *o->queries);
  }
  return true;
}

static void end(outputs *o) {
  free(o->queries);
  free(o->log_kernel);
  free(o->sign);
  free(o->exact);
  free(o->estimate);
}

/* out = sum_j K_j v_j / sum_j K_j for each query, from ln|K| and signs. */
static void normalise(const outputs *o, double *out) {
  const int64_t keys = o->set->num_keys, dv = o->set->dv;
  for (int64_t i = 0; i < QUERIES; i++) {
    const double *ln = o->log_kernel + i * keys;
    double top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < keys; j++) top = fmax(top, ln[j]);
    memset(out + i * dv, 0, (size_t)dv * sizeof *out);
    for (int64_t j = 0; j < keys; j++) {
      const double weight = o->sign[i * keys + j] * exp(ln[j] - top);
      sum += weight;
      for (int64_t c = 0; c < dv; c++) out[i * dv + c] += weight * o->set->v[j * dv + c];
    }
    for (int64_t c = 0; c < dv; c++) out[i * dv + c] /= sum;
  }
}

static void compare(outputs *o, int redraw) {
  const int64_t dv = o->set->dv;
  for (int64_t i = 0; i < QUERIES; i++) {
    double error = 0, norm = 0;
    for (int64_t c = 0; c < dv; c++) {
      const double want = o->exact[i * dv + c], got = o->estimate[i * dv + c];
      error += (got - want) * (got - want);
      norm += want * want;
    }
    o->errors[redraw * QUERIES + i] = sqrt(error / norm);
  }
}

static favor_status measure(outputs *o, const favor_map *map, int32_t kernel, uint64_t seed,
                            const favor_executor *executor) {
  const bench_set *set = o->set;
  const int64_t dim = set->dim, keys = set->num_keys;
  favor_status status =
      favor_kernel_exact_log_f64(kernel, set->scale, dim, QUERIES, o->queries, dim, keys, set->k,
                                 dim, o->log_kernel, keys, NULL);
  memset(o->sign, 1, (size_t)(QUERIES * keys));
  if (status == FAVOR_OK) normalise(o, o->exact);
  for (int d = 0; d < REDRAWS && status == FAVOR_OK; d++) {
    favor_map *drawn = NULL;
    status = favor_map_redraw(map, seed + (uint64_t)d, &drawn);
    if (status != FAVOR_OK) break;
    status = favor_kernel_estimate_log_f64(drawn, QUERIES, o->queries, dim, keys, set->k, dim,
                                           o->log_kernel, o->sign, keys, NULL, 0, executor, NULL);
    favor_map_destroy(drawn);
    normalise(o, o->estimate);
    compare(o, d);
  }
  return status;
}

double bench_output_error(const favor_map *map, const bench_set *set, int32_t kernel, uint64_t seed,
                          const favor_executor *executor) {
  outputs o;
  double error = NAN;
  if (set->v == NULL) return NAN;
  if (start(&o, set, seed) && measure(&o, map, kernel, seed, executor) == FAVOR_OK)
    error = bench_quantile(QUERIES * REDRAWS, o.errors, 0.5);
  end(&o);
  return error;
}
