/* SPDX-License-Identifier: MIT */
/** The descriptors and fits of the estimators, against their published constants. */
#include "estimator/estimator.h"
#include "map/registry.h"
#include "support/test.h"

#define LIST_DESCRIPTOR(name, symbol, value, title) &favor_estimator_##symbol,
#define LIST_SYMBOL(name, symbol, value, title) #symbol,
#define LIST_VALUE(name, symbol, value, title) value,

static const favor_estimator *const all[] = {FAVOR_ESTIMATOR_LIST(LIST_DESCRIPTOR)};
static const char *const symbols[] = {FAVOR_ESTIMATOR_LIST(LIST_SYMBOL)};
static const int32_t values[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const favor_fit_input plain = {
    .dim = 12, .projections = 100, .tilt = NAN, .tilt_allowed = true};

static favor_recipe fitted(const favor_estimator *estimator, const favor_fit_input *in) {
  favor_recipe recipe = {.form = estimator->form};
  assert_ok(estimator->fit(in, &recipe, NULL));
  assert_int_equal(recipe.form, estimator->form);
  return recipe;
}

static void every_row_of_the_list_names_its_descriptor(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(all); i++) {
    assert_int_equal(all[i]->id, values[i]);
    assert_string_equal(all[i]->name, symbols[i]);
    assert_true(strlen(all[i]->source) > 0);
    assert_true(all[i]->kernels != 0);
    assert_true((all[i]->kernels >> COUNT(kernels)) == 0);
    assert_true(all[i]->form >= 0 && all[i]->form < FAVOR_FORM_COUNT);
    assert_true(!all[i]->wants_statistics || all[i]->rank_plain == 0);
  }
}

static void every_kernel_has_one_best_estimator(void **state) {
  (void)state;
  for (size_t k = 0; k < COUNT(kernels); k++)
    for (int statistics = 0; statistics < 2; statistics++) {
      int best = 0, times = 0;
      for (size_t i = 0; i < COUNT(all); i++) {
        const int rank = statistics ? all[i]->rank_statistics : all[i]->rank_plain;
        if (!(all[i]->kernels >> kernels[k] & 1)) continue;
        if (rank == best) times++;
        if (rank > best) best = rank, times = 1;
      }
      assert_true(best > 0);
      assert_int_equal(times, 1);
    }
}

/* Estimators with projections of another law than N(0, I) refuse what has a rotation or a mirror
 * image: independent rows are left, and are what AUTO means. */
static void estimators_refuse_kinds_of_rows(void **state) {
  (void)state;
  favor_estimator other = favor_estimator_positive;
  other.refuses = FAVOR_ROWS_TURNED | FAVOR_ROWS_OPPOSITE;
  for (int32_t c = FAVOR_COUPLING_IID; favor_coupling_find(c); c++) {
    const favor_coupling *coupling = favor_coupling_find(c);
    assert_int_equal(favor_rows_refused(&other, coupling) == 0, c == FAVOR_COUPLING_IID);
    assert_int_equal(favor_rows_refused(&favor_estimator_positive, coupling), 0);
  }
  assert_int_equal(favor_coupling_best(&other)->id, FAVOR_COUPLING_IID);
  for (size_t i = 0; i < COUNT(all); i++)
    assert_int_equal(favor_rows_refused(all[i], favor_coupling_best(all[i])), 0);
}

static void fits_have_the_published_constants(void **state) {
  const favor_recipe positive = fitted(&favor_estimator_positive, &plain);
  const favor_recipe trig = fitted(&favor_estimator_trigonometric, &plain);
  const favor_recipe hyperbolic = fitted(&favor_estimator_hyperbolic, &plain);
  const favor_recipe relu = fitted(&favor_estimator_relu, &plain);
  (void)state;
  assert_true(positive.gain == 1 && positive.tilt == 0 && positive.quadratic == -.5);
  assert_near(positive.constant, -log(10), 1e-15);
  assert_true(trig.gain == 1 && trig.tilt == 0 && trig.quadratic == .5);
  assert_near(trig.constant, -log(10), 1e-15);
  assert_true(hyperbolic.gain == 1 && hyperbolic.tilt == 0 && hyperbolic.quadratic == -.5);
  assert_near(hyperbolic.constant, -log(200) / 2, 1e-15);
  assert_true(relu.gain == 1 && relu.tilt == 0 && relu.quadratic == 0);
  assert_near(relu.constant, -log(10), 1e-15);
}

