/* SPDX-License-Identifier: MIT */
#include "attention/judge.h"

/** Features, conditions and the reference of one head. */
typedef struct bench {
  const head *h;
  ref_feature *q, *k;
  ref_attention linear;
  ref_exact exact;
  long double key_condition, key_scalar, key_weight; /* largest over the keys */
} bench;

static void *room(size_t element, int64_t n) {
  void *p = malloc(element * (size_t)n + 1);
  assert_non_null(p);
  return p;
}

static bool finite_row(const double *x, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    if (!isfinite(x[k])) return false;
  return true;
}

/** Largest condition, scalar and weight of the keys that anybody may see. */
static void weigh_keys(bench *b) {
  const head *h = b->h;
  for (int64_t j = 0; j < h->sight.keys; j++) {
    const double *x = h->k + j * h->dim;
    if (!finite_row(x, h->dim)) continue;
    if (h->sight.log_weight && h->sight.log_weight[j] == -INFINITY) continue;
    b->key_condition = fmaxl(b->key_condition, model_condition(h->m, FAVOR_KEY, x));
    b->key_scalar = fmaxl(b->key_scalar, model_magnitude(h->m, FAVOR_KEY, x));
    /* Weights far below all others' leave nothing to round. */
    if (h->sight.log_weight && h->sight.log_weight[j] > -1e5)
      b->key_weight = fmaxl(b->key_weight, fabs(h->sight.log_weight[j]));
  }
}

static void bench_open(bench *b, const head *h) {
  *b = (bench){.h = h};
  if (!h->m) {
    b->exact = (ref_exact){h->kernel, h->scale, h->dim, h->dv, h->q, h->k, h->v, h->sight};
    return;
  }
  b->q = room(sizeof *b->q, h->n_q * h->m->features);
  b->k = room(sizeof *b->k, h->sight.keys * h->m->features);
  model_features(h->m, FAVOR_QUERY, h->n_q, h->q, b->q);
  model_features(h->m, FAVOR_KEY, h->sight.keys, h->k, b->k);
  b->linear = (ref_attention){.n_q = h->n_q,
                              .features = h->m->features,
                              .dv = h->dv,
                              .q = b->q,
                              .k = b->k,
                              .v = h->v,
                              .sight = h->sight};
  ref_attention_prepare(&b->linear);
  weigh_keys(b);
}

static void bench_close(bench *b) {
  if (!b->h->m) return;
  ref_attention_free(&b->linear);
  free(b->q);
  free(b->k);
}

static ref_row expected_row(const bench *b, int64_t i, long double *out) {
  return b->h->m ? ref_attention_row(&b->linear, i, out) : ref_exact_row(&b->exact, i, out);
}

/** The size of the exponents of a row: |x||y| with its largest key, whose product rounds in proportion; of the
 *  arc-cosine kernel, which is proportional to |x||y|, the logarithm of that. */
static long double product_scale(const head *h, const double *x) {
  long double largest = 0, norm2 = 0;
  for (int64_t l = 0; l < h->dim; l++) norm2 += (long double)x[l] * x[l];
  for (int64_t j = 0; j < h->sight.keys; j++) {
    long double sum = 0;
    for (int64_t l = 0; l < h->dim; l++)
      sum += (long double)h->k[j * h->dim + l] * h->k[j * h->dim + l];
    if (isfinite(sum)) largest = fmaxl(largest, sum);
  }
  const long double size = h->scale * sqrtl(norm2 * largest);
  return h->kernel == FAVOR_KERNEL_ARCCOS1 && size > 0 ? fabsl(logl(size)) : size;
}

/** Bound on the relative error of row i's terms, each in units of its envelope. */
static long double term_bound(const bench *b, int64_t i) {
  const head *h = b->h;
  const double *x = h->q + i * h->dim;
  const bool single = h->precision == FAVOR_F32;
  const long double u = single ? 0x1p-24L : 0x1p-53L, least = single ? 0 : 1e-12L;
  if (!h->m) return fmaxl(least, JUDGE_C * u * (1 + product_scale(h, x)));
  const long double condition = model_condition(h->m, FAVOR_QUERY, x) + b->key_condition;
  const long double scalar = model_magnitude(h->m, FAVOR_QUERY, x) + b->key_scalar;
  if (single) return JUDGE_C * (0x1p-24L * condition + 0x1p-53L * (scalar + b->key_weight));
  return fmaxl(1e-12L, JUDGE_C * 0x1p-53L * (condition + scalar));
}

