/* SPDX-License-Identifier: MIT */
/** What to do with a set: which estimator, how many features, or the exact kernel.
 *
 *  The rule, from runs on real and synthetic heads: F features approximate attention usefully when the
 *  mean over pairs of log10(1 + relative variance of one feature) is below log10 F - 1. And they cost less
 *  than the exact kernel from about L = 2F keys on, since both then do 4 L^2 d flops. */
#include <math.h>

#include "logstat.h"
#include "variance.h"

double variance_objective(const variance_row *row) {
  if (!isnan(row->objective)) return row->objective;
  return bench_log1p_exp(row->errors.log_relmse + log((double)row->features));
}

/* ln of the relative squared error of the median pair. */
static double typical(const variance_row *row) {
  return isnan(row->log_median) ? row->errors.log_relmse : row->log_median;
}

static bool eligible(const variance_row *row, bool positive) {
  favor_coupling_info coupling = {.size = sizeof coupling};
  favor_estimator_info estimator = {.size = sizeof estimator};
  if (favor_coupling_get_info(row->coupling, &coupling) != FAVOR_OK || coupling.exact != 1)
    return false;
  if (favor_estimator_get_info(row->estimator, &estimator) != FAVOR_OK || estimator.unbiased != 1)
    return false;
  return row->positive == positive && !isnan(variance_objective(row));
}

static const variance_row *best(const variance_run *run, variance_block block, bool positive) {
  const variance_row *found = NULL;
  for (int64_t i = block.first; i < block.end; i++) {
    const variance_row *row = &run->rows[i];
    if (eligible(row, positive) &&
        (found == NULL || variance_objective(row) < variance_objective(found)))
      found = row;
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

static void print_needs(const variance_run *run, const variance_row *row, FILE *out) {
  char ten[24], hundred[24];
  (void)fprintf(
      out,
      "  the median pair is off by %.3g %% at M = %lld; 10 %% takes M of about %s, 100 %% %s\n",
      100 * exp(0.5 * typical(row)), (long long)row->projections,
      count_text(variance_projections_for(run, row, log(0.01)), ten),
      count_text(variance_projections_for(run, row, 0), hundred));
}

/* The verdict itself, for this many keys. */
static const char *decide(const variance_row *row, double needed, double length) {
  if (length < 2 * needed) return "use exact; the best features are";
  return (double)row->features >= needed ? "use it:" : "more features of";
}

static void print_rule(const variance_row *row, double needed, double length, FILE *out) {
  char features[24], keys[24];
  (void)fprintf(
      out,
      "  objective %.2f against log10(F) - 1 = %.2f: F of %s or more will do, which pays from "
      "%s keys on; here are %.0f\n",
      variance_objective(row) / log(10.0), log10((double)row->features) - 1,
      count_text(needed, features), count_text(2 * needed, keys), length);
}

static void print_signed(const variance_row *row, const variance_row *other, FILE *out) {
  if (other == NULL || variance_objective(other) >= variance_objective(row)) return;
  (void)fprintf(out,
                "  %s with %s rows has %.3g times less error, but its features change sign: for "
                "kernels, not for attention\n",
                bench_name_of(bench_estimators, bench_num_estimators, other->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, other->coupling),
                exp(variance_objective(row) - variance_objective(other)));
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
  const double needed = variance_features_for_rule(run, row);
  (void)fprintf(out, "%s %s with %s rows\n", decide(row, needed, (double)set->length),
                bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  print_needs(run, row, out);
  print_rule(row, needed, (double)set->length, out);
  print_signed(row, other, out);
}
