/* SPDX-License-Identifier: MIT */
/** How a call is cut into items. A stream is one (batch, key head), or one (batch, head) where each
 *  head has a map of its own; where there are few streams, each is cut into ranges of keys, whose
 *  states are made apart and merged in order. Streams, ranges and their order are functions of the
 *  shapes only.
 */
#ifndef FAVOR_ATTENTION_DRIVE_H
#define FAVOR_ATTENTION_DRIVE_H

#include "attention/problem.h"
#include "attention/scratch.h"
#include "attention/state.h"

typedef struct favor_drive {
  favor_attention_problem problem;
  int64_t num_maps;
  const favor_map *const *maps;
  int64_t streams_per_batch, streams, group; /* group: heads that share a stream */
  int64_t ranges, most_ranges, range_keys;   /* per stream */
  int64_t slots;
  size_t slot_bytes, level_bytes, total_bytes, state_bytes;
  unsigned char *slot_memory; /* [slots][slot_bytes]: a level, then favor_attend */
  unsigned char *totals;      /* [streams * ranges][total_bytes], with more than one range */
  int64_t *bad;               /* [streams * ranges]: first row that is not finite, or -1 */
  _Atomic int64_t refused; /* first stream with such a row in a call with state_out, or INT64_MAX */
  int64_t refused_row;     /* that row */
  favor_tally tally;
} favor_drive;

/** One stream's shapes and states. */
typedef struct favor_drive_stream {
  const favor_map *map;
  int64_t batch, index; /* index: stream within the batch */
  favor_span span;      /* of its first head */
  bool has_base;
  favor_level base; /* state_in */
  double decay;
} favor_drive_stream;

/** Plan the call: streams, ranges, sizes. FAVOR_ERR_* as favor_attention says. Maps are read, states
 *  are not. */
favor_status favor_drive_plan(favor_drive *d, favor_report *report);

/** That every state_in is a state of its map, once their extent is known to be memory. */
favor_status favor_drive_check_states(const favor_drive *d, favor_report *report);

/** Bytes of the whole workspace for `slots` slots and `ranges` a stream; false, and *bytes is left
 *  alone, if they do not fit. */
bool favor_drive_bytes(const favor_drive *d, int64_t slots, int64_t ranges, size_t *bytes);

/** Lay the workspace out over memory. */
void favor_drive_over(favor_drive *d, void *memory, size_t bytes);

favor_drive_stream favor_drive_stream_at(const favor_drive *d, int64_t stream);

/** The head'th of the heads that share a stream: its rows. */
favor_span favor_drive_head(const favor_drive *d, const favor_drive_stream *s, int64_t head);

/** The buffers of a slot for a stream, and its scratch level (cleared). */
void favor_drive_slot(const favor_drive *d, int64_t slot, const favor_drive_stream *s,
                      favor_attend *a, favor_level *level);

/** The keys of one range of a stream, later of all ranges up to it: a total. */
favor_level favor_drive_total(const favor_drive *d, int64_t stream, int64_t range);

/** Run every phase. */
void favor_drive_run(favor_drive *d, const favor_executor *executor);

#endif
