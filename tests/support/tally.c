/* SPDX-License-Identifier: MIT */
#include "support/tally.h"

#include "support/test.h"

void tally_mark(void *arg, int64_t i) {
  ((tally *)arg)->done[i]++;
}

void tally_mark_nested(void *arg, int64_t i) {
  const tally *outer = arg;
  tally inner = {.executor = outer->executor};
  inner.executor.parallel_for(inner.executor.ctx, 50, tally_mark, &inner);
  bool all = true;
  for (int k = 0; k < 50; k++) all = all && inner.done[k] == 1;
  if (all) tally_mark(arg, i);
}

void tally_check(favor_executor executor, int64_t n) {
  tally *t = calloc(1, sizeof *t);
  assert_non_null(t);
  executor.parallel_for(executor.ctx, n, tally_mark, t);
  for (int64_t i = 0; i < tally_most; i++) assert_int_equal(t->done[i], i < n);
  free(t);
}
