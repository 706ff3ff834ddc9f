/* SPDX-License-Identifier: MIT */
/** Panels of one tile: exponents, maxima and weights. Shared by the steps of attend.h. */
#ifndef FAVOR_ATTENTION_PANEL_H
#define FAVOR_ATTENTION_PANEL_H

#include "attention/attend.h"
#include "base/real.h"

/** out [ld] = [v, 1, 0 ...] with v [dv]; false, and zeros all along, where a value is not finite.
 *  */
bool favor_value_load(favor_precision precision, int64_t dv, int64_t ld, const void *v, void *out);

/** Integers that meet in an exponent, kept where sums of three of them stay finite in a precision,
 *  and beyond all that w.k can reach there. */
double favor_bounded(favor_precision precision, double whole);

/** True where exponents stand in the tile: features of a plain map that has them. */
bool favor_panel_in_tile(const favor_attend *a);

/** Walk over the panels of the map. */
bool favor_panel_first(const favor_attend *a, favor_walk *walk);
bool favor_panel_next(const favor_attend *a, favor_walk *walk);

/** Evaluate a panel of the first `rows` loaded rows of a side: side->panel, e, lde; of keys fraction
 *  and shift, relative to a->reference; of queries whole, and its fraction joins the exponents. */
void favor_panel_evaluate(favor_attend *a, favor_attend_side *side, int64_t rows,
                          const favor_walk *walk);

/** weights = 2^(exponents + the side's fractions and shifts + a->column), times factors and signs. */
void favor_panel_weigh(favor_attend *a, favor_attend_side *side, int64_t rows, int64_t columns);

/** Factors and signs of row `from` and on, for `rows` rows of weights [rows, ldp] at `weights`. */
void favor_panel_factors(const favor_attend *a, const favor_attend_side *side, int64_t from,
                         int64_t rows, int64_t columns, void *weights);

/** The largest integer exponent of the live ones among the first `rows` keys, or FAVOR_EMPTY. */
double favor_panel_key_reference(const favor_attend *a, int64_t rows);

/** a->c_new of the panel evaluated, relative to a->reference: the maxima of the loaded keys, of level
 *  and of base (or NULL). */
void favor_panel_maxima(favor_attend *a, int64_t rows, const favor_walk *walk,
                        const favor_level *level, const favor_level *base);

/** The same without keys: what level and base (or NULL) hold. */
void favor_panel_before(favor_attend *a, const favor_walk *walk, const favor_level *level,
                        const favor_level *base);

/** The top of one feature that a->column holds after column_top, or FAVOR_EMPTY. */
double favor_panel_top(const favor_attend *a, int64_t column);

/** a->column = sign c_new for the panel. */
void favor_panel_columns(favor_attend *a, const favor_walk *walk, double sign);

#endif
