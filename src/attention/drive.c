/* SPDX-License-Identifier: MIT */
/* The phases of a call.
 *
 * One range a stream: an item does it all, absorb and read, or the causal run.
 * Several: (1) each range's keys into a level of its own; (2) each stream's levels are merged in
 * order, so that level r becomes the prefix up to and with range r, state_in included; (3) queries:
 * bidirectional ones read the last prefix, causal ones run over their range from the prefix before
 * it; (4) states go out. The causal run sums its range apart from the prefix, as (1) did, so that
 * it gives the same bits whatever ran where.
 */
#include "attention/drive.h"

#include <string.h>

#include "base/executor.h"

/* Queries of one item when they only read. */
enum { read_rows = 512 };

static int64_t larger(int64_t a, int64_t b) {
  return a > b ? a : b;
}

static favor_output output_of(favor_drive *d, const favor_drive_stream *s, const favor_span *span,
                              bool poisoned) {
  return (favor_output){.out = span->out,
                        .ldo = d->problem.d.out_stride[2],
                        .log_norm = span->log_norm,
                        .offset = s->decay,
                        .row = span->row,

                        .clean = poisoned ? 0 : INT64_MAX,
                        .tally = &d->tally};
}

static const favor_level *base_of(const favor_drive_stream *s) {
  return s->has_base ? &s->base : NULL;
}

/* ---- causal queries of one range ---- */

/* Rows of one head whose last visible key lies in [first, end), the first range also before, the
 * last also behind. */
static void causal_range(favor_drive *d, favor_attend *a, const favor_drive_stream *s,
                         const favor_span *span, favor_level *level, const favor_level *base,
                         int64_t range, bool poisoned) {
  const bool last = range == d->ranges - 1;
  const int64_t first = favor_smaller(range * d->range_keys, span->keys);
  const int64_t end = last ? span->keys : favor_smaller(first + d->range_keys, span->keys);
  favor_output o = output_of(d, s, span, poisoned);
  /* Query i's own key is i + offset. */
  const int64_t from =
      range == 0 ? 0
                 : favor_smaller(larger(range * d->range_keys - span->offset, 0), span->queries);
  const int64_t to =
      last ? span->queries
           : favor_smaller(larger((range + 1) * d->range_keys - span->offset, 0), span->queries);
  const int64_t blind = favor_smaller(larger(-span->offset, from), to);
  const int64_t ldq = d->problem.d.q_stride[2];
  favor_read_run(a, level, base, span->q, ldq, from, blind - from, &o);
  /* Keys that the first seeing query sees before its own. */
  const int64_t before = favor_smaller(larger(blind + span->offset, first), end);
  if (blind == to) return;
  if (o.clean > 0 && favor_absorb_run(a, level, &span->k, first, before - first) < before - first) {
    o.clean = 0;
  }
  const favor_causal c = {.keys = &span->k,
                          .first_key = before,
                          .key_count = favor_smaller(end - before, to - blind),
                          .q = span->q,
                          .ldq = ldq,
                          .first_query = blind,
                          .queries = to - blind,
                          .base = base,
                          .level = level};
  favor_causal_run(a, &c, &o);
}

/* ---- states out ---- */

static void write_state(favor_drive *d, int64_t stream, const favor_drive_stream *s,
                        const favor_level *total) {
  const favor_attention_desc *desc = &d->problem.d;
  if (!desc->state_out) return;
  unsigned char *memory = (unsigned char *)desc->state_out + stream * desc->state_stride;
  int64_t count = s->span.keys;
  if (desc->state_in) {
    const unsigned char *in = (const unsigned char *)desc->state_in + stream * desc->state_stride;
    count = favor_state_counted(count, ((const favor_state *)(const void *)in)->count);
  }
  favor_state *state = favor_state_make(memory, s->map->fingerprint, d->problem.precision,
                                        total->features, total->dv);
  favor_level level = favor_state_level(state);
  favor_level_merge(&level, total, 1);
  state->count = count;
  state->decay = s->decay;
}

/* ---- one range a stream ---- */

static void whole_bidirectional(favor_drive *d, favor_attend *a, const favor_drive_stream *s,
                                favor_level *level) {
  const bool bad = favor_absorb_run(a, level, &s->span.k, 0, s->span.keys) < s->span.keys;
  if (s->has_base) favor_level_merge(level, &s->base, 1);
  for (int64_t head = 0; head < d->group; ++head) {
    const favor_span span = favor_drive_head(d, s, head);
    const favor_output o = output_of(d, s, &span, bad);
    favor_read_run(a, level, NULL, span.q, d->problem.d.q_stride[2], 0, span.queries, &o);
  }
}

static void whole_causal(favor_drive *d, favor_attend *a, const favor_drive_stream *s,
                         favor_level *level) {
  for (int64_t head = 0; head < d->group; ++head) {
    const favor_span span = favor_drive_head(d, s, head);
    favor_level_clear(level);
    causal_range(d, a, s, &span, level, base_of(s), 0, false);
  }
  if (!d->problem.d.state_out) return;
  favor_level_clear(level);
  favor_absorb_run(a, level, &s->span.k, 0, s->span.keys);
  if (s->has_base) favor_level_merge(level, &s->base, 1);
}

static void whole_stream(void *ctx, int64_t slot, int64_t item) {
  favor_drive *d = ctx;
  favor_attend a;
  favor_level level;
  const favor_drive_stream s = favor_drive_stream_at(d, item);
  favor_drive_slot(d, slot, &s, &a, &level);
  if (d->problem.d.mask == FAVOR_MASK_CAUSAL) {
    whole_causal(d, &a, &s, &level);
  } else {
    whole_bidirectional(d, &a, &s, &level);
  }
  write_state(d, item, &s, &level);
}

