/* SPDX-License-Identifier: MIT */
/** Short ways to make maps and to read their descriptions. */
#ifndef FAVOR_TESTS_CONFORMANCE_MAPS_H
#define FAVOR_TESTS_CONFORMANCE_MAPS_H

#include "conformance/combination.h"
#include "support/json.h"
#include "support/test.h"

/** A number of the map's description. */
double described(const favor_map *map, const char *key);

/** Default options but for these; statistics may be NULL. */
favor_map_opts options(int64_t dim, int64_t projections, int32_t estimator,
                       const favor_stats *stats);

favor_map *make(const favor_map_opts *opts);

/** Statistics of one query and one key, so that the mean of |x + y|^2 is that of the pair. */
favor_stats *pair_statistics(int64_t dim, const double *x, const double *y);

#endif
