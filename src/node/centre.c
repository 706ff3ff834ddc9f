/* SPDX-License-Identifier: MIT */
#include "node/centre.h"

#include <math.h>

#include "base/real.h"

static const double log2_e = 1.44269504088896340736;
static const double turns_per_radian = 0.15915494309189533577;

void favor_centre_layout(favor_leaf *leaf, favor_arena *arena) {
  leaf->tilts = favor_arena_offset(arena);
  favor_arena_take(arena, leaf->dim, 1, sizeof(double));
}

void favor_centre_tile_layout(favor_tile *tile, const favor_table *table, int64_t rows,
                              favor_arena *arena) {
  tile->second = favor_arena_take(arena, rows, tile->ldin, table->real);
}

/* Padding behind the last coordinate is zero, and stays zero in both. */
void favor_centre_split(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                        favor_side side, favor_tile *tile) {
  const favor_precision p = table->precision;
  const double *a = (const double *)(const void *)(base + leaf->tilts);
  for (int64_t i = 0; i < tile->rows; ++i) {
    for (int64_t l = 0; l < tile->ldin; ++l) {
      const int64_t at = i * tile->ldin + l;
      const double size = l < leaf->dim ? fabs(a[l]) : 1, in = favor_real_get(p, tile->in, at);
      const double value = side == FAVOR_QUERY ? in * size : in / size;
      const bool phase = l < leaf->dim && a[l] < 0;
      favor_real_set(p, tile->in, at, phase ? 0 : value);
      favor_real_set(p, tile->second, at, phase ? value : 0);
    }
  }
}

void favor_centre_norm_add(const favor_leaf *leaf, const unsigned char *base,
                           const favor_table *table, favor_side side, favor_tile *tile,
                           const void *x, int64_t ldx) {
  const favor_precision p = table->precision;
  const double *a = (const double *)(const void *)(base + leaf->tilts);
  const void *shift = base + leaf->side[side].shift[p];
  const double half = 0.5 * log2_e * leaf->gain * leaf->gain;
  for (int64_t i = 0; i < tile->rows; ++i) {
    double sum = 0;
    for (int64_t l = 0; l < leaf->dim; ++l) {
      const double v = favor_real_get(p, x, i * ldx + l) - favor_real_get(p, shift, l);
      const double scaled = side == FAVOR_QUERY ? v * a[l] : v / a[l];
      sum += a[l] < 0 ? scaled * scaled : -(scaled * scaled);
    }
    tile->dot[i] += half * sum;
  }
}

static void put_exponents(favor_precision p, int64_t columns, const void *t, const void *bias,
                          int64_t row, int64_t ld, void *e) {
  for (int64_t j = 0; j < columns; ++j) {
    const double value = log2_e * favor_real_get(p, t, row * ld + j) + favor_real_get(p, bias, j);
    favor_real_set(p, e, row * ld + 2 * j, value);
    favor_real_set(p, e, row * ld + 2 * j + 1, value);
  }
}

void favor_centre_panel(const favor_leaf *leaf, const favor_table *table, favor_tile *tile,
                        const void *w, const void *bias, int64_t packed, int64_t columns) {
  const favor_precision p = table->precision;
  const int64_t ld = tile->ldp;
  for (int64_t i = 0; i < tile->rows; ++i) {
    put_exponents(p, columns, tile->projected, bias, i, ld, tile->panel);
  }
  table->project(tile->rows, leaf->dim, tile->second, tile->ldin, w, packed, NULL, columns,
                 tile->projected, ld);
  for (int64_t i = 0; i < tile->rows; ++i) {
    for (int64_t j = i * ld; j < i * ld + columns; ++j) {
      favor_real_set(p, tile->projected, j,
                     turns_per_radian * favor_real_get(p, tile->projected, j));
    }
  }
  table->cosine_sine(tile->rows, columns, tile->projected, ld, tile->factor, ld);
}
