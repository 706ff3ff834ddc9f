/* SPDX-License-Identifier: MIT */
#include "support/conformity.h"

#include <math.h>
#include <stdbool.h>

#include "support/quadrature.h"

static const long double TINY = 1e-24L;

/** sum over a hypergeometric term ratio, until terms are below TINY of the sum and shrinking. */
static long double series_1f1(long double a, long double b, long double t) {
  long double term = 1, sum = 1;
  for (int k = 0; k < 100000; k++) {
    const long double step = (a + k) / (b + k) * t / (k + 1);
    term *= step;
    sum += term;
    if (term == 0 || (fabsl(step) < 0.5L && fabsl(term) < TINY * fabsl(sum))) break;
  }
  return sum;
}

long double ref_1f1(long double a, long double b, long double t) {
  return t < 0 ? expl(t) * series_1f1(b - a, b, -t) : series_1f1(a, b, t);
}

/** Nodes shared by the integrals below: angles in [0, pi]. */
static const quadrature *angles(void) {
  static quadrature rule;
  if (rule.n == 0) quadrature_legendre(200, &rule);
  return &rule;
}

static long double angle(int i) {
  return acosl(-1) * (angles()->node[i] + 1) / 2;
}

/** E cos(k cos t) over t in [0, pi] with density sin(t)^(d-2): the sphere in d >= 2 dimensions. As
 *  many panels as the oscillation needs. */
static long double sphere_cosine(int d, long double k) {
  const int panels = 1 + (int)(k / 50);
  long double sum = 0, mass = 0;
  if (d == 1) return cosl(k);
  for (int i = 0; i < panels * angles()->n; i++) {
    const long double t = (angle(i % angles()->n) + i / angles()->n * acosl(-1)) / panels;
    const long double density = angles()->weight[i % angles()->n] * powl(sinl(t), d - 2);
    sum += density * cosl(k * cosl(t));
    mass += density;
  }
  return sum / mass;
}

long double ref_0f1(long double b, long double z) {
  long double term = 1, sum = 1;
  if (z < 0) return sphere_cosine((int)lroundl(2 * b), 2 * sqrtl(-z));
  for (int k = 0; k < 100000; k++) {
    const long double step = z / ((b + k) * (k + 1));
    term *= step;
    sum += term;
    if (step < 0.5L && term < TINY * sum) break;
  }
  return sum;
}

long double ref_conformity(int d, long double c, long double s) {
  long double sum = 0, mass = 0;
  for (int i = 0; i < angles()->n; i++) {
    const long double sine = sinl(angle(i)), density = angles()->weight[i] * powl(sine, d - 1);
    sum += density * ref_1f1(d, d / 2.0L, s / 2 * (1 + c * sine));
    mass += density;
  }
  return sum / mass;
}

/** E sin(2t)^p = 2^p B((d + p) / 2, (d + p) / 2) / B(d / 2, d / 2). */
static long double sine_moment(int d, int p) {
  const long double h = d / 2.0L, q = (d + p) / 2.0L;
  return expl(p * logl(2) + 2 * lgammal(q) - lgammal(2 * q) - 2 * lgammal(h) + lgammal(2 * h));
}

/** E (1 + c sin 2t)^k by the binomial theorem. */
static long double binomial_moment(int d, long double c, int k) {
  long double coefficient = 1, sum = 1;
  for (int p = 1; p <= k; p++) {
    coefficient *= c * (k - p + 1) / p;
    sum += coefficient * sine_moment(d, p);
  }
  return sum;
}

/** The power series of rho_c(s), or with `excess` that of rho_c(s) - e^s: the constant terms are
 *  equal. */
static long double double_series(int d, long double c, long double s, bool excess) {
  long double ratio = 1, power = 1, sum = excess ? 0 : 1;
  for (int k = 1; k < 80; k++) {
    power *= s / k;
    ratio *= (d + k - 1) / (2 * (d / 2.0L + k - 1)); /* 2^-k (d)_k / (d/2)_k */
    sum += power * (ratio * binomial_moment(d, c, k) - (excess ? 1 : 0));
    if (fabsl(power) < TINY) break;
  }
  return sum;
}

long double ref_conformity_series(int d, long double c, long double s) {
  return double_series(d, c, s, false);
}

long double ref_conformity_excess(int d, long double c, long double s) {
  if (fabsl(s) <= 1) return double_series(d, c, s, true);
  return ref_conformity(d, c, s) - expl(s);
}
