/* SPDX-License-Identifier: MIT */
/** Couplings without a closed form, by exact sums and by integrals given the norms. */
#ifndef FAVOR_TESTS_SUPPORT_COUPLED_ROWS_H
#define FAVOR_TESTS_SUPPORT_COUPLED_ROWS_H

#include "support/reference.h"
#include "support/statistics.h"

/** The law of one row of a product of Hadamard matrices and signs, in size = 2^k <= 8 dimensions,
 *  up to the signs of its coordinates, which are fair and independent: the distinct rows of unit
 *  length and how likely they are, from all signs of the first two diagonals. */
enum { HADAMARD_MAX = 8, HADAMARD_ROWS_MAX = 4096 };
typedef struct hadamard_rows {
  int size, count;
  long double row[HADAMARD_ROWS_MAX][HADAMARD_MAX], probability[HADAMARD_ROWS_MAX];
} hadamard_rows;

/** The table for rows of dimension dim <= 8, padded to a power of two; made once. */
const hadamard_rows *hadamard_table(int64_t dim);

/** E K^ / K at (x, y) for rows of that law cut to map->dim coordinates, with norms of law chi of
 *  the padded dimension, which are integrated numerically; map->w is not read. */
long double ref_hadamard_mean(const ref_map *map, const double *x, const double *y);

/** Weight-dependent simplex rows, positive features, one block of `rows` <= dim: add to error[k]
 *  one observation of E (K^ - K)^2 / K^2 at |x + y|^2 = squares[k], given fresh norms: the
 *  rotation is integrated exactly. */
void ref_simplex_plus_errors(int64_t dim, int64_t rows, uint64_t seed, int num_squares,
                             const double *squares, sample *error);

#endif
