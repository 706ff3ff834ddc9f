/* SPDX-License-Identifier: MIT */
/** Exact attention over one tile of queries: blocks of keys, an online maximum in integers, no
 *  epsilon. */
#ifndef FAVOR_ATTENTION_EXACT_H
#define FAVOR_ATTENTION_EXACT_H

#include "attention/problem.h"
#include "attention/scratch.h"
#include "node/target.h"

/* Rows of a block of queries and of keys. */
#define FAVOR_EXACT_ROWS 128

/** The call. */
typedef struct favor_exact_call {
  favor_attention_problem problem;
  const favor_target *target;
  const favor_table *table;
  double scale;
  int64_t blocks; /* of queries, per head */
  unsigned char *memory;
  size_t slot_bytes;
  favor_tally tally;
} favor_exact_call;

/** Buffers of one slot. */
typedef struct favor_exact_slot {
  int64_t ldin, ld;
  void *q, *k;                      /* real [rows, ldin] */
  void *values;                     /* real [rows, ld]: v, 1, 0 ... */
  void *weights;                    /* real [rows, rows]: exponents, then weights */
  void *sums;                       /* real [rows, ld] */
  void *top, *shift;                /* real [rows] */
  double *q_norm2, *k_norm2, *bias; /* [rows] */
  int64_t *power;                   /* [rows] */
  unsigned char *q_bad, *k_bad, *k_masked, *seen, *poisoned; /* [rows] */
} favor_exact_slot;

void favor_exact_layout(favor_exact_slot *s, const favor_attention_problem *p, favor_arena *arena);

/** One item: a block of queries of one head against all its keys. */
void favor_exact_item(void *ctx, int64_t slot, int64_t item);

#endif
