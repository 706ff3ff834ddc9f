/* SPDX-License-Identifier: MIT */
/** Saved states:
 *
 *      precision features dv fingerprint count recent                  u64 each
 *      decay reference                                                 f64 each
 *      c [F]  recent, main, carry [F, dv + 1] each              f64 each
 */
#include <math.h>

#include "attention/panel.h"
#include "attention/state.h"
#include "base/block.h"
#include "base/status.h"

static const char magic[8] = {'f', 'a', 'v', 'o', 'r', 's', 't', 'a'};

static size_t write_state(favor_writer *w, const favor_state *state) {
  const favor_level level = favor_state_level_const(state);
  favor_write_header(w, magic);
  favor_write_u64(w, (uint64_t)state->precision);
  favor_write_u64(w, (uint64_t)state->features);
  favor_write_u64(w, (uint64_t)state->dv);
  favor_write_u64(w, state->fingerprint);
  favor_write_u64(w, (uint64_t)state->count);
  favor_write_u64(w, (uint64_t)state->recent);
  favor_write_f64(w, state->decay);
  favor_write_f64(w, state->reference);
  favor_write_f64s(w, level.features, level.c);
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    for (int64_t j = 0; j < level.features; ++j) {
      for (int64_t l = 0; l <= level.dv; ++l) {
        favor_write_f64(w, favor_real_get(level.precision, level.s[part], j * level.ld + l));
      }
    }
  }
  return favor_write_close(w);
}

favor_status favor_state_save(const favor_state *state, void *block, size_t block_size,
                              size_t *bytes) {
  if (!bytes) return FAVOR_ERR_NULL;
  const favor_status status = favor_state_check(NULL, "state", state, NULL, -1, -1);
  if (status < 0) return status;
  favor_writer counting = {NULL, 0}, writing = {block, 0};
  *bytes = write_state(&counting, state);
  if (!block) return FAVOR_OK;
  if (block_size < *bytes) return FAVOR_ERR_BUFFER;
  write_state(&writing, state);
  return FAVOR_OK;
}

static favor_status malformed(favor_report *report, const char *what) {
  return favor_fail(report, FAVOR_ERR_FORMAT, "block", "the block's %s", what);
}

/* Maxima are integers or empty, sums finite in their precision. */
static bool read_level(favor_reader *r, favor_level *level) {
  const double limit = level->precision == FAVOR_F32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023;
  favor_read_f64s(r, level->features, level->c);
  for (int64_t j = 0; j < level->features; ++j) {
    if (!(level->c[j] == floor(level->c[j])) || !(fabs(level->c[j]) <= -FAVOR_EMPTY)) return false;
  }
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    for (int64_t j = 0; j < level->features; ++j) {
      for (int64_t l = 0; l <= level->dv; ++l) {
        const double value = favor_read_f64(r);
        if (!(fabs(value) <= limit)) return false;
        favor_real_set(level->precision, level->s[part], j * level->ld + l, value);
      }
    }
  }
  return true;
}

static bool header_ok(const favor_state *h) {
  return (h->precision == FAVOR_F32 || h->precision == FAVOR_F64) && h->features >= 1 &&
         h->dv >= 1 && h->dv <= FAVOR_MAP_DIM_MAX && h->count >= 0 && h->recent >= 0 &&
         h->recent < FAVOR_FLUSH && h->decay > -1 && h->decay <= 0 &&
         h->reference == floor(h->reference) && fabs(h->reference) <= -FAVOR_EMPTY;
}

favor_status favor_state_load(const favor_map *map, const void *block, size_t block_size,
                              void *memory, size_t memory_size, favor_report *report,
                              favor_state **out) {
  favor_reader r;
  favor_state h = {0};
  size_t need = 0;
  if (!out) return FAVOR_ERR_NULL;
  *out = NULL;
  favor_report_begin(report);
  if (!map || !memory)
    return favor_fail(report, FAVOR_ERR_NULL, map ? "memory" : "map", "it is NULL");
  favor_status status = favor_read_open(&r, magic, block, block_size, report);
  if (status < 0) return status;
  h.precision = (int32_t)favor_read_u64(&r);
  h.features = (int64_t)favor_read_u64(&r);
  h.dv = (int64_t)favor_read_u64(&r);
  h.fingerprint = favor_read_u64(&r);
  h.count = (int64_t)favor_read_u64(&r);
  h.recent = (int64_t)favor_read_u64(&r);
  h.decay = favor_read_f64(&r);
  h.reference = favor_read_f64(&r);
  if (r.failed || !header_ok(&h)) return malformed(report, "header is not that of a state");
  if (h.features != map->node.features || h.fingerprint != map->fingerprint) {
    return favor_fail(report, FAVOR_ERR_STATE, "map", "the saved state belongs to another map");
  }
  if (!favor_read_has(&r, h.features * (FAVOR_PARTS * (h.dv + 1) + 1)))
    return malformed(report, "arrays are too short");
  if (!favor_state_bytes((favor_precision)h.precision, h.features, h.dv, &need) ||
      memory_size < need || (uintptr_t)memory % FAVOR_ALIGNMENT != 0) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "memory",
                      "memory has %zu bytes; %zu are needed, aligned to 64", memory_size, need);
  }
  favor_state *state =
      favor_state_make(memory, h.fingerprint, (favor_precision)h.precision, h.features, h.dv);
  favor_level level = favor_state_level(state);
  if (!read_level(&r, &level) || !favor_read_done(&r)) {
    state->magic = 0; /* not a state after all */
    return favor_fail(report, FAVOR_ERR_VALUE, "block",
                      "the block holds numbers that no state has");
  }
  state->count = h.count;
  state->recent = h.recent;
  state->decay = h.decay;
  state->reference = h.reference;
  *out = state;
  return FAVOR_OK;
}
