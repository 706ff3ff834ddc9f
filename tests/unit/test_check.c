/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/check.h"

/* Every refusal must say status, argument and message. */
static void assert_refused(favor_status actual, const favor_report *report, favor_status status,
                           const char *argument, const char *message) {
  assert_status(actual, status);
  assert_int_equal(report->status, status);
  assert_string_equal(report->argument, argument);
  assert_string_equal(report->message, message);
}

static favor_report fresh(void) {
  favor_report report;
  assert_ok(favor_report_init(&report));
  return report;
}

static double room[64];

static favor_array array_x(void) {
  return (favor_array){
      .name = "x", .ld_name = "ldx", .data = room, .rows = 2, .columns = 8, .ld = 8, .element = 8};
}

static favor_array array_out(void) {
  return (favor_array){.name = "out",
                       .ld_name = "ldo",
                       .data = room + 32,
                       .rows = 2,
                       .columns = 4,
                       .ld = 5,
                       .element = 8,
                       .written = true};
}

static void a_null_pointer_is_named(void **state) {
  (void)state;
  favor_report report = fresh();
  assert_ok(favor_check_pointer(&report, "map", room));
  assert_refused(favor_check_pointer(&report, "map", NULL), &report, FAVOR_ERR_NULL, "map",
                 "map is NULL; a pointer is needed");
  assert_status(favor_check_pointer(NULL, "map", NULL), FAVOR_ERR_NULL);
}

static void a_size_out_of_range_is_named_with_the_range(void **state) {
  (void)state;
  favor_report report = fresh();
  assert_ok(favor_check_range(&report, "dim", 1, 1, 65536));
  assert_ok(favor_check_range(&report, "dim", 65536, 1, 65536));
  assert_refused(favor_check_range(&report, "dim", 0, 1, 65536), &report, FAVOR_ERR_SHAPE, "dim",
                 "dim is 0; it must be in [1, 65536]");
  assert_refused(favor_check_range(&report, "dim", 65537, 1, 65536), &report, FAVOR_ERR_SHAPE,
                 "dim", "dim is 65537; it must be in [1, 65536]");
  assert_refused(favor_check_range(&report, "n", -7, 0, INT64_MAX), &report, FAVOR_ERR_SHAPE, "n",
                 "n is -7; at least 0 is needed");
}

static void good_arrays_pass(void **state) {
  (void)state;
  favor_report report = fresh();
  const favor_array arrays[] = {array_x(), array_x(), array_out()}; /* inputs may be the same */
  assert_ok(favor_check_arrays(&report, 3, arrays));
  assert_ok(favor_check_arrays(&report, 0, NULL));
  assert_int_equal(report.status, FAVOR_OK);
}

static void a_leading_dimension_below_the_columns_is_refused(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array x = array_x();
  x.ld = 3;
  assert_refused(favor_check_arrays(&report, 1, &x), &report, FAVOR_ERR_SHAPE, "ldx",
                 "ldx is 3; at least the 8 columns of x are needed");
  x.rows = 0; /* also where there are no rows */
  assert_status(favor_check_arrays(&report, 1, &x), FAVOR_ERR_SHAPE);
}

static void negative_shapes_are_refused(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array x = array_x();
  x.rows = -1;
  assert_refused(favor_check_arrays(&report, 1, &x), &report, FAVOR_ERR_SHAPE, "x",
                 "x has shape [-1, 8]; at least 0 is needed");
  x = array_x();
  x.columns = -2;
  assert_refused(favor_check_arrays(&report, 1, &x), &report, FAVOR_ERR_SHAPE, "x",
                 "x has shape [2, -2]; at least 0 is needed");
}