/* ---- several ranges a stream ---- */

static void absorb_range(void *ctx, int64_t slot, int64_t item) {
  favor_drive *d = ctx;
  favor_attend a;
  favor_level level;
  const int64_t stream = item / d->ranges, range = item % d->ranges;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  const int64_t first = favor_smaller(range * d->range_keys, s.span.keys);
  const int64_t count = favor_smaller(d->range_keys, s.span.keys - first);
  favor_drive_slot(d, slot, &s, &a, &level);
  favor_level total = favor_drive_total(d, stream, range);
  favor_level_clear(&total);
  const int64_t good = favor_absorb_run(&a, &level, &s.span.k, first, count);
  favor_level_merge(&total, &level, 1);
  d->bad[item] = good < count ? first + good : -1;
}

static void merge_stream(void *ctx, int64_t slot, int64_t stream) {
  favor_drive *d = ctx;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  (void)slot;
  favor_level before = s.base;
  bool any = s.has_base;
  for (int64_t range = 0; range < d->ranges; ++range) {
    favor_level level = favor_drive_total(d, stream, range);
    if (any) favor_level_merge(&level, &before, 1);
    before = level;
    any = true;
  }
}

static void write_item(void *ctx, int64_t slot, int64_t stream) {
  favor_drive *d = ctx;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  const favor_level total = favor_drive_total(d, stream, d->ranges - 1);
  (void)slot;
  write_state(d, stream, &s, &total);
}

static bool bad_before(const favor_drive *d, int64_t stream, int64_t range) {
  for (int64_t r = 0; r < range; ++r) {
    if (d->bad[stream * d->ranges + r] >= 0) return true;
  }
  return false;
}

static void causal_item(void *ctx, int64_t slot, int64_t item) {
  favor_drive *d = ctx;
  favor_attend a;
  favor_level level;
  const int64_t head = item % d->group, range = item / d->group % d->ranges;
  const int64_t stream = item / d->group / d->ranges;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  const favor_span span = favor_drive_head(d, &s, head);
  favor_drive_slot(d, slot, &s, &a, &level);
  favor_level prefix = s.base;
  if (range > 0) prefix = favor_drive_total(d, stream, range - 1);
  const favor_level *base = range > 0 || s.has_base ? &prefix : NULL;
  causal_range(d, &a, &s, &span, &level, base, range, bad_before(d, stream, range));
}

static int64_t read_items(const favor_drive *d) {
  return (d->problem.d.n_q + read_rows - 1) / read_rows;
}

static void read_item(void *ctx, int64_t slot, int64_t item) {
  favor_drive *d = ctx;
  favor_attend a;
  favor_level ignored;
  const int64_t blocks = read_items(d), block = item % blocks, head = item / blocks % d->group;
  const int64_t stream = item / blocks / d->group;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  const favor_span span = favor_drive_head(d, &s, head);
  const int64_t first = favor_smaller(block * read_rows, span.queries);
  favor_drive_slot(d, slot, &s, &a, &ignored);
  const favor_level level = favor_drive_total(d, stream, d->ranges - 1);
  const favor_output o = output_of(d, &s, &span, bad_before(d, stream, d->ranges));
  favor_read_run(&a, &level, NULL, span.q, d->problem.d.q_stride[2], first,
                 favor_smaller(read_rows, span.queries - first), &o);
}

/* ---- refusing before anything changes ---- */

/* The first row of a stream that is not finite, or -1. */
static int64_t bad_row(const favor_drive *d, int64_t slot, int64_t stream) {
  favor_attend a;
  favor_level ignored;
  const favor_drive_stream s = favor_drive_stream_at(d, stream);
  favor_drive_slot(d, slot, &s, &a, &ignored);
  const int64_t good = favor_check_run(&a, &s.span.k, 0, s.span.keys);
  return good == s.span.keys ? -1 : good;
}

static void check_stream(void *ctx, int64_t slot, int64_t stream) {
  favor_drive *d = ctx;
  int64_t least = atomic_load(&d->refused);
  if (stream > least || bad_row(d, slot, stream) < 0) return;
  while (stream < least && !atomic_compare_exchange_weak(&d->refused, &least, stream)) continue;
}

void favor_drive_run(favor_drive *d, const favor_executor *executor) {
  const int64_t slots = d->slots;
  if (d->problem.d.state_out) {
    favor_execute(executor, slots, d->streams, check_stream, d);
    const int64_t refused = atomic_load(&d->refused);
    if (refused != INT64_MAX) {
      d->refused_row = bad_row(d, 0, refused);
      return;
    }
  }
  if (d->ranges == 1) {
    favor_execute(executor, slots, d->streams, whole_stream, d);
    return;
  }
  favor_execute(executor, slots, d->streams * d->ranges, absorb_range, d);
  favor_execute(executor, slots, d->streams, merge_stream, d);
  if (d->problem.d.mask == FAVOR_MASK_CAUSAL) {
    favor_execute(executor, slots, d->streams * d->ranges * d->group, causal_item, d);
  } else {
    favor_execute(executor, slots, d->streams * d->group * read_items(d), read_item, d);
  }
  /* Last, because state_out may be state_in, which the first range reads. */
  if (d->problem.d.state_out) favor_execute(executor, slots, d->streams, write_item, d);
}
