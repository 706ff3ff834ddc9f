/* SPDX-License-Identifier: MIT */
#include "attention/problem.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"

static favor_status init(favor_attention_desc *desc, uint64_t size, const int64_t shape[6]) {
  static const int64_t largest = (int64_t)1 << 40;
  if (!desc) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, sizeof *desc)) return FAVOR_ERR_STRUCT;
  for (int i = 0; i < 6; ++i) {
    if (shape[i] < (i < 4 ? 0 : 1) || shape[i] > (i < 4 ? largest : FAVOR_MAP_DIM_MAX)) {
      return FAVOR_ERR_SHAPE;
    }
  }
  memset(desc, 0, sizeof *desc);
  desc->size = size;
  desc->batch = shape[0];
  desc->heads = desc->kv_heads = shape[1];
  desc->n_q = shape[2];
  desc->n_k = shape[3];
  desc->dim = shape[4];
  desc->dv = shape[5];
  desc->causal_offset = desc->n_k - desc->n_q;
  desc->weight_stride[0] = desc->n_k;
  desc->weight_stride[1] = 1;
  return FAVOR_OK;
}

/* Strides of [batch, heads, rows, columns], or of [batch, rows, heads, columns]. */
static bool set_strides(int64_t stride[3], bool rows_first, int64_t heads, int64_t rows,
                        int64_t columns) {
  size_t row = 0, all = 0;
  if (!favor_size_matrix(heads, columns, 1, &row) ||
      !favor_size_matrix((int64_t)row, rows, 1, &all)) {
    return false;
  }
  stride[0] = (int64_t)all;
  stride[1] = rows_first ? columns : rows * columns;
  stride[2] = rows_first ? (int64_t)row : columns;
  return true;
}

static favor_status contiguous(favor_attention_desc *d, bool rows_first) {
  const bool fits = set_strides(d->q_stride, rows_first, d->heads, d->n_q, d->dim) &&
                    set_strides(d->k_stride, rows_first, d->heads, d->n_k, d->dim) &&
                    set_strides(d->v_stride, rows_first, d->heads, d->n_k, d->dv) &&
                    set_strides(d->out_stride, rows_first, d->heads, d->n_q, d->dv);
  return fits ? FAVOR_OK : FAVOR_ERR_SHAPE;
}

favor_status favor_attention_desc_init_sized(favor_attention_desc *desc, uint64_t size,
                                             int64_t batch, int64_t heads, int64_t n_q, int64_t n_k,
                                             int64_t dim, int64_t dv) {
  const int64_t shape[6] = {batch, heads, n_q, n_k, dim, dv};
  const favor_status status = init(desc, size, shape);
  return status < 0 ? status : contiguous(desc, false);
}

favor_status favor_attention_desc_blhd_sized(favor_attention_desc *desc, uint64_t size,
                                             int64_t batch, int64_t heads, int64_t n_q, int64_t n_k,
                                             int64_t dim, int64_t dv) {
  const int64_t shape[6] = {batch, heads, n_q, n_k, dim, dv};
  const favor_status status = init(desc, size, shape);
  return status < 0 ? status : contiguous(desc, true);
}

static favor_status check_enums(const favor_attention_desc *d, favor_report *report) {
  if (d->mask != FAVOR_MASK_NONE && d->mask != FAVOR_MASK_CAUSAL) {
    return favor_fail(report, FAVOR_ERR_ENUM, "mask",
                      "mask is %" PRId32 "; it must be 0 (none) or 1 (causal)", d->mask);
  }
  if (d->reserved != 0) {
    return favor_fail(report, FAVOR_ERR_ENUM, "reserved", "reserved is %" PRId32 "; it must be 0",
                      d->reserved);
  }
  if (!d->q_offsets != !d->k_offsets) {
    return favor_fail(report, FAVOR_ERR_NULL, d->q_offsets ? "k_offsets" : "q_offsets",
                      "only one of q_offsets and k_offsets is given; both or neither");
  }
  return FAVOR_OK;
}

