/* SPDX-License-Identifier: MIT */
/** Command lines of the benches. */
#include "support/test.h"

#include "nearest.h"
#include "options.h"

static const bench_name colours[] = {{"red", 1, ""}, {"green", 2, ""}, {"dark_green", 7, ""}};

static bench_ints counts, named, one;
static bench_reals reals;
static bench_strings files;
static bench_option options[5];
static char message[BENCH_MESSAGE_BYTES];

static int fresh(void **state) {
  (void)state;
  const bench_option table[5] = {{.name = "count",
                                  .argument = "N,...",
                                  .help = "Numbers",
                                  .kind = BENCH_INTS,
                                  .value = &counts,
                                  .low = 1,
                                  .high = 100},
                                 {.name = "real",
                                  .argument = "X,...",
                                  .help = "Reals",
                                  .kind = BENCH_REALS,
                                  .value = &reals,
                                  .low = -1,
                                  .high = 1},
                                 {.name = "colour",
                                  .argument = "NAME,...",
                                  .help = "Colours",
                                  .kind = BENCH_NAMES,
                                  .value = &named,
                                  .names = colours,
                                  .num_names = 3},
                                 {.name = "one",
                                  .argument = "N",
                                  .help = "A single number",
                                  .kind = BENCH_INTS,
                                  .single = true,
                                  .value = &one,
                                  .low = 0,
                                  .high = 9},
                                 {.name = "file",
                                  .argument = "F,...",
                                  .help = "Files",
                                  .kind = BENCH_STRINGS,
                                  .value = &files}};
  memcpy(options, table, sizeof table);
  counts = (bench_ints){2, {8, 16}};
  one = (bench_ints){1, {3}};
  reals = (bench_reals){0, {0}};
  named = (bench_ints){1, {1}};
  bench_strings_free(&files);
  return 0;
}

static int forget(void **state) {
  (void)state;
  bench_strings_free(&files);
  return 0;
}

/* Parse up to four arguments. */
static bench_parsed parse(const char *a, const char *b, const char *c, const char *d) {
  char program[] = "bench", copy[4][128];
  char *argv[6] = {program};
  const char *given[4] = {a, b, c, d};
  int argc = 1;
  for (int i = 0; i < 4 && given[i] != NULL; i++) {
    snprintf(copy[i], sizeof copy[i], "%s", given[i]);
    argv[argc++] = copy[i];
  }
  return bench_parse(argc, argv, 5, options, message);
}

static void assert_refused(const char *a, const char *b, const char *expected) {
  assert_int_equal(parse(a, b, NULL, NULL), BENCH_PARSED_BAD);
  assert_string_equal(message, expected);
}

static void defaults_stay_where_nothing_is_given(void **state) {
  (void)state;
  assert_int_equal(parse(NULL, NULL, NULL, NULL), BENCH_PARSED_RUN);
  assert_int_equal(counts.count, 2);
  assert_int_equal(counts.at[1], 16);
  assert_false(bench_given(5, options, "count"));
}

static void a_list_replaces_the_default_and_further_uses_append(void **state) {
  (void)state;
  assert_int_equal(parse("--count", "1,2", "--count=100", NULL), BENCH_PARSED_RUN);
  assert_int_equal(counts.count, 3);
  assert_int_equal(counts.at[0], 1);
  assert_int_equal(counts.at[1], 2);
  assert_int_equal(counts.at[2], 100);
  assert_true(bench_given(5, options, "count"));
  assert_false(bench_given(5, options, "real"));
}

static void negative_reals_and_exponents_are_read(void **state) {
  (void)state;
  assert_int_equal(parse("--real", "-0.5,1e-3", NULL, NULL), BENCH_PARSED_RUN);
  assert_int_equal(reals.count, 2);
  assert_true(reals.at[0] == -0.5);
  assert_true(reals.at[1] == 1e-3);
}

static void all_stands_for_every_name_once(void **state) {
  (void)state;
  assert_int_equal(parse("--colour", "dark_green,all,red", NULL, NULL), BENCH_PARSED_RUN);
  assert_int_equal(named.count, 3);
  assert_int_equal(named.at[0], 7);
  assert_int_equal(named.at[1], 1);
  assert_int_equal(named.at[2], 2);
}

static void files_are_copied_and_split_at_commas(void **state) {
  (void)state;
  assert_int_equal(parse("--file", "a.npy,b.npy", "--file", "c.npy"), BENCH_PARSED_RUN);
  assert_int_equal(files.count, 3);
  assert_string_equal(files.at[0], "a.npy");
  assert_string_equal(files.at[2], "c.npy");
  assert_refused("--file", "a,,b", "--file: an empty name of a file");
}

static void help_and_version_win_over_what_follows(void **state) {
  (void)state;
  assert_int_equal(parse("--help", "--nonsense", NULL, NULL), BENCH_PARSED_HELP);
  assert_int_equal(parse("-h", NULL, NULL, NULL), BENCH_PARSED_HELP);
  assert_int_equal(parse("--version", NULL, NULL, NULL), BENCH_PARSED_VERSION);
}

static void an_unknown_option_names_the_nearest(void **state) {
  (void)state;
  assert_refused("--cuont", "1",
                 "unknown option '--cuont', did you mean --count? --help lists them all");
  assert_refused("--col=red", NULL,
                 "unknown option '--col', did you mean --colour? --help lists them all");
  assert_refused("--zzzzzz", NULL, "unknown option '--zzzzzz'; --help lists them all");
  assert_refused("stray", NULL, "unexpected argument 'stray'; --help lists them all");
  assert_refused("-count", NULL,
                 "unknown option '-count', did you mean --count? --help lists them all");
}

