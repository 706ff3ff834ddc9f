/* SPDX-License-Identifier: MIT */
/** Rows that nobody sends on purpose, between ordinary ones. */
#ifndef FAVOR_TESTS_ROBUST_HOSTILE_ROWS_H
#define FAVOR_TESTS_ROBUST_HOSTILE_ROWS_H

#include "support/test.h"

/** How many kinds there are. */
int hostile_kinds(favor_precision precision);

/** n rows of dim in the elements of a precision (float or double at x): even rows ordinary, row 2i + 1 of
 *  kind i modulo the kinds; with `clean` the odd rows are zero instead. */
void hostile_rows(favor_precision precision, int64_t n, int64_t dim, bool clean, void *x);

/** |x_i|^2 is finite, summed in the elements' precision. */
bool row_is_finite(favor_precision precision, int64_t dim, const void *x, int64_t row);

#endif
