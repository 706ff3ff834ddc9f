/* SPDX-License-Identifier: MIT */
#include "attention/sums.h"

#include <math.h>
#include <string.h>

double favor_sums_reference(const favor_level *level, const favor_level *base, double keys) {
  double reference = keys > *level->reference ? keys : *level->reference;
  if (base && *base->reference > reference) reference = *base->reference;
  return reference;
}

void favor_sums_begin(favor_attend *a, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) a->top[i] = -INFINITY;
  memset(a->sums, 0, (size_t)(rows * a->ld) * a->table->real);
  memset(a->products, 0, (size_t)(rows * FAVOR_ATTEND_ROWS) * a->table->real);
}

void favor_sums_tops(favor_attend *a, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) {
    favor_real_set(a->precision, a->query.shift, i, a->top[i] - a->query.whole[i]);
  }
}

void favor_sums_raise(favor_attend *a, int64_t rows) {
  bool grown = false;
  for (int64_t i = 0; i < rows; ++i) {
    const double shift = favor_real_get(a->precision, a->query.shift, i) + a->query.whole[i];
    const double top = favor_bounded(a->precision, shift);
    const double power = a->top[i] - top;
    a->power[i] = power < -4000 ? -4000 : (int64_t)power;
    grown = grown || power != 0;
    a->top[i] = top;
    favor_real_set(a->precision, a->query.shift, i, a->query.whole[i] - top);
  }
  if (!grown) return;
  a->table->scale_rows(rows, a->dv + 1, a->power, a->sums, a->ld);
  a->table->scale_rows(rows, rows, a->power, a->products, FAVOR_ATTEND_ROWS);
}

void favor_sums_read(favor_attend *a, const favor_level *level, const favor_level *base,
                     const favor_walk *walk) {
  const int64_t rows = a->query.tile.rows, first = walk->first, columns = walk->columns;
  favor_level_gather(level, base, a->reference, a->c_new + first, first, columns, a->gathered);
  a->table->read(rows, columns, a->dv + 1, a->query.weights, a->query.tile.ldp, a->gathered, a->ld,
                 1, a->sums, a->ld);
}

void favor_sums_visible(favor_attend *a, int64_t keys, bool any_before) {
  bool visible = any_before;
  for (int64_t i = 0; i < a->query.tile.rows; ++i) {
    visible = visible || (i < keys && a->key.live[i]);
    a->visible[i] = visible;
  }
}

bool favor_sums_close(favor_attend *a, int64_t keys, double least) {
  const int64_t rows = a->query.tile.rows;
  a->table->read(rows, keys, a->dv + 1, a->products, FAVOR_ATTEND_ROWS, a->values, a->ld, 1,
                 a->sums, a->ld);
  for (int64_t i = 0; i < rows; ++i) {
    if (!a->visible[i] || !a->query.live[i]) continue;
    if (!(favor_real_get(a->precision, a->sums, i * a->ld + a->dv) >= least)) return false;
  }
  return true;
}
