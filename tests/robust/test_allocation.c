/* SPDX-License-Identifier: MIT */
/* Allocation number k fails, for every k until the call succeeds: through the allocator that a
 * caller gives, and through malloc and its kin, which the linker wraps. The call then says so,
 * leaves nothing behind, and everything that stood before stands as it was. */
#include <errno.h>

#include "robust/allocator.h"
#include "robust/operations.h"
#include "robust/wrapped.h"

#define ALLOCATIONS_MAX 20000 /* no call makes more: the loop over k must end */
#define ERRNO_MARK 4321

/* Where the failing comes from. */
typedef struct source {
  test_allocator *hook; /* NULL: malloc */
} source;

static void source_begin(const source *s, int64_t k) {
  if (s->hook != NULL)
    test_allocator_fail_at(s->hook, k);
  else
    wrapped_begin(k);
}

static bool source_end(const source *s) {
  if (s->hook == NULL) return wrapped_end();
  const bool failed = test_allocator_failed(s->hook);
  test_allocator_fail_at(s->hook, 0);
  return failed;
}

/* Blocks held beyond those that the world holds. */
static int64_t source_live(const source *s, int64_t at_begin) {
  return s->hook != NULL ? (int64_t)atomic_load(&s->hook->live) - at_begin : wrapped_live();
}

/* One k. True once the call no longer reaches it and has succeeded. */
static bool try_operation(const source *s, world *w, const operation *op, int64_t k) {
  const int64_t held = s->hook != NULL ? (int64_t)atomic_load(&s->hook->live) : 0;
  void *made = NULL;
  world_clear_outputs(w);
  source_begin(s, k);
  errno = ERRNO_MARK;
  const favor_status status = op->run(w, &made);
  assert_int_equal(errno, ERRNO_MARK);
  const bool failed = source_end(s);
  if (!failed) {
    assert_ok(status);
    assert_true((made != NULL) == (op->destroy != NULL));
    if (made != NULL) op->destroy(made);
  } else {
    if (status != FAVOR_ERR_MEMORY) print_error("%s, allocation %d\n", op->name, (int)k);
    assert_status(status, FAVOR_ERR_MEMORY);
    assert_null(made);
    assert_world_unchanged(w);
  }
  assert_int_equal(source_live(s, held), 0);
  return !failed;
}

/* At least one allocation fails, else the test would show nothing. Calls that repeat themselves, as
 * forecasts do, are tried at fewer and fewer places beyond the first hundred. */
static void every_allocation_fails(const source *s, world *w, const operation *op) {
  int64_t k = 1;
  while (!try_operation(s, w, op, k)) {
    k += k < 100 ? 1 : k / 8;
    assert_true(k <= ALLOCATIONS_MAX);
  }
  if (k == 1) print_error("%s allocates nothing\n", op->name);
  assert_true(k > 1);
}

static void run_operations(const source *s, const favor_allocator *allocator) {
  world w;
  world_open(&w, allocator);
  for (int i = 0; i < num_operations; i++) every_allocation_fails(s, &w, &operations[i]);
  every_allocation_fails(s, &w, &create_state_case);
  for (int i = 0; i < num_attention_operations; i++) {
    w.current = &attention_operations[i];
    every_allocation_fails(s, &w, &(operation){w.current->name, run_current, NULL});
  }
  world_close(&w);
}

/* Every estimator x coupling x kernel, with statistics and, where they can do without, without. */
static void run_creations(const source *s, const favor_allocator *allocator) {
  world w;
  map_case cases[MAP_CASES_MAX];
  const int n = map_cases(cases);
  world_open(&w, allocator);
  for (int i = 0; i < n; i++) {
    w.which = cases[i];
    w.with_stats = true;
    every_allocation_fails(s, &w, &create_case);
    w.with_stats = false;
    if (!map_case_wants_statistics(&cases[i])) every_allocation_fails(s, &w, &create_case);
  }
  world_close(&w);
}

static void every_call_survives_every_failure_of_the_callers_allocator(void **state) {
  (void)state;
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  run_operations(&(source){&hook}, &allocator);
  assert_balanced(&hook);
}

static void every_map_survives_every_failure_of_the_callers_allocator(void **state) {
  (void)state;
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  run_creations(&(source){&hook}, &allocator);
  assert_balanced(&hook);
}

static void every_call_survives_every_failure_of_malloc(void **state) {
  (void)state;
  run_operations(&(source){NULL}, &(favor_allocator){NULL, NULL, NULL});
}

static void every_map_survives_every_failure_of_malloc(void **state) {
  (void)state;
  run_creations(&(source){NULL}, &(favor_allocator){NULL, NULL, NULL});
}

/* With a hook set the library takes nothing behind its back. */
static void a_callers_allocator_is_the_only_one_used(void **state) {
  (void)state;
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  world w;
  world_open(&w, &allocator);
  for (int i = 0; i < num_operations; i++) {
    void *made = NULL;
    const long long before = atomic_load(&hook.calls);
    wrapped_begin(0);
    assert_ok(operations[i].run(&w, &made));
    const int64_t hooked = (int64_t)(atomic_load(&hook.calls) - before);
    (void)wrapped_end();
    if (made != NULL) assert_true(wrapped_live() > 0 && wrapped_live() <= hooked);
    if (made != NULL) operations[i].destroy(made);
    assert_int_equal(wrapped_live(), 0);
    assert_int_equal(wrapped_calls(), hooked);
  }
  world_close(&w);
  assert_balanced(&hook);
}

