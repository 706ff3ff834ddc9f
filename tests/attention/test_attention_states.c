/* SPDX-License-Identifier: MIT */
/** Attention over keys that follow a state: what queries see of either, where there are no keys, where keys are
 *  hidden, after a decay; and that a call that fails leaves every state as it was. Long chains of calls are in
 *  test_attention_long.c. */
#include "attention/streams.h"
#include "attention/trial.h"
#include "support/executors.h"

enum { D = 9, DV = 5, M = 35, PRIOR = 70, KEYS = 80, N = PRIOR + KEYS };

/** A stream of which the first PRIOR tokens are in a state. */
typedef struct fixture {
  model m;
  stream s;
  favor_state *in, *out;
  favor_report report;
} fixture;

static void fixture_open(fixture *f, favor_precision precision) {
  model_make_positive(&f->m, D, M, FAVOR_ISA_AUTO);
  stream_open(&f->s, &f->m, precision, N, DV, 1, 9);
  f->in = state_new(f->m.map, DV, precision);
  f->out = state_new(f->m.map, DV, precision);
  stream_absorb(&f->s, f->in, 0, PRIOR);
  assert_ok(favor_report_init(&f->report));
}

static void fixture_close(fixture *f) {
  favor_state_destroy(f->m.map, f->in);
  favor_state_destroy(f->m.map, f->out);
  stream_close(&f->s);
  model_free(&f->m);
}

/** n_q queries, the first of the stream, over the state and n_k keys behind those in it. */
static favor_attention_desc describe(const fixture *f, int64_t n_q, int64_t n_k, int mask) {
  const stream *s = &f->s;
  favor_attention_desc desc = plain(1, 1, n_q, n_k, D, DV, (favor_mask)mask);
  size_t bytes = 0;
  desc.q_stride[2] = s->q.ld;
  desc.k_stride[2] = s->k.ld;
  desc.v_stride[2] = s->v.ld;
  desc.out_stride[2] = s->out.ld;
  desc.causal_offset = 0;
  desc.log_norm = s->log_norm;
  desc.state_in = f->in;
  assert_ok(favor_state_size(f->m.map, DV, s->precision, &bytes));
  desc.state_stride = (int64_t)bytes;
  return desc;
}

static favor_status call(fixture *f, const favor_attention_desc *desc) {
  const favor_map *maps[] = {f->m.map};
  const stream *s = &f->s;
  return attend(s->precision, 1, maps, desc, s->q.x, stream_from(s, s->k, PRIOR).x,
                stream_from(s, s->v, PRIOR).x, s->out.x, (call_room){.report = &f->report});
}

static void on_both(void (*check)(fixture *f, int mask)) {
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
      fixture f;
      fixture_open(&f, (favor_precision)precision);
      check(&f, mask);
      fixture_close(&f);
    }
}

/** Query i of n sees the state and, of the keys behind it, those up to i or all of them. */
static void judge_all(fixture *f, int64_t n, int mask, const double *weights) {
  verdict v = {0};
  for (int64_t i = 0; i < n; i++)
    stream_judge(&f->s, i, 1, 0, mask ? PRIOR + i + 1 : N, false, weights, &v);
  assert_int_equal(v.rows, n);
}

/** Rows [first, first + n) see the state and nothing else. */
static void judge_state_alone(fixture *f, int64_t first, int64_t n) {
  verdict v = {0};
  stream_judge(&f->s, first, n, 0, PRIOR, false, NULL, &v);
  assert_int_equal(v.rows, n);
}

/* ---- no keys, or none that may be seen ---- */

static void check_no_keys(fixture *f, int mask) {
  static const int64_t none[] = {0};
  float hidden[KEYS];
  for (int j = 0; j < KEYS; j++) hidden[j] = -INFINITY;
  for (int how = 0; how < 3; how++) {
    favor_attention_desc desc = describe(f, 66, how == 0 ? 0 : KEYS, mask);
    if (how == 1) desc.key_lengths = none;
    if (how == 2) desc.key_log_weight = hidden;
    assert_ok(call(f, &desc));
    assert_int_equal(f->report.rows_masked, 0);
    judge_state_alone(f, 0, 66);
  }
}

static void a_state_without_keys_behind_it_is_read(void **state) {
  (void)state;
  on_both(check_no_keys);
}

