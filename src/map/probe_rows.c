/* SPDX-License-Identifier: MIT */
/** Which rows a probe takes. Arrays give keys at equal steps; statistics give their bottom-k sample,
 *  with how often each row came.
 *
 *  Queries are stratified: a few long ones can carry most of the error, so candidates are ordered by
 *  their distance from the mean, and strata grow linearly from the longest on. Each is represented by
 *  its middle row and weighs as many rows as it has. */
#include <assert.h>
#include <string.h>

#include "base/real.h"
#include "map/probe.h"

/* Queries of an array that are looked at. */
static const int64_t most_candidates = 4096;

void favor_probe_load_row(const favor_probe_rows *from, int64_t row, double *to) {
  assert(from->data);
  for (int64_t c = 0; c < from->columns; ++c)
    to[c] = favor_real_get(from->precision, from->data, row * from->ld + c);
}

int64_t favor_probe_stride(int64_t i, int64_t count, int64_t rows) {
  return (int64_t)(((double)i + 0.5) * (double)rows / (double)count);
}

/* Candidate i of `count`, and how many rows it stands for. */
static double load(const favor_sample *sample, const favor_probe_rows *from, int64_t i,
                   int64_t count, double *to) {
  int64_t times = 1;
  if (sample) {
    memcpy(to, favor_sample_row(sample, i, &times), (size_t)sample->dim * sizeof *to);
  } else {
    favor_probe_load_row(from, favor_probe_stride(i, count, from->rows), to);
  }
  return (double)times;
}

void favor_probe_load_keys(const favor_probe *p, const favor_probe_source *source) {
  const favor_sample *sample = source->q.data ? NULL : favor_stats_sample(source->stats, FAVOR_KEY);
  for (int64_t j = 0; j < p->keys; ++j)
    p->weight[FAVOR_KEY][j] = load(sample, &source->k, j, p->keys, p->k + j * p->dim);
}

/* A candidate, for sorting. */
typedef struct candidate {
  double norm2, weight;
  int64_t index;
} candidate;

/* Descending by norm, ties by index: sift the last of a heap of `count` whose root is out of place. */
static bool before(const candidate *a, const candidate *b) {
  return a->norm2 > b->norm2 || (!(a->norm2 < b->norm2) && a->index < b->index);
}

static void sift(candidate *heap, int64_t root, int64_t count) {
  const candidate moved = heap[root];
  for (int64_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && before(&heap[child], &heap[child + 1])) ++child;
    if (!before(&moved, &heap[child])) break;
    heap[root] = heap[child];
    root = child;
  }
  heap[root] = moved;
}

static void sort(candidate *list, int64_t count) {
  for (int64_t i = count / 2; i-- > 0;) sift(list, i, count);
  for (int64_t last = count - 1; last > 0; --last) {
    const candidate top = list[0];
    list[0] = list[last];
    list[last] = top;
    sift(list, 0, last);
  }
}

/* The middle candidate of each stratum; `row` is scratch [dim]. */
static void take_strata(const favor_probe *p, const favor_sample *sample,
                        const favor_probe_rows *from, const candidate *list, int64_t count) {
  int64_t first = 0;
  for (int64_t i = 0; i < p->queries; ++i) {
    const double share =
        (double)(i + 1) * (double)(i + 2) / ((double)p->queries * (double)(p->queries + 1));
    int64_t end = (int64_t)(share * (double)count);
    const int64_t room = count - (p->queries - 1 - i); /* the later ones need one each */
    if (end > room || i == p->queries - 1) end = room;
    if (end <= first) end = first + 1;
    double weight = 0;
    for (int64_t c = first; c < end; ++c) weight += list[c].weight;
    (void)load(sample, from, list[first + (end - first) / 2].index, count, p->q + i * p->dim);
    p->weight[FAVOR_QUERY][i] = weight;
    first = end;
  }
}

favor_status favor_probe_load_queries(const favor_probe *p, const favor_probe_source *source) {
  const favor_sample *sample =
      source->q.data ? NULL : favor_stats_sample(source->stats, FAVOR_QUERY);
  const double *mean = favor_stats_mean(source->stats, FAVOR_QUERY);
  const int64_t rows = sample ? sample->count : source->q.rows;
  const int64_t count = rows < most_candidates ? rows : most_candidates;
  candidate *list = favor_alloc_array(&p->allocator, count, 1, sizeof *list);
  if (!list) return FAVOR_ERR_MEMORY;
  double *row = p->q; /* there is a row at least, and it is written last */
  for (int64_t i = 0; i < count; ++i) {
    list[i] = (candidate){.weight = load(sample, &source->q, i, count, row), .index = i};
    for (int64_t k = 0; k < p->dim; ++k) list[i].norm2 += (row[k] - mean[k]) * (row[k] - mean[k]);
  }
  sort(list, count);
  take_strata(p, sample, &source->q, list, count);
  favor_free(&p->allocator, list);
  return FAVOR_OK;
}
