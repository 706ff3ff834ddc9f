/* SPDX-License-Identifier: MIT */
/** What the descriptor of attention can say, each against the reference: strides, grouped heads, masks, key
 *  lengths and weights, ragged batches, several maps, nothing to do. */
#include "attention/trial.h"

enum { D = 7, DV = 5, M = 20 };

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

/** Both precisions; returns what was found. */
static verdict check_both(const favor_attention_desc *desc) {
  const model *one[] = {&shared_model};
  verdict v = {0};
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    trial p;
    trial_open(&p, (favor_precision)precision, desc, 1, 17);
    trial_check(&p, 1, one, &v);
    trial_close(&p);
  }
  return v;
}

/* ---- layouts ---- */

static void batch_length_head_column_arrays_are_read_as_such(void **state) {
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_attention_desc_blhd(&desc, 2, 3, 70, 35, D, DV));
  assert_int_equal(desc.q_stride[1], D);
  assert_int_equal(desc.q_stride[2], 3 * D);
  assert_int_equal(check_both(&desc).rows, 2 * 2 * 3 * 70);
}

static void init_describes_contiguous_heads_without_a_mask(void **state) {
  favor_attention_desc desc;
  (void)state;
  memset(&desc, 0xA5, sizeof desc);
  assert_ok(favor_attention_desc_init(&desc, 2, 3, 10, 14, D, DV));
  assert_int_equal(desc.kv_heads, 3);
  assert_int_equal(desc.mask, FAVOR_MASK_NONE);
  assert_int_equal(desc.causal_offset, 4);
  const int64_t expected[4][3] = {{3 * 10 * D, 10 * D, D},
                                  {3 * 14 * D, 14 * D, D},
                                  {3 * 14 * DV, 14 * DV, DV},
                                  {3 * 10 * DV, 10 * DV, DV}};
  assert_memory_equal(desc.q_stride, expected[0], sizeof expected[0]);
  assert_memory_equal(desc.k_stride, expected[1], sizeof expected[1]);
  assert_memory_equal(desc.v_stride, expected[2], sizeof expected[2]);
  assert_memory_equal(desc.out_stride, expected[3], sizeof expected[3]);
  assert_true(desc.weight_stride[0] == 14 && desc.weight_stride[1] == 1);
  assert_true(!desc.key_lengths && !desc.key_log_weight && !desc.q_offsets && !desc.k_offsets);
  assert_true(!desc.state_in && !desc.state_out && !desc.log_norm);
}

static void rows_with_room_between_them_are_found(void **state) {
  favor_attention_desc desc = plain(2, 2, 33, 66, D, DV, FAVOR_MASK_CAUSAL);
  const int64_t q[] = {5000, 2000, D + 3}, k[] = {700, 1400, D + 1}, v[] = {10000, 3000, DV + 9};
  const int64_t out[] = {300, 1000, DV + 2};
  (void)state;
  memcpy(desc.q_stride, q, sizeof q);
  memcpy(desc.k_stride, k, sizeof k);
  memcpy(desc.v_stride, v, sizeof v);
  memcpy(desc.out_stride, out, sizeof out);
  assert_int_equal(check_both(&desc).rows, 2 * 2 * 2 * 33);
}

static void strides_of_zero_repeat_rows_heads_and_batches(void **state) {
  (void)state;
  for (int which = 0; which < 9; which++) {
    favor_attention_desc desc = plain(2, 2, 34, 40, D, DV, FAVOR_MASK_NONE);
    int64_t *strides[] = {desc.q_stride, desc.k_stride, desc.v_stride};
    strides[which / 3][which % 3] = 0;
    assert_int_equal(check_both(&desc).rows, 2 * 2 * 2 * 34);
  }
}

static void groups_of_heads_read_one_key_head(void **state) {
  (void)state;
  for (int64_t kv_heads = 1; kv_heads <= 6; kv_heads++) {
    if (6 % kv_heads != 0) continue;
    favor_attention_desc desc = plain(2, 6, 20, 41, D, DV, FAVOR_MASK_CAUSAL);
    desc.kv_heads = kv_heads;
    desc.k_stride[0] = kv_heads * desc.k_stride[1];
    desc.v_stride[0] = kv_heads * desc.v_stride[1];
    assert_int_equal(check_both(&desc).rows, 2 * 2 * 6 * 20);
  }
}

/* ---- masks ---- */

