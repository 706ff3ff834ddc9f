/* SPDX-License-Identifier: MIT */
/** The map: one block of memory, immutable once published.
 *
 *      struct favor_map | W [M, d] | shifts [2][d] | packed weights, biases, row terms of the leaf
 *
 *  Arrays are offsets from the start of the block. The choice (favor_choice) together with W and the
 *  shifts is the whole map: everything behind is assembled from them with the same bits every time, so
 *  that these are what is saved.
 */
#ifndef FAVOR_MAP_MAP_H
#define FAVOR_MAP_MAP_H

#include "node/leaf.h"

#define FAVOR_MAP_DIM_MAX 65536
#define FAVOR_MAP_PROJECTIONS_MAX ((int64_t)1 << 24)

/** Every resolved option. */
typedef struct favor_choice {
  int64_t dim, projections;
  int32_t kernel, estimator, coupling; /* coupling may be FAVOR_COUPLING_EXTERNAL */
  int32_t recentre;                    /* 0 or 1 */
  double scale;
  uint64_t seed, stream;
  favor_recipe recipe;
} favor_choice;

struct favor_map {
  favor_allocator allocator;
  size_t bytes;
  favor_choice choice;
  const favor_table *table[2]; /* by precision */
  favor_leaf leaf;
  size_t w;                    /* double [M, d] */
  size_t shift[2];             /* double [d] by side */
};

/** The start of a map's block, for offsets; and its W and shifts. */
const unsigned char *favor_map_base(const favor_map *map);
const double *favor_map_w(const favor_map *map);
const double *favor_map_shift(const favor_map *map, favor_side side);

/** Take the block of a map and set everything but W, the shifts and what is assembled from them. */
favor_status favor_map_allocate(const favor_choice *choice, const favor_table *const table[2],
                                const favor_allocator *allocator, favor_report *report,
                                favor_map **out);

/** Where W and the shifts of a map in the making are written. */
double *favor_map_w_to_fill(favor_map *map);
double *favor_map_shift_to_fill(favor_map *map, favor_side side);

/** Assemble the leaf once W and the shifts stand. */
void favor_map_finish(favor_map *map);

/** Draw W [M, d] of a choice, block by block, each from its own streams. */
favor_status favor_map_draw(const favor_choice *choice, const favor_allocator *allocator,
                            favor_report *report, double *w);

#endif
