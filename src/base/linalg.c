/* SPDX-License-Identifier: MIT */
#include "base/linalg.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>

/* The integers of BLAS as this library was built; whether those of the library that is linked agree is
 * for favor_linalg_check. The build sets LAPACK_ILP64 together with FAVOR_BLAS_ILP64. */
#ifdef FAVOR_BLAS_ILP64
typedef int64_t blas_int;
#else
typedef int32_t blas_int;
#endif
_Static_assert(sizeof(blas_int) == sizeof(lapack_int), "lapacke.h has integers of another width");

/* The width of one block of the tridiagonal reduction that fits favor_eigen_work. */
#define EIGEN_BLOCK 32

favor_status favor_linalg_check(void) {
  /* A 32-bit LAPACK leaves the upper half of each cell as it was, a 64-bit one clears it: version numbers
   * are small. Either way only the cells are written. */
  const uint64_t pattern = UINT64_C(0x5a5a5a5a5a5a5a5a);
  union {
    uint64_t cell;
    uint32_t half[2];
    lapack_int version;
  } v[3];
  for (int i = 0; i < 3; ++i) v[i].cell = pattern;
  LAPACKE_ilaver(&v[0].version, &v[1].version, &v[2].version);
  for (int i = 0; i < 3; ++i) {
    const uint64_t untouched = pattern >> 32;
    const bool half_kept = v[i].half[0] == untouched || v[i].half[1] == untouched;
    const bool wide = !half_kept;
    if (v[i].cell == pattern || wide != (sizeof(blas_int) == 8)) return FAVOR_ERR_LINALG;
  }
  return FAVOR_OK;
}

void favor_gemm_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                    int64_t ldb, float beta, float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1,
              a, (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_gemm_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
                    int64_t ldb, double beta, double *c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1,
              a, (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_gemm_tn_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                       int64_t ldb, float beta, float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1, a,
              (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_gemm_tn_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1, a,
              (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_gemm_nt_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                       int64_t ldb, float beta, float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1, a,
              (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_gemm_nt_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blas_int)m, (blas_int)n, (blas_int)k, 1, a,
              (blas_int)lda, b, (blas_int)ldb, beta, c, (blas_int)ldc);
}

void favor_syrk_upper(int64_t n, int64_t d, const double *x, int64_t ldx, double *c) {
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (blas_int)d, (blas_int)n, 1, x, (blas_int)ldx,
              1, c, (blas_int)d);
}

/* dsyevr: eigenvectors d^2, its work (EIGEN_BLOCK + 6) d, its integers 10 d, and 2 d of their support. */
static int64_t eigen_reals(int64_t d) {
  return (EIGEN_BLOCK + 6) * d;
}

int64_t favor_eigen_work(int64_t d) {
  return d * d + eigen_reals(d) + 12 * d;
}

static bool all_finite(int64_t n, const double *a) {
  double zero = 0;
  for (int64_t i = 0; i < n; ++i) zero += a[i] * 0;
  return zero == 0;
}

/* Copy a vector with the sign that makes its largest component positive. */
static void copy_signed(int64_t d, const double *from, double *to) {
  int64_t largest = 0;
  for (int64_t k = 1; k < d; ++k) {
    if (fabs(from[k]) > fabs(from[largest])) largest = k;
  }
  const double sign = from[largest] < 0 ? -1 : 1;
  for (int64_t k = 0; k < d; ++k) to[k] = sign * from[k];
}

favor_status favor_eigen(int64_t d, double *a, double *eigenvalues, double *work) {
  if (!all_finite(d * d, a)) return FAVOR_ERR_LINALG; /* LAPACK may loop on these */
  double *vectors = work;
  double *reals = vectors + d * d;
  lapack_int *integers = (lapack_int *)(void *)(reals + eigen_reals(d));
  lapack_int *support = integers + 10 * d;
  const lapack_int n = (lapack_int)d;
  lapack_int found = 0;
  /* Column-major and "lower" is row-major and upper: no transposed copy, hence no allocation, and the
   * eigenvectors come as rows. */
  const lapack_int info = LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', 'A', 'L', n, a, n, 0, 0, 0, 0,
                                              0, &found, eigenvalues, vectors, n, support, reals,
                                              (lapack_int)eigen_reals(d), integers, 10 * n);
  if (info != 0 || found != n) return FAVOR_ERR_LINALG;
  for (int64_t i = 0; i < d; ++i) copy_signed(d, vectors + i * d, a + i * d);
  return FAVOR_OK;
}

/* dgesvd asks for 5 d; more lets the bidiagonal reduction work in blocks. */
int64_t favor_singular_work(int64_t d) {
  return (2 * EIGEN_BLOCK + 5) * d;
}

favor_status favor_singular(int64_t d, double *a, double *values, double *work) {
  if (!all_finite(d * d, a)) return FAVOR_ERR_LINALG;
  const lapack_int n = (lapack_int)d;
  double unused = 0;
  /* Column-major a is the transpose, whose left singular vectors are the right ones of a, and which
   * 'O' leaves in its columns: the rows of a. */
  const lapack_int info =
      LAPACKE_dgesvd_work(LAPACK_COL_MAJOR, 'O', 'N', n, n, a, n, values, &unused, 1, &unused, 1,
                          work, (lapack_int)favor_singular_work(d));
  if (info != 0) return FAVOR_ERR_LINALG;
  for (int64_t i = 0; i < d; ++i) copy_signed(d, a + i * d, a + i * d);
  return FAVOR_OK;
}
