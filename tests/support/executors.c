/* SPDX-License-Identifier: MIT */
#include "support/executors.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

typedef void (*task_function)(void *arg, int64_t i);

static void forward(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  for (int64_t i = 0; i < n; i++) task(arg, i);
}

static void reversed(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  for (int64_t i = n; i-- > 0;) task(arg, i);
}

static void even_first(void *ctx, int64_t n, task_function task, void *arg) {
  (void)ctx;
  for (int64_t start = 0; start < 2; start++)
    for (int64_t i = start; i < n; i += 2) task(arg, i);
}

typedef struct job {
  task_function task;
  void *arg;
  int64_t i;
} job;

static void *run(void *arg) {
  const job *j = arg;
  j->task(j->arg, j->i);
  return NULL;
}

/** A thread for each task; a task whose thread cannot be started runs here. */
static void threads(void *ctx, int64_t n, task_function task, void *arg) {
  enum { MOST = 64 };
  pthread_t thread[MOST];
  job jobs[MOST];
  (void)ctx;
  if (n > MOST) abort();
  for (int64_t i = 0; i < n; i++) {
    jobs[i] = (job){task, arg, i};
    if (pthread_create(&thread[i], NULL, run, &jobs[i]) != 0) {
      run(&jobs[i]);
      jobs[i].task = NULL;
    }
  }
  for (int64_t i = 0; i < n; i++)
    if (jobs[i].task) (void)pthread_join(thread[i], NULL);
}

favor_executor test_executor(int64_t width, test_order order) {
  static void (*const by_order[TEST_ORDERS])(void *, int64_t, task_function,
                                             void *) = {forward, reversed, even_first, threads};
  return (favor_executor){width, by_order[order], NULL};
}
