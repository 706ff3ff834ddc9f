/* SPDX-License-Identifier: MIT */
/** Leaves of discrete maps: rows of W are counts, and a feature is a product of powers,
 *
 *      f_j(x') = prod_l x'_l^w_jl times what the law of the counts asks for,
 *
 *  which is a product of matrices in logarithms: log2|x'| W' for the exponent, and for the sign the
 *  parity of the negative coordinates' counts. 0^0 = 1; a coordinate that is zero makes every feature
 *  with a positive count there vanish. */
#ifndef FAVOR_NODE_COUNTS_H
#define FAVOR_NODE_COUNTS_H

#include "node/leaf.h"

/** The largest sum of a row of counts: parities are exact in float32, twice over. */
#define FAVOR_COUNTS_MOST 4194304.0

/** Take the array of the rates' logarithms. */
void favor_counts_layout(favor_leaf *leaf, favor_arena *arena);

/** The bias of projection j: -1/2 log2 of the factorials, where the law leaves them. */
void favor_counts_put_row(favor_leaf *leaf, unsigned char *base, int64_t j, const double *w);

/** The buffer of signs that a tile needs besides. */
void favor_counts_tile_layout(favor_tile *tile, const favor_table *table, int64_t rows,
                              favor_arena *arena);

/** tile->in, the rows x', to log2|x'_l| + a_l and, in tile->second, 1 where x'_l < 0. */
void favor_counts_load(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                       favor_tile *tile);

/** tile->panel, exponents with bias, to -inf where a coordinate was zero; tile->factor, the signs. */
void favor_counts_panel(const favor_leaf *leaf, const favor_table *table, favor_tile *tile,
                        const void *w, int64_t packed, int64_t columns);

#endif
