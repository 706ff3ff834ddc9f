/* SPDX-License-Identifier: MIT */
/* The formula stands at estimator/complex_gerf.c. In logarithms, since exp(phi) does not fit where people
 * ask why their error is 100 %. */
#include "map/complex_law.h"

#include <complex.h>
#include <math.h>

double favor_complex_log_variance(const favor_recipe *recipe, double dim, double phi) {
  const double s = recipe->sign;
  const double complex a = CMPLX(recipe->tilt, recipe->tilt_imag);
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
