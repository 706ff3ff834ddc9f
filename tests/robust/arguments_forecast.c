/* SPDX-License-Identifier: MIT */
/* How to call the forecasts of problems, section 6 of favor.h, and their valid values. */
#include "robust/arguments_forecast.h"

#include "robust/maps.h"

static int64_t call_problem_init(const argument *a) {
  return favor_problem_init_sized(a[0].p, (uint64_t)a[1].i);
}

static int64_t call_forecast_stats(const argument *a) {
  return favor_forecast_stats(a[0].p, a[1].p, a[2].p, a[3].p);
}

static int64_t call_forecast_f32(const argument *a) {
  return favor_forecast_f32(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].i, a[6].p, a[7].i, a[8].p,
                            a[9].i, a[10].p);
}

static int64_t call_forecast_f64(const argument *a) {
  return favor_forecast_f64(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].i, a[6].p, a[7].i, a[8].p,
                            a[9].i, a[10].p);
}

/* 1 more than the verdict: that of a map that nothing was forecast for is 0. */
static int64_t call_advice(const argument *a) {
  return 1 + favor_map_advice(a[0].p);
}

static const call_row rows[] = {
    {"favor_problem_init_sized", "problem size", 0, RESULT_STATUS, CALL_PLAIN, call_problem_init},
    {"favor_forecast_stats", "opts stats problem out", 0, RESULT_STATUS, CALL_PLAIN,
     call_forecast_stats},
    {"favor_forecast_f32", "opts problem n x ldx k y ldy v ldv out", 4, RESULT_STATUS, CALL_PLAIN,
     call_forecast_f32},
    {"favor_forecast_f64", "opts problem n x ldx k y ldy v ldv out", 8, RESULT_STATUS, CALL_PLAIN,
     call_forecast_f64},
    {"favor_map_advice", "map", 0, RESULT_COUNT, CALL_PLAIN, call_advice},
};

const call_table calls_forecast = {rows, sizeof rows / sizeof *rows};

bool forecast_concerns(const fixture *f) {
  return call_find(f->call, "problem") >= 0;
}

void forecast_make(fixture *f) {
  if (!forecast_concerns(f)) return;
  assert_ok(favor_problem_init(&f->problem));
  f->problem.dv = ARG_DV;
}

void forecast_arrays(fixture *f) {
  const size_t real = f->call->real == 0 ? 8 : f->call->real;
  assert_true(f->num_arrays + 2 <= FIXTURE_ARRAYS);
  f->arrays[f->num_arrays++] =
      (fixture_array){"v", ARG_KEYS, ARG_DV, ARG_DV + ARG_LD_EXTRA, real, NULL};
  *fixture_find(f, "out") = (fixture_array){"out", 1, 1, 1, sizeof(favor_forecast), NULL};
  f->arrays[f->num_arrays++] = (fixture_array){"problem", 1, 1, 1, sizeof(favor_problem), NULL};
}

void forecast_fill(fixture *f) {
  const uint64_t size = sizeof(favor_forecast);
  const fixture_array *v = fixture_find(f, "v");
  const int64_t n = (int64_t)(fixture_span(v) / v->element);
  if (v->element == 4) fill_f32(n, (float *)(void *)v->data, 5);
  if (v->element == 8) fill_f64(n, (double *)(void *)v->data, 5);
  memcpy(fixture_find(f, "out")->data, &size, sizeof size);
}

bool forecast_default(fixture *f, const char *name, argument *value) {
  if (strcmp(name, "out") == 0)
    value->p = fixture_find(f, "out")->data;
  else if (strcmp(name, "problem") == 0 && strcmp(f->call->name, "favor_problem_init_sized") != 0)
    value->p = &f->problem;
  else if (strcmp(name, "ldv") == 0)
    value->i = ARG_DV + ARG_LD_EXTRA;
  else
    return false;
  return true;
}

void *forecast_thing(fixture *f, int64_t which) {
  fixture_array *forecast = fixture_find(f, "out");
  f->raw_problem = f->problem;
  switch (which) {
  case THING_PROBLEM_ZERO:
    f->raw_problem.size = 0;
    return &f->raw_problem;
  case THING_PROBLEM_SMALL:
    f->raw_problem.size = sizeof f->raw_problem - 1;
    return &f->raw_problem;
  case THING_PROBLEM_A5:
    memset(&f->raw_problem, 0xA5, sizeof f->raw_problem);
    return &f->raw_problem;
  case THING_FORECAST_SMALL:
    forecast->data[0] = (unsigned char)(sizeof(favor_forecast) - 1);
    return forecast->data;
  default:
    memset(forecast->data, 0xA5, sizeof(favor_forecast));
    return forecast->data;
  }
}

void problem_set(fixture *f, const setting *s) {
  const char *name = s->argument + 8;
  favor_problem *p = &f->problem;
  if (strcmp(name, "n_q") == 0) p->n_q = s->i;
  if (strcmp(name, "n_k") == 0) p->n_k = s->i;
  if (strcmp(name, "dv") == 0) p->dv = s->i;
  if (strcmp(name, "mask") == 0) p->mask = (int32_t)s->i;
  if (strcmp(name, "reserved") == 0) p->reserved = (int32_t)s->i;
  if (strcmp(name, "target_error") == 0) p->target_error = s->f;
}
