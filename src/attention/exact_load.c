/* SPDX-License-Identifier: MIT */
/* Queries and keys of a block, as they are computed with. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "attention/exact.h"
#include "attention/panel.h"
#include "map/rows.h"

static const double log2_e = 1.44269504088896340736;

static bool too_long(const favor_block *b, double norm2) {
  const double largest = b->call->scale > 1 ? b->call->scale : 1;
  return !(norm2 <=
           (b->call->problem.precision == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX) / largest);
}

static void clear_row(const favor_block *b, void *x, int64_t i, int64_t ld) {
  memset((unsigned char *)x + (size_t)(i * ld) * b->call->table->real, 0,
         (size_t)ld * b->call->table->real);
}

void favor_exact_load_queries(const favor_block *b) {
  const favor_attention_desc *d = &b->call->problem.d;
  favor_exact_slot *s = b->s;
  const void *q = favor_rows_at(b->call->problem.precision, b->span->q, b->query, d->q_stride[2]);
  b->call->table->load(b->rows, d->dim, q, d->q_stride[2], NULL, b->call->scale * log2_e, s->q,
                       s->ldin);
  b->call->table->row_scalars(b->rows, d->dim, q, d->q_stride[2], NULL, NULL, s->q_norm2, NULL);
  for (int64_t i = 0; i < b->rows; ++i) {
    s->q_bad[i] = too_long(b, s->q_norm2[i]);
    if (s->q_bad[i]) clear_row(b, s->q, i, s->ldin);
    s->seen[i] = s->poisoned[i] = 0;
    favor_real_set(b->call->problem.precision, s->top, i, -INFINITY);
  }
  for (int64_t j = 0; j < FAVOR_EXACT_KEYS; ++j) {
    favor_real_set(b->call->problem.precision, s->hidden, j, -INFINITY);
  }
  memset(s->sums, 0, (size_t)(b->rows * s->ld) * b->call->table->real);
}

static bool load_value(const favor_block *b, int64_t j) {
  const int64_t ld = b->s->ld;
  unsigned char *out = (unsigned char *)b->s->values + (size_t)(j * ld) * b->call->table->real;
  const void *v =
      favor_rows_at(b->call->problem.precision, b->span->k.v, b->key + j, b->span->k.ldv);
  return favor_value_load(b->call->problem.precision, b->call->problem.d.dv, ld, v, out);
}

/* Load one run of keys that may be read. */
static void load_run(const favor_block *b, int64_t j, int64_t count) {
  const favor_attention_desc *d = &b->call->problem.d;
  favor_exact_slot *s = b->s;
  const void *k =
      favor_rows_at(b->call->problem.precision, b->span->k.k, b->key + j, b->span->k.ldk);
  unsigned char *in = (unsigned char *)s->k + (size_t)(j * s->ldin) * b->call->table->real;
  b->call->table->load(count, d->dim, k, b->span->k.ldk, NULL, 1, in, s->ldin);
  b->call->table->row_scalars(count, d->dim, k, b->span->k.ldk, NULL, NULL, s->k_norm2 + j, NULL);
}

static double weight_of(const favor_block *b, int64_t j) {
  const favor_keys *k = &b->span->k;
  return k->log_weight ? (double)k->log_weight[(b->key + j) * k->weight_ld] : 0;
}

/* A key whose row is read by nobody, or only to poison. */
static void blank_key(const favor_block *b, int64_t j, bool masked) {
  favor_exact_slot *s = b->s;
  s->k_masked[j] = masked;
  s->k_bad[j] = !masked;
  s->bias[j] = 0;
  s->plain = false;
  clear_row(b, s->k, j, s->ldin);
  clear_row(b, s->values, j, s->ld);
}

/* What a key adds to its exponents, base 2, is its weight, and -scale |k|^2/2 of the Gaussian
 * kernel. */
void favor_exact_load_keys(const favor_block *b) {
  favor_exact_slot *s = b->s;
  const bool gaussian = b->call->target->id == FAVOR_KERNEL_GAUSSIAN;
  s->plain = true;
  for (int64_t j = 0; j < b->keys;) {
    int64_t end = j;
    while (end < b->keys && !(weight_of(b, end) == -INFINITY)) end += 1;
    if (end > j) load_run(b, j, end - j);
    for (; j < end; ++j) {
      const double w = weight_of(b, j);
      if (!load_value(b, j) || too_long(b, s->k_norm2[j]) || !isfinite(w)) {
        blank_key(b, j, false);
        continue;
      }
      s->k_masked[j] = s->k_bad[j] = 0;
      s->bias[j] = log2_e * (w - (gaussian ? 0.5 * b->call->scale * s->k_norm2[j] : 0));
    }
    if (j < b->keys) blank_key(b, j++, true);
  }
}

/* Columns [0, width) of packed keys from `count` rows of k; zeros where there are fewer. */
static void pack_f32(int64_t count, int64_t dim, const float *k, int64_t ldk, int64_t width,
                     float *out) {
  for (int64_t l = 0; l < dim; ++l, out += width) {
    for (int64_t j = 0; j < count; ++j) out[j] = k[j * ldk + l];
    for (int64_t j = count; j < width; ++j) out[j] = 0;
  }
}

static void pack_f64(int64_t count, int64_t dim, const double *k, int64_t ldk, int64_t width,
                     double *out) {
  for (int64_t l = 0; l < dim; ++l, out += width) {
    for (int64_t j = 0; j < count; ++j) out[j] = k[j * ldk + l];
    for (int64_t j = count; j < width; ++j) out[j] = 0;
  }
}

int64_t favor_exact_pack(const favor_block *b) {
  favor_exact_slot *s = b->s;
  const favor_precision p = b->call->problem.precision;
  const int64_t dim = b->call->problem.d.dim, columns = favor_pack_columns(b->keys);
  const int64_t panel = favor_pack_panel(b->call->table, columns);
  for (int64_t first = 0; first < columns; first += panel) {
    const int64_t width = columns - first < panel ? columns - first : panel;
    const int64_t count = b->keys - first < width ? b->keys - first : width;
    if (p == FAVOR_F32) {
      pack_f32(count, dim, (const float *)s->k + first * s->ldin, s->ldin, width,
               (float *)s->packed + first * dim);
    } else {
      pack_f64(count, dim, (const double *)s->k + first * s->ldin, s->ldin, width,
               (double *)s->packed + first * dim);
    }
  }
  s->biased = false;
  for (int64_t j = 0; j < columns; ++j) {
    const double bias = j < b->keys ? s->bias[j] : 0, whole = floor(bias);
    s->biased = s->biased || whole != 0;
    favor_real_set(p, s->whole, j, favor_bounded(p, whole));
    favor_real_set(p, s->part, j, bias - whole);
  }
  return columns;
}
