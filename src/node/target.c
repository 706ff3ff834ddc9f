/* SPDX-License-Identifier: MIT */
/* Source of the arc-cosine kernel: Cho and Saul 2009, eq. (6), degree 1; the factor 1/(2 pi) and the
 * scale are those of E relu(w.x') relu(w.y'). */
#include "node/target.h"

#include <math.h>

#include "base/real.h"

static const double pi = 3.14159265358979323846;

static double dot(int64_t n, const double *a, const double *b) {
  double sum = 0;
  for (int64_t k = 0; k < n; ++k) sum += a[k] * b[k];
  return sum;
}

double favor_row_norm(favor_precision precision, int64_t dim, const void *x) {
  double sum = 0;
  for (int64_t k = 0; k < dim; ++k) {
    const double value = favor_real_get(precision, x, k);
    sum += value * value;
  }
  return sqrt(sum);
}

/* |a x + b y|^2 of a pair. */
static double combined_norm2(const favor_pair *p, double a, double b) {
  double sum = 0;
  for (int64_t k = 0; k < p->dim; ++k) {
    const double value =
        a * favor_real_get(p->precision, p->x, k) + b * favor_real_get(p->precision, p->y, k);
    sum += value * value;
  }
  return sum;
}

/* scale x.y = scale (x-b).(y-c) + scale c.(x-b) + scale b.c + scale b.(y-c). */
static void softmax_terms(int64_t dim, double scale, const double *b, const double *c,
                          favor_row_terms *query, favor_row_terms *key) {
  query->constant += scale * dot(dim, b, c);
  for (int64_t k = 0; k < dim; ++k) {
    query->u[k] += scale * c[k];
    key->u[k] += scale * b[k];
  }
}

/* With delta = b - c: |x-y|^2 = |(x-b) - (y-c) + delta|^2, and the product of the two shifted rows is SM. */
static void gaussian_terms(int64_t dim, double scale, const double *b, const double *c,
                           favor_row_terms *query, favor_row_terms *key) {
  query->quadratic -= 0.5 * scale;
  key->quadratic -= 0.5 * scale;
  for (int64_t k = 0; k < dim; ++k) {
    const double delta = b[k] - c[k];
    query->constant -= 0.5 * scale * delta * delta;
    query->u[k] -= scale * delta;
    key->u[k] += scale * delta;
  }
}

static double softmax_log(const favor_pair *p, double scale) {
  double sum = 0;
  for (int64_t k = 0; k < p->dim; ++k)
    sum += favor_real_get(p->precision, p->x, k) * favor_real_get(p->precision, p->y, k);
  return scale * sum;
}

static double gaussian_log(const favor_pair *p, double scale) {
  return -0.5 * scale * combined_norm2(p, 1, -1);
}

/* pi - t for the angle t of x and y, which is what cancels in J1 and J2, from |x/|x| + y/|y|| and
 * |x/|x| - y/|y||, accurate at both ends. */
static double angle_complement(const favor_pair *p) {
  if (p->norm_x == 0 || p->norm_y == 0) return 0.5 * pi;
  const double a = 1 / p->norm_x, b = 1 / p->norm_y;
  return 2 * atan2(sqrt(combined_norm2(p, a, b)), sqrt(combined_norm2(p, a, -b)));
}

/* sum over n >= first of (-1)^(n - first) weight(n) s^(2n+1) / (2n+1)! with weight(n) = n0 + n: for s <= 1/2
 * ten terms reach far below rounding. */
static double odd_series(int first, int n0, double s) {
  double power = s, sum = 0;
  for (int n = 1; n < first; ++n) power *= s * s / ((2 * n) * (2 * n + 1));
  for (int n = first; n < first + 10; ++n) {
    power *= s * s / ((2 * n) * (2 * n + 1));
    sum += ((n - first) % 2 ? -1 : 1) * (n0 + n) * power;
  }
  return sum;
}

/* sin h - h cos h = sum over n >= 1 of (-1)^(n+1) 2n h^(2n+1) / (2n+1)!. */
double favor_arccos_j1(const favor_pair *pair) {
  const double h = angle_complement(pair);
  return h > 0.25 ? sin(h) - h * cos(h) : 2 * odd_series(1, 0, h);
}

/* With s = 2h: s + (s/2) cos s - (3/2) sin s = sum over n >= 2 of (-1)^n (n - 1) s^(2n+1) / (2n+1)!. */
double favor_arccos_j2(const favor_pair *pair) {
  const double h = angle_complement(pair);
  return h > 0.25 ? h * (1 + 2 * cos(h) * cos(h)) - 3 * sin(h) * cos(h) : odd_series(2, -1, 2 * h);
}

static double arccos1_log(const favor_pair *p, double scale) {
  if (p->norm_x == 0 || p->norm_y == 0) return -INFINITY;
  return log(scale) + log(p->norm_x) + log(p->norm_y) + log(favor_arccos_j1(p) / (2 * pi));
}

static const favor_target targets[] = {
    {FAVOR_KERNEL_SOFTMAX, "softmax", true, softmax_terms, softmax_log},
    {FAVOR_KERNEL_GAUSSIAN, "gaussian", true, gaussian_terms, gaussian_log},
    {FAVOR_KERNEL_ARCCOS1, "arccos1", false, NULL, arccos1_log},
};

static const favor_target angular = {FAVOR_TARGET_ANGULAR, "angular", false, NULL, NULL};

static const favor_target bump = {FAVOR_TARGET_BUMP, "bump", true, NULL, NULL};

const favor_target *favor_target_of_leaf(int32_t kernel) {
  if (kernel == FAVOR_TARGET_BUMP) return &bump;
  return kernel == FAVOR_TARGET_ANGULAR ? &angular : favor_target_find(kernel);
}

const favor_target *favor_target_find(int32_t kernel) {
  for (size_t i = 0; i < sizeof targets / sizeof *targets; ++i) {
    if (targets[i].id == kernel) return &targets[i];
  }
  return NULL;
}

const char *favor_kernel_name(int32_t kernel) {
  const favor_target *target = favor_target_find(kernel);
  return target ? target->name : NULL;
}
