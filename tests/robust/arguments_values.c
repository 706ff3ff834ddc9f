/* SPDX-License-Identifier: MIT */
/* From names to values: the valid one of every argument, and what a setting makes of it. */
#include "robust/arguments_forecast.h"

/* ---- valid values ---- */

typedef struct named_integer {
  const char *name;
  int64_t value;
} named_integer;

static const named_integer integers[] = {
    {"status", 0},
    {"threads", 2},
    {"dim", ARG_DIM},
    {"head_dim", ARG_DIM},
    {"projections", ARG_PROJECTIONS},
    {"side", FAVOR_QUERY},
    {"n", ARG_ROWS},
    {"k", ARG_KEYS},
    {"ldx", ARG_DIM + ARG_LD_EXTRA},
    {"ldy", ARG_DIM + ARG_LD_EXTRA},
    {"ldw", ARG_DIM + ARG_LD_EXTRA},
    {"ldphi", ARG_FEATURES + ARG_LD_EXTRA},
    {"ldl", ARG_FEATURES + ARG_LD_EXTRA},
    {"ldo", ARG_KEYS + ARG_LD_EXTRA},
    {"seed", 3},
    {"kernel", FAVOR_KERNEL_SOFTMAX},
    {"estimator", FAVOR_ESTIMATOR_POSITIVE},
    {"coupling", FAVOR_COUPLING_IID},
    {"isa", FAVOR_ISA_BLAS},
    {"precision", FAVOR_F32},
};

static bool is_call(const fixture *f, const char *name) {
  return strcmp(f->call->name, name) == 0;
}

static bool call_starts(const fixture *f, const char *prefix) {
  return strncmp(f->call->name, prefix, strlen(prefix)) == 0;
}

/* Arguments that one name does not settle. False where the name does. */
static bool default_by_call(fixture *f, const char *name, argument *value) {
  const bool makes_opts = call_starts(f, "favor_map_opts");
  if (strcmp(name, "size") == 0)
    value->i = (int64_t)(makes_opts                        ? sizeof(favor_map_opts)
                         : call_starts(f, "favor_problem") ? sizeof(favor_problem)
                                                           : sizeof(favor_report));
  else if (strcmp(name, "opts") == 0 && !makes_opts && !hybrid_concerns(f))
    value->p = &f->opts;
  else if (strcmp(name, "report") == 0 && !is_call(f, "favor_report_init_sized"))
    value->p = &f->report;
  else if (strcmp(name, "out") == 0 && !call_starts(f, "favor_kernel"))
    value->p = f->out;
  else if (strcmp(name, "bytes") == 0 && is_call(f, "favor_map_describe"))
    value->i = (int64_t)f->text_bytes;
  else if (strcmp(name, "block_size") == 0)
    value->i = (int64_t)f->saved_bytes;
  else if (strcmp(name, "work_size") == 0)
    value->i = (int64_t)f->work_need;
  else
    return false;
  return true;
}

static bool default_object(fixture *f, const char *name, argument *value) {
  if (strcmp(name, "map") == 0)
    value->p = f->map;
  else if (strcmp(name, "stats") == 0 || strcmp(name, "into") == 0)
    value->p = f->stats;
  else if (strcmp(name, "from") == 0)
    value->p = f->keyless;
  else if (strcmp(name, "pool") == 0)
    value->p = f->pool;
  else if (strcmp(name, "allocator") == 0)
    value->p = &f->allocator;
  else if (strcmp(name, "executor") == 0)
    value->p = NULL;
  else if (strcmp(name, "scale") == 0)
    value->f = 0.5;
  else
    return false;
  return true;
}

argument fixture_default(fixture *f, const char *name) {
  argument value = {.i = 0};
  if (attention_concerns(f) && attention_default(f, name, &value)) return value;
  if (forecast_concerns(f) && forecast_default(f, name, &value)) return value;
  if (combine_concerns(f) && combine_default(f, name, &value)) return value;
  if (hybrid_concerns(f) && hybrid_default(f, name, &value)) return value;
  if (default_by_call(f, name, &value) || default_object(f, name, &value)) return value;
  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
    if (strcmp(integers[i].name, name) != 0) continue;
    value.i = integers[i].value;
    return value;
  }
  const fixture_array *array = fixture_find(f, name);
  if (array == NULL) fail_msg("%s: no valid value is known for '%s'", f->call->name, name);
  value.p = array->data;
  return value;
}

/* ---- things ---- */

static void *raw_report(fixture *f, int64_t which) {
  memset(&f->raw_report, 0xA5, sizeof f->raw_report);
  if (which == THING_REPORT_ZERO) f->raw_report.size = 0;
  if (which == THING_REPORT_SMALL) f->raw_report.size = sizeof f->raw_report - 1;
  return &f->raw_report;
}

static void *raw_opts(fixture *f, int64_t which) {
  f->raw_opts = f->opts;
  if (which == THING_OPTS_ZERO) f->raw_opts.size = 0;
  if (which == THING_OPTS_SMALL) f->raw_opts.size = sizeof f->raw_opts - 1;
  if (which == THING_OPTS_A5) memset(&f->raw_opts, 0xA5, sizeof f->raw_opts);
  return &f->raw_opts;
}

