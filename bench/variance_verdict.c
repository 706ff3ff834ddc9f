/* SPDX-License-Identifier: MIT */
/** What to do with a set: which estimator, how many projections, or the exact kernel.
 *
 *  The rule, from runs on real and synthetic heads: features approximate attention usefully when the mean
 *  over pairs of log10(1 + relative variance of one projection) is below log10 M - 1. And they cost less
 *  than the exact kernel from about L = 2F keys on, F features, since both sides then do 4 L^2 d flops. */
#include <math.h>

#include "variance.h"

/* ln(1 + e^t). */
static double log1p_exp(double t) { return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t)); }

/* Mean ln(1 + relative variance of one projection); from the measurement where no closed form is known. */
static double objective(const variance_row *row) {
  if (!isnan(row->forecast)) return row->forecast;
  return log1p_exp(row->errors.log_relmse + log((double)row->projections));
}

static double typical(const variance_row *row) {
  if (!isnan(row->log_typical)) return row->log_typical;
  return row->errors.log_relmse + log((double)row->projections);
}

static double features_per_projection(const variance_row *row) {
  return (double)row->features / (double)row->projections;
}

/* Orders rows by their error at equal F. */
static double score(const variance_row *row) {
  return objective(row) + log(features_per_projection(row));
}

static bool eligible(const variance_row *row, bool positive) {
  favor_coupling_info coupling = {.size = sizeof coupling};
  favor_estimator_info estimator = {.size = sizeof estimator};
  if (favor_coupling_get_info(row->coupling, &coupling) != FAVOR_OK || coupling.exact != 1)
    return false;
  if (favor_estimator_get_info(row->estimator, &estimator) != FAVOR_OK || estimator.unbiased != 1)
    return false;
  return row->positive == positive && !isnan(score(row));
}

static const variance_row *best(const variance_run *run, variance_block block, bool positive) {
  const variance_row *found = NULL;
  for (int64_t i = block.first; i < block.end; i++) {
    const variance_row *row = &run->rows[i];
    if (eligible(row, positive) && (found == NULL || score(row) < score(found))) found = row;
  }
  return found;
}

/* A number of projections or features, two digits and up: 57, 610, 2.3e+05. */
static const char *count_text(double count, char text[24]) {
  if (count < 1e5)
    (void)snprintf(text, 24, "%.0f", fmax(1, ceil(count)));
  else
    (void)snprintf(text, 24, "%.1e", count);
  return text;
}

static void print_needs(const variance_row *row, FILE *out) {
  char ten[24], hundred[24];
  const double variance = exp(typical(row));
  (void)fprintf(out,
                "  the median pair is off by %.3g %% at M = %lld; 10 %% takes about %s projections, "
                "100 %% about %s\n",
                100 * sqrt(variance / (double)row->projections), (long long)row->projections,
                count_text(variance / 0.01, ten), count_text(variance, hundred));
}

static void print_rule(const variance_row *row, double length, FILE *out) {
  char projections[24], features[24], keys[24];
  const double needed = 10 * exp(objective(row)), f = needed * features_per_projection(row);
  const double rule = objective(row) / log(10.0), at = log10((double)row->projections) - 1;
  (void)fprintf(out, "  log10(1 + variance) of one projection is %.2f in the mean, log10(M) - 1 is %.2f: ",
                rule, at);
  if (length < 2 * f)
    (void)fprintf(out,
                  "use exact\n  (features need M = %s, F = %s, and then pay from %s keys on; here are "
                  "%.0f)\n",
                  count_text(needed, projections), count_text(f, features), count_text(2 * f, keys),
                  length);
  else if (rule < at)
    (void)fprintf(out, "use it\n  (M = %s would do; at %.0f keys F up to %s pays)\n",
                  count_text(needed, projections), length, count_text(length / 2, features));
  else
    (void)fprintf(out, "more features\n  (M = %s; at %.0f keys F up to %s pays)\n",
                  count_text(needed, projections), length, count_text(length / 2, features));
}

static void print_signed(const variance_row *row, const variance_row *other, FILE *out) {
  if (other == NULL || score(other) >= score(row)) return;
  (void)fprintf(out,
                "  %s with %s rows has %.3g times less error, but its features change sign: for "
                "kernels, not for attention\n",
                bench_name_of(bench_estimators, bench_num_estimators, other->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, other->coupling),
                exp(score(row) - score(other)));
}

void variance_print_verdict(const variance_run *run, variance_block block, FILE *out) {
  const variance_row *first = &run->rows[block.first], *row = best(run, block, true);
  const variance_row *other = best(run, block, false);
  const bench_set *set = &run->sets[first->set];
  (void)fprintf(out, "%s, %s, M = %lld%s: ", set->name[0] != '\0' ? set->name : "synthetic",
                bench_name_of(bench_kernels, bench_num_kernels, first->kernel),
                (long long)first->projections, first->recentred ? "" : ", means kept");
  if (row == NULL) {
    row = other;
    other = NULL;
  }
  if (row == NULL) {
    (void)fprintf(out, "no unbiased estimator with exact rows among those measured\n");
    return;
  }
  (void)fprintf(out, "%s with %s rows\n",
                bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  print_needs(row, out);
  print_rule(row, (double)set->length, out);
  print_signed(row, other, out);
}
