/* SPDX-License-Identifier: MIT */
/** Orthonormal rows with the same bits everywhere. */
#ifndef FAVOR_BASE_ORTHONORMAL_H
#define FAVOR_BASE_ORTHONORMAL_H

#include <stdbool.h>

#include "base/rng.h"

/** Replace the rows of a [rows, d], rows <= d, by orthonormal ones spanning the same flags: row i
 *  becomes the normalised part of a_i orthogonal to a_0 .. a_{i-1} (R_ii > 0, so Gaussian rows give
 *  the Haar law; Householder QR without a sign fix does not). Gram-Schmidt, every projection done
 *  twice; sums run in a fixed order of eight lanes. Rows that are linearly dependent to rounding
 *  give false. */
bool favor_orthonormalise(int64_t rows, int64_t d, double *a);

/** Fill q [rows, d], rows <= d, with the first rows of a Haar-distributed orthogonal matrix. */
void favor_haar_rows(favor_rng *rng, int64_t rows, int64_t d, double *q);

/** Fill w [rows, d], rows <= d, with the unit vertices of a regular simplex of `rows` vertices, at
 *  cosines -1 / (rows - 1), turned by a Haar-distributed rotation; one row is a random direction. */
void favor_simplex_rows(favor_rng *rng, int64_t rows, int64_t d, double *w);

#endif
