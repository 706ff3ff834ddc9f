/* SPDX-License-Identifier: MIT */
/* One map, many threads: the results of a single one, bit for bit, and under the thread
 * sanitizer no race. Threads have outputs of their own and share everything else: map,
 * statistics, inputs, pool. */
#include <pthread.h>

#include "robust/allocator.h"
#include "robust/maps.h"

#define THREADS 4
#define ROUNDS 2
#define PAIRS INT64_C(10)
#define ROWS INT64_C(150) /* more than a tile, not a multiple */
#define KEYS INT64_C(70)
#define DIM INT64_C(7)
#define PROJECTIONS INT64_C(9)
#define FEATURES_MAX (2 * PROJECTIONS)
#define BLOCK 4096
#define STREAMS INT64_C(5)
#define STATE 16384 /* room for one state */

/* Everything that a thread writes; compared as a whole, so cleared as a whole before. */
typedef struct results {
  float phi32[ROWS * FEATURES_MAX], out32[ROWS * KEYS];
  double phi64[ROWS * FEATURES_MAX], out64[ROWS * KEYS], log_out[ROWS * KEYS];
  double log_phi[ROWS * FEATURES_MAX], log_scale[2 * ROWS], forecast[PAIRS];
  int8_t sign[ROWS * FEATURES_MAX], out_sign[ROWS * KEYS];
  double mean[DIM], moment[DIM * DIM], spectrum[DIM];
  int64_t count;
  char text[1024];
  float attended32[ROWS * DIM], stepped[STREAMS * DIM];
  double attended64[ROWS * DIM], exact[ROWS * DIM], read[ROWS * DIM], log_norm[4 * ROWS];
  unsigned char states[(STREAMS + 1) * STATE];
  unsigned char block[BLOCK];
  size_t bytes;
  favor_status status; /* the worst */
} results;

typedef struct shared {
  const favor_map *map;
  const favor_stats *stats;
  const favor_state *state;       /* read by all */
  const favor_executor *executor; /* NULL: each thread by itself */
  favor_allocator allocator;
  map_case which;
  float x32[ROWS * DIM];
  double x64[ROWS * DIM];
} shared;

static void note(results *r, favor_status status) {
  if (status < r->status) r->status = status;
}

static void map_calls(const shared *s, results *r) {
  const int64_t f = favor_map_features(s->map);
  note(r, favor_map_apply_f32(s->map, FAVOR_QUERY, ROWS, s->x32, DIM, r->phi32, f, r->log_scale,
                              NULL, 0, s->executor, NULL));
  note(r, favor_map_apply_f64(s->map, FAVOR_KEY, ROWS, s->x64, DIM, r->phi64, f,
                              r->log_scale + ROWS, NULL, 0, s->executor, NULL));
  note(r, favor_map_log_features_f64(s->map, FAVOR_QUERY, ROWS, s->x64, DIM, r->log_phi, f, r->sign,
                                     NULL));
  note(r, favor_kernel_estimate_f32(s->map, ROWS, s->x32, DIM, KEYS, s->x32, DIM, r->out32, KEYS,
                                    NULL, 0, s->executor, NULL));
  note(r, favor_kernel_estimate_f64(s->map, ROWS, s->x64, DIM, KEYS, s->x64, DIM, r->out64, KEYS,
                                    NULL, 0, s->executor, NULL));
  note(r, favor_kernel_estimate_log_f64(s->map, ROWS, s->x64, DIM, KEYS, s->x64, DIM, r->log_out,
                                        r->out_sign, KEYS, NULL, 0, s->executor, NULL));
  note(r, favor_forecast_pairs_f64(s->map, PAIRS, s->x64, DIM, s->x64, DIM, r->forecast));
  note(r, favor_map_describe(s->map, r->text, sizeof r->text));
  note(r, favor_map_save(s->map, r->block, sizeof r->block, &r->bytes));
}

