/* SPDX-License-Identifier: MIT */
/** Discrete maps: counts w_l in place of Gaussian projections,
 *
 *      f_m(x) = prod_l x_l^w_ml (w_ml! P(w_ml))^(-1/2) / sqrt(M)     for queries and keys alike
 *
 *  Unbiased for every law P of full support, since exp(x y) = sum_w (x y)^w / w!.
 *
 *      Poisson     P(w) = e^-lambda_l lambda_l^w / w!    E Z^2 = exp(sum lambda_l + x_l^2 y_l^2 / lambda_l)
 *      geometric   P(w) = p (1 - p)^w                    E Z^2 = p^-d prod I_0(2 |x_l y_l| / sqrt(1 - p))
 *
 *  The mean over pairs of ln E Z^2 is affine in the second moments m of the sides for Poisson, with the
 *  exact minimiser lambda_l = sqrt(m_ql m_kl), one for each coordinate. For the geometric law p is
 *  searched with sqrt(m_ql m_kl) in place of |x_l y_l|. Rates are kept in bounds: any is unbiased.
 *  Source: Likhosherstov et al. 2022 (arXiv 2205.15317), section 3.3, DIRF; rates for each coordinate
 *  are derived here. */
#include <math.h>

#include "base/status.h"
#include "estimator/estimator.h"
#include "node/counts.h"

/* Of rates: the lowest keeps features of coordinates that were zero finite, the highest the search of an
 * inversion short. Neither law may draw a row whose sum is above FAVOR_COUNTS_MOST, where parities end: one
 * uniform, at least 2^-53 from either end, gives no Poisson count above 2 lambda + 48 and no geometric one
 * above 37 / p. */
static const double lowest_rate = 1e-6, highest_rate = 256;

static double most_lambda(int64_t dim) {
  return fmin(highest_rate, 0.5 * (FAVOR_COUNTS_MOST / (double)dim - 48));
}

/* The logit of 1 - p at p = 37 dim / FAVOR_COUNTS_MOST, as geometric_cost takes it. */
static double least_logit(int64_t dim) {
  const double p = 37 * (double)dim / FAVOR_COUNTS_MOST;
  return log(p / (1 - p));
}

static double geometric_mean(const favor_fit_input *in, int64_t l) {
  const double q = in->moment[FAVOR_QUERY][l * in->dim + l],
               k = in->moment[FAVOR_KEY][l * in->dim + l];
  return in->scale * (sqrt(q) * sqrt(k));
}

static favor_status check(const favor_fit_input *in, favor_report *report) {
  if (in->given || in->has_moments) return FAVOR_OK;
  return favor_fail(report, FAVOR_ERR_STATISTICS, "stats",
                    "stats is NULL; rates are fitted to statistics of queries and keys");
}

static void complete(const favor_fit_input *in, double constant, favor_recipe *out) {
  out->gain = 1;
  out->tilt = 0;
  out->quadratic = 0;
  out->constant = constant - 0.5 * log((double)in->projections);
}

static favor_status fit_poisson(const favor_fit_input *in, favor_recipe *out,
                                favor_report *report) {
  const favor_status status = check(in, report);
  const double most = most_lambda(in->dim);
  double sum = 0;
  if (status < 0) return status;
  for (int64_t l = 0; l < in->dim; ++l) {
    double *a = &in->matrices.a[l];
    if (!in->given) *a = -0.5 * log2(fmin(fmax(geometric_mean(in, l), lowest_rate), most));
    sum += exp2(-2 * *a);
  }
  complete(in, 0.5 * sum, out);
  return FAVOR_OK;
}

/* ln I_0(z) for z >= 0: the series, or the asymptotic one where its terms fall to rounding. */
static double log_bessel(double z) {
  double term = 1, sum = 1;
  if (z > 30) {
    for (int k = 1; k < 20; ++k) {
      term *= (2 * k - 1) * (2 * k - 1) / (8 * z * k);
      sum += term;
    }
    return z - 0.5 * log(6.283185307179586477 * z) + log(sum);
  }
  for (int k = 1; k < 100; ++k) {
    term *= 0.25 * z * z / ((double)k * k);
    sum += term;
  }
  return log(sum);
}

/* The objective at 1 - p = 1 / (1 + e^t). */
static double geometric_cost(const favor_fit_input *in, double t) {
  const double log_p = -log1p(exp(-t)), root = exp(0.5 * log1p(exp(t)));
  double sum = -(double)in->dim * log_p;
  for (int64_t l = 0; l < in->dim; ++l) sum += log_bessel(2 * geometric_mean(in, l) * root);
  return sum;
}

/* Golden section: the objective falls, then rises. */
static double best_logit(const favor_fit_input *in) {
  const double ratio = 0.618033988749894848;
  double low = least_logit(in->dim), high = 12;
  double left = high - ratio * (high - low), right = low + ratio * (high - low);
  double at_left = geometric_cost(in, left), at_right = geometric_cost(in, right);
  for (int i = 0; i < 60; ++i) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = geometric_cost(in, left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = geometric_cost(in, right);
    }
  }
  return 0.5 * (low + high);
}

static favor_status fit_geometric(const favor_fit_input *in, favor_recipe *out,
                                  favor_report *report) {
  const favor_status status = check(in, report);
  if (status < 0) return status;
  for (int64_t l = 1; in->given && l < in->dim; ++l) {
    if (in->matrices.a[l] != in->matrices.a[0]) return FAVOR_ERR_VALUE;
  }
  if (!in->given) {
    const double a = 0.5 * log2(1 + exp(best_logit(in)));
    for (int64_t l = 0; l < in->dim; ++l) in->matrices.a[l] = a;
  }
  complete(in, -0.5 * (double)in->dim * log1p(-exp2(-2 * in->matrices.a[0])), out);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_poisson = {
    .id = FAVOR_ESTIMATOR_POISSON,
    .name = "poisson",
    .source = "Likhosherstov et al. 2022, arXiv 2205.15317",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_PARITY,
    .shape = FAVOR_SHAPE_RATES,
    .counts = FAVOR_COUNTS_POISSON,
    .refuses = FAVOR_ROWS_TURNED | FAVOR_ROWS_OPPOSITE,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_poisson,
};

const favor_estimator favor_estimator_geometric = {
    .id = FAVOR_ESTIMATOR_GEOMETRIC,
    .name = "geometric",
    .source = "Likhosherstov et al. 2022, arXiv 2205.15317",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_PARITY,
    .shape = FAVOR_SHAPE_RATES,
    .counts = FAVOR_COUNTS_GEOMETRIC,
    .refuses = FAVOR_ROWS_TURNED | FAVOR_ROWS_OPPOSITE,
    .unbiased = true,
    .wants_statistics = true,
    .fit = fit_geometric,
};
