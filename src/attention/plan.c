/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "attention/drive.h"
#include "base/check.h"
#include "base/status.h"

/* Streams times ranges stay at most this many where ranges are used at all, so that their states
 * take a few megabytes at the most; a range has at least this many keys. */
enum { most_items = 16, least_keys = 1024 };

static favor_status check_maps(const favor_drive *d, favor_report *report) {
  const favor_attention_desc *desc = &d->problem.d;
  if (d->num_maps < 1 ||
      (d->num_maps != 1 && d->num_maps != desc->kv_heads && d->num_maps != desc->heads)) {
    return favor_fail(report, FAVOR_ERR_SHAPE, "num_maps",
                      "num_maps is %" PRId64 "; it must be 1, kv_heads = %" PRId64
                      " or heads = %" PRId64,
                      d->num_maps, desc->kv_heads, desc->heads);
  }
  favor_status status = favor_check_pointer(report, "maps", d->maps);
  for (int64_t i = 0; i < d->num_maps && status == FAVOR_OK; ++i) {
    const favor_map *map = d->maps[i];
    status = favor_check_pointer(report, "maps", map);
    if (status < 0) return status;
    if (map->node.dim != desc->dim) {
      return favor_fail(report, FAVOR_ERR_SHAPE, "dim",
                        "dim is %" PRId64 "; map %" PRId64 " is of dimension %" PRId64, desc->dim,
                        i, map->node.dim);
    }
    if (map->node.features != d->maps[0]->node.features) {
      return favor_fail(report, FAVOR_ERR_COMBINATION, "maps",
                        "map %" PRId64 " has %" PRId64 " features and the first %" PRId64
                        "; all maps of a call need the same",
                        i, map->node.features, d->maps[0]->node.features);
    }
  }
  return status;
}

/* The stride of states, and where they may be written; nothing is read. */
static favor_status check_state_shape(favor_drive *d, favor_report *report) {
  const favor_attention_desc *desc = &d->problem.d;
  const size_t past = (uintptr_t)desc->state_out % FAVOR_ALIGNMENT;
  if ((!desc->state_in && !desc->state_out) || d->streams == 0) return FAVOR_OK;
  if (!favor_state_bytes(d->problem.precision, d->maps[0]->node.features, desc->dv,
                         &d->state_bytes)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, desc->state_in ? "state_in" : "state_out",
                      "a state does not fit in memory");
  }
  if (desc->state_stride < 0 || desc->state_stride % (int64_t)FAVOR_ALIGNMENT != 0 ||
      (d->streams > 1 && desc->state_stride < (int64_t)d->state_bytes)) {
    return favor_fail(report, FAVOR_ERR_SHAPE, "state_stride",
                      "state_stride is %" PRId64
                      "; a multiple of 64, at least the %zu bytes of a state, is needed",
                      desc->state_stride, d->state_bytes);
  }
  if (past != 0) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "state_out",
                      "state_out is %zu bytes past a multiple of 64; it must be aligned to that",
                      past);
  }
  return FAVOR_OK;
}

favor_status favor_drive_check_states(const favor_drive *d, favor_report *report) {
  const favor_attention_desc *desc = &d->problem.d;
  const unsigned char *states = desc->state_in;
  for (int64_t i = 0; states && i < d->streams; ++i) {
    const favor_state *state = (const void *)(states + i * desc->state_stride);
    const favor_map *map = d->maps[d->num_maps == 1 ? 0 : i % d->streams_per_batch];
    const favor_status status =
        favor_state_check(report, "state_in", state, map, (int)d->problem.precision, desc->dv);
    if (status < 0) return status;
  }
  return FAVOR_OK;
}

favor_status favor_drive_plan(favor_drive *d, favor_report *report) {
  const favor_attention_desc *desc = &d->problem.d;
  favor_status status = check_maps(d, report);
  if (status < 0) return status;
  const bool per_head = d->num_maps == desc->heads && d->num_maps > 1;
  size_t streams = 0;
  d->streams_per_batch = per_head ? desc->heads : desc->kv_heads;
  d->group = d->streams_per_batch > 0 ? desc->heads / d->streams_per_batch : 0;
  if (!favor_size_matrix(desc->batch, d->streams_per_batch, 1, &streams) || streams > INT64_MAX) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "batch",
                      "batch is %" PRId64 "; times heads it does not fit", desc->batch);
  }
  d->streams = (int64_t)streams;
  const int64_t possible = desc->n_k / least_keys;
  d->most_ranges = d->streams > 0 && d->streams < most_items ? most_items / d->streams : 1;
  d->ranges = d->most_ranges < possible ? d->most_ranges : possible;
  if (d->ranges < 1) d->ranges = 1;
  /* A whole number of tiles, so that tiles do not depend on how many ranges there are. */
  const int64_t keys = (desc->n_k + d->ranges - 1) / d->ranges;
  d->range_keys = (keys + FAVOR_ATTEND_ROWS - 1) / FAVOR_ATTEND_ROWS * FAVOR_ATTEND_ROWS;
  if (d->range_keys < 1) d->range_keys = FAVOR_ATTEND_ROWS;
  return check_state_shape(d, report);
}

