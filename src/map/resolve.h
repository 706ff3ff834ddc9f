/* SPDX-License-Identifier: MIT */
/** From options to a choice: validation, defaults, fits. */
#ifndef FAVOR_MAP_RESOLVE_H
#define FAVOR_MAP_RESOLVE_H

#include "map/map.h"

/** A choice, with what is needed to make a map from it. */
typedef struct favor_resolved {
  favor_choice choice;
  favor_allocator allocator;
  const favor_table *table[2];
  const favor_stats *stats; /* both sides have rows, or NULL */
} favor_resolved;

/** Check every option and resolve every default except the recipe. `external`: W is given. */
/** Im A is in range. */
bool favor_choice_tilt_imag_ok(double tilt_imag);

/** Make a choice that of sign features: the gate of hybrid maps. */
void favor_gate_choose(favor_choice *choice);

favor_status favor_resolve(const favor_map_opts *opts, bool external, favor_resolved *out);

/** The shifts of a choice: the means, rounded to float32 so that both precisions share them; zeros
 *  without recentring. shift [dim] each. */
void favor_resolve_shifts(const favor_resolved *resolved, double *query, double *key);

/** Fit the recipe, and the matrices of its shape, to the statistics under these shifts. */
favor_status favor_resolve_recipe(const favor_map_opts *opts, favor_resolved *resolved,
                                  favor_matrices matrices, const double *query_shift,
                                  const double *key_shift);

/** The permitted ranges of the numbers in a choice; saved maps pass through here too. */
bool favor_choice_scale_ok(double scale);
bool favor_choice_tilt_ok(double tilt);
bool favor_choice_shift_ok(double shift);
bool favor_choice_row_ok(int64_t dim, const double *w);

#endif
