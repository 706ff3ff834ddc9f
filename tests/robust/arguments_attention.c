/* SPDX-License-Identifier: MIT */
/* The valid values of sections 7 and 8 of favor.h: a descriptor, states, and their arrays. */
#include "robust/arguments.h"

#include "robust/maps.h"

static bool call_starts(const fixture *f, const char *prefix) {
  return strncmp(f->call->name, prefix, strlen(prefix)) == 0;
}

static bool is_call(const fixture *f, const char *name) {
  return strcmp(f->call->name, name) == 0;
}

bool attention_concerns(const fixture *f) {
  return call_starts(f, "favor_attention") || call_starts(f, "favor_state");
}

static favor_precision precision_of(const fixture *f) {
  return f->call->real == 8 ? FAVOR_F64 : FAVOR_F32;
}

static bool of_features(const fixture *f) {
  return strstr(f->call->name, "_features_") != NULL;
}

/* ---- objects ---- */

static void make_desc(fixture *f) {
  favor_attention_desc *d = &f->desc;
  const int64_t ld = ARG_DIM + ARG_LD_EXTRA, ldv = ARG_DV + ARG_LD_EXTRA;
  assert_ok(favor_attention_desc_init(d, 1, ARG_HEADS, ARG_ROWS, ARG_KEYS, ARG_DIM, ARG_DV));
  const int64_t q[] = {ARG_HEADS * ARG_ROWS * ld, ARG_ROWS * ld, ld};
  const int64_t k[] = {ARG_KEYS * ld, ARG_KEYS * ld, ld};
  const int64_t v[] = {ARG_KEYS * ldv, ARG_KEYS * ldv, ldv};
  const int64_t out[] = {ARG_HEADS * ARG_ROWS * ldv, ARG_ROWS * ldv, ldv};
  d->kv_heads = 1;
  memcpy(d->q_stride, q, sizeof q);
  memcpy(d->k_stride, k, sizeof k);
  memcpy(d->v_stride, v, sizeof v);
  memcpy(d->out_stride, out, sizeof out);
}

/* States that do not belong: of nothing, another map, precision and value length; one that does. */
static void make_spares(fixture *f) {
  const favor_precision precision = precision_of(f);
  const favor_precision wrong = precision == FAVOR_F32 ? FAVOR_F64 : FAVOR_F32;
  size_t largest = 0;
  assert_ok(favor_state_size(f->map, ARG_DV + 16, FAVOR_F64, &largest));
  f->spare_bytes = largest;
  f->spares = aligned_alloc(64, SPARES * largest);
  assert_non_null(f->spares);
  memset(f->spares, 0, SPARES * largest);
  const struct {
    const favor_map *map;
    int64_t dv;
    favor_precision precision;
  } kinds[] = {
      {f->given, ARG_DV, precision}, {f->map, ARG_DV, wrong}, {f->map, ARG_DV + 16, precision}};
  for (int i = 0; i < 3; i++) {
    favor_state *state = NULL;
    assert_ok(favor_state_init(kinds[i].map, kinds[i].dv, kinds[i].precision,
                               f->spares + (size_t)(i + 1) * largest, largest, &state));
  }
}

void attention_make(fixture *f) {
  favor_map_opts opts = f->opts;
  make_desc(f);
  make_spares(f);
  opts.report = NULL;
  opts.dim = ARG_DIM + 1;
  assert_ok(favor_map_create(&opts, &f->other_dim));
  opts.dim = ARG_DIM;
  opts.projections = ARG_PROJECTIONS + 1;
  assert_ok(favor_map_create(&opts, &f->other_features));
  if (is_call(f, "favor_state_destroy"))
    assert_ok(favor_state_create(f->map, ARG_DV, FAVOR_F32, &f->own_state));
}

void attention_measure(fixture *f) {
  const favor_precision precision = precision_of(f);
  const favor_map *maps[] = {f->map};
  favor_state *state = NULL;
  assert_ok(favor_state_size(f->map, ARG_DV, precision, &f->state_bytes));
  f->desc.state_stride = (int64_t)f->state_bytes;
  if (call_starts(f, "favor_attention_exact"))
    assert_ok(favor_attention_exact_workspace(&f->desc, precision, NULL, &f->work_need));
  else if (call_starts(f, "favor_attention"))
    assert_ok(favor_attention_workspace(1, maps, &f->desc, precision, NULL, &f->work_need));
  else if (!of_features(f))
    assert_ok(favor_state_workspace(f->map, ARG_DV, precision, NULL, &f->work_need));
  assert_ok(favor_state_init(f->map, ARG_DV, precision, f->spares, f->state_bytes, &state));
  assert_ok(favor_state_save(state, NULL, 0, &f->saved_bytes));
  memset(f->spares, 0, f->spare_bytes); /* nothing's state again */
}

