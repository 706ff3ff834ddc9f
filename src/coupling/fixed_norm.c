/* SPDX-License-Identifier: MIT */
/* Block-orthogonal rows, every norm sqrt(d): approximate.
 *
 * Law: directions as in the orthogonal coupling, uniform on the sphere; the norm is the constant
 * sqrt(d) in place of a chi_d variable, so that E |w|^2 = d is right and higher moments of the norm
 * are too small.
 *
 * Bias of positive features. With u uniform on the sphere and t = |v|^2 / 2,
 *
 *     E exp(sqrt(d) u.v) = 0F1(; d/2; d |v|^2 / 4) = sum_k p_k t^k / k!,
 *     p_k = prod_{i<k} 1 / (1 + 2i/d),
 *
 * where N(0, I) has p_k = 1. By 0 <= 1 - p_k <= sum_{i<k} 2i / (d + 2i) <= k (k - 1) / (d + 2), the
 * estimate of exp(t) is never too large, and its relative bias lies in [-t^2 / (d + 2), 0] =
 * [-|v|^4 / (4 (d + 2)), 0]. At d = 64:
 *
 *     |v|^2       1        4        8       16       32
 *     exact     -0.4 %   -5.5 %  -19 %    -53 %    -92 %
 *     bound     -0.4 %   -6.1 %  -24 %    -97 %    (void)
 *
 * For trigonometric features E cos(w.z) is off by at most |z|^4 / (4 (d + 2)) in absolute terms:
 * it is f(|w|^2) with f(s) = 0F1(; d/2; -s |z|^2 / 4), whose second derivative is at most
 * |z|^4 / (4 d (d + 2)) in magnitude, and the mean of f over chi_d norms, of variance 2d in |w|^2,
 * is right. Features that depend on the norm as |w|^2 (relu) keep their mean; those with a factor
 * exp(A |w|^2) do not come near it. */
#include "base/orthonormal.h"
#include "coupling/coupling.h"

#include <math.h>

static int64_t block_rows(int64_t d) {
  return d;
}

static int64_t scratch(int64_t rows, int64_t d) {
  (void)rows;
  (void)d;
  return 0;
}

static void draw(favor_draw *from, int64_t rows, int64_t d, double *w, double *unused) {
  (void)unused;
  const double norm = sqrt((double)d);
  favor_haar_rows(&from->direction, rows, d, w);
  for (int64_t i = 0; i < rows * d; i++) w[i] *= norm;
}

static double cosine(int64_t rows) {
  (void)rows;
  return 0.0;
}

const favor_coupling favor_coupling_fixed_norm = {
    .id = FAVOR_COUPLING_FIXED_NORM,
    .name = "fixed_norm",
    .source = "Choromanski et al. 2021, Rethinking Attention with Performers (arXiv 2009.14794)",
    .exact = false,
    .law = "relative bias of exp(w.v) in [-|v|^4 / (4 (d + 2)), 0]",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_TURNED,
    .pairs = FAVOR_PAIRS_COSINE,
    .chi_norms = false,
    .cosine = cosine,
    .rank_even = 0,
    .rank_odd = 0,
};
