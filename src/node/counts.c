/* SPDX-License-Identifier: MIT */
#include "node/counts.h"

#include <math.h>
#include <string.h>

#include "base/counts.h"
#include "base/real.h"

/* log2 0: finite, so that a count of 0 leaves it out; beyond all sums of other logarithms. */
static const double log2_zero = -1e30;

void favor_counts_layout(favor_leaf *leaf, favor_arena *arena) {
  leaf->tilts = favor_arena_offset(arena);
  favor_arena_take(arena, leaf->dim, 1, sizeof(double));
}

void favor_counts_put_row(favor_leaf *leaf, unsigned char *base, int64_t j, const double *w) {
  static const double log2_e = 1.44269504088896340736;
  double log_factorials = 0;
  for (int64_t l = 0; leaf->counts == FAVOR_COUNTS_GEOMETRIC && l < leaf->dim; ++l) {
    /* Products of a few factors at a time stay far below the range. */
    double product = 1;
    for (double k = 2; k <= w[l]; ++k) {
      product *= k;
      if (product < 1e250) continue;
      log_factorials += favor_rng_log(product);
      product = 1;
    }
    log_factorials += favor_rng_log(product);
  }
  for (int p = 0; p < 2; ++p) {
    favor_real_set((favor_precision)p, base + leaf->bias[p], j, -0.5 * log2_e * log_factorials);
  }
}

void favor_counts_tile_layout(favor_tile *tile, const favor_table *table, int64_t rows,
                              favor_arena *arena) {
  tile->second = favor_arena_take(arena, rows, tile->ldin, table->real);
}

void favor_counts_load(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                       favor_tile *tile) {
  const favor_precision p = table->precision;
  const double *a = (const double *)(const void *)(base + leaf->tilts);
  tile->any_negative = false;
  memset(tile->second, 0, (size_t)(tile->rows * tile->ldin) * table->real);
  for (int64_t i = 0; i < tile->rows; ++i) {
    for (int64_t l = 0; l < leaf->dim; ++l) {
      const int64_t at = i * tile->ldin + l;
      const double x = favor_real_get(p, tile->in, at);
      favor_real_set(p, tile->in, at, x == 0 ? log2_zero : log2(fabs(x)) + a[l]);
      if (!(x < 0)) continue;
      favor_real_set(p, tile->second, at, 1);
      tile->any_negative = true;
    }
  }
}

static void vanish(favor_precision p, int64_t n, void *panel, int64_t first) {
  for (int64_t j = first; j < first + n; ++j) {
    if (favor_real_get(p, panel, j) < 0.5 * log2_zero) favor_real_set(p, panel, j, -INFINITY);
  }
}

/* Counts of negative coordinates, integers held as reals, to 1 or -1. */
static void take_parity(favor_precision p, int64_t n, void *factor, int64_t first, bool any) {
  for (int64_t j = first; j < first + n; ++j) {
    const int64_t count = any ? (int64_t)favor_real_get(p, factor, j) : 0;
    favor_real_set(p, factor, j, count & 1 ? -1 : 1);
  }
}

void favor_counts_panel(const favor_leaf *leaf, const favor_table *table, favor_tile *tile,
                        const void *w, int64_t packed, int64_t columns) {
  const favor_precision p = table->precision;
  if (tile->any_negative) {
    table->project(tile->rows, leaf->dim, tile->second, tile->ldin, w, packed, NULL, columns,
                   tile->factor, tile->ldp);
  }
  for (int64_t i = 0; i < tile->rows; ++i) {
    vanish(p, columns, tile->panel, i * tile->ldp);
    take_parity(p, columns, tile->factor, i * tile->ldp, tile->any_negative);
  }
}
