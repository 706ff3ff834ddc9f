/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif

#include "support/test.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "support/tally.h"

static favor_executor pool_of(int64_t threads, favor_pool **pool) {
  favor_executor executor;
  assert_ok(favor_pool_create(threads, NULL, pool));
  assert_ok(favor_pool_executor(*pool, &executor));
  return executor;
}

static void every_task_runs_once_for_any_number_of_threads(void **state) {
  (void)state;
  for (int64_t threads = 1; threads <= 5; threads++) {
    favor_pool *pool;
    const favor_executor executor = pool_of(threads, &pool);
    assert_int_equal(executor.width, threads);
    const int64_t counts[] = {0, 1, 2, 3, threads, threads + 1, tally_most};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) tally_check(executor, counts[k]);
    favor_pool_destroy(pool);
  }
}

static void a_pool_can_be_used_many_times(void **state) {
  (void)state;
  favor_pool *pool;
  const favor_executor executor = pool_of(3, &pool);
  for (int k = 0; k < 3000; k++) {
    tally t = {.executor = executor};
    executor.parallel_for(executor.ctx, 4, tally_mark, &t);
    for (int i = 0; i < 4; i++) assert_int_equal(t.done[i], 1);
  }
  favor_pool_destroy(pool);
}

static void meet(void *arg, int64_t i) {
  (void)i;
  pthread_barrier_wait(arg);
}

/* Tasks that wait for each other end only if they run at once; without threads this test would
 * hang. */
static void tasks_of_an_idle_pool_run_at_once(void **state) {
  (void)state;
  favor_pool *pool;
  const favor_executor executor = pool_of(4, &pool);
  pthread_barrier_t barrier;
  assert_int_equal(pthread_barrier_init(&barrier, NULL, 4), 0);
  for (int k = 0; k < 100; k++) executor.parallel_for(executor.ctx, 4, meet, &barrier);
  pthread_barrier_destroy(&barrier);
  favor_pool_destroy(pool);
}

typedef struct slow {
  pthread_barrier_t barrier;
  pthread_t caller;
  _Atomic bool done;
} slow;

static void be_slow_on_a_helper(void *arg, int64_t i) {
  slow *s = arg;
  meet(&s->barrier, i); /* one task on each thread */
  if (pthread_equal(pthread_self(), s->caller)) return;
  const struct timespec pause = {.tv_nsec = 20000000};
  nanosleep(&pause, NULL);
  s->done = true;
}

static void a_call_returns_when_its_slowest_task_has(void **state) {
  (void)state;
  favor_pool *pool;
  const favor_executor executor = pool_of(2, &pool);
  slow s = {.caller = pthread_self()};
  assert_int_equal(pthread_barrier_init(&s.barrier, NULL, 2), 0);
  for (int k = 0; k < 5; k++) {
    s.done = false;
    executor.parallel_for(executor.ctx, 2, be_slow_on_a_helper, &s);
    assert_true(s.done);
  }
  pthread_barrier_destroy(&s.barrier);
  favor_pool_destroy(pool);
}

static void nested_calls_run_on_the_thread_that_makes_them(void **state) {
  (void)state;
  favor_pool *pool;
  tally *t = calloc(1, sizeof *t);
  assert_non_null(t);
  t->executor = pool_of(3, &pool);
  t->executor.parallel_for(t->executor.ctx, 40, tally_mark_nested, t);
  for (int i = 0; i < 40; i++) assert_int_equal(t->done[i], 1);
  favor_pool_destroy(pool);
  free(t);
}

static void *second_caller(void *arg) {
  tally *t = arg;
  for (int k = 0; k < 200; k++) t->executor.parallel_for(t->executor.ctx, 100, tally_mark, t);
  return NULL;
}

static void several_callers_may_share_a_pool(void **state) {
  (void)state;
  enum { callers = 4 };
  favor_pool *pool;
  const favor_executor executor = pool_of(3, &pool);
  pthread_t threads[callers];
  tally *t = calloc(callers, sizeof *t);
  assert_non_null(t);
  for (int c = 0; c < callers; c++) {
    t[c].executor = executor;
    assert_int_equal(pthread_create(&threads[c], NULL, second_caller, &t[c]), 0);
  }
  for (int c = 0; c < callers; c++) {
    pthread_join(threads[c], NULL);
    for (int i = 0; i < 100; i++) assert_int_equal(t[c].done[i], 200);
  }
  favor_pool_destroy(pool);
  free(t);
}

static void zero_threads_means_one_per_core_of_this_process(void **state) {
  (void)state;
  favor_pool *pool;
  cpu_set_t before, one;
  CPU_ZERO(&before);
  assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
  assert_int_equal(pool_of(0, &pool).width, CPU_COUNT(&before));
  favor_pool_destroy(pool);

  size_t first = 0;
  while (!CPU_ISSET(first, &before)) first++;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
  assert_int_equal(pool_of(0, &pool).width, 1);
  favor_pool_destroy(pool);
  assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

static _Atomic int helpers_seen, helpers_open_to_signals;
static pthread_t caller;

static void look_at_signals(void *arg, int64_t i) {
  meet(arg, i); /* one task on each thread */
  if (pthread_equal(pthread_self(), caller)) return;
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  helpers_seen++;
  if (!sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGUSR1)) helpers_open_to_signals++;
}

static void signals_of_the_host_stay_on_its_own_threads(void **state) {
  (void)state;
  favor_pool *pool;
  sigset_t blocked, after;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &blocked, NULL);
  const favor_executor executor = pool_of(2, &pool);
  pthread_sigmask(SIG_BLOCK, NULL, &after);
  for (int s = 1; s < 32; s++) assert_int_equal(sigismember(&after, s), s == SIGUSR2);

  pthread_barrier_t barrier;
  assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
  caller = pthread_self();
  helpers_seen = helpers_open_to_signals = 0;
  executor.parallel_for(executor.ctx, 2, look_at_signals, &barrier);
  assert_int_equal(helpers_seen, 1);
  assert_int_equal(helpers_open_to_signals, 0);
  pthread_barrier_destroy(&barrier);
  favor_pool_destroy(pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_task_runs_once_for_any_number_of_threads),
      cmocka_unit_test(a_pool_can_be_used_many_times),
      cmocka_unit_test(tasks_of_an_idle_pool_run_at_once),
      cmocka_unit_test(a_call_returns_when_its_slowest_task_has),
      cmocka_unit_test(nested_calls_run_on_the_thread_that_makes_them),
      cmocka_unit_test(several_callers_may_share_a_pool),
      cmocka_unit_test(zero_threads_means_one_per_core_of_this_process),
      cmocka_unit_test(signals_of_the_host_stay_on_its_own_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
