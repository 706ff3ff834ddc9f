/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <string.h>

#include "attention/exact.h"
#include "attention/panel.h"

static const double log2_e = 1.44269504088896340736, ln_2 = 0.69314718055994530942;

void favor_exact_layout(favor_exact_slot *s, const favor_attention_problem *p, favor_arena *arena) {
  const int64_t rows = FAVOR_EXACT_ROWS;
  s->ldin = (p->d.dim + 15) / 16 * 16;
  s->ld = favor_level_ld(p->d.dv);
  s->q = favor_arena_take(arena, rows, s->ldin, p->real);
  s->k = favor_arena_take(arena, rows, s->ldin, p->real);
  s->values = favor_arena_take(arena, rows, s->ld, p->real);
  s->weights = favor_arena_take(arena, rows, rows, p->real);
  s->sums = favor_arena_take(arena, rows, s->ld, p->real);
  s->top = favor_arena_take(arena, rows, 1, p->real);
  s->shift = favor_arena_take(arena, rows, 1, p->real);
  s->q_norm2 = favor_arena_take(arena, rows, 1, sizeof(double));
  s->k_norm2 = favor_arena_take(arena, rows, 1, sizeof(double));
  s->bias = favor_arena_take(arena, rows, 1, sizeof(double));
  s->power = favor_arena_take(arena, rows, 1, sizeof(int64_t));
  s->q_bad = favor_arena_take(arena, rows, 1, 1);
  s->k_bad = favor_arena_take(arena, rows, 1, 1);
  s->k_masked = favor_arena_take(arena, rows, 1, 1);
  s->seen = favor_arena_take(arena, rows, 1, 1);
  s->poisoned = favor_arena_take(arena, rows, 1, 1);
}

/* One block at work. */
typedef struct favor_block {
  favor_exact_call *call;
  favor_exact_slot *s;
  const favor_span *span;
  int64_t query, rows; /* queries [query, query + rows) */
  int64_t key, keys;   /* keys [key, key + keys) */
} favor_block;

static const void *row_at(const favor_block *b, const void *x, int64_t row, int64_t ld) {
  return (const unsigned char *)x + (size_t)row * (size_t)ld * b->call->table->real;
}

static bool too_long(const favor_block *b, double norm2) {
  const double largest = b->call->scale > 1 ? b->call->scale : 1;
  return !(norm2 <=
           (b->call->problem.precision == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX) / largest);
}

static void clear_row(const favor_block *b, void *x, int64_t i, int64_t ld) {
  memset((unsigned char *)x + (size_t)(i * ld) * b->call->table->real, 0,
         (size_t)ld * b->call->table->real);
}

static void load_queries(const favor_block *b) {
  const favor_attention_desc *d = &b->call->problem.d;
  favor_exact_slot *s = b->s;
  const void *q = row_at(b, b->span->q, b->query, d->q_stride[2]);
  b->call->table->load(b->rows, d->dim, q, d->q_stride[2], NULL, b->call->scale * log2_e, s->q,
                       s->ldin);
  b->call->table->row_scalars(b->rows, d->dim, q, d->q_stride[2], NULL, NULL, s->q_norm2, NULL);
  for (int64_t i = 0; i < b->rows; ++i) {
    s->q_bad[i] = too_long(b, s->q_norm2[i]);
    if (s->q_bad[i]) clear_row(b, s->q, i, s->ldin);
    s->seen[i] = s->poisoned[i] = 0;
    favor_real_set(b->call->problem.precision, s->top, i, -INFINITY);
  }
  memset(s->sums, 0, (size_t)(b->rows * s->ld) * b->call->table->real);
}

static bool load_value(const favor_block *b, int64_t j) {
  const int64_t ld = b->s->ld;
  unsigned char *out = (unsigned char *)b->s->values + (size_t)(j * ld) * b->call->table->real;
  const void *v = row_at(b, b->span->k.v, b->key + j, b->span->k.ldv);
  return favor_value_load(b->call->problem.precision, b->call->problem.d.dv, ld, v, out);
}

/* Load one run of keys that may be read. */
static void load_run(const favor_block *b, int64_t j, int64_t count) {
  const favor_attention_desc *d = &b->call->problem.d;
  favor_exact_slot *s = b->s;
  const void *k = row_at(b, b->span->k.k, b->key + j, b->span->k.ldk);
  unsigned char *in = (unsigned char *)s->k + (size_t)(j * s->ldin) * b->call->table->real;
  b->call->table->load(count, d->dim, k, b->span->k.ldk, NULL, 1, in, s->ldin);
  b->call->table->row_scalars(count, d->dim, k, b->span->k.ldk, NULL, NULL, s->k_norm2 + j, NULL);
}

