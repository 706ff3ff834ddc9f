/* SPDX-License-Identifier: MIT */
/** The matrices and tilts of a FAVOR# map, read from its saved block. */
#ifndef FAVOR_TESTS_CONFORMANCE_SHAPE_H
#define FAVOR_TESTS_CONFORMANCE_SHAPE_H

#include "support/reference.h"

typedef struct fitted_shape {
  ref_shape ref;
  double *memory;
} fitted_shape;

/** Read them, diagonal ones written out as [dim, dim]; false, and nothing to free, for a map without
 *  a shape. */
bool shape_read(const favor_map *map, fitted_shape *out);
void shape_free(fitted_shape *s);

#endif
