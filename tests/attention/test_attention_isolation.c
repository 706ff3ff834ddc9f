/* SPDX-License-Identifier: MIT */
/** What a query may not see changes no bit of its output, whatever stands there: NaN, infinity, 1e30, an ordinary
 *  number, a large one. And what is not finite and may be seen is reported where favor.h says, and nowhere else. */
#include "attention/trial.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 9, DV = 5, M = 40, N = 200 };

/* The last two make keys of norm 2.1 among others of norm 1, so that maxima grow within what a tile holds, and of
 * norm 60, which is beyond that. */
static const double poisons[] = {NAN, INFINITY, -INFINITY, 1e30, .7, 20};
static const int64_t places[] = {0, 1, 31, 63, 64, 65, 130, 199};

typedef void (*model_check)(const model *m, favor_precision precision);

static void on_models(const int32_t *estimators, int count, model_check check) {
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  for (int i = 0; i < num_isas; i++)
    for (int e = 0; e < count; e++)
      for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
        const model_choice choice = {
            .estimator = estimators[e], .isa = isas[i], .dim = D, .projections = M, .seed = 2};
        model m;
        model_make(&m, &choice);
        check(&m, (favor_precision)precision);
        model_free(&m);
      }
}

static const int32_t positive[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_HYPERBOLIC};
static const int32_t signed_map[] = {FAVOR_ESTIMATOR_TRIGONOMETRIC};

/** Fill keys, values or both from `place` on, of head 0 of the last sequence. */
static void spoil(trial *p, int64_t place, int which, double poison) {
  const int64_t b = p->desc.batch - 1;
  for (int64_t j = place; j < p->desc.n_k; j++) {
    if (which != 1) trial_flood(p, TRIAL_K, b, 0, j, poison);
    if (which != 0) trial_flood(p, TRIAL_V, b, 0, j, poison);
  }
}

/* ---- the future ---- */

/** Finite keys whose exponents lie far above all others': their tile is taken in another way. In float32 1e30 has
 *  no finite norm and weighs nothing. */
static bool splits(favor_precision precision, int which, double poison) {
  if (which == 1) return false; /* values alone */
  return poison == 20 || (precision == FAVOR_F64 && poison == 1e30);
}

/* At least the rows of a tile. */
enum { TILE_MAX = 128 };

/** What a split may change of a row, in shares of its largest weight: what was too small to count, 2^-40; and
 *  for features that are factors alone four roundings, because then products are weighed in place of keys.
 *  Weights of changing sign count kappa = 16 fold here. */
static double share_of(const trial *p, const model *m) {
  const double u = p->precision == FAVOR_F32 ? 0x1p-24 : 0x1p-53;
  return m->positive ? 0x1p-40 : 16 * (0x1p-40 + 4 * u);
}

static bool nearly_same_row(const trial *p, const void *kept, double share, int64_t b, int64_t i) {
  const double value = 5; /* none of the normal values is larger */
  const int64_t at = trial_at(p, TRIAL_OUT, b, 0, i), norm_at = trial_norm_at(p, b, 0, i);
  for (int64_t l = 0; l < p->desc.dv; l++) {
    const double now = real_get(p->precision, p->array[TRIAL_OUT], at + l);
    if (!(fabs(now - real_get(p->precision, kept, at + l)) <= share * value)) return false;
  }
  return isfinite(p->log_norm[norm_at]);
}

/** The rows of the last sequence's head 0 before `place` are what they were, and so are all rows of other heads
 *  and sequences; with a share > 0 within that, in a tile that may have been split. */
static void check_past(const trial *p, const void *kept, int64_t place, double share) {
  const int64_t last = p->desc.batch - 1;
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < p->desc.heads; h++)
      for (int64_t i = 0; i < p->desc.n_q; i++) {
        const bool spoiled = b == last && h == 0;
        const bool split = share > 0 && spoiled && i > place - TILE_MAX;
        if (spoiled && i >= place) continue;
        if (trial_same_row(p, kept, b, h, i)) continue;
        if (split && nearly_same_row(p, kept, share, b, i)) continue;
        fail_msg("float%d, place %d: row %d of head %d of sequence %d changed",
                 p->precision == FAVOR_F32 ? 32 : 64, (int)place, (int)i, (int)h, (int)b);
      }
}

/** Whether this poison makes a key or value that has no finite norm, or is not finite itself. */
static bool is_bad(favor_precision precision, int which, double poison) {
  return !isfinite(poison) || (which != 1 && precision == FAVOR_F32 && poison == 1e30);
}