static double weight_of(const favor_block *b, int64_t j) {
  const favor_keys *k = &b->span->k;
  return k->log_weight ? (double)k->log_weight[(b->key + j) * k->weight_ld] : 0;
}

/* What a key adds to its exponents, base 2: its weight, and -scale |k|^2/2 of the Gaussian kernel.
 * */
static void load_keys(const favor_block *b) {
  favor_exact_slot *s = b->s;
  const bool gaussian = b->call->target->id == FAVOR_KERNEL_GAUSSIAN;
  for (int64_t j = 0; j < b->keys;) {
    int64_t end = j;
    while (end < b->keys && !(weight_of(b, end) == -INFINITY)) end += 1;
    if (end > j) load_run(b, j, end - j);
    for (; j < end; ++j) {
      const double w = weight_of(b, j);
      const bool value_ok = load_value(b, j);
      s->k_masked[j] = 0;
      s->k_bad[j] = too_long(b, s->k_norm2[j]) || !value_ok || !isfinite(w);
      s->bias[j] = log2_e * (w - (gaussian ? 0.5 * b->call->scale * s->k_norm2[j] : 0));
      if (!s->k_bad[j]) continue;
      clear_row(b, s->k, j, s->ldin);
      clear_row(b, s->values, j, s->ld);
      s->bias[j] = 0;
    }
    if (j == b->keys) break;
    s->k_masked[j] = 1;
    s->k_bad[j] = 0;
    s->bias[j] = 0;
    clear_row(b, s->k, j, s->ldin);
    clear_row(b, s->values, j, s->ld);
    j += 1;
  }
}

/* Exponents of a kernel that is not an exponential of a product: pair by pair. */
static void kernel_exponents(const favor_block *b) {
  const favor_attention_desc *d = &b->call->problem.d;
  const favor_precision p = b->call->problem.precision;
  for (int64_t i = 0; i < b->rows; ++i) {
    favor_pair pair = {.precision = p, .dim = d->dim, .norm_x = sqrt(b->s->q_norm2[i])};
    pair.x = row_at(b, b->span->q, b->query + i, d->q_stride[2]);
    for (int64_t j = 0; j < b->keys; ++j) {
      if (b->s->q_bad[i] || b->s->k_bad[j] || b->s->k_masked[j]) continue;
      pair.y = row_at(b, b->span->k.k, b->key + j, b->span->k.ldk);
      pair.norm_y = sqrt(b->s->k_norm2[j]);
      favor_real_set(p, b->s->weights, i * FAVOR_EXACT_ROWS + j,
                     log2_e * b->call->target->exact_log(&pair, b->call->scale) + b->s->bias[j]);
    }
  }
}

/* Each row of exponents begins as what the keys add to it. */
static bool set_biases(const favor_block *b) {
  const size_t bytes = (size_t)FAVOR_EXACT_ROWS * b->call->table->real;
  bool any = false;
  for (int64_t j = 0; j < b->keys; ++j) {
    any = any || b->s->bias[j] != 0;
    favor_real_set(b->call->problem.precision, b->s->weights, j, b->s->bias[j]);
  }
  for (int64_t i = 1; any && i < b->rows; ++i) {
    memcpy((unsigned char *)b->s->weights + (size_t)i * bytes, b->s->weights, bytes);
  }
  return any;
}

static void exponents(const favor_block *b) {
  if (!b->call->target->terms) {
    kernel_exponents(b);
    return;
  }
  const bool any = set_biases(b);
  b->call->table->product(b->rows, b->keys, b->call->problem.d.dim, b->s->q, b->s->ldin, b->s->k,
                          b->s->ldin, any, b->s->weights, FAVOR_EXACT_ROWS);
}

/* Keys [0, visible) of the block are seen by row i: mask the others before any maximum is taken. */
static void mask_row(const favor_block *b, int64_t i, int64_t visible) {
  for (int64_t j = 0; j < b->keys; ++j) {
    const bool shown = j < visible && !b->s->k_masked[j];
    if (shown && b->s->k_bad[j]) b->s->poisoned[i] = 1;
    if (shown && !b->s->k_bad[j]) {
      b->s->seen[i] = 1;
    } else {
      favor_real_set(b->call->problem.precision, b->s->weights, i * FAVOR_EXACT_ROWS + j,
                     -INFINITY);
    }
  }
}

static void mask_block(const favor_block *b) {
  bool plain = true;
  for (int64_t j = 0; j < b->keys; ++j) plain = plain && !b->s->k_bad[j] && !b->s->k_masked[j];
  for (int64_t i = 0; i < b->rows; ++i) {
    int64_t visible = b->keys;
    if (b->call->problem.d.mask == FAVOR_MASK_CAUSAL) {
      const int64_t last = b->query + i + b->span->offset;
      visible = last < b->key ? 0 : last - b->key + 1 < b->keys ? last - b->key + 1 : b->keys;
    }
    if (plain && visible == b->keys) {
      b->s->seen[i] = 1;
    } else {
      mask_row(b, i, visible);
    }
  }
}

