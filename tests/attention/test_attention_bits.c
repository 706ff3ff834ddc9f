/* SPDX-License-Identifier: MIT */
/** The same bits for any executor: 1 to 16 slots in any order, 1 and 8 heads, lengths around tiles and ranges;
 *  and proof that several slots work at one head. On CBLAS tiles at one BLAS thread. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "attention/adversaries.h"
#include "attention/trial.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 8, DV = 4, M = 16 };

static const struct {
  int64_t width;
  adversary_kind kind;
  test_order order;
} executors[] = {
    {1, ADVERSARY_PLAIN, TEST_FORWARD},     {2, ADVERSARY_PLAIN, TEST_THREADS},
    {2, ADVERSARY_STARVED, TEST_THREADS},   {3, ADVERSARY_PLAIN, TEST_REVERSED},
    {3, ADVERSARY_SHUFFLED, TEST_FORWARD},  {7, ADVERSARY_STARVED, TEST_THREADS},
    {7, ADVERSARY_PLAIN, TEST_EVEN_FIRST},  {16, ADVERSARY_PLAIN, TEST_THREADS},
    {16, ADVERSARY_SHUFFLED, TEST_FORWARD},
};

/** Every executor gives what none gives. */
static void check_executors(trial *p, const model *m) {
  const favor_status alone = trial_run(p, 1, &m, (call_room){0});
  const favor_report report = p->report;
  const size_t bytes = (size_t)p->elements[TRIAL_OUT] * real_size(p->precision);
  assert_true(alone >= 0);
  unsigned char *kept = trial_keep(p);
  for (size_t e = 0; e < COUNT(executors); e++) {
    adversary a;
    const favor_executor executor =
        adversary_executor(&a, executors[e].kind, executors[e].width, executors[e].order);
    assert_status(trial_run(p, 1, &m, (call_room){.executor = &executor}), alone);
    assert_true(a.most <= executors[e].width);
    assert_memory_equal(p->array[TRIAL_OUT], kept, bytes);
    assert_memory_equal(p->log_norm, kept + bytes, (size_t)p->log_norms * sizeof(double));
    assert_memory_equal(&p->report, &report, sizeof report);
  }
  free(kept);
}

static void check_lengths(const int64_t *lengths, size_t count, int64_t heads) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  for (int i = 0; i < num_isas; i++) {
    model m;
    model_make_positive(&m, D, M, isas[i]);
    for (size_t l = 0; l < count; l++)
      for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++)
        for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
          const favor_attention_desc desc =
              plain(1, heads, lengths[l], lengths[l], D, DV, (favor_mask)mask);
          trial p;
          trial_open(&p, (favor_precision)precision, &desc, 2, 3);
          check_executors(&p, &m);
          trial_close(&p);
        }
    model_free(&m);
  }
}

static void short_sequences_have_the_same_bits_on_any_executor(void **state) {
  static const int64_t lengths[] = {1, 31, 32, 33, 63, 64, 65, 127, 129};
  (void)state;
  check_lengths(lengths, COUNT(lengths), 1);
  check_lengths(lengths, COUNT(lengths), 8);
}

static void long_sequences_have_the_same_bits_on_any_executor(void **state) {
  static const int64_t lengths[] = {10007};
  (void)state;
  check_lengths(lengths, 1, 1);
  check_lengths(lengths, 1, 8);
}

/** Signed features, lengths, rows without keys and bad rows: reports too. */
static void reports_are_the_same_on_any_executor(void **state) {
  static const int64_t lengths[] = {2500, 0};
  const model_choice choice = {
      .estimator = FAVOR_ESTIMATOR_TRIGONOMETRIC, .dim = D, .projections = M};
  model m;
  (void)state;
  model_make(&m, &choice);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(2, 2, 2600, 2600, D, DV, (favor_mask)mask);
    desc.key_lengths = lengths;
    trial p;
    trial_open(&p, FAVOR_F32, &desc, 2.5, 3);
    trial_flood(&p, TRIAL_Q, 0, 1, 2300, NAN);
    trial_flood(&p, TRIAL_K, 0, 0, 2400, NAN);
    check_executors(&p, &m);
    assert_true(p.report.rows_masked == 2 * 2600 && p.report.rows_nonfinite > 0);
    trial_close(&p);
  }
  model_free(&m);
}

