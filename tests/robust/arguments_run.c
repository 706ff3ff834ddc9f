/* SPDX-License-Identifier: MIT */
#include "robust/arguments_run.h"

#include <inttypes.h>

#include "robust/arguments_forecast.h"
#include "robust/capture.h"
#include "robust/maps.h"

/* ---- what a report owes ---- */

/* The value at fault as the message must give it; "" where any message will do: those about
 * combinations speak of names, those about memory of bytes. */
static void value_text(const fixture *f, const argument_case *c, const argument *a, char text[64]) {
  const setting *s = &c->first;
  const int index = call_find(f->call, s->argument);
  text[0] = '\0';
  if (c->expected == FAVOR_ERR_COMBINATION || c->expected == FAVOR_ERR_MEMORY) return;
  if (s->kind == SET_INT) snprintf(text, 64, "%" PRId64, s->i);
  const bool address = strcmp(s->argument, "work") == 0 || strcmp(s->argument, "memory") == 0;
  if (s->kind == SET_BY && index >= 0 && !address) snprintf(text, 64, "%" PRId64, a[index].i);
  if (s->kind == SET_REAL) snprintf(text, 64, "%g", s->f);
  if (s->kind == SET_ENV && strchr(s->text, '%') == NULL) snprintf(text, 64, "%s", s->text);
}

/* A size can be refused as unsigned, INT64_C(-1) as SIZE_MAX. */
static bool gives_value(const char *message, const setting *s, const char *text) {
  char other[64];
  snprintf(other, sizeof other, "%" PRIu64, (uint64_t)s->i);
  return strstr(message, text) != NULL || (s->kind == SET_INT && strstr(message, other) != NULL);
}

/* Exactly the argument that was spoiled; of an overlap either partner; of an overflow any
 * argument; for want of memory none needs to be. */
static bool names_argument(fixture *f, const argument_case *c, const char *named) {
  const char *expected = c->first.argument;
  if (c->first.kind == SET_ENV) expected = "isa";
  if (strncmp(expected, "opts.", 5) == 0 || strncmp(expected, "desc.", 5) == 0) expected += 5;
  if (strncmp(expected, "problem.", 8) == 0) expected += 8;
  if (strncmp(expected, "hybrid.", 7) == 0) expected += 7;
  if (strcmp(named, expected) == 0) return true;
  const size_t length = strlen(named); /* "desc.q_stride2" is named by its field */
  if (strncmp(named, expected, length) == 0 && strchr("012", expected[length])) return true;
  if (strcmp(expected, "maps") == 0 && strcmp(named, "dim") == 0)
    return true; /* they differ in it */
  if (c->expected == FAVOR_ERR_NULL && strcmp(expected + 1, "_offsets") == 0)
    return strcmp(named + 1, "_offsets") == 0; /* one without the other */
  if (c->expected == FAVOR_ERR_ALIAS && strcmp(named, c->first.text) == 0) return true;
  if (c->expected == FAVOR_ERR_ALIAS) /* a field that points to that array */
    return c->second.kind != SET_NONE && strcmp(named, strchr(c->second.argument, '.') + 1) == 0;
  if (c->expected == FAVOR_ERR_OVERFLOW) return call_find(f->call, named) >= 0;
  if (c->expected == FAVOR_ERR_MEMORY) return true;
  return false;
}

static void check_report(fixture *f, const argument_case *c, const argument *a) {
  const favor_report *report = &f->report;
  char value[64];
  assert_int_equal(report->size, sizeof *report);
  assert_int_equal(report->status, c->expected);
  assert_non_null(memchr(report->argument, '\0', sizeof report->argument));
  assert_non_null(memchr(report->message, '\0', sizeof report->message));
  if (c->expected >= 0) {
    assert_string_equal(report->argument, "");
    assert_string_equal(report->message, "");
    return;
  }
  if (!names_argument(f, c, report->argument))
    fail_msg("the report names '%s': %s", report->argument, report->message);
  assert_true(strlen(report->message) > 8);
  value_text(f, c, a, value);
  if (!gives_value(report->message, &c->first, value))
    fail_msg("the value %s is not in: %s", value, report->message);
  if (c->first.kind == SET_POISON && fixture_find((fixture *)f, c->first.argument)->rows > 1)
    assert_int_equal(report->first_row, c->first.i);
}

/* The options' or the call's report, unless it or the options themselves were spoiled. */
static bool reports(const fixture *f, const argument_case *c, const argument *a) {
  const int opts = call_find(f->call, "opts"), report = call_find(f->call, "report");
  if (c->first.argument != NULL && strcmp(c->first.argument, "opts") == 0) return false;
  if (combine_concerns(f) && f->call->trait == CALL_MAKES_MAP)
    return f->combine.report == &f->report;
  if (c->first.argument != NULL && strcmp(c->first.argument, "base") == 0) return false;
  if (call_find(f->call, "base") >= 0) return f->opts.report == &f->report;
  if (opts >= 0 && (f->call->trait == CALL_MAKES_MAP || forecast_concerns(f)))
    return f->opts.report == &f->report;
  return report >= 0 && a[report].p == &f->report &&
         strcmp(f->call->name, "favor_report_init_sized");
}

/* ---- what a refused call owes ---- */

typedef struct before {
  unsigned char *memory;
  favor_report raw_report;
  unsigned char *map, *stats;
  size_t map_bytes, stats_bytes;
} before;

