/* SPDX-License-Identifier: MIT */
/* The slot exp2 in float32 for every one of the 2^32 numbers, by every table. The reference is exp2 in
 * float64, whose own error is a few billionths of a float32 ulp. */
#include "unit/exp2_check.h"

enum { BATCH = 4096 };

/* Cheap and sure: the exact verdict only near the ends and where the value is not within 1.99 ulp at sight. */
static bool is_right(float t, float got) {
  if (t >= 129) return got == INFINITY;
  if (t <= -127) return got == 0;
  const double exact = exp2((double)t);
  if (exact > 0x1p-124 && exact < 0x1p127) {
    int exponent = 0;
    frexp(exact, &exponent);
    if (fabs((double)got - exact) <= ldexp(1.99, exponent - 24)) return true;
  }
  return exp2_is_right(32, (double)t, 0, (double)got);
}

static void check_all(const favor_table *table) {
  if (table->precision != FAVOR_F32) return;
  static float in[BATCH], out[BATCH];
  for (uint64_t base = 0; base < (uint64_t)1 << 32; base += BATCH) {
    for (uint32_t j = 0; j < BATCH; ++j) {
      const uint32_t pattern = (uint32_t)base + j;
      memcpy(in + j, &pattern, sizeof pattern);
    }
    table->exp2(1, BATCH, in, BATCH, NULL, NULL, NULL, out, BATCH);
    for (int j = 0; j < BATCH; ++j) {
      if (!is_right(in[j], out[j])) fail_msg("2^%a is %a", (double)in[j], (double)out[j]);
    }
  }
}

static void exp2_is_within_two_ulp_for_every_float32(void **state) {
  (void)state;
  for_each_table(check_all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp2_is_within_two_ulp_for_every_float32),
  };
  return cmocka_run_group_tests_name("exp2_exhaustive", tests, NULL, NULL);
}
