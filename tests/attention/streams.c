/* SPDX-License-Identifier: MIT */
#include "attention/streams.h"

enum { GAP = 3 };

static double *numbers(int64_t n) {
  double *x = malloc(sizeof *x * (size_t)(n + 1));
  assert_non_null(x);
  return x;
}

/** Put a dense row into a matrix and read back what the library will see. */
static void put(favor_precision precision, matrix a, int64_t columns, int64_t i, const double *x,
                double *dense) {
  for (int64_t l = 0; l < columns; l++) {
    real_set(precision, a.x, i * a.ld + l, x[l]);
    dense[i * columns + l] = real_get(precision, a.x, i * a.ld + l);
  }
}

static matrix padded(favor_precision precision, int64_t n, int64_t columns) {
  const matrix a = {reals(precision, n * (columns + GAP), NULL), columns + GAP};
  for (int64_t l = 0; l < n * a.ld; l++) real_set(precision, a.x, l, NAN);
  return a;
}

void stream_open(stream *s, const model *m, favor_precision precision, int64_t n, int64_t dv,
                 double norm, uint64_t seed) {
  const int64_t dim = m->ref.dim;
  test_rng rng;
  double *row = numbers(dim > dv ? dim : dv);
  *s = (stream){.m = m, .precision = precision, .n = n, .dim = dim, .dv = dv};
  test_rng_seed(&rng, seed);
  s->q64 = numbers(n * dim);
  s->k64 = numbers(n * dim);
  s->v64 = numbers(n * dv);
  s->q = padded(precision, n, dim);
  s->k = padded(precision, n, dim);
  s->v = padded(precision, n, dv);
  s->out = padded(precision, n, dv);
  s->log_norm = numbers(n);
  for (int64_t i = 0; i < n; i++) {
    test_rng_on_sphere(&rng, dim, norm, row);
    stream_put_query(s, i, row);
    test_rng_on_sphere(&rng, dim, norm, row);
    stream_put_key(s, i, row);
    test_rng_normals(&rng, dv, row);
    put(precision, s->v, dv, i, row, s->v64);
  }
  free(row);
}

void stream_close(stream *s) {
  free(s->q64);
  free(s->k64);
  free(s->v64);
  free(s->q.x);
  free(s->k.x);
  free(s->v.x);
  free(s->out.x);
  free(s->log_norm);
}

void stream_put_key(stream *s, int64_t i, const double *x) {
  put(s->precision, s->k, s->dim, i, x, s->k64);
}

void stream_put_query(stream *s, int64_t i, const double *x) {
  put(s->precision, s->q, s->dim, i, x, s->q64);
}

matrix stream_from(const stream *s, matrix a, int64_t i) {
  return (matrix){real_address(s->precision, a.x, i * a.ld), a.ld};
}

static call_room room_of(const stream *s) {
  size_t bytes = 0;
  assert_ok(favor_state_workspace(s->m->map, s->dv, s->precision, NULL, &bytes));
  return dirty_room(bytes);
}

void stream_absorb(const stream *s, favor_state *state, int64_t first, int64_t n) {
  const call_room room = room_of(s);
  assert_ok(state_absorb(s->precision, s->m->map, state, n, stream_from(s, s->k, first),
                         stream_from(s, s->v, first), room));
  free(room.work);
}

void stream_read(stream *s, const favor_state *state, int64_t first, int64_t n) {
  const call_room room = room_of(s);
  assert_ok(state_read(s->precision, s->m->map, state, n, stream_from(s, s->q, first),
                       stream_from(s, s->out, first), s->log_norm + first, room));
  free(room.work);
}

void stream_causal(stream *s, favor_state *state, int64_t first, int64_t n) {
  const call_room room = room_of(s);
  assert_ok(state_causal(s->precision, s->m->map, state, n, stream_from(s, s->q, first),
                         stream_from(s, s->k, first), stream_from(s, s->v, first),
                         stream_from(s, s->out, first), s->log_norm + first, room));
  free(room.work);
}

head stream_head(const stream *s, int64_t first, int64_t n, int64_t from, int64_t to, bool causal,
                 const double *log_weight) {
  return (head){.m = s->m,
                .precision = s->precision,
                .n_q = n,
                .dim = s->dim,
                .dv = s->dv,
                .q = s->q64 + first * s->dim,
                .k = s->k64 + from * s->dim,
                .v = s->v64 + from * s->dv,
                .sight = {to - from, causal, first - from, log_weight}};
}

void stream_judge(const stream *s, int64_t first, int64_t n, int64_t from, int64_t to, bool causal,
                  const double *log_weight, verdict *v) {
  const head h = stream_head(s, first, n, from, to, causal, log_weight);
  judge(v, &h, stream_from(s, s->out, first).x, s->out.ld, s->log_norm + first);
}

unsigned char *state_bytes(const favor_state *state, size_t *bytes) {
  assert_ok(favor_state_save(state, NULL, 0, bytes));
  unsigned char *block = malloc(*bytes);
  assert_non_null(block);
  assert_ok(favor_state_save(state, block, *bytes, bytes));
  return block;
}

bool state_is(const favor_state *state, const unsigned char *block, size_t bytes) {
  size_t now = 0;
  unsigned char *again = state_bytes(state, &now);
  const bool same = now == bytes && memcmp(again, block, bytes) == 0;
  free(again);
  return same;
}
