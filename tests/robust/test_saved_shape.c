/* SPDX-License-Identifier: MIT */
/** Saved FAVOR# maps: a damaged matrix would load as a quietly biased map. */
#include "robust/saved_maps.h"

/** FAVOR#: matrices that are not each other's inverse, tilts that the constant does not belong to. */
static void matrices_that_would_be_biased_are_refused(void **state) {
  (void)state;
  enum { dim = 3, projections = 2 };
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  const size_t plain = SAVED_ARRAYS + 8 * (size_t)(2 + projections) * dim + 8;
  int tried = 0;
  for (int i = 0; i < n; i++) {
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], dim, projections, &bytes),
                  *copy = malloc(bytes);
    assert_non_null(copy);
    for (size_t k = 0; k < (bytes - plain) / 8; k++) {
      const size_t at = SAVED_ARRAYS + 8 * (2 * dim + k);
      double value;
      favor_map *map = NULL;
      memcpy(copy, block, bytes);
      memcpy(&value, copy + at, sizeof value);
      damage_set_number(copy, at, value == 0 ? -.25 : value * 1.01);
      damage_repair_checksum(copy, bytes);
      assert_status(favor_map_load(copy, bytes, FAVOR_ISA_AUTO, NULL, NULL, &map), FAVOR_ERR_VALUE);
      assert_null(map);
      tried++;
    }
    free(copy);
    free(block);
  }
  assert_true(tried > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matrices_that_would_be_biased_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
