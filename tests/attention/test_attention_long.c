/* SPDX-License-Identifier: MIT */
/** Sequences long enough to be worked on by several slots at one head, against the reference: every mask whose
 *  edge may fall on the edge of a range, and states before and behind. Few features keep the reference cheap. */
#include "attention/trial.h"

enum { D = 3, DV = 2, M = 3 };

static model shared_model;

static int open_model(void **state) {
  (void)state;
  model_make_positive(&shared_model, D, M, FAVOR_ISA_AUTO);
  return 0;
}

static int close_model(void **state) {
  (void)state;
  model_free(&shared_model);
  return 0;
}

/** By turns in either precision. */
static verdict check(const favor_attention_desc *desc) {
  static int turn = 0;
  const favor_precision precision = ++turn % 2 ? FAVOR_F64 : FAVOR_F32;
  const model *one[] = {&shared_model};
  verdict v = {0};
  trial p;
  trial_open(&p, precision, desc, 1, (uint64_t)turn);
  trial_check(&p, 1, one, &v);
  trial_close(&p);
  return v;
}

static void lengths_around_the_edges_of_ranges(void **state) {
  static const int64_t lengths[] = {1023, 1024, 1025, 2047, 2048, 2049, 2113, 3073};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
      const int64_t n = lengths[i];
      const favor_attention_desc desc = plain(1, 1, n, n, D, DV, (favor_mask)mask);
      assert_int_equal(check(&desc).rows, n);
    }
}

static void diagonals_that_leave_ranges_without_queries_or_keys(void **state) {
  static const struct {
    int64_t n_q, n_k, offset;
  } cases[] = {{100, 3000, 2900},   {100, 3000, 1000},  {100, 3000, -50}, {100, 3000, 3000},
               {3000, 2100, 0},     {3000, 2100, -900}, {3000, 2100, -1}, {3000, 2100, 33},
               {2500, 2500, -1100}, {2500, 2500, 1216}, {2500, 2500, 64}, {1, 4000, 3999}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    favor_attention_desc desc = plain(1, 1, cases[i].n_q, cases[i].n_k, D, DV, FAVOR_MASK_CAUSAL);
    desc.causal_offset = cases[i].offset;
    const verdict v = check(&desc);
    assert_int_equal(v.rows + v.masked, cases[i].n_q);
  }
}

static void lengths_and_weights_that_empty_whole_ranges(void **state) {
  static const int64_t lengths[] = {2500, 0, 1100, 2000};
  static float weights[4 * 2500];
  (void)state;
  for (int i = 0; i < 4 * 2500; i++) weights[i] = i % 2500 < 1300 ? -INFINITY : (float)(i % 3);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(4, 1, 200, 2500, D, DV, (favor_mask)mask);
    desc.causal_offset = 1200;
    desc.key_lengths = lengths;
    verdict v = check(&desc);
    assert_int_equal(v.masked, 200);
    desc.key_log_weight = weights;
    v = check(&desc);
    assert_int_equal(v.masked, mask ? 2 * 200 + 2 * 100 : 2 * 200);
  }
}

static void ragged_sequences_of_very_different_lengths(void **state) {
  static const int64_t q_offsets[] = {0, 2300, 2301, 2301, 2500},
                       k_offsets[] = {0, 2300, 2350, 4450, 4500};
  (void)state;
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(4, 1, 2400, 2400, D, DV, (favor_mask)mask);
    desc.q_offsets = q_offsets;
    desc.k_offsets = k_offsets;
    const verdict v = check(&desc);
    assert_int_equal(v.rows + v.masked, 2500);
    assert_int_equal(v.masked, mask ? 149 : 0);
  }
}

static void grouped_heads_share_ranges(void **state) {
  favor_attention_desc desc = plain(1, 4, 300, 2200, D, DV, FAVOR_MASK_CAUSAL);
  (void)state;
  desc.kv_heads = 2;
  desc.k_stride[0] /= 2;
  desc.v_stride[0] /= 2;
  assert_int_equal(check(&desc).rows, 4 * 300);
}

/* ---- states ---- */

enum { BATCH = 2, HEADS = 4, KV = 2, LONG = 2300 };

static favor_attention_desc grouped(favor_mask mask) {
  favor_attention_desc desc = plain(BATCH, HEADS, LONG, LONG, D, DV, mask);
  desc.kv_heads = KV;
  desc.k_stride[0] /= 2;
  desc.v_stride[0] /= 2;
  return desc;
}

