/* SPDX-License-Identifier: MIT */
/** Attention and states at the boundary, where more than two arguments conspire: products of shapes, overlaps
 *  inside one object, counts at their largest. The tables of test_arguments hold all that one or two do. */
#include "robust/maps.h"

enum { DIM = 3, PROJECTIONS = 4, DV = 2, ROOM = 8192 };

static favor_map *map;
static _Alignas(64) unsigned char memory[2 * ROOM];
static double x[64], out[64];
static favor_report report;

static int open_map(void **state) {
  const map_case positive = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID, 0};
  (void)state;
  map = map_case_create(&positive, DIM, PROJECTIONS, NULL, NULL);
  fill_f64(64, x, 5);
  return favor_report_init(&report);
}

static int close_map(void **state) {
  (void)state;
  favor_map_destroy(map);
  return 0;
}

static favor_status attend(const favor_attention_desc *desc) {
  const favor_map *maps[] = {map};
  return favor_attention_f64(1, maps, desc, x, x, x, out, NULL, 0, NULL, &report);
}

static favor_status attend_exactly(const favor_attention_desc *desc) {
  return favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, 1, FAVOR_ISA_BLAS, desc, x, x, x, out,
                                   NULL, 0, NULL, NULL, &report);
}

static favor_state *fresh(unsigned char *at) {
  favor_state *state = NULL;
  assert_ok(favor_state_init(map, DV, FAVOR_F64, at, ROOM, &state));
  assert_ok(favor_state_absorb_f64(map, state, 4, x, DIM, x, DV, NULL, 0, NULL));
  return state;
}

/* ---- the descriptor ---- */

static void a_refused_description_leaves_the_descriptor_alone(void **state) {
  const int64_t big = INT64_C(1) << 40;
  favor_attention_desc desc, before;
  (void)state;
  memset(&desc, 0xA5, sizeof desc);
  before = desc;
  /* strides past 2^64, and between 2^63 and that */
  assert_status(favor_attention_desc_init(&desc, 1, big, big, 1, 8, 8), FAVOR_ERR_SHAPE);
  assert_status(favor_attention_desc_blhd(&desc, 1, big, big, 1, 8, 8), FAVOR_ERR_SHAPE);
  assert_status(favor_attention_desc_init(&desc, 1, big, 128, 1, 65536, 1), FAVOR_ERR_SHAPE);
  assert_status(favor_attention_desc_blhd(&desc, 1, big, 1, 128, 1, 65536), FAVOR_ERR_SHAPE);
  assert_memory_equal(&desc, &before, sizeof desc);
}

static void nothing_of_huge_shapes_is_nothing(void **state) {
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_attention_desc_init(&desc, 1, 0, 1, 1, DIM, DV));
  desc.batch = desc.n_q = desc.n_k = INT64_C(1) << 40;
  desc.log_norm = out;
  assert_ok(attend(&desc));
  assert_ok(attend_exactly(&desc));
}

static void shapes_whose_product_does_not_fit_are_refused(void **state) {
  const int64_t big = INT64_C(1) << 40;
  favor_attention_desc desc;
  (void)state;
  for (int which = 0; which < 3; which++) {
    assert_ok(favor_attention_desc_init(&desc, which == 0 ? 1 : big, which == 1 ? 1 : big,
                                        which == 2 ? 1 : 0, 0, DIM, DV));
    desc.n_q = which == 2 ? 1 : big;
    assert_true(attend(&desc) < 0);
    assert_true(attend_exactly(&desc) < 0);
  }
}

/** Rows of out that would be written twice, though no stride by itself is too small. */
static void rows_of_out_that_overlap_are_refused(void **state) {
  static const int64_t strides[][3] = {{4, 2, 7}, {8, 2, 2},   {2, 7, 4},
                                       {6, 6, 2}, {100, 3, 4}, {2, 2, 2}};
  static const int64_t apart[][3] = {{8, 4, 2}, {2, 4, 8}, {4, 20, 9}, {30, 2, 7}};
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_attention_desc_init(&desc, 2, 2, 2, 2, DIM, DV));
  for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
    memcpy(desc.out_stride, strides[i], sizeof strides[i]);
    assert_status(attend(&desc), FAVOR_ERR_SHAPE);
    assert_string_equal(report.argument, "out_stride");
    assert_status(attend_exactly(&desc), FAVOR_ERR_SHAPE);
  }
  for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
    memcpy(desc.out_stride, apart[i], sizeof apart[i]);
    assert_ok(attend(&desc));
    assert_ok(attend_exactly(&desc));
  }
}

