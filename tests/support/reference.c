/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <math.h>
#include <stddef.h>

static long double dot(int64_t d, const double *x, const double *y) {
  long double sum = 0;
  for (int64_t k = 0; k < d; k++) sum += (long double)x[k] * y[k];
  return sum;
}

long double ref_angle(int64_t dim, const double *x, const double *y) {
  const long double nx = sqrtl(dot(dim, x, x)), ny = sqrtl(dot(dim, y, y));
  long double minus = 0, plus = 0;
  if (nx == 0 || ny == 0) return acosl(0);
  for (int64_t k = 0; k < dim; k++) {
    const long double a = x[k] / nx, b = y[k] / ny;
    minus += (a - b) * (a - b);
    plus += (a + b) * (a + b);
  }
  return 2 * atan2l(sqrtl(minus), sqrtl(plus));
}

/** sin t + (pi - t) cos t = sin s - s cos s with s = pi - t, by its series where that cancels. */
static long double arccos1_factor(long double t) {
  const long double pi = acosl(-1), s = pi - t;
  if (s > 0.5L) return sinl(t) + s * cosl(t);
  long double term = s, sum = 0; /* term = s^(2k+1) / (2k+1)! */
  for (int k = 1; k < 16; k++) {
    term *= -s * s / (2 * k * (2 * k + 1));
    sum -= 2 * k * term;
  }
  return sum;
}

long double ref_log_kernel(int32_t kernel, double scale, int64_t dim, const double *x,
                           const double *y) {
  const long double pi = acosl(-1);
  long double distance2 = 0;
  switch (kernel) {
  case FAVOR_KERNEL_SOFTMAX:
    return scale * dot(dim, x, y);
  case FAVOR_KERNEL_GAUSSIAN:
    for (int64_t k = 0; k < dim; k++)
      distance2 += ((long double)x[k] - y[k]) * ((long double)x[k] - y[k]);
    return -scale * distance2 / 2;
  case FAVOR_KERNEL_ARCCOS1:
    return logl(scale * sqrtl(dot(dim, x, x)) * sqrtl(dot(dim, y, y)) *
                arccos1_factor(ref_angle(dim, x, y)) / (2 * pi));
  default:
    return (long double)NAN;
  }
}

bool ref_knows(int32_t estimator) {
  return estimator >= FAVOR_ESTIMATOR_POSITIVE && estimator <= FAVOR_ESTIMATOR_ADERF_DIAG;
}

bool ref_has_shape(int32_t estimator) {
  return estimator >= FAVOR_ESTIMATOR_SADERF && estimator <= FAVOR_ESTIMATOR_ADERF_DIAG;
}

static int64_t per_projection(int32_t estimator) {
  return estimator == FAVOR_ESTIMATOR_TRIGONOMETRIC || estimator == FAVOR_ESTIMATOR_HYPERBOLIC ? 2
                                                                                               : 1;
}

int64_t ref_features(const ref_map *map) {
  return map->projections * per_projection(map->estimator);
}

/** What one row gives every feature: the shift s of its side, |x - s|^2, the square that the
 *  exponential loses (of G (x - s) where there is a shape), and the scalar of the kernel and of recentring. With in = x - s the identities are
 *      x.y = in_q.in_k + c.in_q + b.in_k + b.c,
 *      -|x - y|^2 / 2 = in_q.in_k - (|in_q|^2 + |in_k|^2) / 2 + (c - b).in_q + (b - c).in_k - |b -
 *      c|^2 / 2,
 *  and what depends on neither row stands with the query. */
typedef struct row {
  const double *shift, *g;
  long double shifted2, own2, scalar, magnitude;
  long double log_det;                   /* ln det(I - 4A) / 4 */
  long double turned[REF_SHAPE_DIM_MAX]; /* (I - 4A)^(1/2) G (x - s) */
} row;

/** Coordinate l of G (x - s). */
static long double turned(int64_t dim, const row *r, int64_t l, const double *x) {
  long double sum = 0;
  for (int64_t k = 0; k < dim; k++)
    sum += r->g[l * dim + k] * (x[k] - (r->shift ? (long double)r->shift[k] : 0));
  return sum;
}

/** The sum of squares of all entries of a matrix: at least the square of its norm. */
static long double entries2(int64_t dim, const double *g) {
  long double sum = 0;
  for (int64_t i = 0; i < dim * dim; i++) sum += (long double)g[i] * g[i];
  return sum;
}

