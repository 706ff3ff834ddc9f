/* SPDX-License-Identifier: MIT */
/* A small pool. Its threads sleep on a condition variable between calls and never spin, so that it
 * costs nothing while the host computes and does not slow down when cores are taken away.
 *
 * A call posts tickets for as many helpers as it can use, works itself, and takes back the
 * tickets that no helper has picked up by then: it waits for helpers that have begun, never for
 * one to wake. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/alloc.h"
#include "favor/favor.h"

#define MAX_THREADS 1024

struct favor_pool {
  favor_allocator allocator;
  pid_t owner;     /* the process that has the threads; a child after fork has only their memory */
  int64_t threads; /* with the calling one */
  int64_t started; /* entries of `helpers` that run */

  pthread_mutex_t lock; /* guards what follows, except `next` */
  pthread_cond_t wake, idle;
  bool stop, busy; /* busy: a parallel_for runs on the helpers */
  int64_t tickets; /* helpers that may still join */
  int64_t running; /* helpers that have joined and not ended */
  void (*task)(void *arg, int64_t i);
  void *arg;
  int64_t n;
  _Atomic int64_t next; /* the task to hand out; reset while nobody runs */

  pthread_t helpers[];
};

/* Tasks in order until there are none. The lock orders what tasks wrote before what the caller
 * reads. */
static void take_tasks(favor_pool *pool) {
  for (;;) {
    const int64_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (i >= pool->n) return;
    pool->task(pool->arg, i);
  }
}

static void *helper_main(void *arg) {
  favor_pool *pool = arg;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (!pool->stop && pool->tickets == 0) pthread_cond_wait(&pool->wake, &pool->lock);
    if (pool->stop) break;
    pool->tickets--;
    pool->running++;
    pthread_mutex_unlock(&pool->lock);
    take_tasks(pool);
    pthread_mutex_lock(&pool->lock);
    if (--pool->running == 0) pthread_cond_signal(&pool->idle);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

static void run_inline(int64_t n, void (*task)(void *arg, int64_t i), void *arg) {
  for (int64_t i = 0; i < n; i++) task(arg, i);
}

/* True if the helpers are now this call's. False for a nested call, a second caller, and in a
 * child after fork, where even the lock may be held by a thread that is not there. */
static bool claim(favor_pool *pool, int64_t n, void (*task)(void *arg, int64_t i), void *arg) {
  if (pool->started == 0 || n < 2 || getpid() != pool->owner) return false;
  pthread_mutex_lock(&pool->lock);
  const bool mine = !pool->busy;
  if (mine) {
    pool->busy = true;
    pool->task = task;
    pool->arg = arg;
    pool->n = n;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    pool->tickets = n - 1 < pool->started ? n - 1 : pool->started;
    for (int64_t i = 0; i < pool->tickets; i++) pthread_cond_signal(&pool->wake);
  }
  pthread_mutex_unlock(&pool->lock);
  return mine;
}

static void release(favor_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->tickets = 0;
  while (pool->running > 0) pthread_cond_wait(&pool->idle, &pool->lock);
  pool->busy = false;
  pthread_mutex_unlock(&pool->lock);
}

static void pool_parallel_for(void *ctx, int64_t n, void (*task)(void *arg, int64_t i), void *arg) {
  favor_pool *pool = ctx;
  if (!claim(pool, n, task, arg)) {
    run_inline(n, task, arg);
    return;
  }
  take_tasks(pool);
  release(pool);
}

/* Cores that this process may use, which a container or taskset makes fewer than there are. */
static int64_t usable_cores(void) {
  const int saved = errno;
  int64_t cores = 0;
#ifdef CPU_COUNT
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  if (cores < 1) cores = sysconf(_SC_NPROCESSORS_ONLN);
  errno = saved;
  if (cores < 1) return 1;
  return cores < MAX_THREADS ? cores : MAX_THREADS;
}

/* Stop and join all helpers that run. */
static void stop_helpers(favor_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->stop = true;
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->lock);
  for (int64_t i = 0; i < pool->started; i++) pthread_join(pool->helpers[i], NULL);
}

/* Start threads - 1 helpers, or none. They take no signals: the host's handlers run on its own
 * threads. */
static favor_status start_helpers(favor_pool *pool) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return FAVOR_ERR_THREAD;
  int failed = 0;
  while (failed == 0 && pool->started < pool->threads - 1) {
    failed = pthread_create(&pool->helpers[pool->started], NULL, helper_main, pool);
    if (failed == 0) pool->started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) return FAVOR_OK;
  stop_helpers(pool);
  return FAVOR_ERR_THREAD;
}

static void destroy_locks(favor_pool *pool) {
  pthread_cond_destroy(&pool->idle);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->lock);
}

static favor_status make_locks(favor_pool *pool) {
  if (pthread_mutex_init(&pool->lock, NULL) != 0) return FAVOR_ERR_THREAD;
  if (pthread_cond_init(&pool->wake, NULL) == 0) {
    if (pthread_cond_init(&pool->idle, NULL) == 0) return FAVOR_OK;
    pthread_cond_destroy(&pool->wake);
  }
  pthread_mutex_destroy(&pool->lock);
  return FAVOR_ERR_THREAD;
}

favor_status favor_pool_create(int64_t threads, const favor_allocator *allocator,
                               favor_pool **out) {
  favor_allocator memory;
  favor_status status;
  if (out == NULL) return FAVOR_ERR_NULL;
  *out = NULL;
  if (threads < 0 || threads > MAX_THREADS) return FAVOR_ERR_VALUE;
  status = favor_allocator_resolve(allocator, &memory);
  if (status < 0) return status;
  if (threads == 0) threads = usable_cores();

  size_t bytes;
  if (!favor_size_matrix(threads - 1, 1, sizeof(pthread_t), &bytes) ||
      !favor_size_add(bytes, sizeof(favor_pool), &bytes))
    return FAVOR_ERR_MEMORY;
  favor_pool *pool = favor_alloc(&memory, bytes);
  if (pool == NULL) return FAVOR_ERR_MEMORY;
  *pool = (favor_pool){.allocator = memory, .owner = getpid(), .threads = threads};
  atomic_init(&pool->next, 0);
  status = make_locks(pool);
  if (status < 0) goto fail;
  status = start_helpers(pool);
  if (status < 0) {
    destroy_locks(pool);
    goto fail;
  }
  *out = pool;
  return FAVOR_OK;
fail:
  favor_free(&memory, pool);
  return status;
}

favor_status favor_pool_executor(favor_pool *pool, favor_executor *out) {
  if (pool == NULL || out == NULL) return FAVOR_ERR_NULL;
  *out = (favor_executor){.width = pool->threads, .parallel_for = pool_parallel_for, .ctx = pool};
  return FAVOR_OK;
}

void favor_pool_destroy(favor_pool *pool) {
  if (pool == NULL) return;
  /* In a child the threads do not exist and the locks may be in any state: only the memory is
   * ours. */
  if (getpid() == pool->owner) {
    stop_helpers(pool);
    destroy_locks(pool);
  }
  favor_free(&pool->allocator, pool);
}