/** Rows before the first key of a causal call see the state. */
static void check_blind(fixture *f, int mask) {
  favor_attention_desc desc = describe(f, KEYS, KEYS, mask);
  desc.causal_offset = -67;
  assert_ok(call(f, &desc));
  judge_state_alone(f, 0, mask ? 67 : 0);
  verdict v = {0};
  for (int64_t i = 67; i < KEYS; i++)
    stream_judge(&f->s, i, 1, 0, mask ? PRIOR + i - 66 : N, false, NULL, &v);
  assert_int_equal(v.rows, KEYS - 67);
}

static void rows_before_the_first_key_see_the_state(void **state) {
  (void)state;
  on_both(check_blind);
}

static void check_empty_state(fixture *f, int mask) {
  verdict v = {0};
  favor_attention_desc desc = describe(f, 66, 0, mask);
  assert_ok(favor_state_reset(f->in));
  assert_ok(call(f, &desc));
  assert_int_equal(f->report.rows_masked, 66);
  stream_judge(&f->s, 0, 66, PRIOR, PRIOR, false, NULL, &v);
  assert_int_equal(v.masked, 66);
  desc = describe(f, 66, KEYS, mask);
  assert_ok(call(f, &desc));
  for (int64_t i = 0; i < 66; i++)
    stream_judge(&f->s, i, 1, PRIOR, mask ? PRIOR + i + 1 : N, false, NULL, &v);
  assert_int_equal(v.rows, 66);
}

static void an_empty_state_is_as_none(void **state) {
  (void)state;
  on_both(check_empty_state);
}

/* ---- decay ---- */

/** The keys behind a state that has decayed come in unweighted; so do those behind the state that comes out. */
static void check_decayed(fixture *f, int mask) {
  static const double decays[] = {-.1, -.6931471805599453, -3.3};
  for (int d = 0; d < 3; d++) {
    double weights[N] = {0};
    assert_ok(favor_state_reset(f->in));
    stream_absorb(&f->s, f->in, 0, PRIOR);
    assert_ok(favor_state_decay(f->in, decays[d]));
    for (int j = 0; j < PRIOR; j++) weights[j] = decays[d];
    favor_attention_desc desc = describe(f, KEYS, KEYS, mask);
    desc.state_out = f->out;
    assert_ok(call(f, &desc));
    judge_all(f, KEYS, mask, weights);
    assert_int_equal(favor_state_count(f->out), N);
    stream_read(&f->s, f->out, 0, 66);
    verdict v = {0};
    stream_judge(&f->s, 0, 66, 0, N, false, weights, &v);
    assert_int_equal(v.rows, 66);
  }
}

static void a_decayed_state_counts_less_than_the_keys_behind_it(void **state) {
  (void)state;
  on_both(check_decayed);
}

/* ---- states out ---- */

static void check_in_place(fixture *f, int mask) {
  size_t bytes = 0;
  favor_attention_desc desc = describe(f, KEYS, KEYS, mask);
  desc.state_out = f->out;
  assert_ok(call(f, &desc));
  judge_all(f, KEYS, mask, NULL);
  unsigned char *apart = state_bytes(f->out, &bytes);
  desc.state_out = f->in;
  assert_ok(call(f, &desc));
  judge_all(f, KEYS, mask, NULL);
  assert_true(state_is(f->in, apart, bytes));
  assert_int_equal(favor_state_count(f->in), N);
  free(apart);
}

static void a_state_may_be_replaced_by_what_comes_out(void **state) {
  (void)state;
  on_both(check_in_place);
}

/** A call without queries absorbs; keys that are hidden leave nothing behind. */
static void check_hidden_out(fixture *f, int mask) {
  static const int64_t length[] = {66};
  float weights[KEYS];
  double seen[N] = {0};
  for (int j = 0; j < KEYS; j++) {
    weights[j] = j % 4 == 1 || j < 3 ? -INFINITY : (float)(j % 3);
    seen[PRIOR + j] = j < length[0] ? weights[j] : -INFINITY;
  }
  for (int64_t n_q = 0; n_q <= KEYS; n_q += KEYS) {
    favor_attention_desc desc = describe(f, n_q, KEYS, mask);
    desc.key_lengths = length;
    desc.key_log_weight = weights;
    desc.state_out = f->out;
    for (int j = 0; j < KEYS; j++) {
      if (seen[PRIOR + j] != -INFINITY) continue;
      for (int l = 0; l < D; l++)
        real_set(f->s.precision, stream_from(&f->s, f->s.k, PRIOR + j).x, l, NAN);
    }
    assert_ok(call(f, &desc));
    stream_read(&f->s, f->out, 0, 66);
    verdict v = {0};
    stream_judge(&f->s, 0, 66, 0, N, false, seen, &v);
    assert_int_equal(v.rows, 66);
  }
}

