/* SPDX-License-Identifier: MIT */
/* Independent rows.
 *
 * Law: every entry is a fresh standard normal, so each row is N(0, I_d), and rows are
 * independent within a block as well as between blocks. */
#include "coupling/coupling.h"

/* Blocks only bound how much one stream is asked for. A number that depends on neither d nor M:
 * the first rows of W are the same however many follow. */
static int64_t block_rows(int64_t d) {
  (void)d;
  return 64;
}

static int64_t scratch(int64_t rows, int64_t d) {
  (void)rows;
  (void)d;
  return 0;
}

static void draw(favor_draw *from, int64_t rows, int64_t d, double *w, double *unused) {
  (void)unused;
  favor_rng_normals(&from->direction, rows * d, w);
}

const favor_coupling favor_coupling_iid = {
    .id = FAVOR_COUPLING_IID,
    .name = "iid",
    .source = "Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines",
    .exact = true,
    .law = "exact: every row is N(0, I)",
    .block_rows = block_rows,
    .draw = draw,
    .scratch = scratch,
    .pairs = FAVOR_PAIRS_INDEPENDENT,
    .chi_norms = true,
    .rank_even = 1,
    .rank_odd = 1,
};
