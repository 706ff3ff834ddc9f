/* SPDX-License-Identifier: MIT */
/** Workspace of the attention calls: from the caller, or from an allocator. */
#ifndef FAVOR_ATTENTION_SCRATCH_H
#define FAVOR_ATTENTION_SCRATCH_H

#include "attention/attend.h"

typedef struct favor_scratch {
  const favor_allocator *allocator;
  void *memory;
  bool owned;
} favor_scratch;

/** Check the caller's workspace of `work_size` bytes against `need`, or allocate `used` bytes (need
 *  is for the executor's width, used for the slots that have items). */
favor_status favor_scratch_begin(favor_scratch *s, const favor_allocator *allocator, void *work,
                                 size_t work_size, size_t need, size_t used, favor_report *report);
void favor_scratch_end(favor_scratch *s);

/** The buffers of one slot, laid over a piece of the workspace. */
size_t favor_attend_bytes(const favor_map *map, favor_precision precision, int64_t dv);
void favor_attend_over(favor_attend *a, const favor_map *map, favor_precision precision, int64_t dv,
                       void *memory, size_t bytes);

#endif
