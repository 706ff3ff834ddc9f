/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/executor.h"
#include "support/random.h"

enum { max_items = 1000, max_slots = 8 };

/* What one favor_execute did. */
typedef struct record {
  int64_t slots;
  _Atomic int done[max_items];
  _Atomic int in_use[max_slots];
  _Atomic int64_t by_slot[max_slots];
  _Atomic bool clash, out_of_range;
} record;

static void work(void *ctx, int64_t slot, int64_t item) {
  record *r = ctx;
  if (slot < 0 || slot >= r->slots) {
    r->out_of_range = true;
    return;
  }
  if (atomic_fetch_add(&r->in_use[slot], 1) != 0) r->clash = true;
  r->done[item]++;
  r->by_slot[slot]++;
  atomic_fetch_sub(&r->in_use[slot], 1);
}

typedef void (*task_function)(void *arg, int64_t i);

static void forwards(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  for (int64_t i = 0; i < n; i++) task(arg, i);
}

static void backwards(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  for (int64_t i = n; i-- > 0;) task(arg, i);
}

static void shuffled(void *ctx, int64_t n, task_function task, void *arg) {
  test_rng *random = ctx;
  int64_t order[max_slots];
  for (int64_t i = 0; i < n; i++) {
    const int64_t j = (int64_t)(test_rng_next(random) % (uint64_t)(i + 1));
    order[i] = order[j];
    order[j] = i;
  }
  for (int64_t i = 0; i < n; i++) task(arg, order[i]);
}

typedef struct started {
  task_function task;
  void *arg;
  int64_t i;
} started;

static void *run_started(void *p) {
  const started *s = p;
  s->task(s->arg, s->i);
  return NULL;
}

/* A thread for each task but slot 0, which starves: it begins when all others have ended. */
static void threads_and_a_starved_slot(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  pthread_t threads[max_slots];
  started s[max_slots];
  for (int64_t i = 1; i < n; i++) {
    s[i] = (started){task, arg, i};
    assert_int_equal(pthread_create(&threads[i], NULL, run_started, &s[i]), 0);
  }
  for (int64_t i = 1; i < n; i++) pthread_join(threads[i], NULL);
  task(arg, 0);
}

static void check_every_item_once(const favor_executor *executor, int64_t items) {
  record *r = calloc(1, sizeof *r);
  assert_non_null(r);
  assert_ok(favor_executor_slots(executor, items, &r->slots, NULL));
  favor_execute(executor, r->slots, items, work, r);
  for (int64_t i = 0; i < max_items; i++) assert_int_equal(r->done[i], i < items);
  assert_false(r->clash);
  assert_false(r->out_of_range);
  free(r);
}

static void every_item_runs_once_under_every_executor(void **state) {
  (void)state;
  test_rng random;
  test_rng_seed(&random, 1);
  const int64_t counts[] = {0, 1, 2, 3, 7, 8, 9, max_items};
  for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
    check_every_item_once(NULL, counts[k]);
    for (int64_t width = 1; width <= max_slots; width++) {
      const favor_executor executors[] = {{width, forwards, NULL},
                                          {width, backwards, NULL},
                                          {width, shuffled, &random},
                                          {width, threads_and_a_starved_slot, NULL}};
      for (size_t e = 0; e < 4; e++) check_every_item_once(&executors[e], counts[k]);
    }
  }
}

static void a_slot_that_runs_first_and_alone_does_everything(void **state) {
  (void)state;
  record *r = calloc(1, sizeof *r);
  assert_non_null(r);
  const favor_executor executor = {4, backwards, NULL};
  r->slots = 4;
  favor_execute(&executor, 4, 100, work, r);
  assert_int_equal(r->by_slot[3], 100);
  assert_int_equal(r->by_slot[0], 0);
  free(r);
}

static void one_slot_never_leaves_the_calling_thread(void **state) {
  (void)state;
  /* An executor whose function would crash: one slot does not call it. */
  const favor_executor executor = {1, NULL, NULL};
  record *r = calloc(1, sizeof *r);
  assert_non_null(r);
  r->slots = 1;
  favor_execute(&executor, 1, 10, work, r);
  favor_execute(NULL, 1, 10, work, r);
  assert_int_equal(r->by_slot[0], 20);
  free(r);
}

static void slots_are_the_smaller_of_width_and_items_and_at_least_one(void **state) {
  (void)state;
  const int64_t cases[][3] = {/* width, items, slots */
                              {1, 5, 1},
                              {4, 5, 4},
                              {8, 5, 5},
                              {8, 0, 1},
                              {INT64_MAX, INT64_MAX, INT64_MAX}};
  for (size_t i = 0; i < 5; i++) {
    const favor_executor executor = {cases[i][0], forwards, NULL};
    int64_t slots = 0;
    assert_ok(favor_executor_slots(&executor, cases[i][1], &slots, NULL));
    assert_int_equal(slots, cases[i][2]);
  }
  int64_t slots = 0;
  assert_ok(favor_executor_slots(NULL, 100, &slots, NULL));
  assert_int_equal(slots, 1);
}

static void a_broken_executor_is_refused_by_name(void **state) {
  (void)state;
  favor_report report;
  int64_t slots = -7;
  assert_ok(favor_report_init(&report));
  const int64_t widths[] = {0, -1, INT64_MIN};
  for (size_t i = 0; i < 3; i++) {
    const favor_executor executor = {widths[i], forwards, NULL};
    assert_status(favor_executor_slots(&executor, 5, &slots, &report), FAVOR_ERR_VALUE);
    assert_string_equal(report.argument, "executor");
  }
  const favor_executor zero = {0, forwards, NULL}, headless = {2, NULL, NULL};
  assert_status(favor_executor_slots(&zero, 5, &slots, &report), FAVOR_ERR_VALUE);
  assert_string_equal(report.message, "executor->width is 0; at least 1 is needed");
  assert_status(favor_executor_slots(&headless, 5, &slots, &report), FAVOR_ERR_VALUE);
  assert_string_equal(report.argument, "executor");
  assert_string_equal(report.message, "executor->parallel_for is NULL; a function is needed");
  assert_int_equal(slots, -7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_item_runs_once_under_every_executor),
      cmocka_unit_test(a_slot_that_runs_first_and_alone_does_everything),
      cmocka_unit_test(one_slot_never_leaves_the_calling_thread),
      cmocka_unit_test(slots_are_the_smaller_of_width_and_items_and_at_least_one),
      cmocka_unit_test(a_broken_executor_is_refused_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