static void a_given_tilt_is_taken_as_it_is(void **state) {
  static const double tilts[] = {-1e6, -.3, 0, .06, .2499};
  (void)state;
  for (size_t i = 0; i < COUNT(tilts); i++) {
    favor_fit_input in = plain;
    in.tilt = tilts[i];
    const favor_recipe r = fitted(&favor_estimator_gerf, &in);
    assert_true(r.tilt == tilts[i] && r.quadratic == -.5);
    assert_near(r.gain * r.gain, 1 - 4 * tilts[i], 1e-15 * (1 - 4 * tilts[i]));
    assert_near(r.constant, 3 * log1p(-4 * tilts[i]) - log(10), 1e-14);
  }
}

static void a_tilt_is_fitted_from_statistics_or_refused(void **state) {
  const favor_estimator *const tilted[] = {&favor_estimator_gerf, &favor_estimator_oprf};
  (void)state;
  for (size_t i = 0; i < COUNT(tilted); i++) {
    favor_report report;
    favor_recipe r = {.form = tilted[i]->form};
    favor_fit_input in = plain;
    in.tilt_allowed = tilted[i]->takes_tilt;
    assert_ok(favor_report_init(&report));
    assert_status(tilted[i]->fit(&in, &r, &report), FAVOR_ERR_STATISTICS);
    assert_string_equal(report.argument, "stats");
  }
}

static double optimal(double t) {
  favor_fit_input in = plain;
  in.has_moments = true;
  in.mean_sum_norm2 = t * (double)in.dim;
  const favor_recipe r = fitted(&favor_estimator_oprf, &in);
  assert_near(r.gain * r.gain, 1 - 4 * r.tilt, 1e-14 * (1 - 4 * r.tilt));
  return r.tilt;
}

/** A* solves 2 t r^2 + (1 + 2t) r = 1 for r = 1 / (1 - 8 A), to rounding, at any t. */
static void the_optimal_tilt_solves_its_equation_at_any_size(void **state) {
  double before = 0;
  (void)state;
  assert_true(optimal(0) == 0);
  for (double t = 1e-18; t < 1e6; t *= 3) {
    const double a = optimal(t), r = 1 / (1 - 8 * a);
    assert_true(a < before);
    before = a;
    assert_near(2 * t * r * r + (1 + 2 * t) * r, 1, 4e-15 * (1 + 2 * t * r));
    if (t < 1e-10) assert_near(a / (-t / 2), 1, 1e-9); /* no digit lost: A* = -t/2 + O(t^2) */
  }
}

static void the_optimal_tilt_is_bounded_for_absurd_statistics(void **state) {
  (void)state;
  assert_true(optimal(1e30) >= -1e6 && optimal(1e30) < -9e5);
  assert_true(optimal(1e308) >= -1e6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_of_the_list_names_its_descriptor),
      cmocka_unit_test(every_kernel_has_one_best_estimator),
      cmocka_unit_test(estimators_refuse_kinds_of_rows),
      cmocka_unit_test(fits_have_the_published_constants),
      cmocka_unit_test(a_given_tilt_is_taken_as_it_is),
      cmocka_unit_test(a_tilt_is_fitted_from_statistics_or_refused),
      cmocka_unit_test(the_optimal_tilt_solves_its_equation_at_any_size),
      cmocka_unit_test(the_optimal_tilt_is_bounded_for_absurd_statistics),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
