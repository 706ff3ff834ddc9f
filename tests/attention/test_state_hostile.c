/* SPDX-License-Identifier: MIT */
/** Keys, values and queries that are not finite in the functions of a state: refused with the row and nothing
 *  changed, or NaN in one row. */
#include "attention/streams.h"
#include "support/executors.h"

enum { D = 7, DV = 4, M = 30, N = 150 };

static const int64_t places[] = {0, 1, 63, 64, 100, 149};
enum { PLACES = sizeof places / sizeof *places };

static const double poisons[] = {NAN, INFINITY, -INFINITY};

typedef struct fixture {
  model m;
  stream s;
  favor_state *state;
  unsigned char *kept;
  size_t bytes;
  favor_report report;
} fixture;

/** A state with 70 keys, decayed by a fraction. */
static void fixture_open(fixture *f, favor_precision precision, int32_t estimator) {
  const model_choice choice = {.estimator = estimator, .dim = D, .projections = M, .seed = 21};
  model_make(&f->m, &choice);
  stream_open(&f->s, &f->m, precision, N, DV, .5, 3);
  f->state = state_new(f->m.map, DV, precision);
  stream_absorb(&f->s, f->state, 0, 70);
  assert_ok(favor_state_decay(f->state, -.1));
  f->kept = state_bytes(f->state, &f->bytes);
  assert_ok(favor_report_init(&f->report));
}

static void fixture_close(fixture *f) {
  free(f->kept);
  favor_state_destroy(f->m.map, f->state);
  stream_close(&f->s);
  model_free(&f->m);
}

static call_room reporting(fixture *f) {
  return (call_room){.report = &f->report};
}

static void check_refused(fixture *f, favor_status status, int64_t row) {
  assert_status(status, FAVOR_ERR_NONFINITE);
  assert_int_equal(f->report.first_row, row);
  assert_true(state_is(f->state, f->kept, f->bytes));
}

/** Put a poison into row `place` of keys or values, call, and put back what was there. */
static void check_place(fixture *f, int64_t place, bool value, double poison) {
  stream *s = &f->s;
  const matrix a = value ? s->v : s->k;
  const int64_t at = place * a.ld + place % (value ? DV : D);
  const double was = real_get(s->precision, a.x, at);
  real_set(s->precision, a.x, at, poison);
  check_refused(f, state_absorb(s->precision, f->m.map, f->state, N, s->k, s->v, reporting(f)),
                place);
  check_refused(f,
                state_causal(s->precision, f->m.map, f->state, N, s->q, s->k, s->v, s->out,
                             s->log_norm, reporting(f)),
                place);
  real_set(s->precision, a.x, at, was);
}

static void a_bad_key_or_value_is_refused_and_the_state_unchanged(void **state) {
  static const int32_t forms[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_TRIGONOMETRIC};
  (void)state;
  for (int e = 0; e < 2; e++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      fixture f;
      fixture_open(&f, (favor_precision)precision, forms[e]);
      for (int place = 0; place < PLACES; place++)
        for (int p = 0; p < 3; p++) {
          check_place(&f, places[place], false, poisons[p]);
          check_place(&f, places[place], true, poisons[p]);
        }
      check_place(&f, 5, false, precision == FAVOR_F32 ? 3e38 : 1e200); /* no finite norm */
      fixture_close(&f);
    }
}

static void bad_features_are_refused_and_the_state_unchanged(void **state) {
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    fixture f;
    fixture_open(&f, (favor_precision)precision, FAVOR_ESTIMATOR_POSITIVE);
    stream *s = &f.s;
    double log_scale[N], ones[N * M];
    for (int i = 0; i < N * M; i++) ones[i] = 1;
    const matrix phi = {reals(s->precision, N * M, ones), M};
    for (int place = 0; place < PLACES; place++)
      for (int which = 0; which < 3; which++) {
        const int64_t row = places[place];
        void *x = which == 0 ? phi.x : s->v.x;
        const int64_t at = which == 0 ? row * M + row % M : row * s->v.ld + 1;
        const double was = real_get(s->precision, x, at);
        for (int i = 0; i < N; i++) log_scale[i] = i % 3;
        if (which < 2)
          real_set(s->precision, x, at, poisons[place % 3]);
        else
          log_scale[row] = poisons[place % 3];
        check_refused(
            &f, state_absorb_features(s->precision, f.state, N, phi, log_scale, s->v, &f.report),
            row);
        real_set(s->precision, x, at, was);
      }
    free(phi.x);
    fixture_close(&f);
  }
}

