/* SPDX-License-Identifier: MIT */
/* Combinations of maps: how their functions are called, what spoils them, and the objects for it. */
#include "robust/arguments.h"
#include "robust/maps.h"

/* ---- calls ---- */

static int64_t call_init(const argument *a) {
  return favor_combine_opts_init_sized(a[0].p, (uint64_t)a[1].i);
}

static int64_t call_concat(const argument *a) {
  return favor_map_concat(a[0].p, a[1].i, a[2].p, a[3].p, a[4].p);
}

static int64_t call_tensor(const argument *a) {
  return favor_map_tensor(a[0].p, a[1].p, a[2].p, a[3].p);
}

static const call_row call_rows[] = {
    {"favor_combine_opts_init_sized", "opts size", 0, RESULT_STATUS, CALL_PLAIN, call_init},
    {"favor_map_concat", "opts n maps weights out", 0, RESULT_STATUS, CALL_MAKES_MAP, call_concat},
    {"favor_map_tensor", "opts a b out", 0, RESULT_STATUS, CALL_MAKES_MAP, call_tensor},
};

const call_table calls_combine = {call_rows, sizeof call_rows / sizeof *call_rows};

/* ---- cases ---- */

#define OPTS_REFUSED(function)                                                                     \
  ROW(function, NUL("opts"), FAVOR_OK),                                                            \
      ROW(function, THING("opts", THING_COMBINE_ZERO), FAVOR_ERR_STRUCT),                          \
      ROW(function, THING("opts", THING_COMBINE_SMALL), FAVOR_ERR_STRUCT),                         \
      ROW(function, THING("opts", THING_COMBINE_A5), FAVOR_ERR_STRUCT),                            \
      ROW(function, INT("opts.reserved", 1), FAVOR_ERR_VALUE),                                     \
      ALLOCATOR_REFUSED(function, "opts.allocator"),                                               \
      ROW(function, THING("opts.allocator", THING_ALLOCATOR_ZERO), FAVOR_OK),                      \
      REPORT_ACCEPTED(function, "opts.report"), NULL_REFUSED(function, "out")

