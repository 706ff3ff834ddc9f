/* SPDX-License-Identifier: MIT */
/* Source: Reid et al. 2023 (arXiv 2301.13856) for rho_c and its use; the forms here, chosen so that nothing
 * cancels, are derived in the comments. */
#include "map/conformity.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Above this the kernel's own second moment exceeds anything a cross moment adds by 1e40. */
static const double t_large = 100;

/* Legendre polynomial of degree n and its derivative at x. */
static void legendre(int n, double x, double *value, double *slope) {
  double p0 = 1, p1 = x;
  for (int k = 2; k <= n; ++k) {
    const double p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;
    p0 = p1;
    p1 = p2;
  }
  *value = p1;
  *slope = n * (x * p1 - p0) / (x * x - 1);
}

void favor_quadrature_make(favor_quadrature *q, double power) {
  /* Ten deviations of sin^power to either side: spread over all of (0, pi) the nodes are too far
   * apart for it once the power is a few thousand. */
  const double half_width = fmin(0.5 * pi, 10 / sqrt(power + 1));
  double total = 0;
  for (int i = 0; i < FAVOR_QUADRATURE; ++i) {
    double x = cos(pi * (i + 0.75) / (FAVOR_QUADRATURE + 0.5)), value = 0, slope = 1;
    for (int step = 0; step < 6; ++step) {
      legendre(FAVOR_QUADRATURE, x, &value, &slope);
      x -= value / slope;
    }
    const double u = 0.5 * pi + half_width * x;
    q->sine[i] = sin(u);
    q->cosine[i] = cos(u);
    q->weight[i] = pow(q->sine[i], power) / ((1 - x * x) * slope * slope);
    total += q->weight[i];
  }
  for (int i = 0; i < FAVOR_QUADRATURE; ++i) q->weight[i] /= total;
}

/* E (1 + c sin u)^k - 1, and the mean of that with -c if even, for k = 0, 1, 2, ... in turn. Powers minus
 * one are carried, p_k = p_{k-1} (1 + a) + a, so that small ones keep their digits. */
typedef struct favor_sine_moments {
  const favor_quadrature *q;
  double c;
  bool even;
  double plus[FAVOR_QUADRATURE], minus[FAVOR_QUADRATURE];
} favor_sine_moments;

static double next_moment(favor_sine_moments *m) {
  double sum = 0;
  for (int i = 0; i < FAVOR_QUADRATURE; ++i) {
    const double a = m->c * m->q->sine[i];
    sum += m->q->weight[i] * (m->even ? 0.5 * (m->plus[i] + m->minus[i]) : m->plus[i]);
    m->plus[i] += a + m->plus[i] * a;
    m->minus[i] -= a + m->minus[i] * a;
  }
  return sum;
}

/* rho e^-t - 1 = sum over k of (t^k e^-t / k!) (R_k m_k - 1) with R_k = prod_{i<k} (d+i)/(d+2i), the
 * moments m_k above. For t >= 0 these are Poisson weights, and every bracket is small with full
 * relative precision; for t < 0 the sum alternates and loses e^(2|t|), so it serves small |t| only. */
static double conformity_series(int64_t d, double t, favor_sine_moments *moments) {
  double weight = exp(-t), log_r = 0, sum = 0;
  const int last = (int)(fabs(t) + 12 * sqrt(fabs(t)) + 40);
  for (int k = 0; k <= last; ++k) {
    const double moment = moments->c != 0 ? next_moment(moments) : 0;
    const double r = expm1(log_r);
    sum += weight * (r + moment + r * moment);
    log_r += log1p(-(double)k / (double)(d + 2 * (int64_t)k));
    weight *= t / (k + 1);
  }
  return sum;
}

/* ln Gamma(x), x > 0, by Stirling's series from 16 on; lgamma would write the global signgam. */
static double log_gamma(double x) {
  double product = 1;
  while (x < 16) {
    product *= x;
    x += 1;
  }
  const double r = 1 / x, r2 = r * r;
  const double tail =
      r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))));
  return (x - 0.5) * log(x) - x + 0.5 * log(2 * pi) + tail - log(product);
}

/* 1F1(d; d/2; -x) = e^-x 1F1(-d/2; d/2; x) = sum of Poisson(x) weights times (-d/2)_k / (d/2)_k,
 * whose magnitude is at most 1: an absolute error near rounding for any x. Beyond 700, where e^-x is
 * gone, its leading asymptotic term, which even d do not have. */
static double damped(int64_t d, double x) {
  const double half = 0.5 * (double)d;
  if (x > 700) {
    if (d % 2 == 0 || (double)d > 0.5 * x) return 0;
    /* Gamma(half) / |Gamma(-half)|, of which the product is pi / half */
    const double magnitude = exp(2 * log_gamma(half) + log(half / pi) - (double)d * log(x));
    return ((d + 1) / 2 % 2 ? -1 : 1) * magnitude;
  }
  double weight = exp(-x), q = 1, sum = 0;
  const int last = (int)(x + 12 * sqrt(x) + 40);
  for (int k = 0; k <= last; ++k) {
    sum += weight * q;
    q *= (k - half) / (k + half);
    weight *= x / (k + 1);
  }
  return sum;
}

