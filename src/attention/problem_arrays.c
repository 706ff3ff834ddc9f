/* SPDX-License-Identifier: MIT */
/* The extents of a call's arrays: strides that fit, rows that lie apart, nothing written over
 * anything else. */
#include <inttypes.h>

#include "attention/problem.h"
#include "base/check.h"
#include "base/status.h"
#include "map/work.h"

/* An array of up to three strided dimensions, its columns contiguous. */
typedef struct favor_strided {
  const char *name, *stride_name;
  const void *data;
  int64_t count[3], stride[3];
  int64_t columns;
  size_t element;
  int dims;
  bool written;
} favor_strided;

static bool empty(const favor_strided *s) {
  for (int i = 0; i < s->dims; ++i) {
    if (s->count[i] == 0) return true;
  }
  return false;
}

/* The elements from the first to past the last; a stride that is negative or spans more than memory
 * holds is refused by its value. */
static favor_status span_elements(const favor_strided *s, int64_t *elements, favor_report *report) {
  size_t sum = (size_t)s->columns, part = 0;
  *elements = 0;
  if (empty(s)) return FAVOR_OK;
  for (int i = 0; i < s->dims; ++i) {
    if (s->stride[i] < 0 ||
        !favor_size_mul((size_t)(s->count[i] - 1), (size_t)s->stride[i], &part) ||
        !favor_size_add(sum, part, &sum) || sum > (size_t)INT64_MAX / sizeof(double)) {
      return favor_fail(report, FAVOR_ERR_SHAPE, s->stride_name,
                        "%s[%d] is %" PRId64 "; at least 0, and %" PRId64
                        " of them must fit in memory",
                        s->stride_name, i, s->stride[i], s->count[i]);
    }
  }
  *elements = (int64_t)sum;
  return FAVOR_OK;
}

/* Rows lie apart where each stride spans all that the smaller ones reach. */
static favor_status check_apart(const favor_strided *s, favor_report *report) {
  if (!s->written || empty(s)) return FAVOR_OK;
  for (int i = 0; i < s->dims; ++i) {
    int64_t reach = s->columns;
    for (int j = 0; j < s->dims; ++j) {
      const bool below = s->stride[j] < s->stride[i] || (j > i && s->stride[j] == s->stride[i]);
      if (j != i && below) reach += (s->count[j] - 1) * s->stride[j];
    }
    if (s->count[i] > 1 && s->stride[i] < reach) {
      return favor_fail(report, FAVOR_ERR_SHAPE, s->stride_name,
                        "%s[%d] is %" PRId64 "; at least %" PRId64 " keeps rows of %s apart",
                        s->stride_name, i, s->stride[i], reach, s->name);
    }
  }
  return FAVOR_OK;
}

static favor_status describe(const favor_strided *s, favor_array *out, favor_report *report) {
  int64_t elements = 0;
  favor_status status = span_elements(s, &elements, report);
  if (status == FAVOR_OK) status = check_apart(s, report);
  *out = (favor_array){s->name,  s->stride_name, s->data,    elements > 0,
                       elements, elements,       s->element, s->written};
  return status;
}

/* Memory of `rows` items of `bytes` each; NULL is none. */
static favor_array flat(const char *name, const void *data, int64_t rows, size_t bytes,
                        bool written) {
  return (favor_array){name, name, data, data ? rows : 0, 1, 1, bytes, written};
}

static favor_array states(const char *name, const void *data, const favor_problem_memory *m,
                          int64_t stride, bool written) {
  const int64_t columns = (int64_t)m->state_bytes;
  return (favor_array){name,    "state_stride",
                       data,    data ? m->states : 0,
                       columns, stride > columns ? stride : columns,
                       1,       written};
}

