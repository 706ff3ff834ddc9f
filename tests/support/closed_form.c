/* SPDX-License-Identifier: MIT */
#include "support/closed_form.h"

#include <math.h>

#include "support/conformity.h"

static const long double INF = (long double)INFINITY;

void ref_law_set_pair(ref_law *law, double scale, const double *x, const double *y,
                      const double *query_mean, const double *key_mean) {
  long double sum2 = 0, difference2 = 0;
  for (int64_t k = 0; k < law->dim; k++) {
    const long double a = x[k] - (query_mean ? (long double)query_mean[k] : 0);
    const long double b = y[k] - (key_mean ? (long double)key_mean[k] : 0);
    sum2 += (a + b) * (a + b);
    difference2 += (a - b) * (a - b);
  }
  law->sum2 = scale * sum2;
  law->difference2 = scale * difference2;
  law->angle = ref_angle(law->dim, x, y); /* read for relu features, which are never recentred */
}

void ref_law_set_shaped_pair(ref_law *law, const ref_shape *shape, double scale, const double *x,
                             const double *y, const double *query_mean, const double *key_mean,
                             long double *squares) {
  bool same = true;
  law->sum2 = law->difference2 = law->angle = 0;
  for (int64_t l = 0; l < law->dim; l++) {
    long double v = 0;
    for (int64_t k = 0; k < law->dim; k++) {
      const long double a = x[k] - (query_mean ? (long double)query_mean[k] : 0);
      const long double b = y[k] - (key_mean ? (long double)key_mean[k] : 0);
      v += shape->g[FAVOR_QUERY][l * law->dim + k] * a + shape->g[FAVOR_KEY][l * law->dim + k] * b;
    }
    squares[l] = scale * v * v;
    law->sum2 += squares[l];
    same = same && shape->a[l] == shape->a[0];
  }
  law->tilt = shape->a[0];
  law->squares = same ? NULL : squares;
  law->tilts = same ? NULL : shape->a;
}

/** J1 and J2 of the arc-cosine kernels (Cho and Saul 2009): sin t + (pi - t) cos t and
 *  3 sin t cos t + (pi - t) (1 + 2 cos^2 t), by their series in s = pi - t where they cancel. */
static void arccos_factors(long double t, long double *j1, long double *j2) {
  const long double s = acosl(-1) - t;
  if (s > 0.5L) {
    *j1 = sinl(t) + s * cosl(t);
    *j2 = 3 * sinl(t) * cosl(t) + s * (1 + 2 * cosl(t) * cosl(t));
    return;
  }
  long double term = s, wide = 2 * s; /* s^(2k+1) / (2k+1)!, and the same of 2s */
  *j1 = *j2 = 0;
  for (int k = 1; k < 20; k++) {
    const int divisor = 2 * k * (2 * k + 1);
    term *= -s * s / divisor;
    wide *= -4 * s * s / divisor;
    *j1 -= 2 * k * term;
    *j2 += (k - 1) * wide;
  }
}

long double ref_log_second_moment(int64_t dim, long double tilt, long double phi) {
  if (8 * tilt >= 1) return INF;
  const long double d = (long double)dim, p = 1 - 4 * tilt, q = 1 - 8 * tilt;
  return d * log1pl(-4 * tilt) - d / 2 * log1pl(-8 * tilt) + 2 * p / q * phi - phi;
}

long double ref_best_tilt(int64_t dim, long double phi) {
  const long double golden = (sqrtl(5) - 1) / 2;
  long double low = -40, high = 40; /* ln(1 - 8 A) */
  for (int step = 0; step < 160; step++) {
    const long double a = high - golden * (high - low), b = low + golden * (high - low);
    const long double fa = ref_log_second_moment(dim, -expm1l(a) / 8, phi);
    const long double fb = ref_log_second_moment(dim, -expm1l(b) / 8, phi);
    if (fa < fb)
      high = b;
    else
      low = a;
  }
  return -expm1l((low + high) / 2) / 8;
}

static bool is_even(const ref_law *law) { /* Z sees w and -w alike */
  return law->estimator == FAVOR_ESTIMATOR_TRIGONOMETRIC ||
         law->estimator == FAVOR_ESTIMATOR_HYPERBOLIC;
}

/** |v|^2, negative where v is imaginary. */
static long double argument(const ref_law *law) {
  return law->estimator == FAVOR_ESTIMATOR_TRIGONOMETRIC ? -law->difference2 : law->sum2;
}

/** Coordinates are independent. */
static long double log_second_moment_of_tilts(const ref_law *law) {
  long double sum = 0;
  for (int64_t l = 0; l < law->dim; l++)
    sum += ref_log_second_moment(1, law->tilts[l], law->squares[l]);
  return sum;
}

long double ref_relvar_one(const ref_law *law) {
  long double j1 = 0, j2 = 0;
  const long double half_sinh = sinhl(argument(law) / 2), d = (long double)law->dim;
  const long double norm4 = law->coupling == FAVOR_COUPLING_FIXED_NORM ? d / (d + 2) : 1;
  switch (law->estimator) {
  case FAVOR_ESTIMATOR_TRIGONOMETRIC:
  case FAVOR_ESTIMATOR_HYPERBOLIC:
    return 2 * half_sinh * half_sinh;
  case FAVOR_ESTIMATOR_RELU:
    arccos_factors(law->angle, &j1, &j2);
    return norm4 * 2 * acosl(-1) * j2 / (j1 * j1) - 1;
  case FAVOR_ESTIMATOR_POSITIVE:
    return expm1l(law->sum2);
  default:
    if (law->squares) return expm1l(log_second_moment_of_tilts(law));
    return expm1l(ref_log_second_moment(law->dim, law->tilt, law->sum2));
  }
}

