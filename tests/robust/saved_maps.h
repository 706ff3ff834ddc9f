/* SPDX-License-Identifier: MIT */
/** Saved maps under damage: what a loaded one owes, whatever block it came from. */
#ifndef FAVOR_TESTS_ROBUST_SAVED_MAPS_H
#define FAVOR_TESTS_ROBUST_SAVED_MAPS_H

#include "robust/damage.h"
#include "robust/maps.h"

/** The layout of saved maps, written down once more: offsets of 8-byte fields. */
enum {
  SAVED_DIM = 24,
  SAVED_PROJECTIONS = 32,
  SAVED_KERNEL = 40,
  SAVED_ESTIMATOR = 48,
  SAVED_COUPLING = 56,
  SAVED_RECENTRE = 64,
  SAVED_FORM = 88,
  SAVED_SCALE = 96,
  SAVED_GAIN = 104,
  SAVED_TILT = 112,
  SAVED_QUADRATIC = 120,
  SAVED_CONSTANT = 128,
  SAVED_ARRAYS = 136
};

/** Rows, by any side, that examined maps are fed: ordinary, large, tiny and not finite. */
#define SAVED_ROWS INT64_C(6)

/** Loads for this machine's best instruction set, and examines: the map saves to the fields that it
 *  came from, describes itself, and all that reads it keeps its promises on hostile rows. dim and
 *  projections are those of the undamaged map, for the memory that favor.h permits. */
damage_kind saved_map_kind(int64_t dim, int64_t projections);

/** Every case of robust/maps.h for one instruction set; the number of them. */
int saved_map_cases(map_case cases[MAP_CASES_MAX]);

/** The saved block of a map of this case, recentred on statistics where its kernel allows. free()
 *  it. */
unsigned char *saved_map_make(const map_case *c, int64_t dim, int64_t projections, size_t *bytes);

#endif
