/* SPDX-License-Identifier: MIT */
/** No call of attention or of a state reads or writes outside its arrays: each lies against a page that traps,
 *  once with its end and once with its start; inputs cannot be written; gaps between output rows stay. */
#include "attention/exact_trial.h"
#include "robust/guard.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef struct shape {
  int64_t batch, heads, kv_heads, n_q, n_k, dim, projections, dv, gap;
} shape;

static const shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 0},      {2, 4, 2, 3, 65, 3, 5, 7, 1},
    {1, 2, 2, 64, 63, 17, 33, 16, 3}, {1, 1, 1, 129, 130, 5, 7, 2, 0},
    {2, 2, 1, 33, 1, 15, 31, 33, 2},  {1, 1, 1, 70, 70, 8, 513, 1, 1},
};

/** One call under test and where its arrays lie. */
typedef struct setup {
  const model *m;
  const model_choice *choice;
  shape s;
  favor_precision precision;
  guard_place place;
} setup;

static guarded input(const setup *u, int64_t rows, int64_t columns, uint64_t seed) {
  guarded a = guard_array(rows, columns, columns + u->s.gap, real_size(u->precision), u->place);
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int64_t i = 0; i < (int64_t)(a.bytes / real_size(u->precision)); i++)
    real_set(u->precision, a.data, i, test_rng_normal(&rng) / 4);
  guard_read_only(&a);
  return a;
}

static matrix of(const guarded *a) {
  return (matrix){a->data, a->ld};
}

/** The arrays of a call of attention. */
typedef struct call {
  guarded q, k, v, out, log_norm, weights, lengths, states[2], work;
  favor_attention_desc desc;
} call;

static void set_strides(int64_t stride[3], int64_t heads, int64_t rows, int64_t ld) {
  stride[0] = heads * rows * ld;
  stride[1] = rows * ld;
  stride[2] = ld;
}

static void call_open(call *c, const setup *u, favor_mask mask) {
  const shape *s = &u->s;
  const int64_t bq = s->batch * s->heads * s->n_q, bk = s->batch * s->kv_heads * s->n_k;
  memset(c, 0, sizeof *c);
  c->desc = plain(s->batch, s->heads, s->n_q, s->n_k, s->dim, s->dv, mask);
  c->desc.kv_heads = s->kv_heads;
  c->q = input(u, bq, s->dim, 1);
  c->k = input(u, bk, s->dim, 2);
  c->v = input(u, bk, s->dv, 3);
  c->out = guard_array(bq, s->dv, s->dv + s->gap, real_size(u->precision), u->place);
  c->log_norm = guard_array(1, bq, bq, sizeof(double), u->place);
  c->weights = guard_array(1, s->batch * s->n_k, s->batch * s->n_k, sizeof(float), u->place);
  c->lengths = guard_array(1, s->batch, s->batch, sizeof(int64_t), u->place);
  for (int64_t j = 0; j < s->batch * s->n_k; j++) ((float *)c->weights.data)[j] = (float)(j % 3);
  for (int64_t b = 0; b < s->batch; b++) ((int64_t *)c->lengths.data)[b] = s->n_k - b % 2;
  guard_read_only(&c->weights);
  guard_read_only(&c->lengths);
  set_strides(c->desc.q_stride, s->heads, s->n_q, c->q.ld);
  set_strides(c->desc.k_stride, s->kv_heads, s->n_k, c->k.ld);
  set_strides(c->desc.v_stride, s->kv_heads, s->n_k, c->v.ld);
  set_strides(c->desc.out_stride, s->heads, s->n_q, c->out.ld);
  c->desc.log_norm = c->log_norm.data;
  c->desc.key_log_weight = c->weights.data;
  c->desc.key_lengths = c->lengths.data;
}

static void call_close(call *c) {
  guarded *all[] = {&c->q,       &c->k,       &c->v,         &c->out,       &c->log_norm,
                    &c->weights, &c->lengths, &c->states[0], &c->states[1], &c->work};
  for (size_t i = 0; i < COUNT(all); i++) guard_free(all[i]);
}

/* ---- calls ---- */

static void attention(const setup *u, favor_mask mask, bool with_states) {
  call c;
  size_t need = 0, bytes = 0;
  const favor_map *maps[] = {u->m->map};
  call_open(&c, u, mask);
  if (with_states) {
    const int64_t streams = u->s.batch * u->s.kv_heads;
    assert_ok(favor_state_size(maps[0], u->s.dv, u->precision, &bytes));
    for (int i = 0; i < 2; i++) c.states[i] = guard_work(bytes * (size_t)streams, u->place);
    for (int64_t i = 0; i < streams; i++) {
      favor_state *state = NULL;
      unsigned char *memory = (unsigned char *)c.states[0].data + (size_t)i * bytes;
      assert_ok(favor_state_init(maps[0], u->s.dv, u->precision, memory, bytes, &state));
    }
    guard_read_only(&c.states[0]);
    c.desc.state_in = c.states[0].data;
    c.desc.state_out = c.states[1].data;
    c.desc.state_stride = (int64_t)bytes;
  }
  assert_ok(favor_attention_workspace(1, maps, &c.desc, u->precision, NULL, &need));
  c.work = guard_work(need, u->place);
  assert_true(attend(u->precision, 1, maps, &c.desc, c.q.data, c.k.data, c.v.data, c.out.data,
                     (call_room){.work = c.work.data, .work_size = need}) >= 0);
  assert_gaps_untouched(&c.out);
  call_close(&c);
}