static const argument_case case_rows[] = {
    NULL_REFUSED("favor_combine_opts_init_sized", "opts"),
    ROW("favor_combine_opts_init_sized", INT("size", 0), FAVOR_ERR_STRUCT),
    ROW("favor_combine_opts_init_sized", BY("size", -1), FAVOR_ERR_STRUCT),
    ROW("favor_combine_opts_init_sized", BY("size", 64), FAVOR_OK),

    OPTS_REFUSED("favor_map_concat"),
    ROW("favor_map_concat", INT("n", 0), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", INT("n", -1), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", INT("n", 65), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", INT("n", INT64_MIN), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", INT("n", INT64_MAX), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", INT("n", 1), FAVOR_OK),
    NULL_REFUSED("favor_map_concat", "maps"),
    ROW("favor_map_concat", THING("maps", THING_COMBINE_NULL), FAVOR_ERR_NULL),
    ROW("favor_map_concat", THING("maps", THING_COMBINE_DIM), FAVOR_ERR_SHAPE),
    ROW("favor_map_concat", THING("maps", THING_COMBINE_ISA), FAVOR_ERR_COMBINATION),
    ROW("favor_map_concat", NUL("weights"), FAVOR_OK),
    ROW("favor_map_concat", POISON("weights", 0, 0.0), FAVOR_ERR_VALUE),
    ROW("favor_map_concat", POISON("weights", 0, NAN), FAVOR_ERR_VALUE),
    ROW("favor_map_concat", POISON("weights", 0, INFINITY), FAVOR_ERR_VALUE),
    ROW("favor_map_concat", POISON("weights", 0, 1e-310), FAVOR_ERR_VALUE),
    ROW("favor_map_concat", POISON("weights", 0, -1e-300), FAVOR_OK),

    OPTS_REFUSED("favor_map_tensor"),
    NULL_REFUSED("favor_map_tensor", "a"),
    NULL_REFUSED("favor_map_tensor", "b"),
    ROW("favor_map_tensor", THING("b", THING_FACTOR_DIM), FAVOR_ERR_SHAPE),
    ROW("favor_map_tensor", THING("b", THING_FACTOR_SAME), FAVOR_ERR_DEPENDENT),
    ROW("favor_map_tensor", THING("b", THING_FACTOR_ISA), FAVOR_ERR_COMBINATION),
};

const case_table cases_combine = {case_rows, sizeof case_rows / sizeof *case_rows};

/* ---- objects ---- */

static bool makes_opts(const fixture *f) {
  return strcmp(f->call->name, "favor_combine_opts_init_sized") == 0;
}

bool combine_concerns(const fixture *f) {
  return makes_opts(f) || strcmp(f->call->name, "favor_map_concat") == 0 ||
         strcmp(f->call->name, "favor_map_tensor") == 0;
}

void combine_make(fixture *f) {
  assert_ok(favor_combine_opts_init(&f->combine));
  f->combine.allocator = f->allocator;
  f->combine.report = &f->report;
  for (int i = 0; i < 4; i++) {
    favor_map_opts opts = f->opts;
    opts.isa = i == 3 ? FAVOR_ISA_BASELINE : FAVOR_ISA_BLAS;
    opts.dim = i == 2 ? ARG_DIM + 1 : ARG_DIM;
    opts.stream = (uint64_t)i + 1;
    assert_ok(favor_map_create(&opts, &f->part[i]));
  }
}

void combine_fill(fixture *f) {
  const double weights[2] = {1.5, -0.5};
  memcpy(fixture_find(f, "weights")->data, weights, sizeof weights);
}

void combine_close(fixture *f) {
  for (int i = 0; i < 4; i++) favor_map_destroy(f->part[i]);
}

static void *list(fixture *f, const favor_map *first, const favor_map *second) {
  f->part_list[0] = first;
  f->part_list[1] = second;
  return f->part_list;
}

bool combine_default(fixture *f, const char *name, argument *value) {
  if (strcmp(name, "size") == 0)
    value->i = (int64_t)sizeof(favor_combine_opts);
  else if (strcmp(name, "opts") == 0 && !makes_opts(f))
    value->p = &f->combine;
  else if (strcmp(name, "n") == 0)
    value->i = 2;
  else if (strcmp(name, "maps") == 0)
    value->p = list(f, f->part[0], f->part[1]);
  else if (strcmp(name, "a") == 0 || strcmp(name, "b") == 0)
    value->p = f->part[name[0] - 'a'];
  else
    return false;
  return true;
}

static void *raw_opts(fixture *f, int64_t which) {
  f->raw_combine = f->combine;
  if (which == THING_COMBINE_ZERO) f->raw_combine.size = 0;
  if (which == THING_COMBINE_SMALL) f->raw_combine.size = sizeof f->raw_combine - 1;
  if (which == THING_COMBINE_A5) memset(&f->raw_combine, 0xA5, sizeof f->raw_combine);
  return &f->raw_combine;
}

void *combine_thing(fixture *f, int64_t which) {
  switch (which) {
  case THING_COMBINE_NULL:
    return list(f, f->part[0], NULL);
  case THING_COMBINE_DIM:
    return list(f, f->part[0], f->part[2]);
  case THING_COMBINE_ISA:
    return list(f, f->part[0], f->part[3]);
  case THING_FACTOR_DIM:
    return f->part[2];
  case THING_FACTOR_SAME:
    return f->part[0];
  case THING_FACTOR_ISA:
    return f->part[3];
  default:
    return raw_opts(f, which);
  }
}

void combine_set(fixture *f, const setting *s) {
  const char *field = s->argument + strlen("opts.");
  if (strcmp(field, "reserved") == 0)
    f->combine.reserved = (uint64_t)s->i;
  else if (strcmp(field, "allocator") == 0)
    f->combine.allocator = f->broken[s->i];
  else if (strcmp(field, "report") != 0)
    fail_msg("no such option: %s", s->argument);
  else if (s->kind == SET_NULL)
    f->combine.report = NULL;
  else {
    memset(&f->raw_report, 0xA5, sizeof f->raw_report);
    if (s->i == THING_REPORT_ZERO) f->raw_report.size = 0;
    if (s->i == THING_REPORT_SMALL) f->raw_report.size = sizeof f->raw_report - 1;
    f->combine.report = &f->raw_report;
  }
}
