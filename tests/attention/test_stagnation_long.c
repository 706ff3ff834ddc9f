/* SPDX-License-Identifier: MIT */
/** Forty million equal steps: more than float32 counts. */
#include "attention/stagnation.h"

static void forty_million_equal_steps_are_summed(void **state) {
  (void)state;
  const double error = stagnation(FAVOR_F32, 40000000, 0);
  print_message("relative error %.2g\n", error);
  assert_true(error <= 1e-5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forty_million_equal_steps_are_summed),
  };
  return cmocka_run_group_tests_name("stagnation, long", tests, NULL, NULL);
}
