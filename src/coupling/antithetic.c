/* SPDX-License-Identifier: MIT */
/* Pairs of opposite rows, w and -w.
 *
 * Law: w has fresh standard normal entries, and the normal law is its own mirror image, so both w
 * and -w are N(0, I_d). A block is one pair, hence pairs are independent; the last row of an odd
 * number is one by itself.
 *
 * Odd powers of w.v cancel within a pair. Features that see w and -w alike (hyperbolic,
 * trigonometric) hold the pair already and would only be repeated: such combinations are refused.
 * Positive features of M opposite rows are hyperbolic ones of M / 2 independent rows; tilted and
 * relu features have no even form of their own.
 *
 * Variance, with Z the product of the two features of one row over the kernel, t = |x + y|^2:
 *
 *     tilted     Z(w) Z(-w) = (1 - 4A)^d exp(4A |w|^2 - t), so that
 *                E Z(w) Z(-w) = ((1 - 4A)^2 / (1 - 8A))^(d/2) exp(-t), and at A = 0 the pair's
 *                relative variance is cosh t - 1
 *     relu       Z(w) Z(-w) = 0 */
#include "coupling/coupling.h"

static int64_t block_rows(int64_t d) {
  (void)d;
  return 2;
}

static int64_t scratch(int64_t rows, int64_t d) {
  (void)rows;
  (void)d;
  return 0;
}

static void draw(favor_draw *from, int64_t rows, int64_t d, double *w, double *unused) {
  (void)unused;
  favor_rng_normals(&from->direction, d, w);
  for (int64_t j = 0; j < (rows - 1) * d; j++) w[d + j] = -w[j];
}

const favor_coupling favor_coupling_antithetic = {
    .id = FAVOR_COUPLING_ANTITHETIC,
    .name = "antithetic",
    .source = "Hammersley and Morton 1956, A new Monte Carlo technique: antithetic variates",
    .exact = true,
    .law = "exact: every row is N(0, I)",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_OPPOSITE,
    .pairs = FAVOR_PAIRS_OPPOSITE,
    .chi_norms = true,
    .rank_even = 0,
    .rank_odd = 1,
};
