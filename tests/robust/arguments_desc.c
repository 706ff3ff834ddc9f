/* SPDX-License-Identifier: MIT */
/* Fields of the attention descriptor by name, and arrays that they may point to. */
#include "robust/arguments.h"

typedef struct desc_field {
  const char *name;
  size_t offset, bytes;
} desc_field;

#define FIELD(name, bytes)                                                                         \
  { "desc." #name, offsetof(favor_attention_desc, name), bytes }
/* The stride of batch, head or row: the report names all three by the field. */
#define STRIDES(name)                                                                              \
  {"desc." #name "0", offsetof(favor_attention_desc, name), 8},                                    \
      {"desc." #name "1", offsetof(favor_attention_desc, name) + 8, 8}, {                          \
    "desc." #name "2", offsetof(favor_attention_desc, name) + 16, 8                                \
  }

static const desc_field fields[] = {
    FIELD(batch, 8),
    FIELD(heads, 8),
    FIELD(kv_heads, 8),
    FIELD(n_q, 8),
    FIELD(n_k, 8),
    FIELD(dim, 8),
    FIELD(dv, 8),
    STRIDES(q_stride),
    STRIDES(k_stride),
    STRIDES(v_stride),
    STRIDES(out_stride),
    FIELD(mask, 4),
    FIELD(reserved, 4),
    FIELD(causal_offset, 8),
    FIELD(key_lengths, 8),
    FIELD(key_log_weight, 8),
    FIELD(q_offsets, 8),
    FIELD(k_offsets, 8),
    FIELD(state_in, 8),
    FIELD(state_out, 8),
    FIELD(state_stride, 8),
    FIELD(log_norm, 8),
    {"desc.weight_stride0", offsetof(favor_attention_desc, weight_stride), 8},
    {"desc.weight_stride1", offsetof(favor_attention_desc, weight_stride) + 8, 8},
};

void desc_set(fixture *f, const setting *s) {
  if (strcmp(s->argument, "desc.both_offsets") == 0) {
    f->desc.q_offsets = (const int64_t *)(const void *)fixture_find(f, "q_offsets")->data;
    f->desc.k_offsets = (const int64_t *)(const void *)fixture_find(f, "k_offsets")->data;
    return;
  }
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (strcmp(fields[i].name, s->argument) != 0) continue;
    unsigned char *at = (unsigned char *)&f->desc + fields[i].offset;
    const int32_t narrow = (int32_t)s->i;
    void *pointer = NULL;
    if (s->kind == SET_THING) pointer = attention_thing(f, s->i);
    if (s->kind == SET_START || s->kind == SET_LAST || s->kind == SET_BEHIND)
      pointer = fixture_near(f, s);
    if (s->kind == SET_INT && fields[i].bytes == 4)
      memcpy(at, &narrow, 4);
    else if (s->kind == SET_INT)
      memcpy(at, &s->i, 8);
    else
      memcpy(at, &pointer, sizeof pointer);
    return;
  }
  fail_msg("no such field: %s", s->argument);
}

/* One sequence: offsets that are right; that start late, fall, or rise too far. Lengths. */
static const struct {
  const char *name;
  int64_t values[2];
} offsets[] = {
    {"q_offsets", {0, ARG_ROWS}},
    {"k_offsets", {0, ARG_KEYS}},
    {"late_offsets", {1, 2}},
    {"falling_offsets", {0, -1}},
    {"long_offsets", {0, ARG_ROWS + 1}},
    {"short_offsets", {0, 1}},
    {"lengths", {2, 0}},
    {"full_lengths", {ARG_KEYS, 0}},
    {"negative_lengths", {-1, 0}},
    {"long_lengths", {ARG_KEYS + 1, 0}},
};

void desc_arrays(fixture *f) {
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    assert_true(f->num_arrays < FIXTURE_ARRAYS);
    f->arrays[f->num_arrays++] = (fixture_array){offsets[i].name, 1, 2, 2, 8, NULL};
  }
  f->arrays[f->num_arrays++] = (fixture_array){"weights", 1, ARG_KEYS, ARG_KEYS, 4, NULL};
}

void desc_fill(fixture *f) {
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
    memcpy(fixture_find(f, offsets[i].name)->data, offsets[i].values, sizeof offsets[i].values);
  const float weights[ARG_KEYS] = {0, -1, -INFINITY};
  memcpy(fixture_find(f, "weights")->data, weights, sizeof weights);
}
