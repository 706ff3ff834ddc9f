/* SPDX-License-Identifier: MIT */
/** The rows of favor-bench-attention as a table. */
#include <math.h>

#include "attention.h"

/* Only ever appended to. */
static const char *const columns[] = {"estimator",
                                      "coupling",
                                      "precision",
                                      "isa",
                                      "mode",
                                      "threads",
                                      "heads",
                                      "n_q",
                                      "n_k",
                                      "dim",
                                      "dv",
                                      "projections",
                                      "features",
                                      "head",
                                      "seconds_min",
                                      "seconds_median",
                                      "limit_multiple",
                                      "gemms_multiple",
                                      "exact_seconds",
                                      "speedup_over_exact",
                                      "output_error_median",
                                      "output_error_worst",
                                      "kernel_error_median",
                                      "extra_bytes",
                                      "error_over_bound",
                                      "kernel_error_worst",
                                      "output_error_stderr",
                                      "draws",
                                      "norm",
                                      "stream",
                                      "exact_own_seconds",
                                      "exact_own_multiple",
                                      "exact_own_multiple_widest",
                                      "forecast_output_error",
                                      "forecast_output_error_low",
                                      "forecast_output_error_high",
                                      "forecast_verdict"};

enum { NUM_COLUMNS = sizeof columns / sizeof *columns };

static void fill_input(const attention_run *run, const attention_row *row, bench_cell *c) {
  const attention_set *set = &run->sets[row->fixed.set];
  if (row->fixed.mode != ATTENTION_EXACT) {
    bench_cell_text(&c[0], bench_name_of(bench_estimators, bench_num_estimators, row->estimator));
    bench_cell_text(&c[1], bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
    bench_cell_int(&c[11], row->fixed.projections);
    bench_cell_int(&c[12], row->features);
  }
  bench_cell_text(&c[2],
                  bench_name_of(bench_precisions, bench_num_precisions, row->fixed.precision));
  bench_cell_text(&c[3], bench_name_of(bench_isas, bench_num_isas, row->fixed.isa));
  bench_cell_text(&c[4], bench_name_of(attention_modes, attention_num_modes, row->fixed.mode));
  bench_cell_int(&c[5], row->fixed.threads);
  bench_cell_int(&c[6], set->heads);
  bench_cell_int(&c[7], row->n_q);
  bench_cell_int(&c[8], row->n_k);
  bench_cell_int(&c[9], set->set.dim);
  bench_cell_int(&c[10], set->set.dv);
  if (set->set.name[0] != '\0') bench_cell_text(&c[13], set->set.name);
}

static void fill_result(const attention_run *run, const attention_row *row, bench_cell *c) {
  bench_cell_real(&c[14], row->seconds_min);
  bench_cell_real(&c[15], row->seconds_median);
  bench_cell_real(&c[16], attention_limit_multiple(run, row));
  bench_cell_real(&c[17], attention_gemms_multiple(row));
  bench_cell_real(&c[18], row->exact_seconds);
  bench_cell_real(&c[19], attention_speedup(row));
  bench_cell_real(&c[20], row->output_median);
  bench_cell_real(&c[21], row->output_worst);
  bench_cell_real(&c[22], row->kernel_median);
  bench_cell_real(&c[23], row->extra_bytes);
  bench_cell_real(&c[24], row->over_bound);
  bench_cell_real(&c[25], row->kernel_worst);
  bench_cell_real(&c[26], row->output_stderr);
  if (row->fixed.mode != ATTENTION_EXACT) bench_cell_int(&c[27], row->draws);
  bench_cell_real(&c[28], run->sets[row->fixed.set].norm);
  if (row->fixed.mode == ATTENTION_CAUSAL)
    bench_cell_text(&c[29], bench_name_of(attention_stream_kinds, attention_num_stream_kinds,
                                          row->fixed.stream));
  bench_cell_real(&c[30], row->exact_own);
  bench_cell_real(&c[31], attention_exact_multiple(row, true));
  bench_cell_real(&c[32], attention_exact_multiple(row, false));
  if (row->advice.size == 0) return;
  bench_cell_real(&c[33], row->advice.output_error);
  bench_cell_real(&c[34], row->advice.output_error_low);
  bench_cell_real(&c[35], row->advice.output_error_high);
  bench_cell_text(&c[36], bench_verdict_text(row->advice.verdict));
}

bool attention_fill(const attention_run *run, bench_table *table) {
  bench_table_init(table, NUM_COLUMNS, columns);
  for (int64_t i = 0; i < run->num_rows; i++) {
    bench_cell *cells = bench_table_add(table);
    if (cells == NULL) return false;
    fill_input(run, &run->rows[i], cells);
    fill_result(run, &run->rows[i], cells);
  }
  return true;
}

double attention_limit_multiple(const attention_run *run, const attention_row *row) {
  const double peak = run->peak[row->fixed.precision == FAVOR_F64];
  return row->seconds_min * peak * (double)row->fixed.threads / row->flops;
}

double attention_gemms_multiple(const attention_row *row) {
  return row->seconds_min / row->gemms_seconds;
}

double attention_speedup(const attention_row *row) {
  return row->exact_seconds / row->seconds_min;
}

double attention_exact_multiple(const attention_row *row, bool narrow) {
  const double exponentials = narrow ? row->exact_narrow : row->exact_exponentials;
  return row->exact_own / (row->exact_products + exponentials);
}
