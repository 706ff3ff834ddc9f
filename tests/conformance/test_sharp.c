/* SPDX-License-Identifier: MIT */
/** The fits of FAVOR#: optima of their objective, each no worse than those that it contains. */
#include "conformance/sharp_sets.h"

enum { D = SHARP_DIM };

/** What each member may choose, and whether its closed form is the optimum of that without means. */
static const struct {
  int32_t estimator;
  unsigned steps;
  bool tilt_each, with_means;
} members[] = {
    {FAVOR_ESTIMATOR_SADERF, REF_SCALE, false, true},
    {FAVOR_ESTIMATOR_SADERF_DIAG, REF_SCALE, true, true},
    {FAVOR_ESTIMATOR_SDERF, REF_TURN, true, true},
    {FAVOR_ESTIMATOR_ADERF, REF_SCALE | REF_TURN | REF_SHEAR, false, true},
    {FAVOR_ESTIMATOR_ADERF_DIAG, REF_SCALE | REF_TURN | REF_SHEAR, true, false},
};
enum { MEMBERS = sizeof members / sizeof *members };

static void check_optimum(const sharp_set *set, int member, double scale) {
  const bool recentre = !members[member].with_means;
  const ref_moments m = sharp_set_moments(set, scale, recentre, false);
  fitted_shape fit = sharp_set_fit(set, members[member].estimator, scale, recentre);
  const long double reached = ref_sharp_objective(&m, &fit.ref);
  const unsigned steps = members[member].steps;
  const bool each = members[member].tilt_each;
  const long double from_it = ref_sharp_minimum(&m, steps, each, &fit.ref);
  const long double anew = ref_sharp_minimum(&m, steps, each, NULL);
  const long double least = fminl(from_it, anew);
  const long double tolerance = 1e-6L * (1 + fabsl(reached));
  if (!(fabsl(reached - least) <= tolerance)) {
    print_error("%s on %s: %.9Lg, found %.9Lg from it and %.9Lg anew\n",
                favor_estimator_name(members[member].estimator), set->name, reached, from_it, anew);
    fail();
  }
  /* and the search finds its way there from the identity, or the comparison would be empty */
  assert_true(anew - reached <= 1e-3L * (1 + fabsl(reached)));
  shape_free(&fit);
}

static void fitted_parameters_are_the_optima_found_by_search(void **state) {
  (void)state;
  for (int which = 0; which < SHARP_SETS; which++) {
    sharp_set set;
    sharp_set_make(which, &set);
    for (int member = 0; member < MEMBERS; member++)
      check_optimum(&set, member, which % 2 ? .8 : 1);
  }
}

/** The objective on the moments is the mean over pairs of ln E Z^2 / K^2. */
static void the_objective_is_the_mean_over_all_pairs(void **state) {
  sharp_set set;
  (void)state;
  sharp_set_make(5, &set);
  const ref_moments m = sharp_set_moments(&set, 1, false, true);
  fitted_shape fit = sharp_set_fit(&set, FAVOR_ESTIMATOR_ADERF_DIAG, 1, false);
  long double sum = 0;
  for (int64_t i = 0; i < set.n[0]; i++)
    for (int64_t j = 0; j < set.n[1]; j++)
      sum += ref_sharp_log_second(D, &fit.ref, set.rows[0] + i * D, set.rows[1] + j * D);
  assert_near(sum / (long double)(set.n[0] * set.n[1]), ref_sharp_objective(&m, &fit.ref), 1e-12);
  shape_free(&fit);
}

static long double objective_of(const sharp_set *set, const ref_moments *m, int32_t estimator,
                                bool recentre) {
  fitted_shape fit = sharp_set_fit(set, estimator, 1, recentre);
  const long double value = ref_sharp_objective(m, &fit.ref);
  shape_free(&fit);
  return value;
}

/** Each row: the first is never worse than the second. On the moments as given to 1e-6 of their size,
 *  which regularisation costs; on the regularised ones to rounding. */
