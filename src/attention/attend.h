/* SPDX-License-Identifier: MIT */
/** The steps of linear attention, tile by tile: absorb keys, read queries, both under a causal
 *  mask.
 *
 *  phi is never materialised: a panel of exponents is evaluated, turned into weights and multiplied
 *  while it is in cache. Every array here is scratch of one slot.
 */
#ifndef FAVOR_ATTENTION_ATTEND_H
#define FAVOR_ATTENTION_ATTEND_H

#include "attention/level.h"

/* Rows of a tile of keys and queries; of a causal tile, both at once. */
#define FAVOR_ATTEND_ROWS 64

/** One side of a tile once loaded, and the panel evaluated last. */
typedef struct favor_attend_side {
  favor_node_tile tile;
  favor_panel panel; /* its factors and signs */
  const void *e;     /* real [rows, lde]: its exponents, -inf where a feature vanishes */
  int64_t lde;
  void *exponents; /* real [rows, ldp], where they do not stand in the tile; else NULL */
  void *weights;   /* real [rows, ldp]: of one panel */
  void *fraction;  /* real [rows]: of a key's scalar in the panel */
  void *shift;     /* real [rows]: integers */
  double *added;   /* [rows]: what a key's exponents have besides r: weight and offset */
  double *whole;   /* [rows]: of a key the integer of its r, of a query that of the panel's r less
                          its own r, 0 for a plain map */
  unsigned char *live; /* [rows]: 0 where a key is masked or a row has no finite norm */
} favor_attend_side;

typedef struct favor_attend {
  const favor_map *map;
  const favor_table *table;
  favor_precision precision;
  int64_t dv, ld; /* ld as of levels */
  int64_t splits; /* causal tiles taken another way than by one set of maxima, for tests */
  favor_attend_side key, query;
  void *values;           /* real [rows, ld]: v, 1, 0 ... */
  void *column;           /* real [ldp]: integers */
  void *scale;            /* real [ldp]: powers of two */
  double *c_new;          /* [features]: maxima that include the loaded keys */
  double reference;       /* integer exponent that columns and tops are relative to */
  void *gathered;         /* real [ldp, ld]: a panel of the state that a query reads */
  void *products;         /* real [rows, rows]: causal weights */
  void *sums;             /* real [rows, ld]: numerators, then the denominator in column dv */
  double *top;            /* [rows]: integer exponent that the sums lack */
  int64_t *power;         /* [rows] */
  unsigned char *visible; /* [rows]: 1 where the query saw a key */
} favor_attend;

/** Take the buffers of one slot. */
void favor_attend_layout(favor_attend *a, const favor_map *map, favor_precision precision,
                         int64_t dv, favor_arena *arena);

/** Keys as they lie in the caller's memory. */
typedef struct favor_keys {
  const void *k, *v;
  int64_t ldk, ldv;
  const float *log_weight; /* natural logarithms added to the exponents, stride weight_ld; or NULL.
                              -inf: the key and its value are never read */
  int64_t weight_ld;
  double offset; /* added to every exponent, base 2 */
} favor_keys;

/** Load `rows` keys from row `first`. Returns how many are good from the start: the first row that
 *  has no finite norm or a non-finite value ends them; it and those behind it weigh nothing. */
int64_t favor_attend_load_keys(favor_attend *a, const favor_keys *keys, int64_t first,
                               int64_t rows);

/** Add the first `rows` loaded keys to a level. */
void favor_attend_absorb(favor_attend *a, favor_level *level, int64_t rows);

/** Load `rows` queries; relative: nobody asks for the logarithms of their denominators, which alone
 *  need all of a plain map's scalars. */
void favor_attend_load_queries(favor_attend *a, const void *q, int64_t ldq, int64_t rows,
                               bool relative);

/** Sums of the loaded queries over `level` plus `base` (or NULL). */
void favor_attend_read(favor_attend *a, const favor_level *level, const favor_level *base);

/** Sums of the loaded queries over level, base, and the loaded keys under the mask "query i sees
 *  key j for j <= i"; `keys` of them are loaded, at most the number of queries. Nothing is added to
 *  the level. False where some row's denominator fell below 2^-64 of the tile's maxima, which
 *  include keys that the row may not see: the tile must be taken another way. */
bool favor_attend_causal(favor_attend *a, const favor_level *level, const favor_level *base,
                         int64_t keys);

/** The same for a tile that favor_attend_causal has just refused, with a maximum of each row's own
 *  over what it sees: each product of a query's and a key's weights is made by itself, for about
 *  three times the cost, however the exponents disagree. False where they lie so far apart that
 *  integers round: then the tile must be taken in smaller pieces after all. */
bool favor_attend_causal_direct(favor_attend *a, const favor_level *level, const favor_level *base,
                                int64_t keys);

#endif
