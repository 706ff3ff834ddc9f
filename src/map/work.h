/* SPDX-License-Identifier: MIT */
/** Workspace of a call that runs over tiles: one piece a slot, from the caller or from the map's
 *  allocator; and the tally of rows that were written by a documented rule. */
#ifndef FAVOR_MAP_WORK_H
#define FAVOR_MAP_WORK_H

#include <stdatomic.h>

#include "base/check.h"
#include "map/rows.h"

/** The buffers of one slot. Calls that map one side use `rows` alone. */
typedef struct favor_slot {
  favor_rows rows, keys;
  int64_t ld;                /* of the arrays below */
  void *rows_raw, *keys_raw; /* real [.., ld]: exponents or factors */
  void *rows_phi, *keys_phi; /* real [.., ld]: features relative to their row */
  void *product;             /* real [rows, keys] */
} favor_slot;

/** Lays the buffers of one slot out: fills *slot with pieces of the arena. */
typedef void (*favor_slot_layout)(favor_slot *slot, const favor_map *map, favor_precision precision,
                                  favor_arena *arena);

typedef struct favor_work {
  const favor_map *map;
  favor_precision precision;
  int64_t slots;
  size_t slot_bytes;
  unsigned char *base;
  bool owned;
} favor_work;

/** The checks that every call on a map begins with: map not NULL, side known. */
favor_status favor_check_map_call(favor_report *report, const favor_map *map, favor_side side);

/** Rows of a call as an array without columns, so that a negative number of them is named. */
favor_array favor_array_rows(const char *name, int64_t n);

/** The caller's workspace as an array that overlaps nothing. */
favor_array favor_array_work(const void *work, size_t work_size);

/** Any memory of the caller that is written and overlaps nothing. */
favor_array favor_array_bytes(const char *name, const void *memory, size_t bytes);

/** Bytes that a call over any number of items wants with this executor. */
favor_status favor_work_query(const favor_map *map, favor_precision precision,
                              favor_slot_layout layout, const favor_executor *executor,
                              size_t *bytes);

/** Check the caller's workspace, or allocate one, for min(width, items) slots. */
favor_status favor_work_begin(favor_work *w, const favor_map *map, favor_precision precision,
                              favor_slot_layout layout, int64_t items,
                              const favor_executor *executor, void *work, size_t work_size,
                              favor_report *report);

/** The buffers of one slot. */
void favor_work_slot(const favor_work *w, int64_t slot, favor_slot_layout layout,
                     favor_slot *buffers);

void favor_work_end(favor_work *w);

/** Rows counted from any thread. */
typedef struct favor_count {
  _Atomic int64_t rows, first;
} favor_count;

typedef struct favor_tally {
  favor_count nonfinite, overflow, masked, nonpositive;
  int saved_errno; /* exp and log set it where a value does not fit; callers see none of that */
} favor_tally;

void favor_tally_begin(favor_tally *tally);
void favor_tally_row(favor_count *count, int64_t row);

/** Report what was counted; the status of the call. */
favor_status favor_tally_end(favor_tally *tally, favor_report *report);

#endif
