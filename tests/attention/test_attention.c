/* SPDX-License-Identifier: MIT */
/** favor_attention in float64 against the explicit estimate of each row: shapes at and around every tile, panel
 *  and vector boundary, on every instruction set. Every map: test_attention_modes.c. Bounds: attention/judge.h. */
#include "attention/trial.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const int64_t sizes[] = {1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 513};

static void print_verdict(const char *what, const verdict *v) {
  print_message("%s: %d rows, largest error %.3f of the bound; %d without keys, %d not positive, "
                "%d unsure\n",
                what, (int)v->rows, v->worst, (int)v->masked, (int)v->nonpositive, (int)v->unsure);
}

static void check(const model *m, const favor_attention_desc *desc, double norm, uint64_t seed,
                  verdict *v) {
  trial p;
  trial_open(&p, FAVOR_F64, desc, norm, seed);
  trial_check(&p, 1, &m, v);
  trial_close(&p);
}

static const int32_t forms[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_HYPERBOLIC,
                                FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_ESTIMATOR_RELU};

static model_choice form_choice(int32_t estimator, int32_t isa, int64_t dim, int64_t projections) {
  return (model_choice){.kernel = estimator == FAVOR_ESTIMATOR_RELU ? FAVOR_KERNEL_ARCCOS1
                                                                    : FAVOR_KERNEL_SOFTMAX,
                        .estimator = estimator,
                        .coupling = FAVOR_COUPLING_ORTHOGONAL,
                        .isa = isa,
                        .dim = dim,
                        .projections = projections,
                        .seed = 11};
}

/** Queries and keys of every pair of neighbouring sizes, equal ones too. */
static void check_sizes(const model *m, favor_mask mask, verdict *v) {
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (int step = 0; step < 3; step++) {
      const int64_t n_q = sizes[i];
      const int64_t n_k =
          step == 0 ? n_q : sizes[(i + (step == 1 ? 1 : COUNT(sizes) - 1)) % COUNT(sizes)];
      if (step > 0 && (n_q > 200 || n_k > 200)) continue;
      const favor_attention_desc desc = plain(1, 1, n_q, n_k, m->ref.dim, 5, mask);
      check(m, &desc, 1, (uint64_t)(10 * i) + (uint64_t)step, v);
    }
}

static void every_number_of_rows_equals_the_explicit_estimate(void **state) {
  int32_t isas[ISAS_MAX];
  const int n = isas_here(isas);
  (void)state;
  for (int i = 0; i < n; i++)
    for (size_t e = 0; e < COUNT(forms); e++) {
      const model_choice choice = form_choice(forms[e], isas[i], 15, 33);
      verdict v = {0};
      char name[128];
      model m;
      model_make(&m, &choice);
      check_sizes(&m, FAVOR_MASK_NONE, &v);
      check_sizes(&m, FAVOR_MASK_CAUSAL, &v);
      print_verdict(model_name(&choice, name), &v);
      assert_true(v.rows > 0);
      model_free(&m);
    }
}

/** d, M, dv: several panels, paired features, no multiple of anything, vectors and one more. */
static const int64_t shapes[][3] = {
    {15, 100, 15}, {40, 31, 16}, {40, 32, 17}, {64, 256, 64}, {64, 1, 1},    {80, 513, 80},
    {80, 33, 96},  {1, 7, 3},    {3, 600, 2},  {15, 1100, 1}, {16, 512, 31}, {128, 65, 33},
};

static void check_shape(const int64_t *shape, int32_t estimator, int32_t isa, verdict *v) {
  const model_choice choice = form_choice(estimator, isa, shape[0], shape[1]);
  model m;
  model_make(&m, &choice);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    const favor_attention_desc desc = plain(1, 1, 66, 66, shape[0], shape[2], (favor_mask)mask);
    check(&m, &desc, 1.5, (uint64_t)shape[1], v);
  }
  model_free(&m);
}

static void every_shape_of_features_and_values_equals_the_explicit_estimate(void **state) {
  int32_t isas[ISAS_MAX];
  const int n = isas_here(isas);
  verdict v = {0};
  (void)state;
  for (int i = 0; i < n; i++)
    for (size_t s = 0; s < COUNT(shapes); s++) {
      check_shape(shapes[s], FAVOR_ESTIMATOR_POSITIVE, isas[i], &v);
      check_shape(shapes[s], forms[1 + s % 3], isas[i], &v);
    }
  print_verdict("shapes", &v);
  assert_true(v.rows > 0 && v.unsure < v.rows / 4);
}

/** Heads whose norms differ by far: one sequence's exponents must not touch another's. */
static void heads_and_batches_do_not_touch_each_other(void **state) {
  model m;
  trial p;
  verdict v = {0};
  test_rng rng;
  double row[15];
  (void)state;
  test_rng_seed(&rng, 8);
  model_make_positive(&m, 15, 40, FAVOR_ISA_AUTO);
  const favor_attention_desc desc = plain(3, 4, 40, 75, 15, 6, FAVOR_MASK_CAUSAL);
  trial_open(&p, FAVOR_F64, &desc, 1, 3);
  for (int64_t b = 0; b < 3; b++)
    for (int64_t h = 0; h < 4; h++)
      for (int64_t j = 0; j < 75; j++) {
        test_rng_on_sphere(&rng, 15, pow(2, (double)(h - 2)) + (double)b / 4, row);
        trial_put(&p, TRIAL_K, b, h, j, row);
      }
  const model *models[] = {&m};
  trial_check(&p, 1, models, &v);
  assert_int_equal(v.rows, 3 * 4 * 40);
  trial_close(&p);
  model_free(&m);
}

static void every_head_or_key_head_may_have_its_own_map(void **state) {
  model own[4];
  const model *models[4] = {&own[0], &own[1], &own[2], &own[3]};
  (void)state;
  for (int m = 0; m < 4; m++) {
    const model_choice choice = {.estimator =
                                     m % 2 ? FAVOR_ESTIMATOR_POSITIVE : FAVOR_ESTIMATOR_GERF,
                                 .coupling = FAVOR_COUPLING_IID,
                                 .dim = 7,
                                 .projections = 20,
                                 .scale = 1 + m / 2,
                                 .seed = (uint64_t)m + 60};
    model_make(&own[m], &choice);
  }
  for (int64_t count = 1; count <= 4; count *= 2) {
    favor_attention_desc desc = plain(2, 4, 30, 70, 7, 5, FAVOR_MASK_CAUSAL);
    desc.kv_heads = 2;
    verdict v = {0};
    trial p;
    trial_open(&p, FAVOR_F64, &desc, 1, 5);
    trial_check(&p, count, models, &v);
    assert_int_equal(v.rows, 2 * 4 * 30);
    trial_close(&p);
  }
  for (int m = 0; m < 4; m++) model_free(&own[m]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_number_of_rows_equals_the_explicit_estimate),
      cmocka_unit_test(every_shape_of_features_and_values_equals_the_explicit_estimate),
      cmocka_unit_test(heads_and_batches_do_not_touch_each_other),
      cmocka_unit_test(every_head_or_key_head_may_have_its_own_map),
  };
  return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
