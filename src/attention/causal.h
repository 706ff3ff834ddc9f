/* SPDX-License-Identifier: MIT */
/** Causal runs: queries and keys side by side, tile after tile, over one level. */
#ifndef FAVOR_ATTENTION_CAUSAL_H
#define FAVOR_ATTENTION_CAUSAL_H

#include "attention/output.h"

static inline int64_t favor_smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/** Query i of the run sees base, the level as it is before the run, and keys 0 .. i of the run. */
typedef struct favor_causal {
  const favor_keys *keys;
  int64_t first_key, key_count; /* keys of the run: rows of `keys` */
  const void *q;
  int64_t ldq, first_query, queries;
  const favor_level *base; /* or NULL */
  favor_level *level;      /* keys are absorbed here */
} favor_causal;

/** Write the outputs and absorb all keys. A key or value that is not finite lowers o->clean to the
 *  first query that sees it, and ends the absorbing after its tile. */
void favor_causal_run(favor_attend *a, const favor_causal *c, favor_output *o);

/** Absorb keys [first, first + count) tile by tile; returns how many were good from the start. */
int64_t favor_absorb_run(favor_attend *a, favor_level *level, const favor_keys *keys, int64_t first,
                         int64_t count);

/** Good keys from the start, nothing absorbed. */
int64_t favor_check_run(favor_attend *a, const favor_keys *keys, int64_t first, int64_t count);

/** Read `queries` queries of level and base. */
void favor_read_run(favor_attend *a, const favor_level *level, const favor_level *base,
                    const void *q, int64_t ldq, int64_t first, int64_t queries,
                    const favor_output *o);

#endif
