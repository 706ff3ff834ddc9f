/* SPDX-License-Identifier: MIT */
/* Block-orthogonal rows with chi norms.
 *
 * Law: let Q hold the first r rows of a Haar-distributed orthogonal matrix. The law of Q does not
 * change when Q is multiplied by a fixed rotation on the right, so each row u_i is uniform on the
 * unit sphere. Its norm is set to a fresh chi_d variable n_i, independent of Q. A standard normal
 * vector is exactly such a product of a uniform direction and an independent chi_d norm, so each
 * row n_i u_i is N(0, I_d). Rows of one block are orthogonal, hence dependent; that the rows' pairs
 * are, no estimator's mean can see.
 *
 * A partial block takes the first r rows of the same construction. */
#include "base/orthonormal.h"
#include "coupling/coupling.h"

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
  favor_haar_rows(&from->direction, rows, d, w);
  for (int64_t i = 0; i < rows; i++) {
    const double norm = favor_rng_chi(&from->norm, d);
    for (int64_t j = 0; j < d; j++) w[i * d + j] *= norm;
  }
}

static double cosine(int64_t rows) {
  (void)rows;
  return 0.0;
}

const favor_coupling favor_coupling_orthogonal = {
    .id = FAVOR_COUPLING_ORTHOGONAL,
    .name = "orthogonal",
    .source = "Yu et al. 2016, Orthogonal Random Features (arXiv 1610.09072)",
    .exact = true,
    .law = "exact: every row is N(0, I)",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_TURNED,
    .pairs = FAVOR_PAIRS_COSINE,
    .chi_norms = true,
    .cosine = cosine,
    .rank_even = 3,
    .rank_odd = 2,
};