static void exact(const setup *u, favor_mask mask) {
  call c;
  size_t need = 0;
  call_open(&c, u, mask);
  assert_ok(favor_attention_exact_workspace(&c.desc, u->precision, NULL, &need));
  c.work = guard_work(need, u->place);
  assert_true(attend_exactly(u->precision, u->choice->kernel, .5, u->choice->isa, &c.desc, c.q.data,
                             c.k.data, c.v.data, c.out.data,
                             (call_room){.work = c.work.data, .work_size = need}) >= 0);
  assert_gaps_untouched(&c.out);
  call_close(&c);
}

static void check_status(favor_status status) {
  assert_true(status == FAVOR_OK || status == FAVOR_NOTE_NONPOSITIVE);
}

static void features(const setup *u, favor_state *state, const guarded *v, guarded *out,
                     double *log_norm) {
  const int64_t n = u->s.n_k;
  guarded phi = input(u, n, favor_map_features(u->m->map), 5);
  guarded scale = guard_array(1, n, n, sizeof(double), u->place);
  memset(scale.data, 0, scale.bytes);
  guard_read_only(&scale);
  assert_ok(state_absorb_features(u->precision, state, n, of(&phi), scale.data, of(v), NULL));
  check_status(
      state_read_features(u->precision, state, n, of(&phi), scale.data, of(out), log_norm, NULL));
  guard_free(&phi);
  guard_free(&scale);
}

/** Every function of a state, over n_k rows. */
static void states(const setup *u) {
  const favor_map *map = u->m->map;
  const int64_t n = u->s.n_k;
  favor_state *state = NULL, *loaded = NULL;
  size_t bytes = 0, need = 0, saved = 0;
  assert_ok(favor_state_size(map, u->s.dv, u->precision, &bytes));
  assert_ok(favor_state_workspace(map, u->s.dv, u->precision, NULL, &need));
  guarded memory = guard_work(bytes, u->place), other = guard_work(bytes, u->place);
  guarded work = guard_work(need, u->place);
  guarded q = input(u, n, u->s.dim, 1), k = input(u, n, u->s.dim, 2), v = input(u, n, u->s.dv, 3);
  guarded out = guard_array(n, u->s.dv, u->s.dv + u->s.gap, real_size(u->precision), u->place);
  guarded log_norm = guard_array(1, n, n, sizeof(double), u->place);
  const call_room room = {.work = work.data, .work_size = need};
  assert_ok(favor_state_init(map, u->s.dv, u->precision, memory.data, bytes, &state));
  assert_ok(state_absorb(u->precision, map, state, n, of(&k), of(&v), room));
  check_status(state_read(u->precision, map, state, n, of(&q), of(&out), log_norm.data, room));
  check_status(state_causal(u->precision, map, state, n, of(&q), of(&k), of(&v), of(&out),
                            log_norm.data, room));
  check_status(
      state_step_many(u->precision, map, 1, state, bytes, of(&q), of(&k), of(&v), of(&out), room));
  features(u, state, &v, &out, log_norm.data);
  assert_ok(favor_state_decay(state, -1));
  assert_ok(favor_state_save(state, NULL, 0, &saved));
  guarded block = guard_array(1, (int64_t)saved, (int64_t)saved, 1, u->place);
  assert_ok(favor_state_save(state, block.data, saved, &saved));
  guard_read_only(&block);
  assert_ok(favor_state_load(map, block.data, saved, other.data, bytes, NULL, &loaded));
  guard_read_only(&memory);
  assert_ok(favor_state_merge(loaded, state));
  assert_ok(favor_state_reset(loaded));
  assert_gaps_untouched(&out);
  guarded *all[] = {&memory, &other, &work, &q, &k, &v, &out, &log_norm, &block};
  for (size_t i = 0; i < COUNT(all); i++) guard_free(all[i]);
}

static void use(const model *m, const model_choice *choice, const shape *s) {
  for (int i = 0; i < 4; i++) {
    const setup u = {m, choice, *s, i % 2 ? FAVOR_F64 : FAVOR_F32,
                     i / 2 ? GUARD_BEHIND : GUARD_BEFORE};
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
      attention(&u, (favor_mask)mask, false);
      attention(&u, (favor_mask)mask, true);
      exact(&u, (favor_mask)mask);
    }
    states(&u);
  }
}

static void no_call_touches_a_byte_outside_its_arrays(void **state) {
  static model_choice cases[MODEL_CASES_MAX];
  const int n = model_cases(cases);
  (void)state;
  for (int i = 0; i < n; i++) {
    char name[128];
    /* How rows of W depend on each other changes no access. */
    if (cases[i].coupling != FAVOR_COUPLING_ORTHOGONAL) continue;
    for (size_t s = 0; s < COUNT(shapes); s++) {
      model m;
      cases[i].dim = shapes[s].dim;
      cases[i].projections = shapes[s].projections;
      cases[i].recentre = cases[i].kernel != FAVOR_KERNEL_ARCCOS1 && s % 2;
      model_make(&m, &cases[i]);
      guard_watch(model_name(&cases[i], name));
      use(&m, &cases[i], &shapes[s]);
      guard_unwatch();
      model_free(&m);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_call_touches_a_byte_outside_its_arrays),
  };
  return cmocka_run_group_tests_name("attention guard", tests, NULL, NULL);
}
