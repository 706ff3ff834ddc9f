/* SPDX-License-Identifier: MIT */
/** Rows that nobody sends on purpose, between ordinary ones. */
#ifndef FAVOR_TESTS_ROBUST_HOSTILE_ROWS_H
#define FAVOR_TESTS_ROBUST_HOSTILE_ROWS_H

#include "support/test.h"

#define ROWS INT64_C(35) /* 18 ordinary rows, and 17 kinds of hostile ones between them */
#define DIM_MAX INT64_C(17)
#define FEATURES_MAX INT64_C(24)

/** n rows of dim in the elements of a precision (float or double at x): even rows ordinary, row
 *  2i + 1 of kind i modulo the kinds; with `clean` the odd rows are zero instead. */
void hostile_rows(favor_precision precision, int64_t n, int64_t dim, bool clean, void *x);

/** |x_i|^2 is finite, summed in the elements' precision. */
bool row_is_finite(favor_precision precision, int64_t dim, const void *x, int64_t row);

/** Inputs twice: as sent, and with zeros for the hostile rows. */
typedef struct inputs {
  favor_precision precision;
  int64_t dim;
  double sent[ROWS * DIM_MAX], clean[ROWS * DIM_MAX]; /* elements of the precision */
  bool finite[ROWS];
  int64_t nonfinite, first;
} inputs;

void make_inputs(inputs *in, favor_precision precision, int64_t dim);

/** Element i, and the bytes of one. */
double element_of(favor_precision precision, const void *x, int64_t i);
size_t element_bytes(favor_precision precision);

/** n elements from `first` on are the same bits in both. */
void assert_same_bits(const void *a, const void *b, int64_t first, int64_t n, size_t element);

#endif
