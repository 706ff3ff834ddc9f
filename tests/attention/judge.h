/* SPDX-License-Identifier: MIT */
/** Rows of attention held against the reference.
 *
 *  Bounds on |out - reference|, with kappa = sum|terms| / |denominator| and v the largest value seen:
 *  float64: 1e-12 kappa v; beyond norms of about 30, where it is more, what float32 has with u = 2^-53.
 *  float32: C u (cond_q + max_j cond_k) kappa v, cond = 1 + max_f(|b_f| + |w_f||x|) (ref_condition), u = 2^-24,
 *  C = 8: each feature errs by at most C u cond of its envelope (conformance/element.h has the argument), a
 *  term is a product of two, and sums over features and keys err far less than C u; plus C 2^-53 times the
 *  scalars of the rows, which are kept in float64. Numerator and denominator share their terms, so that one
 *  such bound serves their ratio. ln(denominator) has the same relative bound.
 *  Nothing can be said of rows whose bound on the denominator is not small: they are counted apart. */
#ifndef FAVOR_TESTS_ATTENTION_JUDGE_H
#define FAVOR_TESTS_ATTENTION_JUDGE_H

#include "attention/calls.h"
#include "attention/model.h"

#define JUDGE_C 8.0L

/** One head: dense float64 copies of what the library saw, q [n_q, dim], k [sight.keys, dim] and
 *  v [sight.keys, dv]. */
typedef struct head {
  const model *m; /* NULL: exact attention with the kernel */
  int32_t kernel;
  double scale;
  favor_precision precision;
  int64_t n_q, dim, dv;
  const double *q, *k, *v;
  ref_sight sight;
} head;

/** What was found, summed over heads. All zero: nothing yet. */
typedef struct verdict {
  double worst;        /* largest error of an output in units of its bound */
  double worst_norm;   /* of a log_norm */
  int64_t rows;        /* held against the reference */
  int64_t masked;      /* rows that see no key: zeros */
  int64_t nonpositive; /* rows whose denominator is not positive: zeros */
  int64_t unsure;      /* of which nothing can be said */
} verdict;

/** Judge the rows of one head: out [n_q, ldo] of the precision, log_norm [n_q] or NULL. Prints the first row
 *  outside its bound and fails. */
void judge(verdict *v, const head *h, const void *out, int64_t ldo, const double *log_norm);

/** Add what was found elsewhere. */
void judge_add(verdict *v, const verdict *more);

/** Counts of a report are those found. Where rows were unsure nonpositive may differ by as many. */
void judge_report(const verdict *v, const favor_report *report);

/** The status that the counts call for, if no input is non-finite. */
void judge_status(const verdict *v, favor_status status);

#endif
