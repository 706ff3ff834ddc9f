/* SPDX-License-Identifier: MIT */
/** Streaming calls: what the public functions of both precisions share. */
#ifndef FAVOR_ATTENTION_STREAM_H
#define FAVOR_ATTENTION_STREAM_H

#include "attention/causal.h"
#include "attention/scratch.h"
#include "attention/state.h"
#include "base/check.h"

/** Everything a streaming call gets; what it does not take is NULL or 0. */
typedef struct favor_stream {
  const favor_map *map;
  favor_precision precision;
  favor_state *state;
  int64_t n, ldq, ldk, ldv, ldo;
  const void *q, *k, *v;
  void *out;
  double *log_norm;
  void *work;
  size_t work_size;
  favor_report *report;
  bool keys, queries;
} favor_stream;

favor_status favor_stream_absorb(favor_stream *s);
favor_status favor_stream_read(favor_stream *s);
favor_status favor_stream_causal(favor_stream *s);

/** Step many states by one token each; s->state is not used. */
favor_status favor_stream_step_many(favor_stream *s, void *states, size_t stride,
                                    const favor_executor *executor);

/** Check the arrays of a call, and that none overlaps its states. */
favor_status favor_stream_check(const favor_stream *s, int64_t dv, const favor_array *states);

/** The keys of a call for a state whose sums lack 2^decay. */
favor_keys favor_stream_keys(const favor_stream *s, double decay);

/** Refuse keys or values that are not finite before anything changes. */
favor_status favor_stream_check_keys(const favor_stream *s, favor_attend *a,
                                     const favor_keys *keys);

/** The causal run of tokens [first, first + n) on a state, its keys known to be good. */
void favor_stream_run(const favor_stream *s, favor_attend *a, favor_state *state, int64_t first,
                      int64_t n, favor_output *o);

#endif