/* Everything else that a descriptor points to, and the workspace. */
static favor_status describe_flat(const favor_attention_problem *p, const favor_problem_memory *m,
                                  favor_array *arrays, int *n, favor_report *report) {
  const favor_attention_desc *d = &p->d;
  size_t norms = 0;
  const int64_t rows = d->q_offsets ? d->q_offsets[d->batch] : d->n_q;
  const int64_t sequences = d->q_offsets ? 1 : d->batch;
  if (d->log_norm && (!favor_size_matrix(sequences, d->heads, 1, &norms) || norms > INT64_MAX ||
                      !favor_size_matrix((int64_t)norms, rows, 1, &norms) || norms > INT64_MAX)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "log_norm", "log_norm does not fit in memory");
  }
  arrays[(*n)++] = flat("log_norm", d->log_norm, (int64_t)norms, sizeof(double), true);
  arrays[(*n)++] = favor_array_work(m->work, m->work_size);
  arrays[(*n)++] = flat("desc", m->desc, 1, sizeof *d, false);
  arrays[(*n)++] = flat("maps", m->maps, m->num_maps, sizeof(favor_map *), false);
  arrays[(*n)++] = flat("key_lengths", d->key_lengths, d->batch, sizeof(int64_t), false);
  arrays[(*n)++] = flat("q_offsets", d->q_offsets, d->batch + 1, sizeof(int64_t), false);
  arrays[(*n)++] = flat("k_offsets", d->k_offsets, d->batch + 1, sizeof(int64_t), false);
  if (m->states == 0) return FAVOR_OK;
  /* The same states may go in and out; they are then one array. */
  const void *in = d->state_in == d->state_out ? NULL : d->state_in;
  arrays[(*n)++] = states("state_in", in, m, d->state_stride, false);
  arrays[(*n)++] = states("state_out", d->state_out, m, d->state_stride, true);
  return FAVOR_OK;
}

static favor_strided strided(const favor_attention_problem *p, const char *name,
                             const char *stride_name, const void *data, const int64_t stride[3],
                             int64_t heads, int64_t rows, int64_t columns) {
  const int64_t batch = p->d.batch;
  const bool ragged = p->d.q_offsets != NULL;
  return (favor_strided){.name = name,
                         .stride_name = stride_name,
                         .data = data,
                         .count = {ragged ? batch > 0 : batch, heads, rows},
                         .stride = {ragged ? 0 : stride[0], stride[1], stride[2]},
                         .columns = columns,
                         .element = p->real,
                         .dims = 3};
}

static favor_status check_lengths(const favor_attention_problem *p, favor_report *report) {
  const int64_t *lengths = p->d.key_lengths;
  for (int64_t b = 0; lengths && b < p->d.batch; ++b) {
    if (lengths[b] >= 0 && lengths[b] <= p->most_keys) continue;
    return favor_fail(report, FAVOR_ERR_SHAPE, "key_lengths",
                      "key_lengths[%" PRId64 "] is %" PRId64 "; it must be in [0, n_k = %" PRId64
                      "]",
                      b, lengths[b], p->most_keys);
  }
  return FAVOR_OK;
}

favor_status favor_problem_check(favor_attention_problem *p, const favor_problem_memory *m,
                                 favor_report *report) {
  enum { most = 14, own = 5 };
  favor_attention_desc *d = &p->d;
  const bool ragged = d->q_offsets != NULL;
  const int64_t n_q = ragged ? d->q_offsets[d->batch] : d->n_q;
  const int64_t n_k = ragged ? d->k_offsets[d->batch] : d->n_k;
  favor_strided own_arrays[own] = {
      strided(p, "q", "q_stride", m->q, d->q_stride, d->heads, n_q, d->dim),
      strided(p, "k", "k_stride", m->k, d->k_stride, d->kv_heads, n_k, d->dim),
      strided(p, "v", "v_stride", m->v, d->v_stride, d->kv_heads, n_k, d->dv),
      strided(p, "out", "out_stride", m->out, d->out_stride, d->heads, n_q, d->dv),
      {.name = "key_log_weight",
       .stride_name = "weight_stride",
       .data = d->key_log_weight,
       .count = {ragged ? d->batch > 0 : d->batch, n_k, 1},
       .stride = {ragged ? 0 : d->weight_stride[0], d->weight_stride[1], 0},
       .columns = 1,
       .element = sizeof(float),
       .dims = 2},
  };
  favor_array arrays[most];
  int n = 0;
  own_arrays[3].written = true;
  for (int i = 0; i < own; ++i) {
    if (i == 4 && !d->key_log_weight) continue;
    const favor_status status = describe(&own_arrays[i], &arrays[n++], report);
    if (status < 0) return status;
  }
  favor_status status = describe_flat(p, m, arrays, &n, report);
  if (status == FAVOR_OK) status = favor_check_arrays(report, n, arrays);
  if (status == FAVOR_OK) status = check_lengths(p, report);
  if (status < 0) return status;
  p->q = arrays[0].rows > 0 ? m->q : NULL;
  p->k = arrays[1].rows > 0 ? m->k : NULL;
  p->v = arrays[2].rows > 0 ? m->v : NULL;
  p->out = arrays[3].rows > 0 ? (unsigned char *)m->out : NULL;
  if (empty(&own_arrays[4])) d->key_log_weight = NULL;
  return FAVOR_OK;
}
