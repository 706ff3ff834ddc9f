/* SPDX-License-Identifier: MIT */
/* The valid values: objects, arrays and sizes. */
#include "robust/arguments_forecast.h"

#include "robust/maps.h"

#define GAP 1024 /* untouched bytes behind every array, so that small overruns are seen */

static bool starts_with(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

int call_find(const call_row *call, const char *name) {
  const size_t length = strlen(name);
  int index = 0;
  for (const char *at = call->arguments; *at != '\0'; index++) {
    const size_t word = strcspn(at, " ");
    if (word == length && memcmp(at, name, length) == 0) return index;
    at += word + (at[word] == ' ');
  }
  return -1;
}

fixture_array *fixture_find(fixture *f, const char *name) {
  for (int i = 0; i < f->num_arrays; i++)
    if (strcmp(f->arrays[i].name, name) == 0) return &f->arrays[i];
  return NULL;
}

size_t fixture_span(const fixture_array *array) {
  return (size_t)((array->rows - 1) * array->ld + array->columns) * array->element;
}

/* ---- things ---- */

/* Lawful and awkward: one after another, the last first. */
static void run_backwards(void *ctx, int64_t n, void (*task)(void *arg, int64_t i), void *arg) {
  (void)ctx;
  for (int64_t i = n - 1; i >= 0; i--) task(arg, i);
}

static void make_values(fixture *f) {
  f->allocator = test_allocator_hook(&f->counter);
  f->broken[THING_ALLOCATOR_NO_FREE] = f->allocator;
  f->broken[THING_ALLOCATOR_NO_FREE].free = NULL;
  f->broken[THING_ALLOCATOR_NO_ALLOC] = f->allocator;
  f->broken[THING_ALLOCATOR_NO_ALLOC].alloc = NULL;
  f->executors[THING_EXECUTOR_ZERO] = (favor_executor){0, run_backwards, NULL};
  f->executors[THING_EXECUTOR_NEGATIVE] = (favor_executor){INT64_MIN, run_backwards, NULL};
  f->executors[THING_EXECUTOR_EMPTY] = (favor_executor){2, NULL, NULL};
  f->executors[THING_EXECUTOR_THREE] = (favor_executor){3, run_backwards, NULL};
  f->executors[THING_EXECUTOR_WIDEST] = (favor_executor){INT64_MAX, run_backwards, NULL};
  assert_ok(favor_report_init(&f->report));
  assert_ok(favor_map_opts_init(&f->opts));
  f->opts.dim = ARG_DIM;
  f->opts.projections = ARG_PROJECTIONS;
  f->opts.estimator = FAVOR_ESTIMATOR_HYPERBOLIC;
  f->opts.scale = 0.5;
  f->opts.allocator = f->allocator;
  f->opts.report = &f->report;
}

static void make_objects(fixture *f) {
  const call_row *call = f->call;
  double row[ARG_DIM];
  fill_f64(ARG_DIM, row, 9);
  const bool attention = attention_concerns(f);
  if (call_find(call, "stats") >= 0 || (call_find(call, "into") >= 0 && !attention) ||
      call_find(call, "opts") >= 0 || strcmp(call->name, "favor_stats_load") == 0) {
    f->stats = filled_stats(ARG_DIM, &f->allocator);
    f->other = filled_stats(ARG_DIM + 1, &f->allocator);
    assert_ok(favor_stats_create(ARG_DIM, &f->allocator, &f->empty));
    assert_ok(favor_stats_create(ARG_DIM, &f->allocator, &f->keyless));
    assert_ok(favor_stats_add_f64(f->keyless, FAVOR_QUERY, 1, row, ARG_DIM, NULL));
  }
  if (combine_concerns(f)) combine_make(f);
  if (call_find(call, "pool") >= 0) assert_ok(favor_pool_create(2, &f->allocator, &f->pool));
  if (!attention && call_find(call, "map") < 0 && strcmp(call->name, "favor_map_load") != 0) return;
  double w[ARG_PROJECTIONS * ARG_DIM];
  fill_f64(ARG_PROJECTIONS * ARG_DIM, w, 10);
  assert_ok(favor_map_create(&f->opts, &f->map));
  assert_ok(favor_map_create_from_projections_f64(&f->opts, w, ARG_DIM, &f->given));
  if (attention) attention_make(f);
}

/* Exact needs, so that one byte less is too little. */
static void measure(fixture *f) {
  const favor_precision precision = f->call->real == 4 ? FAVOR_F32 : FAVOR_F64;
  char text[1024];
  if (f->map != NULL && starts_with(f->call->name, "favor_map_apply"))
    assert_ok(favor_map_apply_workspace(f->map, precision, NULL, &f->work_need));
  if (f->map != NULL && starts_with(f->call->name, "favor_kernel_estimate"))
    assert_ok(favor_kernel_estimate_workspace(f->map, precision, NULL, &f->work_need));
  if (f->map != NULL) {
    assert_ok(favor_map_save(f->map, NULL, 0, &f->saved_bytes));
    assert_ok(favor_map_describe(f->map, text, sizeof text));
    f->text_bytes = strlen(text) + 1;
  } else if (f->stats != NULL) {
    assert_ok(favor_stats_save(f->stats, NULL, 0, &f->saved_bytes));
  }
  if (attention_concerns(f)) attention_measure(f);
}

/* ---- arrays ---- */

static size_t padded(size_t bytes) {
  return (bytes + GAP + 63) / 64 * 64;
}

static void list_arrays(fixture *f) {
  const size_t real = f->call->real == 0 ? 8 : f->call->real;
  const int64_t d = ARG_DIM, e = ARG_LD_EXTRA, n = ARG_ROWS, k = ARG_KEYS, m = ARG_PROJECTIONS,
                features = ARG_FEATURES;
  const bool map_sign = call_find(f->call, "ldl") >= 0;
  const int64_t sign_columns = map_sign ? features : k;
  const fixture_array arrays[] = {
      {"x", n, d, d + e, real, NULL},
      {"y", call_find(f->call, "k") >= 0 ? k : n, d, d + e, real, NULL},
      {"w", m, d, d + e, real, NULL},
      {"phi", n, features, features + e, real, NULL},
      {"log_scale", n, 1, 1, 8, NULL},
      {"log_phi", n, features, features + e, 8, NULL},
      {"sign", n, sign_columns, sign_columns + e, 1, NULL},
      {"out", n, k, k + e, real, NULL},
      {"log_out", n, k, k + e, 8, NULL},
      {"mean", 1, d, d, 8, NULL},
      {"moment", d, d, d, 8, NULL},
      {"eigenvalues", 1, d, d, 8, NULL},
      {"log_relmse", n, 1, 1, 8, NULL},
      {"count", 1, 1, 1, 8, NULL},
      {"bytes", 1, 1, 1, 8, NULL},
      {"info", 1, 1, 1, sizeof(favor_coupling_info), NULL},
      {"opts", 1, 1, 1, sizeof(favor_map_opts), NULL},
      {"weights", 1, 2, 2, 8, NULL},
      {"report", 1, 1, 1, sizeof(favor_report), NULL},
      {"buf", 1, (int64_t)f->text_bytes, 1, 1, NULL},
      {"block", 1, (int64_t)f->saved_bytes, 1, 1, NULL},
      {"work", 1, (int64_t)f->work_need, 1, 1, NULL},
  };
  f->num_arrays = (int)(sizeof arrays / sizeof *arrays);
  memcpy(f->arrays, arrays, sizeof arrays);
}

/* One region; behind it room for a workspace that starts at any of the arrays. */
static void place_arrays(fixture *f) {
  f->memory_bytes = padded(f->work_need);
  for (int i = 0; i < f->num_arrays; i++) f->memory_bytes += padded(fixture_span(&f->arrays[i]));
  f->memory_bytes = (f->memory_bytes + 63) / 64 * 64;
  f->memory = aligned_alloc(64, f->memory_bytes);
  assert_non_null(f->memory);
  memset(f->memory, 0xA5, f->memory_bytes);
  unsigned char *at = f->memory;
  for (int i = 0; i < f->num_arrays; i++) {
    f->arrays[i].data = at;
    at += padded(fixture_span(&f->arrays[i]));
  }
}

static void fill_array(fixture *f, const char *name, uint64_t seed) {
  const fixture_array *array = fixture_find(f, name);
  const int64_t n = (int64_t)(fixture_span(array) / array->element);
  if (array->element == 4) fill_f32(n, (float *)(void *)array->data, seed);
  if (array->element == 8) fill_f64(n, (double *)(void *)array->data, seed);
}

static void fill_inputs(fixture *f) {
  fill_array(f, "x", 1);
  fill_array(f, "y", 2);
  if (starts_with(f->call->name, "favor_map_create")) fill_array(f, "w", 3);
  const uint64_t info_size = strcmp(f->call->name, "favor_estimator_get_info") == 0
                                 ? sizeof(favor_estimator_info)
                                 : sizeof(favor_coupling_info);
  memcpy(fixture_find(f, "info")->data, &info_size, sizeof info_size);
  size_t bytes = f->saved_bytes;
  if (strcmp(f->call->name, "favor_map_load") == 0)
    assert_ok(favor_map_save(f->map, fixture_find(f, "block")->data, bytes, &bytes));
  if (strcmp(f->call->name, "favor_stats_load") == 0)
    assert_ok(favor_stats_save(f->stats, fixture_find(f, "block")->data, bytes, &bytes));
}

void fixture_open(fixture *f, const call_row *call) {
  memset(f, 0, sizeof *f);
  memset(f->out, 0xA5, sizeof f->out);
  f->call = call;
  make_values(f);
  forecast_make(f);
  make_objects(f);
  measure(f);
  list_arrays(f);
  if (attention_concerns(f)) attention_arrays(f);
  if (forecast_concerns(f)) forecast_arrays(f);
  place_arrays(f);
  fill_inputs(f);
  if (attention_concerns(f)) attention_fill(f);
  if (forecast_concerns(f)) forecast_fill(f);
  if (combine_concerns(f)) combine_fill(f);
}

void fixture_close(fixture *f) {
  if (attention_concerns(f)) attention_close(f);
  if (combine_concerns(f)) combine_close(f);
  favor_pool_destroy(f->pool);
  favor_map_destroy(f->map);
  favor_map_destroy(f->given);
  favor_stats_destroy(f->stats);
  favor_stats_destroy(f->other);
  favor_stats_destroy(f->empty);
  favor_stats_destroy(f->keyless);
  free(f->memory);
}
