/* SPDX-License-Identifier: MIT */
/** Millions of equal steps, and a decay that a float32 cannot hold. */
#include "attention/stagnation.h"

static void a_million_equal_steps_are_summed(void **state) {
  (void)state;
  const double error = stagnation(FAVOR_F32, 1000000, 0);
  print_message("relative error %.2g\n", error);
  assert_true(error <= 1e-5);
}

static void a_decay_of_a_millionth_is_kept_over_a_hundred_thousand_steps(void **state) {
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    const double error = stagnation((favor_precision)precision, 100000, log1p(-1e-6));
    print_message("float%d: relative error %.2g\n", precision ? 64 : 32, error);
    assert_true(error <= (precision ? 1e-10 : 1e-6));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_million_equal_steps_are_summed),
      cmocka_unit_test(a_decay_of_a_millionth_is_kept_over_a_hundred_thousand_steps),
  };
  return cmocka_run_group_tests_name("stagnation", tests, NULL, NULL);
}
