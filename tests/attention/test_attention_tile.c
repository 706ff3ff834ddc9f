/* SPDX-License-Identifier: MIT */
/** Inside attention: maxima are integers, every z and denominator of an exponential positive map is at least
 *  1 - 16 u, what a tile adds does not depend on what was there, and only adversarial tiles are split. */
#include "attention/causal.h"
#include "attention/model.h"
#include "attention/scratch.h"
#include "attention/state.h"
#include "support/random.h"
#include "support/test.h"

enum { D = 16, DV = 3, M = 40, N = 600, ROWS = FAVOR_ATTEND_ROWS };

/** A slot's buffers and a level, over memory that is full of NaN. */
typedef struct slot {
  favor_attend a;
  favor_level level;
  int64_t recent;
  double reference;
  void *memory;
} slot;

static void slot_open(slot *s, const favor_map *map, favor_precision precision) {
  favor_arena arena = favor_arena_counting();
  const size_t attend = favor_attend_bytes(map, precision, DV);
  favor_level_layout(&s->level, precision, map->leaf.features, DV, false, &arena);
  const size_t bytes = attend + arena.used;
  s->memory = aligned_alloc(64, bytes);
  assert_true(attend > 0 && s->memory);
  memset(s->memory, 0xFF, bytes);
  favor_attend_over(&s->a, map, precision, DV, s->memory, attend);
  arena = favor_arena_over((unsigned char *)s->memory + attend, bytes - attend);
  favor_level_layout(&s->level, precision, map->leaf.features, DV, false, &arena);
  s->level.recent = &s->recent;
  s->level.reference = &s->reference;
  favor_level_clear(&s->level);
}

static double real_of(favor_precision precision, const void *x, int64_t i) {
  return precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/** Rows in both precisions. */
typedef struct rows {
  float x32[N * D];
  double x64[N * D];
} rows;

static const void *of(const rows *r, favor_precision precision) {
  return precision == FAVOR_F32 ? (const void *)r->x32 : (const void *)r->x64;
}

typedef double (*norm_rule)(int64_t i);

static void fill(rows *r, uint64_t seed, norm_rule norm) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int64_t i = 0; i < N; i++) test_rng_on_sphere(&rng, D, norm(i), r->x64 + i * D);
  for (int64_t i = 0; i < N * D; i++) r->x32[i] = (float)r->x64[i];
}

static double benign(int64_t i) {
  return 1 + (double)(i % 7) / 7;
}

static double growing(int64_t i) {
  return 1 + (double)i / 5;
}

/** Keys whose exponents differ by a thousand, feature by feature, each row's largest elsewhere. */
static double far_apart(int64_t i) {
  return 350 + (double)(i % 2) / 100;
}

static const norm_rule rules[] = {benign, growing, far_apart};

/** Every map of the lists whose features are positive exponentials, precision and isa. */
static void on_exponential_maps(void (*check)(const favor_map *map, favor_precision precision)) {
  static model_choice cases[MODEL_CASES_MAX];
  const int n = model_cases(cases);
  int run = 0;
  for (int i = 0; i < n; i++) {
    model m;
    /* How rows of W depend on each other changes no sum's range. */
    if (cases[i].coupling != FAVOR_COUPLING_ORTHOGONAL) continue;
    cases[i].dim = D;
    cases[i].projections = M;
    model_make(&m, &cases[i]);
    for (int precision = FAVOR_F32; m.positive && precision <= FAVOR_F64; precision++, run++)
      check(m.map, (favor_precision)precision);
    model_free(&m);
  }
  assert_true(run > 0);
}

/* ---- z and denominators ---- */

static double u_of(favor_precision precision) {
  return precision == FAVOR_F32 ? 0x1p-24 : 0x1p-53;
}

/** z_j as queries read it; c_j is an integer. */
static void check_level(const favor_level *level) {
  for (int64_t j = 0; j < level->features; j++) {
    const int64_t at = j * level->ld + level->dv;
    const double z = real_of(level->precision, level->s[FAVOR_RECENT], at) +
                     real_of(level->precision, level->s[FAVOR_MAIN], at);
    assert_true(level->c[j] == floor(level->c[j]) && level->c[j] > FAVOR_EMPTY);
    assert_true(z >= 1 - 16 * u_of(level->precision) && isfinite(z));
  }
}

static void check_sums(const favor_attend *a, favor_precision precision, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const double sum = real_of(precision, a->sums, i * a->ld + DV);
    assert_true(sum >= 1 - 16 * u_of(precision) && isfinite(sum));
  }
}

/** Single causal rows see all that the maxima are taken over. */
static void check_causal_sums(slot *s, const favor_keys *keys, const void *q, int64_t at,
                              favor_precision precision, size_t real) {
  for (int64_t i = at; i < at + 3; i++) {
    assert_int_equal(favor_attend_load_keys(&s->a, keys, i, 1), 1);
    favor_attend_load_queries(&s->a, (const unsigned char *)q + (size_t)(i * D) * real, D, 1,
                              false);
    assert_true(favor_attend_causal(&s->a, &s->level, NULL, 1));
    check_sums(&s->a, precision, 1);
  }
}