static void null_is_an_array_only_without_elements(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array x = array_x();
  x.data = NULL;
  assert_refused(favor_check_arrays(&report, 1, &x), &report, FAVOR_ERR_NULL, "x",
                 "x is NULL; [2, 8] elements are needed");
  x.rows = 0;
  assert_ok(favor_check_arrays(&report, 1, &x));
  x = array_x();
  x.data = NULL;
  x.columns = 0;
  assert_ok(favor_check_arrays(&report, 1, &x));
}

static void a_span_that_no_address_reaches_is_refused(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array x = array_x();
  x.rows = INT64_MAX;
  assert_refused(
      favor_check_arrays(&report, 1, &x), &report, FAVOR_ERR_OVERFLOW, "x",
      "x spans 9223372036854775807 rows of stride 8; at most 9223372036854775807 bytes fit");
}

static void a_written_array_overlaps_nothing(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array pair[] = {array_x(), array_out()};
  const char *message = "out overlaps x; an array that is written must lie apart";
  pair[1].data = room + 15; /* x's last element */
  assert_refused(favor_check_arrays(&report, 2, pair), &report, FAVOR_ERR_ALIAS, "out", message);
  pair[1].data = room + 16;
  assert_ok(favor_check_arrays(&report, 2, pair));

  /* The other way round: out is rows of 4 at stride 5, 9 elements. */
  pair[1].data = room;
  pair[0].data = room + 8;
  assert_refused(favor_check_arrays(&report, 2, pair), &report, FAVOR_ERR_ALIAS, "out", message);
  pair[0].data = room + 9;
  assert_ok(favor_check_arrays(&report, 2, pair));

  /* In either order of the list, and for two that are written. */
  favor_array swapped[] = {array_out(), array_x()};
  swapped[0].data = room + 15;
  assert_refused(favor_check_arrays(&report, 2, swapped), &report, FAVOR_ERR_ALIAS, "out", message);
  favor_array both[] = {array_out(), array_out()};
  assert_status(favor_check_arrays(&report, 2, both), FAVOR_ERR_ALIAS);
}

static void an_empty_array_overlaps_nothing(void **state) {
  (void)state;
  favor_report report = fresh();
  favor_array pair[] = {array_x(), array_out()};
  pair[1].data = room;
  pair[1].rows = 0;
  assert_ok(favor_check_arrays(&report, 2, pair));
  pair[1].rows = 2;
  pair[1].columns = 0; /* its rows have a stride but no elements */
  assert_ok(favor_check_arrays(&report, 2, pair));
}

static void work_is_aligned_and_large_enough(void **state) {
  (void)state;
  favor_report report = fresh();
  _Alignas(64) unsigned char work[128];
  assert_ok(favor_check_work(&report, NULL, 0, 100));
  assert_ok(favor_check_work(&report, work, 100, 100));
  assert_ok(favor_check_work(&report, work, 0, 0));
  assert_refused(favor_check_work(&report, work, 99, 100), &report, FAVOR_ERR_WORKSPACE,
                 "work_size", "work_size is 99; at least 100 bytes are needed");
  for (size_t off = 1; off < 64; off++) {
    assert_status(favor_check_work(&report, work + off, 1000, 64), FAVOR_ERR_WORKSPACE);
  }
  assert_refused(favor_check_work(&report, work + 8, 1000, 64), &report, FAVOR_ERR_WORKSPACE,
                 "work", "work is 8 bytes past a multiple of 64; it must be aligned to that");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_null_pointer_is_named),
      cmocka_unit_test(a_size_out_of_range_is_named_with_the_range),
      cmocka_unit_test(good_arrays_pass),
      cmocka_unit_test(a_leading_dimension_below_the_columns_is_refused),
      cmocka_unit_test(negative_shapes_are_refused),
      cmocka_unit_test(null_is_an_array_only_without_elements),
      cmocka_unit_test(a_span_that_no_address_reaches_is_refused),
      cmocka_unit_test(a_written_array_overlaps_nothing),
      cmocka_unit_test(an_empty_array_overlaps_nothing),
      cmocka_unit_test(work_is_aligned_and_large_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
