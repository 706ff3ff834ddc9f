/* SPDX-License-Identifier: MIT */
/** Features of one tile of rows, the step that apply, log_features and kernel_estimate share. */
#ifndef FAVOR_MAP_ROWS_H
#define FAVOR_MAP_ROWS_H

#include "map/map.h"

/** Buffers of one slot: the tile, and per row the reals that exp2 wants. */
typedef struct favor_rows {
  favor_node_tile tile;
  favor_side side; /* of the rows loaded */
  void *fraction;  /* real [rows]: fractional part of r */
  void *shift;     /* real [rows]: integers added in the exponent */
  double *scale;   /* [rows]: base-2 logarithm of what the outputs lack */
  int64_t ldf;     /* of factors */
  void *
      factors; /* real [rows, ldf]: of features that have exponents too; NULL for maps without such */
} favor_rows;

/** Take the buffers of `rows` rows at a time. */
void favor_rows_layout(favor_rows *buffers, const favor_map *map, favor_precision precision,
                       int64_t rows, favor_arena *arena);

/** True where the panel's leaf has exponents, false where it has factors. */
bool favor_rows_has_exponents(const favor_map *map, const favor_walk *walk);

/** True where features of the panel have factors besides exponents. */
bool favor_rows_has_both(const favor_map *map, const favor_walk *walk);

/** Load rows and write their exponents (or, for leaves without, their factors), without r or signs, to
 *  out [rows, features]; factors besides exponents go to buffers->factors. */
void favor_rows_raw(const favor_map *map, favor_precision precision, favor_side side,
                    favor_rows *buffers, int64_t rows, const void *x, int64_t ldx, void *out,
                    int64_t ldo);

/** Turn raw exponents, in place, into features relative to their row's maximum: |out| <= 1, and
 *  feature = out * 2^scale. Factors of a plain map are relative already. */
void favor_rows_relative(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo);

/** Turn raw exponents, in place, into the features themselves; +-inf where they do not fit. */
void favor_rows_absolute(const favor_map *map, favor_precision precision, favor_rows *buffers,
                         void *out, int64_t ldo);

/** x + rows * ldx elements of a precision. */
const void *favor_rows_at(favor_precision precision, const void *x, int64_t row, int64_t ldx);

#endif
