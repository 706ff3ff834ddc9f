/* SPDX-License-Identifier: MIT */
/** Tokens for tests of states: queries, keys and values of one stream in a precision, with room between rows,
 *  and dense float64 copies for the reference. */
#ifndef FAVOR_TESTS_ATTENTION_STREAMS_H
#define FAVOR_TESTS_ATTENTION_STREAMS_H

#include "attention/judge.h"
#include "support/random.h"

typedef struct stream {
  const model *m;
  favor_precision precision;
  int64_t n, dim, dv;
  double *q64, *k64, *v64; /* dense, as the library sees them */
  matrix q, k, v, out;     /* [n] rows, 3 elements of NaN behind each of the inputs */
  double *log_norm;
} stream;

/** n tokens on a sphere of radius norm, and normal values. */
void stream_open(stream *s, const model *m, favor_precision precision, int64_t n, int64_t dv,
                 double norm, uint64_t seed);
void stream_close(stream *s);

/** Replace one key or query. */
void stream_put_key(stream *s, int64_t i, const double *x);
void stream_put_query(stream *s, int64_t i, const double *x);

/** Row i of one of the matrices and on. */
matrix stream_from(const stream *s, matrix a, int64_t i);

/** Calls on rows [first, first + n), which must end in FAVOR_OK. */
void stream_absorb(const stream *s, favor_state *state, int64_t first, int64_t n);
void stream_read(stream *s, const favor_state *state, int64_t first, int64_t n);
void stream_causal(stream *s, favor_state *state, int64_t first, int64_t n);

/** Rows [first, first + n) as if each had seen keys [from, to), or under a causal mask keys [from, i]; weights
 *  as in ref_sight, of key `from` and on, or NULL. */
head stream_head(const stream *s, int64_t first, int64_t n, int64_t from, int64_t to, bool causal,
                 const double *log_weight);

/** Judge their outputs and log_norm; adds to the verdict. */
void stream_judge(const stream *s, int64_t first, int64_t n, int64_t from, int64_t to, bool causal,
                  const double *log_weight, verdict *v);

/** The bytes that a state saves to, free() them; and: it still saves to these. */
unsigned char *state_bytes(const favor_state *state, size_t *bytes);
bool state_is(const favor_state *state, const unsigned char *block, size_t bytes);

#endif
