/* SPDX-License-Identifier: MIT */
#include "map/rows.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

const void *favor_rows_at(favor_precision precision, const void *x, int64_t row, int64_t ldx) {
  return x ? (const unsigned char *)x + (size_t)row * (size_t)ldx * favor_real_size(precision)
           : NULL;
}

void favor_rows_layout(favor_rows *buffers, const favor_map *map, favor_precision precision,
                       int64_t rows, favor_arena *arena) {
  favor_tile_layout(&buffers->tile, &map->leaf, map->table[precision], rows, arena);
  buffers->fraction = favor_arena_take(arena, rows, 1, favor_real_size(precision));
  buffers->shift = favor_arena_take(arena, rows, 1, favor_real_size(precision));
  buffers->scale = favor_arena_take(arena, rows, 1, sizeof(double));
}

void favor_rows_raw(const favor_map *map, favor_precision precision, favor_side side,
                    favor_rows *buffers, int64_t rows, const void *x, int64_t ldx, void *out,
                    int64_t ldo) {
  const favor_table *table = map->table[precision];
  const favor_leaf *leaf = &map->leaf;
  favor_tile *tile = &buffers->tile;
  const size_t real = table->real;
  favor_leaf_load(leaf, favor_map_base(map), table, side, tile, rows, x, ldx);
  for (int64_t first = 0; first < leaf->features; first += FAVOR_PANEL) {
    const int64_t columns = favor_leaf_panel(leaf, favor_map_base(map), table, tile, first);
    const int64_t left = leaf->features - first, wanted = left < columns ? left : columns;
    for (int64_t i = 0; i < rows; ++i) {
      memcpy((unsigned char *)out + (size_t)(i * ldo + first) * real,
             (const unsigned char *)tile->panel + (size_t)(i * tile->ldp) * real,
             (size_t)wanted * real);
    }
  }
}

/* r in an integer and a fraction: the fraction joins the exponents before they are rounded, the integer
 * only afterwards, so that neither costs the other digits. */
static double split(const favor_rows *buffers, favor_precision precision, int64_t i) {
  const double r = buffers->tile.r[i], whole = floor(r);
  favor_real_set(precision, buffers->fraction, i, r - whole);
  return whole;
}

void favor_rows_relative(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo) {
  const favor_table *table = map->table[precision];
  const int64_t rows = buffers->tile.rows, features = map->leaf.features;
  if (!favor_form_has_exponent(map->leaf.form)) {
    for (int64_t i = 0; i < rows; ++i) buffers->scale[i] = buffers->tile.r[i];
    return;
  }
  for (int64_t i = 0; i < rows; ++i) favor_real_set(precision, buffers->shift, i, -INFINITY);
  table->row_max(rows, features, out, ldo, buffers->shift);
  for (int64_t i = 0; i < rows; ++i) {
    const double whole = split(buffers, precision, i);
    /* Rounded up, in the arithmetic of the exponents, so that none of them is above. */
    const double top =
        precision == FAVOR_F32
            ? (double)ceilf(((float *)buffers->shift)[i] + ((float *)buffers->fraction)[i])
            : ceil(((double *)buffers->shift)[i] + ((double *)buffers->fraction)[i]);
    buffers->scale[i] = top + whole;
    favor_real_set(precision, buffers->shift, i, -top);
  }
  table->exp2(rows, features, out, ldo, buffers->fraction, buffers->shift, NULL, out, ldo);
}

/* g 2^r for factors: in float64, in two steps so that neither 2^r nor the product passes the range early. */
static void scale_factors(const favor_map *map, favor_precision precision,
                          const favor_rows *buffers, void *out, int64_t ldo) {
  for (int64_t i = 0; i < buffers->tile.rows; ++i) {
    const double r = buffers->tile.r[i], whole = floor(r), part = exp2(r - whole);
    const int power = whole < -5000 ? -5000 : whole > 5000 ? 5000 : (int)whole;
    for (int64_t j = 0; j < map->leaf.features; ++j) {
      favor_real_set(precision, out, i * ldo + j,
                     ldexp(favor_real_get(precision, out, i * ldo + j) * part, power));
    }
  }
}

void favor_rows_absolute(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo) {
  if (!favor_form_has_exponent(map->leaf.form)) {
    scale_factors(map, precision, buffers, out, ldo);
    return;
  }
  for (int64_t i = 0; i < buffers->tile.rows; ++i) {
    const double whole = split(buffers, precision, i);
    favor_real_set(precision, buffers->shift, i,
                   whole < -1e30  ? -1e30
                   : whole > 1e30 ? 1e30
                                  : whole);
  }
  map->table[precision]->exp2(buffers->tile.rows, map->leaf.features, out, ldo, buffers->fraction,
                              buffers->shift, NULL, out, ldo);
}