/** Rows [first, last) of queries and keys of a trial in a call of their own; its logarithms go to their rows. */
static void call_piece(trial *p, int64_t num_maps, const favor_map *const *maps, int64_t first,
                       int64_t last, bool reads, const void *state_in, void *state_out,
                       int64_t stride) {
  favor_attention_desc desc = p->desc;
  const int64_t n_q = reads ? (desc.mask ? last - first : p->desc.n_q) : 0;
  const int64_t q_first = desc.mask ? first : 0;
  double *log_norm = malloc(sizeof *log_norm * (size_t)(BATCH * HEADS * n_q + 1));
  assert_non_null(log_norm);
  desc.n_q = n_q;
  desc.n_k = last - first;
  desc.causal_offset = 0;
  desc.log_norm = log_norm;
  desc.state_in = state_in;
  desc.state_out = state_out;
  desc.state_stride = stride;
  void *base[4];
  for (int a = TRIAL_Q; a <= TRIAL_OUT; a++) {
    const bool of_queries = a == TRIAL_Q || a == TRIAL_OUT;
    const int64_t at = (of_queries ? q_first : first) * (a == TRIAL_Q || a == TRIAL_K ? D : DV);
    base[a] = real_address(p->precision, p->array[a], at);
  }
  assert_ok(attend(p->precision, num_maps, maps, &desc, base[0], base[1], base[2], base[3],
                   (call_room){.report = &p->report}));
  for (int64_t bh = 0; bh < BATCH * HEADS; bh++)
    memcpy(p->log_norm + bh * LONG + q_first, log_norm + bh * n_q, (size_t)n_q * sizeof(double));
  free(log_norm);
}

/** One call in pieces over states; per_head: a map and a state for each head. */
static void check_chain(favor_precision precision, favor_mask mask, bool per_head, bool in_place) {
  static const int64_t ends[] = {0, 1, 2100, 2164, LONG};
  const favor_attention_desc desc = grouped(mask);
  const int64_t num_maps = per_head ? HEADS : 1, streams = BATCH * (per_head ? HEADS : KV);
  model own[HEADS];
  const model *models[HEADS];
  const favor_map *maps[HEADS];
  for (int h = 0; h < num_maps; h++) {
    const model_choice choice = {
        .estimator = FAVOR_ESTIMATOR_POSITIVE, .dim = D, .projections = M, .seed = (uint64_t)h};
    model_make(&own[h], &choice);
    models[h] = &own[h];
    maps[h] = own[h].map;
  }
  trial p;
  trial_open(&p, precision, &desc, 1, 3);
  trial_blank(&p);
  size_t stride = 0;
  assert_ok(favor_state_size(maps[0], DV, precision, &stride));
  stride += 64;
  unsigned char *states = aligned_alloc(64, stride * (size_t)streams);
  unsigned char *next = aligned_alloc(64, stride * (size_t)streams);
  assert_true(states && next);
  for (int piece = 0; piece < 4; piece++) {
    const bool last = piece == 3;
    void *out = in_place || piece % 2 == 0 ? states : next;
    const void *in = piece == 0 ? NULL : in_place || piece % 2 == 1 ? states : next;
    call_piece(&p, num_maps, maps, ends[piece], ends[piece + 1], mask || last, in, out,
               (int64_t)stride);
    for (int64_t s = 0; s < streams; s++)
      assert_int_equal(favor_state_count((const void *)((unsigned char *)out + (size_t)s * stride)),
                       ends[piece + 1]);
  }
  const verdict v = trial_judge(&p, num_maps, models);
  assert_int_equal(v.rows, BATCH * HEADS * LONG);
  trial_check_gaps(&p);
  free(states);
  free(next);
  trial_close(&p);
  for (int h = 0; h < num_maps; h++) model_free(&own[h]);
}

static void calls_chained_by_states_equal_one_call(void **state) {
  (void)state;
  check_chain(FAVOR_F64, FAVOR_MASK_CAUSAL, false, true);
  check_chain(FAVOR_F32, FAVOR_MASK_CAUSAL, true, false);
  check_chain(FAVOR_F32, FAVOR_MASK_NONE, false, false);
  check_chain(FAVOR_F64, FAVOR_MASK_NONE, true, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lengths_around_the_edges_of_ranges),
      cmocka_unit_test(diagonals_that_leave_ranges_without_queries_or_keys),
      cmocka_unit_test(lengths_and_weights_that_empty_whole_ranges),
      cmocka_unit_test(ragged_sequences_of_very_different_lengths),
      cmocka_unit_test(grouped_heads_share_ranges),
      cmocka_unit_test(calls_chained_by_states_equal_one_call),
  };
  return cmocka_run_group_tests_name("attention over long sequences", tests, open_model,
                                     close_model);
}
