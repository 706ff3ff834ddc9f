/* SPDX-License-Identifier: MIT */
/* Every public function x every argument x every invalid value, from the tables in
 * arguments_cases_*.c. The first tests make sure that the tables miss no function and no
 * argument of favor.h. */
#include <inttypes.h>

#include "robust/arguments_run.h"
#include "robust/header.h"

static const call_table *const call_tables[] = {&calls_base,   &calls_map,     &calls_combine,
                                                &calls_hybrid, &calls_kernel,  &calls_attention,
                                                &calls_state,  &calls_forecast};
static const case_table *const case_tables[] = {
    &cases_base,    &cases_stats,  &cases_options,  &cases_map,       &cases_apply,
    &cases_combine, &cases_hybrid, &cases_kernel,   &cases_attention, &cases_desc,
    &cases_state,   &cases_carry,  &cases_state_io, &cases_forecast};

#define CALL_TABLES (sizeof call_tables / sizeof *call_tables)
#define CASE_TABLES (sizeof case_tables / sizeof *case_tables)

static const call_row *find_call(const char *name) {
  for (size_t t = 0; t < CALL_TABLES; t++)
    for (size_t i = 0; i < call_tables[t]->count; i++)
      if (strcmp(call_tables[t]->rows[i].name, name) == 0) return &call_tables[t]->rows[i];
  return NULL;
}

static bool concerns(const argument_case *c, const char *function) {
  const size_t length = strlen(c->function);
  if (c->function[length - 1] != '*') return strcmp(c->function, function) == 0;
  return strncmp(c->function, function, length - 1) == 0;
}

/* ---- no function and no argument is missed ---- */

static void every_public_function_is_called_with_the_arguments_of_the_header(void **state) {
  (void)state;
  header_function functions[HEADER_FUNCTIONS];
  const int n = read_header(FAVOR_TEST_HEADER, functions);
  size_t rows = 0;
  for (int i = 0; i < n; i++) {
    const call_row *call = find_call(functions[i].name);
    if (call == NULL) fail_msg("%s has no row", functions[i].name);
    assert_string_equal(call->arguments, functions[i].arguments);
  }
  for (size_t t = 0; t < CALL_TABLES; t++) rows += call_tables[t]->count;
  assert_int_equal(rows, n);
}

static void every_exported_symbol_is_called(void **state) {
  (void)state;
  char *text = read_text(FAVOR_TEST_SYMBOLS);
  assert_non_null(text);
  int found = 0;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    const char *name = strstr(line, "favor_");
    if (line[0] == '#' || name == NULL) continue;
    line[strcspn(line, " \r")] = '\0';
    if (find_call(name) == NULL) fail_msg("%s has no row", name);
    found++;
  }
  assert_true(found > 0);
  free(text);
}

static bool argument_has_case(const char *function, const char *name, size_t length) {
  for (size_t t = 0; t < CASE_TABLES; t++)
    for (size_t i = 0; i < case_tables[t]->count; i++) {
      const argument_case *c = &case_tables[t]->rows[i];
      const char *spoiled = c->first.argument;
      if (concerns(c, function) && spoiled != NULL && strlen(spoiled) == length &&
          memcmp(spoiled, name, length) == 0)
        return true;
    }
  return false;
}

static void every_argument_of_every_function_has_a_case(void **state) {
  (void)state;
  for (size_t t = 0; t < CALL_TABLES; t++)
    for (size_t i = 0; i < call_tables[t]->count; i++) {
      const call_row *call = &call_tables[t]->rows[i];
      for (const char *at = call->arguments; *at != '\0'; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        if (!argument_has_case(call->name, at, length))
          fail_msg("%s: no case for '%.*s'", call->name, (int)length, at);
        at += length;
      }
    }
}

static void every_case_names_a_function(void **state) {
  (void)state;
  for (size_t t = 0; t < CASE_TABLES; t++)
    for (size_t i = 0; i < case_tables[t]->count; i++) {
      const argument_case *c = &case_tables[t]->rows[i];
      bool found = false;
      for (size_t u = 0; u < CALL_TABLES; u++)
        for (size_t j = 0; j < call_tables[u]->count; j++)
          found = found || concerns(c, call_tables[u]->rows[j].name);
      if (!found) fail_msg("no function is called %s", c->function);
    }
}

