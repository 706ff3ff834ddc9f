/* SPDX-License-Identifier: MIT */
/** Leaves of complex-exponential features: every coordinate stands in the exponent or in the phase,
 *
 *      exponent_j = sum over a_l > 0 of w_jl g_l in_l - (1/2) (g_l in_l)^2
 *      phase_j    = sum over a_l < 0 of w_jl g_l in_l, and + (1/2) (g_l in_l)^2 in the exponent
 *
 *  with g_l = |a_l| for queries and 1 / |a_l| for keys. */
#ifndef FAVOR_NODE_CENTRE_H
#define FAVOR_NODE_CENTRE_H

#include "node/leaf.h"

/** The magnitudes that a_l may have. */
#define FAVOR_CENTRE_MOST 1024.0

/** Take the array of a; and a tile's second row. */
void favor_centre_layout(favor_leaf *leaf, favor_arena *arena);
void favor_centre_tile_layout(favor_tile *tile, const favor_table *table, int64_t rows,
                              favor_arena *arena);

/** Split tile->in into coordinates of the exponent and, in tile->second, those of the phase. */
void favor_centre_split(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                        favor_side side, favor_tile *tile);

/** Add what the squares give to tile->dot, from the rows as given. */
void favor_centre_norm_add(const favor_leaf *leaf, const unsigned char *base,
                           const favor_table *table, favor_side side, favor_tile *tile,
                           const void *x, int64_t ldx);

/** tile->projected, of the exponents, to exponents in tile->panel; cosines and sines in
 *  tile->factor. */
void favor_centre_panel(const favor_leaf *leaf, const favor_table *table, favor_tile *tile,
                        const void *w, const void *bias, int64_t packed, int64_t columns);

#endif
