/* SPDX-License-Identifier: MIT */
/** The functions of a state, each against the reference over the keys that it has absorbed. */
#include "attention/streams.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 9, DV = 5, M = 35, N = 300 };

typedef void (*stream_check)(stream *s, verdict *v);

/** On a stream of every form of map, both precisions and every instruction set. */
static void on_every_form(int64_t n, stream_check check) {
  static const int32_t forms[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_HYPERBOLIC,
                                  FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_ESTIMATOR_RELU};
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict v = {0};
  for (int i = 0; i < num_isas; i++)
    for (size_t e = 0; e < COUNT(forms); e++)
      for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
        const model_choice choice = {.kernel = forms[e] == FAVOR_ESTIMATOR_RELU
                                                   ? FAVOR_KERNEL_ARCCOS1
                                                   : FAVOR_KERNEL_SOFTMAX,
                                     .estimator = forms[e],
                                     .isa = isas[i],
                                     .dim = D,
                                     .projections = M,
                                     .seed = 3};
        model m;
        stream s;
        model_make(&m, &choice);
        stream_open(&s, &m, (favor_precision)precision, n, DV, .75, 40 + e);
        check(&s, &v);
        stream_close(&s);
        model_free(&m);
      }
  print_message("%d rows, largest error %.3f of the bound, %d unsure\n", (int)v.rows, v.worst,
                (int)v.unsure);
  assert_true(v.rows > 0);
}

/* ---- absorb and read ---- */

static void check_absorb(stream *s, verdict *v) {
  static const int64_t parts[] = {1, 0, 63, 64, 65, 107};
  favor_state *state = state_new(s->m->map, DV, s->precision);
  int64_t at = 0;
  for (size_t i = 0; i < COUNT(parts); i++) {
    stream_absorb(s, state, at, parts[i]);
    at += parts[i];
    assert_int_equal(favor_state_count(state), at);
    stream_read(s, state, 0, 70);
    stream_judge(s, 0, 70, 0, at, false, NULL, v);
  }
  assert_int_equal(at, N);
  favor_state_destroy(s->m->map, state);
}

static void what_is_absorbed_is_read(void **state) {
  (void)state;
  on_every_form(N, check_absorb);
}

/** Keys whose norms rise to twice the first, so that maxima grow after sums have moved. */
static void let_norms_rise(stream *s) {
  double row[D];
  for (int64_t i = 0; i < s->n; i++) {
    for (int l = 0; l < D; l++) row[l] = s->k64[i * D + l] * (1 + (double)i / (double)s->n) / 1.5;
    stream_put_key(s, i, row);
  }
}

/** Absorb in calls of `step` keys and fewer by turns, and read now and then. */
static void check_flushes(stream *s, int64_t step, verdict *v) {
  favor_state *state = state_new(s->m->map, DV, s->precision);
  let_norms_rise(s);
  for (int64_t at = 0, calls = 0; at < s->n; calls++) {
    const int64_t size = step - calls % 2 < 1 ? 1 : step - calls % 2;
    const int64_t n = s->n - at < size ? s->n - at : size;
    stream_absorb(s, state, at, n);
    at += n;
    if (calls % 40 != 39 && at < s->n) continue;
    stream_read(s, state, 0, 3);
    stream_judge(s, 0, 3, 0, at, false, NULL, v);
  }
  favor_state_destroy(s->m->map, state);
}

static void check_small_calls(stream *s, verdict *v) {
  check_flushes(s, 2, v);
}

static void check_large_calls(stream *s, verdict *v) {
  check_flushes(s, 4500, v);
}

/** Past the 64 additions, of single keys or of tiles, after which sums move from the recent to the main part, a few
 *  times each. */
static void hundreds_of_calls_absorb(void **state) {
  (void)state;
  on_every_form(400, check_small_calls);
}

static void thousands_of_keys_are_absorbed(void **state) {
  (void)state;
  on_every_form(9000, check_large_calls);
}

static void an_empty_state_gives_zeros(void **state) {
  model m;
  stream s;
  favor_report report;
  (void)state;
  model_make_positive(&m, D, M, 0);
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    stream_open(&s, &m, (favor_precision)precision, 70, DV, 1, 2);
    favor_state *empty = state_new(m.map, DV, s.precision);
    verdict v = {0};
    assert_ok(favor_report_init(&report));
    assert_ok(state_read(s.precision, m.map, empty, 70, s.q, s.out, s.log_norm,
                         (call_room){.report = &report}));
    stream_judge(&s, 0, 70, 0, 0, false, NULL, &v);
    assert_int_equal(v.masked, 70);
    judge_report(&v, &report);
    favor_state_destroy(m.map, empty);
    stream_close(&s);
  }
  model_free(&m);
}

