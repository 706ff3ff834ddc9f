/* SPDX-License-Identifier: MIT */
/** The rows of favor-bench-variance as a table. */
#include "variance.h"

/* Only ever appended to. */
static const char *const columns[] = {"kernel",
                                      "estimator",
                                      "coupling",
                                      "precision",
                                      "dim",
                                      "projections",
                                      "features",
                                      "norm",
                                      "head",
                                      "pairs",
                                      "repeats",
                                      "measured_relmse",
                                      "stderr",
                                      "closed_form_relmse",
                                      "z",
                                      "trusted",
                                      "ratio_to_positive_iid",
                                      "forecast_log_relvar",
                                      "us_per_row",
                                      "sum_norm",
                                      "cosine",
                                      "seed",
                                      "relerr_median",
                                      "relerr_p90",
                                      "ratio_at_equal_time",
                                      "recentred",
                                      "isa",
                                      "threads",
                                      "output_error_median",
                                      "forecast_output_error",
                                      "forecast_output_error_low",
                                      "forecast_output_error_high",
                                      "forecast_verdict"};

enum { NUM_COLUMNS = sizeof columns / sizeof *columns };

static void fill_input(const variance_run *run, const variance_row *row, bench_cell *c) {
  const bench_sample *sample = &run->samples[row->set];
  bench_cell_text(&c[0], bench_name_of(bench_kernels, bench_num_kernels, row->kernel));
  bench_cell_text(&c[1], bench_name_of(bench_estimators, bench_num_estimators, row->estimator));
  bench_cell_text(&c[2], bench_name_of(bench_couplings, bench_num_couplings, row->coupling));
  bench_cell_text(&c[3], bench_name_of(bench_precisions, bench_num_precisions, row->precision));
  bench_cell_int(&c[4], run->sets[row->set].dim);
  bench_cell_int(&c[5], row->projections);
  bench_cell_int(&c[6], row->features);
  bench_cell_real(&c[7], sample->norm);
  if (run->sets[row->set].name[0] != '\0') bench_cell_text(&c[8], run->sets[row->set].name);
  bench_cell_int(&c[9], sample->num_pairs);
  bench_cell_int(&c[10], run->options->repeats.at[0]);
  bench_cell_real(&c[19], sample->sum_norm);
  bench_cell_real(&c[20], sample->cosine);
  bench_cell_int(&c[21], run->options->seed.at[0]);
}

static void fill_result(const variance_row *row, bench_cell *c) {
  bench_cell_exp(&c[11], row->errors.log_relmse);
  bench_cell_exp(&c[12], row->errors.log_stderr);
  bench_cell_exp(&c[13], row->log_closed);
  bench_cell_real(&c[14], row->z);
  bench_cell_int(&c[15], row->trusted);
  bench_cell_exp(&c[16], row->log_ratio);
  bench_cell_real(&c[17], row->forecast);
  bench_cell_real(&c[18], row->us_per_row);
  bench_cell_real(&c[22], row->errors.median);
  bench_cell_real(&c[23], row->errors.p90);
  bench_cell_exp(&c[24], row->log_ratio_time);
  bench_cell_int(&c[25], row->recentred);
  bench_cell_text(&c[26], bench_name_of(bench_isas, bench_num_isas, row->isa));
  bench_cell_int(&c[27], row->threads);
  bench_cell_real(&c[28], row->output_error);
  if (row->advice.size == 0) return;
  bench_cell_real(&c[29], row->advice.output_error);
  bench_cell_real(&c[30], row->advice.output_error_low);
  bench_cell_real(&c[31], row->advice.output_error_high);
  bench_cell_text(&c[32], bench_verdict_text(row->advice.verdict));
}

bool variance_fill(const variance_run *run, bench_table *table) {
  bench_table_init(table, NUM_COLUMNS, columns);
  for (int64_t i = 0; i < run->num_rows; i++) {
    bench_cell *cells = bench_table_add(table);
    if (cells == NULL) return false;
    fill_input(run, &run->rows[i], cells);
    fill_result(&run->rows[i], cells);
  }
  return true;
}
