/* SPDX-License-Identifier: MIT */
/** Tables of the benches as CSV, JSON and text; numbers beyond the range of double. */
#include "support/test.h"

#include "aligned.h"
#include "support/json.h"
#include "table.h"

static const char *const columns[] = {"name", "value", "note"};

/* Everything that `write` prints. */
static char *printed(void (*write)(FILE *)) {
  static char text[4096];
  FILE *f = tmpfile();
  assert_non_null(f);
  write(f);
  rewind(f);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  return text;
}

static bench_table table;
static const bench_fact facts[] = {{"machine", "a \"b\" \\ c\n\x01"}, {"version", "1"}};

static void write_csv(FILE *f) {
  bench_table_csv(&table, f);
}
static void write_json(FILE *f) {
  bench_table_json(&table, 2, facts, f);
}
static void write_json_without_facts(FILE *f) {
  bench_table_json(&table, 0, NULL, f);
}

static int start(void **state) {
  (void)state;
  bench_table_init(&table, 3, columns);
  return 0;
}

static int end(void **state) {
  (void)state;
  bench_table_free(&table);
  return 0;
}

static void an_empty_table_is_a_heading(void **state) {
  (void)state;
  assert_string_equal(printed(write_csv), "name,value,note\n");
  assert_true(json_valid(printed(write_json_without_facts)));
}

static void csv_quotes_what_would_break_it(void **state) {
  (void)state;
  bench_cell *row = bench_table_add(&table);
  bench_cell_text(&row[0], "a,b");
  bench_cell_int(&row[1], -7);
  row = bench_table_add(&table);
  bench_cell_text(&row[0], "say \"x\"\n");
  bench_cell_real(&row[1], 0.25);
  bench_cell_text(&row[2], "plain");
  assert_string_equal(printed(write_csv),
                      "name,value,note\n\"a,b\",-7,\n\"say \"\"x\"\"\n\",0.25,plain\n");
}

static void json_is_valid_with_empty_infinite_and_odd_cells(void **state) {
  (void)state;
  bench_cell *row = bench_table_add(&table);
  bench_cell_text(&row[0], "tab\t \"quoted\"");
  bench_cell_exp(&row[1], INFINITY);
  row = bench_table_add(&table);
  bench_cell_exp(&row[1], 1000);
  bench_cell_real(&row[2], NAN);
  const char *text = printed(write_json);
  assert_true(json_valid(text));
  assert_non_null(
      strstr(text, "{\"name\": \"tab\\u0009 \\\"quoted\\\"\", \"value\": 1e999, \"note\": null}"));
  assert_non_null(strstr(text, "{\"name\": null, \"value\": 1.970071e+434, \"note\": null}"));
  assert_non_null(strstr(text, "\"machine\": \"a \\\"b\\\" \\\\ c\\u000a\\u0001\""));
}

static void many_rows_are_all_kept(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    bench_cell *row = bench_table_add(&table);
    assert_non_null(row);
    bench_cell_int(&row[1], i);
  }
  assert_int_equal(table.num_rows, 1000);
  assert_string_equal(table.cells[999 * 3 + 1].text, "999");
  assert_int_equal(table.cells[999 * 3].kind, BENCH_EMPTY);
}

static void exponentials_of_any_size_are_written_as_decimals(void **state) {
  (void)state;
  static const struct {
    double ln;
    const char *text;
  } cases[] = {
      {0, "1.000e+00"},
      {2.302585092994046, "1.000e+01"},
      {-INFINITY, "0.000e+00"},
      {INFINITY, "inf"},
      {1000, "1.970e+434"},
      {-1000, "5.076e-435"},
      {2302.585092994046, "1.000e+1000"},
      {709, "8.218e+307"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[32];
    bench_format_exp(cases[i].ln, 3, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

static void short_numbers_take_seven_characters_at_most(void **state) {
  (void)state;
  char text[32];
  for (double ln = -1500; ln < 1500; ln += 0.37) {
    bench_short_exp(ln, text, sizeof text);
    assert_in_range(strlen(text), 1, fabs(ln) < 220 ? 7 : 8);
  }
  bench_short_exp(log(0.0123), text, sizeof text);
  assert_string_equal(text, "0.0123");
  bench_short_exp(NAN, text, sizeof text);
  assert_string_equal(text, "-");
  bench_short_exp(-INFINITY, text, sizeof text);
  assert_string_equal(text, "0");
}

static void write_aligned(FILE *f) {
  bench_aligned *t = malloc(sizeof *t);
  assert_non_null(t);
  bench_aligned_start(t, 1, "name|n|value");
  bench_aligned_row(t);
  bench_aligned_cell(t, "%s", "a");
  bench_aligned_cell(t, "%d", 12345);
  bench_aligned_cell(t, "%s", "");
  bench_aligned_row(t);
  bench_aligned_cell(t, "%s", "longer name");
  bench_aligned_cell(t, "%d", 1);
  bench_aligned_cell(t, "%.2f", 0.5);
  bench_aligned_print(t, f);
  free(t);
}

static void columns_are_as_wide_as_their_widest_cell(void **state) {
  (void)state;
  assert_string_equal(printed(write_aligned), "name             n  value\n"
                                              "a            12345       \n"
                                              "longer name      1   0.50\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_empty_table_is_a_heading, start, end),
      cmocka_unit_test_setup_teardown(csv_quotes_what_would_break_it, start, end),
      cmocka_unit_test_setup_teardown(json_is_valid_with_empty_infinite_and_odd_cells, start, end),
      cmocka_unit_test_setup_teardown(many_rows_are_all_kept, start, end),
      cmocka_unit_test(exponentials_of_any_size_are_written_as_decimals),
      cmocka_unit_test(short_numbers_take_seven_characters_at_most),
      cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
  };
  return cmocka_run_group_tests_name("bench tables", tests, NULL, NULL);
}
