/* SPDX-License-Identifier: MIT */
/** FAVOR#: exponential features whose two sides see rows through matrices of their own,
 *
 *      f_m(x) = det(I - 4A)^(1/4) exp(w_m'A w_m + w_m'B x - |G x|^2/2) / sqrt(M),
 *      A = diag(a), B = (I - 4A)^(1/2) G,    Gq' Gk = I, Gq for queries and Gk for keys.
 *
 *  Unbiased because SM(Gq x, Gk y) = SM(x, y), and for every a < 1/4 as generalised exponential
 *  features are. The queries' |G x|^2 is constant over keys, so attention owes it nothing; keys pay
 *  d^2 a row, d where G is diagonal, nothing where it is a rotation. With v = Gq x + Gk y and r_l =
 *  1/(1 - 8 a_l)
 *
 *      ln E Z^2 / K^2 = sum_l ln((1 + r_l)/2) - ln(r_l)/2 + r_l v_l^2,
 *
 *  whose mean over pairs the members minimise (sharp.h), each over its own G and tilts:
 *
 *      saderf       G diagonal, one tilt             saderf_diag  the same G, a tilt each coordinate
 *      sderf        G a rotation, a tilt each
 *      aderf        any G, one tilt                  aderf_diag   the same G, a tilt each coordinate
 *
 *  Each also looks at the fits that it contains, down to G = I with one tilt (OPRF), and keeps the
 *  best. saderf, saderf_diag, sderf and aderf are exact minimisers; aderf_diag is where means vanish.
 *
 *  Source: Likhosherstov et al. 2023 (arXiv 2302.00787), theorems 4.1 to 4.3; the data versions of the
 *  optima, and the tilts of each coordinate beside saderf and aderf, are derived here. */
#include <math.h>

#include "base/status.h"
#include "estimator/sharp.h"

enum {
  ASYMMETRIC = FAVOR_SHARP_IDENTITY | FAVOR_SHARP_DIAGONAL,
  SYMMETRIC = FAVOR_SHARP_IDENTITY | FAVOR_SHARP_ROTATION,
  ANY = ASYMMETRIC | FAVOR_SHARP_DENSE,
  ANY_TILTS = ANY | FAVOR_SHARP_ROTATION
};

/* The numbers of the recipe from the matrices. */
static void complete(const favor_fit_input *in, favor_recipe *out) {
  const double *a = in->matrices.a;
  double log_det = 0, mean = 0;
  for (int64_t l = 0; l < in->dim; ++l) {
    log_det += log1p(-4 * a[l]);
    mean += a[l] / (double)in->dim;
  }
  out->gain = 1;
  out->tilt = favor_shape_one_tilt(&in->matrices) ? a[0] : mean;
  out->quadratic = -0.5;
  out->constant = 0.25 * log_det - 0.5 * log((double)in->projections);
}

static favor_status fit(const favor_fit_input *in, unsigned families, bool tilt_each,
                        favor_recipe *out, favor_report *report) {
  if (!in->given) {
    if (!in->has_moments) {
      return favor_fail(report, FAVOR_ERR_STATISTICS, "stats",
                        "stats is NULL; matrices and tilts are fitted to statistics of queries and "
                        "keys");
    }
    const favor_status status = favor_sharp_fit(in, families, tilt_each, report);
    if (status < 0) return status;
  }
  complete(in, out);
  return FAVOR_OK;
}

static favor_status fit_saderf(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  return fit(in, ASYMMETRIC, false, out, report);
}

static favor_status fit_saderf_diag(const favor_fit_input *in, favor_recipe *out,
                                    favor_report *report) {
  return fit(in, ASYMMETRIC, true, out, report);
}

static favor_status fit_sderf(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  return fit(in, SYMMETRIC, true, out, report);
}

static favor_status fit_aderf(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  return fit(in, ANY, false, out, report);
}

static favor_status fit_aderf_diag(const favor_fit_input *in, favor_recipe *out,
                                   favor_report *report) {
  return fit(in, ANY_TILTS, true, out, report);
}

const favor_estimator favor_estimator_saderf = {
    .id = FAVOR_ESTIMATOR_SADERF,
    .name = "saderf",
    .source = "Likhosherstov et al. 2023, arXiv 2302.00787",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .shape = FAVOR_SHAPE_DIAGONAL,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_saderf,
};

const favor_estimator favor_estimator_sderf = {
    .id = FAVOR_ESTIMATOR_SDERF,
    .name = "sderf",
    .source = "Likhosherstov et al. 2023, arXiv 2302.00787",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .shape = FAVOR_SHAPE_ROTATION,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_sderf,
};

const favor_estimator favor_estimator_aderf = {
    .id = FAVOR_ESTIMATOR_ADERF,
    .name = "aderf",
    .source = "Likhosherstov et al. 2023, arXiv 2302.00787",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .shape = FAVOR_SHAPE_DENSE,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_aderf,
};

const favor_estimator favor_estimator_saderf_diag = {
    .id = FAVOR_ESTIMATOR_SADERF_DIAG,
    .name = "saderf_diag",
    .source = "Likhosherstov et al. 2023, arXiv 2302.00787; tilts derived here",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .shape = FAVOR_SHAPE_DIAGONAL,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_saderf_diag,
};

const favor_estimator favor_estimator_aderf_diag = {
    .id = FAVOR_ESTIMATOR_ADERF_DIAG,
    .name = "aderf_diag",
    .source = "Likhosherstov et al. 2023, arXiv 2302.00787; tilts derived here",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .shape = FAVOR_SHAPE_DENSE,
    .positive = true,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_aderf_diag,
};
