/* SPDX-License-Identifier: MIT */
/** What a coupling is: how the rows of one block of W depend on each other.
 *
 *  A coupling never knows the estimator. Unbiasedness is linearity of expectation over the
 *  projections, so an exact coupling owes only that each row by itself is N(0, I_d) in law; its
 *  file carries the argument. Blocks are independent: block b draws from its own streams.
 */
#ifndef FAVOR_COUPLING_COUPLING_H
#define FAVOR_COUPLING_COUPLING_H

#include <stdbool.h>

#include "base/rng.h"
#include "base/rows.h"
#include "favor/favor.h"

/** What one block draws from. */
typedef struct favor_draw {
  favor_rng direction, norm;
} favor_draw;

/** What closed forms may assume of two rows of one block. */
typedef enum favor_pairs {
  FAVOR_PAIRS_UNKNOWN = 0, /* nothing: only a row by itself has a forecast, if it is exact */
  FAVOR_PAIRS_INDEPENDENT,
  FAVOR_PAIRS_COSINE,  /* every two at cosine(rows), turned by a Haar rotation; see chi_norms */
  FAVOR_PAIRS_OPPOSITE /* the block is w and -w */
} favor_pairs;

typedef struct favor_coupling {
  int32_t id;
  const char *name, *source;
  bool exact;
  const char *law; /* one line: exact, or the bound on the bias */

  /** Rows of a full block in dimension d; M rows make ceil(M / block) blocks, the last one partial. */
  int64_t (*block_rows)(int64_t d);

  /** Draw one block of `rows` <= block_rows(d) rows into w [rows, d]; scratch holds scratch(rows, d)
   *  doubles. */
  void (*draw)(favor_draw *draw, int64_t rows, int64_t d, double *w, double *scratch);
  int64_t (*scratch)(int64_t rows, int64_t d);

  uint32_t rows; /* kinds of rows (base/rows.h), a set */

  /* The law of a block, for closed forms. */
  favor_pairs pairs;
  bool chi_norms; /* norms are chi_d, at a cosine independently; else every norm is sqrt(d) */
  double (*cosine)(int64_t rows); /* FAVOR_PAIRS_COSINE: that of a block of `rows` >= 2 */

  /* Preference when the caller leaves the choice: for estimators that see w and -w alike (even), and for
   * the others. The largest among the exact ones wins. */
  int rank_even, rank_odd;
} favor_coupling;

#define FAVOR_LIST_COUPLING_EXTERN(name, symbol, value, title)                                     \
  extern const favor_coupling favor_coupling_##symbol;
FAVOR_COUPLING_LIST(FAVOR_LIST_COUPLING_EXTERN)

#endif
