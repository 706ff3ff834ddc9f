/* SPDX-License-Identifier: MIT */
/** The map: one block of memory, immutable once published.
 *
 *      plain        struct favor_map | lists of the node | W packed in both precisions, biases, row
 *                                                          terms, shifts, shape
 *      combination  struct favor_map | lists of the node | its parts, plain maps one after another
 *
 *  Arrays are offsets from the start of the block; those of a part, from the start of the part. The
 *  choice (favor_choice) together with W, the shifts and the matrices of the shape is the whole of a
 *  plain map: everything else is assembled from them with the same bits every time, so that these are what is saved. Whoever
 *  evaluates a map does so through its node; choice and leaf are those of plain maps.
 */
#ifndef FAVOR_MAP_MAP_H
#define FAVOR_MAP_MAP_H

#include "node/tree.h"

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
  int32_t advice;       /* favor_verdict; NONE unless AUTO forecast this map */
  uint64_t fingerprint; /* of the choice, the shifts, the shape and W: what a state belongs to */
  const favor_table *table[2]; /* by precision */
  favor_leaf leaf;
  favor_node node;
};

/** True for what favor_map_concat and favor_map_tensor make. Part l of it, one a leaf of the node; a
 *  plain map is its own only part. */
bool favor_map_is_combination(const favor_map *map);
const favor_map *favor_map_part(const favor_map *map, int32_t l);

/** The start of a map's block, for offsets; its shifts [d]; element (j, k) of its W as
 *  drawn. */
const unsigned char *favor_map_base(const favor_map *map);
const double *favor_map_shift(const favor_map *map, favor_side side);
double favor_map_drawn(const favor_map *map, int64_t j, int64_t k);

/** The matrices of a map's shape; only who makes the map writes to them. */
favor_matrices favor_map_matrices(const favor_map *map);

/** Set *head to the struct that a plain map of this choice has, its size included; false where that
 *  does not fit. And put a head at the start of memory of that size, everything behind it zero. */
bool favor_map_measure(const favor_choice *choice, const favor_table *const table[2],
                       const favor_allocator *allocator, favor_map *head);
void favor_map_put_head(const favor_map *head, void *memory);

/** Take the block of a map and set everything but the shifts, the shape, W and what is assembled
 *  from them. */
favor_status favor_map_allocate(const favor_choice *choice, const favor_table *const table[2],
                                const favor_allocator *allocator, favor_report *report,
                                favor_map **out);

/** The rest of the making, in this order: the shifts and the matrices are written, the leaf is
 *  assembled from them and the choice, and each row of W is put. */
double *favor_map_shift_to_fill(favor_map *map, favor_side side);
void favor_map_assemble(favor_map *map);
void favor_map_put_row(favor_map *map, int64_t j, const double *w);

/** favor_map_create without the choice of AUTO, which makes trial maps by it: AUTO is what it is
 *  without statistics, or the estimator ranked best with them. */
favor_status favor_map_make(const favor_map_opts *opts, favor_map **out);

/** Compute the fingerprint of a complete map: equal maps have equal ones on every machine. */
void favor_map_seal(favor_map *map);

/** Draw all rows of W, block by block, each from its own streams. */
favor_status favor_map_draw(favor_map *map, favor_report *report);

#endif