/** The rows from `place` on see what is not finite. */
static void check_reported(const trial *p, int64_t place) {
  const int64_t last = p->desc.batch - 1, n = p->desc.n_q;
  assert_status(p->status, FAVOR_NOTE_NONFINITE);
  assert_int_equal(p->report.rows_nonfinite, n - place);
  assert_int_equal(p->report.first_row, last * p->desc.heads * n + place);
  for (int64_t i = place; i < n; i++)
    for (int64_t l = 0; l < p->desc.dv; l++)
      assert_true(isnan(
          real_get(p->precision, p->array[TRIAL_OUT], trial_at(p, TRIAL_OUT, last, 0, i) + l)));
}

/** Spoil keys, values or both of the future of each place. */
static void check_places(const model *m, favor_precision precision,
                         const favor_attention_desc *desc, const int64_t *at, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (int which = 0; which < 3; which++) {
      trial p;
      trial_open(&p, precision, desc, 1, 20 + i);
      trial_run(&p, 1, &m, (call_room){0});
      void *kept = trial_keep(&p);
      for (size_t poison = 0; poison < COUNT(poisons); poison++) {
        const double x = poisons[poison];
        spoil(&p, at[i], which, x);
        trial_run(&p, 1, &m, (call_room){0});
        check_past(&p, kept, at[i], splits(precision, which, x) ? share_of(&p, m) : 0);
        if (is_bad(precision, which, x)) check_reported(&p, at[i]);
      }
      free(kept);
      trial_close(&p);
    }
}

static void check_future(const model *m, favor_precision precision) {
  const favor_attention_desc desc = plain(2, 2, N, N, D, DV, FAVOR_MASK_CAUSAL);
  check_places(m, precision, &desc, places, COUNT(places));
}

static void future_keys_change_no_bit_of_earlier_rows(void **state) {
  (void)state;
  on_models(positive, 2, check_future);
  on_models(signed_map, 1, check_future);
}

/** Sequences that are cut into ranges, which are summed apart and merged in order. */
static void check_far_future(const model *m, favor_precision precision) {
  static const int64_t far[] = {63, 1000, 1023, 1024, 1025, 2047, 2048, 2200};
  const favor_attention_desc desc = plain(1, 1, 2300, 2300, D, DV, FAVOR_MASK_CAUSAL);
  check_places(m, precision, &desc, far, COUNT(far));
}

static void future_ranges_change_no_bit_of_earlier_rows(void **state) {
  (void)state;
  on_models(positive, 1, check_far_future);
}

/* ---- keys that nobody sees ---- */

static void check_lengths(const model *m, favor_precision precision) {
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++)
    for (size_t at = 0; at < COUNT(places); at++) {
      favor_attention_desc desc = plain(2, 1, 70, N, D, DV, (favor_mask)mask);
      const int64_t lengths[] = {N, places[at]};
      desc.causal_offset = 150;
      desc.key_lengths = lengths;
      trial p;
      trial_open(&p, precision, &desc, 1, 20 + at);
      const favor_status clean = trial_run(&p, 1, &m, (call_room){0});
      void *kept = trial_keep(&p);
      for (size_t poison = 0; poison < COUNT(poisons); poison++) {
        spoil(&p, places[at], 2, poisons[poison]);
        assert_status(trial_run(&p, 1, &m, (call_room){0}), clean);
        check_past(&p, kept, 0, 0);
        for (int64_t i = 0; i < 70; i++) assert_true(trial_same_row(&p, kept, 1, 0, i));
      }
      free(kept);
      trial_close(&p);
    }
}

static void keys_past_the_length_change_no_bit(void **state) {
  (void)state;
  on_models(positive, 2, check_lengths);
  on_models(signed_map, 1, check_lengths);
}

static void check_weightless(const model *m, favor_precision precision) {
  float weights[N];
  for (int64_t j = 0; j < N; j++) weights[j] = j % 3 == 1 || j > 150 ? -INFINITY : (float)(j % 5);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    favor_attention_desc desc = plain(1, 1, N, N, D, DV, (favor_mask)mask);
    desc.key_log_weight = weights;
    trial p;
    trial_open(&p, precision, &desc, 1, 7);
    const favor_status clean = trial_run(&p, 1, &m, (call_room){0});
    void *kept = trial_keep(&p);
    for (size_t poison = 0; poison < COUNT(poisons); poison++) {
      for (int64_t j = 0; j < N; j++) {
        if (weights[j] != -INFINITY) continue;
        trial_flood(&p, TRIAL_K, 0, 0, j, poisons[poison]);
        trial_flood(&p, TRIAL_V, 0, 0, j, poisons[poison]);
      }
      assert_status(trial_run(&p, 1, &m, (call_room){0}), clean);
      for (int64_t i = 0; i < N; i++) assert_true(trial_same_row(&p, kept, 0, 0, i));
    }
    free(kept);
    trial_close(&p);
  }
}