static void add_term(row *r, long double term) {
  r->scalar += term;
  r->magnitude += fabsl(term);
}

static row row_of(const ref_map *map, favor_side side, const double *x) {
  const bool query = side == FAVOR_QUERY, gaussian = map->kernel == FAVOR_KERNEL_GAUSSIAN;
  const double *own = query ? map->query_mean : map->key_mean;
  const double *other = query ? map->key_mean : map->query_mean;
  const long double scale = map->scale;
  row r;
  r.shift = own;
  r.g = map->shape ? map->shape->g[side] : NULL;
  r.shifted2 = r.scalar = r.magnitude = r.log_det = 0;
  for (int64_t k = 0; k < map->dim; k++) {
    const long double s = own ? own[k] : 0, o = other ? other[k] : 0, in = x[k] - s;
    r.shifted2 += in * in;
    add_term(&r, scale * in * (gaussian ? o - s : o));
    if (query) add_term(&r, gaussian ? -scale * (s - o) * (s - o) / 2 : scale * s * o);
  }
  if (gaussian) add_term(&r, -scale * r.shifted2 / 2);
  r.own2 = r.g ? 0 : r.shifted2;
  for (int64_t l = 0; r.g && l < map->dim; l++) {
    const long double in = turned(map->dim, &r, l, x), part = 1 - 4 * (long double)map->shape->a[l];
    r.own2 += in * in;
    r.turned[l] = sqrtl(part) * in;
    r.log_det += logl(part) / 4;
  }
  r.magnitude += scale * (r.g ? entries2(map->dim, r.g) : 1) * r.shifted2 / 2;
  return r;
}

/** sqrt(scale) w.(x - s), one projection; with a shape w.(I - 4A)^(1/2) G (x - s). */
static long double project(const ref_map *map, const double *w, const row *r, const double *x) {
  long double sum = 0;
  for (int64_t l = 0; r->g && l < map->dim; l++) sum += w[l] * r->turned[l];
  if (r->g) return sqrtl(map->scale) * sum;
  for (int64_t k = 0; k < map->dim; k++)
    sum += w[k] * (x[k] - (r->shift ? (long double)r->shift[k] : 0));
  return sqrtl(map->scale) * sum;
}

static ref_feature feature(long double factor, long double envelope, long double exponent) {
  const int sign = (factor > 0) - (factor < 0);
  return (ref_feature){sign ? exponent + logl(fabsl(factor)) : -(long double)INFINITY,
                       exponent + logl(envelope), sign};
}

/** w'A w with the tilts of a shape. */
static long double tilted(const ref_map *map, const double *w) {
  long double sum = 0;
  for (int64_t l = 0; l < map->dim; l++) sum += map->shape->a[l] * (long double)w[l] * w[l];
  return sum;
}

/** The constant and tilt part of a projection's exponent. */
static long double bias(const ref_map *map, const row *r, const double *w) {
  const long double a = map->tilt, d = (long double)map->dim;
  const long double half_log = logl((long double)ref_features(map)) / 2;
  if (map->shape) return r->log_det + tilted(map, w) - half_log;
  switch (map->estimator) {
  case FAVOR_ESTIMATOR_GERF:
  case FAVOR_ESTIMATOR_OPRF:
    return d / 4 * log1pl(-4 * a) + a * dot(map->dim, w, w) - half_log;
  case FAVOR_ESTIMATOR_TRIGONOMETRIC: /* cos^2 + sin^2 = 1: a pair counts once */
    return -logl((long double)map->projections) / 2;
  default:
    return -half_log;
  }
}

static void apply_one(const ref_map *map, const row *r, int64_t m, const double *x,
                      ref_feature *out) {
  const double *w = map->w + m * map->dim;
  const long double t = project(map, w, r, x), norm2 = map->scale * r->own2;
  const long double b = bias(map, r, w) + r->scalar;
  switch (map->estimator) {
  case FAVOR_ESTIMATOR_TRIGONOMETRIC:
    out[2 * m] = feature(cosl(t), 1, b + norm2 / 2);
    out[2 * m + 1] = feature(sinl(t), 1, b + norm2 / 2);
    break;
  case FAVOR_ESTIMATOR_HYPERBOLIC:
    out[2 * m] = feature(1, 1, b + t - norm2 / 2);
    out[2 * m + 1] = feature(1, 1, b - t - norm2 / 2);
    break;
  case FAVOR_ESTIMATOR_RELU:
    out[m] = feature(t > 0 ? t : 0, sqrtl(dot(map->dim, w, w) * norm2), b);
    break;
  default:
    out[m] = feature(1, 1, b + (r->g ? 1 : sqrtl(1 - 4 * (long double)map->tilt)) * t - norm2 / 2);
    break;
  }
}

