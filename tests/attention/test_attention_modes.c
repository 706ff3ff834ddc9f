/* SPDX-License-Identifier: MIT */
/** test_attention_modes [--all]: every kernel x estimator x coupling x precision x isa of lists.h, each map in
 *  one or two modes of attention by turns, or in all of them, against the
 *  explicit estimate of each row in long double: a member of a list is tested by existing. Bounds:
 *  attention/judge.h, in float64 1e-12 sum|terms| / |denominator|. */
#include "attention/modes.h"

enum { D = 9, M = 37 };

/** Norms of .25 to 4 by turns. */
static double norm_of(int turn) {
  static const double norms[] = {.25, 1, 2, 4};
  return norms[(turn + turn / 4) % 4];
}

static bool all_modes = false;

static void every_map(mode run, int rows, int shift) {
  static model_choice cases[MODEL_CASES_MAX];
  const int n = model_cases(cases);
  verdict all[2] = {{0}};
  int met = 0;
  for (int i = 0; i < n; i++) {
    char name[128];
    model m;
    if (!all_modes && (i + shift) % 3 != 0) continue;
    met++;
    cases[i].dim = D;
    cases[i].projections = M;
    cases[i].scale = i % 3 ? 1 : .5;
    model_make(&m, &cases[i]);
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      verdict mine = {0};
      run(&m, (favor_precision)precision, norm_of(i + 2 * precision + shift), &mine);
      /* Signed features at large norms leave little: then the other turns have to do. */
      if (m.positive && mine.rows != rows) fail_msg("%s", model_name(&cases[i], name));
      judge_add(&all[precision], &mine);
    }
    model_free(&m);
  }
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    const verdict *v = &all[precision];
    print_message("float%d: %d rows, largest error %.4f of the bound, of log_norm %.4f; %d not "
                  "positive, %d unsure\n",
                  precision ? 64 : 32, (int)v->rows, v->worst, v->worst_norm, (int)v->nonpositive,
                  (int)v->unsure);
    assert_true(v->rows > rows * met * 3 / 4);
  }
}

static void every_map_without_a_mask_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(mode_bidirectional, MODE_ROWS, 0);
}

static void every_causal_map_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(mode_causal, MODE_ROWS, 1);
}

static void every_map_prefilled_and_stepped_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(mode_streaming, MODE_TOKENS, 2);
}

static void every_map_step_by_step_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(mode_stepping, 12, 3);
}

static void every_map_in_merged_parts_equals_the_explicit_estimate(void **state) {
  (void)state;
  every_map(mode_merging, MODE_TOKENS, 4);
}

int main(int argc, char **argv) {
  all_modes = argc == 2 && strcmp(argv[1], "--all") == 0;
  if (argc != 1 && !all_modes) {
    fprintf(stderr, "usage: test_attention_modes [--all]\n");
    return 2;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_map_without_a_mask_equals_the_explicit_estimate),
      cmocka_unit_test(every_causal_map_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_prefilled_and_stepped_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_step_by_step_equals_the_explicit_estimate),
      cmocka_unit_test(every_map_in_merged_parts_equals_the_explicit_estimate),
  };
  return cmocka_run_group_tests_name("attention, every map in every mode", tests, NULL, NULL);
}