static void run_in_order(void *ctx, int64_t n, void (*task)(void *arg, int64_t i), void *arg) {
  (void)ctx;
  for (int64_t i = 0; i < n; i++) task(arg, i);
}

static void a_call_with_workspace_allocates_nothing(void **state) {
  (void)state;
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  world w;
  size_t apply = 0, estimate = 0;
  world_open(&w, &allocator);
  const int64_t features = favor_map_features(w.map);
  assert_ok(favor_map_apply_workspace(w.map, FAVOR_F64, NULL, &apply));
  assert_ok(favor_kernel_estimate_workspace(w.map, FAVOR_F64, NULL, &estimate));
  const size_t need = apply > estimate ? apply : estimate;
  void *work = aligned_alloc(64, (need + 63) / 64 * 64);
  assert_non_null(work);
  wrapped_begin(1);
  assert_ok(favor_map_apply_f64(w.map, FAVOR_QUERY, OP_ROWS, w.x64, OP_DIM, w.out64, features,
                                w.log_scale, work, apply, NULL, NULL));
  assert_ok(favor_kernel_estimate_f64(w.map, OP_ROWS, w.x64, OP_DIM, OP_ROWS, w.x64, OP_DIM,
                                      w.out64, OP_ROWS, work, estimate, NULL, NULL));
  assert_ok(favor_kernel_exact_f64(FAVOR_KERNEL_SOFTMAX, 1.0, OP_DIM, OP_ROWS, w.x64, OP_DIM,
                                   OP_ROWS, w.x64, OP_DIM, w.out64, OP_ROWS, NULL));
  assert_ok(favor_forecast_pairs_f64(w.map, OP_ROWS, w.x64, OP_DIM, w.x64, OP_DIM, w.log_scale));
  assert_ok(favor_stats_add_f64(w.stats, FAVOR_QUERY, OP_ROWS, w.x64, OP_DIM, NULL));
  assert_false(wrapped_end());
  free(work);
  world_close(&w);
  assert_balanced(&hook);
}

/* Everything of attention, on one slot and on several. */
static void attention_with_workspace_allocates_nothing(void **state) {
  (void)state;
  enum { ROOM = 1 << 22 };
  const favor_executor executors[] = {{1, run_in_order, NULL}, {3, run_in_order, NULL}};
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  world w;
  world_open(&w, &allocator);
  void *work = aligned_alloc(64, ROOM);
  assert_non_null(work);
  for (int i = 0; i < num_attention_operations; i++)
    for (int e = 0; e < 2; e++) {
      const call_memory memory = {work, ROOM, &executors[e]};
      const long long calls = atomic_load(&hook.calls);
      wrapped_begin(1);
      assert_ok(attention_operations[i].run(&w, attention_operations[i].precision, &memory));
      assert_false(wrapped_end());
      assert_int_equal(atomic_load(&hook.calls), calls);
    }
  const long long calls = atomic_load(&hook.calls);
  wrapped_begin(1);
  assert_ok(run_without_memory(&w));
  assert_false(wrapped_end());
  assert_int_equal(atomic_load(&hook.calls), calls);
  free(work);
  world_close(&w);
  assert_balanced(&hook);
}

static void a_pool_whose_thread_number_k_does_not_start_leaves_none_running(void **state) {
  (void)state;
  test_allocator hook = {0};
  const favor_allocator allocator = test_allocator_hook(&hook);
  favor_pool *pool = NULL;
  const int64_t threads = 4;
  for (int64_t k = 1; k < threads; k++) {
    wrapped_threads_begin(k);
    assert_status(favor_pool_create(threads, &allocator, &pool), FAVOR_ERR_THREAD);
    assert_true(wrapped_threads_failed());
    assert_null(pool);
    assert_int_equal(wrapped_threads_running(), 0);
    assert_balanced(&hook);
  }
  wrapped_threads_begin(threads);
  assert_ok(favor_pool_create(threads, &allocator, &pool));
  assert_false(wrapped_threads_failed());
  assert_int_equal(wrapped_threads_running(), threads - 1);
  favor_pool_destroy(pool);
  assert_int_equal(wrapped_threads_running(), 0);
  assert_balanced(&hook);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call_survives_every_failure_of_the_callers_allocator),
      cmocka_unit_test(every_map_survives_every_failure_of_the_callers_allocator),
      cmocka_unit_test(every_call_survives_every_failure_of_malloc),
      cmocka_unit_test(every_map_survives_every_failure_of_malloc),
      cmocka_unit_test(a_callers_allocator_is_the_only_one_used),
      cmocka_unit_test(a_call_with_workspace_allocates_nothing),
      cmocka_unit_test(attention_with_workspace_allocates_nothing),
      cmocka_unit_test(a_pool_whose_thread_number_k_does_not_start_leaves_none_running),
  };
  return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
