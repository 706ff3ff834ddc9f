/* SPDX-License-Identifier: MIT */
/** Tables for people: one per block. */
#include <math.h>
#include <stdlib.h>

#include "aligned.h"
#include "attention_blocks.h"
#include "blas_attention.h"
#include "wide.h"

static bool same_case(const attention_case *a, const attention_case *b) {
  return a->set == b->set && a->mode == b->mode && a->precision == b->precision &&
         a->stream == b->stream && a->isa == b->isa && a->threads == b->threads &&
         a->projections == b->projections;
}

attention_blocks attention_next_block(const attention_run *run, int64_t first) {
  attention_blocks block = {first, first};
  while (block.end < run->num_rows &&
         same_case(&run->rows[first].fixed, &run->rows[block.end].fixed))
    block.end++;
  return block;
}

void attention_describe(const attention_run *run, const attention_row *row, FILE *out) {
  const attention_set *set = &run->sets[row->fixed.set];
  const bool step = row->fixed.mode == ATTENTION_STEP;
  (void)fprintf(out, "%s, %s, ", attention_set_name(run, row->fixed.set),
                bench_name_of(attention_modes, attention_num_modes, row->fixed.mode));
  if (row->fixed.stream == ATTENTION_ADVERSARIAL) (void)fputs("adversarial, ", out);
  if (set->heads > 1) (void)fprintf(out, "%lld heads, ", (long long)set->heads);
  if (step)
    (void)fprintf(out, "%lld tokens to %lld keys", (long long)row->n_q, (long long)row->n_k);
  else if (row->n_q == row->n_k)
    (void)fprintf(out, "L = %lld", (long long)row->n_k);
  else
    (void)fprintf(out, "%lld queries, %lld keys", (long long)row->n_q, (long long)row->n_k);
  if (row->fixed.mode != ATTENTION_EXACT)
    (void)fprintf(out, ", M = %lld", (long long)row->fixed.projections);
}

void attention_describe_run(const attention_run *run, const attention_row *row, FILE *out) {
  const attention_options *o = run->options;
  if (o->precision.count > 1)
    (void)fprintf(out, ", %s",
                  bench_name_of(bench_precisions, bench_num_precisions, row->fixed.precision));
  if (o->isa.count > 1)
    (void)fprintf(out, ", %s", bench_name_of(bench_isas, bench_num_isas, row->fixed.isa));
  if (o->threads.count > 1)
    (void)fprintf(out, ", %lld thread%s", (long long)row->fixed.threads,
                  row->fixed.threads == 1 ? "" : "s");
}

static void print_machine(const attention_run *run, FILE *out) {
  static const char *const names[] = {"f32", "f64"};
  (void)fprintf(out, "One core:");
  for (int p = 0; p < 2; p++)
    if (run->peak[p] > 0)
      (void)fprintf(out, " %.4g GFLOP/s in %s (%s multiply-adds; best product %.3g),",
                    1e-9 * run->peak[p], names[p], bench_wide_name(), 1e-9 * run->best_gemm[p]);
  (void)fprintf(out, " BLAS core type %s\n", bench_blas_core());
}

static void print_heading(const attention_run *run, const attention_row *row, FILE *out) {
  const attention_set *set = &run->sets[row->fixed.set];
  (void)fputc('\n', out);
  attention_describe(run, row, out);
  (void)fprintf(out, "; d %lld, dv %lld, batch %lld, kv heads %lld, %s, %s, %lld thread%s",
                (long long)set->set.dim, (long long)set->set.dv, (long long)set->batch,
                (long long)set->kv_heads,
                bench_name_of(bench_precisions, bench_num_precisions, row->fixed.precision),
                bench_name_of(bench_isas, bench_num_isas, row->fixed.isa),
                (long long)row->fixed.threads, row->fixed.threads == 1 ? "" : "s");
  if (!isnan(set->norm)) (void)fprintf(out, ", norm %.3g", set->norm);
  (void)fprintf(out,
                "\n  exact attention of the library %.4g ms = %.2f x (bare products on the BLAS "
                "%.4g ms + exponentials %.4g ms)\n"
                "    with exponentials in %s vectors, %.4g ms: %.2f x\n",
                1e3 * row->exact_own, attention_exact_multiple(row, true),
                1e3 * row->exact_products, 1e3 * row->exact_narrow, bench_wide_name(),
                1e3 * row->exact_exponentials, attention_exact_multiple(row, false));
}

static void add(bench_aligned *table, double value) {
  char text[24];
  if (isnan(value)) {
    bench_aligned_cell(table, "-");
    return;
  }
  bench_short_exp(log(value), text, sizeof text);
  bench_aligned_cell(table, "%s", text);
}

static void add_row(const attention_run *run, bench_aligned *table, const attention_row *row) {
  const bool exact = row->fixed.mode == ATTENTION_EXACT;
  bench_aligned_row(table);
  bench_aligned_cell(table, "%s",
                     exact ? "exact"
                           : bench_name_of(bench_estimators, bench_num_estimators, row->estimator));
  bench_aligned_cell(table, "%s",
                     exact ? "-"
                           : bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  bench_aligned_cell(table, "%lld", (long long)row->features);
  add(table, 1e3 * row->seconds_min);
  add(table, 1e3 * row->seconds_median);
  add(table, attention_limit_multiple(run, row));
  add(table, attention_gemms_multiple(row));
  add(table, 1e3 * row->exact_seconds);
  add(table, attention_speedup(row));
  add(table, row->output_median);
  add(table, row->output_worst);
  if (row->output_stderr <= 10)
    bench_aligned_cell(table, "%.1f", 100 * row->output_stderr);
  else
    bench_aligned_cell(table, "-");
  add(table, row->kernel_median);
  add(table, row->kernel_worst);
  bench_aligned_cell(table, "%lld", (long long)row->draws);
  add(table, row->over_bound);
  add(table, row->extra_bytes / 1024);
}

static const char legend[] =
    "\n"
    "x limit, x GEMMs\n"
    "    time over that of the flops at the peak of this core, and over that of the same\n"
    "    products by the BLAS without exponentials\n"
    "exact of the library\n"
    "    over parts that nothing can do without: the first line has exponentials in vectors\n"
    "    of 128 bits, as the library's own kernels are, the second in the widest of this core\n"
    "exact, speed-up\n"
    "    the faster exact attention of the same run, the library's or one on the BLAS\n"
    "output, worst, +- %; kernel, worst\n"
    "    |O^ - O| / |O|: median and worst draw of W, standard error of the mean over draws;\n"
    "    median |K^ - K| / K of a draw: likewise\n"
    "/ bound\n"
    "    float32 against float64, over what favor_attention promises\n";

void attention_print(const attention_run *run, FILE *out) {
  bench_aligned *table = malloc(sizeof *table);
  if (table == NULL) return;
  print_machine(run, out);
  for (int64_t i = 0; i < run->num_rows;) {
    const attention_blocks block = attention_next_block(run, i);
    print_heading(run, &run->rows[i], out);
    bench_aligned_start(table, 2,
                        "estimator|coupling|F|ms|median|x limit|x GEMMs|exact ms|speed-up|output|"
                        "worst|+- %|kernel|worst|draws|/ bound|KiB");
    for (int64_t r = block.first; r < block.end; r++) add_row(run, table, &run->rows[r]);
    bench_aligned_print(table, out);
    i = block.end;
  }
  free(table);
  (void)fputs(legend, out);
  attention_print_streams(run, out);
  attention_print_crossovers(run, out);
  attention_print_verdicts(run, out);
  attention_print_advice(run, out);
}
