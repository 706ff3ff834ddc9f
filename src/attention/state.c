/* SPDX-License-Identifier: MIT */
#include "attention/state.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"

static const uint64_t magic = 0x6574617473766166u; /* "favstate" in little-endian bytes */
static const uint32_t version = 1;

void favor_state_layout(favor_level *level, favor_precision precision, int64_t features, int64_t dv,
                        favor_arena *arena) {
  favor_arena_take(arena, 1, 1, sizeof(favor_state));
  favor_level_layout(level, precision, features, dv, false, arena);
}

bool favor_state_bytes(favor_precision precision, int64_t features, int64_t dv, size_t *bytes) {
  favor_level level;
  favor_arena arena = favor_arena_counting();
  favor_state_layout(&level, precision, features, dv, &arena);
  if (!arena.failed) *bytes = arena.used;
  return !arena.failed;
}

favor_level favor_state_level(favor_state *state) {
  favor_level level;
  favor_arena arena = favor_arena_over(state, SIZE_MAX / 2);
  favor_state_layout(&level, (favor_precision)state->precision, state->features, state->dv, &arena);
  level.recent = &state->recent;
  level.reference = &state->reference;
  return level;
}

favor_level favor_state_level_const(const favor_state *state) {
  /* The callers of this one hand the level to functions that only read it. */
  return favor_state_level((favor_state *)state);
}

favor_state *favor_state_make(void *memory, uint64_t fingerprint, favor_precision precision,
                              int64_t features, int64_t dv) {
  favor_state *state = memory;
  memset(state, 0, sizeof *state);
  state->magic = magic;
  state->version = version;
  state->precision = (int32_t)precision;
  state->features = features;
  state->dv = dv;
  state->fingerprint = fingerprint;
  favor_level level = favor_state_level(state);
  favor_level_clear(&level);
  return state;
}

favor_status favor_state_check(favor_report *report, const char *argument, const favor_state *state,
                               const favor_map *map, int precision, int64_t dv) {
  const favor_status status = favor_check_pointer(report, argument, state);
  if (status < 0) return status;
  if ((uintptr_t)state % FAVOR_ALIGNMENT != 0 || state->magic != magic ||
      state->version != version) {
    return favor_fail(report, FAVOR_ERR_STATE, argument,
                      "%s is not a state: none was set up there, or it is not aligned to 64 bytes",
                      argument);
  }
  if (precision >= 0 && state->precision != precision) {
    return favor_fail(report, FAVOR_ERR_STATE, argument, "%s is of float%d; float%d is needed",
                      argument, state->precision == FAVOR_F32 ? 32 : 64,
                      precision == FAVOR_F32 ? 32 : 64);
  }
  if (map && (state->features != map->node.features || state->fingerprint != map->fingerprint)) {
    return favor_fail(report, FAVOR_ERR_STATE, argument, "%s belongs to another map", argument);
  }
  if (dv >= 0 && state->dv != dv) {
    return favor_fail(report, FAVOR_ERR_STATE, argument,
                      "%s has values of length %" PRId64 "; dv = %" PRId64 " is needed", argument,
                      state->dv, dv);
  }
  return FAVOR_OK;
}

favor_status favor_state_size(const favor_map *map, int64_t dv, favor_precision precision,
                              size_t *bytes) {
  if (!map || !bytes) return FAVOR_ERR_NULL;
  if (precision != FAVOR_F32 && precision != FAVOR_F64) return FAVOR_ERR_ENUM;
  if (dv < 1 || dv > FAVOR_MAP_DIM_MAX) return FAVOR_ERR_SHAPE;
  return favor_state_bytes(precision, map->node.features, dv, bytes) ? FAVOR_OK
                                                                     : FAVOR_ERR_OVERFLOW;
}

favor_status favor_state_init(const favor_map *map, int64_t dv, favor_precision precision,
                              void *memory, size_t bytes, favor_state **out) {
  size_t need = 0;
  if (!out) return FAVOR_ERR_NULL;
  *out = NULL;
  const favor_status status = favor_state_size(map, dv, precision, &need);
  if (status < 0) return status;
  if (!memory) return FAVOR_ERR_NULL;
  if (bytes < need || (uintptr_t)memory % FAVOR_ALIGNMENT != 0) return FAVOR_ERR_WORKSPACE;
  *out = favor_state_make(memory, map->fingerprint, precision, map->node.features, dv);
  return FAVOR_OK;
}

favor_status favor_state_create(const favor_map *map, int64_t dv, favor_precision precision,
                                favor_state **out) {
  size_t bytes = 0;
  if (!out) return FAVOR_ERR_NULL;
  *out = NULL;
  const favor_status status = favor_state_size(map, dv, precision, &bytes);
  if (status < 0) return status;
  void *memory = favor_alloc(&map->allocator, bytes);
  if (!memory) return FAVOR_ERR_MEMORY;
  *out = favor_state_make(memory, map->fingerprint, precision, map->node.features, dv);
  return FAVOR_OK;
}

void favor_state_destroy(const favor_map *map, favor_state *state) {
  if (map) favor_free(&map->allocator, state);
}

int64_t favor_state_count(const favor_state *state) {
  return favor_state_check(NULL, "state", state, NULL, -1, -1) < 0 ? 0 : state->count;
}

favor_status favor_state_reset(favor_state *state) {
  const favor_status status = favor_state_check(NULL, "state", state, NULL, -1, -1);
  if (status < 0) return status;
  favor_level level = favor_state_level(state);
  favor_level_clear(&level);
  state->count = 0;
  state->decay = 0;
  return FAVOR_OK;
}

/* Whole powers of two move the reference that every c is relative to, which is exact and costs c no
 * digits however far it goes; what is left of the logarithm stays in the header, and new keys are
 * absorbed that much heavier. */
static void add_decay(favor_state *state, double log2_gamma) {
  static const double least = -1e307; /* below every row scalar, above FAVOR_EMPTY */
  const double sum = state->decay + (log2_gamma > least ? log2_gamma : least), whole = ceil(sum);
  state->decay = sum - whole;
  if (state->reference == FAVOR_EMPTY) return;
  state->reference += whole;
  if (state->reference < least) state->reference = least;
}

favor_status favor_state_decay(favor_state *state, double log_gamma) {
  static const double log2_e = 1.44269504088896340736;
  const favor_status status = favor_state_check(NULL, "state", state, NULL, -1, -1);
  if (status < 0) return status;
  if (!(log_gamma <= 0) || !isfinite(log_gamma)) return FAVOR_ERR_VALUE;
  add_decay(state, log2_e * log_gamma);
  return FAVOR_OK;
}

favor_status favor_state_merge(favor_state *into, const favor_state *from) {
  favor_status status = favor_state_check(NULL, "into", into, NULL, -1, -1);
  if (status == FAVOR_OK) status = favor_state_check(NULL, "from", from, NULL, -1, -1);
  if (status < 0) return status;
  if (into->precision != from->precision || into->features != from->features ||
      into->dv != from->dv || into->fingerprint != from->fingerprint) {
    return FAVOR_ERR_STATE;
  }
  size_t bytes = 0;
  favor_state_bytes((favor_precision)into->precision, into->features, into->dv, &bytes);
  if (favor_overlap(into, bytes, from, bytes)) return FAVOR_ERR_ALIAS;
  favor_level to = favor_state_level(into);
  const favor_level level = favor_state_level_const(from);
  favor_level_merge(&to, &level, exp2(from->decay - into->decay));
  into->count = favor_state_counted(into->count, from->count);
  return FAVOR_OK;
}
