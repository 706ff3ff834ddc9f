/* SPDX-License-Identifier: MIT */
#include "base/executor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>

#include "base/status.h"

favor_status favor_executor_slots(const favor_executor *executor, int64_t items, int64_t *slots,
                                  favor_report *report) {
  int64_t width = 1;
  if (executor != NULL) {
    if (executor->width < 1) {
      return favor_fail(report, FAVOR_ERR_VALUE, "executor",
                        "executor->width is %" PRId64 "; at least 1 is needed", executor->width);
    }
    if (executor->parallel_for == NULL) {
      return favor_fail(report, FAVOR_ERR_VALUE, "executor",
                        "executor->parallel_for is NULL; a function is needed");
    }
    width = executor->width;
  }
  if (width > items) width = items;
  *slots = width < 1 ? 1 : width;
  return FAVOR_OK;
}

typedef struct job {
  _Atomic int64_t next;
  int64_t items;
  void (*work)(void *ctx, int64_t slot, int64_t item);
  void *ctx;
} job;

/* Items from the common counter until there are none. */
static void take_items(job *shared, int64_t slot) {
  for (;;) {
    /* Relaxed: the counter deals out numbers; the executor's own start and end order the memory. */
    const int64_t item = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
    if (item >= shared->items) return;
    shared->work(shared->ctx, slot, item);
  }
}

/* What a slot does. One that starts late, or after all others have ended, finds nothing left; one that
 * runs alone does everything. The thread is the host's, so its errno is kept: exp and log set it
 *  where
 * a value does not fit. */
static void run_slot(void *arg, int64_t slot) {
  const int saved = errno;
  take_items(arg, slot);
  errno = saved;
}

void favor_execute(const favor_executor *executor, int64_t slots, int64_t items,
                   void (*work)(void *ctx, int64_t slot, int64_t item), void *ctx) {
  job shared = {.items = items, .work = work, .ctx = ctx};
  atomic_init(&shared.next, 0);
  if (executor == NULL || slots <= 1) {
    run_slot(&shared, 0);
    return;
  }
  executor->parallel_for(executor->ctx, slots, run_slot, &shared);
}
