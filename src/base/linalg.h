/* SPDX-License-Identifier: MIT */
/** The only user of cblas.h and lapacke.h. Everything is row-major, float64 unless named
 *  otherwise. */
#ifndef FAVOR_BASE_LINALG_H
#define FAVOR_BASE_LINALG_H

#include <stdint.h>

#include "favor/favor.h"

/** FAVOR_OK if the integers of the linked LAPACK have the width that this library was built for,
 *  else FAVOR_ERR_LINALG. Safe to ask in either case: it only lets LAPACK write through pointers to
 *  64-bit cells. */
favor_status favor_linalg_check(void);

/** c [m, n] = beta c + a [m, k] b [k, n]; beta is 0 or 1. Shapes fit the BLAS integer (callers pass
 *  tiles). */
void favor_gemm_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                    int64_t ldb, float beta, float *c, int64_t ldc);
void favor_gemm_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
                    int64_t ldb, double beta, double *c, int64_t ldc);

/** c [m, n] = beta c + a' b with a [k, m], b [k, n]. */
void favor_gemm_tn_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                       int64_t ldb, float beta, float *c, int64_t ldc);
void favor_gemm_tn_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

/** c [m, n] = beta c + a b' with a [m, k], b [n, k]. */
void favor_gemm_nt_f32(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                       int64_t ldb, float beta, float *c, int64_t ldc);
void favor_gemm_nt_f64(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

/** c [d, d] += x' x, upper triangle only, x [n, d]. */
void favor_syrk_upper(int64_t n, int64_t d, const double *x, int64_t ldx, double *c);

/** Eigenvalues, ascending, of the symmetric a [d, d], and in row i of a the unit eigenvector of the
 *  i-th, its component of largest magnitude (the first of equals) made positive, so that LAPACKs
 *  agree. `work` holds favor_eigen_work(d) doubles. FAVOR_ERR_LINALG if LAPACK fails. */
int64_t favor_eigen_work(int64_t d);
favor_status favor_eigen(int64_t d, double *a, double *eigenvalues, double *work);

/** Singular values, descending, of a [d, d], and in row i of a the unit right singular vector of the
 *  i-th, its sign as in favor_eigen. `work` holds favor_singular_work(d) doubles. FAVOR_ERR_LINALG if
 *  LAPACK fails. */
int64_t favor_singular_work(int64_t d);
favor_status favor_singular(int64_t d, double *a, double *values, double *work);

#endif