/* Raise the rows' integer maxima, rescale their sums, turn exponents into weights. */
static void weigh(const favor_block *b) {
  favor_exact_slot *s = b->s;
  const favor_precision p = b->call->problem.precision;
  memcpy(s->shift, s->top, (size_t)b->rows * b->call->table->real);
  b->call->table->row_max(b->rows, b->keys, s->weights, FAVOR_EXACT_ROWS, s->shift);
  for (int64_t i = 0; i < b->rows; ++i) {
    const double old = favor_real_get(p, s->top, i), top = floor(favor_real_get(p, s->shift, i));
    const double power = isinf(old) ? 0 : old - top;
    s->power[i] = power < -4000 ? -4000 : (int64_t)power;
    favor_real_set(p, s->top, i, top);
    favor_real_set(p, s->shift, i, isinf(top) ? 0 : -top);
  }
  b->call->table->scale_rows(b->rows, b->call->problem.d.dv + 1, s->power, s->sums, s->ld);
  b->call->table->exp2(b->rows, b->keys, s->weights, FAVOR_EXACT_ROWS, NULL, s->shift, NULL,
                       s->weights, FAVOR_EXACT_ROWS);
}

static void put_row(const favor_block *b, int64_t i) {
  favor_exact_slot *s = b->s;
  favor_exact_call *call = b->call;
  const favor_precision p = call->problem.precision;
  const int64_t row = b->query + i, dv = call->problem.d.dv,
                at = row * call->problem.d.out_stride[2];
  const double below = favor_real_get(p, s->sums, i * s->ld + dv);
  const bool bad = s->q_bad[i] || s->poisoned[i], blank = !s->seen[i] || !(below > 0);
  if (bad) {
    favor_tally_row(&call->tally.nonfinite, b->span->row + row);
  } else if (blank) {
    favor_tally_row(s->seen[i] ? &call->tally.nonpositive : &call->tally.masked,
                    b->span->row + row);
  }
  const double scale = bad ? NAN : blank ? 0 : 1 / below;
  for (int64_t l = 0; l < dv; ++l) {
    const double sum = bad || blank ? 1 : favor_real_get(p, s->sums, i * s->ld + l);
    favor_real_set(p, b->span->out, at + l, scale * sum);
  }
  if (!b->span->log_norm) return;
  const double own =
      call->target->id == FAVOR_KERNEL_GAUSSIAN ? -0.5 * call->scale * s->q_norm2[i] : 0;
  const double norm = ln_2 * (log2(below) + favor_real_get(p, s->top, i)) + own;
  b->span->log_norm[row] = bad ? NAN : !s->seen[i] ? -INFINITY : blank ? NAN : norm;
}

void favor_exact_item(void *ctx, int64_t slot, int64_t item) {
  favor_exact_call *call = ctx;
  favor_exact_slot s;
  const favor_attention_desc *d = &call->problem.d;
  const int64_t block = item % call->blocks, head = item / call->blocks % d->heads;
  const int64_t batch = item / call->blocks / d->heads;
  const favor_span span =
      favor_problem_span(&call->problem, batch, head, head / (d->heads / d->kv_heads));
  favor_arena arena =
      favor_arena_over(call->memory + (size_t)slot * call->slot_bytes, call->slot_bytes);
  favor_exact_layout(&s, &call->problem, &arena);
  favor_block b = {.call = call, .s = &s, .span = &span, .query = block * FAVOR_EXACT_ROWS};
  b.rows = span.queries - b.query < FAVOR_EXACT_ROWS ? span.queries - b.query : FAVOR_EXACT_ROWS;
  if (b.rows <= 0) return;
  load_queries(&b);
  int64_t keys = span.keys;
  if (d->mask == FAVOR_MASK_CAUSAL && b.query + b.rows + span.offset < keys) {
    keys = b.query + b.rows + span.offset;
  }
  for (b.key = 0; b.key < keys; b.key += FAVOR_EXACT_ROWS) {
    b.keys = keys - b.key < FAVOR_EXACT_ROWS ? keys - b.key : FAVOR_EXACT_ROWS;
    load_keys(&b);
    exponents(&b);
    mask_block(&b);
    weigh(&b);
    call->table->read(b.rows, b.keys, d->dv + 1, s.weights, FAVOR_EXACT_ROWS, s.values, s.ld, 1,
                      s.sums, s.ld);
  }
  for (int64_t i = 0; i < b.rows; ++i) put_row(&b, i);
}