static void hidden_keys_are_not_in_the_state_that_comes_out(void **state) {
  (void)state;
  on_both(check_hidden_out);
}

static void check_refused(fixture *f, int mask) {
  static const int64_t places[] = {0, 1, 63, 64, KEYS - 1};
  size_t in_bytes = 0, out_bytes = 0;
  unsigned char *in = state_bytes(f->in, &in_bytes), *out = state_bytes(f->out, &out_bytes);
  for (int which = 0; which < 20; which++) {
    const matrix a = which % 2 ? f->s.k : f->s.v;
    const int64_t at = (PRIOR + places[which / 4]) * a.ld + 1;
    const double was = real_get(f->s.precision, a.x, at);
    favor_attention_desc desc = describe(f, KEYS, KEYS, mask);
    desc.state_out = which / 2 % 2 ? f->in : f->out;
    real_set(f->s.precision, a.x, at, which % 3 ? NAN : INFINITY);
    assert_status(call(f, &desc), FAVOR_ERR_NONFINITE);
    assert_int_equal(f->report.first_row, places[which / 4]);
    assert_true(state_is(f->in, in, in_bytes) && state_is(f->out, out, out_bytes));
    real_set(f->s.precision, a.x, at, was);
  }
  free(in);
  free(out);
}

static void a_bad_key_or_value_leaves_every_state_as_it_was(void **state) {
  (void)state;
  on_both(check_refused);
}

/** Bad keys in two sequences of three, in one of them so far behind that another thread finds the other first:
 *  none of the states is changed, and the report is of the first sequence. */
static void check_refusal_of_many(favor_precision precision, const favor_executor *executor) {
  enum { BATCH = 3, LENGTH = 20000, BAD = LENGTH - 5 };
  model m;
  trial p;
  size_t stride = 0;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  const favor_map *maps[] = {m.map};
  favor_attention_desc desc = plain(BATCH, 1, 1, LENGTH, D, DV, FAVOR_MASK_NONE);
  trial_open(&p, precision, &desc, 1, 3);
  trial_flood(&p, TRIAL_K, 1, 0, BAD, NAN);
  trial_flood(&p, TRIAL_V, 2, 0, 5, INFINITY);
  unsigned char *states = states_new(m.map, DV, precision, BATCH, &stride);
  unsigned char *kept = malloc(BATCH * stride);
  assert_non_null(kept);
  memcpy(kept, states, BATCH * stride);
  p.desc.state_in = p.desc.state_out = states;
  p.desc.state_stride = (int64_t)stride;
  assert_status(attend(precision, 1, maps, &p.desc, p.array[TRIAL_Q], p.array[TRIAL_K],
                       p.array[TRIAL_V], p.array[TRIAL_OUT],
                       (call_room){.executor = executor, .report = &p.report}),
                FAVOR_ERR_NONFINITE);
  assert_memory_equal(states, kept, BATCH * stride);
  assert_int_equal(p.report.first_row, BAD);
  free(states);
  free(kept);
  trial_close(&p);
  model_free(&m);
}

static void one_bad_sequence_of_many_leaves_every_state_as_it_was(void **state) {
  static const test_order orders[] = {TEST_REVERSED, TEST_THREADS, TEST_THREADS, TEST_THREADS};
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    check_refusal_of_many((favor_precision)precision, NULL);
    for (int o = 0; o < 4; o++) {
      const favor_executor executor = test_executor(3, orders[o]);
      check_refusal_of_many((favor_precision)precision, &executor);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_state_without_keys_behind_it_is_read),
      cmocka_unit_test(rows_before_the_first_key_see_the_state),
      cmocka_unit_test(an_empty_state_is_as_none),
      cmocka_unit_test(a_decayed_state_counts_less_than_the_keys_behind_it),
      cmocka_unit_test(a_state_may_be_replaced_by_what_comes_out),
      cmocka_unit_test(hidden_keys_are_not_in_the_state_that_comes_out),
      cmocka_unit_test(a_bad_key_or_value_leaves_every_state_as_it_was),
      cmocka_unit_test(one_bad_sequence_of_many_leaves_every_state_as_it_was),
  };
  return cmocka_run_group_tests_name("attention behind states", tests, NULL, NULL);
}
