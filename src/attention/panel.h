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

/** Evaluate the panel at feature `first` of a side's loaded rows; returns its features. */
int64_t favor_panel_evaluate(favor_attend *a, favor_attend_side *side, int64_t rows, int64_t first);

/** Features of that panel without evaluating it. */
int64_t favor_panel_features(const favor_attend *a, const favor_attend_side *side, int64_t first);

/** Exponents of the panel evaluated: the panel itself, or zeros where features are factors alone.
 *  */
const void *favor_panel_exponents(favor_attend *a, favor_attend_side *side, int64_t rows);

/** weights = 2^(exponents + fraction + the side's shifts + a->column), times the factors. */
void favor_panel_weigh(favor_attend *a, favor_attend_side *side, int64_t rows, int64_t columns,
                       const void *exponents, const void *fraction);

/** The largest integer exponent of the live ones among the first `rows` keys, or FAVOR_EMPTY; and
 *  the keys' shifts relative to a reference. */
double favor_panel_key_reference(const favor_attend *a, int64_t rows);
void favor_panel_key_shifts(favor_attend *a, int64_t rows, double reference);

/** a->c_new of the panel at `first`: the maxima of the loaded keys, of level and of base (or NULL).
 *  */
void favor_panel_maxima(favor_attend *a, int64_t rows, int64_t columns, int64_t first,
                        const void *exponents, double reference, const favor_level *level,
                        const favor_level *base);

/** The same without keys: what level and base (or NULL) hold. */
void favor_panel_before(favor_attend *a, int64_t columns, int64_t first, double reference,
                        const favor_level *level, const favor_level *base);

/** a->column = sign c_new for the panel at `first`. */
void favor_panel_columns(favor_attend *a, int64_t columns, int64_t first, double sign);

#endif
