/* SPDX-License-Identifier: MIT */
/** Leaves whose features have a phase besides an exponent: complex features as pairs of real ones. */
#ifndef FAVOR_NODE_PHASE_H
#define FAVOR_NODE_PHASE_H

#include "node/leaf.h"

/** Take the arrays that phases need. */
void favor_phase_layout(favor_leaf *leaf, const favor_table *const table[2], favor_arena *arena);

/** Their numbers, from the recipe. */
void favor_phase_assemble(favor_leaf *leaf, const favor_leaf_source *source);

/** The phases of projection j, of which |w_j|^2 is given. */
void favor_phase_put_row(favor_leaf *leaf, unsigned char *base, int64_t j, double norm2);

/** tile->projected [rows, columns], w.in of the projections from `column` on, to exponents in
 *  tile->panel and cosines and sines in tile->factor. */
void favor_phase_panel(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                       favor_tile *tile, int64_t column, int64_t columns);

#endif
