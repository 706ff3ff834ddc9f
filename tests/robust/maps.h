/* SPDX-License-Identifier: MIT */
/** Every map that can be made, from the public lists; and small deterministic inputs for it. */
#ifndef FAVOR_TESTS_ROBUST_MAPS_H
#define FAVOR_TESTS_ROBUST_MAPS_H

#include "support/test.h"

#define MAP_CASES_MAX 512

typedef struct map_case {
  int32_t kernel, estimator, coupling, isa;
} map_case;

/** Every (kernel, estimator, isa) that this machine can make, couplings by turns: rows do not ask how
 *  their W was drawn. */
int map_cases(map_case cases[MAP_CASES_MAX]);

/** Every (kernel, estimator, coupling) that favor_combination allows, on any instruction set. */
int map_laws(map_case cases[MAP_CASES_MAX]);

/** "softmax positive simplex blas", in a buffer of the caller. */
const char *map_case_name(const map_case *c, char buf[96]);

/** The options of a case: scale 0.5, seed 7, and a tilt of 0.1 for those that take one without
 *  statistics. */
void map_case_opts(const map_case *c, int64_t dim, int64_t projections, const favor_stats *stats,
                   favor_map_opts *opts);

/** True where a map of this estimator needs statistics. */
bool map_case_wants_statistics(const map_case *c);

/** Make the map of a case; the test fails if the library refuses. */
favor_map *map_case_create(const map_case *c, int64_t dim, int64_t projections,
                           const favor_stats *stats, const favor_allocator *allocator);

/** Statistics of 32 rows a side. */
favor_stats *filled_stats(int64_t dim, const favor_allocator *allocator);

/** n values in (-1, 1), a function of the seed. */
void fill_f32(int64_t n, float *x, uint64_t seed);
void fill_f64(int64_t n, double *x, uint64_t seed);

/** The saved bytes of a map or of statistics, for comparing objects; free() them. */
unsigned char *saved_map(const favor_map *map, size_t *bytes);
unsigned char *saved_stats(const favor_stats *stats, size_t *bytes);

/** The object still saves to these bytes. */
void assert_map_is(const favor_map *map, const unsigned char *block, size_t bytes);
void assert_stats_are(const favor_stats *stats, const unsigned char *block, size_t bytes);

#endif