static void one_bad_stream_of_many_leaves_all_of_them_unchanged(void **state) {
  enum { STREAMS = 9 };
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
    for (int64_t bad = 0; bad < STREAMS; bad += 4) {
      fixture f;
      size_t stride = 0;
      fixture_open(&f, (favor_precision)precision, FAVOR_ESTIMATOR_POSITIVE);
      stream *s = &f.s;
      unsigned char *states = states_new(f.m.map, DV, s->precision, STREAMS, &stride);
      assert_ok(state_step_many(s->precision, f.m.map, STREAMS, states, stride, s->q, s->k, s->v,
                                s->out, (call_room){0}));
      unsigned char *copy = malloc(stride * STREAMS);
      assert_non_null(copy);
      memcpy(copy, states, stride * STREAMS);
      const favor_executor executor = test_executor(3, TEST_REVERSED);
      real_set(s->precision, s->v.x, bad * s->v.ld + 1, NAN);
      assert_status(state_step_many(s->precision, f.m.map, STREAMS, states, stride, s->q, s->k,
                                    s->v, s->out,
                                    (call_room){.executor = &executor, .report = &f.report}),
                    FAVOR_ERR_NONFINITE);
      assert_int_equal(f.report.first_row, bad);
      assert_memory_equal(states, copy, stride * STREAMS);
      free(copy);
      free(states);
      fixture_close(&f);
    }
}

/** A bad query is no reason to refuse: NaN in its row, and with a causal call its key is absorbed. */
static void a_bad_query_is_nan_in_its_row(void **state) {
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    fixture f;
    verdict v = {0};
    fixture_open(&f, (favor_precision)precision, FAVOR_ESTIMATOR_POSITIVE);
    stream *s = &f.s;
    assert_ok(favor_state_reset(f.state));
    stream_causal(s, f.state, 0, N);
    const size_t row = (size_t)DV * real_size(s->precision);
    void *clean = malloc((size_t)(N * s->out.ld) * real_size(s->precision));
    assert_non_null(clean);
    memcpy(clean, s->out.x, (size_t)(N * s->out.ld) * real_size(s->precision));
    size_t bytes = 0;
    unsigned char *after = state_bytes(f.state, &bytes);
    real_set(s->precision, s->q.x, 77 * s->q.ld + 2, INFINITY);
    assert_ok(favor_state_reset(f.state));
    assert_status(state_causal(s->precision, f.m.map, f.state, N, s->q, s->k, s->v, s->out,
                               s->log_norm, reporting(&f)),
                  FAVOR_NOTE_NONFINITE);
    assert_int_equal(f.report.rows_nonfinite, 1);
    assert_int_equal(f.report.first_row, 77);
    assert_true(state_is(f.state, after, bytes));
    for (int64_t i = 0; i < N; i++) {
      const void *now = real_address(s->precision, s->out.x, i * s->out.ld);
      if (i == 77)
        assert_true(isnan(real_get(s->precision, now, 0)) && isnan(s->log_norm[i]));
      else
        assert_memory_equal(now, real_address(s->precision, clean, i * s->out.ld), row);
    }
    assert_status(
        state_read(s->precision, f.m.map, f.state, N, s->q, s->out, s->log_norm, reporting(&f)),
        FAVOR_NOTE_NONFINITE);
    assert_int_equal(f.report.first_row, 77);
    stream_judge(s, 0, 77, 0, N, false, NULL, &v);
    stream_judge(s, 78, N - 78, 0, N, false, NULL, &v);
    assert_int_equal(v.rows, N - 1);
    free(clean);
    free(after);
    fixture_close(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bad_key_or_value_is_refused_and_the_state_unchanged),
      cmocka_unit_test(bad_features_are_refused_and_the_state_unchanged),
      cmocka_unit_test(one_bad_stream_of_many_leaves_all_of_them_unchanged),
      cmocka_unit_test(a_bad_query_is_nan_in_its_row),
  };
  return cmocka_run_group_tests_name("hostile streams", tests, NULL, NULL);
}
