/* SPDX-License-Identifier: MIT */
#include "logstat.h"

#include <math.h>
#include <stdlib.h>

static double largest(int64_t n, const double *ln) {
  double top = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    if (isnan(ln[i])) return NAN;
    if (ln[i] > top) top = ln[i];
  }
  return top;
}

double bench_log_mean(int64_t n, const double *ln) {
  const double top = largest(n, ln);
  if (!isfinite(top)) return top;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += exp(ln[i] - top);
  return top + log(sum / (double)n);
}

double bench_log_stderr(int64_t n, const double *ln) {
  const double top = largest(n, ln);
  if (n < 2 || isnan(top)) return NAN;
  if (isinf(top)) return top;
  const double mean = exp(bench_log_mean(n, ln) - top);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += (exp(ln[i] - top) - mean) * (exp(ln[i] - top) - mean);
  return top + 0.5 * log(sum / ((double)n * (double)(n - 1)));
}

double bench_log1p_exp(double t) {
  return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

double bench_log_score(double a, double b, double s) {
  const double top = fmax(a, b);
  if (isinf(top) && top < 0) return 0;
  return (exp(a - top) - exp(b - top)) / exp(s - top);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_quantile(int64_t n, double *x, double q) {
  if (n == 0) return NAN;
  qsort(x, (size_t)n, sizeof *x, compare);
  const double at = q * (double)(n - 1);
  const int64_t low = (int64_t)floor(at), high = low + 1 < n ? low + 1 : low;
  const double t = at - (double)low;
  return t == 0 || x[low] == x[high] ? x[low] : (1 - t) * x[low] + t * x[high];
}
