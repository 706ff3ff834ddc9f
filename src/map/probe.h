/* SPDX-License-Identifier: MIT */
/** A probe: a few queries and keys, with values if they are known, that stand for a whole problem,
 *  and the exact attention between them. Forecasts hold features against it.
 *
 *  Output errors of n keys are read off m sampled ones by splitting squares into their diagonal,
 *  which falls as 1/n, and the rest, which does not:
 *
 *      |sum_j d_j u_j|^2 = sum_j d_j^2 |u_j|^2 + sum over j != j' of d_j d_j' u_j.u_j'
 *
 *  With values unknown they are taken as of variance 1 and independent of the keys: only the
 *  diagonal is left, and relative errors hardly depend on n. */
#ifndef FAVOR_MAP_PROBE_H
#define FAVOR_MAP_PROBE_H

#include "base/alloc.h"
#include "map/stats.h"

#define FAVOR_PROBE_QUERIES 48
#define FAVOR_PROBE_KEYS 1024
#define FAVOR_PROBE_PAIRS 24576 /* queries times keys, but 8 queries at least */

/** Rows of either precision; data NULL: none. */
typedef struct favor_probe_rows {
  favor_precision precision;
  const void *data;
  int64_t rows, columns, ld;
} favor_probe_rows;

/** Where a probe comes from, and what it stands for: statistics, or arrays of queries, keys and
 *  values where there are queries, for n_q and n_k rows of a sequence (0: as many as there are). The
 *  rows of arrays have finite norms. */
typedef struct favor_probe_source {
  const favor_stats *stats;
  favor_probe_rows q, k, v;
  int64_t n_q, n_k;
  bool causal;

  /* For comparing estimators rather than forecasting: the rows of the probe are the whole problem,
   * with their keys for values where there are none, and errors are geometric means of those with
   * these values and of those with independent ones. Either alone misleads: values of real heads
   * follow their keys, others do not. */
  bool comparing;
} favor_probe_source;

typedef struct favor_probe {
  favor_allocator allocator;
  int64_t dim, dv;            /* dv = 0: values unknown */
  int64_t queries, keys;      /* sampled */
  int64_t total_queries;      /* of the problem */
  bool comparing;             /* as the source says */
  bool complete;              /* every key of the problem is in the probe, and seen by all */
  double inverse, inverse2;   /* mean over the queries of 1/n and 1/n^2, n keys seen by each */
  double *q, *k, *v;          /* [queries, dim], [keys, dim], [keys, dv] of mean 0 */
  double *mean, mean2;        /* [dv]: mean of all values; its square over the problem's keys */
  double *weight[2];          /* [queries], [keys]: rows that each stands for */
  double *log_kernel, *share; /* [queries, keys]: ln K; of each query, summing to 1 */
  double *gap2;               /* [queries, keys]: |v_j - O_i|^2, or 1 */
  double *norm2;              /* [queries]: weight |O_i|^2 */
} favor_probe;

/** Make a probe of at most so many rows. Deterministic. */
favor_status favor_probe_make(favor_probe *probe, const favor_allocator *allocator, int64_t dim,
                              const favor_probe_source *source, int64_t max_queries,
                              int64_t max_keys);

/** Exact attention of the probe under a kernel. */
favor_status favor_probe_attend(favor_probe *probe, int32_t kernel, double scale);

/** An estimate of |O^ - O|_F^2 / |O|_F^2 over the problem, which may be negative by the choice of keys,
 *  for a ratio z [queries, keys] of estimate to kernel. work [queries * (keys + dv)]; error2 [queries]
 *  gets the squares added, by query. */
double favor_probe_error(const favor_probe *probe, const double *z, double *work, double *error2);

/* ---- shared by probe.c and probe_rows.c: fill queries, or keys, and their weights ---- */

favor_status favor_probe_load_queries(const favor_probe *probe, const favor_probe_source *source);
void favor_probe_load_keys(const favor_probe *probe, const favor_probe_source *source);

/** One row as float64; row i of `count` out of `rows`, at the middle of its step. */
void favor_probe_load_row(const favor_probe_rows *from, int64_t row, double *to);
int64_t favor_probe_stride(int64_t i, int64_t count, int64_t rows);

void favor_probe_end(favor_probe *probe);

#endif
