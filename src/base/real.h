/* SPDX-License-Identifier: MIT */
/** Elements of arrays whose precision is known at run time, one by one. For loops over rows; what runs
 *  per element of a tile belongs in the kernel table. */
#ifndef FAVOR_BASE_REAL_H
#define FAVOR_BASE_REAL_H

#include "favor/favor.h"

/** Bytes of an element. */
static inline size_t favor_real_size(favor_precision precision) {
  return precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

/** Element i, exactly. */
static inline double favor_real_get(favor_precision precision, const void *x, int64_t i) {
  return precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/** Write element i, rounded to the precision. */
static inline void favor_real_set(favor_precision precision, void *x, int64_t i, double value) {
  if (precision == FAVOR_F32) {
    ((float *)x)[i] = (float)value;
  } else {
    ((double *)x)[i] = value;
  }
}

#endif
