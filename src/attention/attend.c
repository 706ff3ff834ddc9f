/* SPDX-License-Identifier: MIT */
#include "attention/attend.h"

#include <math.h>
#include <string.h>

#include "attention/panel.h"
#include "map/rows.h"

static void side_layout(favor_attend_side *side, const favor_attend *a, favor_arena *arena) {
  const int64_t rows = FAVOR_ATTEND_ROWS;
  const size_t real = favor_real_size(a->precision);
  favor_node_tile_layout(&side->tile, &a->map->node, favor_map_base(a->map), a->table, rows, arena);
  side->exponents =
      favor_panel_in_tile(a) ? NULL : favor_arena_take(arena, rows, side->tile.ldp, real);
  side->weights = favor_arena_take(arena, rows, side->tile.ldp, real);
  side->fraction = favor_arena_take(arena, rows, 1, real);
  side->shift = favor_arena_take(arena, rows, 1, real);
  side->added = favor_arena_take(arena, rows, 1, sizeof(double));
  side->whole = favor_arena_take(arena, rows, 1, sizeof(double));
  side->live = favor_arena_take(arena, rows, 1, 1);
}

void favor_attend_layout(favor_attend *a, const favor_map *map, favor_precision precision,
                         int64_t dv, favor_arena *arena) {
  const int64_t rows = FAVOR_ATTEND_ROWS;
  const size_t real = favor_real_size(precision);
  a->map = map;
  a->table = map->table[precision];
  a->precision = precision;
  a->dv = dv;
  a->ld = favor_level_ld(dv);
  a->splits = 0;
  side_layout(&a->key, a, arena);
  side_layout(&a->query, a, arena);
  const int64_t ldp = a->key.tile.ldp;
  a->values = favor_arena_take(arena, rows, a->ld, real);
  a->column = favor_arena_take(arena, ldp, 1, real);
  a->scale = favor_arena_take(arena, ldp, 1, real);
  a->c_new = favor_arena_take(arena, map->node.features, 1, sizeof(double));
  a->gathered = favor_arena_take(arena, ldp, a->ld, real);
  a->products = favor_arena_take(arena, rows, rows, real);
  a->sums = favor_arena_take(arena, rows, a->ld, real);
  a->top = favor_arena_take(arena, rows, 1, sizeof(double));
  a->power = favor_arena_take(arena, rows, 1, sizeof(int64_t));
  a->visible = favor_arena_take(arena, rows, 1, 1);
}

static void load_run(favor_attend *a, favor_attend_side *side, favor_side which, int64_t row,
                     int64_t rows, const void *x, int64_t ldx) {
  favor_node_load(&a->map->node, favor_map_base(a->map), a->table, which, &side->tile, row, rows, x,
                  ldx);
}

/* A row that is not there: zeros of weight 0. */
static void mask_row(favor_attend *a, int64_t i) {
  favor_node_mask(&a->map->node, favor_map_base(a->map), a->table, &a->key.tile, i);
  memset((unsigned char *)a->values + (size_t)(i * a->ld) * a->table->real, 0,
         (size_t)a->ld * a->table->real);
  a->key.added[i] = 0;
  a->key.live[i] = 0;
}

int64_t favor_attend_load_keys(favor_attend *a, const favor_keys *keys, int64_t first,
                               int64_t rows) {
  static const double log2_e = 1.44269504088896340736;
  const float *weight = keys->log_weight ? keys->log_weight + first * keys->weight_ld : NULL;
  favor_attend_side *key = &a->key;
  favor_node_begin(&a->map->node, &key->tile);
  for (int64_t i = 0; i < rows;) {
    int64_t run = 0;
    if (weight) {
      while (i + run < rows && !(weight[(i + run) * keys->weight_ld] == -INFINITY)) run += 1;
    } else {
      run = rows;
    }
    if (run == 0) {
      mask_row(a, i);
      i += 1;
      continue;
    }
    load_run(a, key, FAVOR_KEY, i, run, favor_rows_at(a->precision, keys->k, first + i, keys->ldk),
             keys->ldk);
    for (int64_t end = i + run; i < end; ++i) {
      const double w = weight ? (double)weight[i * keys->weight_ld] : 0;
      unsigned char *value = (unsigned char *)a->values + (size_t)(i * a->ld) * a->table->real;
      const void *v = favor_rows_at(a->precision, keys->v, first + i, keys->ldv);
      const bool value_ok = favor_value_load(a->precision, a->dv, a->ld, v, value);
      key->tile.rows = rows;
      if (!key->tile.finite[i] || !value_ok || !isfinite(w)) {
        for (int64_t rest = i; rest < rows; ++rest) mask_row(a, rest);
        return i;
      }
      key->live[i] = 1;
      key->added[i] = keys->offset + log2_e * w;
      key->whole[i] = floor(key->tile.r[i] + key->added[i]);
    }
  }
  key->tile.rows = rows;
  return rows;
}

void favor_attend_load_queries(favor_attend *a, const void *q, int64_t ldq, int64_t rows,
                               bool relative) {
  a->query.tile.leaf[0].relative = relative && a->map->node.plain;
  load_run(a, &a->query, FAVOR_QUERY, 0, rows, q, ldq);
  a->query.tile.rows = rows;
  memcpy(a->query.live, a->query.tile.finite, (size_t)rows);
}

static void absorb_panel(favor_attend *a, favor_level *level, int64_t rows,
                         const favor_walk *walk) {
  const int64_t first = walk->first, columns = walk->columns;
  bool grown = false;
  favor_panel_evaluate(a, &a->key, rows, walk);
  favor_panel_maxima(a, rows, walk, level, NULL);
  for (int64_t j = 0; j < columns; ++j) {
    const double scale = favor_level_scale(level->c[first + j], a->c_new[first + j]);
    favor_real_set(a->precision, a->scale, j, scale);
    grown = grown || scale != 1;
  }
  favor_panel_columns(a, walk, -1);
  favor_panel_weigh(a, &a->key, rows, columns);
  unsigned char *s = level->s[FAVOR_RECENT];
  a->table->accumulate(rows, columns, a->dv + 1, a->key.weights, a->key.tile.ldp, a->values, a->ld,
                       grown ? a->scale : NULL, s + (size_t)(first * level->ld) * a->table->real,
                       level->ld);
  if (grown) favor_level_rescale_old(level, first, columns, a->c_new + first);
  memcpy(level->c + first, a->c_new + first, (size_t)columns * sizeof *level->c);
}

void favor_attend_absorb(favor_attend *a, favor_level *level, int64_t rows) {
  const double largest = favor_panel_key_reference(a, rows);
  if (largest == FAVOR_EMPTY) return;
  favor_level_rebase(level, largest);
  a->reference = *level->reference;
  favor_walk walk;
  for (bool more = favor_panel_first(a, &walk); more; more = favor_panel_next(a, &walk)) {
    absorb_panel(a, level, rows, &walk);
  }
  *level->recent += 1;
  if (*level->recent >= FAVOR_FLUSH) favor_level_flush(level);
}
