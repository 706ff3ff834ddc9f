/* SPDX-License-Identifier: MIT */
/** The members of the lists, found by value. Generated from lists.h: no member is named here. */
#ifndef FAVOR_MAP_REGISTRY_H
#define FAVOR_MAP_REGISTRY_H

#include "coupling/coupling.h"
#include "estimator/estimator.h"

/** The member, or NULL. */
const favor_estimator *favor_estimator_find(int32_t id);
const favor_coupling *favor_coupling_find(int32_t id);

/** The same for what a map's leaf may be of: gates too. */
const favor_estimator *favor_estimator_of_leaf(int32_t id);

/** The signed estimator of hybrid maps: the first of the list that has cosines and sines. */
const favor_estimator *favor_estimator_turning(void);

/** The estimator of the list that is exact at a centre. */
const favor_estimator *favor_estimator_centred(void);

/** The kinds of rows (base/rows.h) of the coupling that the estimator has no use for; 0: they go
 *  together. */
uint32_t favor_rows_refused(const favor_estimator *estimator, const favor_coupling *coupling);

/** What AUTO means: the best estimator for a kernel, with or without statistics; the best exact
 *  coupling that an estimator takes. Never NULL for a known kernel and a member of the list. */
const favor_estimator *favor_estimator_best(int32_t kernel, bool statistics);
const favor_coupling *favor_coupling_best(const favor_estimator *estimator);

#endif
