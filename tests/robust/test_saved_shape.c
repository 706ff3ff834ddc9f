/* SPDX-License-Identifier: MIT */
/** Saved maps that would load quietly biased: matrices of FAVOR#, couplings that an estimator refuses. */
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
    /* Any centre is unbiased. */
    if (cases[i].estimator == FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL) continue;
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

/* A block whose coupling and estimator favor_combination refuses is as malformed as one with an
 * unknown coupling; every pair that it allows has loaded above. */
static void couplings_load_with_the_estimators_that_take_them(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  for (int i = 0; i < n; i++) {
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], 2, 3, &bytes);
    for (int32_t c = FAVOR_COUPLING_IID; c < 12; c++) {
      favor_map *map = NULL;
      damage_set_field(block, SAVED_COUPLING, (uint64_t)c);
      damage_repair_checksum(block, bytes);
      const bool good = favor_combination(cases[i].kernel, cases[i].estimator, c) == FAVOR_OK;
      assert_status(favor_map_load(block, bytes, FAVOR_ISA_AUTO, NULL, NULL, &map),
                    good ? FAVOR_OK : FAVOR_ERR_FORMAT);
      favor_map_destroy(map);
    }
    free(block);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matrices_that_would_be_biased_are_refused),
      cmocka_unit_test(couplings_load_with_the_estimators_that_take_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
