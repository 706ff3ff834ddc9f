/* SPDX-License-Identifier: MIT */
/** Forecast outputs against drawn features: a few cases, quickly. The whole grid is in
 *  test_outputs_grid.c. */
#include "conformance/outputs.h"

static void recommended_projections_reach_the_target(void **state) {
  const struct {
    int64_t dim;
    double norm, target;
  } cases[] = {{16, 0.5, 0.1}, {16, 1, 0.2},   {64, 0.25, 0.1},
               {64, 1, 0.2},   {64, 1.5, 0.4}, {64, 4, 0.4}};
  output_tally tally = {0};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    output_set set;
    output_set_sphere(&set, cases[i].dim, 768, cases[i].norm, 100 + i);
    check_recommendation(&set, FAVOR_ESTIMATOR_AUTO, cases[i].target, 0.04, &tally);
    output_set_free(&set);
  }
  assert_int_equal(tally.cases, 6);
  assert_true(tally.exact >= 1 && tally.exact <= 2);
  assert_true(tally.covered >= tally.cases - tally.exact - 1);
}

static void a_real_head_gets_what_its_forecast_says(void **state) {
  output_tally tally = {0};
  output_set set;
  (void)state;
  output_set_head(&set, FAVOR_TEST_DATA, 1);
  check_recommendation(&set, FAVOR_ESTIMATOR_AUTO, 0.2, 0.04, &tally);
  check_choice(&set, 64, 0.04);
  output_set_free(&set);
  assert_int_equal(tally.exact, 0);
}

/* |q| about 9: softmax over such keys is a choice of one. At |q| = 1 and length 16384 it is not. */
static void a_sharp_head_wants_exact_attention_and_a_flat_one_does_not(void **state) {
  enum { N = 512, D = 64 };
  favor_problem problem;
  favor_forecast f = {0};
  output_set set;
  (void)state;
  assert_ok(favor_problem_init(&problem));
  problem.n_q = problem.n_k = 16384;
  output_set_sphere(&set, D, N, 9, 7);
  favor_map_opts opts = output_opts(&set, FAVOR_ESTIMATOR_AUTO, 256);
  for (int values = 0; values < 2; values++) {
    problem.dv = values ? set.dv : 0;
    opts.scale = 1;
    assert_ok(favor_forecast_f64(&opts, &problem, N, set.q, D, N, set.k, D, values ? set.v : NULL,
                                 values ? set.dv : 0, &f));
    assert_int_equal(f.verdict, FAVOR_VERDICT_EXACT);
    opts.scale = 1.0 / 81;
    assert_ok(favor_forecast_f64(&opts, &problem, N, set.q, D, N, set.k, D, values ? set.v : NULL,
                                 values ? set.dv : 0, &f));
    assert_int_not_equal(f.verdict, FAVOR_VERDICT_EXACT);
  }
  favor_map *map = NULL;
  opts.scale = 1;
  assert_ok(favor_map_create(&opts, &map));
  assert_int_equal(favor_map_advice(map), FAVOR_VERDICT_EXACT);
  favor_map_destroy(map);
  output_set_free(&set);
}

static void the_choice_of_auto_is_near_the_best(void **state) {
  const struct {
    int64_t dim;
    double norm;
  } cases[] = {{16, 1}, {64, 0.5}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    output_set set;
    output_set_sphere(&set, cases[i].dim, 512, cases[i].norm, 200 + i);
    check_choice(&set, 128, 0.04);
    output_set_free(&set);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recommended_projections_reach_the_target),
      cmocka_unit_test(a_real_head_gets_what_its_forecast_says),
      cmocka_unit_test(a_sharp_head_wants_exact_attention_and_a_flat_one_does_not),
      cmocka_unit_test(the_choice_of_auto_is_near_the_best),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
