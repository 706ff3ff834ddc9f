/* SPDX-License-Identifier: MIT */
/** Saved states:
 *
 *      precision features dv fingerprint count recent                  u64 each
 *      decay reference                                                 f64 each
 *      c [F], then recent, main, carry [F, dv + 1]                   f64 each
 */
#include <float.h>
#include <math.h>

#include "attention/state.h"
#include "base/block.h"
#include "base/check.h"
#include "base/real.h"
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
  size_t held = 0;
  if (!bytes) return FAVOR_ERR_NULL;
  const favor_status status = favor_state_check(NULL, "state", state, NULL, -1, -1);
  if (status < 0) return status;
  favor_writer counting = {NULL, 0}, writing = {block, 0};
  const size_t need = write_state(&counting, state);
  favor_state_bytes((favor_precision)state->precision, state->features, state->dv, &held);
  if (block && block_size >= need && favor_overlap(block, need, state, held)) {
    return FAVOR_ERR_ALIAS;
  }
  *bytes = need;
  if (!block) return FAVOR_OK;
  if (block_size < need) return FAVOR_ERR_BUFFER;
  write_state(&writing, state);
  return FAVOR_OK;
}

static favor_status malformed(favor_report *report, const char *what) {
  return favor_fail(report, FAVOR_ERR_FORMAT, "block", "the block's %s", what);
}

/* Whole numbers that need a stand-in for -inf. */
static bool exponent_ok(double c) {
  return c == floor(c) && fabs(c) <= -FAVOR_EMPTY;
}

/* The header with its fields as they are saved, all of them; what does not fit an int64_t is
 * negative in it. */
static bool read_header(favor_reader *r, favor_state *h) {
  const uint64_t precision = favor_read_u64(r);
  h->features = (int64_t)favor_read_u64(r);
  h->dv = (int64_t)favor_read_u64(r);
  h->fingerprint = favor_read_u64(r);
  h->count = (int64_t)favor_read_u64(r);
  h->recent = (int64_t)favor_read_u64(r);
  h->decay = favor_read_f64(r);
  h->reference = favor_read_f64(r);
  h->precision = precision == FAVOR_F32 ? FAVOR_F32 : FAVOR_F64;
  return !r->failed && (precision == FAVOR_F32 || precision == FAVOR_F64) && h->features >= 1 &&
         h->dv >= 1 && h->dv <= FAVOR_MAP_DIM_MAX && h->count >= 0 && h->recent >= 0 &&
         h->recent < FAVOR_FLUSH && h->decay > -1 && h->decay <= 0 && exponent_ok(h->reference);
}

/* The block up to its numbers: its shapes are those of the map, and its length follows from them. */
static favor_status check_shapes(favor_reader *r, const favor_map *map, favor_state *h,
                                 favor_report *report) {
  if (!read_header(r, h)) return malformed(report, "header is not that of a state");
  if (h->features != map->node.features || h->fingerprint != map->fingerprint) {
    return favor_fail(report, FAVOR_ERR_STATE, "map", "the saved state belongs to another map");
  }
  const int64_t numbers = h->features * (1 + FAVOR_PARTS * (h->dv + 1));
  if (!favor_read_has(r, numbers)) {
    return malformed(report, "arrays are shorter than its header says");
  }
  if (!r->newer && r->size - r->at != 8 * (size_t)numbers) {
    return malformed(report, "arrays are longer than its header says");
  }
  return FAVOR_OK;
}

static favor_status check_memory(const favor_state *h, const void *memory, size_t memory_size,
                                 const void *block, size_t block_size, favor_report *report) {
  const size_t past = (uintptr_t)memory % FAVOR_ALIGNMENT;
  size_t need = 0;
  if (past != 0) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "memory",
                      "memory is %zu bytes past a multiple of 64; it must be aligned to that",
                      past);
  }
  if (!favor_state_bytes((favor_precision)h->precision, h->features, h->dv, &need) ||
      memory_size < need) {
    return favor_fail(report, FAVOR_ERR_WORKSPACE, "memory_size",
                      "memory_size is %zu; at least %zu bytes are needed", memory_size, need);
  }
  if (favor_overlap(memory, need, block, block_size)) {
    return favor_fail(report, FAVOR_ERR_ALIAS, "memory",
                      "memory overlaps block; memory that is written must lie apart");
  }
  return FAVOR_OK;
}

/* Whether the numbers that follow are those of a state: exponents whole, no key without a reference,
 * sums finite and of the precision, so that the state loads bit for bit. By value: the reader stays
 * before them. */
static bool numbers_ok(favor_reader r, const favor_state *h) {
  for (int64_t j = 0; j < h->features; ++j) {
    const double c = favor_read_f64(&r);
    if (!exponent_ok(c) || (h->reference == FAVOR_EMPTY && c != FAVOR_EMPTY)) return false;
  }
  for (int64_t i = FAVOR_PARTS * h->features * (h->dv + 1); i > 0; --i) {
    const double value = favor_read_f64(&r);
    if (!(fabs(value) <= (h->precision == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX))) return false;
    if (h->precision == FAVOR_F32 && (double)(float)value != value) return false;
  }
  return !r.failed;
}

static favor_state *read_state(favor_reader *r, const favor_state *h, void *memory) {
  favor_state *state =
      favor_state_make(memory, h->fingerprint, (favor_precision)h->precision, h->features, h->dv);
  favor_level level = favor_state_level(state);
  favor_read_f64s(r, level.features, level.c);
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    for (int64_t j = 0; j < level.features; ++j) {
      for (int64_t l = 0; l <= level.dv; ++l) {
        favor_real_set(level.precision, level.s[part], j * level.ld + l, favor_read_f64(r));
      }
    }
  }
  state->count = h->count;
  state->recent = h->recent;
  state->decay = h->decay;
  state->reference = h->reference;
  return state;
}

favor_status favor_state_load(const favor_map *map, const void *block, size_t block_size,
                              void *memory, size_t memory_size, favor_report *report,
                              favor_state **out) {
  favor_reader r;
  favor_state h = {0};
  favor_report_begin(report);
  favor_status status = favor_check_pointer(report, "out", out);
  if (status < 0) return status;
  *out = NULL;
  status = favor_check_pointer(report, "map", map);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "block", block);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "memory", memory);
  if (status == FAVOR_OK) status = favor_read_open(&r, magic, block, block_size, report);
  if (status == FAVOR_OK) status = check_shapes(&r, map, &h, report);
  if (status == FAVOR_OK) {
    status = check_memory(&h, memory, memory_size, block, block_size, report);
  }
  if (status < 0) return status;
  if (!numbers_ok(r, &h)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "block",
                      "the block holds numbers that no state has");
  }
  *out = read_state(&r, &h, memory);
  return FAVOR_OK;
}