static void causal_offsets_of_every_kind_move_the_diagonal(void **state) {
  static const int64_t offsets[] = {-(INT64_C(1) << 40),
                                    -70,
                                    -69,
                                    -65,
                                    -64,
                                    -63,
                                    -33,
                                    -1,
                                    0,
                                    1,
                                    31,
                                    32,
                                    33,
                                    63,
                                    64,
                                    65,
                                    99,
                                    100,
                                    101,
                                    INT64_C(1) << 40};
  static const int64_t rows[][2] = {{70, 100}, {100, 70}, {1, 100}, {70, 1}};
  (void)state;
  for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++)
    for (size_t r = 0; r < 4; r++) {
      favor_attention_desc desc = plain(1, 1, rows[r][0], rows[r][1], D, DV, FAVOR_MASK_CAUSAL);
      desc.causal_offset = offsets[o];
      const verdict v = check_both(&desc);
      const int64_t blind = offsets[o] >= 0            ? 0
                            : offsets[o] < -rows[r][0] ? rows[r][0]
                                                       : -offsets[o];
      assert_int_equal(v.masked, 2 * blind);
      assert_int_equal(v.rows, 2 * (rows[r][0] - blind));
    }
}

static void a_mask_of_none_ignores_the_offset(void **state) {
  favor_attention_desc desc = plain(1, 1, 20, 30, D, DV, FAVOR_MASK_NONE);
  (void)state;
  desc.causal_offset = -25;
  assert_int_equal(check_both(&desc).rows, 2 * 20);
}

static void keys_past_the_key_lengths_are_not_seen(void **state) {
  static const int64_t lengths[] = {0, 1, 63, 64, 65, 130};
  (void)state;
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(6, 2, 70, 130, D, DV, (favor_mask)mask);
    desc.key_lengths = lengths;
    const verdict v = check_both(&desc);
    assert_int_equal(v.masked, 2 * 2 * 70); /* the sequence of no keys */
    assert_int_equal(v.rows, 5 * 2 * 2 * 70);
  }
}

static void key_weights_are_added_to_the_exponents(void **state) {
  enum { N = 100 };
  float weights[2 * N * 3];
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 4);
  for (int i = 0; i < 2 * N * 3; i++) weights[i] = (float)(5 * test_rng_normal(&rng));
  for (int i = 0; i < 2 * N * 3; i += 7) weights[i] = -INFINITY;
  weights[6] = 80;
  weights[9] = -1e30F;
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(2, 2, 40, N, D, DV, (favor_mask)mask);
    desc.key_log_weight = weights;
    desc.weight_stride[0] = 3 * N;
    desc.weight_stride[1] = 3;
    assert_int_equal(check_both(&desc).rows, 2 * 2 * 2 * 40);
    desc.weight_stride[0] = 0; /* one for all sequences */
    assert_int_equal(check_both(&desc).rows, 2 * 2 * 2 * 40);
    desc.weight_stride[1] = 0; /* one for all keys: -inf */
    assert_int_equal(check_both(&desc).masked, 2 * 2 * 2 * 40);
  }
}

static void rows_that_see_no_key_are_zeros_and_counted(void **state) {
  float weights[50];
  (void)state;
  for (int j = 0; j < 50; j++) weights[j] = j < 37 ? -INFINITY : 0;
  favor_attention_desc desc = plain(2, 3, 50, 50, D, DV, FAVOR_MASK_CAUSAL);
  desc.key_log_weight = weights;
  desc.weight_stride[0] = 0;
  const verdict v = check_both(&desc);
  assert_int_equal(v.masked, 2 * 2 * 3 * 37);
  assert_int_equal(v.rows, 2 * 2 * 3 * 13);
}

/* ---- ragged ---- */

static void ragged_batches_line_up_the_last_query_with_the_last_key(void **state) {
  static const int64_t q_offsets[] = {0, 0, 1, 65, 65, 98, 140},
                       k_offsets[] = {0, 5, 6, 70, 134, 134, 234};
  static const int64_t extra[] = {0, -3, 2};
  (void)state;
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++)
    for (size_t e = 0; e < 3; e++) {
      favor_attention_desc desc = plain(6, 2, 100, 100, D, DV, (favor_mask)mask);
      desc.q_offsets = q_offsets;
      desc.k_offsets = k_offsets;
      desc.causal_offset = extra[e];
      const int64_t head_q = 140 * D, head_k = 234 * D, head_v = 234 * DV, head_out = 140 * DV;
      desc.q_stride[1] = head_q;
      desc.k_stride[1] = head_k;
      desc.v_stride[1] = head_v;
      desc.out_stride[1] = head_out;
      desc.q_stride[0] = desc.k_stride[0] = desc.v_stride[0] = desc.out_stride[0] = 1;
      const verdict v = check_both(&desc);
      assert_int_equal(v.rows + v.masked, 2 * 2 * 140);
      assert_true(v.masked >= 2 * 2 * 33); /* the sequence without keys */
    }
}

