/* SPDX-License-Identifier: MIT */
/** A state in memory: a header, then the arrays of one level, all at offsets that follow from the
 *  shapes.
 *
 *      header | c: double [F] | recent, main, carry: real [F, ld] each
 *
 *  The same layout on every instruction set; no pointers, so that memcpy moves it.
 */
#ifndef FAVOR_ATTENTION_STATE_H
#define FAVOR_ATTENTION_STATE_H

#include "attention/attend.h"

struct favor_state {
  uint64_t magic;
  uint32_t version;
  int32_t precision;
  int64_t features, dv;
  uint64_t fingerprint; /* of the map; 0 if any map of these shapes will do */
  int64_t count;        /* keys absorbed */
  int64_t recent;       /* of the level */
  double decay;         /* base-2 logarithm in (-1, 0] that the sums lack */
  double reference;     /* of the level */
};

/** The level inside a state; writing through it changes the state. */
favor_level favor_state_level(favor_state *state);

/** The level inside a state that is only read. */
favor_level favor_state_level_const(const favor_state *state);

/** Take the arrays of a state laid over memory; counting: its size. */
void favor_state_layout(favor_level *level, favor_precision precision, int64_t features, int64_t dv,
                        favor_arena *arena);

/** Set up the header and an empty level in memory that is large enough. */
favor_state *favor_state_make(void *memory, uint64_t fingerprint, favor_precision precision,
                              int64_t features, int64_t dv);

/** FAVOR_OK if this is a state of this precision; with a map, of the map too. dv < 0: any. */
favor_status favor_state_check(favor_report *report, const char *argument, const favor_state *state,
                               const favor_map *map, int precision, int64_t dv);

/** Keys absorbed after `more` more: it stays at the largest, since merging copies doubles it. */
static inline int64_t favor_state_counted(int64_t count, int64_t more) {
  return count > INT64_MAX - more ? INT64_MAX : count + more;
}

/** Bytes of a state; false, and *bytes is left alone, if they do not fit. */
bool favor_state_bytes(favor_precision precision, int64_t features, int64_t dv, size_t *bytes);

#endif
