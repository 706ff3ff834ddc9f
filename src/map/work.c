/* SPDX-License-Identifier: MIT */
#include "map/work.h"

#include <errno.h>

#include "base/executor.h"
#include "base/status.h"

favor_status favor_check_map_call(favor_report *report, const favor_map *map, favor_side side) {
  const favor_status status = favor_check_pointer(report, "map", map);
  if (status < 0 || side == FAVOR_QUERY || side == FAVOR_KEY) return status;
  return favor_fail(report, FAVOR_ERR_ENUM, "side", "side is %d; it must be 0 (query) or 1 (key)",
                    (int)side);
}

favor_array favor_array_rows(const char *name, int64_t n) {
  return (favor_array){.name = name, .ld_name = name, .rows = n};
}

favor_array favor_array_bytes(const char *name, const void *memory, size_t bytes) {
  const int64_t span = bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
  return (favor_array){name, name, memory, memory ? 1 : 0, span, span, 1, true};
}

favor_array favor_array_work(const void *work, size_t work_size) {
  return favor_array_bytes("work", work, work_size);
}

static bool slot_bytes(const favor_map *map, favor_precision precision, favor_slot_layout layout,
                       size_t *bytes) {
  favor_slot ignored;
  favor_arena arena = favor_arena_counting();
  layout(&ignored, map, precision, &arena);
  *bytes = arena.used;
  return !arena.failed;
}

favor_status favor_work_query(const favor_map *map, favor_precision precision,
                              favor_slot_layout layout, const favor_executor *executor,
                              size_t *bytes) {
  int64_t slots = 0;
  size_t one = 0;
  if (!map || !bytes) return FAVOR_ERR_NULL;
  if (precision != FAVOR_F32 && precision != FAVOR_F64) return FAVOR_ERR_ENUM;
  const favor_status status = favor_executor_slots(executor, INT64_MAX, &slots, NULL);
  if (status < 0) return status;
  if (!slot_bytes(map, precision, layout, &one)) return FAVOR_ERR_OVERFLOW;
  return favor_size_mul(one, (size_t)slots, bytes) ? FAVOR_OK : FAVOR_ERR_OVERFLOW;
}

favor_status favor_work_begin(favor_work *w, const favor_map *map, favor_precision precision,
                              favor_slot_layout layout, int64_t items,
                              const favor_executor *executor, void *work, size_t work_size,
                              favor_report *report) {
  size_t need = 0;
  *w = (favor_work){.map = map, .precision = precision, .base = work};
  favor_status status = favor_executor_slots(executor, items, &w->slots, report);
  if (status < 0) return status;
  /* A workspace given is for the executor's width, as favor_work_query said; an own one for what is used. */
  const int64_t width = work && executor ? executor->width : w->slots;
  if (!slot_bytes(map, precision, layout, &w->slot_bytes) ||
      !favor_size_mul(w->slot_bytes, (size_t)width, &need)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "executor",
                      "the workspace does not fit in memory");
  }
  status = favor_check_work(report, work, work_size, need);
  if (status < 0 || work || items == 0) return status;
  w->base = favor_alloc(&map->allocator, need);
  w->owned = w->base != NULL;
  return w->owned ? FAVOR_OK
                  : favor_fail(report, FAVOR_ERR_MEMORY, "work", "%zu bytes could not be allocated",
                               need);
}

void favor_work_slot(const favor_work *w, int64_t slot, favor_slot_layout layout,
                     favor_slot *buffers) {
  favor_arena arena = favor_arena_over(w->base + (size_t)slot * w->slot_bytes, w->slot_bytes);
  layout(buffers, w->map, w->precision, &arena);
}

void favor_work_end(favor_work *w) {
  if (w->owned) favor_free(&w->map->allocator, w->base);
}

void favor_tally_begin(favor_tally *tally) {
  tally->saved_errno = errno;
  favor_count *const all[] = {&tally->nonfinite, &tally->overflow, &tally->masked,
                              &tally->nonpositive};
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i) {
    atomic_init(&all[i]->rows, 0);
    atomic_init(&all[i]->first, INT64_MAX);
  }
}

void favor_tally_row(favor_count *count, int64_t row) {
  atomic_fetch_add(&count->rows, 1);
  int64_t first = atomic_load(&count->first);
  while (row < first && !atomic_compare_exchange_weak(&count->first, &first, row)) {
  }
}

/* Rows of one kind, if any, into the report; the last kind noted is the status. */
static void note(favor_count *count, favor_status kind, favor_report *report,
                 favor_status *status) {
  if (atomic_load(&count->rows) == 0) return;
  if (kind != FAVOR_OK) *status = kind;
  favor_report_rows(report, kind, atomic_load(&count->rows), atomic_load(&count->first));
}

favor_status favor_tally_end(favor_tally *tally, favor_report *report) {
  errno = tally->saved_errno;
  favor_status status = FAVOR_OK;
  note(&tally->masked, FAVOR_OK, report, &status);
  note(&tally->overflow, FAVOR_NOTE_OVERFLOW, report, &status);
  note(&tally->nonpositive, FAVOR_NOTE_NONPOSITIVE, report, &status);
  note(&tally->nonfinite, FAVOR_NOTE_NONFINITE, report, &status);
  return favor_report_end(report, status);
}
