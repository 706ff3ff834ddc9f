/* SPDX-License-Identifier: MIT */
/** One map, many threads, a state for each; and beside them a loop that makes maps and states and destroys them.
 *  The results of a single thread, bit for bit, and under the thread sanitizer no race. */
#include <pthread.h>

#include "attention/trial.h"

enum { THREADS = 4, ROUNDS = 3, D = 8, DV = 5, M = 40, N = 140, LONG = 2200, STREAMS = 5 };

/** Everything that a thread writes; compared as a whole. */
typedef struct results {
  float out[N * DV], read[N * DV], steps[STREAMS * DV], exact[N * DV];
  float attention[2][LONG * DV]; /* by mask: long enough for several slots at one head */
  double log_norm[N], norms[2][LONG];
  unsigned char block[4 * 2 * M * (DV + 2) * 8];
  size_t bytes;
  favor_status status; /* the worst */
} results;

typedef struct shared {
  const favor_map *map;
  const favor_executor *executor;
  float q[LONG * D], k[LONG * D], v[LONG * DV];
} shared;

static void note(results *r, favor_status status) {
  if (status < r->status) r->status = status;
}

static void state_calls(const shared *s, results *r) {
  favor_state *state = NULL, *other = NULL;
  note(r, favor_state_create(s->map, DV, FAVOR_F32, &state));
  note(r, favor_state_create(s->map, DV, FAVOR_F32, &other));
  if (r->status < 0) return;
  note(r, favor_state_causal_f32(s->map, state, N, s->q, D, s->k, D, s->v, DV, r->out, DV,
                                 r->log_norm, NULL, 0, NULL));
  note(r, favor_state_absorb_f32(s->map, other, N, s->k, D, s->v, DV, NULL, 0, NULL));
  note(r, favor_state_decay(state, -.1));
  note(r, favor_state_merge(state, other));
  note(r, favor_state_read_f32(s->map, state, N, s->q, D, r->read, DV, r->log_norm, NULL, 0, NULL));
  note(r, favor_state_save(state, r->block, sizeof r->block, &r->bytes));
  favor_state_destroy(s->map, state);
  favor_state_destroy(s->map, other);
}

/** Copies of a state, each a token further. */
static void step_calls(const shared *s, results *r) {
  size_t stride = 0;
  favor_state *state = NULL;
  note(r, favor_state_size(s->map, DV, FAVOR_F32, &stride));
  unsigned char *states = aligned_alloc(64, STREAMS * stride);
  if (!states) {
    note(r, FAVOR_ERR_MEMORY);
    return;
  }
  for (size_t i = 0; i < STREAMS; i++)
    note(r, favor_state_init(s->map, DV, FAVOR_F32, states + i * stride, stride, &state));
  for (int step = 0; step < 3; step++)
    note(r, favor_state_step_many_f32(s->map, STREAMS, states, stride, s->q, D, s->k, D, s->v, DV,
                                      r->steps, DV, NULL, 0, s->executor, NULL));
  free(states);
}

static void attention_calls(const shared *s, results *r) {
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(1, 1, LONG, LONG, D, DV, (favor_mask)mask);
    desc.log_norm = r->norms[mask];
    note(r, favor_attention_f32(1, &s->map, &desc, s->q, s->k, s->v, r->attention[mask], NULL, 0,
                                s->executor, NULL));
  }
  const favor_attention_desc few = plain(1, 1, N, N, D, DV, FAVOR_MASK_NONE);
  note(r, favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, 1, FAVOR_ISA_AUTO, &few, s->q, s->k, s->v,
                                    r->exact, NULL, 0, NULL, s->executor, NULL));
}

static void all_calls(const shared *s, results *r) {
  state_calls(s, r);
  step_calls(s, r);
  attention_calls(s, r);
}

typedef struct worker {
  const shared *s;
  const results *expected;
  results *own;
  bool same;
} worker;

static void *use_shared(void *arg) {
  worker *w = arg;
  w->same = true;
  for (int round = 0; round < ROUNDS; round++) {
    memset(w->own, 0, sizeof *w->own);
    all_calls(w->s, w->own);
    w->same = w->same && memcmp(w->own, w->expected, sizeof *w->own) == 0;
  }
  return NULL;
}

/** Maps and states of their own, made and destroyed beside the others. */
static void *make_and_destroy(void *arg) {
  bool *right = arg;
  *right = true;
  for (int round = 0; round < 4 * ROUNDS; round++) {
    favor_map_opts opts;
    favor_map *map = NULL;
    favor_state *state = NULL;
    float x[D] = {1, .5F}, v[DV] = {2, 3}, out[DV];
    *right = *right && favor_map_opts_init(&opts) == FAVOR_OK;
    opts.dim = D;
    opts.projections = M;
    opts.seed = (uint64_t)round;
    *right = *right && favor_map_create(&opts, &map) == FAVOR_OK &&
             favor_state_create(map, DV, FAVOR_F32, &state) == FAVOR_OK &&
             favor_state_causal_f32(map, state, 1, x, D, x, D, v, DV, out, DV, NULL, NULL, 0,
                                    NULL) == FAVOR_OK &&
             fabsf(out[0] - 2) < 1e-5F;
    favor_state_destroy(map, state);
    favor_map_destroy(map);
  }
  return NULL;
}

static void run_threads(shared *s) {
  worker workers[THREADS];
  pthread_t threads[THREADS], maker;
  results *expected = calloc(1, sizeof *expected);
  bool right = false;
  assert_non_null(expected);
  const favor_executor *given = s->executor;
  s->executor = NULL;
  all_calls(s, expected);
  assert_ok(expected->status);
  s->executor = given;
  assert_int_equal(pthread_create(&maker, NULL, make_and_destroy, &right), 0);
  for (int t = 0; t < THREADS; t++) {
    workers[t] = (worker){s, expected, calloc(1, sizeof *expected), false};
    assert_non_null(workers[t].own);
    assert_int_equal(pthread_create(&threads[t], NULL, use_shared, &workers[t]), 0);
  }
  for (int t = 0; t < THREADS; t++) {
    assert_int_equal(pthread_join(threads[t], NULL), 0);
    assert_true(workers[t].same);
    free(workers[t].own);
  }
  assert_int_equal(pthread_join(maker, NULL), 0);
  assert_true(right);
  free(expected);
}

static void share(const favor_executor *executor) {
  static shared s;
  model m;
  test_rng rng;
  test_rng_seed(&rng, 6);
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  s.map = m.map;
  s.executor = executor;
  for (int i = 0; i < LONG * D; i++) s.q[i] = (float)(test_rng_normal(&rng) / 3);
  for (int i = 0; i < LONG * D; i++) s.k[i] = (float)(test_rng_normal(&rng) / 3);
  for (int i = 0; i < LONG * DV; i++) s.v[i] = (float)test_rng_normal(&rng);
  run_threads(&s);
  model_free(&m);
}

static void threads_with_states_of_their_own_share_a_map(void **state) {
  (void)state;
  share(NULL);
}

static void threads_share_a_map_and_a_pool(void **state) {
  favor_pool *pool = NULL;
  favor_executor executor;
  (void)state;
  assert_ok(favor_pool_create(3, NULL, &pool));
  assert_ok(favor_pool_executor(pool, &executor));
  share(&executor);
  favor_pool_destroy(pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_with_states_of_their_own_share_a_map),
      cmocka_unit_test(threads_share_a_map_and_a_pool),
  };
  return cmocka_run_group_tests_name("attention threads", tests, NULL, NULL);
}