/* ---- all cases ---- */

static void name_case(prepared_case *p) {
  const setting *s = &p->row.first;
  char value[64] = "";
  if (s->kind == SET_NULL) snprintf(value, sizeof value, "NULL");
  if (s->kind == SET_INT) snprintf(value, sizeof value, "%" PRId64, s->i);
  if (s->kind == SET_REAL || s->kind == SET_POISON) snprintf(value, sizeof value, "%g", s->f);
  if (s->kind == SET_BY) snprintf(value, sizeof value, "valid %+d", (int)s->i);
  if (s->kind == SET_THING) snprintf(value, sizeof value, "thing %d", (int)s->i);
  if (s->kind == SET_START) snprintf(value, sizeof value, "the start of %s", s->text);
  if (s->kind == SET_LAST) snprintf(value, sizeof value, "the end of %s", s->text);
  if (s->kind == SET_BEHIND) snprintf(value, sizeof value, "behind %s", s->text);
  if (s->kind == SET_ENV) snprintf(value, sizeof value, "\"%.40s\"", s->text);
  const bool status = p->call->result == RESULT_STATUS;
  char expected[32];
  snprintf(expected, sizeof expected, "%d", p->row.expected);
  snprintf(p->name, sizeof p->name, "%s with %s = %s%s%s gives %s", p->call->name,
           s->kind == SET_NONE ? "valid arguments" : s->argument, value,
           p->row.second.kind == SET_NONE ? "" : " and ",
           p->row.second.kind == SET_NONE ? "" : p->row.second.argument,
           status ? favor_status_name(p->row.expected) : expected);
}

static size_t add_case(prepared_case *cases, size_t n, const call_row *call,
                       const argument_case *row) {
  if (cases == NULL) return n + 1;
  prepared_case *p = &cases[n];
  const char *environment = getenv("FAVOR_ISA");
  p->call = call;
  p->row = *row;
  p->has_environment = environment != NULL;
  snprintf(p->environment, sizeof p->environment, "%s", environment != NULL ? environment : "");
  name_case(p);
  return n + 1;
}

/* For every function its valid call, then all cases that concern it; with cases == NULL only
 * their number. */
static size_t list_cases(prepared_case *cases) {
  size_t n = 0;
  for (size_t t = 0; t < CALL_TABLES; t++)
    for (size_t i = 0; i < call_tables[t]->count; i++) {
      const call_row *call = &call_tables[t]->rows[i];
      const argument_case valid = ROW(call->name, NO_SETTING, call->result == RESULT_TEXT);
      n = add_case(cases, n, call, &valid);
      for (size_t u = 0; u < CASE_TABLES; u++)
        for (size_t j = 0; j < case_tables[u]->count; j++)
          if (concerns(&case_tables[u]->rows[j], call->name))
            n = add_case(cases, n, call, &case_tables[u]->rows[j]);
    }
  return n;
}

int main(void) {
  const struct CMUnitTest complete[] = {
      cmocka_unit_test(every_public_function_is_called_with_the_arguments_of_the_header),
      cmocka_unit_test(every_exported_symbol_is_called),
      cmocka_unit_test(every_argument_of_every_function_has_a_case),
      cmocka_unit_test(every_case_names_a_function),
  };
  int failures = cmocka_run_group_tests_name("tables", complete, NULL, NULL);
  const size_t n = list_cases(NULL);
  prepared_case *cases = calloc(n, sizeof *cases);
  struct CMUnitTest *tests = calloc(n, sizeof *tests);
  if (cases == NULL || tests == NULL) return 1;
  list_cases(cases);
  for (size_t i = 0; i < n; i++)
    tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL, &cases[i]};
  failures += _cmocka_run_group_tests("arguments", tests, n, NULL, NULL);
  free(tests);
  free(cases);
  return failures != 0;
}