static void check_zeros(const head *h, const void *out, int64_t at) {
  for (int64_t l = 0; l < h->dv; l++) assert_true(real_get(h->precision, out, at + l) == 0);
}

static void complain(const head *h, int64_t i, const char *what, long double got,
                     long double expected, long double bound) {
  print_error("row %d of %d (%d keys, float%d): %s is %.17Lg, expected %.17Lg, bound %.3Lg\n",
              (int)i, (int)h->n_q, (int)h->sight.keys, h->precision == FAVOR_F32 ? 32 : 64, what,
              got, expected, bound);
  fail();
}

static void compare_row(verdict *v, const head *h, int64_t i, const ref_row *r, const void *out,
                        int64_t at, const double *log_norm, const long double *expected,
                        long double relative) {
  const long double bound = fminl(expm1l(relative) * r->kappa, 2) * r->value;
  for (int64_t l = 0; l < h->dv; l++) {
    const long double got = real_get(h->precision, out, at + l), e = fabsl(got - expected[l]);
    if (!(e <= bound)) complain(h, i, "an output", got, expected[l], bound);
    if (bound > 0) v->worst = fmax(v->worst, (double)(e / bound));
  }
  if (log_norm) {
    const long double apart = fabsl(log_norm[i] - r->log_norm);
    const long double most = expm1l(relative) * r->kappa + 0x1p-51L * fabsl(r->log_norm);
    if (!(apart <= most)) complain(h, i, "log_norm", log_norm[i], r->log_norm, most);
    v->worst_norm = fmax(v->worst_norm, (double)(apart / most));
  }
  v->rows++;
}

static void judge_row(verdict *v, const bench *b, int64_t i, const void *out, int64_t at,
                      const double *log_norm, long double *expected) {
  const head *h = b->h;
  const ref_row r = expected_row(b, i, expected);
  const long double relative = term_bound(b, i);
  if (r.seen == 0) {
    v->masked++;
    check_zeros(h, out, at);
    if (log_norm) assert_true(log_norm[i] == -INFINITY);
  } else if (r.sign != 0 && r.kappa > (h->precision == FAVOR_F64 ? 1e6L : .01L / relative) &&
             r.kappa > 1.5L) {
    v->unsure++;
    for (int64_t l = 0; l < h->dv; l++) assert_true(isfinite(real_get(h->precision, out, at + l)));
  } else if (r.sign <= 0) {
    v->nonpositive++;
    check_zeros(h, out, at);
  } else {
    compare_row(v, h, i, &r, out, at, log_norm, expected, relative);
  }
}

void judge(verdict *v, const head *h, const void *out, int64_t ldo, const double *log_norm) {
  bench b;
  long double *expected = room(sizeof *expected, h->dv);
  bench_open(&b, h);
  for (int64_t i = 0; i < h->n_q; i++) judge_row(v, &b, i, out, i * ldo, log_norm, expected);
  bench_close(&b);
  free(expected);
}

void judge_report(const verdict *v, const favor_report *report) {
  assert_int_equal(report->rows_masked, v->masked);
  assert_int_equal(report->rows_nonfinite, 0);
  assert_true(report->rows_nonpositive >= v->nonpositive);
  assert_true(report->rows_nonpositive <= v->nonpositive + v->unsure);
  const bool any = v->masked > 0 || report->rows_nonpositive > 0;
  assert_true(any ? report->first_row >= 0 : report->first_row == -1);
}

void judge_status(const verdict *v, favor_status status) {
  if (v->unsure > 0 && v->nonpositive == 0)
    assert_true(status == FAVOR_OK || status == FAVOR_NOTE_NONPOSITIVE);
  else
    assert_status(status, v->nonpositive > 0 ? FAVOR_NOTE_NONPOSITIVE : FAVOR_OK);
}

void judge_add(verdict *v, const verdict *more) {
  v->worst = fmax(v->worst, more->worst);
  v->worst_norm = fmax(v->worst_norm, more->worst_norm);
  v->rows += more->rows;
  v->masked += more->masked;
  v->nonpositive += more->nonpositive;
  v->unsure += more->unsure;
}
