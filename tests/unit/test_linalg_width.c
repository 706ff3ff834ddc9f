/* SPDX-License-Identifier: MIT */
/* favor_linalg_check against a LAPACK that this program plays itself: its LAPACKE_ilaver is found before the
 * library's, and writes integers of either width, or none. */
#include "base/linalg.h"
#include "support/test.h"

void LAPACKE_ilaver(void *major, void *minor, void *patch);

static int width; /* bytes of the integers written */

static void put(void *cell, int64_t value) {
  const int32_t low = (int32_t)value;
  if (width == 8) memcpy(cell, &value, sizeof value);
  if (width == 4) memcpy(cell, &low, sizeof low);
}

void LAPACKE_ilaver(void *major, void *minor, void *patch) {
  put(major, 3);
  put(minor, 11);
  put(patch, 0);
}

static void exactly_one_width_of_integers_is_accepted(void **state) {
  (void)state;
  width = 4;
  const favor_status narrow = favor_linalg_check();
  width = 8;
  const favor_status wide = favor_linalg_check();
  assert_true((narrow == FAVOR_OK) != (wide == FAVOR_OK));
  assert_status(narrow == FAVOR_OK ? wide : narrow, FAVOR_ERR_LINALG);
}

static void a_lapack_that_writes_nothing_is_refused(void **state) {
  (void)state;
  width = 0;
  assert_status(favor_linalg_check(), FAVOR_ERR_LINALG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exactly_one_width_of_integers_is_accepted),
      cmocka_unit_test(a_lapack_that_writes_nothing_is_refused),
  };
  return cmocka_run_group_tests_name("linalg_width", tests, NULL, NULL);
}
