/* SPDX-License-Identifier: MIT */
/** Spreading work over slots. Items and what they compute are functions of shapes only; slots take
 *  items from a counter, so that results do not depend on how many there are. */
#ifndef FAVOR_BASE_EXECUTOR_H
#define FAVOR_BASE_EXECUTOR_H

#include "favor/favor.h"

/** FAVOR_OK and *slots = min(width, items), at least 1; FAVOR_ERR_VALUE, naming "executor", for a
 *  width below 1 or a missing parallel_for. NULL is one slot. */
favor_status favor_executor_slots(const favor_executor *executor, int64_t items, int64_t *slots,
                                  favor_report *report);

/** Call work(ctx, slot, item) once for every item in [0, items), slot in [0, slots). Slot numbers
 *  are never in use twice at a time, so scratch may be indexed by them. */
void favor_execute(const favor_executor *executor, int64_t slots, int64_t items,
                   void (*work)(void *ctx, int64_t slot, int64_t item), void *ctx);

#endif