/** E Z_i Z_j / K^2 - 1 for two rows of a block of `rows`, chi norms, cosine c. The tilt cancels;
 *  not so in opposite rows, of which w.v cancels instead, as it does at v = 0. */
static long double cross(const ref_law *law, long double c) {
  const long double s = argument(law);
  if (law->coupling == FAVOR_COUPLING_ANTITHETIC) {
    if (law->estimator == FAVOR_ESTIMATOR_RELU) return -1; /* max(0, t) max(0, -t) = 0 */
    return expm1l(ref_log_second_moment(law->dim, law->tilt, 0) - s);
  }
  const int d = (int)law->dim;
  long double excess = ref_conformity_excess(d, c, s);
  if (is_even(law) && c != 0) excess = (excess + ref_conformity_excess(d, -c, s)) / 2;
  return excess * expl(-s);
}

static int64_t block_rows(const ref_law *law) {
  if (law->coupling == FAVOR_COUPLING_ANTITHETIC) return 2;
  return law->coupling == FAVOR_COUPLING_IID ? 1 : law->dim;
}

/** Rows whose pairs have no known law, unless there is one row a block. */
static bool is_unknown(const ref_law *law) {
  if (law->coupling == FAVOR_COUPLING_HADAMARD) return true;
  return law->coupling == FAVOR_COUPLING_SIMPLEX_PLUS && law->dim > 1 && law->projections > 1;
}

static long double cosine(const ref_law *law, int64_t rows) {
  return law->coupling == FAVOR_COUPLING_SIMPLEX ? -1 / (long double)(rows - 1) : 0;
}

/** (r / M)^2 Var_block / K^2 for a block of r rows. */
static long double block_part(const ref_law *law, int64_t rows) {
  const long double r = (long double)rows, share = r / (long double)law->projections;
  const long double one = ref_relvar_one(law) / r;
  return share * share * (rows > 1 ? one + (1 - 1 / r) * cross(law, cosine(law, rows)) : one);
}

/** Constants of one projection with |w|^2 = d: K^ / K = sum of factor h(w.v) / M. */
static long double fixed_factor(const ref_law *law) {
  const long double d = (long double)law->dim, a = law->tilt;
  return expl(d / 2 * log1pl(-4 * a) + 2 * a * d - argument(law) / 2);
}

/** E h(w.v), or E exp of the sum of two rows at a right angle, for |w|^2 = d and Haar
 *  directions. */
static long double fixed_mean(const ref_law *law, int pair) {
  const long double d = (long double)law->dim, s = argument(law) * (1 - 4 * (long double)law->tilt);
  return ref_0f1(d / 2, d * s * pair / 4);
}

static long double fixed_norm_relmse(const ref_law *law) {
  const int64_t m = law->projections, d = law->dim, rest = m % d;
  const long double big = (long double)m, s = argument(law) * (1 - 4 * (long double)law->tilt);
  const long double pairs = (long double)((m - rest) * (d - 1) + rest * (rest - 1));
  const long double factor = fixed_factor(law), mean = factor * fixed_mean(law, 1);
  const long double square = ref_0f1((long double)d / 2, (long double)d * s);
  const long double second = factor * factor * (is_even(law) ? (1 + square) / 2 : square);
  const long double within = factor * factor * fixed_mean(law, 2);
  const long double variance =
      (big * (second - mean * mean) + pairs * (within - mean * mean)) / (big * big);
  return variance + (mean - 1) * (mean - 1);
}

long double ref_relative_mean(const ref_law *law) {
  if (law->coupling == FAVOR_COUPLING_HADAMARD) return (long double)NAN;
  if (law->coupling != FAVOR_COUPLING_FIXED_NORM) return 1;
  if (!ref_knows(law->estimator) || law->squares) return (long double)NAN;
  if (law->estimator == FAVOR_ESTIMATOR_RELU) return 1; /* quadratic in |w| */
  return fixed_factor(law) * fixed_mean(law, 1);
}

long double ref_log_relmse(const ref_law *law) {
  const int64_t block = block_rows(law), full = law->projections / block,
                rest = law->projections % block;
  if (!ref_knows(law->estimator) || is_unknown(law)) return (long double)NAN;
  if (law->squares && (law->coupling == FAVOR_COUPLING_FIXED_NORM || law->projections > 1) &&
      law->coupling != FAVOR_COUPLING_IID)
    return (long double)NAN;
  if (law->estimator == FAVOR_ESTIMATOR_RELU && law->coupling != FAVOR_COUPLING_ANTITHETIC)
    return block > 1 ? (long double)NAN : logl(ref_relvar_one(law) / (long double)law->projections);
  if (law->coupling == FAVOR_COUPLING_FIXED_NORM) return logl(fixed_norm_relmse(law));
  if (8 * law->tilt >= 1) return INF;
  long double sum = full > 0 ? (long double)full * block_part(law, block) : 0;
  if (rest > 0) sum += block_part(law, rest);
  return logl(sum);
}
