/* SPDX-License-Identifier: MIT */
/* Simplex rows turned against each other by their norms: SimRF+.
 *
 * Law: the norms n_1 .. n_r come first, fresh chi_d variables. The directions before the rotation
 * are a fixed function of them: from the vertices of a regular simplex, each s_i in turn is set
 * against the sum of the others,
 *
 *     s_i <- -R_i / |R_i|,   R_i = sum over j != i of n_j s_j,
 *
 * in sweeps that each lower |n_1 s_1 + .. + n_r s_r|. They are then turned by a Haar-distributed
 * rotation Q, independent of the norms: given these, each Q's_i is uniform on the unit sphere, and
 * the same whatever they are. So each direction is independent of its norm, and each row n_i Q's_i
 * is N(0, I_d). Vertices are turned before the sweeps here, which commute with rotations.
 *
 * A block draws norms of its own: one set for all blocks would be as exact row by row, but would
 * tie the blocks together. A partial block of r rows is made from an r-vertex simplex, as in the
 * simplex coupling. Each sweep is O(r d), by a running sum.
 *
 * |w_i + w_j| depends on all norms of the block, so no closed form is known. The variance of
 * positive features over that with orthogonal rows, d = M = 64, at |x + y| = 1/4, 1/2, 1: .0031,
 * .0213, .2207, the rotation integrated given the norms (simplex: .0113, .0310, .2332). */
#include "base/orthonormal.h"
#include "coupling/coupling.h"

#include <math.h>

enum { sweeps = 5 };

static int64_t block_rows(int64_t d) {
  return d;
}

/* The norms, and the running sum. */
static int64_t scratch(int64_t rows, int64_t d) {
  return rows + d;
}

/* Set s against what the others add up to; `sum` is that of all rows times their norms, and stays
 * it. A row that balances nothing stays. */
static void oppose(int64_t d, double norm, double *s, double *sum) {
  double square = 0.0;
  for (int64_t j = 0; j < d; j++) {
    sum[j] -= norm * s[j];
    square += sum[j] * sum[j];
  }
  const double length = sqrt(square);
  for (int64_t j = 0; j < d; j++) {
    if (length > 0.0) s[j] = -sum[j] / length;
    sum[j] += norm * s[j];
  }
}

static void draw(favor_draw *from, int64_t rows, int64_t d, double *w, double *scratch_) {
  double *norm = scratch_, *sum = scratch_ + rows;
  favor_simplex_rows(&from->direction, rows, d, w);
  for (int64_t i = 0; i < rows; i++) norm[i] = favor_rng_chi(&from->norm, d);
  for (int sweep = 0; rows > 1 && sweep < sweeps; sweep++) {
    for (int64_t j = 0; j < d; j++) sum[j] = 0.0; /* anew, so that rounding does not pile up */
    for (int64_t i = 0; i < rows; i++) {
      for (int64_t j = 0; j < d; j++) sum[j] += norm[i] * w[i * d + j];
    }
    for (int64_t i = 0; i < rows; i++) oppose(d, norm[i], w + i * d, sum);
  }
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < d; j++) w[i * d + j] *= norm[i];
  }
}

const favor_coupling favor_coupling_simplex_plus = {
    .id = FAVOR_COUPLING_SIMPLEX_PLUS,
    .name = "simplex_plus",
    .source = "Reid et al. 2023, Simplex Random Features (arXiv 2301.13856), SimRF+",
    .exact = true,
    .law = "exact: every row is N(0, I)",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_TURNED,
    .pairs = FAVOR_PAIRS_UNKNOWN,
    .chi_norms = true,
    .rank_even = 0,
    .rank_odd = 1,
};
