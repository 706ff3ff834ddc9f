/* SPDX-License-Identifier: MIT */
/** The published cells that favor-paper-tables reproduces. */
#ifndef FAVOR_BENCH_PAPER_TABLES_H
#define FAVOR_BENCH_PAPER_TABLES_H

#include <stdint.h>

#include "favor/favor.h"

/** One map on pairs with |x| = |y| = norm and a set cosine, in 64 dimensions. */
typedef struct paper_setting {
  int32_t estimator, coupling;
  int64_t projections;
  double norm, cosine;
} paper_setting;

/** What a cell states about its settings' relative variances. */
typedef enum paper_quantity {
  PAPER_RATIO, /* of the first to the second */
  PAPER_LN,    /* ln of that ratio */
  PAPER_LOG10, /* log10 of the first */
  PAPER_TILT   /* the tilt that the first was fitted with */
} paper_quantity;

/** A table: the quantity for each of its columns' settings, row by row. */
typedef struct paper_table {
  const char *title;
  paper_quantity quantity;
  int num_rows, num_columns;
  const char *const *column_names;
  const paper_setting *columns; /* [num_columns], norm and cosine taken from the row */
  const paper_setting *against; /* [num_columns] denominators, or NULL */
  const double (*rows)[2];      /* norm and cosine of each row */
  const double *reference;      /* [num_rows, num_columns]; NAN: not printed */
  double digits; /* half a unit of the reference's last digit, below 10; ten times beyond */
} paper_table;

extern const paper_table paper_tables[];
extern const int paper_num_tables;

/** Print the gains of FAVOR# over OPRF, each beside its reference, and count cells and failures. */
favor_status paper_gains(uint64_t seed, int *num_cells, int *num_failed);

#endif
