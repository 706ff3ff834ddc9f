/* SPDX-License-Identifier: MIT */
/** Where a block of kernel values goes: plain values of either precision, or logarithms. */
#ifndef FAVOR_MAP_KERNEL_OUT_H
#define FAVOR_MAP_KERNEL_OUT_H

#include "map/work.h"

typedef enum favor_kernel_form {
  FAVOR_KERNEL_PLAIN_F32,
  FAVOR_KERNEL_PLAIN_F64,
  FAVOR_KERNEL_LOG
} favor_kernel_form;

typedef struct favor_kernel_out {
  favor_kernel_form form;
  void *data;       /* float for FAVOR_KERNEL_PLAIN_F32, else double */
  int8_t *sign;     /* with logarithms, or NULL; the same ld */
  int64_t n, k, ld; /* [n, k] */
  favor_tally tally;
} favor_kernel_out;

/** The arrays written, for checks; there are two. */
void favor_kernel_out_arrays(const favor_kernel_out *out, favor_array arrays[2]);

/** Write sign * exp(log_value) at (i, j), by the rules of favor.h: saturated where it does not fit;
 *  NaN as it is. sign is -1, 0 or 1. */
void favor_kernel_out_put(favor_kernel_out *out, int64_t i, int64_t j, double log_value, int sign);

/** Count row i, once all its values stand, if one of them was saturated. */
void favor_kernel_out_row_done(favor_kernel_out *out, int64_t i);

#endif
