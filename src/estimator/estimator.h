/* SPDX-License-Identifier: MIT */
/** What an estimator is: a constant descriptor, and one function that turns options and statistics
 *  into the numbers of a leaf (node/recipe.h).
 */
#ifndef FAVOR_ESTIMATOR_ESTIMATOR_H
#define FAVOR_ESTIMATOR_ESTIMATOR_H

#include <stdbool.h>

#include "base/rows.h"
#include "favor/favor.h"
#include "node/shape.h"

/** What an estimator reads. mean_sum_norm2 is of x' and y' (scaled, shifted), present with
 *  statistics. */
typedef struct favor_fit_input {
  int64_t dim, projections;
  int32_t kernel;
  double tilt;            /* as given; NAN: to be fitted */
  double tilt_imag, sign; /* of estimators with phases: sign 1 or -1 */
  bool tilt_allowed;      /* the estimator takes one from the options */
  bool has_moments;
  double mean_sum_norm2; /* mean over all pairs of |x' + y'|^2 */

  /* For estimators with a shape. */
  double scale;
  double *mean[2], *moment[2]; /* by side, of x - shift, before the scale: [dim], and second moments
                                  [dim, dim], about 0, which a fit may use as scratch */
  const favor_allocator *allocator;
  favor_matrices matrices; /* to be filled */
  const double *centre[2],
      *shift[2]; /* by side, [dim], as given: the centre or NULL, and what is taken away
                                         from rows */
  bool given; /* of a saved map: the matrices are filled, only the recipe is to be made of them */
} favor_fit_input;

typedef struct favor_estimator {
  int32_t id;
  const char *name, *source;
  uint32_t kernels; /* bit k: valid for favor_kernel k */
  uint32_t refuses; /* kinds of rows (base/rows.h) that it has no use for, a set */
  favor_form form;
  favor_shape shape;     /* other than NONE: the fit fills matrices too */
  favor_counts counts;   /* the law of the rows of W */
  bool positive;         /* no feature is ever negative */
  bool unbiased;         /* exactly, for rows of law N(0, I) */
  bool wants_statistics; /* cannot be made without */
  bool takes_tilt;       /* reads opts.tilt */
  bool takes_centre;     /* reads opts.centre_query and opts.centre_key, in place of statistics */
  bool takes_tilt_imag;  /* reads opts.tilt_imag and opts.tilt_sign */
  int rank_plain, rank_statistics; /* preference when the caller leaves the choice, without and with
                                      statistics; the largest that fits the kernel wins, 0 never does */

  /** Fill the recipe (its form and shape are set). The report names the option at fault. */
  favor_status (*fit)(const favor_fit_input *in, favor_recipe *out, favor_report *report);
} favor_estimator;

/** Sign features and bumps, which only hybrid maps use; identities apart from those of the list. */
enum { FAVOR_GATE_SIGN = 1000, FAVOR_GATE_BUMP = 1001 };
extern const favor_estimator favor_gate_sign, favor_gate_bump;

#define FAVOR_LIST_ESTIMATOR_EXTERN(name, symbol, value, title)                                    \
  extern const favor_estimator favor_estimator_##symbol;
FAVOR_ESTIMATOR_LIST(FAVOR_LIST_ESTIMATOR_EXTERN)

#endif
