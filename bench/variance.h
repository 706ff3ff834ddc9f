/* SPDX-License-Identifier: MIT */
/** favor-bench-variance: what it is asked, what it finds, and the parts that it is made of. */
#ifndef FAVOR_BENCH_VARIANCE_H
#define FAVOR_BENCH_VARIANCE_H

#include "auto.h"
#include "measure.h"
#include "names.h"
#include "options.h"
#include "plot.h"
#include "table.h"

/** The largest |x + y| at which sample variances are believed: beyond, rare draws carry them. */
#define VARIANCE_TRUSTED_SUM 1.5

/** Relative errors below this many units of the precision are rounding, not variance. */
#define VARIANCE_ROUNDING 64.0

/** A trusted measurement this many standard errors from its closed form is a failure, where the standard
 *  error itself comes from enough redraws. */
#define VARIANCE_Z_LIMIT 5.0
#define VARIANCE_Z_REPEATS 32

typedef struct variance_options {
  bench_strings queries, keys, values, csv, json, plot;
  bench_ints dim, projections, kernel, estimator, coupling, precision, isa, threads, recentre;
  bench_ints seed, repeats, draws, pairs, length;
  bench_reals norm, sum_norm, cosine, scale, tilt;
  bench_ints automatic; /* one switch: measure what AUTO chooses */
  bool synthetic;       /* an option of the synthetic sets was given */
} variance_options;

/** One estimator with one coupling on one set. Logarithms are natural; NAN: not known. */
typedef struct variance_row {
  int set;
  int32_t kernel, estimator, coupling, precision, isa;
  int64_t threads, projections, features;
  bool positive, recentred, trusted;
  bench_errors errors;
  double log_closed;   /* closed form of the mean relative squared error over the pairs */
  double log_median;   /* that of the median pair */
  double forecast;     /* mean over pairs of ln(1 + relative variance of one projection) */
  double objective;    /* the same of one feature: what ranks rows at equal F */
  double log_baseline; /* the error of one positive iid projection, means kept; NAN: not valid */
  double baseline_objective; /* and its objective */
  double z;                  /* measured against closed form */
  double log_ratio;          /* error against that baseline with as many features */
  double log_ratio_time;     /* against as many of them as the same time makes */
  double us_per_row;
  double output_error;   /* median of |O^ - O| / |O|; NAN without values */
  favor_forecast advice; /* size 0: not asked for */
} variance_row;

typedef struct variance_run {
  const variance_options *options;
  int num_sets;
  bench_set *sets;
  bench_sample *samples; /* one per set */
  int64_t num_rows, capacity;
  variance_row *rows;
  int steps, step; /* of the progress line */
  int failures;    /* checks that failed; each has been reported on standard error */
} variance_run;

/** Fill the options from a command line; on BAD, message says why. Free with variance_options_free. */
bench_parsed variance_parse(int argc, char **argv, variance_options *options,
                            char message[BENCH_MESSAGE_BYTES]);
void variance_help(FILE *out);
extern const char variance_help_start[], variance_help_end[]; /* before and after the options */
void variance_options_free(variance_options *options);

/** The name of a set for people. */
const char *variance_set_name(const variance_run *run, int set);

/** Load or make the sets and draw their samples. Returns 0, or -1 with a message. */
int variance_make_sets(variance_run *run, char message[BENCH_MESSAGE_BYTES]);

/** Measure every combination on every set, appending rows. Returns 0, or -1 with a message where a map
 *  could not be made. */
int variance_measure(variance_run *run, char message[BENCH_MESSAGE_BYTES]);

/** The rows of one table for people: consecutive rows that share set, kernel, precision and so on. */
typedef struct variance_block {
  int64_t first, end;
} variance_block;

/** The block that starts at row `first`. */
variance_block variance_next_block(const variance_run *run, int64_t first);

/** Mean ln(1 + relative variance of one feature); from the measurement where no closed form is known. */
double variance_objective(const variance_row *row);

/** ln of the number that leads a row: measured where trusted, else the closed form, else measured. */
double variance_lead(const variance_row *row);

/** The least number of projections at which the closed form of the median pair is at most log_target; and
 *  the least number of features F at which the objective falls below ln F - ln 10, the rule of verdicts.
 *  Up to what was measured, or two blocks of projections, by maps of that size; beyond, by variances that
 *  fall as 1/M. */
double variance_projections_for(const variance_run *run, const variance_row *row,
                                double log_target);
double variance_features_for_rule(const variance_run *run, const variance_row *row);

/** Tables and verdicts for people. */
void variance_print(const variance_run *run, FILE *out);
void variance_print_verdict(const variance_run *run, variance_block block, FILE *out);

/** The rows for the files; false without memory. Free the table either way. */
bool variance_fill(const variance_run *run, bench_table *table);
void variance_draw_plot(const variance_run *run, bench_plot *plot);

void variance_run_free(variance_run *run);

#endif
