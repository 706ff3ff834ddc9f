/* SPDX-License-Identifier: MIT */
#include "support/statistics.h"

#include <math.h>

void sample_add(sample *s, double value) {
  const long double before = (long double)s->n, n = before + 1;
  const long double delta = value - s->mean, step = delta / n, step2 = step * step;
  const long double term = delta * step * before;
  s->mean += step;
  s->m4 += term * step2 * (n * n - 3 * n + 3) + 6 * step2 * s->m2 - 4 * step * s->m3;
  s->m3 += term * step * (n - 2) - 3 * step * s->m2;
  s->m2 += term;
  s->n++;
}

double sample_mean(const sample *s) {
  return (double)s->mean;
}

double sample_variance(const sample *s) {
  return (double)(s->m2 / (long double)(s->n - 1));
}

double sample_stderr(const sample *s) {
  return sqrt(sample_variance(s) / (double)s->n);
}

double sample_variance_stderr(const sample *s) {
  const long double n = (long double)s->n;
  const long double mu4 = s->m4 / n, variance = s->m2 / (n - 1);
  const long double square = (mu4 - variance * variance * (n - 3) / (n - 1)) / n;
  return square > 0 ? (double)sqrtl(square) : 0;
}

double z_score(double measured, double expected, double standard_error) {
  return measured == expected ? 0 : (measured - expected) / standard_error;
}

ratio sample_ratio(double a, double a_stderr, double b, double b_stderr) {
  const double value = a / b;
  return (ratio){value, fabs(value) * hypot(a_stderr / a, b_stderr / b)};
}
