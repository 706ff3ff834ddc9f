/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "attention/exact.h"
#include "attention/panel.h"
#include "map/rows.h"

static const double log2_e = 1.44269504088896340736, ln_2 = 0.69314718055994530942;

void favor_exact_layout(favor_exact_slot *s, const favor_attention_problem *p, favor_arena *arena) {
  const int64_t rows = FAVOR_EXACT_QUERIES, keys = FAVOR_EXACT_KEYS;
  s->ldin = (p->d.dim + 15) / 16 * 16;
  s->ld = favor_level_ld(p->d.dv);
  s->q = favor_arena_take(arena, rows, s->ldin, p->real);
  s->k = favor_arena_take(arena, keys, s->ldin, p->real);
  s->packed = favor_arena_take(arena, keys, p->d.dim, p->real);
  s->whole = favor_arena_take(arena, keys, 1, p->real);
  s->part = favor_arena_take(arena, keys, 1, p->real);
  s->values = favor_arena_take(arena, keys, s->ld, p->real);
  s->weights = favor_arena_take(arena, rows, keys, p->real);
  s->hidden = favor_arena_take(arena, keys, 1, p->real);
  s->sums = favor_arena_take(arena, rows, s->ld, p->real);
  s->top = favor_arena_take(arena, rows, 1, p->real);
  s->shift = favor_arena_take(arena, rows, 1, p->real);
  s->q_norm2 = favor_arena_take(arena, rows, 1, sizeof(double));
  s->k_norm2 = favor_arena_take(arena, keys, 1, sizeof(double));
  s->bias = favor_arena_take(arena, keys, 1, sizeof(double));
  s->power = favor_arena_take(arena, rows, 1, sizeof(int64_t));
  s->q_bad = favor_arena_take(arena, rows, 1, 1);
  s->k_bad = favor_arena_take(arena, keys, 1, 1);
  s->k_masked = favor_arena_take(arena, keys, 1, 1);
  s->seen = favor_arena_take(arena, rows, 1, 1);
  s->poisoned = favor_arena_take(arena, rows, 1, 1);
}

/* Exponents of a kernel that is not an exponential of a product: pair by pair. */
static void kernel_exponents(const favor_block *b) {
  const favor_attention_desc *d = &b->call->problem.d;
  const favor_precision p = b->call->problem.precision;
  for (int64_t i = 0; i < b->rows; ++i) {
    favor_pair pair = {.precision = p, .dim = d->dim, .norm_x = sqrt(b->s->q_norm2[i])};
    pair.x = favor_rows_at(b->call->problem.precision, b->span->q, b->query + i, d->q_stride[2]);
    for (int64_t j = 0; j < b->keys; ++j) {
      if (b->s->q_bad[i] || b->s->k_bad[j] || b->s->k_masked[j]) continue;
      pair.y = favor_rows_at(b->call->problem.precision, b->span->k.k, b->key + j, b->span->k.ldk);
      pair.norm_y = sqrt(b->s->k_norm2[j]);
      favor_real_set(p, b->s->weights, i * FAVOR_EXACT_KEYS + j,
                     log2_e * b->call->target->exact_log(&pair, b->call->scale) + b->s->bias[j]);
    }
  }
}

static void exponents(const favor_block *b) {
  const favor_exact_slot *s = b->s;
  if (!b->call->target->terms) {
    b->s->biased = false;
    kernel_exponents(b);
    return;
  }
  const int64_t columns = favor_exact_pack(b);
  b->call->table->project(b->rows, b->call->problem.d.dim, s->q, s->ldin, s->packed,
                          favor_pack_panel(b->call->table, columns), s->part, columns, s->weights,
                          FAVOR_EXACT_KEYS);
}

static void hide(const favor_block *b, int64_t i, int64_t first, int64_t end) {
  const size_t real = b->call->table->real;
  memcpy((unsigned char *)b->s->weights + (size_t)(i * FAVOR_EXACT_KEYS + first) * real,
         b->s->hidden, (size_t)(end - first) * real);
}

