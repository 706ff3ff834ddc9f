/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/status.h"

typedef struct status_row {
  int value;
  const char *name, *text;
} status_row;

#define ROW(name, value, text) {value, "FAVOR_" #name, text},
static const status_row rows[] = {FAVOR_STATUS_LIST(ROW)};
static const size_t row_count = sizeof rows / sizeof rows[0];

/* A report among bytes that must not change. */
typedef struct guarded {
  favor_report report;
  unsigned char behind[64];
} guarded;

static void fill(guarded *g) {
  memset(g, 0xA5, sizeof *g);
}

static void every_status_has_its_name_and_a_text(void **state) {
  (void)state;
  for (size_t i = 0; i < row_count; i++) {
    assert_string_equal(favor_status_name(rows[i].value), rows[i].name);
    assert_string_equal(favor_strerror(rows[i].value), rows[i].text);
  }
}

static void status_values_and_names_are_pinned(void **state) {
  (void)state;
  assert_string_equal(favor_status_name(0), "FAVOR_OK");
  assert_string_equal(favor_status_name(-1), "FAVOR_ERR_NULL");
  assert_string_equal(favor_status_name(-19), "FAVOR_ERR_THREAD");
  assert_string_equal(favor_status_name(2), "FAVOR_NOTE_NONFINITE");
}

static void unknown_statuses_have_a_name_and_a_text(void **state) {
  (void)state;
  const int unknown[] = {-1000, 1000, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(favor_status_name(unknown[i]), "FAVOR_UNKNOWN");
    assert_string_equal(favor_strerror(unknown[i]), "unknown status");
  }
}

static void version_is_that_of_the_header(void **state) {
  (void)state;
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", FAVOR_VERSION_MAJOR, FAVOR_VERSION_MINOR,
           FAVOR_VERSION_PATCH);
  assert_string_equal(favor_version(), expected);
}

static void init_clears_every_field(void **state) {
  (void)state;
  favor_report report, expected;
  memset(&report, 0xA5, sizeof report);
  assert_ok(favor_report_init(&report));
  memset(&expected, 0, sizeof expected);
  expected.size = sizeof report;
  expected.first_row = -1;
  assert_memory_equal(&report, &expected, sizeof report);
}

static void init_refuses_null_and_a_struct_older_than_the_first(void **state) {
  (void)state;
  guarded g, before;
  assert_status(favor_report_init_sized(NULL, sizeof(favor_report)), FAVOR_ERR_NULL);
  const uint64_t small[] = {0, 1, sizeof(favor_report) - 1};
  for (size_t i = 0; i < 3; i++) {
    fill(&g);
    fill(&before);
    assert_status(favor_report_init_sized(&g.report, small[i]), FAVOR_ERR_STRUCT);
    assert_memory_equal(&g, &before, sizeof g);
  }
}

static void init_writes_no_further_than_it_knows(void **state) {
  (void)state;
  guarded g, untouched;
  fill(&g);
  fill(&untouched);
  assert_ok(favor_report_init_sized(&g.report, sizeof g));
  assert_int_equal(g.report.size, sizeof g);
  assert_memory_equal(g.behind, untouched.behind, sizeof g.behind);
}

static void a_report_that_was_never_set_up_is_left_alone(void **state) {
  (void)state;
  const uint64_t sizes[] = {0, 8, sizeof(favor_report) - 1, 0xA5A5A5A5A5A5A5A5U, UINT64_MAX};
  for (size_t i = 0; i < 5; i++) {
    guarded g, before;
    fill(&g);
    g.report.size = sizes[i];
    before = g;
    favor_report_begin(&g.report);
    assert_status(favor_fail(&g.report, FAVOR_ERR_VALUE, "x", "x is %d", 1), FAVOR_ERR_VALUE);
    favor_report_rows(&g.report, FAVOR_NOTE_OVERFLOW, 3, 1);
    assert_status(favor_report_end(&g.report, FAVOR_NOTE_OVERFLOW), FAVOR_NOTE_OVERFLOW);
    assert_memory_equal(&g, &before, sizeof g);
  }
}

static void no_report_at_all_is_fine(void **state) {
  (void)state;
  favor_report_begin(NULL);
  favor_report_rows(NULL, FAVOR_NOTE_NONFINITE, 1, 0);
  assert_status(favor_fail(NULL, FAVOR_ERR_SHAPE, "n", "n is %d", -1), FAVOR_ERR_SHAPE);
  assert_status(favor_report_end(NULL, FAVOR_NOTE_NONFINITE), FAVOR_NOTE_NONFINITE);
}