/** Of several bad keys, each in a head of its own, the report names the first head's. */
static void the_first_bad_head_is_named_on_any_executor(void **state) {
  model m;
  trial p;
  size_t stride = 0;
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  const model *one[] = {&m};
  unsigned char *states = states_new(m.map, DV, FAVOR_F32, 12, &stride);
  favor_attention_desc desc = plain(3, 4, 70, 70, D, DV, FAVOR_MASK_NONE);
  desc.state_out = states;
  desc.state_stride = (int64_t)stride;
  trial_open(&p, FAVOR_F32, &desc, 1, 3);
  trial_flood(&p, TRIAL_K, 2, 3, 5, NAN);
  trial_flood(&p, TRIAL_V, 1, 1, 66, INFINITY);
  trial_flood(&p, TRIAL_K, 2, 0, 3, NAN);
  for (size_t e = 0; e < COUNT(executors); e++) {
    adversary a;
    const favor_executor executor =
        adversary_executor(&a, executors[e].kind, executors[e].width, executors[e].order);
    assert_status(trial_run(&p, 1, one, (call_room){.executor = &executor}), FAVOR_ERR_NONFINITE);
    assert_int_equal(p.report.first_row, 66);
    assert_int_equal(p.report.rows_nonfinite, 1);
    assert_non_null(strstr(p.report.message, "row 66 of k or v is not finite in batch 1, head 1"));
  }
  trial_close(&p);
  free(states);
  model_free(&m);
}

/* ---- more than one slot at one head ---- */

/* Keys that cannot be read until two threads have tried: each waits at its first touch for the other. */
static struct {
  unsigned char *pages;
  size_t bytes;
  atomic_int waiting, gave_up;
  _Atomic(uintptr_t) first;
} gate;

static uintptr_t this_thread(void) {
  return (uintptr_t)pthread_self();
}

static void at_the_gate(int sig, siginfo_t *info, void *context) {
  const uintptr_t address = (uintptr_t)info->si_addr, start = (uintptr_t)gate.pages;
  uintptr_t nobody = 0;
  (void)sig;
  (void)context;
  if (address < start || address >= start + gate.bytes) _exit(1);
  if (atomic_compare_exchange_strong(&gate.first, &nobody, this_thread()) ||
      nobody != this_thread())
    atomic_fetch_add(&gate.waiting, 1);
  const time_t begin = time(NULL);
  while (atomic_load(&gate.waiting) < 2 && !atomic_load(&gate.gave_up)) {
    if (time(NULL) - begin > 30) atomic_store(&gate.gave_up, 1);
    (void)sched_yield();
  }
  (void)mprotect(gate.pages, gate.bytes, PROT_READ | PROT_WRITE);
}

static void gate_close(size_t bytes) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  gate.bytes = (bytes + page - 1) / page * page;
  gate.pages = aligned_alloc(page, gate.bytes);
  assert_non_null(gate.pages);
  atomic_store(&gate.waiting, 0);
  atomic_store(&gate.gave_up, 0);
  atomic_store(&gate.first, 0);
}

static void two_slots_work_at_one_head(void **state) {
  struct sigaction watch = {.sa_sigaction = at_the_gate, .sa_flags = SA_SIGINFO}, before;
  const favor_executor two = test_executor(2, TEST_THREADS);
  model m;
  const model *one[] = {&m};
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    const favor_attention_desc desc = plain(1, 1, 8192, 8192, D, DV, (favor_mask)mask);
    trial p;
    trial_open(&p, FAVOR_F32, &desc, 1, 3);
    assert_ok(trial_run(&p, 1, one, (call_room){0}));
    void *kept = trial_keep(&p);
    const size_t bytes = (size_t)p.elements[TRIAL_K] * sizeof(float);
    void *keys = p.array[TRIAL_K];
    gate_close(bytes);
    memcpy(gate.pages, keys, bytes);
    p.array[TRIAL_K] = gate.pages;
    assert_int_equal(sigaction(SIGSEGV, &watch, &before), 0);
    assert_int_equal(mprotect(gate.pages, gate.bytes, PROT_NONE), 0);
    const favor_status status = trial_run(&p, 1, one, (call_room){.executor = &two});
    assert_int_equal(mprotect(gate.pages, gate.bytes, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(sigaction(SIGSEGV, &before, NULL), 0);
    assert_ok(status);
    assert_false(atomic_load(&gate.gave_up));
    assert_true(atomic_load(&gate.waiting) >= 2);
    assert_memory_equal(p.array[TRIAL_OUT], kept, (size_t)p.elements[TRIAL_OUT] * sizeof(float));
    free(kept);
    free(gate.pages);
    p.array[TRIAL_K] = keys;
    trial_close(&p);
  }
  model_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(short_sequences_have_the_same_bits_on_any_executor),
      cmocka_unit_test(long_sequences_have_the_same_bits_on_any_executor),
      cmocka_unit_test(reports_are_the_same_on_any_executor),
      cmocka_unit_test(the_first_bad_head_is_named_on_any_executor),
      cmocka_unit_test(two_slots_work_at_one_head),
  };
  return cmocka_run_group_tests_name("attention bits", tests, NULL, NULL);
}
