/* SPDX-License-Identifier: MIT */
/** Sums of keys that carry exponents, per feature, as integers.
 *
 *  A level holds, over the keys absorbed, with f_ij = G_ij 2^(L_ij + r_i) feature j of key i:
 *
 *      c_j = the maximum over i of floor(L_ij + frac r_i) + whole r_i, an integer in float64
 *      S_j = sum_i f_ij 2^-c_j [v_i, 1]
 *
 *  For exponential positive features every S_j's last entry is at least 1: no overflow, no
 *  underflow, no epsilon. Integers never meet fractions, so that rescaling is exact and the bits of
 *  S do not depend on how c came about.
 *
 *  One sum in float32 stagnates, and one flushed now and then into another drifts where all terms
 *  are equal: every rounding then errs to the same side. So S has three parts. Additions go to the
 *  recent one; every FAVOR_FLUSH additions it is flushed into the main one, and what that rounds off
 *  is kept exactly in the carry and joins the next flush. The error against exact sums is at most
 *  that of FAVOR_FLUSH additions, 64 / 2 u, however long the stream. Queries read recent + main; the
 *  carry is below their rounding.
 */
#ifndef FAVOR_ATTENTION_LEVEL_H
#define FAVOR_ATTENTION_LEVEL_H

#include "base/alloc.h"
#include "map/map.h"

/* A finite stand-in for -inf, far below any exponent of a finite key. */
#define FAVOR_EMPTY (-1e308)

/* Additions that the recent part takes before it is flushed: single keys, or tiles of them, whose
 * sums are made apart. */
#define FAVOR_FLUSH 64

/* Parts of S. */
enum { FAVOR_RECENT, FAVOR_MAIN, FAVOR_CARRY, FAVOR_PARTS };

typedef struct favor_level {
  favor_precision precision;
  int64_t features, dv;
  int64_t ld;      /* of s: dv + 1 rounded up to 16; column dv is the normaliser, the rest is 0 */
  int64_t *recent; /* additions to the recent part */
  double
      *reference; /* the largest whole r so far, which every c is relative to, so that c keeps its
                        digits at any norm; FAVOR_EMPTY before the first key */
  double *c;      /* [features], relative to *reference; FAVOR_EMPTY where no key has been */
  void *s[FAVOR_PARTS]; /* real [features, ld] each; of a total, main alone, the others NULL */
} favor_level;

/** The leading dimension of S for a value dimension. */
int64_t favor_level_ld(int64_t dv);

/** Take the arrays of a level; `recent` and `reference` are the caller's. A total takes no keys:
 *  levels are merged into it, it is read, and it needs a third of the memory. */
void favor_level_layout(favor_level *level, favor_precision precision, int64_t features, int64_t dv,
                        bool total, favor_arena *arena);

/** No keys. */
void favor_level_clear(favor_level *level);

/** Make every c relative to `reference`, at least the one so far. */
void favor_level_rebase(favor_level *level, double reference);

/** c_j relative to another reference, or FAVOR_EMPTY. */
double favor_level_c(const favor_level *level, int64_t j, double reference);

/** into = into + factor times from, of equal shapes: exact in the exponents. factor in (1/2, 2). */
void favor_level_merge(favor_level *into, const favor_level *from, double factor);

/** Add the recent part to the main one. */
void favor_level_flush(favor_level *level);

/** Raise c of one feature to at least c_new, rescaling S where it grows. */
void favor_level_raise_one(favor_level *level, int64_t j, double c_new);

/** Rescale all parts but the recent one of features [first, first + count) from c to c_new [count]. */
void favor_level_rescale_old(favor_level *level, int64_t first, int64_t count, const double *c_new);

/** s [features, ld] = the sum of both parts times 2^(c_j - c_new_j), plus the same of `base` (or
 *  NULL), for features [first, first + count) only, written from row 0: what a query reads. c_new
 *  [count] is relative to `reference`. */
void favor_level_gather(const favor_level *level, const favor_level *base, double reference,
                        const double *c_new, int64_t first, int64_t count, void *s);

/** 2^(from - to) for integers held in float64, from <= to or either FAVOR_EMPTY; 0 below the range.
 *  */
double favor_level_scale(double from, double to);

#endif
