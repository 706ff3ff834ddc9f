/* SPDX-License-Identifier: MIT */
/* Linked with --wrap for the functions of pthread below, so that each can be made to fail. */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/tally.h"

/* ---- pthread, with failures on demand
 * ---------------------------------------------------------- */

typedef void *(*thread_main)(void *);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, thread_main, void *);
int __real_pthread_join(pthread_t, void **);
int __real_pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
int __real_pthread_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int __real_pthread_mutex_lock(pthread_mutex_t *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, thread_main, void *);
int __wrap_pthread_join(pthread_t, void **);
int __wrap_pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
int __wrap_pthread_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int __wrap_pthread_mutex_lock(pthread_mutex_t *);

static int creates_left = -1, inits_left = -1; /* calls that succeed; -1: all */
static int created, joined;
static _Atomic int locked;

static bool runs_out(int *left) {
  return *left >= 0 && (*left)-- == 0;
}

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, thread_main f, void *arg) {
  if (runs_out(&creates_left)) return EAGAIN;
  created++;
  return __real_pthread_create(t, a, f, arg);
}

int __wrap_pthread_join(pthread_t t, void **result) {
  joined++;
  return __real_pthread_join(t, result);
}

int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a) {
  return runs_out(&inits_left) ? ENOMEM : __real_pthread_mutex_init(m, a);
}

int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a) {
  return runs_out(&inits_left) ? ENOMEM : __real_pthread_cond_init(c, a);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *m) {
  locked++;
  return __real_pthread_mutex_lock(m);
}

/* ---- an allocator that counts
 * ------------------------------------------------------------------ */

typedef struct counter {
  int blocks, calls;
  bool refuse;
} counter;

static void *counter_alloc(void *ctx, size_t bytes) {
  counter *c = ctx;
  c->calls++;
  if (c->refuse) return NULL;
  c->blocks++;
  return malloc(bytes);
}

static void counter_free(void *ctx, void *p, size_t bytes) {
  (void)bytes;
  ((counter *)ctx)->blocks--;
  free(p);
}

static favor_allocator counting(counter *c) {
  return (favor_allocator){counter_alloc, counter_free, c};
}

/* ---- the tests
 * --------------------------------------------------------------------------------- */

/* Runs in a child: exit status 0 if the pool works there and can be destroyed. */
static void use_and_destroy_in_child(favor_executor executor, favor_pool *pool,
                                     const counter *memory) {
  tally *t = calloc(1, sizeof *t);
  if (t == NULL) _exit(2);
  locked = joined = 0; /* locks may be held by threads that are not here: none must be touched */
  t->executor = executor;
  executor.parallel_for(executor.ctx, 100, tally_mark, t);
  executor.parallel_for(executor.ctx, 100, tally_mark_nested, t);
  for (int i = 0; i < 100; i++) {
    if (t->done[i] != 2) _exit(3);
  }
  free(t);
  favor_pool_destroy(pool);
  _exit(memory->blocks == 0 && joined == 0 && locked == 0 ? 0 : 4);
}

