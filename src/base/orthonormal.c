/* SPDX-License-Identifier: MIT */
#include "base/orthonormal.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#define LANES 8

/* Eight partial sums, element j in lane j mod 8, then added pairwise: an order that vectors of
 * 2, 4 and 8 can follow, so that the bits do not depend on how the compiler vectorises. */
static double dot(int64_t d, const double *a, const double *b) {
  double lane[LANES] = {0};
  int64_t j = 0;
  for (; j + LANES <= d; j += LANES) {
    for (int64_t l = 0; l < LANES; l++) lane[l] += a[j + l] * b[j + l];
  }
  for (int64_t l = 0; j + l < d; l++) lane[l] += a[j + l] * b[j + l];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static void subtract(int64_t d, double factor, const double *q, double *a) {
  for (int64_t j = 0; j < d; j++) a[j] -= factor * q[j];
}

bool favor_orthonormalise(int64_t rows, int64_t d, double *a) {
  assert(rows <= d);
  for (int64_t i = 0; i < rows; i++) {
    double *row = a + i * d;
    const double before = dot(d, row, row);
    /* Once leaves an error of rounding times the cancellation; twice is enough (Kahan, in Parlett,
     * The Symmetric Eigenvalue Problem, 6.9). */
    for (int pass = 0; pass < 2; pass++) {
      for (int64_t k = 0; k < i; k++) subtract(d, dot(d, a + k * d, row), a + k * d, row);
    }
    const double after = dot(d, row, row);
    const double tolerance = 8.0 * (double)d * DBL_EPSILON;
    /* Written so that NaN, infinity and a row of zeros are refused too. */
    if (!(after > tolerance * tolerance * before)) return false;
    const double norm = sqrt(after);
    for (int64_t j = 0; j < d; j++) row[j] /= norm;
  }
  return true;
}

void favor_haar_rows(favor_rng *rng, int64_t rows, int64_t d, double *q) {
  /* Dependent rows have probability zero up to rounding; fresh ones then. */
  do {
    favor_rng_normals(rng, rows * d, q);
  } while (!favor_orthonormalise(rows, d, q));
}

/* Turn rows 0 .. n - 2 of w, orthonormal, into n simplex vertices in their span:
 * s_i = a e_i - b (e_1 + ... + e_{n-1}) for i < n, s_n = (e_1 + ... + e_{n-1}) / sqrt(n - 1). */
static void vertices(int64_t n, int64_t d, double *w) {
  const double size = (double)n, a = sqrt(size / (size - 1.0));
  const double b = (sqrt(size) + 1.0) / ((size - 1.0) * sqrt(size - 1.0));
  const double last = 1.0 / sqrt(size - 1.0);
  double *sum = w + (n - 1) * d;
  for (int64_t j = 0; j < d; j++) sum[j] = 0.0;
  for (int64_t i = 0; i < n - 1; i++) {
    for (int64_t j = 0; j < d; j++) sum[j] += w[i * d + j];
  }
  for (int64_t i = 0; i < n - 1; i++) {
    for (int64_t j = 0; j < d; j++) w[i * d + j] = a * w[i * d + j] - b * sum[j];
  }
  for (int64_t j = 0; j < d; j++) sum[j] *= last;
}

void favor_simplex_rows(favor_rng *rng, int64_t rows, int64_t d, double *w) {
  favor_haar_rows(rng, rows > 1 ? rows - 1 : 1, d, w);
  if (rows > 1) vertices(rows, d, w);
}
