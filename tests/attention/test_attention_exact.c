/* SPDX-License-Identifier: MIT */
/** Exact attention against the kernel of every pair: kernels, instruction sets, shapes, masks, extremes, and that
 *  it takes the same descriptor as linear attention does. */
#include "attention/adversaries.h"
#include "attention/exact_trial.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/** Run and judge; the reports agree. */
static verdict check(trial *p, int32_t kernel, double scale, int32_t isa) {
  trial_run_exact(p, kernel, scale, isa, (call_room){0});
  const verdict v = trial_judge_exact(p, kernel, scale);
  judge_status(&v, p->status);
  judge_report(&v, &p->report);
  return v;
}

static void every_kernel_and_shape_equals_the_sum_over_pairs(void **state) {
  static const int64_t sizes[] = {1, 2, 31, 33, 64, 127, 129, 255, 257, 300};
  static const int64_t dims[][2] = {{15, 15}, {40, 3}, {64, 64}, {80, 17}, {1, 1}};
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict all = {0};
  int turn = 0;
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (size_t k = 0; k < COUNT(kernels); k++)
      for (size_t n = 0; n < COUNT(sizes); n++)
        for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
          const int64_t n_k = sizes[(n + (size_t)turn % 3) % COUNT(sizes)];
          const int64_t *dim = dims[(size_t)turn % COUNT(dims)];
          const favor_attention_desc desc = plain(1, 2, sizes[n], n_k, dim[0], dim[1],
                                                  turn % 2 ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE);
          trial p;
          trial_open(&p, (favor_precision)precision, &desc, 1 + turn % 4, (uint64_t)turn);
          const verdict v = check(&p, kernels[k], turn % 3 ? .5 : 1, isas[i]);
          /* The arc-cosine kernel of opposite vectors is 0. */
          assert_true(v.nonpositive == 0 || kernels[k] == FAVOR_KERNEL_ARCCOS1);
          judge_add(&all, &v);
          trial_close(&p);
          turn++;
        }
  print_message("%d rows, largest error %.3f of the bound\n", (int)all.rows, all.worst);
}

static void the_descriptor_is_that_of_linear_attention(void **state) {
  static const int64_t lengths[] = {70, 0, 33}, q_offsets[] = {0, 50, 51, 80},
                       k_offsets[] = {0, 70, 75, 75};
  float weights[3 * 75];
  (void)state;
  for (int j = 0; j < 3 * 75; j++) weights[j] = j % 5 ? (float)(j % 7) : -INFINITY;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
    for (int variant = 0; variant < 8; variant++) {
      favor_attention_desc desc =
          plain(3, 4, 50, 75, 6, 5, variant % 2 ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE);
      desc.kv_heads = 2;
      desc.k_stride[0] /= 2;
      desc.v_stride[0] /= 2;
      desc.key_log_weight = weights;
      desc.key_lengths = lengths;
      desc.causal_offset = variant / 2 - 2;
      if (variant >= 4) {
        desc.q_offsets = q_offsets;
        desc.k_offsets = k_offsets;
        desc.q_stride[1] = 80 * 6;
        desc.out_stride[1] = 80 * 5;
      }
      trial p;
      trial_open(&p, (favor_precision)precision, &desc, 1, 3);
      const verdict v = check(&p, FAVOR_KERNEL_SOFTMAX, .7, FAVOR_ISA_AUTO);
      assert_true(v.rows > 0 && v.masked > 0);
      trial_close(&p);
    }
}

/** Blocks of keys without weights, with weights and gaps, and all gaps, one after the other. */
static void blocks_of_keys_do_not_inherit_from_each_other(void **state) {
  enum { BLOCK = 256, N = 3 * BLOCK + 40 };
  static float weights[N];
  (void)state;
  for (int order = 0; order < 6; order++)
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
      favor_attention_desc desc = plain(1, 1, N, N, 6, 5, (favor_mask)mask);
      for (int j = 0; j < N; j++) {
        const int kind = (j / BLOCK * (1 + order % 2) + order / 2) % 3;
        weights[j] = kind == 0 ? 0 : kind == 1 && j % 5 ? (float)(j % 7) - 3 : -INFINITY;
      }
      desc.key_log_weight = weights;
      trial p;
      trial_open(&p, order % 2 ? FAVOR_F64 : FAVOR_F32, &desc, 1, 3);
      assert_true(check(&p, FAVOR_KERNEL_SOFTMAX, .7, FAVOR_ISA_AUTO).rows > 0);
      trial_close(&p);
    }
}

