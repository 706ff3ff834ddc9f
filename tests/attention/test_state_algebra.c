/* SPDX-License-Identifier: MIT */
/** Merging, decaying, forgetting and saving states, against the reference over weighted keys. */
#include "attention/streams.h"

enum { D = 9, DV = 5, M = 35, N = 260, PARTS = 4, READERS = 40 };

static const int64_t ends[PARTS + 1] = {0, 64, 65, 180, N};

/** A stream of positive features, for both precisions, by a check that adds to a verdict. */
static void on_both_precisions(double norm, void (*check)(stream *s, verdict *v)) {
  verdict v = {0};
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    model m;
    stream s;
    model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
    stream_open(&s, &m, (favor_precision)precision, N, DV, norm, 9);
    check(&s, &v);
    stream_close(&s);
    model_free(&m);
  }
  print_message("%d rows, largest error %.3f of the bound\n", (int)v.rows, v.worst);
  assert_true(v.rows > 0);
}

static favor_state *part(const stream *s, int which) {
  favor_state *state = state_new(s->m->map, DV, s->precision);
  stream_absorb(s, state, ends[which], ends[which + 1] - ends[which]);
  return state;
}

/* ---- merge ---- */

/** The five ways to put brackets around four parts, as three merges (into, from) of parts by number. */
static const int brackets[5][3][2] = {{{0, 1}, {0, 2}, {0, 3}},
                                      {{1, 2}, {0, 1}, {0, 3}},
                                      {{0, 1}, {2, 3}, {0, 2}},
                                      {{1, 2}, {1, 3}, {0, 1}},
                                      {{2, 3}, {1, 2}, {0, 1}}};

static void check_brackets(stream *s, verdict *v) {
  for (int way = 0; way < 10; way++) {
    favor_state *parts[PARTS], *empty = state_new(s->m->map, DV, s->precision);
    for (int i = 0; i < PARTS; i++) parts[i] = part(s, way < 5 ? i : PARTS - 1 - i);
    for (int step = 0; step < 3; step++) {
      const int *pair = brackets[way % 5][step];
      assert_ok(favor_state_merge(parts[pair[0]], parts[pair[1]]));
      assert_ok(favor_state_merge(parts[pair[0]], empty));
    }
    assert_int_equal(favor_state_count(parts[0]), N);
    stream_read(s, parts[0], 0, READERS);
    stream_judge(s, 0, READERS, 0, N, false, NULL, v);
    assert_ok(favor_state_merge(empty, parts[0]));
    stream_read(s, empty, 0, READERS);
    stream_judge(s, 0, READERS, 0, N, false, NULL, v);
    for (int i = 0; i < PARTS; i++) favor_state_destroy(s->m->map, parts[i]);
    favor_state_destroy(s->m->map, empty);
  }
}

static void parts_merged_in_any_bracketing_are_the_whole(void **state) {
  (void)state;
  on_both_precisions(1, check_brackets);
}

/** Parts whose keys are so far apart that without rescaling one of them would vanish or overflow. */
static void check_far_apart(stream *s, verdict *v) {
  static const double norms[PARTS] = {1, 20, .01, 15};
  test_rng rng;
  test_rng_seed(&rng, 55);
  for (int i = 0; i < PARTS; i++)
    for (int64_t j = ends[i]; j < ends[i + 1]; j++) {
      double key[D];
      test_rng_on_sphere(&rng, D, norms[i], key);
      stream_put_key(s, j, key);
    }
  verdict ignored = {0};
  check_brackets(s, s->precision == FAVOR_F32 ? v : &ignored);
}

static void parts_of_far_apart_exponents_merge(void **state) {
  (void)state;
  on_both_precisions(1, check_far_apart);
}

static void merging_leaves_the_source_as_it_is(void **state) {
  model m;
  stream s;
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  stream_open(&s, &m, FAVOR_F32, N, DV, 1, 9);
  favor_state *into = part(&s, 0), *from = part(&s, 2);
  size_t bytes = 0;
  unsigned char *kept = state_bytes(from, &bytes);
  assert_ok(favor_state_merge(into, from));
  assert_true(state_is(from, kept, bytes));
  free(kept);
  favor_state_destroy(m.map, into);
  favor_state_destroy(m.map, from);
  stream_close(&s);
  model_free(&m);
}

/* ---- decay ---- */