static void no_member_is_worse_than_those_it_contains(void **state) {
  static const int32_t order[][2] = {
      {FAVOR_ESTIMATOR_ADERF_DIAG, FAVOR_ESTIMATOR_ADERF},
      {FAVOR_ESTIMATOR_ADERF_DIAG, FAVOR_ESTIMATOR_SADERF_DIAG},
      {FAVOR_ESTIMATOR_ADERF_DIAG, FAVOR_ESTIMATOR_SDERF},
      {FAVOR_ESTIMATOR_ADERF, FAVOR_ESTIMATOR_SADERF},
      {FAVOR_ESTIMATOR_SADERF_DIAG, FAVOR_ESTIMATOR_SADERF},
      {FAVOR_ESTIMATOR_SADERF, FAVOR_ESTIMATOR_OPRF},
      {FAVOR_ESTIMATOR_SDERF, FAVOR_ESTIMATOR_OPRF},
      {FAVOR_ESTIMATOR_OPRF, FAVOR_ESTIMATOR_POSITIVE},
  };
  (void)state;
  for (int which = 0; which < SHARP_SETS; which++)
    for (int recentre = 0; recentre < 2; recentre++)
      for (int plain = 0; plain < 2; plain++) {
        sharp_set set;
        sharp_set_make(which, &set);
        const ref_moments m = sharp_set_moments(&set, 1, recentre, plain);
        for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
          const long double a = objective_of(&set, &m, order[k][0], recentre);
          const long double b = objective_of(&set, &m, order[k][1], recentre);
          if (a <= b + (plain ? 1e-6L : 1e-9L) * (1 + fabsl(b))) continue;
          print_error("%s on %s: %.12Lg, %s: %.12Lg\n", favor_estimator_name(order[k][0]), set.name,
                      a, favor_estimator_name(order[k][1]), b);
          fail();
        }
      }
}

/** Where there is something to gain it is gained: nats over OPRF. */
static void each_member_gains_where_it_should(void **state) {
  static const struct {
    int set;
    int32_t estimator;
    double least;
  } owed[] = {
      {1, FAVOR_ESTIMATOR_SDERF, .3},     {1, FAVOR_ESTIMATOR_SADERF_DIAG, .3},
      {2, FAVOR_ESTIMATOR_SADERF, .5},    {2, FAVOR_ESTIMATOR_ADERF, .5},
      {3, FAVOR_ESTIMATOR_ADERF, .3},     {4, FAVOR_ESTIMATOR_ADERF_DIAG, .5},
      {8, FAVOR_ESTIMATOR_ADERF_DIAG, 1}, {8, FAVOR_ESTIMATOR_SDERF, 1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof owed / sizeof *owed; i++) {
    sharp_set set;
    sharp_set_make(owed[i].set, &set);
    const ref_moments m = sharp_set_moments(&set, 1, true, false);
    const long double gain = objective_of(&set, &m, FAVOR_ESTIMATOR_OPRF, true) -
                             objective_of(&set, &m, owed[i].estimator, true);
    print_message("%s on %s: %.3Lf nats below oprf\n", favor_estimator_name(owed[i].estimator),
                  set.name, gain);
    assert_true(gain > owed[i].least);
  }
}

/** Without statistics there is nothing to fit to: what OPRF says. */
static void fits_without_statistics_are_refused(void **state) {
  (void)state;
  for (int member = 0; member < MEMBERS; member++) {
    favor_map_opts opts = options(D, 3, members[member].estimator, NULL);
    favor_report report;
    favor_map *map = (favor_map *)&map;
    assert_ok(favor_report_init(&report));
    opts.report = &report;
    assert_status(favor_map_create(&opts, &map), FAVOR_ERR_STATISTICS);
    assert_null(map);
    assert_string_equal(report.argument, "stats");
    opts.tilt = -.1;
    assert_status(favor_map_create(&opts, &map), FAVOR_ERR_COMBINATION);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fitted_parameters_are_the_optima_found_by_search),
      cmocka_unit_test(the_objective_is_the_mean_over_all_pairs),
      cmocka_unit_test(no_member_is_worse_than_those_it_contains),
      cmocka_unit_test(each_member_gains_where_it_should),
      cmocka_unit_test(fits_without_statistics_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
