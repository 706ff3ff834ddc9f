/* SPDX-License-Identifier: MIT */
/** Exact attention over one tile of queries: blocks of keys, an online maximum in integers, no
 *  epsilon. */
#ifndef FAVOR_ATTENTION_EXACT_H
#define FAVOR_ATTENTION_EXACT_H

#include "attention/problem.h"
#include "attention/scratch.h"
#include "node/target.h"

/* Rows of a block, at most: what makes products on a BLAS fast while the weights stay in the second
 * cache, and keys are loaded for few blocks of queries. Causal blocks are half as tall, since those
 * on the diagonal are half in vain. */
#define FAVOR_EXACT_QUERIES 256
#define FAVOR_EXACT_KEYS 256

/* Keys whose values are summed in one product. */
#define FAVOR_EXACT_RUN 128

/** The call. */
typedef struct favor_exact_call {
  favor_attention_problem problem;
  const favor_target *target;
  const favor_table *table;
  double scale;
  int64_t height; /* rows of a block of queries: by shapes alone */
  int64_t blocks; /* of queries, per head */
  unsigned char *memory;
  size_t slot_bytes;
  favor_tally tally;
} favor_exact_call;

/** Buffers of one slot. */
typedef struct favor_exact_slot {
  int64_t ldin, ld;
  void *q, *k;                            /* real [queries or keys, ldin] */
  void *packed;                           /* real [keys * dim]: k for project */
  void *whole, *part;                     /* real [keys]: bias, an integer and a fraction */
  void *values;                           /* real [keys, ld]: v, 1, 0 ... */
  void *weights;                          /* real [queries, keys]: exponents, then weights */
  void *hidden;                           /* real [keys]: exponents of keys out of sight */
  void *sums;                             /* real [queries, ld] */
  void *top, *shift;                      /* real [queries] */
  double *q_norm2, *k_norm2, *bias;       /* [queries], [keys], [keys] */
  int64_t *power;                         /* [queries] */
  unsigned char *q_bad, *seen, *poisoned; /* [queries] */
  unsigned char *k_bad, *k_masked;        /* [keys] */
  bool plain, biased; /* of the keys loaded: none is bad or masked; some whole is not 0 */
} favor_exact_slot;

void favor_exact_layout(favor_exact_slot *s, const favor_attention_problem *p, favor_arena *arena);

/** One block at work. */
typedef struct favor_block {
  favor_exact_call *call;
  favor_exact_slot *s;
  const favor_span *span;
  int64_t query, rows; /* queries [query, query + rows) */
  int64_t key, keys;   /* keys [key, key + keys) */
} favor_block;

/** Load the block's queries, and begin their sums. */
void favor_exact_load_queries(const favor_block *b);

/** Load keys [key, key + keys), their values and what they add to exponents; those that are masked
 *  or not finite are zeros and marked. */
void favor_exact_load_keys(const favor_block *b);

/** Pack the loaded keys like projections, whose products with queries are the fastest there are; the
 *  fraction of what they add to exponents becomes the bias, the rest stays whole until integers
 *  meet. Returns the columns. */
int64_t favor_exact_pack(const favor_block *b);

/** One item: a block of queries of one head against all its keys. */
void favor_exact_item(void *ctx, int64_t slot, int64_t item);

#endif