/* rho for t < 0 directly. */
static double rho_negative(int64_t d, double c, bool even, double s, const favor_quadrature *q) {
  if (c == 0) return damped(d, 0.5 * s);
  double sum = 0;
  for (int i = 0; i < FAVOR_QUADRATURE; ++i) {
    double term = damped(d, 0.5 * s * (1 + c * q->sine[i]));
    if (even) term = 0.5 * (term + damped(d, 0.5 * s * (1 - c * q->sine[i])));
    sum += q->weight[i] * term;
  }
  return sum;
}

double favor_conformity(int64_t d, double c, bool even, double t, const favor_quadrature *q) {
  if (t > t_large) return -1;
  if (t < -2) return rho_negative(d, c, even, -t, q) * exp(-t) - 1;
  favor_sine_moments moments = {.q = q, .c = c, .even = even};
  return conformity_series(d, t, &moments);
}

double favor_conformity_over(int64_t d, double c, bool even, double t, double log_one,
                             const favor_quadrature *q) {
  if (t >= -2) return favor_conformity(d, c, even, t, q) * exp(-log_one);
  return rho_negative(d, c, even, -t, q) * exp(-t - log_one) - exp(-log_one);
}

/* ln 0F1(; half; z^2 / 4) for large z: I_nu(z) with nu = half - 1 by Debye's expansion in 1/s,
 * s = sqrt(nu^2 + z^2), to an error of order 1/s^3. */
static double sphere_log_large(double half, double z) {
  const double nu = half - 1, s = hypot(nu, z), p2 = (nu / s) * (nu / s);
  const double u1 = (3 - 5 * p2) / 24, u2 = (81 - p2 * (462 - 385 * p2)) / 1152;
  const double log_bessel =
      s - nu * asinh(nu / z) - 0.5 * log(2 * pi * s) + log1p((u1 + u2 / s) / s);
  return log_gamma(half) - nu * log(0.5 * z) + log_bessel;
}

/* sum over k of (s2 t / 4)^k / (k! (d/2)_k), in logarithms relative to the largest term. */
double favor_sphere_log(int64_t d, double s2, double t) {
  const double y = 0.25 * s2 * t, half = 0.5 * (double)d, z = sqrt(s2) * sqrt(t);
  if (z > 1e4) return sphere_log_large(half, z); /* the series would take some 9 sqrt(z) terms */
  /* Terms rise until k (k + d/2) = y; the others are summed relative to that one. */
  const double peak = floor(2 * y / (half + sqrt(half * half + 4 * y)));
  double others = 0, term = 1;
  for (double k = peak; k >= 1 && term > 1e-18; --k) others += term *= k * (half + k - 1) / y;
  term = 1;
  for (double k = peak; term > 1e-18; ++k) others += term *= y / ((k + 1) * (half + k));
  if (peak < 1) return log1p(others); /* relative to 1 */
  return peak * log(y) - log_gamma(peak + 1) - log_gamma(half + peak) + log_gamma(half) +
         log1p(others);
}

/* Gamma(nu + 1) (2 / k)^nu J_nu(k) with nu = d/2 - 1, by Hankel's expansion of the Bessel function for large
 * k: cos and sin of the phase times sums of terms a_i = prod_{l <= i} (4 nu^2 - (2l - 1)^2) / (8 k l), signs
 * by pairs. The terms fall until i is near 2 k; those of low dimensions are soon below rounding.
 * Source: Watson, A Treatise on the Theory of Bessel Functions (1944), 7.21. */
static double far_sphere_cos(int64_t d, double k) {
  const double nu = 0.5 * (double)d - 1, phase = k - 0.5 * pi * (nu + 0.5);
  double sums[2] = {0, 0}, term = 1;
  for (int i = 0; i < 60; ++i) {
    sums[i % 2] += i / 2 % 2 ? -term : term;
    term *= (4 * nu * nu - (2.0 * i + 1) * (2.0 * i + 1)) / (8 * k * (i + 1));
  }
  const double bessel = sqrt(2 / (pi * k)) * (sums[0] * cos(phase) - sums[1] * sin(phase));
  return exp(log_gamma(nu + 1) - nu * log(0.5 * k)) * bessel;
}

double favor_sphere_cos(int64_t d, double s2, double t, const favor_quadrature *q) {
  const double frequency = sqrt(s2) * sqrt(-t);
  if (d == 1) return cos(frequency);
  /* Beyond what the nodes resolve. There the mean is below Gamma(d/2) (2 / 150)^((d-1)/2): nothing
   * for d > 24. */
  if (frequency > 150) return d > 24 ? 0 : far_sphere_cos(d, frequency);
  double sum = 0;
  for (int i = 0; i < FAVOR_QUADRATURE; ++i) sum += q->weight[i] * cos(frequency * q->cosine[i]);
  return sum;
}
