/* SPDX-License-Identifier: MIT */
/** Streams that break a shared shift, an epsilon or float32's range: finite, and within the bound of
 *  attention/judge.h, which beyond norms of about 1e5 only says that outputs are averages of values. */
#include "attention/trial.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 16, DV = 5, M = 40, N = 150 };

typedef void (*fill_row)(test_rng *rng, favor_precision precision, int64_t i, double *row);

static void set_norm(double norm, double *row) {
  double norm2 = 0;
  for (int l = 0; l < D; l++) norm2 += row[l] * row[l];
  for (int l = 0; l < D; l++) row[l] *= norm / sqrt(norm2);
}

/** Neighbours point away from each other: at norm 350 their exponents disagree by hundreds to a thousand, in
 *  both directions, feature by feature. */
static void opposed(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  static double axis[D];
  (void)precision;
  if (i == 0) test_rng_on_sphere(rng, D, 1, axis);
  for (int l = 0; l < D; l++) row[l] = i % 2 ? axis[l] : -axis[l];
  set_norm(350, row);
}

static void scattered(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  (void)precision;
  (void)i;
  test_rng_on_sphere(rng, D, 350, row);
}

/** From 1e-3 to what the norm allows. */
static double growing_norm(favor_precision precision, double at) {
  const double last = precision == FAVOR_F32 ? 18 : 150;
  return pow(10, -3 + (last + 3) * at);
}

static void growing(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  test_rng_on_sphere(rng, D, growing_norm(precision, (double)i / (N - 1)), row);
}

static void falling(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  test_rng_on_sphere(rng, D, growing_norm(precision, 1 - (double)i / (N - 1)), row);
}

static void growing_slowly(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  (void)precision;
  test_rng_on_sphere(rng, D, (double)i / 10, row);
  if (i == 0) row[0] = 1e-3;
}

static void equal(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  static double one[D];
  (void)precision;
  if (i == 0) test_rng_on_sphere(rng, D, 30, one);
  memcpy(row, one, sizeof one);
}

static void huge(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  (void)i;
  test_rng_on_sphere(rng, D, precision == FAVOR_F32 ? 1e18 : 1e150, row);
}

static void zero(test_rng *rng, favor_precision precision, int64_t i, double *row) {
  (void)rng;
  (void)precision;
  (void)i;
  memset(row, 0, D * sizeof *row);
}

static const fill_row fills[] = {opposed,        scattered, growing, falling,
                                 growing_slowly, equal,     huge,    zero};

/** Keys by one rule, queries by another, both masks. */
static void check(const model *m, favor_precision precision, fill_row keys, fill_row queries,
                  int64_t n_k, verdict *v) {
  double row[D];
  test_rng rng;
  test_rng_seed(&rng, 66);
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    const favor_attention_desc desc = plain(1, 1, N, n_k, D, DV, (favor_mask)mask);
    trial p;
    trial_open(&p, precision, &desc, 1, 12);
    p.desc.causal_offset = 0;
    for (int64_t i = 0; i < N; i++) {
      queries(&rng, precision, i, row);
      trial_put(&p, TRIAL_Q, 0, 0, i, row);
      keys(&rng, precision, i, row);
      if (i < n_k) trial_put(&p, TRIAL_K, 0, 0, i, row);
    }
    trial_check(&p, 1, &m, v);
    for (int64_t l = 0; l < p.log_norms; l++) assert_true(isfinite(p.log_norm[l]));
    trial_close(&p);
  }
}

static void adversarial_streams_stay_finite_and_within_the_bound(void **state) {
  static const int32_t forms[] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_HYPERBOLIC,
                                  FAVOR_ESTIMATOR_GERF};
  int32_t isas[ISAS_MAX];
  const int num_isas = isas_here(isas);
  verdict v = {0};
  (void)state;
  for (int i = 0; i < num_isas; i++)
    for (size_t e = 0; e < COUNT(forms); e++)
      for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
        const model_choice choice = {.kernel =
                                         e == 1 ? FAVOR_KERNEL_GAUSSIAN : FAVOR_KERNEL_SOFTMAX,
                                     .estimator = forms[e],
                                     .isa = isas[i],
                                     .dim = D,
                                     .projections = M,
                                     .seed = 8};
        model m;
        model_make(&m, &choice);
        for (size_t f = 0; f < COUNT(fills); f++) {
          check(&m, (favor_precision)precision, fills[f], fills[(f + (size_t)i + e) % COUNT(fills)],
                N, &v);
          check(&m, (favor_precision)precision, fills[f], scattered, 1, &v);
        }
        model_free(&m);
      }
  print_message("%d rows, largest error %.3f of the bound\n", (int)v.rows, v.worst);
  assert_int_equal(v.masked + v.nonpositive + v.unsure, 0);
}

/** One key: its value is the output whatever the exponents, exactly up to the division. */
static void a_single_key_gives_its_value(void **state) {
  model m;
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
    for (size_t f = 0; f < COUNT(fills); f++) {
      const favor_attention_desc desc = plain(1, 1, N, 1, D, DV, FAVOR_MASK_NONE);
      const model *one[] = {&m};
      const double u = precision == FAVOR_F32 ? 0x1p-24 : 0x1p-53;
      double row[D];
      test_rng rng;
      trial p;
      test_rng_seed(&rng, 4);
      trial_open(&p, (favor_precision)precision, &desc, 1, 12);
      for (int64_t i = 0; i < N; i++) {
        fills[f](&rng, (favor_precision)precision, i, row);
        trial_put(&p, TRIAL_Q, 0, 0, i, row);
        if (i == N - 1) trial_put(&p, TRIAL_K, 0, 0, 0, row);
      }
      assert_ok(trial_run(&p, 1, one, (call_room){0}));
      for (int64_t l = 0; l < N * DV; l++) {
        /* Numerator and denominator are sums of the same M terms, each rounded M times at most. */
        const double v = real_get(p.precision, p.array[TRIAL_V], l % DV);
        assert_near(real_get(p.precision, p.array[TRIAL_OUT], l), v, (2 * M + 4) * u * fabs(v));
      }
      trial_close(&p);
    }
  model_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(adversarial_streams_stay_finite_and_within_the_bound),
      cmocka_unit_test(a_single_key_gives_its_value),
  };
  return cmocka_run_group_tests_name("attention streams", tests, NULL, NULL);
}