/** Sharp heads: logits of hundreds to 1e30, where only the largest key counts; equal keys; zeros. */
static void extreme_logits_stay_finite(void **state) {
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
    for (size_t k = 0; k < COUNT(kernels); k++)
      for (int size = 0; size < 5; size++) {
        static const double norms[] = {1e-12, 30, 100, 1e6, 1e15};
        const favor_attention_desc desc = plain(1, 1, 100, 140, 16, 5, FAVOR_MASK_CAUSAL);
        trial p;
        trial_open(&p, (favor_precision)precision, &desc, norms[size], 9);
        if (precision == FAVOR_F64 && size > 1) { /* the bound of float64 is for moderate norms */
          assert_ok(trial_run_exact(&p, kernels[k], 1, 0, (call_room){0}));
          for (int64_t l = 0; l < p.elements[TRIAL_OUT]; l++)
            assert_true(fabs(real_get(p.precision, p.array[TRIAL_OUT], l)) < 10);
        } else {
          check(&p, kernels[k], 1, FAVOR_ISA_AUTO);
        }
        trial_close(&p);
      }
}

static void what_may_not_be_seen_changes_no_bit(void **state) {
  static const double poisons[] = {NAN, INFINITY, 1e30};
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      const favor_attention_desc desc = plain(1, 2, 400, 400, 7, 5, FAVOR_MASK_CAUSAL);
      trial p;
      trial_open(&p, (favor_precision)precision, &desc, 1, 9);
      assert_ok(trial_run_exact(&p, FAVOR_KERNEL_SOFTMAX, 1, isas[i], (call_room){0}));
      void *kept = trial_keep(&p);
      for (int poison = 0; poison < 3; poison++) {
        for (int64_t j = 301; j < 400; j++) {
          trial_flood(&p, TRIAL_K, 0, 0, j, poisons[poison]);
          trial_flood(&p, TRIAL_V, 0, 0, j, poisons[poison]);
        }
        assert_true(trial_run_exact(&p, FAVOR_KERNEL_SOFTMAX, 1, isas[i], (call_room){0}) >= 0);
        for (int64_t r = 0; r < 301; r++) assert_true(trial_same_row(&p, kept, 0, 0, r));
        for (int64_t r = 0; r < 400; r++) assert_true(trial_same_row(&p, kept, 0, 1, r));
        assert_true(isfinite(poisons[poison]) || p.status == FAVOR_NOTE_NONFINITE);
      }
      free(kept);
      trial_close(&p);
    }
}

static void any_executor_gives_the_same_bits(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int64_t heads = 1; heads <= 3; heads += 2)
      for (int64_t width = 1; width <= 7; width += 3) {
        adversary a;
        const favor_attention_desc desc = plain(1, heads, 700, 700, 8, 5, FAVOR_MASK_CAUSAL);
        const favor_executor executor =
            adversary_executor(&a, ADVERSARY_STARVED, width, TEST_THREADS);
        trial p;
        trial_open(&p, FAVOR_F32, &desc, 1, 9);
        assert_ok(trial_run_exact(&p, FAVOR_KERNEL_SOFTMAX, 1, isas[i], (call_room){0}));
        const size_t bytes = (size_t)p.elements[TRIAL_OUT] * sizeof(float);
        unsigned char *kept = trial_keep(&p);
        assert_ok(trial_run_exact(&p, FAVOR_KERNEL_SOFTMAX, 1, isas[i],
                                  (call_room){.executor = &executor}));
        assert_memory_equal(p.array[TRIAL_OUT], kept, bytes);
        assert_memory_equal(p.log_norm, kept + bytes, (size_t)p.log_norms * sizeof(double));
        assert_true(a.most <= width && (width == 1 || a.most > 1));
        free(kept);
        trial_close(&p);
      }
}

static void states_are_refused(void **state) {
  favor_attention_desc desc = plain(1, 1, 5, 5, 3, 2, FAVOR_MASK_NONE);
  static _Alignas(64) unsigned char some[64];
  (void)state;
  for (int which = 0; which < 2; which++) {
    trial p;
    trial_open(&p, FAVOR_F32, &desc, 1, 1);
    if (which == 0) p.desc.state_in = some;
    if (which == 1) p.desc.state_out = some;
    assert_true(attend_exactly(FAVOR_F32, FAVOR_KERNEL_SOFTMAX, 1, 0, &p.desc, p.array[TRIAL_Q],
                               p.array[TRIAL_K], p.array[TRIAL_V], p.array[TRIAL_OUT],
                               (call_room){.report = &p.report}) < 0);
    assert_string_equal(p.report.argument, which ? "state_out" : "state_in");
    trial_close(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kernel_and_shape_equals_the_sum_over_pairs),
      cmocka_unit_test(the_descriptor_is_that_of_linear_attention),
      cmocka_unit_test(blocks_of_keys_do_not_inherit_from_each_other),
      cmocka_unit_test(extreme_logits_stay_finite),
      cmocka_unit_test(what_may_not_be_seen_changes_no_bit),
      cmocka_unit_test(any_executor_gives_the_same_bits),
      cmocka_unit_test(states_are_refused),
  };
  return cmocka_run_group_tests_name("exact attention", tests, NULL, NULL);
}
