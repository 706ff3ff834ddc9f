/* SPDX-License-Identifier: MIT */
/** What a leaf with a shape has beyond others: weights of each side, W as drawn, the quadratic form
 *  |G in|^2 of a row. Called by leaf.c and assemble.c alone.
 */
#ifndef FAVOR_NODE_SHAPED_H
#define FAVOR_NODE_SHAPED_H

#include "node/leaf.h"

/** Take the arrays of the shape; the weights are the leaf's. */
void favor_shaped_layout(favor_leaf *leaf, favor_arena *arena);

/** Derive from the shape in the block what the rows of W need; the gain is set. */
void favor_shaped_assemble(favor_leaf *leaf, unsigned char *base);

/** favor_leaf_put_row of a leaf with a shape. */
void favor_shaped_put_row(favor_leaf *leaf, const favor_table *const table[2], unsigned char *base,
                          int64_t j, const double *w);

/** Scratch of a tile, NULL where |G in|^2 is |in|^2. */
double *favor_shaped_norm_layout(const favor_leaf *leaf, favor_arena *arena);

/** Add the multiple of |G (x_i - shift)|^2 that the side owes to tile->dot[i], in float64 from the
 *  rows as given, for tile->rows rows. The bits of a row's do not depend on other rows. */
void favor_shaped_norm_add(const favor_leaf *leaf, const unsigned char *base,
                           const favor_table *table, favor_side side, favor_tile *tile,
                           const void *x, int64_t ldx);

#endif
