/* SPDX-License-Identifier: MIT */
#include "robust/operations.h"

enum { DV = OP_DIM };

/* The map whose allocator a made state goes back to. */
static const favor_map *made_with;

static favor_attention_desc desc_of(void) {
  favor_attention_desc desc;
  assert_ok(favor_attention_desc_init(&desc, 1, 1, OP_ROWS, OP_ROWS, OP_DIM, DV));
  desc.mask = FAVOR_MASK_CAUSAL;
  return desc;
}

static favor_status run_attention(world *w, favor_precision precision, const call_memory *m) {
  favor_attention_desc desc = desc_of();
  const favor_map *maps[] = {w->map};
  desc.log_norm = w->log_scale;
  if (precision == FAVOR_F32)
    return favor_attention_f32(1, maps, &desc, w->x32, w->x32, w->x32, w->out32, m->work, m->bytes,
                               m->executor, NULL);
  return favor_attention_f64(1, maps, &desc, w->x64, w->x64, w->x64, w->out64, m->work, m->bytes,
                             m->executor, NULL);
}

static favor_status run_exact(world *w, favor_precision precision, const call_memory *m) {
  favor_attention_desc desc = desc_of();
  desc.log_norm = w->log_scale;
  if (precision == FAVOR_F32)
    return favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, 1, FAVOR_ISA_AUTO, &desc, w->x32, w->x32,
                                     w->x32, w->out32, m->work, m->bytes, &w->allocator,
                                     m->executor, NULL);
  return favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, 1, FAVOR_ISA_AUTO, &desc, w->x64, w->x64,
                                   w->x64, w->out64, m->work, m->bytes, &w->allocator, m->executor,
                                   NULL);
}

/* ---- states: in memory of the test, fresh for each call ---- */

static _Alignas(64) unsigned char memory[2][8192], pristine[2][8192];

static favor_state *fresh_state(const world *w, favor_precision precision) {
  favor_state *state = NULL;
  assert_ok(favor_state_init(w->map, DV, precision, memory[precision], sizeof memory[0], &state));
  memcpy(pristine, memory, sizeof memory);
  return state;
}

static favor_status run_absorb(world *w, favor_precision precision, const call_memory *m) {
  favor_state *state = fresh_state(w, precision);
  if (precision == FAVOR_F32)
    return favor_state_absorb_f32(w->map, state, OP_ROWS, w->x32, OP_DIM, w->x32, DV, m->work,
                                  m->bytes, NULL);
  return favor_state_absorb_f64(w->map, state, OP_ROWS, w->x64, OP_DIM, w->x64, DV, m->work,
                                m->bytes, NULL);
}

static favor_status run_read(world *w, favor_precision precision, const call_memory *m) {
  const favor_state *state = fresh_state(w, precision);
  if (precision == FAVOR_F32)
    return favor_state_read_f32(w->map, state, OP_ROWS, w->x32, OP_DIM, w->out32, DV, w->log_scale,
                                m->work, m->bytes, NULL);
  return favor_state_read_f64(w->map, state, OP_ROWS, w->x64, OP_DIM, w->out64, DV, w->log_scale,
                              m->work, m->bytes, NULL);
}

static favor_status run_causal(world *w, favor_precision precision, const call_memory *m) {
  favor_state *state = fresh_state(w, precision);
  if (precision == FAVOR_F32)
    return favor_state_causal_f32(w->map, state, OP_ROWS, w->x32, OP_DIM, w->x32, OP_DIM, w->x32,
                                  DV, w->out32, DV, w->log_scale, m->work, m->bytes, NULL);
  return favor_state_causal_f64(w->map, state, OP_ROWS, w->x64, OP_DIM, w->x64, OP_DIM, w->x64, DV,
                                w->out64, DV, w->log_scale, m->work, m->bytes, NULL);
}

static favor_status run_step(world *w, favor_precision precision, const call_memory *m) {
  favor_state *state = fresh_state(w, precision);
  if (precision == FAVOR_F32)
    return favor_state_step_many_f32(w->map, 1, state, sizeof memory[0], w->x32, OP_DIM, w->x32,
                                     OP_DIM, w->x32, DV, w->out32, DV, m->work, m->bytes,
                                     m->executor, NULL);
  return favor_state_step_many_f64(w->map, 1, state, sizeof memory[0], w->x64, OP_DIM, w->x64,
                                   OP_DIM, w->x64, DV, w->out64, DV, m->work, m->bytes, m->executor,
                                   NULL);
}