void ref_apply(const ref_map *map, favor_side side, const double *x, ref_feature *out) {
  const row r = row_of(map, side, x);
  for (int64_t m = 0; m < map->projections; m++) apply_one(map, &r, m, x, out);
}

ref_value ref_dot(int64_t features, const ref_feature *q, const ref_feature *k) {
  long double most = -(long double)INFINITY, sum = 0;
  for (int64_t j = 0; j < features; j++)
    if (q[j].sign && k[j].sign) most = fmaxl(most, q[j].log + k[j].log);
  if (isinf(most)) return (ref_value){most, 0};
  for (int64_t j = 0; j < features; j++)
    if (q[j].sign && k[j].sign) sum += q[j].sign * k[j].sign * expl(q[j].log + k[j].log - most);
  return (ref_value){most + logl(fabsl(sum)), (sum > 0) - (sum < 0)};
}

ref_value ref_estimate(const ref_map *map, const double *x, const double *y, ref_feature *scratch) {
  const int64_t features = ref_features(map);
  ref_apply(map, FAVOR_QUERY, x, scratch);
  ref_apply(map, FAVOR_KEY, y, scratch + features);
  return ref_dot(features, scratch, scratch + features);
}

/** The magnitudes of the constants in a projection's exponent. A chain of d sums that starts from
 *  the tilt's term rounds d times in proportion to it: sqrt(d) times more than once, in the mean
 *  square. */
static long double bias_magnitude(const ref_map *map, const row *r, const double *w) {
  const long double a = fabsl(map->tilt), d = (long double)map->dim;
  if (map->shape) /* no tilt is positive: the parts of either sum have one sign */
    return fabsl(r->log_det) + fmaxl(1, sqrtl(d) / 4) * fabsl(tilted(map, w)) +
           logl((long double)ref_features(map)) / 2;
  return d / 4 * fabsl(log1pl(-4 * (long double)map->tilt)) +
         fmaxl(1, sqrtl(d) / 4) * a * dot(map->dim, w, w) +
         logl((long double)ref_features(map)) / 2;
}

long double ref_weight_norm(const ref_map *map, favor_side side, int64_t m) {
  const double *w = map->w + m * map->dim;
  long double sum = 0;
  if (!map->shape) return sqrtl(dot(map->dim, w, w));
  long double weight[REF_SHAPE_DIM_MAX] = {0};
  for (int64_t l = 0; l < map->dim; l++) {
    const double *g = map->shape->g[side] + l * map->dim;
    const long double v = sqrtl(1 - 4 * (long double)map->shape->a[l]) * w[l];
    for (int64_t k = 0; k < map->dim; k++) weight[k] += v * g[k];
  }
  for (int64_t k = 0; k < map->dim; k++) sum += weight[k] * weight[k];
  return sqrtl(sum);
}

long double ref_condition(const ref_map *map, favor_side side, const double *x) {
  const row r = row_of(map, side, x);
  const double *known = map->shape ? map->shape->norms[side] : NULL;
  const long double tilt = map->shape ? 0 : map->tilt, gain = sqrtl(map->scale * (1 - 4 * tilt));
  const long double shift2 = r.shift ? dot(map->dim, r.shift, r.shift) : 0;
  const long double reach = gain * (sqrtl(dot(map->dim, x, x)) + sqrtl(shift2));
  long double most = 0;
  for (int64_t m = 0; m < map->projections; m++) {
    const double *w = map->w + m * map->dim;
    const long double norm = known ? (long double)known[m] : ref_weight_norm(map, side, m);
    most = fmaxl(most, bias_magnitude(map, &r, w) + norm * reach);
  }
  return 1 + most;
}

long double ref_row_magnitude(const ref_map *map, favor_side side, const double *x) {
  return row_of(map, side, x).magnitude;
}
