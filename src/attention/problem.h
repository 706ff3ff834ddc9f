/* SPDX-License-Identifier: MIT */
/** An attention call once its descriptor is checked: where each batch's and head's rows lie.
 *
 *  The checks come in an order in which nothing of the caller is read before its extent is known:
 *  favor_problem_shapes, then favor_problem_rows, then favor_problem_check. */
#ifndef FAVOR_ATTENTION_PROBLEM_H
#define FAVOR_ATTENTION_PROBLEM_H

#include "attention/causal.h"

typedef struct favor_attention_problem {
  favor_attention_desc d; /* of a ragged batch n_q and n_k are those of the longest sequence */
  int64_t most_keys;      /* n_k as the caller gave it */
  favor_precision precision;
  size_t real;
  const unsigned char *q, *k, *v; /* NULL without elements, whatever the caller gave */
  unsigned char *out;
} favor_attention_problem;

/** The memory of a call beside what its descriptor points to. */
typedef struct favor_problem_memory {
  const favor_attention_desc *desc;
  const void *q, *k, *v, *out, *work;
  size_t work_size;
  const void *maps; /* pointers to num_maps maps; 0 where the call has none */
  int64_t num_maps;
  int64_t states; /* at state_in and state_out, of state_bytes each; 0 where the call has none */
  size_t state_bytes;
} favor_problem_memory;

/** Copy a descriptor and check its fields, without reading what they point to: enough for workspace
 *  queries. */
favor_status favor_problem_shapes(favor_attention_problem *p, const favor_attention_desc *desc,
                                  favor_precision precision, favor_report *report);

/** Check the offsets of a ragged batch, and set its n_q and n_k. */
favor_status favor_problem_rows(favor_attention_problem *p, favor_report *report);

/** Check extents and NULL of every array of the call, that rows which are written lie apart, that
 *  what is written overlaps nothing, and the key lengths; take the arrays. */
favor_status favor_problem_check(favor_attention_problem *p, const favor_problem_memory *m,
                                 favor_report *report);

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
