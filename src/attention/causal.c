/* SPDX-License-Identifier: MIT */
#include "attention/causal.h"

#include "map/rows.h"

int64_t favor_check_run(favor_attend *a, const favor_keys *keys, int64_t first, int64_t count) {
  for (int64_t at = 0; at < count; at += FAVOR_ATTEND_ROWS) {
    const int64_t rows = favor_smaller(count - at, FAVOR_ATTEND_ROWS);
    const int64_t good = favor_attend_load_keys(a, keys, first + at, rows);
    if (good < rows) return at + good;
  }
  return count;
}

int64_t favor_absorb_run(favor_attend *a, favor_level *level, const favor_keys *keys, int64_t first,
                         int64_t count) {
  for (int64_t at = 0; at < count; at += FAVOR_ATTEND_ROWS) {
    const int64_t rows = favor_smaller(count - at, FAVOR_ATTEND_ROWS);
    const int64_t good = favor_attend_load_keys(a, keys, first + at, rows);
    favor_attend_absorb(a, level, good);
    if (good < rows) return at + good;
  }
  return count;
}

void favor_read_run(favor_attend *a, const favor_level *level, const favor_level *base,
                    const void *q, int64_t ldq, int64_t first, int64_t queries,
                    const favor_output *o) {
  for (int64_t at = 0; at < queries; at += FAVOR_ATTEND_ROWS) {
    const int64_t rows = favor_smaller(queries - at, FAVOR_ATTEND_ROWS);
    favor_attend_load_queries(a, favor_rows_at(a->precision, q, first + at, ldq), ldq, rows,
                              !o->log_norm);
    if (first + at < o->clean) favor_attend_read(a, level, base);
    favor_output_write(a, o, first + at, rows);
  }
}

/* The loaded tile in one way or another that keeps every row's digits. */
static bool attend_tile(favor_attend *a, const favor_causal *c, int64_t keys) {
  if (favor_attend_causal(a, c->level, c->base, keys)) return true;
  a->splits += 1;
  return favor_attend_causal_direct(a, c->level, c->base, keys);
}

/* Rows [at, at + rows) of the run, and the keys beside them, in one tile or, where their exponents
 * lie too far apart for that, in two halves: single rows always hold. */
static void causal_piece(favor_attend *a, const favor_causal *c, const favor_output *o, int64_t at,
                         int64_t rows, int64_t keys, bool loaded) {
  if (!loaded) favor_attend_load_keys(a, c->keys, c->first_key + at, keys);
  favor_attend_load_queries(a, favor_rows_at(a->precision, c->q, c->first_query + at, c->ldq),
                            c->ldq, rows, !o->log_norm);
  if (!attend_tile(a, c, keys)) {
    const int64_t half = rows / 2;
    causal_piece(a, c, o, at, half, favor_smaller(keys, half), false);
    causal_piece(a, c, o, at + half, rows - half, keys > half ? keys - half : 0, false);
    return;
  }
  favor_output_write(a, o, c->first_query + at, rows);
  favor_attend_absorb(a, c->level, keys);
}

static int64_t keys_at(const favor_causal *c, int64_t at, int64_t rows) {
  const int64_t left = c->key_count > at ? c->key_count - at : 0;
  return favor_smaller(left, rows);
}

void favor_causal_run(favor_attend *a, const favor_causal *c, favor_output *o) {
  int64_t at = 0;
  /* Tiles keep their full height beside a bad key, so that the rows before it keep their bits. */
  for (; at < c->queries && c->first_query + at < o->clean; at += FAVOR_ATTEND_ROWS) {
    const int64_t rows = favor_smaller(c->queries - at, FAVOR_ATTEND_ROWS),
                  keys = keys_at(c, at, rows);
    const int64_t good = favor_attend_load_keys(a, c->keys, c->first_key + at, keys);
    if (good < keys) o->clean = c->first_query + at + good;
    causal_piece(a, c, o, at, rows, keys, true);
  }
  if (at < c->queries) {
    favor_read_run(a, c->level, c->base, c->q, c->ldq, c->first_query + at, c->queries - at, o);
  } else if (c->first_query + at < o->clean && c->key_count > c->queries) {
    const int64_t rest = c->key_count - c->queries;
    favor_absorb_run(a, c->level, c->keys, c->first_key + c->queries, rest);
  }
}
