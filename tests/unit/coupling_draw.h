/* SPDX-License-Identifier: MIT */
/** Blocks of small couplings, as maps draw them. */
#ifndef FAVOR_TESTS_UNIT_COUPLING_DRAW_H
#define FAVOR_TESTS_UNIT_COUPLING_DRAW_H

#include "coupling/coupling.h"

enum { most_d = 8 }; /* no test draws longer rows or larger blocks */

/** Block b of stream 0. */
void draw_block(const favor_coupling *coupling, uint64_t seed, uint64_t b, int64_t rows, int64_t d,
                double *w);

/** In extended precision. */
double dot(int64_t d, const double *a, const double *b);

#endif
