/* SPDX-License-Identifier: MIT */
/** Denominators that are negative, cancel or vanish: trigonometric features far apart, relu features of queries
 *  and keys without a common half space. Such rows are zeros and counted; all others are right. */
#include "attention/streams.h"
#include "attention/trial.h"

enum { D = 8, DV = 3, N = 150 };

static void open_form(model *m, int32_t estimator, int64_t projections, int32_t isa) {
  const model_choice choice = {.kernel = estimator == FAVOR_ESTIMATOR_RELU ? FAVOR_KERNEL_ARCCOS1
                                                                           : FAVOR_KERNEL_SOFTMAX,
                               .estimator = estimator,
                               .isa = isa,
                               .dim = D,
                               .projections = projections,
                               .seed = 21};
  model_make(m, &choice);
}

/** The first row of the report is the first row of zeros, counted over batch, head and query. */
static void check_first_row(const trial *p) {
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < p->desc.heads; h++)
      for (int64_t i = 0; i < p->desc.n_q; i++) {
        const int64_t at = trial_at(p, TRIAL_OUT, b, h, i);
        bool zero = true;
        for (int64_t l = 0; l < DV; l++)
          zero = zero && real_get(p->precision, p->array[TRIAL_OUT], at + l) == 0;
        if (!zero) continue;
        assert_int_equal(p->report.first_row, trial_norm_at(p, b, h, i));
        return;
      }
}

static void negative_denominators_are_zeros_and_counted(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict all = {0};
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
      for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
        model m;
        trial p;
        const model *one[] = {&m};
        open_form(&m, FAVOR_ESTIMATOR_TRIGONOMETRIC, 10, isas[i]);
        const favor_attention_desc desc = plain(2, 2, N, N, D, DV, (favor_mask)mask);
        verdict v = {0};
        trial_open(&p, (favor_precision)precision, &desc, 4, 19);
        trial_check(&p, 1, one, &v);
        assert_true(v.nonpositive > N / 2 && v.rows > N / 2);
        assert_status(p.status, FAVOR_NOTE_NONPOSITIVE);
        assert_int_equal(p.report.status, FAVOR_NOTE_NONPOSITIVE);
        check_first_row(&p);
        all.nonpositive += v.nonpositive;
        all.rows += v.rows;
        all.unsure += v.unsure;
        trial_close(&p);
        model_free(&m);
      }
  print_message("%d rows right, %d not positive, %d unsure\n", (int)all.rows, (int)all.nonpositive,
                (int)all.unsure);
}

/** Zero queries and keys have no relu features; rows see only such keys, then others too. */
static void vanishing_denominators_are_zeros_and_counted(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
      for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
        model m;
        trial p;
        verdict v = {0};
        const model *one[] = {&m};
        open_form(&m, FAVOR_ESTIMATOR_RELU, 30, isas[i]);
        const favor_attention_desc desc = plain(1, 2, N, N, D, DV, (favor_mask)mask);
        trial_open(&p, (favor_precision)precision, &desc, 1, 19);
        for (int64_t j = 0; j < 70; j++) trial_flood(&p, TRIAL_K, 0, 0, j, 0);
        for (int64_t j = 0; j < N; j += 10) trial_flood(&p, TRIAL_Q, 0, 1, j, 0);
        trial_check(&p, 1, one, &v);
        assert_int_equal(v.nonpositive, N / 10 + (mask ? 70 : 0));
        check_first_row(&p);
        trial_close(&p);
        model_free(&m);
      }
}

/** Relu keys whose norms rise within a tile by more than float32 reaches: early rows must not be lost in the scale
 *  of later ones. */
static void relu_keys_of_rising_norms_keep_early_rows(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict v = {0};
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      model m;
      trial p;
      test_rng rng;
      double row[D];
      const model *one[] = {&m};
      test_rng_seed(&rng, 3);
      open_form(&m, FAVOR_ESTIMATOR_RELU, 60, isas[i]);
      const favor_attention_desc desc = plain(1, 1, N, N, D, DV, FAVOR_MASK_CAUSAL);
      trial_open(&p, (favor_precision)precision, &desc, 1, 19);
      for (int64_t j = 0; j < N; j++) {
        test_rng_on_sphere(&rng, D, pow(10, -28 + 46 * fmin((double)j / 60, 1)), row);
        trial_put(&p, TRIAL_K, 0, 0, j, row);
      }
      trial_check(&p, 1, one, &v);
      trial_close(&p);
      model_free(&m);
    }
  assert_true(v.rows > 2 * num_isas * (N - 10));
  print_message("%d rows, largest error %.3f of the bound\n", (int)v.rows, v.worst);
}

/** The same rules in the functions of a state. */
static void states_follow_the_same_rules(void **state) {
  verdict v = {0};
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    model m;
    stream s;
    favor_report report;
    open_form(&m, FAVOR_ESTIMATOR_TRIGONOMETRIC, 10, FAVOR_ISA_AUTO);
    stream_open(&s, &m, (favor_precision)precision, N, DV, 4, 3);
    favor_state *kept = state_new(m.map, DV, s.precision);
    assert_ok(favor_report_init(&report));
    assert_status(state_causal(s.precision, m.map, kept, N, s.q, s.k, s.v, s.out, s.log_norm,
                               (call_room){.report = &report}),
                  FAVOR_NOTE_NONPOSITIVE);
    verdict mine = {0};
    stream_judge(&s, 0, N, 0, N, true, NULL, &mine);
    judge_report(&mine, &report);
    assert_true(mine.nonpositive > 10);
    assert_status(state_read(s.precision, m.map, kept, N, s.q, s.out, s.log_norm,
                             (call_room){.report = &report}),
                  FAVOR_NOTE_NONPOSITIVE);
    stream_judge(&s, 0, N, 0, N, false, NULL, &v);
    favor_state_destroy(m.map, kept);
    stream_close(&s);
    model_free(&m);
  }
  assert_true(v.nonpositive > 0 && v.rows > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(negative_denominators_are_zeros_and_counted),
      cmocka_unit_test(vanishing_denominators_are_zeros_and_counted),
      cmocka_unit_test(relu_keys_of_rising_norms_keep_early_rows),
      cmocka_unit_test(states_follow_the_same_rules),
  };
  return cmocka_run_group_tests_name("attention of signed maps", tests, NULL, NULL);
}