static void a_failure_names_argument_and_value(void **state) {
  (void)state;
  favor_report report;
  assert_ok(favor_report_init(&report));
  assert_status(favor_fail(&report, FAVOR_ERR_SHAPE, "ldx", "ldx is %d; at least 8 is needed", 3),
                FAVOR_ERR_SHAPE);
  assert_int_equal(report.status, FAVOR_ERR_SHAPE);
  assert_string_equal(report.argument, "ldx");
  assert_string_equal(report.message, "ldx is 3; at least 8 is needed");
  assert_status(favor_fail(&report, FAVOR_ERR_MEMORY, NULL, "no memory"), FAVOR_ERR_MEMORY);
  assert_string_equal(report.argument, "");
}

static void long_texts_are_cut_at_the_end_of_their_field(void **state) {
  (void)state;
  char text[400];
  favor_report report;
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  assert_ok(favor_report_init(&report));
  assert_status(favor_fail(&report, FAVOR_ERR_VALUE, text, "%s", text), FAVOR_ERR_VALUE);
  assert_int_equal(strlen(report.argument), sizeof report.argument - 1);
  assert_int_equal(strlen(report.message), sizeof report.message - 1);
  assert_int_equal(report.rows_masked, 0);
}

static void rows_are_counted_by_kind_and_the_first_is_kept(void **state) {
  (void)state;
  favor_report report;
  assert_ok(favor_report_init(&report));
  favor_report_rows(&report, FAVOR_NOTE_OVERFLOW, 2, 7);
  favor_report_rows(&report, FAVOR_NOTE_NONFINITE, 1, 5);
  favor_report_rows(&report, FAVOR_NOTE_OVERFLOW, 3, 9);
  favor_report_rows(&report, FAVOR_ERR_NONFINITE, 4, 6);
  favor_report_rows(&report, FAVOR_NOTE_OVERFLOW, 0, 0); /* no rows: nothing happened */
  assert_int_equal(report.rows_overflow, 5);
  assert_int_equal(report.rows_nonfinite, 5);
  assert_int_equal(report.rows_masked, 0);
  assert_int_equal(report.rows_nonpositive, 0);
  assert_int_equal(report.first_row, 5);
}

static void a_call_begins_with_a_clear_report(void **state) {
  (void)state;
  favor_report report, fresh;
  assert_ok(favor_report_init(&report));
  assert_status(favor_fail(&report, FAVOR_ERR_VALUE, "scale", "scale is 0"), FAVOR_ERR_VALUE);
  favor_report_rows(&report, FAVOR_NOTE_OVERFLOW, 2, 7);
  favor_report_begin(&report);
  assert_ok(favor_report_init(&fresh));
  assert_int_equal(report.status, FAVOR_OK);
  assert_string_equal(report.argument, "");
  assert_string_equal(report.message, "");
  assert_int_equal(report.rows_overflow, 0);
  assert_int_equal(report.first_row, -1);
  assert_int_equal(report.size, fresh.size);
}

static void a_call_ends_with_its_note_but_keeps_a_failure(void **state) {
  (void)state;
  favor_report report;
  assert_ok(favor_report_init(&report));
  assert_status(favor_report_end(&report, FAVOR_NOTE_OVERFLOW), FAVOR_NOTE_OVERFLOW);
  assert_int_equal(report.status, FAVOR_NOTE_OVERFLOW);
  assert_status(favor_report_end(&report, FAVOR_ERR_MEMORY), FAVOR_ERR_MEMORY);
  assert_int_equal(report.status, FAVOR_NOTE_OVERFLOW);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_status_has_its_name_and_a_text),
      cmocka_unit_test(status_values_and_names_are_pinned),
      cmocka_unit_test(unknown_statuses_have_a_name_and_a_text),
      cmocka_unit_test(version_is_that_of_the_header),
      cmocka_unit_test(init_clears_every_field),
      cmocka_unit_test(init_refuses_null_and_a_struct_older_than_the_first),
      cmocka_unit_test(init_writes_no_further_than_it_knows),
      cmocka_unit_test(a_report_that_was_never_set_up_is_left_alone),
      cmocka_unit_test(no_report_at_all_is_fine),
      cmocka_unit_test(a_failure_names_argument_and_value),
      cmocka_unit_test(long_texts_are_cut_at_the_end_of_their_field),
      cmocka_unit_test(rows_are_counted_by_kind_and_the_first_is_kept),
      cmocka_unit_test(a_call_begins_with_a_clear_report),
      cmocka_unit_test(a_call_ends_with_its_note_but_keeps_a_failure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
