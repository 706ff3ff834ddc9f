/* SPDX-License-Identifier: MIT */
#include "support/attention_reference.h"

#include <math.h>
#include <stdlib.h>

/* Long doubles reach from exp(-11355) to exp(11355). A row whose scaled sum is above this has lost nothing
 * that counts: what vanished is below exp(-11355). Other rows are summed again around their own largest term. */
static const long double trusted = -5000;

static const long double nothing = -(long double)INFINITY;

static bool usable(const ref_sight *sight, int64_t j) {
  return !sight->log_weight || sight->log_weight[j] > -INFINITY;
}

static long double weight_of(const ref_sight *sight, int64_t j) {
  return sight->log_weight ? sight->log_weight[j] : 0;
}

bool ref_sees(const ref_sight *sight, int64_t i, int64_t j) {
  if (j >= sight->keys || !usable(sight, j)) return false;
  return !sight->causal || j - sight->offset <= i;
}

/* ---- linear attention ---- */

static const ref_feature *key_of(const ref_attention *a, int64_t j) {
  return a->k + j * a->features;
}

/** Column f of the keys divided by its largest entry; returns the logarithm of that. */
static long double scale_column(ref_attention *a, int64_t f) {
  long double top = nothing;
  for (int64_t j = 0; j < a->sight.keys; j++)
    if (usable(&a->sight, j) && key_of(a, j)[f].sign)
      top = fmaxl(top, key_of(a, j)[f].log + weight_of(&a->sight, j));
  for (int64_t j = 0; j < a->sight.keys; j++) {
    const ref_feature *k = key_of(a, j) + f;
    const bool there = usable(&a->sight, j) && k->sign;
    a->scaled_k[j * a->features + f] =
        there ? k->sign * expl(k->log + weight_of(&a->sight, j) - top) : 0;
  }
  return top;
}

/** Row i of the queries times the columns' largest entries, divided by its own largest. */
static void scale_row(ref_attention *a, int64_t i, const long double *column) {
  const ref_feature *q = a->q + i * a->features;
  long double top = nothing, *scaled = a->scaled_q + i * a->features;
  for (int64_t f = 0; f < a->features; f++)
    if (q[f].sign) top = fmaxl(top, q[f].log + column[f]);
  for (int64_t f = 0; f < a->features; f++)
    scaled[f] = q[f].sign && column[f] > nothing ? q[f].sign * expl(q[f].log + column[f] - top) : 0;
  a->top[i] = top;
}

void ref_attention_prepare(ref_attention *a) {
  const size_t features = (size_t)a->features, real = sizeof(long double);
  long double *column = malloc(real * (features + 1));
  a->scaled_k = malloc(real * ((size_t)a->sight.keys * features + 1));
  a->scaled_q = malloc(real * ((size_t)a->n_q * features + 1));
  a->top = malloc(real * ((size_t)a->n_q + 1));
  if (!column || !a->scaled_k || !a->scaled_q || !a->top) abort();
  for (int64_t f = 0; f < a->features; f++) column[f] = scale_column(a, f);
  for (int64_t i = 0; i < a->n_q; i++) scale_row(a, i, column);
  free(column);
}

void ref_attention_free(ref_attention *a) {
  free(a->scaled_k);
  free(a->scaled_q);
  free(a->top);
}

/** What a row has summed: all relative to exp(top). */
typedef struct sums {
  long double top, sum, magnitude, value;
  int64_t seen;
} sums;

static void add_value(sums *s, int64_t dv, const double *v, long double w, long double *out) {
  s->sum += w;
  for (int64_t l = 0; l < dv; l++) {
    out[l] += w * v[l];
    s->value = fmaxl(s->value, fabsl(v[l]));
  }
}

static sums begin(int64_t dv, long double top, long double *out) {
  for (int64_t l = 0; l < dv; l++) out[l] = 0;
  return (sums){top, 0, 0, 0, 0};
}