static void *find_thing(fixture *f, int64_t which) {
  if (which <= THING_EXECUTOR_WIDEST) return &f->executors[which];
  if (which <= THING_ALLOCATOR_ZERO) return &f->broken[which];
  if (which >= THING_PROBLEM_ZERO && which <= THING_FORECAST_A5) return forecast_thing(f, which);
  if (which >= THING_COMBINE_ZERO) return combine_thing(f, which);
  if (which >= THING_MAPS_NULL) return attention_thing(f, which);
  if (which >= THING_OPTS_ZERO && which <= THING_OPTS_A5) return raw_opts(f, which);
  if (which >= THING_REPORT_ZERO && which <= THING_REPORT_A5) return raw_report(f, which);
  switch (which) {
  case THING_STATS_OTHER:
    return f->other;
  case THING_STATS_EMPTY:
    return f->empty;
  case THING_STATS_KEYLESS:
    return f->keyless;
  case THING_STATS_FILLED:
    return f->stats;
  case THING_MAP_GIVEN:
    return f->given;
  default:
    fail_msg("no such thing: %d", (int)which);
    return NULL;
  }
}

/* ---- settings ---- */

typedef struct opts_field {
  const char *name;
  size_t offset, bytes;
} opts_field;

#define FIELD(name)                                                                                \
  { "opts." #name, offsetof(favor_map_opts, name), sizeof(((favor_map_opts *)NULL)->name) }

static const opts_field fields[] = {
    FIELD(dim),      FIELD(projections), FIELD(kernel),    FIELD(estimator),    FIELD(coupling),
    FIELD(recentre), FIELD(isa),         FIELD(reserved),  FIELD(scale),        FIELD(tilt),
    FIELD(seed),     FIELD(stream),      FIELD(stats),     FIELD(allocator),    FIELD(report),
    FIELD(size),     FIELD(tilt_imag),   FIELD(tilt_sign), FIELD(allow_signed),
};

static void set_field(fixture *f, const setting *s) {
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (strcmp(fields[i].name, s->argument) != 0) continue;
    unsigned char *at = (unsigned char *)&f->opts + fields[i].offset;
    const int32_t narrow = (int32_t)s->i;
    void *thing = s->kind == SET_THING ? find_thing(f, s->i) : NULL;
    if (s->kind == SET_REAL)
      memcpy(at, &s->f, fields[i].bytes);
    else if (s->kind == SET_INT && fields[i].bytes == 4)
      memcpy(at, &narrow, 4);
    else if (s->kind == SET_INT)
      memcpy(at, &s->i, 8);
    else if (fields[i].bytes == sizeof(favor_allocator))
      memcpy(at, thing, sizeof(favor_allocator));
    else
      memcpy(at, &thing, sizeof thing);
    return;
  }
  fail_msg("no such option: %s", s->argument);
}

/* Row i, column 1 (so that a row's first element is not the only one looked at). */
static void poison(fixture *f, const setting *s) {
  const fixture_array *array = fixture_find(f, s->argument);
  const int64_t at = s->i * array->ld + 1;
  if (array->element == 4) ((float *)(void *)array->data)[at] = (float)s->f;
  if (array->element == 8) ((double *)(void *)array->data)[at] = s->f;
}

void *fixture_near(fixture *f, const setting *s) {
  const fixture_array *other = fixture_find(f, s->text);
  assert_non_null(other);
  const size_t span = fixture_span(other);
  if (s->kind == SET_START) return other->data;
  if (s->kind == SET_LAST) return other->data + (span - 1) / 8 * 8;
  return other->data + (span + 7) / 8 * 8;
}

static void set_argument(fixture *f, const setting *s, argument *a) {
  switch (s->kind) {
  case SET_NULL:
    a->p = NULL;
    break;
  case SET_INT:
    a->i = s->i;
    break;
  case SET_REAL:
    a->f = s->f;
    break;
  case SET_BY:
    if (fixture_find(f, s->argument) != NULL && !is_call(f, "favor_map_describe") &&
        !(is_call(f, "favor_state_init") && strcmp(s->argument, "bytes") == 0))
      a->p = (unsigned char *)a->p + s->i;
    else
      a->i += s->i;
    break;
  case SET_THING:
    a->p = find_thing(f, s->i);
    break;
  case SET_START:
  case SET_LAST:
  case SET_BEHIND:
    a->p = fixture_near(f, s);
    break;
  default:
    fail_msg("%s: not a setting of an argument", s->argument);
  }
}

void fixture_set(fixture *f, const setting *s, argument *a) {
  if (s->kind == SET_NONE) return;
  if (s->kind == SET_ENV) {
    assert_int_equal(setenv("FAVOR_ISA", s->text, 1), 0);
  } else if (strncmp(s->argument, "opts.", 5) == 0 && combine_concerns(f)) {
    combine_set(f, s);
  } else if (strncmp(s->argument, "opts.", 5) == 0) {
    set_field(f, s);
  } else if (strncmp(s->argument, "hybrid.", 7) == 0) {
    hybrid_set(f, s);
  } else if (strncmp(s->argument, "desc.", 5) == 0) {
    desc_set(f, s);
  } else if (strncmp(s->argument, "problem.", 8) == 0) {
    problem_set(f, s);
  } else if (s->kind == SET_POISON) {
    poison(f, s);
  } else {
    const int index = call_find(f->call, s->argument);
    if (index < 0) fail_msg("%s has no argument '%s'", f->call->name, s->argument);
    set_argument(f, s, &a[index]);
  }
}
