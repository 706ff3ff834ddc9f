/* SPDX-License-Identifier: MIT */
/** What to do with a set: which estimator, how many projections, or the exact kernel.
 *
 *  The rule, from runs on real and synthetic heads: features approximate attention usefully when
 *  the mean over pairs of log10(1 + relative variance of one projection) is below log10 M - 1. And
 *  they cost less than the exact kernel from about L = 2F keys on, F features, since both sides
 *  then do 4 L^2 d flops. */
#include <math.h>

#include "logstat.h"
#include "variance.h"

/* Mean ln(1 + relative variance of one projection); from the measurement where no closed form is known. */
static double objective(const variance_row *row) {
  if (!isnan(row->forecast)) return row->forecast;
  return bench_log1p_exp(row->errors.log_relmse + log((double)row->projections));
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
  (void)fprintf(
      out,
      "  the median pair is off by %.3g %% at M = %lld; 10 %% takes about %s projections, "
      "100 %% about %s\n",
      100 * sqrt(variance / (double)row->projections), (long long)row->projections,
      count_text(variance / 0.01, ten), count_text(variance, hundred));
}

/* The verdict itself, for this many keys. */
static const char *decide(const variance_row *row, double length) {
  const double needed = 10 * exp(objective(row));
  if (length < 2 * needed * features_per_projection(row)) return "use exact; the best features are";
  return (double)row->projections > needed ? "use it:" : "more features of";
}

static void print_rule(const variance_row *row, double length, FILE *out) {
  char projections[24], keys[24];
  const double needed = 10 * exp(objective(row)), f = needed * features_per_projection(row);
  (void)fprintf(
      out,
      "  objective %.2f against log10(M) - 1 = %.2f: M of %s or more will do, which pays from "
      "%s keys on; here are %.0f\n",
      objective(row) / log(10.0), log10((double)row->projections) - 1,
      count_text(needed, projections), count_text(2 * f, keys), length);
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
  (void)fprintf(out, "%s, %s, M = %lld%s: ", variance_set_name(run, first->set),
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
  (void)fprintf(out, "%s %s with %s rows\n", decide(row, (double)set->length),
                bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  print_needs(row, out);
  print_rule(row, (double)set->length, out);
  print_signed(row, other, out);
}
