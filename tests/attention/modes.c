/* SPDX-License-Identifier: MIT */
#include "attention/modes.h"

#include "attention/trial.h"

enum { N = MODE_ROWS, TOKENS = MODE_TOKENS, STEPS = MODE_STEPS, DV = 11 };

static void whole(const model *m, favor_precision precision, double norm, favor_mask mask,
                  verdict *v) {
  const favor_attention_desc desc = plain(1, 1, N, mask ? N : 70, m->ref.dim, DV, mask);
  trial p;
  trial_open(&p, precision, &desc, norm, (uint64_t)precision + 1);
  trial_check(&p, 1, &m, v);
  trial_close(&p);
}

void mode_bidirectional(const model *m, favor_precision precision, double norm, verdict *v) {
  whole(m, precision, norm, FAVOR_MASK_NONE, v);
}

void mode_causal(const model *m, favor_precision precision, double norm, verdict *v) {
  whole(m, precision, norm, FAVOR_MASK_CAUSAL, v);
}

/** Signed features may leave rows without a positive denominator: the judge decides which. */
static void expect(favor_status status) {
  assert_true(status == FAVOR_OK || status == FAVOR_NOTE_NONPOSITIVE);
}

static void take(stream *s, favor_state *state, int64_t first, int64_t n) {
  expect(state_causal(s->precision, s->m->map, state, n, stream_from(s, s->q, first),
                      stream_from(s, s->k, first), stream_from(s, s->v, first),
                      stream_from(s, s->out, first), s->log_norm + first, (call_room){0}));
}

/** Prefill, prefill, then single steps. */
void mode_streaming(const model *m, favor_precision precision, double norm, verdict *v) {
  stream s;
  stream_open(&s, m, precision, TOKENS, DV, norm, (uint64_t)precision + 3);
  favor_state *state = state_new(m->map, DV, precision);
  take(&s, state, 0, 3);
  take(&s, state, 3, 66);
  for (int64_t i = 69; i < TOKENS; i++) take(&s, state, i, 1);
  stream_judge(&s, 0, TOKENS, 0, TOKENS, true, NULL, v);
  favor_state_destroy(m->map, state);
  stream_close(&s);
}

/** Step by step from the first token, against the same rows as prefills give. */
void mode_stepping(const model *m, favor_precision precision, double norm, verdict *v) {
  size_t stride = 0;
  stream s;
  stream_open(&s, m, precision, STEPS, DV, norm, (uint64_t)precision + 3);
  unsigned char *state = states_new(m->map, DV, precision, 1, &stride);
  for (int64_t i = 0; i < STEPS; i++)
    expect(state_step_many(precision, m->map, 1, state, stride, stream_from(&s, s.q, i),
                           stream_from(&s, s.k, i), stream_from(&s, s.v, i),
                           stream_from(&s, s.out, i), (call_room){0}));
  const head h = stream_head(&s, 0, STEPS, 0, STEPS, true, NULL);
  judge(v, &h, s.out.x, s.out.ld, NULL);
  free(state);
  stream_close(&s);
}

/** Keys absorbed in parts, apart, merged, and read. */
void mode_merging(const model *m, favor_precision precision, double norm, verdict *v) {
  static const int64_t ends[] = {0, 1, 66, TOKENS};
  stream s;
  favor_state *parts[3];
  stream_open(&s, m, precision, TOKENS, DV, norm, (uint64_t)precision + 5);
  for (int i = 0; i < 3; i++) {
    parts[i] = state_new(m->map, DV, precision);
    stream_absorb(&s, parts[i], ends[i], ends[i + 1] - ends[i]);
  }
  assert_ok(favor_state_merge(parts[1], parts[2]));
  assert_ok(favor_state_merge(parts[0], parts[1]));
  expect(state_read(precision, m->map, parts[0], TOKENS, s.q, s.out, s.log_norm, (call_room){0}));
  stream_judge(&s, 0, TOKENS, 0, TOKENS, false, NULL, v);
  for (int i = 0; i < 3; i++) favor_state_destroy(m->map, parts[i]);
  stream_close(&s);
}