static void wait_for_success(pid_t child) {
  int status = -1;
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_child_after_fork_works_alone_and_frees_the_memory(void **state) {
  (void)state;
  counter memory = {0};
  const favor_allocator allocator = counting(&memory);
  favor_pool *pool;
  favor_executor executor;
  assert_ok(favor_pool_create(3, &allocator, &pool));
  assert_ok(favor_pool_executor(pool, &executor));
  tally_check(executor, 100);
  const pid_t child = fork();
  if (child == 0) use_and_destroy_in_child(executor, pool, &memory);
  wait_for_success(child);
  tally_check(executor, 100); /* and the parent goes on */
  favor_pool_destroy(pool);
  assert_int_equal(memory.blocks, 0);
}

typedef struct forker {
  favor_executor executor;
  favor_pool *pool;
  const counter *memory;
  pid_t child;
} forker;

static void fork_inside(void *arg, int64_t i) {
  forker *f = arg;
  if (i != 3) return;
  f->child = fork();
  if (f->child == 0) use_and_destroy_in_child(f->executor, f->pool, f->memory);
}

static void a_child_of_a_running_task_works_too(void **state) {
  (void)state;
  counter memory = {0};
  const favor_allocator allocator = counting(&memory);
  forker f = {.memory = &memory};
  assert_ok(favor_pool_create(3, &allocator, &f.pool));
  assert_ok(favor_pool_executor(f.pool, &f.executor));
  for (int k = 0; k < 10; k++) {
    f.executor.parallel_for(f.executor.ctx, 8, fork_inside, &f);
    wait_for_success(f.child);
  }
  favor_pool_destroy(f.pool);
  assert_int_equal(memory.blocks, 0);
}

static void pools_come_and_go_without_a_trace(void **state) {
  (void)state;
  counter memory = {0};
  const favor_allocator allocator = counting(&memory);
  created = joined = 0;
  for (int k = 0; k < 200; k++) {
    favor_pool *pool = NULL;
    favor_executor executor;
    assert_ok(favor_pool_create(1 + k % 4, &allocator, &pool));
    assert_int_equal(memory.blocks, 1);
    assert_ok(favor_pool_executor(pool, &executor));
    if (k % 3 == 0) tally_check(executor, 10); /* also pools that never ran */
    favor_pool_destroy(pool);
    assert_int_equal(memory.blocks, 0);
  }
  assert_int_equal(created, 200 / 4 * (0 + 1 + 2 + 3));
  assert_int_equal(joined, created);
  favor_pool_destroy(NULL);
}

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  counter memory = {0};
  favor_allocator half = counting(&memory);
  half.free = NULL;
  int mark_value;
  favor_pool *pool = (favor_pool *)&mark_value;
  assert_status(favor_pool_create(1, NULL, NULL), FAVOR_ERR_NULL);
  assert_status(favor_pool_create(1025, NULL, &pool), FAVOR_ERR_VALUE);
  assert_null(pool);
  pool = (favor_pool *)&mark_value;
  assert_status(favor_pool_create(-1, NULL, &pool), FAVOR_ERR_VALUE);
  assert_null(pool);
  pool = (favor_pool *)&mark_value;
  assert_status(favor_pool_create(2, &half, &pool), FAVOR_ERR_VALUE);
  assert_null(pool);
  assert_int_equal(memory.calls, 0);

  favor_executor executor;
  memset(&executor, 0xA5, sizeof executor);
  const favor_executor before = executor;
  assert_status(favor_pool_executor(NULL, &executor), FAVOR_ERR_NULL);
  assert_memory_equal(&executor, &before, sizeof executor);
  assert_ok(favor_pool_create(1, NULL, &pool));
  assert_status(favor_pool_executor(pool, NULL), FAVOR_ERR_NULL);
  favor_pool_destroy(pool);
}

static void no_memory_is_a_status(void **state) {
  (void)state;
  counter memory = {.refuse = true};
  const favor_allocator allocator = counting(&memory);
  favor_pool *pool = NULL;
  created = 0;
  assert_status(favor_pool_create(3, &allocator, &pool), FAVOR_ERR_MEMORY);
  assert_null(pool);
  assert_int_equal(memory.calls, 1);
  assert_int_equal(created, 0);
}

static void a_thread_that_cannot_start_stops_the_others(void **state) {
  (void)state;
  counter memory = {0};
  const favor_allocator allocator = counting(&memory);
  for (int k = 0; k < 4; k++) {
    favor_pool *pool = NULL;
    created = joined = 0;
    creates_left = k; /* of the four helpers, the k-th fails */
    assert_status(favor_pool_create(5, &allocator, &pool), FAVOR_ERR_THREAD);
    creates_left = -1;
    assert_null(pool);
    assert_int_equal(created, k);
    assert_int_equal(joined, k);
    assert_int_equal(memory.blocks, 0);
  }
}

static void a_lock_that_cannot_be_made_is_a_status(void **state) {
  (void)state;
  counter memory = {0};
  const favor_allocator allocator = counting(&memory);
  for (int k = 0; k < 3; k++) {
    favor_pool *pool = NULL;
    created = 0;
    inits_left = k;
    assert_status(favor_pool_create(2, &allocator, &pool), FAVOR_ERR_THREAD);
    inits_left = -1;
    assert_null(pool);
    assert_int_equal(created, 0);
    assert_int_equal(memory.blocks, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_child_after_fork_works_alone_and_frees_the_memory),
      cmocka_unit_test(a_child_of_a_running_task_works_too),
      cmocka_unit_test(pools_come_and_go_without_a_trace),
      cmocka_unit_test(wrong_arguments_are_refused),
      cmocka_unit_test(no_memory_is_a_status),
      cmocka_unit_test(a_thread_that_cannot_start_stops_the_others),
      cmocka_unit_test(a_lock_that_cannot_be_made_is_a_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