/* Offsets start at 0, rise, and keep each sequence within its bound. */
static favor_status check_offsets(const int64_t *offsets, int64_t batch, int64_t bound,
                                  const char *name, favor_report *report) {
  for (int64_t b = 0; offsets && b < batch; ++b) {
    const int64_t rows = offsets[b + 1] - offsets[b];
    if (offsets[0] != 0 || offsets[b + 1] < offsets[b] || rows > bound) {
      return favor_fail(report, FAVOR_ERR_SHAPE, name,
                        "%s[%" PRId64 "] is %" PRId64
                        "; offsets start at 0 and rise by at most %" PRId64,
                        name, b + 1, offsets[b + 1], bound);
    }
  }
  return FAVOR_OK;
}

favor_status favor_problem_shapes(favor_attention_problem *p, const favor_attention_desc *desc,
                                  favor_precision precision, favor_report *report) {
  favor_status status = favor_check_pointer(report, "desc", desc);
  if (status < 0) return status;
  if (!favor_struct_size_ok(desc->size, sizeof *desc)) {
    return favor_fail(report, FAVOR_ERR_STRUCT, "desc",
                      "desc was not set up by favor_attention_desc_init");
  }
  *p = (favor_attention_problem){.d = *desc, .precision = precision};
  p->real = precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
  const favor_attention_desc *d = &p->d;
  const int64_t largest = (int64_t)1 << 40;
  status = favor_check_range(report, "batch", d->batch, 0, largest);
  if (status == FAVOR_OK) status = favor_check_range(report, "heads", d->heads, 0, largest);
  if (status == FAVOR_OK) status = favor_check_range(report, "n_q", d->n_q, 0, largest);
  if (status == FAVOR_OK) status = favor_check_range(report, "n_k", d->n_k, 0, largest);
  if (status == FAVOR_OK) status = favor_check_range(report, "dim", d->dim, 1, FAVOR_MAP_DIM_MAX);
  if (status == FAVOR_OK) status = favor_check_range(report, "dv", d->dv, 1, FAVOR_MAP_DIM_MAX);
  if (status == FAVOR_OK) {
    status =
        favor_check_range(report, "causal_offset", d->causal_offset, -2 * largest, 2 * largest);
  }
  if (status == FAVOR_OK) status = check_enums(d, report);
  if (status < 0) return status;
  if (d->kv_heads < (d->heads > 0) || (d->kv_heads > 0 && d->heads % d->kv_heads != 0)) {
    return favor_fail(report, FAVOR_ERR_SHAPE, "kv_heads",
                      "kv_heads is %" PRId64 "; it must divide heads = %" PRId64, d->kv_heads,
                      d->heads);
  }
  status = check_offsets(d->q_offsets, d->batch, d->n_q, "q_offsets", report);
  return status < 0 ? status : check_offsets(d->k_offsets, d->batch, d->n_k, "k_offsets", report);
}

typedef struct favor_strided {
  const char *name, *stride_name;
  const void *data;
  const int64_t *stride;
  int64_t heads, rows, columns;
  bool written;
} favor_strided;

/* The elements that a strided array spans, as one row: the first stride that is negative, lets rows
 * that are written overlap, or spans more than memory holds is refused by its value. */
static favor_status span_elements(const favor_strided *s, const int64_t count[3], int64_t *elements,
                                  favor_report *report) {
  size_t sum = (size_t)s->columns, part = 0;
  *elements = 0;
  for (int i = 0; i < 3; ++i) {
    if (count[i] == 0) return FAVOR_OK;
  }
  for (int i = 0; i < 3; ++i) {
    const int64_t least = s->written && count[i] > 1 ? s->columns : 0;
    if (s->stride[i] < least ||
        !favor_size_mul((size_t)(count[i] - 1), (size_t)s->stride[i], &part) ||
        !favor_size_add(sum, part, &sum) || sum > (size_t)INT64_MAX / sizeof(double)) {
      return favor_fail(report, FAVOR_ERR_SHAPE, s->stride_name,
                        "%s[%d] is %" PRId64 "; at least %" PRId64 ", and %" PRId64
                        " of them must fit in memory",
                        s->stride_name, i, s->stride[i], least, count[i]);
    }
  }
  *elements = (int64_t)sum;
  return FAVOR_OK;
}