/* Keys [0, visible) of the block are seen by row i: mask the others before any maximum is taken. */
static void mask_row(const favor_block *b, int64_t i, int64_t visible) {
  favor_exact_slot *s = b->s;
  if (s->plain) s->seen[i] = s->seen[i] || visible > 0;
  for (int64_t j = 0; j < visible && !s->plain; ++j) {
    if (s->k_bad[j]) s->poisoned[i] = 1;
    if (s->k_bad[j] || s->k_masked[j]) {
      hide(b, i, j, j + 1);
    } else {
      s->seen[i] = 1;
    }
  }
  hide(b, i, visible, b->keys);
}

static void mask_block(const favor_block *b) {
  for (int64_t i = 0; i < b->rows; ++i) {
    int64_t visible = b->keys;
    if (b->call->problem.d.mask == FAVOR_MASK_CAUSAL) {
      const int64_t last = b->query + i + b->span->offset;
      visible = last < b->key ? 0 : last - b->key + 1 < b->keys ? last - b->key + 1 : b->keys;
    }
    mask_row(b, i, visible);
  }
}

/* Raise the rows' integer maxima, rescale their sums, turn exponents into weights. */
static void weigh(const favor_block *b) {
  favor_exact_slot *s = b->s;
  const favor_precision p = b->call->problem.precision;
  memcpy(s->shift, s->top, (size_t)b->rows * b->call->table->real);
  if (s->biased) {
    b->call->table->row_top(b->rows, b->keys, s->weights, FAVOR_EXACT_KEYS, s->whole, s->shift);
  } else {
    b->call->table->row_max(b->rows, b->keys, s->weights, FAVOR_EXACT_KEYS, s->shift);
  }
  for (int64_t i = 0; i < b->rows; ++i) {
    const double old = favor_real_get(p, s->top, i), top = floor(favor_real_get(p, s->shift, i));
    const double power = isinf(old) ? 0 : old - top;
    s->power[i] = power < -4000 ? -4000 : (int64_t)power;
    favor_real_set(p, s->top, i, top);
    favor_real_set(p, s->shift, i, isinf(top) ? 0 : -top);
  }
  b->call->table->scale_rows(b->rows, b->call->problem.d.dv + 1, s->power, s->sums, s->ld);
  if (s->biased) {
    b->call->table->weigh(b->rows, b->keys, s->weights, FAVOR_EXACT_KEYS, NULL, s->shift, s->whole,
                          true, s->weights, FAVOR_EXACT_KEYS);
  } else {
    b->call->table->exp2(b->rows, b->keys, s->weights, FAVOR_EXACT_KEYS, NULL, s->shift, NULL,
                         s->weights, FAVOR_EXACT_KEYS);
  }
}

/* Sums in float32 take few terms one after the other, whatever adds them up. */
static void add_values(const favor_block *b) {
  const favor_exact_slot *s = b->s;
  const int64_t real = (int64_t)b->call->table->real;
  for (int64_t j = 0; j < b->keys; j += FAVOR_EXACT_RUN) {
    const int64_t count = b->keys - j < FAVOR_EXACT_RUN ? b->keys - j : FAVOR_EXACT_RUN;
    b->call->table->read(b->rows, count, b->call->problem.d.dv + 1,
                         (unsigned char *)s->weights + j * real, FAVOR_EXACT_KEYS,
                         (unsigned char *)s->values + j * s->ld * real, s->ld, 1, s->sums, s->ld);
  }
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
  favor_block b = {.call = call, .s = &s, .span = &span, .query = block * call->height};
  b.rows = span.queries - b.query < call->height ? span.queries - b.query : call->height;
  if (b.rows <= 0) return;
  favor_exact_load_queries(&b);
  int64_t keys = span.keys;
  if (d->mask == FAVOR_MASK_CAUSAL && b.query + b.rows + span.offset < keys) {
    keys = b.query + b.rows + span.offset;
  }
  for (b.key = 0; b.key < keys; b.key += FAVOR_EXACT_KEYS) {
    b.keys = keys - b.key < FAVOR_EXACT_KEYS ? keys - b.key : FAVOR_EXACT_KEYS;
    favor_exact_load_keys(&b);
    exponents(&b);
    mask_block(&b);
    weigh(&b);
    add_values(&b);
  }
  for (int64_t i = 0; i < b.rows; ++i) put_row(&b, i);
}
