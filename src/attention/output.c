/* SPDX-License-Identifier: MIT */
#include "attention/output.h"

#include <math.h>

#include "attention/panel.h"

static const double ln_2 = 0.69314718055994530942;

static void fill_row(favor_precision precision, int64_t dv, double value, void *out, int64_t at) {
  for (int64_t l = 0; l < dv; ++l) favor_real_set(precision, out, at + l, value);
}

static void divide_row(const favor_attend *a, int64_t i, void *out, int64_t at) {
  const int64_t dv = a->dv;
  if (a->precision == FAVOR_F32) {
    const float *sums = (const float *)a->sums + i * a->ld, scale = 1 / sums[dv];
    float *to = (float *)out + at;
    for (int64_t l = 0; l < dv; ++l) to[l] = sums[l] * scale;
  } else {
    const double *sums = (const double *)a->sums + i * a->ld, scale = 1 / sums[dv];
    double *to = (double *)out + at;
    for (int64_t l = 0; l < dv; ++l) to[l] = sums[l] * scale;
  }
}

static void put(const favor_attend *a, const favor_output *o, int64_t row, double value,
                double log) {
  fill_row(a->precision, a->dv, value, o->out, row * o->ldo);
  if (o->log_norm) o->log_norm[row] = log;
}

static void put_blank(const favor_attend *a, const favor_output *o, int64_t row) {
  if (row >= o->clean) {
    put(a, o, row, NAN, NAN);
    favor_tally_row(&o->tally->nonfinite, o->row + row);
  } else {
    put(a, o, row, 0, -INFINITY);
    favor_tally_row(&o->tally->masked, o->row + row);
  }
}

void favor_output_fill(const favor_attend *a, const favor_output *o, int64_t first, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) put_blank(a, o, first + i);
}

/* Natural logarithm of sum 2^(the exponents of row i). Integers are added apart from fractions, and
 * the sum's own exponent with them: where maxima that a row may not see move digits between the
 * two, no bit of the logarithm changes. */
static double log_norm(const favor_attend *a, const favor_output *o, int64_t i, double sum) {
  int exponent = 0;
  const double mantissa = frexp(sum, &exponent), r = a->query.tile.r[i], whole = floor(r);
  const double integers = a->reference + a->top[i] + exponent + whole;
  return ln_2 * (integers + (log2(mantissa) + (r - whole) + o->offset));
}

void favor_output_write(favor_attend *a, const favor_output *o, int64_t first, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t row = first + i;
    const double sum = favor_real_get(a->precision, a->sums, i * a->ld + a->dv);
    if (!a->query.live[i]) {
      put(a, o, row, NAN, NAN);
      favor_tally_row(&o->tally->nonfinite, o->row + row);
    } else if (row >= o->clean || !a->visible[i]) {
      put_blank(a, o, row);
    } else if (!(sum > 0)) {
      put(a, o, row, 0, NAN);
      favor_tally_row(&o->tally->nonpositive, o->row + row);
    } else {
      divide_row(a, i, o->out, row * o->ldo);
      if (o->log_norm) o->log_norm[row] = log_norm(a, o, i, sum);
    }
  }
}