static void check_denominators(const favor_map *map, favor_precision precision) {
  static rows q, k, v;
  const size_t real = map->table[precision]->real;
  for (int rule = 0; rule < 3; rule++) {
    slot s;
    slot_open(&s, map, precision);
    fill(&q, 3, rules[rule]);
    fill(&k, 4, rules[(rule + 1) % 3]);
    fill(&v, 5, benign);
    const favor_keys keys = {.k = of(&k, precision), .v = of(&v, precision), .ldk = D, .ldv = D};
    for (int64_t at = 0; at < N; at += ROWS) {
      const int64_t n = N - at < ROWS ? N - at : ROWS;
      assert_int_equal(favor_absorb_run(&s.a, &s.level, &keys, at, n), n);
      check_level(&s.level);
      favor_attend_load_queries(
          &s.a, (const unsigned char *)of(&q, precision) + (size_t)(at * D) * real, D, n, false);
      favor_attend_read(&s.a, &s.level, NULL);
      check_sums(&s.a, precision, n);
      check_causal_sums(&s, &keys, of(&q, precision), at, precision, real);
    }
    /* Once more key by key, so that recent sums become main ones. */
    for (int64_t at = 0; at < N; at++) {
      assert_int_equal(favor_absorb_run(&s.a, &s.level, &keys, at, 1), 1);
      if (at % 30 == 0) check_level(&s.level);
    }
    check_level(&s.level);
    free(s.memory);
  }
}

static void every_z_and_denominator_is_at_least_one(void **state) {
  (void)state;
  on_exponential_maps(check_denominators);
}

/* ---- rescaling is exact ---- */

static void raise(favor_level *level, const double *c) {
  for (int64_t j = 0; j < level->features; j++) favor_level_raise_one(level, j, c[j]);
}

/** Raising a level and raising it again gives the bits of raising it at once; so does another reference. */
static void check_raise(const favor_map *map, favor_precision precision) {
  static rows k;
  slot once, twice;
  double step[512], both[512];
  slot_open(&once, map, precision);
  slot_open(&twice, map, precision);
  fill(&k, 4, benign);
  assert_true(map->leaf.features <= 512);
  const favor_keys keys = {.k = of(&k, precision), .v = of(&k, precision), .ldk = D, .ldv = D};
  favor_absorb_run(&once.a, &once.level, &keys, 0, N);
  favor_absorb_run(&twice.a, &twice.level, &keys, 0, N);
  for (int64_t j = 0; j < map->leaf.features; j++) {
    step[j] = once.level.c[j] + (double)(j % 3);
    both[j] = step[j] + (double)(j % 5);
  }
  raise(&once.level, both);
  raise(&twice.level, step);
  raise(&twice.level, both);
  favor_level_rebase(&twice.level, twice.reference + 7);
  const size_t bytes = (size_t)(map->leaf.features * once.level.ld) * map->table[precision]->real;
  for (int p = 0; p < FAVOR_PARTS; p++)
    assert_memory_equal(once.level.s[p], twice.level.s[p], bytes);
  for (int64_t j = 0; j < map->leaf.features; j++)
    assert_true(once.level.c[j] + once.reference == twice.level.c[j] + twice.reference);
  free(once.memory);
  free(twice.memory);
}

static void raising_in_two_steps_gives_the_bits_of_one(void **state) {
  (void)state;
  on_exponential_maps(check_raise);
}

/* ---- splits ---- */

static int64_t splits_of(const favor_map *map, favor_precision precision, norm_rule q_rule,
                         norm_rule k_rule) {
  static rows q, k, v;
  static double out[N * DV];
  slot s;
  favor_tally tally;
  slot_open(&s, map, precision);
  fill(&q, 13, q_rule);
  fill(&k, 14, k_rule);
  fill(&v, 15, benign);
  favor_tally_begin(&tally);
  const favor_keys keys = {.k = of(&k, precision), .v = of(&v, precision), .ldk = D, .ldv = D};
  const favor_causal c = {.keys = &keys,
                          .key_count = N,
                          .q = of(&q, precision),
                          .ldq = D,
                          .queries = N,
                          .level = &s.level};
  favor_output o = {.out = out, .ldo = DV, .clean = INT64_MAX, .tally = &tally};
  favor_causal_run(&s.a, &c, &o);
  assert_true(o.clean == INT64_MAX);
  const int64_t splits = s.a.splits;
  free(s.memory);
  return splits;
}

static void check_splits(const favor_map *map, favor_precision precision) {
  assert_int_equal(splits_of(map, precision, benign, benign), 0);
  assert_true(splits_of(map, precision, benign, far_apart) >= 1);
}

static void only_adversarial_streams_split_tiles(void **state) {
  (void)state;
  on_exponential_maps(check_splits);
}

/** Where integers are exact each tile is taken at most twice, however its exponents disagree. */
static void no_tile_of_exact_exponents_is_halved(void **state) {
  model m;
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  for (int q = 0; q < 3; q++)
    for (int k = 0; k < 3; k++)
      assert_true(splits_of(m.map, FAVOR_F32, rules[q], rules[k]) <= (N + ROWS - 1) / ROWS);
  model_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_z_and_denominator_is_at_least_one),
      cmocka_unit_test(raising_in_two_steps_gives_the_bits_of_one),
      cmocka_unit_test(only_adversarial_streams_split_tiles),
      cmocka_unit_test(no_tile_of_exact_exponents_is_halved),
  };
  return cmocka_run_group_tests_name("attention tiles", tests, NULL, NULL);
}
