/* SPDX-License-Identifier: MIT */
#include "map/rows.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

const void *favor_rows_at(favor_precision precision, const void *x, int64_t row, int64_t ldx) {
  return x ? (const unsigned char *)x + (size_t)row * (size_t)ldx * favor_real_size(precision)
           : NULL;
}

static bool has_both(const favor_map *map, int32_t l) {
  const favor_form form = favor_node_leaf(&map->node, favor_map_base(map), l)->form;
  return favor_form_has_exponent(form) && favor_form_has_factor(form);
}

bool favor_rows_has_both(const favor_map *map, const favor_walk *walk) {
  return has_both(map, walk->leaf);
}

void favor_rows_layout(favor_rows *buffers, const favor_map *map, favor_precision precision,
                       int64_t rows, favor_arena *arena) {
  favor_node_tile_layout(&buffers->tile, &map->node, favor_map_base(map), map->table[precision],
                         rows, arena);
  buffers->fraction = favor_arena_take(arena, rows, 1, favor_real_size(precision));
  buffers->shift = favor_arena_take(arena, rows, 1, favor_real_size(precision));
  buffers->scale = favor_arena_take(arena, rows, 1, sizeof(double));
  buffers->ldf = (map->node.features + 15) / 16 * 16;
  buffers->factors = NULL;
  bool both = false;
  for (int32_t l = 0; l < map->node.leaves; ++l) both = both || has_both(map, l);
  if (both)
    buffers->factors = favor_arena_take(arena, rows, buffers->ldf, favor_real_size(precision));
}

static void *at(void *x, size_t real, int64_t index) {
  return (unsigned char *)x + (size_t)index * real;
}

void favor_rows_raw(const favor_map *map, favor_precision precision, favor_side side,
                    favor_rows *buffers, int64_t rows, const void *x, int64_t ldx, void *out,
                    int64_t ldo) {
  const favor_table *table = map->table[precision];
  const unsigned char *base = favor_map_base(map);
  favor_node_tile *tile = &buffers->tile;
  const size_t real = table->real;
  favor_walk walk;
  buffers->side = side;
  favor_node_load(&map->node, base, table, side, tile, 0, rows, x, ldx);
  for (bool more = favor_node_first(&map->node, base, &walk); more;
       more = favor_node_next(&map->node, base, &walk)) {
    favor_panel panel;
    favor_node_panel(&map->node, base, table, side, &walk, tile, &panel);
    const unsigned char *from = panel.exponents ? panel.exponents : panel.factors;
    for (int64_t i = 0; i < rows; ++i) {
      memcpy(at(out, real, i * ldo + walk.first), from + (size_t)(i * panel.ld) * real,
             (size_t)walk.columns * real);
    }
    for (int64_t i = 0; panel.exponents && panel.factors && i < rows; ++i) {
      memcpy(at(buffers->factors, real, i * buffers->ldf + walk.first),
             (const unsigned char *)panel.factors + (size_t)(i * panel.ld) * real,
             (size_t)walk.columns * real);
    }
  }
}

/* r in an integer and a fraction: the fraction joins the exponents before they are rounded, the integer
 * only afterwards, so that neither costs the other digits. */
static double split(const favor_rows *buffers, favor_precision precision, int64_t i, double r) {
  const double whole = floor(r);
  favor_real_set(precision, buffers->fraction, i, r - whole);
  return whole;
}

bool favor_rows_has_exponents(const favor_map *map, const favor_walk *walk) {
  return favor_form_has_exponent(
      favor_node_leaf(&map->node, favor_map_base(map), walk->leaf)->form);
}

/* The exponent of a row's largest feature in one panel, rounded up, less the whole part of the tile's
 * r; in the arithmetic of the exponents, so that none of them is above. */
static void raise_tops(const favor_map *map, favor_precision precision, favor_rows *buffers,
                       const favor_walk *walk, void *out, int64_t ldo) {
  const favor_table *table = map->table[precision];
  const int64_t rows = buffers->tile.rows;
  const bool exponents = favor_rows_has_exponents(map, walk);
  favor_panel panel;
  favor_node_scalars(&map->node, favor_map_base(map), buffers->side, walk, &buffers->tile, &panel);
  for (int64_t i = 0; i < rows; ++i)
    favor_real_set(precision, buffers->shift, i, exponents ? -INFINITY : 0);
  if (exponents) {
    table->row_max(rows, walk->columns, at(out, table->real, walk->first), ldo, buffers->shift);
  }
  for (int64_t i = 0; i < rows; ++i) {
    if (panel.sign && panel.sign[i] == 0) continue;
    const double whole = split(buffers, precision, i, panel.r[i]) - floor(buffers->tile.r[i]);
    const double top =
        precision == FAVOR_F32
            ? (double)ceilf(((float *)buffers->shift)[i] + ((float *)buffers->fraction)[i])
            : ceil(((double *)buffers->shift)[i] + ((double *)buffers->fraction)[i]);
    if (top + whole > buffers->scale[i]) buffers->scale[i] = top + whole;
  }
}

