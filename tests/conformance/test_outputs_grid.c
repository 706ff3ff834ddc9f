/* SPDX-License-Identifier: MIT */
/** Forecast outputs against drawn features over norms, dimensions, targets and the shipped heads, at a
 *  standard error of 2 %. Minutes. */
#include "conformance/outputs.h"

static const int64_t dims[] = {16, 64, 128};
static const double norms[] = {0.25, 0.5, 1, 1.5, 2, 3, 4};
static const double targets[] = {0.1, 0.2, 0.4};

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

/* At least 9 of 10 within their intervals. */
static void settle(const output_tally *tally) {
  const int run = tally->cases - tally->exact;
  printf("%d cases, %d exact, %d of %d within their intervals, worst factor %.2f\n", tally->cases,
         tally->exact, tally->covered, run, tally->worst);
  assert_true(run > 0 && 10 * tally->covered >= 9 * run);
}

static void synthetic_sets_reach_their_targets(void **state) {
  output_tally tally = {0};
  (void)state;
  for (int d = 0; d < COUNT(dims); d++)
    for (int n = 0; n < COUNT(norms); n++) {
      output_set set;
      output_set_sphere(&set, dims[d], 2048, norms[n], (uint64_t)(300 + 10 * d + n));
      for (int t = 0; t < COUNT(targets); t++)
        check_recommendation(&set, FAVOR_ESTIMATOR_AUTO, targets[t], 0.02, &tally);
      output_set_free(&set);
    }
  settle(&tally);
}

#define VALUE(name, symbol, value, title) (value),
static const int32_t estimators[] = {FAVOR_ESTIMATOR_AUTO, FAVOR_ESTIMATOR_LIST(VALUE)};

/* The choice at every target; each positive estimator by name at one, in turn. */
static void heads_reach_their_targets(void **state) {
  output_tally tally = {0};
  (void)state;
  for (int h = 0; h < 4; h++) {
    output_set set;
    output_set_head(&set, FAVOR_TEST_DATA, h);
    for (int e = 0; e < COUNT(estimators); e++) {
      favor_estimator_info info = {.size = sizeof info};
      if (estimators[e] != FAVOR_ESTIMATOR_AUTO) {
        assert_ok(favor_estimator_get_info(estimators[e], &info));
        if (!(info.kernels & 1u << FAVOR_KERNEL_SOFTMAX) || !info.positive) continue;
      }
      for (int t = 0; t < COUNT(targets); t++)
        if (e == 0 || (h + e) % COUNT(targets) == t)
          check_recommendation(&set, estimators[e], targets[t], 0.02, &tally);
    }
    output_set_free(&set);
  }
  settle(&tally);
}

static void the_choice_of_auto_is_near_the_best_everywhere(void **state) {
  (void)state;
  for (int d = 0; d < COUNT(dims); d++)
    for (int n = 0; n < COUNT(norms) && norms[n] < 2; n++) { /* beyond, all err by more than 1 */
      output_set set;
      output_set_sphere(&set, dims[d], 1024, norms[n], (uint64_t)(500 + 10 * d + n));
      check_choice(&set, 256, 0.02);
      output_set_free(&set);
    }
  for (int h = 0; h < 4; h++) {
    output_set set;
    output_set_head(&set, FAVOR_TEST_DATA, h);
    check_choice(&set, 64, 0.02);
    check_choice(&set, 256, 0.02);
    output_set_free(&set);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(synthetic_sets_reach_their_targets),
      cmocka_unit_test(heads_reach_their_targets),
      cmocka_unit_test(the_choice_of_auto_is_near_the_best_everywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