/* Attention that goes on from a state and hands it on. */
static favor_status run_carried(world *w, favor_precision precision, const call_memory *m) {
  favor_attention_desc desc = desc_of();
  const favor_map *maps[] = {w->map};
  desc.state_in = desc.state_out = fresh_state(w, precision);
  if (precision == FAVOR_F32)
    return favor_attention_f32(1, maps, &desc, w->x32, w->x32, w->x32, w->out32, m->work, m->bytes,
                               m->executor, NULL);
  return favor_attention_f64(1, maps, &desc, w->x64, w->x64, w->x64, w->out64, m->work, m->bytes,
                             m->executor, NULL);
}

/* What takes neither workspace nor allocator has nothing to allocate from: run with every allocation failing. */
favor_status run_without_memory(world *w) {
  favor_state *state = fresh_state(w, FAVOR_F64);
  _Alignas(64) static unsigned char other[sizeof memory[0]], block[sizeof memory[0]];
  favor_state *from = NULL;
  size_t bytes = 0;
  const int64_t features = favor_map_features(w->map);
  double phi[OP_OUT];
  for (int i = 0; i < OP_OUT; i++) phi[i] = 1;
  favor_status status = favor_state_init(w->map, DV, FAVOR_F64, other, sizeof other, &from);
  if (status == FAVOR_OK)
    status = favor_state_absorb_features_f64(from, OP_ROWS, phi, features, NULL, w->x64, DV, NULL);
  if (status == FAVOR_OK) status = favor_state_merge(state, from);
  if (status == FAVOR_OK) status = favor_state_decay(state, -.5);
  if (status == FAVOR_OK)
    status = favor_state_read_features_f64(state, OP_ROWS, phi, features, NULL, w->out64, DV,
                                           w->log_scale, NULL);
  if (status == FAVOR_OK) status = favor_state_save(state, block, sizeof block, &bytes);
  if (status == FAVOR_OK)
    status = favor_state_load(w->map, block, bytes, memory[0], sizeof memory[0], NULL, &state);
  if (status == FAVOR_OK) status = favor_state_reset(state);
  return status;
}

/* ---- the list ---- */

favor_status run_current(world *w, void **made) {
  static const call_memory none = {NULL, 0, NULL};
  *made = NULL;
  memcpy(pristine, memory, sizeof memory);
  const favor_status status = w->current->run(w, w->current->precision, &none);
  if (status < 0) assert_memory_equal(memory, pristine, sizeof memory);
  return status;
}

static favor_status create_state(world *w, void **made) {
  favor_state *state = NULL;
  const favor_status status = favor_state_create(w->map, DV, FAVOR_F32, &state);
  made_with = w->map;
  *made = state;
  return status;
}

static void destroy_state(void *made) {
  favor_state_destroy(made_with, made);
}

const operation create_state_case = {"favor_state_create", create_state, destroy_state};

const attention_operation attention_operations[] = {
    {"favor_attention_f32", run_attention, FAVOR_F32},
    {"favor_attention_f64", run_attention, FAVOR_F64},
    {"favor_attention_f32 with states", run_carried, FAVOR_F32},
    {"favor_attention_f64 with states", run_carried, FAVOR_F64},
    {"favor_attention_exact_f32", run_exact, FAVOR_F32},
    {"favor_attention_exact_f64", run_exact, FAVOR_F64},
    {"favor_state_absorb_f32", run_absorb, FAVOR_F32},
    {"favor_state_absorb_f64", run_absorb, FAVOR_F64},
    {"favor_state_read_f32", run_read, FAVOR_F32},
    {"favor_state_read_f64", run_read, FAVOR_F64},
    {"favor_state_causal_f32", run_causal, FAVOR_F32},
    {"favor_state_causal_f64", run_causal, FAVOR_F64},
    {"favor_state_step_many_f32", run_step, FAVOR_F32},
    {"favor_state_step_many_f64", run_step, FAVOR_F64},
};

const int num_attention_operations =
    (int)(sizeof attention_operations / sizeof *attention_operations);