/* ---- arrays ---- */

void attention_arrays(fixture *f) {
  const size_t real = f->call->real == 8 ? 8 : 4;
  const int64_t e = ARG_LD_EXTRA, state = (int64_t)f->state_bytes;
  const bool heads = call_starts(f, "favor_attention");
  const int64_t n_q = heads ? ARG_HEADS * ARG_ROWS : ARG_ROWS, n_k = heads ? ARG_KEYS : ARG_ROWS;
  const fixture_array arrays[] = {
      {"q", n_q, ARG_DIM, ARG_DIM + e, real, NULL},
      {"k", n_k, ARG_DIM, ARG_DIM + e, real, NULL},
      {"v", n_k, ARG_DV, ARG_DV + e, real, NULL},
      {"log_norm", n_q, 1, 1, 8, NULL},
      {"desc", 1, 1, 1, sizeof(favor_attention_desc), NULL},
      {"maps", 1, 1, 1, sizeof(favor_map *), NULL},
      {"state", 1, state, state, 1, NULL},
      {"into", 1, state, state, 1, NULL},
      {"from", 1, state, state, 1, NULL},
      {"states", ARG_ROWS, state, state, 1, NULL},
      {"memory", 1, state, state, 1, NULL},
  };
  assert_true(f->num_arrays + (int)(sizeof arrays / sizeof *arrays) <= FIXTURE_ARRAYS);
  memcpy(f->arrays + f->num_arrays, arrays, sizeof arrays);
  f->num_arrays += (int)(sizeof arrays / sizeof *arrays);
  fixture_find(f, "out")->rows = n_q;
  desc_arrays(f);
}

/* A state in its array, with the keys and values of the fixture. */
static void fill_state(fixture *f, const char *name, size_t offset) {
  unsigned char *memory = fixture_find(f, name)->data + offset;
  double k[ARG_ROWS * ARG_DIM], v[ARG_ROWS * ARG_DV];
  float k32[ARG_ROWS * ARG_DIM], v32[ARG_ROWS * ARG_DV];
  favor_state *state = NULL;
  fill_f64(ARG_ROWS * ARG_DIM, k, 31);
  fill_f64(ARG_ROWS * ARG_DV, v, 32);
  fill_f32(ARG_ROWS * ARG_DIM, k32, 31);
  fill_f32(ARG_ROWS * ARG_DV, v32, 32);
  assert_ok(favor_state_init(f->map, ARG_DV, precision_of(f), memory, f->state_bytes, &state));
  if (precision_of(f) == FAVOR_F32)
    assert_ok(
        favor_state_absorb_f32(f->map, state, ARG_ROWS, k32, ARG_DIM, v32, ARG_DV, NULL, 0, NULL));
  else
    assert_ok(
        favor_state_absorb_f64(f->map, state, ARG_ROWS, k, ARG_DIM, v, ARG_DV, NULL, 0, NULL));
}

/* Features without signs, so that no denominator vanishes. */
static void make_positive(const fixture_array *array, int64_t n) {
  float *x32 = (void *)array->data;
  double *x64 = (void *)array->data;
  for (int64_t l = 0; l < n; l++) {
    if (array->element == 4) x32[l] = fabsf(x32[l]);
    if (array->element == 8) x64[l] = fabs(x64[l]);
  }
}