static favor_status describe_array(const favor_attention_problem *p, const favor_strided *s,
                                   favor_array *out, favor_report *report) {
  int64_t elements = 0;
  const int64_t count[3] = {p->d.q_offsets ? (p->d.batch > 0) : p->d.batch, s->heads, s->rows};
  const favor_status status = span_elements(s, count, &elements, report);
  *out = (favor_array){s->name,  s->stride_name, s->data, elements > 0,
                       elements, elements,       p->real, s->written};
  return status;
}

favor_status favor_problem_check(favor_attention_problem *p, const favor_attention_desc *desc,
                                 favor_precision precision, const void *q, const void *k,
                                 const void *v, void *out, const void *work, size_t work_size,
                                 favor_report *report) {
  favor_status status = favor_problem_shapes(p, desc, precision, report);
  if (status < 0) return status;
  const favor_attention_desc *d = &p->d;
  p->q = q;
  p->k = k;
  p->v = v;
  p->out = out;
  const bool ragged = d->q_offsets != NULL;
  const int64_t n_q = ragged ? d->q_offsets[d->batch] : d->n_q,
                n_k = ragged ? d->k_offsets[d->batch] : d->n_k;
  const favor_strided strided[] = {
      {"q", "q_stride", q, d->q_stride, d->heads, n_q, d->dim, false},
      {"k", "k_stride", k, d->k_stride, d->kv_heads, n_k, d->dim, false},
      {"v", "v_stride", v, d->v_stride, d->kv_heads, n_k, d->dv, false},
      {"out", "out_stride", out, d->out_stride, d->heads, n_q, d->dv, true},
  };
  favor_array arrays[6];
  for (int i = 0; i < 4; ++i) {
    status = describe_array(p, &strided[i], &arrays[i], report);
    if (status < 0) return status;
  }
  size_t norms = 0;
  const int64_t rows = ragged ? n_q : d->batch * d->n_q;
  if (d->log_norm && !favor_size_matrix(rows, d->heads, sizeof(double), &norms)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "log_norm", "log_norm does not fit in memory");
  }
  arrays[4] = favor_array_bytes("log_norm", norms > 0 ? d->log_norm : NULL, norms);
  arrays[5] = favor_array_work(work, work_size);
  return favor_check_arrays(report, 6, arrays);
}

static const unsigned char *at(const favor_attention_problem *p, const void *base,
                               const int64_t stride[3], int64_t batch, int64_t head, int64_t row) {
  const int64_t element =
      (p->d.q_offsets ? 0 : batch * stride[0]) + head * stride[1] + row * stride[2];
  return (const unsigned char *)base + (size_t)element * p->real;
}

favor_span favor_problem_span(const favor_attention_problem *p, int64_t batch, int64_t head,
                              int64_t kv_head) {
  const favor_attention_desc *d = &p->d;
  const bool ragged = d->q_offsets != NULL;
  const int64_t q_row = ragged ? d->q_offsets[batch] : 0, k_row = ragged ? d->k_offsets[batch] : 0;
  favor_span s = {.queries = ragged ? d->q_offsets[batch + 1] - q_row : d->n_q,
                  .keys = ragged ? d->k_offsets[batch + 1] - k_row : d->n_k};
  s.offset = ragged ? s.keys - s.queries + d->causal_offset : d->causal_offset;
  if (d->key_lengths && d->key_lengths[batch] < s.keys) {
    s.keys = d->key_lengths[batch] > 0 ? d->key_lengths[batch] : 0;
  }
  s.q = at(p, p->q, d->q_stride, batch, head, q_row);
  s.out = (unsigned char *)(uintptr_t)at(p, p->out, d->out_stride, batch, head, q_row);
  s.row = ragged ? head * d->q_offsets[d->batch] + q_row : (batch * d->heads + head) * d->n_q;
  if (d->log_norm) s.log_norm = d->log_norm + s.row;
  s.k = (favor_keys){.k = at(p, p->k, d->k_stride, batch, kv_head, k_row),
                     .v = at(p, p->v, d->v_stride, batch, kv_head, k_row),
                     .ldk = d->k_stride[2],
                     .ldv = d->v_stride[2],
                     .weight_ld = d->weight_stride[1]};
  if (d->key_log_weight) {
    s.k.log_weight = d->key_log_weight + (ragged ? 0 : batch * d->weight_stride[0]) +
                     k_row * d->weight_stride[1];
  }
  return s;
}
