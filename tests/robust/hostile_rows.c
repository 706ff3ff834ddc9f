/* SPDX-License-Identifier: MIT */
#include "robust/hostile_rows.h"

#include "robust/maps.h"

/* What stands in a row: one value first, another everywhere else. */
typedef struct kind {
  double first, rest;
} kind;

static const kind kinds_f32[] = {
    {NAN, 0.5},     {-NAN, NAN},     {INFINITY, 0.5}, {-INFINITY, INFINITY}, {FLT_MAX, 0.0},
    {0.5, FLT_MAX}, {-FLT_MAX, 1.0}, {1e-42, -1e-42}, {-0.0, -0.0},          {FLT_MIN, -0.0},
    {1e18, 0.0},    {-1e18, 1e-30},  {3e8, -3e8},     {1e-30, 1e-30},        {1e4, -1e4},
    {100.0, 100.0}, {-1e30, 1e30},
};

static const kind kinds_f64[] = {
    {NAN, 0.5},     {-NAN, NAN},     {INFINITY, 0.5},   {-INFINITY, INFINITY}, {DBL_MAX, 0.0},
    {0.5, DBL_MAX}, {-DBL_MAX, 1.0}, {1e-320, -1e-320}, {-0.0, -0.0},          {DBL_MIN, -0.0},
    {1e150, 0.0},   {-1e150, 1e-30}, {1e18, -1e18},     {1e-200, 1e-200},      {1e4, -1e4},
    {100.0, 100.0}, {-1e250, 1e250},
};

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

static int hostile_kinds(favor_precision precision) {
  return precision == FAVOR_F32 ? COUNT(kinds_f32) : COUNT(kinds_f64);
}

static void store(favor_precision precision, void *x, int64_t at, double value) {
  if (precision == FAVOR_F32)
    ((float *)x)[at] = (float)value;
  else
    ((double *)x)[at] = value;
}

void hostile_rows(favor_precision precision, int64_t n, int64_t dim, bool clean, void *x) {
  if (precision == FAVOR_F32)
    fill_f32(n * dim, x, 11);
  else
    fill_f64(n * dim, x, 11);
  for (int64_t i = 1; i < n; i += 2) {
    const int which = (int)(i / 2 % hostile_kinds(precision));
    const kind k = precision == FAVOR_F32 ? kinds_f32[which] : kinds_f64[which];
    for (int64_t j = 0; j < dim; j++)
      store(precision, x, i * dim + j, clean ? 0.0 : j == 0 ? k.first : k.rest);
  }
}

bool row_is_finite(favor_precision precision, int64_t dim, const void *x, int64_t row) {
  if (precision == FAVOR_F32) {
    float sum = 0.0f;
    for (int64_t j = 0; j < dim; j++) {
      const float value = ((const float *)x)[row * dim + j];
      sum += value * value;
    }
    return isfinite(sum);
  }
  double sum = 0.0;
  for (int64_t j = 0; j < dim; j++) {
    const double value = ((const double *)x)[row * dim + j];
    sum += value * value;
  }
  return isfinite(sum);
}

void make_inputs(inputs *in, favor_precision precision, int64_t dim) {
  assert_int_equal(ROWS, 2 * hostile_kinds(precision) + 1);
  in->precision = precision;
  in->dim = dim;
  in->nonfinite = 0;
  in->first = -1;
  hostile_rows(precision, ROWS, dim, false, in->sent);
  hostile_rows(precision, ROWS, dim, true, in->clean);
  for (int64_t i = 0; i < ROWS; i++) {
    in->finite[i] = row_is_finite(precision, dim, in->sent, i);
    if (in->finite[i]) continue;
    in->nonfinite++;
    if (in->first < 0) in->first = i;
  }
  assert_true(in->nonfinite > 0 && in->nonfinite < ROWS / 2);
}

double element_of(favor_precision precision, const void *x, int64_t i) {
  return precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

size_t element_bytes(favor_precision precision) {
  return precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

void assert_same_bits(const void *a, const void *b, int64_t first, int64_t n, size_t element) {
  const size_t offset = (size_t)first * element;
  assert_memory_equal((const unsigned char *)a + offset, (const unsigned char *)b + offset,
                      (size_t)n * element);
}
