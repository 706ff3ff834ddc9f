/* SPDX-License-Identifier: MIT */
#include "map/kernel_out.h"

#include <float.h>
#include <math.h>

void favor_kernel_out_arrays(const favor_kernel_out *out, favor_array arrays[2]) {
  const size_t element = out->form == FAVOR_KERNEL_PLAIN_F32 ? sizeof(float) : sizeof(double);
  const char *name = out->form == FAVOR_KERNEL_LOG ? "log_out" : "out";
  arrays[0] = (favor_array){name, "ldo", out->data, out->n, out->k, out->ld, element, true};
  arrays[1] =
      (favor_array){"sign", "ldo", out->sign, out->sign ? out->n : 0, out->k, out->ld, 1, true};
}

static double limit_of(const favor_kernel_out *out) {
  return out->form == FAVOR_KERNEL_PLAIN_F32 ? (double)FLT_MAX : DBL_MAX;
}

void favor_kernel_out_put(favor_kernel_out *out, int64_t i, int64_t j, double log_value, int sign) {
  const int64_t at = i * out->ld + j;
  if (out->form == FAVOR_KERNEL_LOG) {
    ((double *)out->data)[at] = sign == 0 ? -INFINITY : log_value;
    if (out->sign) out->sign[at] = (int8_t)(isnan(log_value) ? 0 : sign);
    return;
  }
  double value = sign * exp(log_value);
  if (fabs(value) > limit_of(out)) value = copysign(limit_of(out), value);
  if (out->form == FAVOR_KERNEL_PLAIN_F32) {
    ((float *)out->data)[at] = (float)value;
  } else {
    ((double *)out->data)[at] = value;
  }
}

void favor_kernel_out_row_done(favor_kernel_out *out, int64_t i) {
  if (out->form == FAVOR_KERNEL_LOG) return;
  for (int64_t j = 0; j < out->k; ++j) {
    const int64_t at = i * out->ld + j;
    const double value = out->form == FAVOR_KERNEL_PLAIN_F32
                             ? (double)((const float *)out->data)[at]
                             : ((const double *)out->data)[at];
    if (fabs(value) == limit_of(out)) {
      favor_tally_row(&out->tally.overflow, i);
      return;
    }
  }
}