/** Each part is followed by a decay; the next keys come in unweighted. */
static void check_decay(stream *s, verdict *v) {
  static const double decays[][PARTS] = {
      {-.1, -.1, -.1, -.1},
      {-1.5, 0, -2.25, -1e-9},
      {-.6931471805599453, -2.0794415416798357, -1, -40},
      {-700, 0, -1e-300, -1e-3},
      {-1e4, -1e5, -1e6, -1e-12},
  };
  for (size_t d = 0; d < sizeof decays / sizeof *decays; d++) {
    favor_state *state = state_new(s->m->map, DV, s->precision);
    double weights[N] = {0};
    for (int i = 0; i < PARTS; i++) {
      stream_absorb(s, state, ends[i], ends[i + 1] - ends[i]);
      assert_ok(favor_state_decay(state, decays[d][i]));
      for (int64_t j = 0; j < ends[i + 1]; j++) weights[j] += decays[d][i];
      stream_read(s, state, 0, READERS);
      stream_judge(s, 0, READERS, 0, ends[i + 1], false, weights, v);
    }
    assert_int_equal(favor_state_count(state), N);
    favor_state_destroy(s->m->map, state);
  }
}

static void decayed_keys_count_less(void **state) {
  (void)state;
  on_both_precisions(1, check_decay);
}

/** The largest decay that is allowed: what came before counts for nothing, what comes is right. */
static void check_oblivion(stream *s, verdict *v) {
  static const double decays[] = {-1e300, -DBL_MAX, -DBL_MAX};
  favor_state *state = state_new(s->m->map, DV, s->precision);
  stream_absorb(s, state, 0, ends[1]);
  for (int d = 0; d < 3; d++) {
    assert_ok(favor_state_decay(state, decays[d]));
    stream_absorb(s, state, ends[d + 1], ends[d + 2] - ends[d + 1]);
    stream_read(s, state, 0, READERS);
    stream_judge(s, 0, READERS, ends[d + 1], ends[d + 2], false, NULL, v);
  }
  favor_state_destroy(s->m->map, state);
}

static void a_decay_to_nothing_leaves_what_comes_after(void **state) {
  (void)state;
  on_both_precisions(1, check_oblivion);
}

/** Decay between the tokens of a causal stream: row i sees key j with weight (i - j) log gamma. */
static void check_decay_steps(stream *s, verdict *v) {
  const double log_gamma = -.3;
  favor_state *state = state_new(s->m->map, DV, s->precision);
  for (int64_t i = 0; i < 100; i++) {
    double weights[100];
    for (int64_t j = 0; j <= i; j++) weights[j] = (double)(i - j) * log_gamma;
    if (i > 0) assert_ok(favor_state_decay(state, log_gamma));
    stream_causal(s, state, i, 1);
    stream_judge(s, i, 1, 0, i + 1, true, weights, v);
  }
  favor_state_destroy(s->m->map, state);
}

static void decay_between_steps_weighs_keys_by_their_age(void **state) {
  (void)state;
  on_both_precisions(1, check_decay_steps);
}

/** States decayed by different fractions merge as the sums that they stand for. */
static void check_decayed_merge(stream *s, verdict *v) {
  static const double decays[] = {-.2, 0, -.65, -3.3};
  favor_state *sum = part(s, 0);
  double weights[N];
  assert_ok(favor_state_decay(sum, decays[0]));
  for (int i = 0; i < PARTS; i++)
    for (int64_t j = ends[i]; j < ends[i + 1]; j++) weights[j] = decays[i];
  for (int i = 1; i < PARTS; i++) {
    favor_state *next = part(s, i);
    assert_ok(favor_state_decay(next, decays[i]));
    assert_ok(favor_state_merge(sum, next));
    favor_state_destroy(s->m->map, next);
    stream_read(s, sum, 0, READERS);
    stream_judge(s, 0, READERS, 0, ends[i + 1], false, weights, v);
  }
  stream_causal(s, sum, 0, 70); /* rows 0 .. 69 again, now as keys too: only that it goes on */
  assert_int_equal(favor_state_count(sum), N + 70);
  favor_state_destroy(s->m->map, sum);
}

static void decayed_states_merge(void **state) {
  (void)state;
  on_both_precisions(1, check_decayed_merge);
}

