/* SPDX-License-Identifier: MIT */
/** Saved maps of several panels and partial blocks under the regime of test_saved_map.c, one for
 *  each estimator: every truncation, and every single-bit flip. */
#include "robust/saved_maps.h"

#define DIM 9
#define PROJECTIONS 20

static void large_blocks_are_refused_or_pass_validation(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  const damage_kind kind = saved_map_kind(DIM, PROJECTIONS);
  for (int i = 0; i < n; i++) {
    if (i > 0 && cases[i].estimator == cases[i - 1].estimator) continue;
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], DIM, PROJECTIONS, &bytes);
    assert_int_equal(damage_truncations(&kind, block, bytes, false).loaded, 0);
    assert_int_equal(damage_truncations(&kind, block, bytes, true).loaded, 0);
    assert_int_equal(damage_flips(&kind, block, bytes, 1, false).loaded, 0);
    const damage_count repaired = damage_flips(&kind, block, bytes, 1, true);
    assert_int_equal(repaired.tried, 8 * bytes - 32);
    /* Most of what has been flipped in counts is none: of those maps the shifts remain. */
    const bool counts = cases[i].estimator == FAVOR_ESTIMATOR_POISSON ||
                        cases[i].estimator == FAVOR_ESTIMATOR_GEOMETRIC;
    assert_in_range(repaired.loaded, counts ? 20 * 2 * DIM : 32 * DIM * PROJECTIONS,
                    repaired.tried - 5 * 64);
    free(block);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(large_blocks_are_refused_or_pass_validation)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