static void attention_calls(const shared *s, results *r) {
  favor_attention_desc desc;
  const favor_map *maps[] = {s->map};
  note(r, favor_attention_desc_init(&desc, 1, 1, ROWS, ROWS, DIM, DIM));
  desc.mask = FAVOR_MASK_CAUSAL;
  desc.log_norm = r->log_norm;
  note(r, favor_attention_f32(1, maps, &desc, s->x32, s->x32, s->x32, r->attended32, NULL, 0,
                              s->executor, NULL));
  desc.mask = FAVOR_MASK_NONE;
  desc.log_norm = r->log_norm + ROWS;
  note(r, favor_attention_f64(1, maps, &desc, s->x64, s->x64, s->x64, r->attended64, NULL, 0,
                              s->executor, NULL));
  desc.log_norm = r->log_norm + 2 * ROWS;
  note(r, favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, 1, FAVOR_ISA_AUTO, &desc, s->x64, s->x64,
                                    s->x64, r->exact, NULL, 0, NULL, s->executor, NULL));
}

/* One state that all read, and states of the thread's own. */
static void state_calls(const shared *s, results *r) {
  _Alignas(64) unsigned char memory[(STREAMS + 1) * STATE] = {0};
  favor_state *own = NULL;
  note(r, favor_state_read_f64(s->map, s->state, ROWS, s->x64, DIM, r->read, DIM,
                               r->log_norm + 3 * ROWS, NULL, 0, NULL));
  for (int64_t i = 0; i < STREAMS; i++)
    note(r, favor_state_init(s->map, DIM, FAVOR_F32, memory + (size_t)i * STATE, STATE, &own));
  note(r, favor_state_step_many_f32(s->map, STREAMS, memory, STATE, s->x32, DIM, s->x32, DIM,
                                    s->x32, DIM, r->stepped, DIM, NULL, 0, s->executor, NULL));
  note(r, favor_state_init(s->map, DIM, FAVOR_F64, memory + STREAMS * STATE, STATE, &own));
  note(r, favor_state_absorb_f64(s->map, own, ROWS, s->x64, DIM, s->x64, DIM, NULL, 0, NULL));
  note(r, favor_state_merge(own, s->state));
  memcpy(r->states, memory, sizeof memory);
}

static void stats_calls(const shared *s, results *r) {
  note(r, favor_stats_get(s->stats, FAVOR_KEY, &r->count, r->mean, r->moment));
  note(r, favor_stats_spectrum(s->stats, FAVOR_KEY, r->spectrum));
}

typedef struct worker {
  const shared *s;
  results *expected, *own;
  bool same;
} worker;

static void *use_shared(void *arg) {
  worker *w = arg;
  w->same = true;
  for (int round = 0; round < ROUNDS; round++) {
    memset(w->own, 0, sizeof *w->own);
    map_calls(w->s, w->own);
    attention_calls(w->s, w->own);
    state_calls(w->s, w->own);
    stats_calls(w->s, w->own);
    w->same = w->same && memcmp(w->own, w->expected, sizeof *w->own) == 0;
  }
  return NULL;
}

/* Makes what the shared map was made from again and again, in threads at once. */
static void *make_and_destroy(void *arg) {
  worker *w = arg;
  w->same = true;
  for (int round = 0; round < 4 * ROUNDS; round++) {
    favor_map_opts opts;
    favor_map *map = NULL, *fresh = NULL, *loaded = NULL;
    favor_pool *pool = NULL;
    results *r = w->own;
    memset(r, 0, sizeof *r);
    map_case_opts(&w->s->which, DIM, PROJECTIONS, w->s->stats, &opts);
    opts.allocator = w->s->allocator;
    note(r, favor_map_create(&opts, &map));
    note(r, favor_map_redraw(map, 3, &fresh));
    note(r, favor_map_save(map, r->block, sizeof r->block, &r->bytes));
    note(r, favor_map_load(r->block, r->bytes, w->s->which.isa, &w->s->allocator, NULL, &loaded));
    note(r, favor_pool_create(2, &w->s->allocator, &pool));
    w->same = w->same && r->status == FAVOR_OK && r->bytes == w->expected->bytes &&
              memcmp(r->block, w->expected->block, r->bytes) == 0;
    favor_map_destroy(map);
    favor_map_destroy(fresh);
    favor_map_destroy(loaded);
    favor_pool_destroy(pool);
  }
  return NULL;
}

