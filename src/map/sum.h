/* SPDX-License-Identifier: MIT */
/** A combination in the making: the normal form that every tree of sums and products comes down to,
 *  distinct leaves and terms over them. */
#ifndef FAVOR_MAP_SUM_H
#define FAVOR_MAP_SUM_H

#include "map/map.h"

typedef struct favor_sum {
  int32_t leaves, terms;
  const favor_map *leaf[FAVOR_NODE_LEAVES]; /* plain maps; NULL where they are yet to be made */
  favor_choice choice[FAVOR_NODE_LEAVES];
  favor_term term[FAVOR_NODE_TERMS]; /* first and features as favor_sum_close sets them */
} favor_sum;

/** Append weight times a map. Leaves that are there already, the same in every bit, are shared.
 *  FAVOR_ERR_COMBINATION: too many leaves or terms. FAVOR_ERR_VALUE: a product of weights leaves the
 *  range of float64. */
favor_status favor_sum_add(favor_sum *sum, const favor_map *map, double weight,
                           favor_report *report);

/** Append weight times a product of two maps. Besides: FAVOR_ERR_COMBINATION where a product has too many leaves.
 */
favor_status favor_sum_multiply(favor_sum *sum, const favor_map *a, const favor_map *b,
                                double weight, favor_report *report);

/** True where two leaves draw on the same random numbers: seed and stream are the same, or their W
 *  begin with the same row in float32 (which is how a given W shows that it was drawn elsewhere).
 *  Unequal couplings or numbers of projections do not help: rows come from the same generators. */
bool favor_sum_dependent(const favor_map *a, const favor_map *b);

/** Lay the terms out. FAVOR_ERR_COMBINATION: an outer leaf has too many features. FAVOR_ERR_OVERFLOW:
 *  there are too many features. */
favor_status favor_sum_close(favor_sum *sum, favor_report *report);

/** Take the block of a closed sum's map; its parts hold their choices only. */
favor_status favor_sum_allocate(const favor_sum *sum, const favor_table *const table[2],
                                const favor_allocator *allocator, favor_report *report,
                                favor_map **out);
/** Close a sum and make its map; the parts are copies of the leaves, but for the allocator. */
favor_status favor_sum_make(favor_sum *sum, const favor_allocator *allocator, favor_report *report,
                            favor_map **out);

favor_map *favor_sum_part_to_fill(favor_map *map, int32_t l);

/** log2 sqrt |weight|. */
double favor_sum_constant(double weight);

#endif
