/* SPDX-License-Identifier: MIT */
/** What a BLAS makes of the same work: the bare products of linear attention, and exact attention in
 *  blocks. Every thread of the executor calls the BLAS by itself, which is held to one thread. */
#ifndef FAVOR_BENCH_BLAS_ATTENTION_H
#define FAVOR_BENCH_BLAS_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "favor/favor.h"

/** The kernels that the BLAS chose for this processor, as it calls them; "unknown" where it does
 *  not say. */
const char *bench_blas_core(void);

/** Keep the BLAS to one thread, where it can be told. */
void bench_blas_single(void);

typedef struct bench_blas {
  favor_precision precision;
  favor_attention_desc desc; /* mask, causal_offset, strides; the rest of its options unused */
  const void *q, *k, *v;
  void *out;
  double scale;                  /* exact: exp(scale x.y) */
  int64_t projections, features; /* products of the features */
  int64_t streams, tokens;       /* decoding, one token at a time: tokens > 0 */
  bool products, exponentials;   /* exact: which of its parts; both is attention itself */
  bool narrow;                   /* exponentials in vectors of 128 bits */
  const favor_executor *executor;
  size_t scratch_bytes; /* of one worker */
  char *scratch;        /* workers * scratch_bytes */
  void *w;              /* [projections, dim] */
} bench_blas;

/** Scratch and W; false without memory. Fill in the rest first. */
bool bench_blas_start(bench_blas *blas);
void bench_blas_end(bench_blas *blas);

/** The products that linear attention consists of, in blocks of rows: X W' for both sides, then
 *  Phi'V for the keys and Phi S for the queries. No exponential, no sum of weights, no mask. */
void bench_blas_features(void *blas);
double bench_blas_features_flops(const bench_blas *blas);

/** exp(scale q.k) attention in blocks with an online maximum; or its products alone; or its
 *  exponentials alone. Blocks that a causal mask hides are passed over. */
void bench_blas_exact(void *blas);

/** Flops of the two products, 2 (dim + dv) for each pair of a query and a key in sight. */
double bench_exact_flops(const favor_attention_desc *desc);

#endif
