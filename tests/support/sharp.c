/* SPDX-License-Identifier: MIT */
#include "support/sharp.h"

#include <math.h>
#include <string.h>

enum { MAX = REF_SHARP_DIM_MAX };

void ref_moments_of(ref_moments *m, favor_side side, double scale, int64_t n, const double *x,
                    const double *shift) {
  const int64_t d = m->dim;
  memset(m->mean[side], 0, sizeof m->mean[side]);
  memset(m->moment[side], 0, sizeof m->moment[side]);
  for (int64_t i = 0; i < n; i++)
    for (int64_t l = 0; l < d; l++) {
      const double a = x[i * d + l] - (shift ? shift[l] : 0);
      m->mean[side][l] += sqrt(scale) * a / (double)n;
      for (int64_t k = 0; k < d; k++)
        m->moment[side][l * d + k] +=
            scale * a * (x[i * d + k] - (shift ? shift[k] : 0)) / (double)n;
    }
}

void ref_moments_regularise(ref_moments *m, double factor) {
  const int64_t d = m->dim;
  for (int s = 0; s < 2; s++) {
    double trace = 0;
    for (int64_t l = 0; l < d; l++) trace += m->moment[s][l * d + l];
    for (int64_t l = 0; l < d; l++) m->moment[s][l * d + l] += factor * trace / (double)d;
  }
}

/** ln E Z^2 / K^2 of one coordinate: det(1 - 4a) det(1 - 8a)^(-1/2) exp(r S). */
static long double cost(long double a, long double s) {
  return log1pl(-4 * a) - log1pl(-8 * a) / 2 + s / (1 - 8 * a);
}

static long double product(int64_t d, const double *row, const double *m, const double *other) {
  long double sum = 0;
  for (int64_t l = 0; l < d; l++)
    for (int64_t k = 0; k < d; k++) sum += (long double)row[l] * m[l * d + k] * other[k];
  return sum;
}

/** Mean over pairs of the square of one coordinate of Gq x' + Gk y'. */
static long double square(const ref_moments *m, const double *q, const double *k) {
  const int64_t d = m->dim;
  long double mq = 0, mk = 0;
  for (int64_t l = 0; l < d; l++) mq += (long double)q[l] * m->mean[0][l];
  for (int64_t l = 0; l < d; l++) mk += (long double)k[l] * m->mean[1][l];
  return product(d, q, m->moment[0], q) + product(d, k, m->moment[1], k) + 2 * mq * mk;
}

long double ref_sharp_objective(const ref_moments *m, const ref_shape *shape) {
  const int64_t d = m->dim;
  long double sum = 0;
  for (int64_t l = 0; l < d; l++)
    sum += cost(shape->a[l], square(m, shape->g[0] + l * d, shape->g[1] + l * d));
  return sum;
}

long double ref_sharp_log_second(int64_t dim, const ref_shape *shape, const double *x,
                                 const double *y) {
  long double sum = 0;
  for (int64_t l = 0; l < dim; l++) {
    long double v = 0;
    for (int64_t k = 0; k < dim; k++)
      v += (long double)shape->g[0][l * dim + k] * x[k] +
           (long double)shape->g[1][l * dim + k] * y[k];
    sum += cost(shape->a[l], v * v);
  }
  return sum;
}

/* ---- the minimiser ---- */

typedef struct point {
  const ref_moments *m;
  bool tilt_each;
  double g[2][MAX * MAX];
  double squares[MAX];
} point;

/** min over tilts of n coordinates with mean square s, over n: the slope in r = 1/(1 - 8a) grows, and
 *  its zero is bracketed. */
static double least_cost(double s) {
  double low = -60, high = 0; /* ln r */
  for (int cut = 0; cut < 50; cut++) {
    const double middle = (low + high) / 2, r = exp(middle);
    if (1 / (1 + r) - 1 / (2 * r) + s > 0)
      high = middle;
    else
      low = middle;
  }
  const double r = exp(high);
  return log((1 + r) / 2) - high / 2 + r * s;
}

