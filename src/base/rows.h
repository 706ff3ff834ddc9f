/* SPDX-License-Identifier: MIT */
/** Kinds of rows of W, the words in which couplings and estimators say whether they go together:
 *  a coupling states what its rows are, an estimator what it has no use for, and neither knows the
 *  other.
 */
#ifndef FAVOR_BASE_ROWS_H
#define FAVOR_BASE_ROWS_H

typedef enum favor_row_kinds {
  FAVOR_ROWS_TURNED = 1, /* directions share a random rotation: no other law than N(0, I) has one */
  FAVOR_ROWS_OPPOSITE = 2 /* rows come with their negatives: features of w and -w must differ */
} favor_row_kinds;

#endif
