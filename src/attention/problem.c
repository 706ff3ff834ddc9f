/* SPDX-License-Identifier: MIT */
#include "attention/problem.h"

#include <inttypes.h>

#include "base/check.h"
#include "base/real.h"
#include "base/status.h"

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

static favor_status check_ranges(const favor_attention_desc *d, favor_report *report) {
  static const int64_t largest = (int64_t)1 << 40;
  const struct {
    const char *name;
    int64_t value, low, high;
  } ranges[] = {
      {"batch", d->batch, 0, largest},
      {"heads", d->heads, 0, largest},
      {"n_q", d->n_q, 0, largest},
      {"n_k", d->n_k, 0, largest},
      {"dim", d->dim, 1, FAVOR_MAP_DIM_MAX},
      {"dv", d->dv, 1, FAVOR_MAP_DIM_MAX},
      {"causal_offset", d->causal_offset, -2 * largest, 2 * largest},
  };
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; ++i) {
    const favor_status status =
        favor_check_range(report, ranges[i].name, ranges[i].value, ranges[i].low, ranges[i].high);
    if (status < 0) return status;
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
  *p = (favor_attention_problem){.d = *desc,
                                 .most_keys = desc->n_k,
                                 .precision = precision,
                                 .real = favor_real_size(precision)};
  const favor_attention_desc *d = &p->d;
  status = check_ranges(d, report);
  if (status == FAVOR_OK) status = check_enums(d, report);
  if (status < 0) return status;
  if (d->kv_heads < (d->heads > 0) || d->kv_heads > d->heads ||
      (d->kv_heads > 0 && d->heads % d->kv_heads != 0)) {
    return favor_fail(report, FAVOR_ERR_SHAPE, "kv_heads",
                      "kv_heads is %" PRId64 "; it must divide heads = %" PRId64, d->kv_heads,
                      d->heads);
  }
  return FAVOR_OK;
}

/* Offsets start at 0, rise, and keep each sequence within its bound; the longest is returned. */
static favor_status check_offsets(const int64_t *offsets, int64_t batch, const char *name,
                                  int64_t *bound, favor_report *report) {
  int64_t longest = 0;
  if (offsets[0] != 0) {
    return favor_fail(report, FAVOR_ERR_SHAPE, name, "%s[0] is %" PRId64 "; offsets start at 0",
                      name, offsets[0]);
  }
  for (int64_t b = 0; b < batch; ++b) {
    /* The first part of the condition keeps the difference from wrapping. */
    if (offsets[b + 1] < offsets[b] || offsets[b + 1] - offsets[b] > *bound) {
      return favor_fail(report, FAVOR_ERR_SHAPE, name,
                        "%s[%" PRId64 "] is %" PRId64 " after %" PRId64
                        "; offsets rise by at most %" PRId64,
                        name, b + 1, offsets[b + 1], offsets[b], *bound);
    }
    if (offsets[b + 1] - offsets[b] > longest) longest = offsets[b + 1] - offsets[b];
  }
  *bound = longest;
  return FAVOR_OK;
}

favor_status favor_problem_rows(favor_attention_problem *p, favor_report *report) {
  favor_attention_desc *d = &p->d;
  if (!d->q_offsets) return FAVOR_OK;
  const favor_status status = check_offsets(d->q_offsets, d->batch, "q_offsets", &d->n_q, report);
  return status < 0 ? status : check_offsets(d->k_offsets, d->batch, "k_offsets", &d->n_k, report);
}

static const unsigned char *at(const favor_attention_problem *p, const void *base,
                               const int64_t stride[3], int64_t batch, int64_t head, int64_t row) {
  if (!base) return NULL;
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
  if (d->key_lengths && d->key_lengths[batch] < s.keys) s.keys = d->key_lengths[batch];
  s.q = at(p, p->q, d->q_stride, batch, head, q_row);
  s.out = (unsigned char *)at(p, p->out, d->out_stride, batch, head, q_row);
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
