/* SPDX-License-Identifier: MIT */
/** Sums of the loaded queries as they grow panel by panel: shared by reading, causal tiles and their
 *  direct form. */
#ifndef FAVOR_ATTENTION_SUMS_H
#define FAVOR_ATTENTION_SUMS_H

#include "attention/panel.h"

/** The largest reference of what is read, `keys` among them (FAVOR_EMPTY: none): no other lies above
 *  it. */
double favor_sums_reference(const favor_level *level, const favor_level *base, double keys);

/** No sums, no products, no tops. */
void favor_sums_begin(favor_attend *a, int64_t rows);

/** Take the tops in query.shift, none below the rows' own: rescale what they have summed, leave -top
 *  in query.shift. The tops are integers, so that rescaling is exact. */
void favor_sums_raise(favor_attend *a, int64_t rows);

/** a->top as reals in query.shift, relative to the panel's whole, where row_top raises them. */
void favor_sums_tops(favor_attend *a, int64_t rows);

/** sums += what the panel's weighed queries read of level and base, at c_new. */
void favor_sums_read(favor_attend *a, const favor_level *level, const favor_level *base,
                     const favor_walk *walk);

/** Whether each query sees a key: `keys` are loaded beside the queries. */
void favor_sums_visible(favor_attend *a, int64_t keys, bool any_before);

/** Add what the products give of the values. False where the denominator of a row that sees a key is
 *  below `least`. */
bool favor_sums_close(favor_attend *a, int64_t keys, double least);

#endif
