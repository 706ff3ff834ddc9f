/* SPDX-License-Identifier: MIT */
/* Rows along the vertices of a regular simplex, with chi norms.
 *
 * Law: let s_1 .. s_r be the unit vertices of a regular simplex in R^(r-1), fixed, with cosines -1
 * / (r - 1), and Q the first r - 1 rows of a Haar-distributed orthogonal matrix. Q's law does not
 * change under a fixed rotation on the right, so each direction Q' s_i, of length 1, is uniform on
 * the unit sphere of R^d. Times a fresh chi_d norm, independent of Q, it is N(0, I_d). Rows of one
 * block keep the cosines of the vertices: as far apart as r directions can be.
 *
 * A partial block of r rows takes an r-vertex simplex: farther apart than r of the d vertices. r
 * = 2 is an antipodal pair of directions, r = 1 a random one. */
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
  favor_simplex_rows(&from->direction, rows, d, w);
  for (int64_t i = 0; i < rows; i++) {
    const double norm = favor_rng_chi(&from->norm, d);
    for (int64_t j = 0; j < d; j++) w[i * d + j] *= norm;
  }
}

static double cosine(int64_t rows) {
  return -1.0 / (double)(rows - 1);
}

const favor_coupling favor_coupling_simplex = {
    .id = FAVOR_COUPLING_SIMPLEX,
    .name = "simplex",
    .source = "Reid et al. 2023, Simplex Random Features (arXiv 2301.13856)",
    .exact = true,
    .law = "exact: every row is N(0, I)",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .rows = FAVOR_ROWS_TURNED,
    .pairs = FAVOR_PAIRS_COSINE,
    .chi_norms = true,
    .cosine = cosine,
    .rank_even = 2,
    .rank_odd = 3,
};