/** Keys made elsewhere come in unweighted after a decay, too. */
static void check_decayed_features(stream *s, verdict *v) {
  favor_state *state = part(s, 0);
  double log_scale[N], weights[N] = {0};
  const int64_t f = s->m->features, rest = N - ends[1];
  const matrix phi = {reals(s->precision, rest * f, NULL), f};
  const matrix k = stream_from(s, s->k, ends[1]);
  if (s->precision == FAVOR_F32)
    assert_ok(favor_map_apply_f32(s->m->map, FAVOR_KEY, rest, k.x, k.ld, phi.x, f, log_scale, NULL,
                                  0, NULL, NULL));
  else
    assert_ok(favor_map_apply_f64(s->m->map, FAVOR_KEY, rest, k.x, k.ld, phi.x, f, log_scale, NULL,
                                  0, NULL, NULL));
  assert_ok(favor_state_decay(state, -.9));
  for (int64_t j = 0; j < ends[1]; j++) weights[j] = -.9;
  assert_ok(state_absorb_features(s->precision, state, rest, phi, log_scale,
                                  stream_from(s, s->v, ends[1]), NULL));
  stream_read(s, state, 0, READERS);
  stream_judge(s, 0, READERS, 0, N, false, weights, v);
  free(phi.x);
  favor_state_destroy(s->m->map, state);
}

static void features_made_elsewhere_join_a_decayed_state(void **state) {
  (void)state;
  on_both_precisions(1, check_decayed_features);
}

/* ---- reset, save, load, move ---- */

static void check_reset(stream *s, verdict *v) {
  favor_state *used = part(s, 1), *fresh = state_new(s->m->map, DV, s->precision);
  size_t bytes = 0;
  unsigned char *kept = state_bytes(fresh, &bytes);
  assert_ok(favor_state_decay(used, -.4));
  assert_ok(favor_state_reset(used));
  assert_int_equal(favor_state_count(used), 0);
  assert_true(state_is(used, kept, bytes));
  stream_absorb(s, used, 0, N);
  stream_read(s, used, 0, READERS);
  stream_judge(s, 0, READERS, 0, N, false, NULL, v);
  free(kept);
  favor_state_destroy(s->m->map, used);
  favor_state_destroy(s->m->map, fresh);
}

static void a_reset_state_is_a_fresh_one(void **state) {
  (void)state;
  on_both_precisions(1, check_reset);
}

/** A state saved and loaded, and one moved by memcpy, in the middle of a stream. */
static void check_interrupted(stream *s, verdict *v) {
  size_t stride = 0, bytes = 0;
  unsigned char *memory = states_new(s->m->map, DV, s->precision, 2, &stride);
  favor_state *whole = state_new(s->m->map, DV, s->precision), *loaded = NULL;
  stream_causal(s, whole, 0, 70);
  assert_ok(favor_state_decay(whole, -.3));
  unsigned char *saved = state_bytes(whole, &bytes);
  assert_ok(favor_state_load(s->m->map, saved, bytes, memory, stride, NULL, &loaded));
  assert_ptr_equal(loaded, memory);
  assert_true(state_is(loaded, saved, bytes));
  memcpy(memory + stride, whole, stride);
  favor_state *moved = (void *)(memory + stride);
  stream_causal(s, whole, 70, N - 70);
  const size_t out = (size_t)(N * s->out.ld) * real_size(s->precision);
  void *kept = malloc(out);
  assert_non_null(kept);
  memcpy(kept, s->out.x, out);
  stream_causal(s, loaded, 70, N - 70);
  assert_memory_equal(s->out.x, kept, out);
  stream_causal(s, moved, 70, N - 70);
  assert_memory_equal(s->out.x, kept, out);
  stream_judge(s, 0, 70, 0, N, true, NULL, v);
  free(kept);
  free(saved);
  free(memory);
  favor_state_destroy(s->m->map, whole);
}

static void a_stream_goes_on_bit_for_bit_after_saving_loading_and_moving(void **state) {
  (void)state;
  on_both_precisions(1, check_interrupted);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_merged_in_any_bracketing_are_the_whole),
      cmocka_unit_test(parts_of_far_apart_exponents_merge),
      cmocka_unit_test(merging_leaves_the_source_as_it_is),
      cmocka_unit_test(decayed_keys_count_less),
      cmocka_unit_test(a_decay_to_nothing_leaves_what_comes_after),
      cmocka_unit_test(decay_between_steps_weighs_keys_by_their_age),
      cmocka_unit_test(decayed_states_merge),
      cmocka_unit_test(features_made_elsewhere_join_a_decayed_state),
      cmocka_unit_test(a_reset_state_is_a_fresh_one),
      cmocka_unit_test(a_stream_goes_on_bit_for_bit_after_saving_loading_and_moving),
  };
  return cmocka_run_group_tests_name("state algebra", tests, NULL, NULL);
}