static before remember(const fixture *f) {
  before b = {.raw_report = f->raw_report};
  b.memory = malloc(f->memory_bytes);
  assert_non_null(b.memory);
  memcpy(b.memory, f->memory, f->memory_bytes);
  if (f->map != NULL) b.map = saved_map(f->map, &b.map_bytes);
  if (f->stats != NULL) b.stats = saved_stats(f->stats, &b.stats_bytes);
  return b;
}

static void forget(before *b) {
  free(b->memory);
  free(b->map);
  free(b->stats);
}

/* What favor.h lets a call write although it is refused: a text is ended, a size is told; and the workspace,
 * where rows were looked at. */
static void allow_writes(fixture *f, const argument_case *c, const argument *a, before *b) {
  const fixture_array *work = fixture_find(f, "work");
  if (c->expected == FAVOR_ERR_NONFINITE)
    memcpy(b->memory + (work->data - f->memory), work->data, f->work_need);
  if (c->expected != FAVOR_ERR_BUFFER) return;
  const int text = call_find(f->call, "buf"), bytes = call_find(f->call, "bytes");
  if (text >= 0 && a[bytes].i > 0) {
    assert_int_equal(((char *)a[text].p)[0], 0);
    b->memory[(unsigned char *)a[text].p - f->memory] = 0;
  }
  if (text < 0) {
    const size_t told = f->saved_bytes;
    memcpy(b->memory + ((unsigned char *)a[bytes].p - f->memory), &told, sizeof told);
  }
}

static void check_nothing_written(fixture *f, const argument_case *c, const argument *a,
                                  before *b) {
  allow_writes(f, c, a, b);
  assert_memory_equal(f->memory, b->memory, f->memory_bytes);
  unsigned char expected[sizeof f->out];
  memset(expected, 0xA5, sizeof expected);
  const int out = call_find(f->call, "out");
  const call_trait trait = f->call->trait;
  const bool makes = trait >= CALL_MAKES_MAP && trait <= CALL_MAKES_STATE;
  if (makes && a[out].p != NULL) memset(expected, 0, sizeof(void *));
  assert_memory_equal(f->out, expected, sizeof expected);
  if (f->map != NULL) assert_map_is(f->map, b->map, b->map_bytes);
  if (f->stats != NULL) assert_stats_are(f->stats, b->stats, b->stats_bytes);
}

/* ---- one case ---- */

static void restore_environment(const prepared_case *p) {
  if (p->has_environment)
    setenv("FAVOR_ISA", p->environment, 1);
  else
    unsetenv("FAVOR_ISA");
}

static void fill_arguments(fixture *f, const argument_case *c, argument *a) {
  int n = 0;
  for (const char *at = f->call->arguments; *at != '\0'; at += strspn(at, " ")) {
    char name[32];
    const size_t length = strcspn(at, " ");
    snprintf(name, sizeof name, "%.*s", (int)length, at);
    assert_true(n < ARGUMENTS_MAX);
    a[n++] = fixture_default(f, name);
    at += length;
  }
  fixture_set(f, &c->first, a);
  fixture_set(f, &c->second, a);
}

/* Destroy what a successful call made, and forget what it destroyed. */
static void settle(fixture *f, int64_t result, const argument *a) {
  void *made = NULL;
  if (result == FAVOR_OK) memcpy(&made, f->out, sizeof made);
  switch (f->call->trait) {
  case CALL_MAKES_MAP:
    favor_map_destroy(made);
    break;
  case CALL_MAKES_STATS:
    favor_stats_destroy(made);
    break;
  case CALL_MAKES_POOL:
    favor_pool_destroy(made);
    break;
  case CALL_MAKES_STATE:
    if (strcmp(f->call->name, "favor_state_create") == 0) favor_state_destroy(f->map, made);
    break;
  case CALL_CONSUMES:
    if (strcmp(f->call->name, "favor_state_destroy") == 0) {
      if (a[0].p != NULL && a[1].p == f->own_state) f->own_state = NULL;
      break;
    }
    if (a[0].p != NULL && a[0].p == f->map) f->map = NULL;
    if (a[0].p != NULL && a[0].p == f->stats) f->stats = NULL;
    if (a[0].p != NULL && a[0].p == f->pool) f->pool = NULL;
    break;
  default:
    break;
  }
}

static void check_result(const fixture *f, const argument_case *c, int64_t result) {
  if (f->call->result == RESULT_STATUS) {
    if (result != c->expected && f->report.message[0] != '\0')
      print_error("%s: %s\n", f->report.argument, f->report.message);
    assert_status(result, c->expected);
  } else if (f->call->result == RESULT_COUNT && c->first.kind == SET_NONE) {
    assert_true(result > 0);
  } else {
    assert_int_equal(result, c->expected);
  }
}

void run_case(void **state) {
  const prepared_case *p = *state;
  const argument_case *c = &p->row;
  fixture f;
  argument a[ARGUMENTS_MAX];
  fixture_open(&f, p->call);
  fill_arguments(&f, c, a);
  before b = remember(&f);
  capture_begin();
  const int64_t result = p->call->call(a);
  capture_end();
  restore_environment(p);
  check_result(&f, c, result);
  if (p->call->result == RESULT_STATUS && result < 0) check_nothing_written(&f, c, a, &b);
  if (f.raw_report.size < sizeof f.raw_report) /* never set up: left alone */
    assert_memory_equal(&f.raw_report, &b.raw_report, sizeof f.raw_report);
  if (p->call->result == RESULT_STATUS && reports(&f, c, a)) check_report(&f, c, a);
  settle(&f, result, a);
  forget(&b);
  fixture_close(&f);
  assert_balanced(&f.counter);
}
