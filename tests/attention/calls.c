/* SPDX-License-Identifier: MIT */
#include "attention/calls.h"

size_t real_size(favor_precision precision) {
  return precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

double real_get(favor_precision precision, const void *x, int64_t i) {
  return precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

void real_set(favor_precision precision, void *x, int64_t i, double value) {
  if (precision == FAVOR_F32)
    ((float *)x)[i] = (float)value;
  else
    ((double *)x)[i] = value;
}

void *real_address(favor_precision precision, const void *x, int64_t i) {
  return (unsigned char *)(uintptr_t)x + i * (int64_t)real_size(precision);
}

void *reals(favor_precision precision, int64_t n, const double *x) {
  const size_t bytes = (size_t)n * real_size(precision);
  void *out = aligned_alloc(64, (bytes + 64) / 64 * 64);
  assert_non_null(out);
  memset(out, 0xA5, bytes);
  for (int64_t i = 0; x && i < n; i++) real_set(precision, out, i, x[i]);
  return out;
}

call_room dirty_room(size_t bytes) {
  void *work = aligned_alloc(64, (bytes + 63) / 64 * 64);
  assert_true(bytes > 0 && work);
  memset(work, 0xFF, bytes);
  return (call_room){.work = work, .work_size = bytes};
}

favor_status attend(favor_precision precision, int64_t num_maps, const favor_map *const *maps,
                    const favor_attention_desc *desc, const void *q, const void *k, const void *v,
                    void *out, call_room room) {
  if (precision == FAVOR_F32)
    return favor_attention_f32(num_maps, maps, desc, q, k, v, out, room.work, room.work_size,
                               room.executor, room.report);
  return favor_attention_f64(num_maps, maps, desc, q, k, v, out, room.work, room.work_size,
                             room.executor, room.report);
}

favor_status state_absorb(favor_precision precision, const favor_map *map, favor_state *state,
                          int64_t n, matrix k, matrix v, call_room room) {
  if (precision == FAVOR_F32)
    return favor_state_absorb_f32(map, state, n, k.x, k.ld, v.x, v.ld, room.work, room.work_size,
                                  room.report);
  return favor_state_absorb_f64(map, state, n, k.x, k.ld, v.x, v.ld, room.work, room.work_size,
                                room.report);
}

favor_status state_read(favor_precision precision, const favor_map *map, const favor_state *state,
                        int64_t n, matrix q, matrix out, double *log_norm, call_room room) {
  if (precision == FAVOR_F32)
    return favor_state_read_f32(map, state, n, q.x, q.ld, out.x, out.ld, log_norm, room.work,
                                room.work_size, room.report);
  return favor_state_read_f64(map, state, n, q.x, q.ld, out.x, out.ld, log_norm, room.work,
                              room.work_size, room.report);
}

favor_status state_causal(favor_precision precision, const favor_map *map, favor_state *state,
                          int64_t n, matrix q, matrix k, matrix v, matrix out, double *log_norm,
                          call_room room) {
  if (precision == FAVOR_F32)
    return favor_state_causal_f32(map, state, n, q.x, q.ld, k.x, k.ld, v.x, v.ld, out.x, out.ld,
                                  log_norm, room.work, room.work_size, room.report);
  return favor_state_causal_f64(map, state, n, q.x, q.ld, k.x, k.ld, v.x, v.ld, out.x, out.ld,
                                log_norm, room.work, room.work_size, room.report);
}

favor_status state_step_many(favor_precision precision, const favor_map *map, int64_t n,
                             void *states, size_t stride, matrix q, matrix k, matrix v, matrix out,
                             call_room room) {
  if (precision == FAVOR_F32)
    return favor_state_step_many_f32(map, n, states, stride, q.x, q.ld, k.x, k.ld, v.x, v.ld, out.x,
                                     out.ld, room.work, room.work_size, room.executor, room.report);
  return favor_state_step_many_f64(map, n, states, stride, q.x, q.ld, k.x, k.ld, v.x, v.ld, out.x,
                                   out.ld, room.work, room.work_size, room.executor, room.report);
}

favor_status state_absorb_features(favor_precision precision, favor_state *state, int64_t n,
                                   matrix phi, const double *log_scale, matrix v,
                                   favor_report *report) {
  if (precision == FAVOR_F32)
    return favor_state_absorb_features_f32(state, n, phi.x, phi.ld, log_scale, v.x, v.ld, report);
  return favor_state_absorb_features_f64(state, n, phi.x, phi.ld, log_scale, v.x, v.ld, report);
}

favor_status state_read_features(favor_precision precision, const favor_state *state, int64_t n,
                                 matrix phi, const double *log_scale, matrix out, double *log_norm,
                                 favor_report *report) {
  if (precision == FAVOR_F32)
    return favor_state_read_features_f32(state, n, phi.x, phi.ld, log_scale, out.x, out.ld,
                                         log_norm, report);
  return favor_state_read_features_f64(state, n, phi.x, phi.ld, log_scale, out.x, out.ld, log_norm,
                                       report);
}

favor_state *state_new(const favor_map *map, int64_t dv, favor_precision precision) {
  favor_state *state = NULL;
  assert_ok(favor_state_create(map, dv, precision, &state));
  assert_non_null(state);
  return state;
}

unsigned char *states_new(const favor_map *map, int64_t dv, favor_precision precision, int64_t n,
                          size_t *stride) {
  assert_ok(favor_state_size(map, dv, precision, stride));
  unsigned char *block = aligned_alloc(64, *stride * (size_t)n);
  assert_non_null(block);
  memset(block, 0xFF, *stride * (size_t)n);
  for (int64_t s = 0; s < n; s++) {
    favor_state *state = NULL;
    assert_ok(favor_state_init(map, dv, precision, block + (size_t)s * *stride, *stride, &state));
    assert_ptr_equal(state, block + (size_t)s * *stride);
  }
  return block;
}
