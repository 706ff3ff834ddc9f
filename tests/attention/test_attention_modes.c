/* SPDX-License-Identifier: MIT */
/** Every kernel x estimator x coupling x precision x isa of lists.h in every mode of attention, against the
 *  explicit estimate of each row in long double: a member of a list is tested by existing. Bounds:
 *  attention/judge.h, in float64 1e-12 sum|terms| / |denominator|. */
#include "attention/streams.h"
#include "attention/trial.h"

enum { D = 9, DV = 11, M = 37, N = 97, TOKENS = 75 };

typedef void (*mode)(const model *m, favor_precision precision, double norm, verdict *v);

static void whole(const model *m, favor_precision precision, double norm, favor_mask mask,
                  verdict *v) {
  const favor_attention_desc desc = plain(1, 1, N, mask ? N : 70, D, DV, mask);
  trial p;
  trial_open(&p, precision, &desc, norm, (uint64_t)precision + 1);
  trial_check(&p, 1, &m, v);
  trial_close(&p);
}

static void bidirectional(const model *m, favor_precision precision, double norm, verdict *v) {
  whole(m, precision, norm, FAVOR_MASK_NONE, v);
}

static void causal(const model *m, favor_precision precision, double norm, verdict *v) {
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
static void streaming(const model *m, favor_precision precision, double norm, verdict *v) {
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
static void stepping(const model *m, favor_precision precision, double norm, verdict *v) {
  enum { STEPS = 12 };
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
static void merging(const model *m, favor_precision precision, double norm, verdict *v) {
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

/** Norms of .25 to 4 by turns. */
static double norm_of(int turn) {
  static const double norms[] = {.25, 1, 2, 4};
  return norms[(turn + turn / 4) % 4];
}

static void every_map(mode run, int rows, int shift) {
  static model_choice cases[MODEL_CASES_MAX];
  const int n = model_cases(cases);
  verdict all[2] = {{0}};
  for (int i = 0; i < n; i++) {
    char name[128];
    model m;
    cases[i].dim = D;
    cases[i].projections = M;
    cases[i].scale = i % 3 ? 1 : .5;
    model_make(&m, &cases[i]);
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      verdict mine = {0};
      run(&m, (favor_precision)precision, norm_of(i + 2 * precision + shift), &mine);
      /* Signed features at large norms leave little: then the other turns have to do. */
      if (m.positive && mine.rows != rows) fail_msg("%s", model_name(&cases[i], name));
      judge_add(&all[precision], &mine);
    }
    model_free(&m);
  }
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    const verdict *v = &all[precision];
    print_message("float%d: %d rows, largest error %.4f of the bound, of log_norm %.4f; %d not "
                  "positive, %d unsure\n",
                  precision ? 64 : 32, (int)v->rows, v->worst, v->worst_norm, (int)v->nonpositive,
                  (int)v->unsure);
    assert_true(v->rows > rows * n * 3 / 4);
  }
}

static void every_map_without_a_mask_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(bidirectional, N, 0);
}

static void every_causal_map_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(causal, N, 1);
}

static void every_map_prefilled_and_stepped_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(streaming, TOKENS, 2);
}

static void every_map_step_by_step_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(stepping, 12, 3);
}

static void every_map_in_merged_parts_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(merging, TOKENS, 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_map_without_a_mask_equals_the_explicit_estimate),
      cmocka_unit_test(every_causal_map_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_prefilled_and_stepped_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_step_by_step_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_in_merged_parts_equals_the_explicit_estimate),
  };
  return cmocka_run_group_tests_name("attention, every map in every mode", tests, NULL, NULL);
}
