/* SPDX-License-Identifier: MIT */
/** The error of an attention output whose kernel is estimated: rows are normalised, which hides
 *  much of the kernel's own error. */
#ifndef FAVOR_BENCH_OUTPUT_ERROR_H
#define FAVOR_BENCH_OUTPUT_ERROR_H

#include "sets.h"

/** Median over 16 queries and 4 redraws of |O^ - O| / |O|, where O = K v / K 1 over all keys. NAN
 *  without values, and where a kernel is too large for it (beyond e^300 apart). */
double bench_output_error(const favor_map *map, const bench_set *set, int32_t kernel, uint64_t seed,
                          const favor_executor *executor);

#endif
