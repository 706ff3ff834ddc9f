/* SPDX-License-Identifier: MIT */
/* Rows of H D1 H D2 H D3 with chi norms: approximate, but nearly exact.
 *
 * H is the Hadamard matrix of D = 2^k >= d rows, divided by sqrt(D), and D1, D2, D3 are diagonals
 * of random signs: the product is orthogonal, and its rows can be applied in O(D log D). (Here
 * they are formed, once, and used as any W.) Rows are times fresh chi_D norms, and where d < D
 * only their first d coordinates are kept, as if inputs were padded with zeros. To give the
 * truncated rows chi_d norms instead would be the worse choice: second moments, exact as it is,
 * would no longer be those of N(0, I_d), and for small D truncation leaves rows of zeros, which
 * have no direction. |w|^2, which tilts need, is that of the row kept.
 *
 * Law: a row is w = n u with u_j = e_j a_j, e the signs of D3, independent of the rest, and a =
 * H D2 H D1 h for a column h of H. So every moment with an odd power of a coordinate is 0 as it
 * should be. By averaging over D2 and then D1,
 *
 *     E u_j^2 = 1/D,  E u_j^4 = (3 - (6D - 4)/D^2)/D^2,  E u_j^2 u_k^2 = (1 - 2/D + 4/D^2)/D^2,
 *     E w_j^2 = 1,    E w_j^4 = 3 - 8/D^2 + 8/D^3,       E w_j^2 w_k^2 = 1 + 8/D^3,
 *
 * and N(0, I) has 1, 3 and 1: moments to order 3 are exact, those of order 4 off by O(1/D^2).
 *
 * Bias of positive features. To leading order the estimate of exp(|v|^2 / 2) is off by the share
 *
 *     |v|^4 / D^3 - (1/D^2 + 2/D^3) (v_1^4 + ... + v_d^4) / 3,
 *
 * which lies in [-|v|^4 / (3 D^2), |v|^4 / D^3]. Sums over all signs (D <= 8; a test repeats
 * them) and the leading term beyond show the whole bias for |v| <= 1 to stay within
 * |v|^4 / (3 D^2).
 *
 * Longer v: at D = 8 and |v| = 2, -3.4 % along an axis and 4.1 % along the diagonal; at D = 64
 * along an axis, -0.10 % at |v| = 2 and -1.2 % at 4.
 *
 * Rows of one block are orthogonal before truncation, and their norms independent. That makes
 * variances near those of orthogonal rows, but not equal to them: there is no forecast. */
#include "coupling/coupling.h"

#include <math.h>

static int64_t padded(int64_t d) {
  int64_t size = 1;
  while (size < d) size *= 2;
  return size;
}

static int64_t block_rows(int64_t d) {
  return padded(d);
}

/* Three diagonals, and a row. */
static int64_t scratch(int64_t rows, int64_t d) {
  (void)rows;
  return 4 * padded(d);
}

/* a <- H a without the factor 1 / sqrt(size). */
static void transform(int64_t size, double *a) {
  for (int64_t half = 1; half < size; half *= 2) {
    for (int64_t i = 0; i < size; i += 2 * half) {
      for (int64_t j = i; j < i + half; j++) {
        const double low = a[j], high = a[j + half];
        a[j] = low + high;
        a[j + half] = low - high;
      }
    }
  }
}

static void flip(int64_t size, const double *sign, double *a) {
  for (int64_t j = 0; j < size; j++) a[j] *= sign[j];
}

static void draw(favor_draw *from, int64_t rows, int64_t d, double *w, double *scratch_) {
  const int64_t size = padded(d);
  double *sign[3] = {scratch_, scratch_ + size, scratch_ + 2 * size}, *row = scratch_ + 3 * size;
  for (int64_t j = 0; j < 3 * size; j++) {
    scratch_[j] = favor_rng_next(&from->direction) >> 63 ? -1.0 : 1.0;
  }
  for (int64_t i = 0; i < rows; i++) {
    /* Integers up to D^2, exact in any order of addition. */
    for (int64_t j = 0; j < size; j++) row[j] = j == i ? 1.0 : 0.0;
    for (int k = 0; k < 3; k++) {
      transform(size, row);
      flip(size, sign[k], row);
    }
    const double length = (double)size * sqrt((double)size);
    const double factor = favor_rng_chi(&from->norm, size) / length;
    for (int64_t j = 0; j < d; j++) w[i * d + j] = row[j] * factor;
  }
}

const favor_coupling favor_coupling_hadamard = {
    .id = FAVOR_COUPLING_HADAMARD,
    .name = "hadamard",
    .source = "Yu et al. 2016, Orthogonal Random Features (arXiv 1610.09072), SORF",
    .exact = false,
    .law = "relative bias of exp(w.v) within |v|^4 / (3 D^2), |v| <= 1",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_TURNED,
    .pairs = FAVOR_PAIRS_UNKNOWN,
    .chi_norms = true,
    .rank_even = 0,
    .rank_odd = 0,
};
