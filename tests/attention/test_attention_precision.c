/* SPDX-License-Identifier: MIT */
/** Float32 attention against the long double reference: random and clustered keys, norms 1e-3 to 1e3, every
 *  positive map and instruction set. The bound is that of attention/judge.h; at norm 4 something of it must be
 *  used, or nothing was measured. */
#include "attention/trial.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const double norms[] = {1e-3, .1, 1, 4, 30, 100, 1000};
enum { NORMS = COUNT(norms), D = 40, DV = 7, M = 33, N = 130 };

typedef enum crowd { RANDOM, CLUSTERED, CROWDS } crowd;

/** Keys and queries in four clusters, a hundredth of the norm wide. */
static void gather(trial *p, double norm) {
  double centre[4][D], row[D];
  test_rng rng;
  test_rng_seed(&rng, 5);
  for (int c = 0; c < 4; c++) test_rng_on_sphere(&rng, D, norm, centre[c]);
  for (int which = TRIAL_Q; which <= TRIAL_K; which++)
    for (int64_t i = 0; i < N; i++) {
      test_rng_on_sphere(&rng, D, norm / 100, row);
      for (int l = 0; l < D; l++) row[l] += centre[i % 4][l];
      trial_put(p, (trial_array)which, 0, 0, i, row);
    }
}

static void check(const model *m, double norm, crowd kind, favor_mask mask, verdict *v) {
  const favor_attention_desc desc = plain(1, 1, N, N, D, DV, mask);
  trial p;
  trial_open(&p, FAVOR_F32, &desc, norm, 9);
  if (kind == CLUSTERED) gather(&p, norm);
  trial_check(&p, 1, &m, v);
  trial_close(&p);
}

/** Every norm; by turns random and clustered, bidirectional and causal, a third of softmax both ways. */
static void check_map(const model_choice *choice, int turn, verdict *by_norm) {
  model m;
  model_make(&m, choice);
  for (int i = 0; i < NORMS; i++) {
    const int which = turn + i;
    check(&m, norms[i], which % 2 ? RANDOM : CLUSTERED,
          which / 2 % 2 ? FAVOR_MASK_NONE : FAVOR_MASK_CAUSAL, &by_norm[i]);
    if (choice->kernel != FAVOR_KERNEL_SOFTMAX || turn % 3) continue;
    check(&m, norms[i], which % 2 ? CLUSTERED : RANDOM,
          which / 2 % 2 ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE, &by_norm[i]);
  }
  model_free(&m);
}

static void float32_stays_within_the_bound_at_every_norm(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict by_norm[NORMS] = {{0}};
  int turn = 0;
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (size_t k = 0; k < COUNT(kernels); k++)
      for (size_t e = 0; e < COUNT(estimators); e++) {
        favor_estimator_info info = {.size = sizeof info};
        const model_choice choice = {.kernel = kernels[k],
                                     .estimator = estimators[e],
                                     .isa = isas[i],
                                     .dim = D,
                                     .projections = M,
                                     .recentre = kernels[k] != FAVOR_KERNEL_ARCCOS1 && turn % 2,
                                     .seed = 31};
        assert_ok(favor_estimator_get_info(estimators[e], &info));
        if (!info.positive || !(info.kernels >> kernels[k] & 1)) continue;
        check_map(&choice, turn++, by_norm);
      }
  for (int i = 0; i < NORMS; i++) {
    print_message("norm %g: %d rows, largest error %.4f of the bound, of log_norm %.4f\n", norms[i],
                  (int)by_norm[i].rows, by_norm[i].worst, by_norm[i].worst_norm);
    assert_true(by_norm[i].rows > 0 && by_norm[i].unsure == 0);
    if (norms[i] == 4) assert_true(by_norm[i].worst >= 1e-3);
  }
}

/** Signed features at norms where they still say something. */
static void float32_of_signed_maps_stays_within_the_bound(void **state) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict v = {0};
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (int k = 0; k < 2; k++) {
      const model_choice choice = {.kernel = k ? FAVOR_KERNEL_GAUSSIAN : FAVOR_KERNEL_SOFTMAX,
                                   .estimator = FAVOR_ESTIMATOR_TRIGONOMETRIC,
                                   .isa = isas[i],
                                   .dim = D,
                                   .projections = 4 * M,
                                   .seed = 4};
      model m;
      model_make(&m, &choice);
      for (int n = 0; n < 3; n++) {
        check(&m, norms[n], RANDOM, FAVOR_MASK_CAUSAL, &v);
        check(&m, norms[n], CLUSTERED, FAVOR_MASK_NONE, &v);
      }
      model_free(&m);
    }
  print_message("signed: %d rows, largest error %.4f of the bound, %d not positive, %d unsure\n",
                (int)v.rows, v.worst, (int)v.nonpositive, (int)v.unsure);
  assert_true(v.rows > 10 * N);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(float32_stays_within_the_bound_at_every_norm),
      cmocka_unit_test(float32_of_signed_maps_stays_within_the_bound),
  };
  return cmocka_run_group_tests_name("attention precision", tests, NULL, NULL);
}