static void run_threads(const shared *s, void *(*start)(void *)) {
  worker workers[THREADS];
  pthread_t threads[THREADS];
  results *expected = calloc(1, sizeof *expected);
  assert_non_null(expected);
  shared alone = *s;
  alone.executor = NULL;
  map_calls(&alone, expected);
  attention_calls(&alone, expected);
  state_calls(&alone, expected);
  stats_calls(&alone, expected);
  assert_ok(expected->status);
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (worker){s, expected, malloc(sizeof(results)), false};
    assert_non_null(workers[i].own);
    assert_int_equal(pthread_create(&threads[i], NULL, start, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(workers[i].same);
    free(workers[i].own);
  }
  free(expected);
}

typedef struct fixture {
  test_allocator counter;
  favor_stats *stats;
  favor_map *map;
  favor_state *state;
  shared s;
} fixture;

static void open_fixture(fixture *f, const map_case *which) {
  memset(f, 0, sizeof *f);
  f->s.which = *which;
  f->s.allocator = test_allocator_hook(&f->counter);
  f->stats = filled_stats(DIM, &f->s.allocator);
  f->map = map_case_create(which, DIM, PROJECTIONS, f->stats, &f->s.allocator);
  f->s.map = f->map;
  f->s.stats = f->stats;
  fill_f32(ROWS * DIM, f->s.x32, 1);
  fill_f64(ROWS * DIM, f->s.x64, 2);
  assert_ok(favor_state_create(f->map, DIM, FAVOR_F64, &f->state));
  assert_ok(
      favor_state_absorb_f64(f->map, f->state, KEYS, f->s.x64, DIM, f->s.x64, DIM, NULL, 0, NULL));
  f->s.state = f->state;
}

static void close_fixture(fixture *f) {
  favor_state_destroy(f->map, f->state);
  favor_map_destroy(f->map);
  favor_stats_destroy(f->stats);
  assert_balanced(&f->counter);
}

/* One map of every estimator and instruction set: how rows depend on each other is no matter of
 * threads. */
static void for_maps(void (*run)(fixture *f)) {
  map_case cases[MAP_CASES_MAX];
  const int n = map_cases(cases);
  fixture *f = malloc(sizeof *f);
  assert_non_null(f);
  for (int i = 0; i < n; i++) {
    if (cases[i].coupling != FAVOR_COUPLING_ORTHOGONAL) continue;
    open_fixture(f, &cases[i]);
    run(f);
    close_fixture(f);
  }
  free(f);
}

static void run_shared(fixture *f) {
  run_threads(&f->s, use_shared);
}

static void run_shared_pool(fixture *f) {
  favor_pool *pool = NULL;
  favor_executor executor;
  assert_ok(favor_pool_create(3, &f->s.allocator, &pool));
  assert_ok(favor_pool_executor(pool, &executor));
  f->s.executor = &executor;
  run_threads(&f->s, use_shared);
  favor_pool_destroy(pool);
}

static void run_makers(fixture *f) {
  run_threads(&f->s, make_and_destroy);
}

static void threads_share_a_map_and_get_the_bits_of_one(void **state) {
  (void)state;
  for_maps(run_shared);
}

static void threads_share_a_map_and_a_pool_and_get_the_bits_of_one(void **state) {
  (void)state;
  for_maps(run_shared_pool);
}

static void threads_make_and_destroy_the_same_map_at_once(void **state) {
  (void)state;
  for_maps(run_makers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_share_a_map_and_get_the_bits_of_one),
      cmocka_unit_test(threads_share_a_map_and_a_pool_and_get_the_bits_of_one),
      cmocka_unit_test(threads_make_and_destroy_the_same_map_at_once),
  };
  return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