/** The bounds of a ragged batch may lie far above its sequences: nothing is done for what is not there. */
static void bounds_of_ragged_batches_cost_nothing(void **state) {
  static const int64_t offsets[] = {0, 2, 3};
  favor_attention_desc desc;
  double bounded[64];
  (void)state;
  assert_ok(favor_attention_desc_init(&desc, 2, 1, 2, 2, DIM, DV));
  desc.q_offsets = desc.k_offsets = offsets;
  assert_ok(attend(&desc));
  memcpy(bounded, out, sizeof bounded);
  desc.n_q = desc.n_k = INT64_C(1) << 40;
  assert_ok(attend(&desc));
  assert_memory_equal(out, bounded, sizeof bounded);
  assert_ok(attend_exactly(&desc));
}

static void offsets_whose_difference_wraps_are_refused(void **state) {
  static const int64_t offsets[][3] = {
      {INT64_MIN, INT64_MAX, 0}, {0, INT64_MIN, 1}, {0, INT64_MAX, INT64_MIN}, {0, 1, INT64_MAX}};
  static const int64_t good[] = {0, 1, 2};
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_attention_desc_init(&desc, 2, 1, 2, 2, DIM, DV));
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    desc.q_offsets = offsets[i];
    desc.k_offsets = good;
    assert_status(attend(&desc), FAVOR_ERR_SHAPE);
    assert_string_equal(report.argument, "q_offsets");
    desc.q_offsets = good;
    desc.k_offsets = offsets[i];
    assert_status(attend_exactly(&desc), FAVOR_ERR_SHAPE);
    assert_string_equal(report.argument, "k_offsets");
  }
}

static void states_past_the_end_of_memory_are_refused_unread(void **state) {
  size_t bytes = 0;
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_state_size(map, DV, FAVOR_F64, &bytes));
  assert_ok(favor_attention_desc_init(&desc, 3, 1, 2, 2, DIM, DV));
  desc.state_in = memory;
  desc.state_stride = INT64_MAX / 64 * 64;
  assert_status(attend(&desc), FAVOR_ERR_OVERFLOW);
  desc.state_stride = (int64_t)bytes - 64;
  assert_status(attend(&desc), FAVOR_ERR_SHAPE);
  assert_string_equal(report.argument, "state_stride");
}

/** A weight that is no logarithm of one makes its key one that is not finite. */
static void weights_that_are_nan_or_infinite_are_told(void **state) {
  static const float bad[] = {NAN, INFINITY};
  favor_attention_desc desc;
  (void)state;
  assert_ok(favor_attention_desc_init(&desc, 1, 1, 3, 3, DIM, DV));
  for (int exact = 0; exact < 2; exact++)
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++)
      for (int i = 0; i < 2; i++) {
        const float weights[3] = {0, bad[i], -INFINITY};
        desc.mask = mask;
        desc.key_log_weight = weights;
        assert_status(exact ? attend_exactly(&desc) : attend(&desc), FAVOR_NOTE_NONFINITE);
        for (int row = 0; row < 3; row++)
          assert_true((isnan(out[row * DV]) != 0) == (row > 0 || mask == FAVOR_MASK_NONE));
      }
}

/* ---- states ---- */

static void the_count_of_keys_stays_at_its_largest(void **state) {
  favor_state *a = fresh(memory), *b = fresh(memory + ROOM);
  (void)state;
  for (int i = 0; i < 64; i++) { /* doubles it each time */
    memcpy(memory + ROOM, memory, ROOM);
    assert_ok(favor_state_merge(a, b));
    assert_ok(favor_state_decay(a, -1)); /* so that the sums do not overflow */
  }
  assert_true(favor_state_count(a) == INT64_MAX);
  assert_ok(favor_state_absorb_f64(map, a, 4, x, DIM, x, DV, NULL, 0, NULL));
  assert_true(favor_state_count(a) == INT64_MAX);
  favor_attention_desc desc;
  assert_ok(favor_attention_desc_init(&desc, 1, 1, 2, 2, DIM, DV));
  desc.state_in = desc.state_out = a;
  assert_ok(attend(&desc));
  assert_true(favor_state_count(a) == INT64_MAX);
}

