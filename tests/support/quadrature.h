/* SPDX-License-Identifier: MIT */
/** Gauss quadrature: expectations over a few Gaussians to rounding, and one-dimensional
 *  integrals. */
#ifndef FAVOR_TESTS_SUPPORT_QUADRATURE_H
#define FAVOR_TESTS_SUPPORT_QUADRATURE_H

#include <stdint.h>

enum { QUADRATURE_MAX = 256 };

/** n <= QUADRATURE_MAX nodes, ascending, and their weights. */
typedef struct quadrature {
  int n;
  long double node[QUADRATURE_MAX], weight[QUADRATURE_MAX];
} quadrature;

/** Integrals over [-1, 1]: weights sum to 2. Exact for polynomials of degree 2n - 1. */
void quadrature_legendre(int n, quadrature *out);

/** Expectations over N(0, 1): weights sum to 1. Exact for polynomials of degree 2n - 1. */
void quadrature_normal(int n, quadrature *out);

/** The tensor grid of quadrature_normal(n) in dim dimensions, for expectations over N(0, I): row i
 *  of w [n^dim, dim] is a node and weight[i] its weight. Returns n^dim. */
int64_t quadrature_grid(int n, int64_t dim, double *w, long double *weight);

#endif
