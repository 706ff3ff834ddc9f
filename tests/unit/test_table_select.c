/* SPDX-License-Identifier: MIT */
/* The choice of a kernel table, by option, by FAVOR_ISA and by the processor. */
#define _GNU_SOURCE /* setenv */
#include "kernel/table.h"
#include "support/test.h"

typedef struct known {
  const char *name;
  int32_t isa;
  const favor_table *table[2];
} known;

#define ROW(name, symbol, value, text)                                                             \
  {#symbol, FAVOR_ISA_##name, {&favor_table_##symbol##_f32, &favor_table_##symbol##_f64}},
static const known list[] = {FAVOR_ISA_LIST(ROW)};
enum { COUNT = sizeof list / sizeof list[0] };

static int forget_environment(void **state) {
  (void)state;
  return unsetenv("FAVOR_ISA");
}

static favor_report fresh_report(void) {
  favor_report report;
  assert_ok(favor_report_init(&report));
  return report;
}

static void every_table_is_complete_and_says_what_it_is(void **state) {
  (void)state;
  for (int i = 0; i < COUNT; ++i) {
    for (int p = 0; p < 2; ++p) {
      const favor_table *t = list[i].table[p];
      assert_int_equal(t->isa, list[i].isa);
      assert_int_equal(t->precision, p);
      assert_int_equal(t->real, p == FAVOR_F32 ? sizeof(float) : sizeof(double));
      assert_true(t->pack_width > 0 && t->pack_width % FAVOR_PACK == 0);
      assert_true(FAVOR_PANEL % t->pack_width == 0);
      assert_int_equal(t->supported(), list[i].table[0]->supported());
      assert_true(t->load && t->row_scalars && t->project && t->project_transposed);
      assert_true(t->expand_signs && t->cosine_sine && t->relu && t->row_max && t->column_top &&
                  t->row_top && t->scale_rows);
      assert_true(t->exp2 && t->multiply && t->accumulate && t->read && t->product);
      assert_true(t->triangular_product != NULL);
    }
  }
}

static void names_follow_the_list_and_unknown_ones_are_null(void **state) {
  (void)state;
  for (int i = 0; i < COUNT; ++i) assert_string_equal(favor_isa_name(list[i].isa), list[i].name);
  assert_null(favor_isa_name(FAVOR_ISA_AUTO));
  assert_null(favor_isa_name(-1));
  assert_null(favor_isa_name(1000));
}

static void an_option_selects_its_tables_or_says_that_the_processor_lacks_them(void **state) {
  (void)state;
  for (int i = 0; i < COUNT; ++i) {
    const favor_table *got[2] = {NULL, NULL};
    favor_report report = fresh_report();
    const favor_status status = favor_table_select(list[i].isa, &report, got);
    assert_status(favor_isa_check(list[i].isa), status);
    if (list[i].table[0]->supported()) {
      assert_ok(status);
      assert_ptr_equal(got[FAVOR_F32], list[i].table[FAVOR_F32]);
      assert_ptr_equal(got[FAVOR_F64], list[i].table[FAVOR_F64]);
    } else {
      assert_status(status, FAVOR_ERR_ISA);
      assert_non_null(strstr(report.message, list[i].name));
      assert_null(got[0]);
    }
  }
}

static void unknown_options_are_refused_with_the_names_there_are(void **state) {
  (void)state;
  static const int32_t unknown[] = {-1, 1000, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; ++i) {
    const favor_table *got[2] = {NULL, NULL};
    favor_report report = fresh_report();
    assert_status(favor_table_select(unknown[i], &report, got), FAVOR_ERR_ENUM);
    assert_null(got[0]);
    assert_string_equal(report.argument, "isa");
    for (int k = 0; k < COUNT; ++k) assert_non_null(strstr(report.message, list[k].name));
    assert_status(favor_table_select(unknown[i], NULL, got), FAVOR_ERR_ENUM);
    assert_status(favor_isa_check(unknown[i]), FAVOR_ERR_ISA);
  }
}

static void
auto_takes_the_widest_own_kernels_where_they_fill_the_processor_else_blas(void **state) {
  (void)state;
  const favor_table *got[2];
  assert_ok(favor_table_select(FAVOR_ISA_AUTO, NULL, got));
  assert_ok(favor_isa_check(FAVOR_ISA_AUTO));
  assert_true(got[0]->supported());
  int64_t widest = 16;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    widest = 64;
  } else if (__builtin_cpu_supports("avx2")) {
    widest = 32;
  }
#endif
  bool built = false;
  for (int i = 0; i < COUNT; ++i) {
    const favor_table *t = list[i].table[0];
    built = built || (t->vector_bytes == widest && t->supported());
  }
  assert_int_equal(got[0]->vector_bytes, built ? widest : 0);
  assert_int_equal(got[0]->isa, got[1]->isa);
}

static void the_environment_decides_where_the_option_does_not(void **state) {
  (void)state;
  for (int i = 0; i < COUNT; ++i) {
    if (!list[i].table[0]->supported()) continue;
    const favor_table *got[2];
    assert_int_equal(setenv("FAVOR_ISA", list[i].name, 1), 0);
    assert_ok(favor_table_select(FAVOR_ISA_AUTO, NULL, got));
    assert_int_equal(got[0]->isa, list[i].isa);
    for (int k = 0; k < COUNT; ++k) {
      if (!list[k].table[0]->supported()) continue;
      assert_ok(favor_table_select(list[k].isa, NULL, got));
      assert_int_equal(got[0]->isa, list[k].isa);
    }
  }
}

static void an_empty_environment_variable_is_none(void **state) {
  (void)state;
  const favor_table *expected[2], *got[2];
  assert_ok(favor_table_select(FAVOR_ISA_AUTO, NULL, expected));
  static const char *const none[] = {"", "auto"};
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(setenv("FAVOR_ISA", none[i], 1), 0);
    assert_ok(favor_table_select(FAVOR_ISA_AUTO, NULL, got));
    assert_ptr_equal(got[0], expected[0]);
  }
}

static void an_unknown_name_in_the_environment_is_a_status_with_the_names_there_are(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "sse9", "BLAS", "blas ", "%s%n",
      "a name longer than a report has room for, by far, and a bit longer still to be quite sure"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    const favor_table *got[2] = {NULL, NULL};
    favor_report report = fresh_report();
    assert_int_equal(setenv("FAVOR_ISA", wrong[i], 1), 0);
    assert_status(favor_table_select(FAVOR_ISA_AUTO, &report, got), FAVOR_ERR_ISA);
    assert_null(got[0]);
    assert_status(favor_isa_check(FAVOR_ISA_AUTO), FAVOR_ERR_ISA);
    for (int k = 0; k < COUNT; ++k) assert_non_null(strstr(report.message, list[k].name));
    assert_ok(favor_table_select(FAVOR_ISA_BLAS, &report, got));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, forget_environment, forget_environment)
      TEST(every_table_is_complete_and_says_what_it_is),
      TEST(names_follow_the_list_and_unknown_ones_are_null),
      TEST(an_option_selects_its_tables_or_says_that_the_processor_lacks_them),
      TEST(unknown_options_are_refused_with_the_names_there_are),
      TEST(auto_takes_the_widest_own_kernels_where_they_fill_the_processor_else_blas),
      TEST(the_environment_decides_where_the_option_does_not),
      TEST(an_empty_environment_variable_is_none),
      TEST(an_unknown_name_in_the_environment_is_a_status_with_the_names_there_are),
  };
  return cmocka_run_group_tests_name("table_select", tests, NULL, NULL);
}
