/* SPDX-License-Identifier: MIT */
#include "support/coupled_rows.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "support/conformity.h"
#include "support/quadrature.h"
#include "support/random.h"

/* ---- Hadamard products ---- */

/** +1 or -1: entry (i, j) of the Hadamard matrix of Sylvester. */
static int entry(int i, int j) {
  int sign = 1;
  for (int both = i & j; both != 0; both &= both - 1) sign = -sign;
  return sign;
}

static int sign_of(int bits, int at) {
  return bits >> at & 1 ? -1 : 1;
}

/** The row (1, .., 1) D1 H D2 H in whole numbers, without signs. The first row serves for all:
 *  the others are that with other signs in D1. */
static void whole_row(int size, int first, int second, int out[HADAMARD_MAX]) {
  int inner[HADAMARD_MAX];
  for (int k = 0; k < size; k++) {
    inner[k] = 0;
    for (int l = 0; l < size; l++) inner[k] += sign_of(first, l) * entry(l, k);
  }
  for (int j = 0; j < size; j++) {
    int sum = 0;
    for (int k = 0; k < size; k++) sum += sign_of(second, k) * inner[k] * entry(k, j);
    out[j] = sum < 0 ? -sum : sum;
  }
}

static void count_row(hadamard_rows *t, const int row[HADAMARD_MAX], long double probability) {
  const long double unit = 1 / (t->size * sqrtl(t->size));
  int i = 0;
  for (; i < t->count; i++) {
    int same = 0;
    while (same < t->size && lroundl(t->row[i][same] / unit) == row[same]) same++;
    if (same == t->size) break;
  }
  assert(i < HADAMARD_ROWS_MAX);
  if (i == t->count) {
    t->count++;
    for (int j = 0; j < t->size; j++) t->row[i][j] = row[j] * unit;
  }
  t->probability[i] += probability;
}

const hadamard_rows *hadamard_table(int64_t dim) {
  static hadamard_rows tables[4];
  int k = 0;
  while (1 << k < dim) k++;
  assert(k < 4);
  hadamard_rows *t = &tables[k];
  if (t->size != 0) return t;
  t->size = 1 << k;
  for (int first = 0; first < 1 << t->size; first++)
    for (int second = 0; second < 1 << t->size; second++) {
      int row[HADAMARD_MAX];
      whole_row(t->size, first, second, row);
      count_row(t, row, ldexpl(1, -2 * t->size));
    }
  return t;
}

/** x' + sign y' of the scaled and recentred rows, and its square. */
static long double combine(const ref_map *map, const double *x, const double *y, int sign,
                           long double out[HADAMARD_MAX]) {
  long double square = 0;
  for (int64_t k = 0; k < map->dim; k++) {
    const long double a = x[k] - (map->query_mean ? (long double)map->query_mean[k] : 0);
    const long double b = y[k] - (map->key_mean ? (long double)map->key_mean[k] : 0);
    out[k] = sqrtl(map->scale) * (a + sign * b);
    square += out[k] * out[k];
  }
  return square;
}

/** E over signs and rows of exp(2A |w|^2) cosh or cos of w.v times the gain, at one norm. */
static long double mean_at_norm(const ref_map *map, const long double *v, bool cosine,
                                long double norm) {
  const hadamard_rows *t = hadamard_table(map->dim);
  const long double a = map->tilt, gain = norm * sqrtl(1 - 4 * a);
  long double sum = 0;
  for (int i = 0; i < t->count; i++) {
    long double product = t->probability[i], square = 0;
    for (int64_t j = 0; j < map->dim; j++) {
      const long double at = gain * t->row[i][j] * v[j];
      product *= cosine ? cosl(at) : coshl(at);
      square += t->row[i][j] * t->row[i][j];
    }
    sum += product * expl(2 * a * norm * norm * square);
  }
  return sum;
}

/** Relu features: E |w|^2 is the padded dimension; what is left is a sum over all signs. */
static long double relu_mean(const ref_map *map, const double *x, const double *y) {
  const hadamard_rows *t = hadamard_table(map->dim);
  long double sum = 0;
  for (int i = 0; i < t->count; i++)
    for (int signs = 0; signs < 1 << t->size; signs++) {
      long double p = 0, q = 0;
      for (int j = 0; j < (int)map->dim; j++) {
        p += sign_of(signs, j) * t->row[i][j] * x[j];
        q += sign_of(signs, j) * t->row[i][j] * y[j];
      }
      if (p > 0 && q > 0) sum += t->probability[i] * p * q;
    }
  sum *= map->scale * t->size / ldexpl(1, t->size);
  return sum / expl(ref_log_kernel(map->kernel, map->scale, map->dim, x, y));
}

