/* SPDX-License-Identifier: MIT */
/* One token of many streams. */
#include <inttypes.h>

#include "attention/stream.h"
#include "base/check.h"
#include "base/executor.h"
#include "base/status.h"

typedef struct favor_many {
  const favor_stream *stream;
  unsigned char *states;
  size_t stride, slot_bytes;
  unsigned char *memory;
  favor_tally tally;
} favor_many;

static void step_one(void *ctx, int64_t slot, int64_t item) {
  favor_many *m = ctx;
  const favor_stream *s = m->stream;
  favor_state *state = (favor_state *)(void *)(m->states + (size_t)item * m->stride);
  favor_attend a;
  favor_attend_over(&a, s->map, s->precision, state->dv, m->memory + (size_t)slot * m->slot_bytes,
                    m->slot_bytes);
  favor_output o = {.out = s->out, .ldo = s->ldo, .clean = INT64_MAX, .tally = &m->tally};
  favor_stream_run(s, &a, state, item, 1, &o);
}

static favor_status check_stride(const favor_many *m, size_t least) {
  const favor_stream *s = m->stream;
  if (m->stride % FAVOR_ALIGNMENT == 0 && (s->n == 1 || m->stride >= least)) return FAVOR_OK;
  return favor_fail(s->report, FAVOR_ERR_SHAPE, "stride",
                    "stride is %zu; a multiple of 64, at least the %zu bytes of a state, is needed",
                    m->stride, least);
}

/* The states as one array of `columns` bytes each, apart by stride. */
static favor_array states_of(const favor_many *m, size_t columns) {
  const size_t ld = m->stride > columns ? m->stride : columns;
  const bool any = m->stream->n > 0;
  return (favor_array){"states",
                       "stride",
                       m->states,
                       any ? m->stream->n : 0,
                       any ? (int64_t)columns : 0,
                       any ? (int64_t)ld : 0,
                       1,
                       true};
}

/* Their extent, before any of them is read: the header of the first is the least that there is. */
static favor_status check_extent(const favor_many *m) {
  const favor_stream *s = m->stream;
  size_t bytes = 0;
  favor_status status = favor_check_range(s->report, "n", s->n, 0, INT64_MAX);
  if (status < 0 || s->n == 0) return status;
  status = favor_check_pointer(s->report, "states", m->states);
  if (status == FAVOR_OK) status = check_stride(m, sizeof(favor_state));
  if (status < 0) return status;
  if (s->n > 1 &&
      (m->stride > INT64_MAX || !favor_size_span(s->n, 1, (int64_t)m->stride, 1, &bytes))) {
    return favor_fail(s->report, FAVOR_ERR_OVERFLOW, "states",
                      "%" PRId64 " states of stride %zu do not fit in memory", s->n, m->stride);
  }
  return FAVOR_OK;
}

/* The states and all other arrays: the first state says how long values are. */
static favor_status check_states(const favor_many *m, int64_t *dv) {
  const favor_stream *s = m->stream;
  const favor_state *first = (const void *)m->states;
  size_t bytes = 0;
  *dv = 1;
  favor_status status = check_extent(m);
  if (status == FAVOR_OK && s->n > 0) {
    status = favor_state_check(s->report, "states", first, s->map, (int)s->precision, -1);
    if (status < 0) return status;
    *dv = first->dv;
    favor_state_bytes(s->precision, first->features, *dv, &bytes);
    status = check_stride(m, bytes);
  }
  if (status < 0) return status;
  const favor_array states = states_of(m, bytes);
  status = favor_stream_check(s, *dv, &states);
  for (int64_t i = 1; i < s->n && status == FAVOR_OK; ++i) {
    const favor_state *state = (const void *)(m->states + (size_t)i * m->stride);
    status = favor_state_check(s->report, "states", state, s->map, (int)s->precision, *dv);
  }
  return status;
}

favor_status favor_stream_step_many(favor_stream *s, void *states, size_t stride,
                                    const favor_executor *executor) {
  favor_many many = {.stream = s, .states = states, .stride = stride}, *m = &many;
  favor_scratch scratch;
  int64_t dv = 0, slots = 0;
  size_t need = 0, used = 0;
  s->keys = s->queries = true;
  favor_report_begin(s->report);
  favor_status status = favor_check_pointer(s->report, "map", s->map);
  if (status == FAVOR_OK) status = check_states(m, &dv);
  if (status == FAVOR_OK) status = favor_executor_slots(executor, s->n, &slots, s->report);
  if (status < 0) return status;
  m->slot_bytes = favor_attend_bytes(s->map, s->precision, dv);
  const int64_t width = executor ? executor->width : 1;
  if (m->slot_bytes == 0 || !favor_size_mul(m->slot_bytes, (size_t)width, &need) ||
      !favor_size_mul(m->slot_bytes, (size_t)slots, &used)) {
    return favor_fail(s->report, FAVOR_ERR_OVERFLOW, "work",
                      "the workspace does not fit in memory");
  }
  status = favor_scratch_begin(&scratch, &s->map->allocator, s->work, s->work_size, need,
                               s->n > 0 ? used : 0, s->report);
  if (status < 0 || s->n == 0) return status;
  m->memory = scratch.memory;
  favor_attend a;
  favor_attend_over(&a, s->map, s->precision, dv, m->memory, m->slot_bytes);
  const favor_keys keys = favor_stream_keys(s, 0);
  favor_tally_begin(&m->tally);
  status = favor_stream_check_keys(s, &a, &keys);
  if (status == FAVOR_OK) favor_execute(executor, slots, s->n, step_one, m);
  favor_scratch_end(&scratch);
  return status < 0 ? status : favor_tally_end(&m->tally, s->report);
}
