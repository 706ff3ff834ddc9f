/* SPDX-License-Identifier: MIT */
/** The members of the lists, found by value. Generated from lists.h: no member is named here. */
#ifndef FAVOR_MAP_REGISTRY_H
#define FAVOR_MAP_REGISTRY_H

#include "coupling/coupling.h"
#include "estimator/estimator.h"

/** The member, or NULL. */
const favor_estimator *favor_estimator_find(int32_t id);
const favor_coupling *favor_coupling_find(int32_t id);

/** What AUTO means: the best estimator for a kernel, with or without statistics; the best exact
 *  coupling for a form. Never NULL for a known kernel. */
const favor_estimator *favor_estimator_best(int32_t kernel, bool statistics);
const favor_coupling *favor_coupling_best(favor_form form);

#endif
