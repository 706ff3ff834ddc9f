/* SPDX-License-Identifier: MIT */
#include "attention/scratch.h"

#include "base/check.h"
#include "base/status.h"

favor_status favor_scratch_begin(favor_scratch *s, const favor_allocator *allocator, void *work,
                                 size_t work_size, size_t need, size_t used, favor_report *report) {
  *s = (favor_scratch){allocator, work, false};
  const favor_status status = favor_check_work(report, work, work_size, need);
  if (status < 0 || work || used == 0) return status;
  s->memory = favor_alloc(allocator, used);
  s->owned = s->memory != NULL;
  if (s->owned) return FAVOR_OK;
  return favor_fail(report, FAVOR_ERR_MEMORY, "work", "%zu bytes could not be allocated", used);
}

void favor_scratch_end(favor_scratch *s) {
  if (s->owned) favor_free(s->allocator, s->memory);
}

size_t favor_attend_bytes(const favor_map *map, favor_precision precision, int64_t dv) {
  favor_attend ignored;
  favor_arena arena = favor_arena_counting();
  favor_attend_layout(&ignored, map, precision, dv, &arena);
  return arena.failed ? 0 : arena.used;
}

void favor_attend_over(favor_attend *a, const favor_map *map, favor_precision precision, int64_t dv,
                       void *memory, size_t bytes) {
  favor_arena arena = favor_arena_over(memory, bytes);
  favor_attend_layout(a, map, precision, dv, &arena);
}
