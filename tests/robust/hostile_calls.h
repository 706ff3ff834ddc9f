/* SPDX-License-Identifier: MIT */
/** Calls with hostile rows, and what they owe: a row without a finite norm gives NaN in its own
 *  outputs and nothing anywhere else; every other row gives finite numbers, the same bits as
 *  without its neighbours; nothing is printed and errno stays. */
#ifndef FAVOR_TESTS_ROBUST_HOSTILE_CALLS_H
#define FAVOR_TESTS_ROBUST_HOSTILE_CALLS_H

#include "support/test.h"

/** Features, their logarithms, and estimated kernel blocks of a map, in both precisions. */
void hostile_map(const favor_map *map);

/** The map's forecast. */
void hostile_forecast(const favor_map *map);

/** An exact kernel block, and its logarithm in float64. */
void hostile_exact(int32_t kernel, favor_precision precision, int64_t dim);

#endif
