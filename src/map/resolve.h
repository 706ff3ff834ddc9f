/* SPDX-License-Identifier: MIT */
/** From options to a choice: validation, defaults, fits. */
#ifndef FAVOR_MAP_RESOLVE_H
#define FAVOR_MAP_RESOLVE_H

#include "estimator/estimator.h"
#include "map/map.h"

/** A choice, with what is needed to make a map from it. */
typedef struct favor_resolved {
  favor_choice choice;
  favor_allocator allocator;
  const favor_table *table[2];
  const favor_stats *stats; /* both sides have rows, or NULL */
  const double *shift;      /* as given, or NULL: the means, if any */
} favor_resolved;

/** Im A is in range. */
bool favor_choice_tilt_imag_ok(double tilt_imag);

/** Check tilt_imag and tilt_sign, centre_query and centre_key, for an estimator that takes them or not. */
favor_status favor_resolve_tilt_imag(const favor_map_opts *opts, const favor_estimator *estimator);
favor_status favor_resolve_centre(const favor_map_opts *opts, const favor_estimator *estimator);

/** Check the shift given, which takes the place of the means; `possible`: the kernel can be
 *  recentred. */
favor_status favor_resolve_shift(const favor_map_opts *opts, bool possible, favor_resolved *out);

/** Make a choice that of a gate of hybrid maps: sign features, or one bump. */
void favor_gate_choose(favor_choice *choice, const favor_estimator *gate);

/** A mean or centre as a shift: exact in float32, and bounded. */
double favor_choice_shift(double mean, int64_t dim);

/** Check every option and resolve every default except the recipe. `external`: W is given. */
favor_status favor_resolve(const favor_map_opts *opts, bool external, favor_resolved *out);

/** The shifts of a choice: the means or the shift given, rounded to float32 so that both precisions share them; zeros
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
bool favor_choice_row_ok(const favor_choice *choice, const double *w);

#endif
