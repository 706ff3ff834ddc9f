/* SPDX-License-Identifier: MIT */
/* The formulas stand with the estimators. In logarithms, since what is asked for does not fit where people
 * ask why their error is 100 %. */
#include "map/laws.h"

#include <complex.h>
#include <math.h>

#include "map/conformity.h"

double favor_log_less_one(double log_m2) {
  return log_m2 > 40 ? log_m2 + log1p(-exp(-log_m2)) : log(expm1(log_m2));
}

double favor_complex_log_variance(const favor_recipe *recipe, double dim, double phi) {
  const double s = recipe->sign;
  const double complex a = recipe->tilt + recipe->tilt_imag * I;
  if (!(recipe->tilt < 0.125)) return INFINITY;
  const double real_less = 1 - 8 * creal(a), size2 = creal(a) * creal(a) + cimag(a) * cimag(a);
  const double complex log_a1 = dim * clog(1 - 4 * a) - 0.5 * dim * clog(1 - 8 * a);
  const double complex p = log_a1 + s * phi / (1 - 8 * a);
  const double q = 0.5 * dim * log1p(16 * size2 / real_less) +
                   phi * (0.5 * (s + 2 * cabs(1 - 4 * a)) / real_less - 0.5 * s);
  const double top = fmax(0, fmax(creal(p), q));
  const double sum = 0.5 * (cos(cimag(p)) * exp(creal(p) - top) + exp(q - top)) - exp(-top);
  return sum > 0 ? top + log(sum) : -INFINITY;
}

/* ln E Z^2 / K^2 of one coordinate, t = x'_l y'_l. */
static double counts_log_moment(favor_counts counts, double rate, double t) {
  if (counts == FAVOR_COUNTS_POISSON) return (rate - t) * (rate - t) / rate;
  /* I_0(z) is the mean of exp(z u) for u on the unit circle. */
  return favor_sphere_log(2, 4 * t * t / rate, 1) - 2 * t - log1p(-rate);
}

double favor_counts_log_relmse(const favor_map *map, const favor_matrices *m, const double *x,
                               const double *y) {
  const favor_choice *c = &map->choice;
  const double *b = favor_map_shift(map, FAVOR_QUERY), *k = favor_map_shift(map, FAVOR_KEY);
  double sum = 0;
  for (int64_t l = 0; l < m->dim; ++l) {
    const double t = c->scale * ((x[l] - b[l]) * (y[l] - k[l]));
    sum += counts_log_moment(c->recipe.counts, exp2(-2 * m->a[l]), t);
  }
  /* inf - inf, where x_l y_l does not fit. */
  if (isnan(sum)) return INFINITY;
  return favor_log_less_one(sum) - log((double)c->projections);
}

double favor_centre_log_variance(const favor_map *map, const favor_matrices *m, const double *x,
                                 const double *y) {
  const double *b = favor_map_shift(map, FAVOR_QUERY), *k = favor_map_shift(map, FAVOR_KEY);
  double real = 0, imaginary = 0;
  for (int64_t l = 0; l < m->dim; ++l) {
    const double size = fabs(m->a[l]), q = size * (x[l] - b[l]), p = (y[l] - k[l]) / size;
    if (m->a[l] > 0) {
      real += map->choice.scale * ((q + p) * (q + p));
    } else {
      imaginary += map->choice.scale * ((q - p) * (q - p));
    }
  }
  /* exp(P) cosh(N) - 1 = (exp(P) - 1) + exp(P) (cosh(N) - 1). */
  const double half = sinh(0.5 * imaginary);
  if (real + imaginary > 600) return real + imaginary - log(2.0);
  return log(expm1(real) + exp(real) * (2 * half * half));
}
