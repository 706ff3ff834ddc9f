/* SPDX-License-Identifier: MIT */
/** Attention once more, from its definition: every weight of every row, summed in long double.
 *
 *      out_i = sum_j w_ij v_j / sum_j w_ij,  w_ij = exp(log_weight_j) sum_f q_if k_jf  or  K(q_i, k_j)
 *
 *  Features arrive as logarithms and signs (ref_apply, or anything else that makes them), so that nothing
 *  overflows. O(n_q n_k): for judging. Nothing here includes a header of src or links any of it. */
#ifndef FAVOR_TESTS_SUPPORT_ATTENTION_REFERENCE_H
#define FAVOR_TESTS_SUPPORT_ATTENTION_REFERENCE_H

#include "support/reference.h"

/** Which keys a query sees: j < keys whose weight is not -inf; if causal, j <= i + offset. */
typedef struct ref_sight {
  int64_t keys;
  bool causal;
  int64_t offset;
  const double *log_weight; /* [keys], natural logarithms added to the exponents; or NULL */
} ref_sight;

bool ref_sees(const ref_sight *sight, int64_t i, int64_t j);

/** What there is to know of one row besides its output. */
typedef struct ref_row {
  int64_t seen;         /* keys that the row sees */
  int sign;             /* of the denominator */
  long double log_norm; /* ln|denominator|; -inf where it is 0 or no key is seen */
  long double kappa;    /* sum of |terms| / |denominator|; 1 for positive features */
  long double value;    /* the largest |v| among the keys seen */
} ref_row;

/** Linear attention. The arrays are the caller's; prepare and free keep the rest. */
typedef struct ref_attention {
  int64_t n_q, features, dv;
  const ref_feature *q, *k; /* [n_q, features], [sight.keys, features] */
  const double *v;          /* [sight.keys, dv] */
  ref_sight sight;
  long double *scaled_q, *scaled_k, *top; /* scaled so that no sum overflows; by prepare */
} ref_attention;

void ref_attention_prepare(ref_attention *a);
void ref_attention_free(ref_attention *a);

/** Row i: out [dv] receives zeros where the denominator is not positive. */
ref_row ref_attention_row(const ref_attention *a, int64_t i, long double *out);

/** Attention with the kernel itself: q [n_q, dim], k [sight.keys, dim], v [sight.keys, dv]. */
typedef struct ref_exact {
  int32_t kernel;
  double scale;
  int64_t dim, dv;
  const double *q, *k, *v;
  ref_sight sight;
} ref_exact;

ref_row ref_exact_row(const ref_exact *a, int64_t i, long double *out);

#endif