long double ref_hadamard_mean(const ref_map *map, const double *x, const double *y) {
  static quadrature rule;
  const bool cosine = map->estimator == FAVOR_ESTIMATOR_TRIGONOMETRIC;
  const int size = hadamard_table(map->dim)->size;
  const long double middle = sqrtl(size), half = 8 + middle; /* norms in (0, 2 middle + 16) */
  long double v[HADAMARD_MAX], sum = 0, mass = 0;
  if (map->estimator == FAVOR_ESTIMATOR_RELU) return relu_mean(map, x, y);
  if (rule.n == 0) quadrature_legendre(100, &rule);
  const long double square = combine(map, x, y, cosine ? -1 : 1, v);
  for (int i = 0; i < rule.n; i++) {
    const long double norm = half * (1 + rule.node[i]);
    const long double density = rule.weight[i] * powl(norm, size - 1) * expl(-norm * norm / 2);
    mass += density;
    sum += density * mean_at_norm(map, v, cosine, norm);
  }
  const long double constant = map->dim / 2.0L * log1pl(-4 * map->tilt);
  return sum / mass * expl(constant + (cosine ? square : -square) / 2);
}

/* ---- weight-dependent simplex rows ---- */

enum { ROWS_MAX = 64, SWEEPS = 5 };

/** Unit vertices in as many dimensions as there are: e_i less the mean of all. */
static void make_simplex(int n, double s[ROWS_MAX][ROWS_MAX]) {
  const double length = sqrt(1 - 1.0 / n);
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) s[i][k] = ((i == k) - 1.0 / n) / length;
}

/** Row i against the sum of the others, which is taken afresh. */
static void oppose(int n, const double *norm, double s[ROWS_MAX][ROWS_MAX], int i) {
  double rest[ROWS_MAX] = {0}, square = 0;
  for (int j = 0; j < n; j++)
    for (int k = 0; j != i && k < n; k++) rest[k] += norm[j] * s[j][k];
  for (int k = 0; k < n; k++) square += rest[k] * rest[k];
  for (int k = 0; k < n; k++) s[i][k] = -rest[k] / sqrt(square);
}

/** E K^2 / K^2 over the rotation: the mean of exp((w_i + w_j).v) over all pairs, less twice the
 *  mean of exp(w_i.v), plus 1. */
static double error_given(int64_t dim, int n, double w[ROWS_MAX][ROWS_MAX], double square) {
  long double pairs = 0, ones = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum2 = 0, norm2 = 0;
      for (int k = 0; k < n; k++) {
        sum2 += (w[i][k] + w[j][k]) * (w[i][k] + w[j][k]);
        norm2 += w[i][k] * w[i][k];
      }
      pairs += (i == j ? 1 : 2) * ref_0f1(dim / 2.0L, sum2 * square / 4);
      if (i == j) ones += ref_0f1(dim / 2.0L, norm2 * square / 4);
    }
  return (double)(pairs / n / n * expl(-square) - 2 * ones / n * expl(-square / 2) + 1);
}

void ref_simplex_plus_errors(int64_t dim, int64_t rows, uint64_t seed, int num_squares,
                             const double *squares, sample *error) {
  const int n = (int)rows;
  static double s[ROWS_MAX][ROWS_MAX];
  double norm[ROWS_MAX];
  test_rng rng;
  assert(rows <= ROWS_MAX);
  test_rng_seed(&rng, seed);
  for (int i = 0; i < n; i++) {
    double square = 0;
    for (int64_t k = 0; k < dim; k++) square += pow(test_rng_normal(&rng), 2);
    norm[i] = sqrt(square);
  }
  make_simplex(n, s);
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int i = 0; i < n; i++) oppose(n, norm, s, i);
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) s[i][k] *= norm[i];
  for (int q = 0; q < num_squares; q++) sample_add(&error[q], error_given(dim, n, s, squares[q]));
}