static void states_that_share_memory_are_not_merged(void **state) {
  size_t bytes = 0;
  (void)state;
  assert_ok(favor_state_size(map, DV, FAVOR_F64, &bytes));
  favor_state *a = fresh(memory);
  memcpy(memory + bytes - 64, memory,
         64); /* a header of the same shapes, in the first's last bytes */
  unsigned char before[2 * ROOM];
  memcpy(before, memory, sizeof before);
  favor_state *b = (favor_state *)(void *)(memory + bytes - 64);
  assert_status(favor_state_merge(a, b), FAVOR_ERR_ALIAS);
  assert_status(favor_state_merge(b, a), FAVOR_ERR_ALIAS);
  assert_memory_equal(memory, before, sizeof before);
}

/** Three arguments have rows that may not be finite; the report names the one. */
static void the_report_names_the_features_scales_or_values_at_fault(void **state) {
  static const double bad[] = {NAN, INFINITY, -INFINITY};
  const size_t columns[] = {PROJECTIONS, 1, DV};
  static const char *const names[] = {"phi", "log_scale", "v"};
  (void)state;
  for (int which = 0; which < 3; which++)
    for (int i = 0; i < 3; i++) {
      double phi[3 * PROJECTIONS] = {0}, log_scale[3] = {0}, v[3 * DV] = {0};
      double *const arrays[] = {phi, log_scale, v};
      favor_state *s = fresh(memory);
      arrays[which][columns[which] * 2 - 1] = bad[i]; /* of the second row */
      assert_status(
          favor_state_absorb_features_f64(s, 3, phi, PROJECTIONS, log_scale, v, DV, &report),
          FAVOR_ERR_NONFINITE);
      assert_string_equal(report.argument, names[which]);
      assert_int_equal(report.first_row, 1);
    }
}

static void logarithmic_scales_end_before_the_exponents_do(void **state) {
  static const double phi[PROJECTIONS] = {1, 1, 1, 1}, v[DV] = {3, -7};
  static const double within[] = {1e300, -1e300, 0}, beyond[] = {1.1e300, -1.1e300, 1e308};
  (void)state;
  for (int i = 0; i < 3; i++) {
    favor_state *s = fresh(memory);
    assert_ok(favor_state_reset(s));
    assert_status(
        favor_state_absorb_features_f64(s, 1, phi, PROJECTIONS, &beyond[i], v, DV, &report),
        FAVOR_ERR_NONFINITE);
    assert_ok(favor_state_absorb_features_f64(s, 1, phi, PROJECTIONS, &within[i], v, DV, &report));
    assert_ok(favor_state_read_features_f64(s, 1, phi, PROJECTIONS, NULL, out, DV, NULL, &report));
    assert_true(out[0] == 3 && out[1] == -7);
    assert_status(
        favor_state_read_features_f64(s, 1, phi, PROJECTIONS, &beyond[i], out, DV, NULL, &report),
        FAVOR_NOTE_NONFINITE);
    assert_true(isnan(out[0]) && isnan(out[1]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_refused_description_leaves_the_descriptor_alone),
      cmocka_unit_test(nothing_of_huge_shapes_is_nothing),
      cmocka_unit_test(shapes_whose_product_does_not_fit_are_refused),
      cmocka_unit_test(rows_of_out_that_overlap_are_refused),
      cmocka_unit_test(bounds_of_ragged_batches_cost_nothing),
      cmocka_unit_test(offsets_whose_difference_wraps_are_refused),
      cmocka_unit_test(states_past_the_end_of_memory_are_refused_unread),
      cmocka_unit_test(weights_that_are_nan_or_infinite_are_told),
      cmocka_unit_test(the_count_of_keys_stays_at_its_largest),
      cmocka_unit_test(states_that_share_memory_are_not_merged),
      cmocka_unit_test(the_report_names_the_features_scales_or_values_at_fault),
      cmocka_unit_test(logarithmic_scales_end_before_the_exponents_do),
  };
  return cmocka_run_group_tests_name("boundary", tests, open_map, close_map);
}