/* ---- causal and steps ---- */

static void check_causal(stream *s, verdict *v) {
  static const int64_t parts[] = {65, 1, 1, 0, 130, 64, 1, 38};
  favor_state *state = state_new(s->m->map, DV, s->precision);
  int64_t at = 0;
  for (size_t i = 0; i < COUNT(parts); i++) {
    stream_causal(s, state, at, parts[i]);
    at += parts[i];
    assert_int_equal(favor_state_count(state), at);
  }
  assert_int_equal(at, N);
  stream_judge(s, 0, N, 0, N, true, NULL, v);
  favor_state_destroy(s->m->map, state);
}

static void prefills_and_steps_see_everything_before_them(void **state) {
  (void)state;
  on_every_form(N, check_causal);
}

static void check_steps(stream *s, verdict *v) {
  enum { STREAMS = 5, STEPS = 8 };
  size_t stride = 0;
  unsigned char *states = states_new(s->m->map, DV, s->precision, STREAMS, &stride);
  for (int64_t step = 0; step < STEPS;
       step++) { /* token `step` of stream i is row i STEPS + step */
    matrix a[4] = {s->q, s->k, s->v, s->out};
    for (int j = 0; j < 4; j++) {
      a[j] = stream_from(s, a[j], step);
      a[j].ld *= STEPS;
    }
    assert_ok(state_step_many(s->precision, s->m->map, STREAMS, states, stride, a[0], a[1], a[2],
                              a[3], (call_room){0}));
  }
  for (int64_t i = 0; i < STREAMS; i++) {
    const int64_t first = i * STEPS;
    const favor_state *one = (const void *)(states + (size_t)i * stride);
    assert_int_equal(favor_state_count(one), STEPS);
    const head h = stream_head(s, first, STEPS, first, first + STEPS, true, NULL);
    judge(v, &h, stream_from(s, s->out, first).x, s->out.ld, NULL);
  }
  free(states);
}

static void many_streams_take_one_step_each(void **state) {
  (void)state;
  on_every_form(40, check_steps);
}

/* ---- features made elsewhere ---- */

static matrix features_of(const stream *s, favor_side side, matrix x, int64_t n,
                          double *log_scale) {
  const int64_t f = s->m->features, ld = f + 2;
  const matrix phi = {reals(s->precision, n * ld, NULL), ld};
  if (s->precision == FAVOR_F32)
    assert_ok(favor_map_apply_f32(s->m->map, side, n, x.x, x.ld, phi.x, ld, log_scale, NULL, 0,
                                  NULL, NULL));
  else
    assert_ok(favor_map_apply_f64(s->m->map, side, n, x.x, x.ld, phi.x, ld, log_scale, NULL, 0,
                                  NULL, NULL));
  return phi;
}

static void check_features(stream *s, verdict *v) {
  favor_state *made = state_new(s->m->map, DV, s->precision);
  double log_scale[N];
  for (int scaled = 0; scaled < 2; scaled++) {
    double *scales = scaled ? log_scale : NULL;
    assert_ok(favor_state_reset(made));
    const matrix keys = features_of(s, FAVOR_KEY, s->k, N, scales);
    assert_ok(state_absorb_features(s->precision, made, 100, keys, scales, s->v, NULL));
    assert_ok(state_absorb_features(s->precision, made, N - 100, stream_from(s, keys, 100),
                                    scales ? scales + 100 : NULL, stream_from(s, s->v, 100), NULL));
    assert_int_equal(favor_state_count(made), N);
    stream_read(s, made, 0, 70);
    stream_judge(s, 0, 70, 0, N, false, NULL, v);
    const matrix queries = features_of(s, FAVOR_QUERY, s->q, 70, scales);
    assert_ok(
        state_read_features(s->precision, made, 70, queries, scales, s->out, s->log_norm, NULL));
    stream_judge(s, 0, 70, 0, N, false, NULL, v);
    free(keys.x);
    free(queries.x);
  }
  favor_state_destroy(s->m->map, made);
}

static void the_maps_own_features_made_elsewhere_give_the_same_rows(void **state) {
  (void)state;
  on_every_form(N, check_features);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_absorbed_is_read),
      cmocka_unit_test(hundreds_of_calls_absorb),
      cmocka_unit_test(thousands_of_keys_are_absorbed),
      cmocka_unit_test(an_empty_state_gives_zeros),
      cmocka_unit_test(prefills_and_steps_see_everything_before_them),
      cmocka_unit_test(many_streams_take_one_step_each),
      cmocka_unit_test(the_maps_own_features_made_elsewhere_give_the_same_rows),
  };
  return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