static favor_level lay_level(const favor_drive *d, bool total, favor_arena *arena) {
  favor_level level;
  int64_t *recent = favor_arena_take(arena, 1, 1, sizeof *recent);
  double *reference = favor_arena_take(arena, 1, 1, sizeof *reference);
  favor_level_layout(&level, d->problem.precision, d->maps[0]->node.features, d->problem.d.dv,
                     total, arena);
  level.recent = recent;
  level.reference = reference;
  return level;
}

static size_t level_bytes(const favor_drive *d, bool total) {
  favor_arena arena = favor_arena_counting();
  lay_level(d, total, &arena);
  return arena.failed ? 0 : arena.used;
}

static size_t largest_attend(const favor_drive *d) {
  size_t largest = 0;
  for (int64_t i = 0; i < d->num_maps; ++i) {
    const size_t bytes = favor_attend_bytes(d->maps[i], d->problem.precision, d->problem.d.dv);
    if (bytes == 0) return 0;
    if (bytes > largest) largest = bytes;
  }
  return largest;
}

/* The workspace in order: one level and the buffers a slot, the ranges' totals, the ranges' bad
 * rows. */
static bool lay_out(favor_drive *d, int64_t slots, int64_t ranges, favor_arena *arena) {
  const size_t level = level_bytes(d, false), attend = largest_attend(d);
  d->level_bytes = level;
  d->total_bytes = level_bytes(d, true);
  if (level == 0 || d->total_bytes == 0 || attend == 0 ||
      !favor_size_add(level, attend, &d->slot_bytes)) {
    return false;
  }
  d->slot_memory = favor_arena_take(arena, slots, 1, d->slot_bytes);
  const int64_t levels = ranges > 1 ? d->streams * ranges : 0;
  d->totals = favor_arena_take(arena, levels, 1, d->total_bytes);
  d->bad = favor_arena_take(arena, levels, 1, sizeof *d->bad);
  return !arena->failed;
}

bool favor_drive_bytes(const favor_drive *d, int64_t slots, int64_t ranges, size_t *bytes) {
  favor_drive copy = *d;
  favor_arena arena = favor_arena_counting();
  const bool fits = lay_out(&copy, slots, ranges, &arena);
  if (fits) *bytes = arena.used;
  return fits;
}

void favor_drive_over(favor_drive *d, void *memory, size_t bytes) {
  favor_arena arena = favor_arena_over(memory, bytes);
  lay_out(d, d->slots, d->ranges, &arena);
}

favor_level favor_drive_total(const favor_drive *d, int64_t stream, int64_t range) {
  unsigned char *memory = d->totals + (size_t)(stream * d->ranges + range) * d->total_bytes;
  favor_arena arena = favor_arena_over(memory, d->total_bytes);
  return lay_level(d, true, &arena);
}

void favor_drive_slot(const favor_drive *d, int64_t slot, const favor_drive_stream *s,
                      favor_attend *a, favor_level *level) {
  unsigned char *memory = d->slot_memory + (size_t)slot * d->slot_bytes;
  favor_arena arena = favor_arena_over(memory, d->level_bytes);
  *level = lay_level(d, false, &arena);
  favor_level_clear(level);
  favor_attend_over(a, s->map, d->problem.precision, d->problem.d.dv, memory + d->level_bytes,
                    d->slot_bytes - d->level_bytes);
}

favor_span favor_drive_head(const favor_drive *d, const favor_drive_stream *s, int64_t head) {
  const int64_t h = s->index * d->group + head;
  const int64_t heads_per_key = d->problem.d.heads / d->problem.d.kv_heads;
  favor_span span = favor_problem_span(&d->problem, s->batch, h, h / heads_per_key);
  span.k.offset = -s->decay;
  return span;
}

favor_drive_stream favor_drive_stream_at(const favor_drive *d, int64_t stream) {
  favor_drive_stream s = {.batch = stream / d->streams_per_batch,
                          .index = stream % d->streams_per_batch};
  s.map = d->maps[d->num_maps == 1 ? 0 : s.index];
  if (d->problem.d.state_in) {
    const unsigned char *states = d->problem.d.state_in;
    const favor_state *state = (const void *)(states + stream * d->problem.d.state_stride);
    s.has_base = true;
    s.base = favor_state_level_const(state);
    s.decay = state->decay;
  }
  s.span = favor_drive_head(d, &s, 0);
  return s;
}
