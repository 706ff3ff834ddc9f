/* SPDX-License-Identifier: MIT */
/** The yardsticks of the benches: the exponential of a row, exact attention on the BLAS. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "blas_attention.h"
#include "support/random.h"
#include "support/test.h"
#include "wide.h"

enum { ROOM = 64 };

/* t is rounded once to the precision, so that e^t is off by |t| units, and by a few more. */
static double permitted(double t, double unit) {
  return unit * (8 + 2 * fabs(t));
}

typedef double exp_of_row(favor_precision precision, int64_t n, void *x, double scale, double top);

static void check_exp(exp_of_row *exp_row, int n) {
  float single[ROOM];
  double wide[ROOM], sum = 0, sum_wide = 0;
  for (int i = 0; i < n; i++) {
    single[i] = (float)(-1.7 * i);
    wide[i] = -14.0 * i;
  }
  const double got = exp_row(FAVOR_F32, n, single, 1, 0);
  const double got_wide = exp_row(FAVOR_F64, n, wide, 1, 0);
  for (int i = 0; i < n; i++) {
    const double t = (double)(float)(-1.7 * i), u = -14.0 * i;
    assert_true(fabs((double)single[i] - exp(t)) <= permitted(t, FLT_EPSILON) * exp(t));
    assert_true(fabs(wide[i] - exp(u)) <= permitted(u, DBL_EPSILON) * exp(u));
    sum += exp(t);
    sum_wide += exp(u);
  }
  assert_true(fabs(got - sum) <= 32 * (double)FLT_EPSILON * sum);
  assert_true(fabs(got_wide - sum_wide) <= 64 * DBL_EPSILON * sum_wide);
}

static void exp_is_exp_at_every_length_and_over_the_range(void **state) {
  (void)state;
  for (int n = 1; n < 48; n++) {
    check_exp(bench_wide_exp, n);
    check_exp(bench_narrow_exp, n);
  }
}

static void wide_exp_is_zero_below_the_range(void **state) {
  (void)state;
  float single[ROOM] = {-1000, -HUGE_VALF, 0, -2};
  double wide[ROOM] = {-1e4, -HUGE_VAL, 0, -2};
  assert_true(fabs(bench_wide_exp(FAVOR_F32, 4, single, 1, 0) - 1 - exp(-2)) < 1e-6);
  assert_true(fabs(bench_wide_exp(FAVOR_F64, 4, wide, 1, 0) - 1 - exp(-2)) < 1e-14);
  assert_true(single[0] <= 0 && single[1] <= 0 && wide[0] <= 0 && wide[1] <= 0);
  assert_true(single[2] >= 1 && wide[2] >= 1);
}

static void peak_does_at_least_the_flops_asked_for(void **state) {
  (void)state;
  const double did = bench_wide_peak(FAVOR_F32, 1e4), wide = bench_wide_peak(FAVOR_F64, 1e4);
  assert_true(did >= 1e4 && did < 2e4);
  assert_true(wide >= 1e4 && wide < 2e4);
}

/* Row i of head h by its definition. */
static void expected_row(const bench_blas *b, int64_t head, int64_t i, double *out) {
  const favor_attention_desc *d = &b->desc;
  const double *q = (const double *)b->q + head * d->q_stride[1] + i * d->q_stride[2];
  const int64_t kv = head / (d->heads / d->kv_heads);
  double total = 0;
  for (int64_t c = 0; c < d->dv; c++) out[c] = 0;
  for (int64_t j = 0; j < d->n_k; j++) {
    if (d->mask == FAVOR_MASK_CAUSAL && j > i + d->causal_offset) break;
    const double *k = (const double *)b->k + kv * d->k_stride[1] + j * d->k_stride[2];
    const double *v = (const double *)b->v + kv * d->v_stride[1] + j * d->v_stride[2];
    double dot = 0;
    for (int64_t c = 0; c < d->dim; c++) dot += q[c] * k[c];
    const double weight = exp(b->scale * dot);
    total += weight;
    for (int64_t c = 0; c < d->dv; c++) out[c] += weight * v[c];
  }
  for (int64_t c = 0; c < d->dv; c++) out[c] /= total;
}

static double *normal_rows(uint64_t seed, int64_t n) {
  double *x = malloc((size_t)n * sizeof *x);
  assert_non_null(x);
  test_rng rng;
  test_rng_seed(&rng, seed);
  test_rng_normals(&rng, n, x);
  return x;
}

/* Two key heads for four query heads, over several blocks of both sides. */
static void check_exact(int32_t mask, int64_t tokens) {
  enum { HEADS = 4, KV = 2, N_Q = 141, N_K = 530, DIM = 5, DV = 3 };
  double *q = normal_rows(1, HEADS * N_Q * DIM), *k = normal_rows(2, KV * N_K * DIM);
  double *v = normal_rows(3, KV * N_K * DV), *out = normal_rows(4, HEADS * N_Q * DV);
  bench_blas b = {.precision = FAVOR_F64,
                  .q = q,
                  .k = k,
                  .v = v,
                  .out = out,
                  .scale = 0.7,
                  .tokens = tokens,
                  .products = true,
                  .exponentials = true};
  assert_status(favor_attention_desc_init(&b.desc, 1, HEADS, N_Q, N_K, DIM, DV), FAVOR_OK);
  b.desc.kv_heads = KV;
  b.desc.mask = mask;
  assert_true(bench_blas_start(&b));
  bench_blas_exact(&b);
  for (int64_t h = 0; h < HEADS; h++)
    for (int64_t i = 0; i < N_Q; i++) {
      double expected[DV];
      expected_row(&b, h, i, expected);
      for (int64_t c = 0; c < DV; c++)
        assert_true(fabs(out[(h * N_Q + i) * DV + c] - expected[c]) < 1e-12);
    }
  bench_blas_end(&b);
  free(q);
  free(k);
  free(v);
  free(out);
}

static void exact_attention_on_the_blas_is_attention(void **state) {
  (void)state;
  check_exact(FAVOR_MASK_NONE, 0);
}

static void exact_attention_on_the_blas_sees_no_later_key(void **state) {
  (void)state;
  check_exact(FAVOR_MASK_CAUSAL, 0);
  check_exact(FAVOR_MASK_CAUSAL, 141);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_is_exp_at_every_length_and_over_the_range),
      cmocka_unit_test(wide_exp_is_zero_below_the_range),
      cmocka_unit_test(peak_does_at_least_the_flops_asked_for),
      cmocka_unit_test(exact_attention_on_the_blas_is_attention),
      cmocka_unit_test(exact_attention_on_the_blas_sees_no_later_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
