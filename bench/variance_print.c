/* SPDX-License-Identifier: MIT */
/** Tables for people: one per block. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aligned.h"
#include "variance.h"

static bool same_block(const variance_row *a, const variance_row *b) {
  return a->set == b->set && a->kernel == b->kernel && a->precision == b->precision &&
         a->isa == b->isa && a->threads == b->threads && a->projections == b->projections &&
         a->recentred == b->recentred;
}

variance_block variance_next_block(const variance_run *run, int64_t first) {
  variance_block block = {first, first};
  while (block.end < run->num_rows && same_block(&run->rows[first], &run->rows[block.end]))
    block.end++;
  return block;
}

/* "L0_H1: softmax exp(0.258 x.y), means removed". */
static void print_heading(const variance_run *run, const variance_row *row, FILE *out) {
  const bench_set *set = &run->sets[row->set];
  const bench_sample *sample = &run->samples[row->set];
  char text[24];
  (void)fprintf(out, "\n%s: %s kernel, scale %.4g, d %lld, M %lld, %s%s\n",
                variance_set_name(run, row->set),
                bench_name_of(bench_kernels, bench_num_kernels, row->kernel), set->scale,
                (long long)set->dim, (long long)row->projections,
                bench_name_of(bench_precisions, bench_num_precisions, row->precision),
                row->recentred ? ", means removed" : "");
  (void)fprintf(
      out,
      "  median over %lld pairs: norm %.3g, |x+y| %.3g, cosine %.2g; largest |x+y| that the "
      "estimators see %.3g; %lld redraws; %s, %lld thread%s\n",
      (long long)sample->num_pairs, sample->norm, sample->sum_norm, sample->cosine,
      bench_sample_largest_sum(sample, row->recentred), (long long)run->options->repeats.at[0],
      bench_name_of(bench_isas, bench_num_isas, row->isa), (long long)row->threads,
      row->threads == 1 ? "" : "s");
  if (isnan(row->log_baseline)) return;
  bench_short_exp(row->log_baseline - log((double)row->projections), text, sizeof text);
  (void)fprintf(
      out, "  FAVOR+ (positive, iid, means kept) with F = %lld: closed form %s, objective %.2f\n",
      (long long)row->projections, text, row->baseline_objective / log(10.0));
}

static void add_exp(bench_aligned *table, double ln, const char *mark) {
  char text[24];
  bench_short_exp(ln, text, sizeof text);
  bench_aligned_cell(table, "%s%s", text, mark);
}

/* A number of 0 or more. */
static void add_real(bench_aligned *table, double value) {
  add_exp(table, log(value), "");
}

static void add_score(bench_aligned *table, double z) {
  if (isnan(z))
    bench_aligned_cell(table, "-");
  else
    bench_aligned_cell(table, "%.1f", z);
}

static void add_row(bench_aligned *table, const variance_row *row, bool values) {
  const bool measured_leads =
      variance_lead(row) == row->errors.log_relmse && variance_lead(row) != row->log_closed;
  bench_aligned_row(table);
  bench_aligned_cell(table, "%s",
                     bench_name_of(bench_estimators, bench_num_estimators, row->estimator));
  bench_aligned_cell(table, "%s",
                     bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  bench_aligned_cell(table, "%lld", (long long)row->features);
  add_exp(table, row->log_closed, measured_leads ? " " : "*");
  add_exp(table, row->errors.log_relmse, measured_leads ? "*" : " ");
  add_exp(table, row->errors.log_stderr, "");
  add_score(table, row->trusted ? row->z : NAN);
  add_real(table, row->errors.median);
  add_real(table, row->errors.p90);
  add_real(table, variance_objective(row) / log(10.0));
  add_exp(table, row->log_ratio, "");
  add_exp(table, row->log_ratio_time, "");
  add_real(table, row->us_per_row);
  if (values) add_real(table, row->output_error);
}

static void print_block(const variance_run *run, variance_block block, bench_aligned *table,
                        FILE *out) {
  const bool values = run->sets[run->rows[block.first].set].v != NULL;
  print_heading(run, &run->rows[block.first], out);
  bench_aligned_start(
      table, 2,
      values ? "estimator|coupling|F|closed form|measured|+-|z|median|90%|objective|vs FAVOR+|in "
               "its time|us/row|output"
             : "estimator|coupling|F|closed form|measured|+-|z|median|90%|objective|vs FAVOR+|in "
               "its time|us/row");
  for (int64_t i = block.first; i < block.end; i++) add_row(table, &run->rows[i], values);
  bench_aligned_print(table, out);
}

static const char legend[] =
    "\n"
    "closed form, measured\n"
    "    mean of ((K^ - K) / K)^2 over the pairs. * leads: the measurement where sample\n"
    "    variances can be believed (every |x+y| at most 1.5), else the closed form. z is\n"
    "    the difference in standard errors (+-)\n"
    "median, 90%\n"
    "    of |K^ - K| / K: not carried by rare draws, as the mean of squares is\n"
    "objective\n"
    "    mean over pairs of log10(1 + relative variance of one feature), by which the\n"
    "    verdict ranks: not carried by a few large pairs\n"
    "vs FAVOR+, in its time\n"
    "    error against positive features with independent rows and the means kept: as many\n"
    "    features; as many of them as are made in the same time\n";

/* What AUTO chose, where it was asked. */
static void print_advice(const variance_run *run, FILE *out) {
  if (run->options->automatic.at[0] != FAVOR_ON) return;
  (void)fputs("\nAUTO\n", out);
  for (int64_t i = 0; i < run->num_rows; i++) {
    const variance_row *row = &run->rows[i];
    (void)fprintf(out, "%s, %s, M = %lld%s: ", variance_set_name(run, row->set),
                  bench_name_of(bench_kernels, bench_num_kernels, row->kernel),
                  (long long)row->projections, row->recentred ? "" : ", means kept");
    bench_auto_print(&row->advice, row->output_error, " at the median query", out);
  }
}

void variance_print(const variance_run *run, FILE *out) {
  bench_aligned *table = malloc(sizeof *table);
  if (table == NULL) return;
  for (int64_t i = 0; i < run->num_rows;) {
    const variance_block block = variance_next_block(run, i);
    print_block(run, block, table, out);
    i = block.end;
  }
  free(table);
  (void)fputs(legend, out);
  (void)fputs("\nVerdicts\n", out);
  for (int64_t i = 0; i < run->num_rows;) {
    const variance_block block = variance_next_block(run, i);
    variance_print_verdict(run, block, out);
    i = block.end;
  }
  print_advice(run, out);
}