static void an_unknown_name_lists_those_that_are_known(void **state) {
  (void)state;
  assert_refused("--colour", "gren",
                 "--colour: unknown name 'gren', did you mean green, red?; known: red, green, "
                 "dark_green, all");
  assert_refused("--colour", "", "--colour: unknown name ''; known: red, green, dark_green, all");
}

static void numbers_outside_their_range_are_refused_with_it(void **state) {
  (void)state;
  assert_refused("--count", "0", "--count: '0' is not a whole number in [1, 100]");
  assert_refused("--count", "101", "--count: '101' is not a whole number in [1, 100]");
  assert_refused("--count", "4x", "--count: '4x' is not a whole number in [1, 100]");
  assert_refused("--count", "", "--count: '' is not a whole number in [1, 100]");
  assert_refused("--count", "99999999999999999999",
                 "--count: '99999999999999999999' is not a whole number in [1, 100]");
  assert_refused("--real", "nan", "--real: 'nan' is not a number in [-1, 1]");
  assert_refused("--real", "1.5", "--real: '1.5' is not a number in [-1, 1]");
}

static void a_single_option_takes_one_value(void **state) {
  (void)state;
  assert_refused("--one", "1,2", "--one: '1,2' is not a whole number in [0, 9]");
  assert_int_equal(parse("--one", "1", "--one", "2"), BENCH_PARSED_BAD);
  assert_string_equal(message, "--one is given twice");
}

static void an_option_without_its_value_is_refused(void **state) {
  (void)state;
  assert_refused("--count", NULL, "--count wants a value: N,...");
}

static void a_list_beyond_its_room_is_refused(void **state) {
  (void)state;
  char long_list[4 * (BENCH_LIST_MAX + 2)] = "1";
  for (int i = 2; i <= BENCH_LIST_MAX + 1; i++) {
    char item[16];
    (void)snprintf(item, sizeof item, ",%d", i);
    strcat(long_list, item);
  }
  char program[] = "bench", name[] = "--count";
  char *argv[3] = {program, name, long_list};
  assert_int_equal(bench_parse(3, argv, 5, options, message), BENCH_PARSED_BAD);
  assert_string_equal(message, "--count: more than 64 items");
}

static void a_value_stands_in_a_list_once(void **state) {
  (void)state;
  assert_int_equal(parse("--count", "4,8,4", "--real", "0.5,.5,0"), BENCH_PARSED_RUN);
  assert_int_equal(counts.count, 2);
  assert_int_equal(counts.at[1], 8);
  assert_int_equal(reals.count, 2);
  assert_true(reals.at[1] == 0);
}

static void help_shows_every_option_with_its_default(void **state) {
  (void)state;
  char text[4096];
  FILE *f = tmpfile();
  assert_non_null(f);
  bench_print_options(f, 5, options);
  rewind(f);
  const size_t n = fread(text, 1, sizeof text - 1, f);
  text[n] = '\0';
  fclose(f);
  for (int i = 0; i < 5; i++) {
    char name[32];
    snprintf(name, sizeof name, "--%s %s", options[i].name, options[i].argument);
    assert_non_null(strstr(text, name));
  }
  assert_non_null(strstr(text, "Numbers. Default 8,16.\n"));
  assert_non_null(strstr(text, "Colours: red, green, dark_green, all. Default red.\n"));
  assert_non_null(strstr(text, "A single number. Default 3.\n"));
}

static void nearest_words_come_in_order_of_distance(void **state) {
  (void)state;
  const char *words[] = {"orthogonal", "simplex", "iid", "simple"};
  char text[128];
  assert_int_equal(bench_nearest("simplx", 4, words, "", text, sizeof text), 2);
  assert_string_equal(text, "simplex, simple");
  assert_int_equal(bench_nearest("xyzzyx", 4, words, "", text, sizeof text), 0);
  assert_string_equal(text, "");
  assert_int_equal(bench_nearest("orth", 4, words, "--", text, sizeof text), 1);
  assert_string_equal(text, "--orthogonal");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(defaults_stay_where_nothing_is_given, fresh),
      cmocka_unit_test_setup(a_list_replaces_the_default_and_further_uses_append, fresh),
      cmocka_unit_test_setup(negative_reals_and_exponents_are_read, fresh),
      cmocka_unit_test_setup(all_stands_for_every_name_once, fresh),
      cmocka_unit_test_setup(files_are_copied_and_split_at_commas, fresh),
      cmocka_unit_test_setup(help_and_version_win_over_what_follows, fresh),
      cmocka_unit_test_setup(an_unknown_option_names_the_nearest, fresh),
      cmocka_unit_test_setup(an_unknown_name_lists_those_that_are_known, fresh),
      cmocka_unit_test_setup(numbers_outside_their_range_are_refused_with_it, fresh),
      cmocka_unit_test_setup(a_single_option_takes_one_value, fresh),
      cmocka_unit_test_setup(an_option_without_its_value_is_refused, fresh),
      cmocka_unit_test_setup(a_list_beyond_its_room_is_refused, fresh),
      cmocka_unit_test_setup(a_value_stands_in_a_list_once, fresh),
      cmocka_unit_test_setup(help_shows_every_option_with_its_default, fresh),
      cmocka_unit_test(nearest_words_come_in_order_of_distance),
  };
  return cmocka_run_group_tests_name("bench options", tests, NULL, forget);
}
