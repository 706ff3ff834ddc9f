/* SPDX-License-Identifier: MIT */
/* The public streaming functions, precision by precision. */
#include "attention/stream.h"
#include "base/executor.h"

favor_status favor_state_workspace(const favor_map *map, int64_t dv, favor_precision precision,
                                   const favor_executor *executor, size_t *bytes) {
  int64_t slots = 0;
  size_t ignored = 0;
  if (!bytes) return FAVOR_ERR_NULL;
  favor_status status = favor_state_size(map, dv, precision, &ignored);
  if (status == FAVOR_OK) status = favor_executor_slots(executor, INT64_MAX, &slots, NULL);
  if (status < 0) return status;
  const size_t one = favor_attend_bytes(map, precision, dv);
  return one > 0 && favor_size_mul(one, (size_t)slots, bytes) ? FAVOR_OK : FAVOR_ERR_OVERFLOW;
}

favor_status favor_state_absorb_f32(const favor_map *map, favor_state *state, int64_t n,
                                    const float *k, int64_t ldk, const float *v, int64_t ldv,
                                    void *work, size_t work_size, favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F32,
                    .state = state,
                    .n = n,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_absorb(&s);
}

favor_status favor_state_read_f32(const favor_map *map, const favor_state *state, int64_t n,
                                  const float *q, int64_t ldq, float *out, int64_t ldo,
                                  double *log_norm, void *work, size_t work_size,
                                  favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F32,
                    .state = (favor_state *)state,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .out = out,
                    .ldo = ldo,
                    .log_norm = log_norm,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_read(&s);
}

favor_status favor_state_causal_f32(const favor_map *map, favor_state *state, int64_t n,
                                    const float *q, int64_t ldq, const float *k, int64_t ldk,
                                    const float *v, int64_t ldv, float *out, int64_t ldo,
                                    double *log_norm, void *work, size_t work_size,
                                    favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F32,
                    .state = state,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .out = out,
                    .ldo = ldo,
                    .log_norm = log_norm,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_causal(&s);
}

favor_status favor_state_step_many_f32(const favor_map *map, int64_t n, void *states, size_t stride,
                                       const float *q, int64_t ldq, const float *k, int64_t ldk,
                                       const float *v, int64_t ldv, float *out, int64_t ldo,
                                       void *work, size_t work_size, const favor_executor *executor,
                                       favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F32,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .out = out,
                    .ldo = ldo,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_step_many(&s, states, stride, executor);
}

favor_status favor_state_absorb_f64(const favor_map *map, favor_state *state, int64_t n,
                                    const double *k, int64_t ldk, const double *v, int64_t ldv,
                                    void *work, size_t work_size, favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F64,
                    .state = state,
                    .n = n,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_absorb(&s);
}

favor_status favor_state_read_f64(const favor_map *map, const favor_state *state, int64_t n,
                                  const double *q, int64_t ldq, double *out, int64_t ldo,
                                  double *log_norm, void *work, size_t work_size,
                                  favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F64,
                    .state = (favor_state *)state,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .out = out,
                    .ldo = ldo,
                    .log_norm = log_norm,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_read(&s);
}

favor_status favor_state_causal_f64(const favor_map *map, favor_state *state, int64_t n,
                                    const double *q, int64_t ldq, const double *k, int64_t ldk,
                                    const double *v, int64_t ldv, double *out, int64_t ldo,
                                    double *log_norm, void *work, size_t work_size,
                                    favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F64,
                    .state = state,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .out = out,
                    .ldo = ldo,
                    .log_norm = log_norm,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_causal(&s);
}

favor_status favor_state_step_many_f64(const favor_map *map, int64_t n, void *states, size_t stride,
                                       const double *q, int64_t ldq, const double *k, int64_t ldk,
                                       const double *v, int64_t ldv, double *out, int64_t ldo,
                                       void *work, size_t work_size, const favor_executor *executor,
                                       favor_report *report) {
  favor_stream s = {.map = map,
                    .precision = FAVOR_F64,
                    .n = n,
                    .q = q,
                    .ldq = ldq,
                    .k = k,
                    .ldk = ldk,
                    .v = v,
                    .ldv = ldv,
                    .out = out,
                    .ldo = ldo,
                    .work = work,
                    .work_size = work_size,
                    .report = report};
  return favor_stream_step_many(&s, states, stride, executor);
}
