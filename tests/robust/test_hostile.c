/* SPDX-License-Identifier: MIT */
/* Non-finite and extreme inputs through every function of every map. What each call owes is in
 * hostile_calls.h. */
#include "robust/capture.h"
#include "robust/hostile_calls.h"
#include "robust/hostile_rows.h"
#include "robust/maps.h"

static void hostile_rows_touch_no_other_row_of_any_map(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int64_t dims[] = {1, 3, DIM_MAX};
  const int n = map_cases(cases);
  for (int i = 0; i < n * 3; i++) {
    const map_case *c = &cases[i / 3];
    const int64_t dim = dims[i % 3];
    char name[96];
    favor_stats *stats = map_case_wants_statistics(c) ? filled_stats(dim, NULL) : NULL;
    favor_map *map = map_case_create(c, dim, 5, stats, NULL);
    print_message("           %s, dim %d\n", map_case_name(c, name), (int)dim);
    hostile_map(map);
    if (c->isa == FAVOR_ISA_BLAS)
      hostile_forecast(map); /* a closed form: no instruction set reads it */
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
}

static void hostile_rows_touch_no_other_row_of_an_exact_kernel(void **state) {
  (void)state;
  const int64_t dims[] = {1, 3, DIM_MAX};
  for (int32_t kernel = 0; favor_kernel_name(kernel) != NULL; kernel++)
    for (int i = 0; i < 6; i++)
      hostile_exact(kernel, i % 2 == 0 ? FAVOR_F32 : FAVOR_F64, dims[i / 2]);
}

/* Rows far from each other and from zero: means and moments at the ends of the range. */
static favor_stats *extreme_stats(int64_t dim, double size) {
  favor_stats *stats = NULL;
  double x[4 * DIM_MAX];
  assert_ok(favor_stats_create(dim, NULL, &stats));
  for (int64_t i = 0; i < 4 * dim; i++) x[i] = (i % 3 == 0 ? -size : size) * (1.0 + (double)i);
  capture_begin();
  const favor_status query = favor_stats_add_f64(stats, FAVOR_QUERY, 4, x, dim, NULL);
  const favor_status key = favor_stats_add_f64(stats, FAVOR_KEY, 3, x, dim, NULL);
  capture_end();
  assert_ok(query);
  assert_ok(key);
  return stats;
}

/* Nothing here can be a good map; it must be one, or a status that says why not. */
static void extreme_statistics_make_a_map_or_a_status(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const double sizes[] = {0.0, 1e-300, 1e-30, 1e10, 1e100, 1e150};
  const int n = map_cases(cases);
  int made = 0;
  for (int i = 0; i < n * 6; i++) {
    favor_map_opts opts;
    favor_map *map = NULL;
    /* Neither instruction sets nor couplings read statistics. */
    if (cases[i / 6].isa != FAVOR_ISA_BLAS) continue;
    if (cases[i / 6].coupling != FAVOR_COUPLING_ORTHOGONAL) continue;
    favor_stats *stats = extreme_stats(3, sizes[i % 6]);
    map_case_opts(&cases[i / 6], 3, 5, stats, &opts);
    capture_begin();
    const favor_status status = favor_map_create(&opts, &map);
    capture_end();
    assert_true((map != NULL) == (status >= 0));
    if (map != NULL) hostile_forecast(map);
    made += map != NULL;
    favor_map_destroy(map);
    favor_stats_destroy(stats);
  }
  assert_true(made > 0);
}

static void extreme_given_projections_keep_every_finite_row_finite(void **state) {
  (void)state;
  const double sizes[] = {0.0, 1e-320, 1e-30, 1e4, 1e12};
  for (int i = 0; i < 5 * 5; i++) {
    favor_map_opts opts;
    favor_map *map = NULL;
    double w[5 * 3];
    fill_f64(15, w, 5);
    for (int j = 0; j < 15; j++) w[j] *= sizes[i % 5];
    assert_ok(favor_map_opts_init(&opts));
    opts.dim = 3;
    opts.projections = 5;
    opts.estimator = FAVOR_ESTIMATOR_POSITIVE + i / 5;
    opts.kernel = opts.estimator == FAVOR_ESTIMATOR_RELU ? FAVOR_KERNEL_ARCCOS1 : 0;
    if (opts.estimator == FAVOR_ESTIMATOR_GERF) opts.tilt = -0.2;
    assert_ok(favor_map_create_from_projections_f64(&opts, w, 3, &map));
    print_message("           %s, |w| near %g\n", favor_estimator_name(opts.estimator),
                  sizes[i % 5]);
    hostile_map(map);
    favor_map_destroy(map);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hostile_rows_touch_no_other_row_of_any_map),
      cmocka_unit_test(hostile_rows_touch_no_other_row_of_an_exact_kernel),
      cmocka_unit_test(extreme_statistics_make_a_map_or_a_status),
      cmocka_unit_test(extreme_given_projections_keep_every_finite_row_finite),
  };
  return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