void attention_fill(fixture *f) {
  desc_fill(f);
  static const char *const inputs[] = {"q", "k", "v", "phi"};
  for (int i = 0; i < 4; i++) {
    if (i == 3 && !of_features(f)) continue;
    const fixture_array *array = fixture_find(f, inputs[i]);
    const int64_t n = (int64_t)(fixture_span(array) / array->element);
    if (array->element == 4) fill_f32(n, (float *)(void *)array->data, (uint64_t)i + 21);
    if (array->element == 8) fill_f64(n, (double *)(void *)array->data, (uint64_t)i + 21);
    if (i == 3) make_positive(array, n);
  }
  if (of_features(f)) fill_f64(ARG_ROWS, (double *)(void *)fixture_find(f, "log_scale")->data, 25);
  memcpy(fixture_find(f, "maps")->data, &f->map, sizeof f->map);
  fill_state(f, "state", 0);
  fill_state(f, "into", 0);
  fill_state(f, "from", 0);
  for (int64_t i = 0; i < ARG_ROWS; i++) fill_state(f, "states", (size_t)i * f->state_bytes);
  size_t bytes = f->saved_bytes;
  if (is_call(f, "favor_state_load"))
    assert_ok(favor_state_save((const void *)fixture_find(f, "state")->data,
                               fixture_find(f, "block")->data, bytes, &bytes));
}

void attention_close(fixture *f) {
  favor_state_destroy(f->map, f->own_state);
  favor_map_destroy(f->other_dim);
  favor_map_destroy(f->other_features);
  free(f->spares);
}

/* ---- values ---- */

typedef struct named_integer {
  const char *name;
  int64_t value;
} named_integer;

static const named_integer integers[] = {
    {"num_maps", 1},
    {"batch", 1},
    {"heads", ARG_HEADS},
    {"n_q", ARG_ROWS},
    {"n_k", ARG_KEYS},
    {"dv", ARG_DV},
    {"n", ARG_ROWS},
    {"ldq", ARG_DIM + ARG_LD_EXTRA},
    {"ldk", ARG_DIM + ARG_LD_EXTRA},
    {"ldv", ARG_DV + ARG_LD_EXTRA},
    {"ldo", ARG_DV + ARG_LD_EXTRA},
    {"size", sizeof(favor_attention_desc)},
};

/* Arguments whose value depends on the call. */
static bool by_call(fixture *f, const char *name, argument *value) {
  const bool constructs = is_call(f, "favor_state_init") || is_call(f, "favor_state_create") ||
                          is_call(f, "favor_state_load");
  if (strcmp(name, "desc") == 0 && !call_starts(f, "favor_attention_desc"))
    value->p = &f->desc;
  else if (strcmp(name, "state") == 0 && is_call(f, "favor_state_destroy"))
    value->p = f->own_state;
  else if (strcmp(name, "log_gamma") == 0)
    value->f = -0.5;
  else if (strcmp(name, "stride") == 0 || strcmp(name, "memory_size") == 0 ||
           (strcmp(name, "bytes") == 0 && is_call(f, "favor_state_init")))
    value->i = (int64_t)f->state_bytes;
  else if (strcmp(name, "out") == 0 && constructs)
    value->p = f->out;
  else
    return false;
  return true;
}

bool attention_default(fixture *f, const char *name, argument *value) {
  if (by_call(f, name, value)) return true;
  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
    if (strcmp(integers[i].name, name) != 0) continue;
    value->i = integers[i].value;
    return true;
  }
  if (strcmp(name, "report") == 0) return false;
  const fixture_array *array = fixture_find(f, name);
  if (array != NULL) value->p = array->data;
  return array != NULL;
}

void *attention_thing(fixture *f, int64_t which) {
  f->map_list[0] = f->map_list[1] = f->map;
  f->raw_desc = f->desc;
  switch (which) {
  case THING_MAPS_NULL:
    f->map_list[0] = NULL;
    return f->map_list;
  case THING_MAPS_DIM:
    f->map_list[0] = f->other_dim;
    return f->map_list;
  case THING_MAPS_FEATURES:
    f->map_list[1] = f->other_features;
    return f->map_list;
  case THING_MAPS_TWO:
    return f->map_list;
  case THING_DESC_ZERO:
    f->raw_desc.size = 0;
    return &f->raw_desc;
  case THING_DESC_SMALL:
    f->raw_desc.size = sizeof f->raw_desc - 1;
    return &f->raw_desc;
  case THING_DESC_A5:
    memset(&f->raw_desc, 0xA5, sizeof f->raw_desc);
    return &f->raw_desc;
  case THING_STATE_WITHIN:
    return fixture_find(f, "state")->data + 64;
  case THING_STATE_ODD:
    return fixture_find(f, "state")->data + 8;
  default:
    assert_true(which >= THING_STATE_NONE && which < THING_STATE_NONE + SPARES);
    return f->spares + (size_t)(which - THING_STATE_NONE) * f->spare_bytes;
  }
}
