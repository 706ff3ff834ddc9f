/* SPDX-License-Identifier: MIT */
/** From sums to outputs: division, logarithms of denominators, and the documented rules for rows
 *  without. */
#ifndef FAVOR_ATTENTION_OUTPUT_H
#define FAVOR_ATTENTION_OUTPUT_H

#include "attention/attend.h"
#include "map/work.h"

/** Rows of one head's output. */
typedef struct favor_output {
  void *out;
  int64_t ldo;
  double *log_norm; /* [rows] or NULL */
  double offset;    /* base 2, added to the exponent of every denominator */
  int64_t row;      /* number of the first row in reports */
  int64_t clean;    /* rows from this one on see a key or value that is not finite: NaN */
  favor_tally *tally;
} favor_output;

/** Write the loaded queries' rows [0, rows) to row `first` and on. */
void favor_output_write(favor_attend *a, const favor_output *o, int64_t first, int64_t rows);

/** Write rows that saw no key, or NaN where not clean, without anything loaded. */
void favor_output_fill(const favor_attend *a, const favor_output *o, int64_t first, int64_t rows);

#endif
