/* SPDX-License-Identifier: MIT */
/** An attention call once its descriptor is checked: where each batch's and head's rows lie. */
#ifndef FAVOR_ATTENTION_PROBLEM_H
#define FAVOR_ATTENTION_PROBLEM_H

#include "attention/causal.h"

typedef struct favor_attention_problem {
  favor_attention_desc d;
  favor_precision precision;
  size_t real;
  const unsigned char *q, *k, *v;
  unsigned char *out;
} favor_attention_problem;

/** Copy and check a descriptor, its arrays, and the caller's workspace for overlaps. */
favor_status favor_problem_check(favor_attention_problem *p, const favor_attention_desc *desc,
                                 favor_precision precision, const void *q, const void *k,
                                 const void *v, void *out, const void *work, size_t work_size,
                                 favor_report *report);

/** The descriptor alone: for workspace queries. */
favor_status favor_problem_shapes(favor_attention_problem *p, const favor_attention_desc *desc,
                                  favor_precision precision, favor_report *report);

/** Rows of one batch and head. */
typedef struct favor_span {
  int64_t queries, keys; /* keys up to the batch's length */
  int64_t offset;        /* query i sees keys j <= i + offset; only for causal masks */
  const void *q;
  void *out;
  double *log_norm; /* or NULL */
  int64_t row;  /* of the first query, in reports: rows are counted through batch, head, query */
  favor_keys k; /* without offset */
} favor_span;

favor_span favor_problem_span(const favor_attention_problem *p, int64_t batch, int64_t head,
                              int64_t kv_head);

#endif