static double total(const point *p) {
  const int64_t d = p->m->dim;
  double sum = 0, mean = 0;
  for (int64_t l = 0; l < d; l++) mean += p->squares[l] / (double)d;
  if (!p->tilt_each) return (double)d * least_cost(mean);
  for (int64_t l = 0; l < d; l++) sum += least_cost(p->squares[l]);
  return sum;
}

static void renew(point *p, int64_t l) {
  const int64_t d = p->m->dim;
  p->squares[l] = (double)square(p->m, p->g[0] + l * d, p->g[1] + l * d);
}

typedef struct step {
  unsigned kind;
  int64_t i, j;
} step;

/** p after a step of size t from `from`. */
static double take(point *p, const point *from, const step *s, double t) {
  const int64_t d = p->m->dim, i = s->i * d, j = s->j * d;
  *p = *from;
  for (int64_t k = 0; k < d; k++) {
    if (s->kind == REF_SCALE) {
      p->g[0][i + k] *= exp(t);
      p->g[1][i + k] *= exp(-t);
    } else if (s->kind == REF_SHEAR) {
      p->g[0][i + k] += t * from->g[0][j + k];
      p->g[1][j + k] -= t * from->g[1][i + k];
    } else {
      for (int side = 0; side < 2; side++) {
        p->g[side][i + k] = cos(t) * from->g[side][i + k] + sin(t) * from->g[side][j + k];
        p->g[side][j + k] = cos(t) * from->g[side][j + k] - sin(t) * from->g[side][i + k];
      }
    }
  }
  renew(p, s->i);
  renew(p, s->j);
  return total(p);
}

/** The best step of a kind: a coarse look, then golden section around it. Never worse than none. */
static double search(point *p, const step *s, double now) {
  enum { LOOK = 4 };
  static const double golden = 0.6180339887498949;
  const double reach = s->kind == REF_TURN ? 0.8 : 2;
  const point from = *p;
  double centre = 0, best = now;
  for (int k = -LOOK; k <= LOOK; k++) {
    const double t = reach * k / LOOK, value = k == 0 ? now : take(p, &from, s, t);
    if (value < best) best = value, centre = t;
  }
  double low = centre - reach / LOOK, high = centre + reach / LOOK;
  for (int cut = 0; cut < 40; cut++) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    if (take(p, &from, s, a) < take(p, &from, s, b))
      high = b;
    else
      low = a;
  }
  const double value = take(p, &from, s, (low + high) / 2);
  if (value < best) return value;
  if (centre != 0) return take(p, &from, s, centre);
  *p = from;
  return now;
}

static double sweep(point *p, unsigned steps, double now) {
  const int64_t d = p->m->dim;
  for (int64_t i = 0; i < d; i++)
    for (int64_t j = 0; j < d; j++) {
      const step scale = {REF_SCALE, i, i}, turn = {REF_TURN, i, j}, shear = {REF_SHEAR, i, j};
      if (i == j && (steps & REF_SCALE)) now = search(p, &scale, now);
      if (i < j && (steps & REF_TURN)) now = search(p, &turn, now);
      if (i != j && (steps & REF_SHEAR)) now = search(p, &shear, now);
    }
  return now;
}

long double ref_sharp_minimum(const ref_moments *m, unsigned steps, bool tilt_each,
                              const ref_shape *start) {
  const int64_t d = m->dim;
  point p = {.m = m, .tilt_each = tilt_each};
  for (int side = 0; side < 2; side++)
    for (int64_t i = 0; i < d * d; i++) p.g[side][i] = start ? start->g[side][i] : i % (d + 1) == 0;
  for (int64_t l = 0; l < d; l++) renew(&p, l);
  double now = total(&p);
  for (int k = 0; k < 60; k++) {
    const double before = now;
    now = sweep(&p, steps, now);
    if (before - now < 1e-10 * (1 + fabs(now))) break;
  }
  return now;
}