static void keys_of_weight_zero_are_never_read(void **state) {
  (void)state;
  on_models(positive, 2, check_weightless);
  on_models(signed_map, 1, check_weightless);
}

/* ---- bad rows that are seen ---- */

static void check_bad_queries(const model *m, favor_precision precision) {
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    const favor_attention_desc desc = plain(2, 1, N, N, D, DV, (favor_mask)mask);
    trial p;
    trial_open(&p, precision, &desc, 1, 8);
    trial_run(&p, 1, &m, (call_room){0});
    void *kept = trial_keep(&p);
    for (size_t at = 0; at < COUNT(places); at++)
      real_set(precision, p.array[TRIAL_Q], trial_at(&p, TRIAL_Q, 1, 0, places[at]) + (int64_t)at,
               at % 2                   ? NAN
               : at % 4                 ? INFINITY
               : precision == FAVOR_F32 ? 1e30
                                        : 1e200);
    assert_status(trial_run(&p, 1, &m, (call_room){0}), FAVOR_NOTE_NONFINITE);
    assert_int_equal(p.report.rows_nonfinite, COUNT(places));
    assert_int_equal(p.report.first_row, N);
    for (int64_t i = 0; i < N; i++) {
      bool bad = false;
      for (size_t at = 0; at < COUNT(places); at++) bad = bad || places[at] == i;
      assert_true(trial_same_row(&p, kept, 0, 0, i));
      assert_true(trial_same_row(&p, kept, 1, 0, i) != bad);
      const int64_t row = trial_at(&p, TRIAL_OUT, 1, 0, i);
      for (int64_t l = 0; bad && l < DV; l++)
        assert_true(isnan(real_get(precision, p.array[TRIAL_OUT], row + l)));
      assert_true(!bad || isnan(p.log_norm[trial_norm_at(&p, 1, 0, i)]));
    }
    free(kept);
    trial_close(&p);
  }
}

static void a_bad_query_spoils_its_own_row_only(void **state) {
  (void)state;
  on_models(positive, 2, check_bad_queries);
  on_models(signed_map, 1, check_bad_queries);
}

/** Without a mask a bad key or value spoils every row of the heads that read it, and no other. */
static void check_bad_keys(const model *m, favor_precision precision) {
  favor_attention_desc desc = plain(2, 4, 70, N, D, DV, FAVOR_MASK_NONE);
  desc.kv_heads = 2;
  desc.k_stride[0] /= 2;
  desc.v_stride[0] /= 2;
  for (size_t at = 0; at < COUNT(places); at++) {
    trial p;
    trial_open(&p, precision, &desc, 1, 8);
    trial_run(&p, 1, &m, (call_room){0});
    void *kept = trial_keep(&p);
    const trial_array which = at % 2 ? TRIAL_K : TRIAL_V;
    real_set(precision, p.array[which], trial_at(&p, which, 1, 0, places[at]) + 2, NAN);
    assert_status(trial_run(&p, 1, &m, (call_room){0}), FAVOR_NOTE_NONFINITE);
    assert_int_equal(p.report.rows_nonfinite, 2 * 70);
    for (int64_t bh = 0; bh < 8; bh++)
      for (int64_t i = 0; i < 70; i++) {
        const bool spoiled = bh == 4 || bh == 5;
        const int64_t row = trial_at(&p, TRIAL_OUT, bh / 4, bh % 4, i);
        assert_true(trial_same_row(&p, kept, bh / 4, bh % 4, i) != spoiled);
        for (int64_t l = 0; spoiled && l < DV; l++)
          assert_true(isnan(real_get(precision, p.array[TRIAL_OUT], row + l)));
      }
    free(kept);
    trial_close(&p);
  }
}

static void a_bad_key_spoils_the_rows_that_see_it(void **state) {
  (void)state;
  on_models(positive, 2, check_bad_keys);
  on_models(signed_map, 1, check_bad_keys);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(future_keys_change_no_bit_of_earlier_rows),
      cmocka_unit_test(future_ranges_change_no_bit_of_earlier_rows),
      cmocka_unit_test(keys_past_the_length_change_no_bit),
      cmocka_unit_test(keys_of_weight_zero_are_never_read),
      cmocka_unit_test(a_bad_query_spoils_its_own_row_only),
      cmocka_unit_test(a_bad_key_spoils_the_rows_that_see_it),
  };
  return cmocka_run_group_tests_name("attention isolation", tests, NULL, NULL);
}
