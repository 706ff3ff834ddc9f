/* SPDX-License-Identifier: MIT */
#include "attention/adversaries.h"

#include "support/random.h"
#include "support/test.h"

typedef void (*task_function)(void *arg, int64_t i);

static void count(adversary *a, int64_t n) {
  a->calls++;
  if (n > a->most) a->most = n;
}

static void plainly(void *ctx, int64_t n, task_function task, void *arg) {
  adversary *a = ctx;
  count(a, n);
  a->inner.parallel_for(a->inner.ctx, n, task, arg);
}

static void shuffled(void *ctx, int64_t n, task_function task, void *arg) {
  enum { MOST = 64 };
  adversary *a = ctx;
  int64_t order[MOST];
  test_rng rng;
  count(a, n);
  assert_true(n <= MOST);
  test_rng_seed(&rng, a->turn++);
  for (int64_t i = 0; i < n; i++) {
    const int64_t at = (int64_t)(test_rng_next(&rng) % (uint64_t)(i + 1));
    order[i] = order[at];
    order[at] = i;
  }
  for (int64_t i = 0; i < n; i++) task(arg, order[i]);
}

typedef struct rest {
  task_function task;
  void *arg;
} rest;

static void but_the_first(void *arg, int64_t i) {
  const rest *r = arg;
  r->task(r->arg, i + 1);
}

static void starved(void *ctx, int64_t n, task_function task, void *arg) {
  adversary *a = ctx;
  rest r = {task, arg};
  count(a, n);
  if (n > 1) a->inner.parallel_for(a->inner.ctx, n - 1, but_the_first, &r);
  if (n > 0) task(arg, 0);
}

favor_executor adversary_executor(adversary *a, adversary_kind kind, int64_t width,
                                  test_order order) {
  static void (*const kinds[ADVERSARIES])(void *, int64_t, task_function,
                                          void *) = {plainly, shuffled, starved};
  *a = (adversary){.inner = test_executor(width, order)};
  return (favor_executor){width, kinds[kind], a};
}