/** The row from the scaled features. */
static sums sum_scaled(const ref_attention *a, int64_t i, long double *out) {
  const long double *q = a->scaled_q + i * a->features;
  sums s = begin(a->dv, a->top[i], out);
  for (int64_t j = 0; j < a->sight.keys; j++) {
    const long double *k = a->scaled_k + j * a->features;
    long double w = 0, magnitude = 0;
    if (!ref_sees(&a->sight, i, j)) continue;
    for (int64_t f = 0; f < a->features; f++) {
      const long double term = q[f] * k[f];
      w += term;
      magnitude += fabsl(term);
    }
    s.seen++;
    s.magnitude += magnitude;
    add_value(&s, a->dv, a->v + j * a->dv, w, out);
  }
  return s;
}

/** The row term by term around the largest one. */
static sums sum_logarithms(const ref_attention *a, int64_t i, long double *out) {
  const ref_feature *q = a->q + i * a->features;
  long double top = nothing;
  for (int64_t j = 0; j < a->sight.keys; j++) {
    const ref_feature *k = key_of(a, j);
    if (!ref_sees(&a->sight, i, j)) continue;
    for (int64_t f = 0; f < a->features; f++)
      if (q[f].sign && k[f].sign) top = fmaxl(top, q[f].log + k[f].log + weight_of(&a->sight, j));
  }
  sums s = begin(a->dv, top, out);
  for (int64_t j = 0; j < a->sight.keys; j++) {
    const ref_feature *k = key_of(a, j);
    long double w = 0;
    if (!ref_sees(&a->sight, i, j)) continue;
    for (int64_t f = 0; f < a->features; f++) {
      if (!q[f].sign || !k[f].sign) continue;
      const long double term = expl(q[f].log + k[f].log + weight_of(&a->sight, j) - top);
      w += q[f].sign * k[f].sign * term;
      s.magnitude += term;
    }
    s.seen++;
    add_value(&s, a->dv, a->v + j * a->dv, w, out);
  }
  return s;
}

static ref_row finish(const sums *s, int64_t dv, long double *out) {
  const int sign = (s->sum > 0) - (s->sum < 0);
  for (int64_t l = 0; l < dv; l++) out[l] = sign > 0 ? out[l] / s->sum : 0;
  return (ref_row){s->seen, sign, sign ? s->top + logl(fabsl(s->sum)) : nothing,
                   sign ? s->magnitude / fabsl(s->sum) : (long double)INFINITY, s->value};
}

ref_row ref_attention_row(const ref_attention *a, int64_t i, long double *out) {
  sums s = sum_scaled(a, i, out);
  if (s.seen && !(s.magnitude > expl(trusted))) s = sum_logarithms(a, i, out);
  return finish(&s, a->dv, out);
}

/* ---- exact attention ---- */

ref_row ref_exact_row(const ref_exact *a, int64_t i, long double *out) {
  long double *log_w = malloc(sizeof *log_w * (size_t)(a->sight.keys + 1)), top = nothing;
  if (!log_w) abort();
  for (int64_t j = 0; j < a->sight.keys; j++) {
    if (!ref_sees(&a->sight, i, j)) continue;
    log_w[j] = weight_of(&a->sight, j) +
               ref_log_kernel(a->kernel, a->scale, a->dim, a->q + i * a->dim, a->k + j * a->dim);
    top = fmaxl(top, log_w[j]);
  }
  sums s = begin(a->dv, top, out);
  for (int64_t j = 0; j < a->sight.keys; j++) {
    if (!ref_sees(&a->sight, i, j)) continue;
    const long double w = log_w[j] > nothing ? expl(log_w[j] - top) : 0;
    s.seen++;
    s.magnitude += w;
    add_value(&s, a->dv, a->v + j * a->dv, w, out);
  }
  free(log_w);
  return finish(&s, a->dv, out);
}
