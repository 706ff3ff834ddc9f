/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "attention/stream.h"
#include "base/check.h"
#include "base/real.h"
#include "base/status.h"

favor_status favor_stream_check(const favor_stream *s, int64_t dv, const favor_array *states) {
  const size_t real = favor_real_size(s->precision);
  const int64_t d = s->map->node.dim, n = s->n, nk = s->keys ? n : 0, nq = s->queries ? n : 0;
  const favor_array arrays[] = {
      favor_array_rows("n", n),
      {"q", "ldq", s->q, nq, d, s->queries ? s->ldq : d, real, false},
      {"k", "ldk", s->k, nk, d, s->keys ? s->ldk : d, real, false},
      {"v", "ldv", s->v, nk, dv, s->keys ? s->ldv : dv, real, false},
      {"out", "ldo", s->out, nq, dv, s->queries ? s->ldo : dv, real, true},
      {"log_norm", "log_norm", s->log_norm, s->log_norm ? nq : 0, 1, 1, sizeof(double), true},
      *states,
      favor_array_work(s->work, s->work_size),
  };
  return favor_check_arrays(s->report, sizeof arrays / sizeof *arrays, arrays);
}

static favor_status begin(const favor_stream *s, favor_scratch *scratch, favor_attend *a) {
  favor_report_begin(s->report);
  favor_status status = favor_check_pointer(s->report, "map", s->map);
  if (status < 0) return status;
  status = favor_state_check(s->report, "state", s->state, s->map, (int)s->precision, -1);
  if (status < 0) return status;
  const int64_t dv = s->state->dv;
  size_t held = 0;
  favor_state_bytes(s->precision, s->state->features, dv, &held);
  const favor_array state = favor_array_bytes("state", s->state, held);
  status = favor_stream_check(s, dv, &state);
  if (status < 0) return status;
  const size_t bytes = favor_attend_bytes(s->map, s->precision, dv);
  if (bytes == 0) {
    return favor_fail(s->report, FAVOR_ERR_OVERFLOW, "work",
                      "the workspace does not fit in memory");
  }
  status = favor_scratch_begin(scratch, &s->map->allocator, s->work, s->work_size, bytes,
                               s->n > 0 ? bytes : 0, s->report);
  if (status == FAVOR_OK && s->n > 0) {
    favor_attend_over(a, s->map, s->precision, dv, scratch->memory, bytes);
  }
  return status;
}

/* What a state's sums lack by decay, new keys have too much. */
favor_keys favor_stream_keys(const favor_stream *s, double decay) {
  return (favor_keys){.k = s->k, .v = s->v, .ldk = s->ldk, .ldv = s->ldv, .offset = -decay};
}

/* Which of k and v is at fault: a row of k with finite elements may still have no finite norm. */
static bool finite_values(const favor_stream *s, int64_t dv, int64_t row) {
  double zero = 0;
  for (int64_t l = 0; l < dv; ++l) {
    zero += 0 * favor_real_get(s->precision, s->v, row * s->ldv + l);
  }
  return zero == 0;
}

favor_status favor_stream_check_keys(const favor_stream *s, favor_attend *a,
                                     const favor_keys *keys) {
  const int64_t good = favor_check_run(a, keys, 0, s->n);
  if (good == s->n) return FAVOR_OK;
  favor_report_rows(s->report, FAVOR_ERR_NONFINITE, 1, good);
  if (!finite_values(s, a->dv, good)) {
    return favor_fail(s->report, FAVOR_ERR_NONFINITE, "v",
                      "row %" PRId64 " of v is not finite; nothing was absorbed", good);
  }
  return favor_fail(s->report, FAVOR_ERR_NONFINITE, "k",
                    "row %" PRId64 " of k has no finite norm; nothing was absorbed", good);
}

favor_status favor_stream_absorb(favor_stream *s) {
  favor_scratch scratch;
  favor_attend a;
  s->keys = true;
  favor_status status = begin(s, &scratch, &a);
  if (status < 0 || s->n == 0) return status;
  const favor_keys keys = favor_stream_keys(s, s->state->decay);
  status = favor_stream_check_keys(s, &a, &keys);
  if (status == FAVOR_OK) {
    favor_level level = favor_state_level(s->state);
    favor_absorb_run(&a, &level, &keys, 0, s->n);
    s->state->count = favor_state_counted(s->state->count, s->n);
  }
  favor_scratch_end(&scratch);
  return favor_report_end(s->report, status);
}

static favor_output output_of(const favor_stream *s, favor_tally *tally) {
  favor_tally_begin(tally);
  return (favor_output){.out = s->out,
                        .ldo = s->ldo,
                        .log_norm = s->log_norm,
                        .offset = s->state->decay,
                        .clean = INT64_MAX,
                        .tally = tally};
}

favor_status favor_stream_read(favor_stream *s) {
  favor_scratch scratch;
  favor_attend a;
  favor_tally tally;
  s->queries = true;
  const favor_status status = begin(s, &scratch, &a);
  if (status < 0 || s->n == 0) return status;
  const favor_output o = output_of(s, &tally);
  const favor_level level = favor_state_level_const(s->state);
  favor_read_run(&a, &level, NULL, s->q, s->ldq, 0, s->n, &o);
  favor_scratch_end(&scratch);
  return favor_tally_end(&tally, s->report);
}

void favor_stream_run(const favor_stream *s, favor_attend *a, favor_state *state, int64_t first,
                      int64_t n, favor_output *o) {
  const favor_keys keys = favor_stream_keys(s, state->decay);
  favor_level level = favor_state_level(state);
  const favor_causal c = {.keys = &keys,
                          .first_key = first,
                          .key_count = n,
                          .q = s->q,
                          .ldq = s->ldq,
                          .first_query = first,
                          .queries = n,
                          .level = &level};
  o->offset = state->decay;
  favor_causal_run(a, &c, o);
  state->count = favor_state_counted(state->count, n);
}

favor_status favor_stream_causal(favor_stream *s) {
  favor_scratch scratch;
  favor_attend a;
  favor_tally tally;
  s->keys = s->queries = true;
  favor_status status = begin(s, &scratch, &a);
  if (status < 0 || s->n == 0) return status;
  const favor_keys keys = favor_stream_keys(s, s->state->decay);
  favor_output o = output_of(s, &tally);
  status = favor_stream_check_keys(s, &a, &keys);
  if (status == FAVOR_OK) favor_stream_run(s, &a, s->state, 0, s->n, &o);
  favor_scratch_end(&scratch);
  return status < 0 ? status : favor_tally_end(&tally, s->report);
}
