/* SPDX-License-Identifier: MIT */
/** Nodes are eigenvalues of the Jacobi matrix of the weight's orthonormal polynomials (Golub and
 *  Welsch 1969), found by counting sign changes; weights are mass / sum_k p_k(node)^2. Both weights
 *  here are even, so the matrix has a zero diagonal. */
#include "support/quadrature.h"

#include <math.h>

/** Squared off-diagonal element k = 1, 2, ... of the Jacobi matrix. */
typedef long double (*offdiagonal2)(int k);

static long double legendre2(int k) {
  const long double k2 = (long double)k * k;
  return k2 / (4 * k2 - 1);
}

static long double normal2(int k) {
  return k;
}

/** Eigenvalues of the n x n Jacobi matrix below x: negative pivots of its LDL' factorisation. */
static int count_below(int n, offdiagonal2 b2, long double x) {
  int count = 0;
  long double pivot = 1;
  for (int k = 0; k < n; k++) {
    pivot = -x - (k > 0 ? b2(k) / pivot : 0);
    if (pivot == 0) pivot = -1e-300L;
    count += pivot < 0;
  }
  return count;
}

static long double node(int n, offdiagonal2 b2, long double bound, int index) {
  long double low = -bound, high = bound;
  for (int step = 0; step < 80; step++) {
    const long double middle = low + (high - low) / 2;
    if (count_below(n, b2, middle) > index)
      high = middle;
    else
      low = middle;
  }
  return low + (high - low) / 2;
}

/** 1 / sum_{k < n} p_k(x)^2 with p_0 = 1, in steps that cannot overflow for the sizes used. */
static long double christoffel(int n, offdiagonal2 b2, long double x) {
  long double before = 0, here = 1, sum = 1;
  for (int k = 1; k < n; k++) {
    const long double next = (x * here - (k > 1 ? sqrtl(b2(k - 1)) * before : 0)) / sqrtl(b2(k));
    before = here;
    here = next;
    sum += here * here;
  }
  return 1 / sum;
}

static void gauss(int n, offdiagonal2 b2, long double bound, long double mass, quadrature *out) {
  out->n = n;
  for (int i = 0; i < n; i++) {
    out->node[i] = 2 * i + 1 == n ? 0 : node(n, b2, bound, i);
    out->weight[i] = mass * christoffel(n, b2, out->node[i]);
  }
}

void quadrature_legendre(int n, quadrature *out) {
  gauss(n, legendre2, 1, 2, out);
}

void quadrature_normal(int n, quadrature *out) {
  gauss(n, normal2, 2 * sqrtl((long double)n) + 1, 1, out);
}

int64_t quadrature_grid(int n, int64_t dim, double *w, long double *weight) {
  quadrature line;
  int64_t rows = 1;
  quadrature_normal(n, &line);
  for (int64_t k = 0; k < dim; k++) rows *= n;
  for (int64_t i = 0; i < rows; i++) {
    int64_t rest = i;
    weight[i] = 1;
    for (int64_t k = 0; k < dim; k++, rest /= n) {
      w[i * dim + k] = (double)line.node[rest % n];
      weight[i] *= line.weight[rest % n];
    }
  }
  return rows;
}