static void change_signs(const favor_map *map, favor_precision precision, const favor_panel *panel,
                         const favor_walk *walk, int64_t rows, void *out, int64_t ldo) {
  const size_t real = map->table[precision]->real;
  for (int64_t i = 0; panel->sign && i < rows; ++i) {
    if (panel->sign[i] > 0) continue;
    const int64_t start = i * ldo + walk->first;
    if (panel->sign[i] == 0) memset(at(out, real, start), 0, (size_t)walk->columns * real);
    for (int64_t j = 0; panel->sign[i] < 0 && j < walk->columns; ++j) {
      favor_real_set(precision, out, start + j, -favor_real_get(precision, out, start + j));
    }
  }
}

/* g 2^r for factors: in float64, in two steps so that neither 2^r nor the product passes the range early. */
static void scale_factors(favor_precision precision, const favor_walk *walk, int64_t i, double r,
                          double less, void *out, int64_t ldo) {
  const double whole = floor(r), part = exp2(r - whole), left = whole - less;
  const int power = left < -5000 ? -5000 : left > 5000 ? 5000 : (int)left;
  for (int64_t j = i * ldo + walk->first; j < i * ldo + walk->first + walk->columns; ++j) {
    favor_real_set(precision, out, j, ldexp(favor_real_get(precision, out, j) * part, power));
  }
}

/* Factors in place; where a power did not fit, a factor of zero is the feature all the same. */
static void multiply(const favor_rows *buffers, const favor_table *table, const favor_walk *walk,
                     void *out, int64_t ldo) {
  for (int64_t i = 0; i < buffers->tile.rows; ++i) {
    for (int64_t j = walk->first; j < walk->first + walk->columns; ++j) {
      const double g = favor_real_get(table->precision, buffers->factors, i * buffers->ldf + j);
      const double power = favor_real_get(table->precision, out, i * ldo + j);
      favor_real_set(table->precision, out, i * ldo + j, g == 0 ? 0 : power * g);
    }
  }
}

/* Raw values of a panel to features without 2^(scale of the row); scale NULL: to features. */
static void finish_panel(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         const favor_walk *walk, const double *scale, void *out, int64_t ldo) {
  const favor_table *table = map->table[precision];
  const int64_t rows = buffers->tile.rows;
  const bool exponents = favor_rows_has_exponents(map, walk);
  favor_panel panel;
  favor_node_scalars(&map->node, favor_map_base(map), buffers->side, walk, &buffers->tile, &panel);
  for (int64_t i = 0; i < rows; ++i) {
    const double ground = floor(buffers->tile.r[i]);
    if (!exponents) {
      scale_factors(precision, walk, i, panel.r[i], scale ? scale[i] + ground : 0, out, ldo);
      continue;
    }
    const double whole = split(buffers, precision, i, panel.r[i]);
    const double shift = scale ? whole - ground - scale[i] : whole;
    /* Tops of float64 rows reach 1e169, of float32 ones 1e35; other panels' r lie anywhere below. */
    const double limit = !scale ? 1e30 : precision == FAVOR_F32 ? 1e37 : 1e306;
    favor_real_set(precision, buffers->shift, i,
                   shift < -limit  ? -limit
                   : shift > limit ? limit
                                   : shift);
  }
  if (exponents) {
    void *panel_out = at(out, table->real, walk->first);
    table->exp2(rows, walk->columns, panel_out, ldo, buffers->fraction, buffers->shift, NULL,
                panel_out, ldo);
    if (favor_rows_has_both(map, walk)) multiply(buffers, table, walk, out, ldo);
  }
  change_signs(map, precision, &panel, walk, rows, out, ldo);
}

void favor_rows_relative(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo) {
  const unsigned char *base = favor_map_base(map);
  const int64_t rows = buffers->tile.rows;
  favor_walk walk;
  /* Factors of one leaf share one r, and are relative as they are. */
  if (map->node.plain && !favor_form_has_exponent(map->leaf.form)) {
    for (int64_t i = 0; i < rows; ++i) buffers->scale[i] = buffers->tile.r[i];
    return;
  }
  for (int64_t i = 0; i < rows; ++i) buffers->scale[i] = -INFINITY;
  for (bool more = favor_node_first(&map->node, base, &walk); more;
       more = favor_node_next(&map->node, base, &walk)) {
    raise_tops(map, precision, buffers, &walk, out, ldo);
  }
  for (int64_t i = 0; i < rows; ++i) {
    if (isinf(buffers->scale[i])) buffers->scale[i] = 0; /* every feature of the row vanishes */
  }
  for (bool more = favor_node_first(&map->node, base, &walk); more;
       more = favor_node_next(&map->node, base, &walk)) {
    finish_panel(map, precision, buffers, &walk, buffers->scale, out, ldo);
  }
  for (int64_t i = 0; i < rows; ++i) buffers->scale[i] += floor(buffers->tile.r[i]);
}

void favor_rows_absolute(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo) {
  const unsigned char *base = favor_map_base(map);
  favor_walk walk;
  for (bool more = favor_node_first(&map->node, base, &walk); more;
       more = favor_node_next(&map->node, base, &walk)) {
    finish_panel(map, precision, buffers, &walk, NULL, out, ldo);
  }
}