static void ragged_rows_of_packed_heads_with_lengths_and_weights_are_found(void **state) {
  static const int64_t q_offsets[] = {0, 20, 20, 100}, k_offsets[] = {0, 30, 40, 130};
  static const int64_t lengths[] = {25, 0, 80};
  float weights[130];
  favor_attention_desc desc;
  (void)state;
  for (int j = 0; j < 130; j++) weights[j] = (float)(j % 5) - 2;
  assert_ok(favor_attention_desc_blhd(&desc, 3, 4, 80, 90, D, DV));
  desc.kv_heads = 2;
  desc.k_stride[2] = 2 * D;
  desc.v_stride[2] = 2 * DV;
  desc.q_offsets = q_offsets;
  desc.k_offsets = k_offsets;
  desc.key_lengths = lengths;
  desc.key_log_weight = weights;
  desc.weight_stride[1] = 1;
  desc.weight_stride[0] = 1 << 20; /* not used */
  assert_int_equal(check_both(&desc).rows, 2 * 4 * 100);
}

/* ---- nothing ---- */

static void nothing_to_do_writes_nothing(void **state) {
  (void)state;
  for (int which = 0; which < 3; which++) {
    favor_attention_desc desc = plain(which == 0 ? 0 : 2, which == 1 ? 0 : 2, which == 2 ? 0 : 10,
                                      20, D, DV, FAVOR_MASK_CAUSAL);
    const verdict v = check_both(&desc);
    assert_int_equal(v.rows + v.masked, 0);
  }
}

static void no_keys_at_all_give_rows_of_zeros(void **state) {
  const favor_attention_desc desc = plain(2, 2, 70, 0, D, DV, FAVOR_MASK_NONE);
  (void)state;
  assert_int_equal(check_both(&desc).masked, 2 * 2 * 2 * 70);
}

static void logarithms_of_denominators_may_be_left_out(void **state) {
  const favor_attention_desc desc = plain(2, 2, 40, 70, D, DV, FAVOR_MASK_CAUSAL);
  const model *one[] = {&shared_model};
  trial p;
  (void)state;
  trial_open(&p, FAVOR_F32, &desc, 1, 5);
  assert_ok(trial_run(&p, 1, one, (call_room){0}));
  unsigned char *kept = trial_keep(&p);
  p.desc.log_norm = NULL;
  assert_ok(trial_run(&p, 1, one, (call_room){0}));
  assert_memory_equal(p.array[TRIAL_OUT], kept, 2 * 2 * 40 * DV * sizeof(float));
  free(kept);
  trial_close(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(batch_length_head_column_arrays_are_read_as_such),
      cmocka_unit_test(init_describes_contiguous_heads_without_a_mask),
      cmocka_unit_test(rows_with_room_between_them_are_found),
      cmocka_unit_test(strides_of_zero_repeat_rows_heads_and_batches),
      cmocka_unit_test(groups_of_heads_read_one_key_head),
      cmocka_unit_test(causal_offsets_of_every_kind_move_the_diagonal),
      cmocka_unit_test(a_mask_of_none_ignores_the_offset),
      cmocka_unit_test(keys_past_the_key_lengths_are_not_seen),
      cmocka_unit_test(key_weights_are_added_to_the_exponents),
      cmocka_unit_test(rows_that_see_no_key_are_zeros_and_counted),
      cmocka_unit_test(ragged_batches_line_up_the_last_query_with_the_last_key),
      cmocka_unit_test(ragged_rows_of_packed_heads_with_lengths_and_weights_are_found),
      cmocka_unit_test(nothing_to_do_writes_nothing),
      cmocka_unit_test(no_keys_at_all_give_rows_of_zeros),
      cmocka_unit_test(logarithms_of_denominators_may_be_left_out),
  };
  return cmocka_run_group_tests_name("attention descriptor", tests, open_model, close_model);
}
