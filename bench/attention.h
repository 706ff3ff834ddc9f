/* SPDX-License-Identifier: MIT */
/** favor-bench-attention: what it is asked, what it finds, and the parts that it is made of. */
#ifndef FAVOR_BENCH_ATTENTION_H
#define FAVOR_BENCH_ATTENTION_H

#include "auto.h"
#include "names.h"
#include "options.h"
#include "plot.h"
#include "sets.h"
#include "table.h"

/** The relative output error up to which a verdict says "use it". */
#define ATTENTION_GOOD_ERROR 0.2

/** The speed over exact attention below which a verdict calls them equally fast: use exact. */
#define ATTENTION_GOOD_SPEED 1.1

typedef enum attention_mode {
  ATTENTION_BIDIRECTIONAL,
  ATTENTION_CAUSAL,
  ATTENTION_STEP, /* decoding: the last tokens one by one, all streams at once */
  ATTENTION_EXACT /* no features: the library's exact attention, bidirectional */
} attention_mode;

/** What the keys of a causal stream do to the exponents that sums carry: nothing; or each outweighs
 *  all before it (by log-weights), so that no two of them can share a tile. */
typedef enum attention_stream_kind {
  ATTENTION_BENIGN,
  ATTENTION_ADVERSARIAL
} attention_stream_kind;

extern const bench_name attention_modes[], attention_stream_kinds[];
extern const int attention_num_modes, attention_num_stream_kinds;

typedef struct attention_options {
  bench_strings queries, keys, values, csv, json, plot;
  bench_ints dim, length, heads, kv_heads, batch, dv, mode, stream;
  bench_reals norm, scale;
  bench_ints estimator, coupling, projections, precision, isa, threads;
  bench_ints draws, repeats, seed;
  bench_ints automatic; /* one switch: measure what AUTO chooses */
  bool synthetic;       /* an option of the synthetic sets was given, or no heads */
} attention_options;

/** Rows of all heads: queries [batch, heads, n_q, dim], keys [batch, kv_heads, n_k, dim] (the first
 *  of set.k), values [batch, kv_heads, n_k, dv]. */
typedef struct attention_set {
  bench_set set;
  int64_t batch, heads, kv_heads, n_q, n_k;
  double norm; /* synthetic: |x| after the scale; else NAN */
} attention_set;

/** What a block holds fixed: it is measured in one go, with the yardsticks in between. */
typedef struct attention_case {
  int set;
  attention_mode mode;
  attention_stream_kind stream; /* benign in modes other than causal */
  int32_t precision, isa;
  int64_t threads, projections;
  const favor_executor *executor;
} attention_case;

/** One estimator with one coupling. NAN: not known or not applicable. Seconds are those of the
 *  process where one thread works, else of the clock on the wall. */
typedef struct attention_row {
  attention_case fixed;
  int32_t estimator, coupling; /* 0 for exact attention */
  int64_t n_q, n_k, features, draws;
  double seconds_min, seconds_median;
  double flops;          /* of the products: the arithmetic limit counts nothing else */
  double gemms_seconds;  /* the same products by the BLAS as found */
  double exact_seconds;  /* the faster exact attention of the same run */
  double exact_own;      /* the library's */
  double exact_products; /* bare products of exact attention on the BLAS */
  double exact_exponentials, exact_narrow; /* its exponentials, in the widest vectors and in the
                                              library's */
  double output_median, output_worst, output_stderr; /* of the mean, relative to it */
  double kernel_median, kernel_worst, over_bound;
  double extra_bytes;
  favor_forecast advice; /* size 0: not asked for */
} attention_row;

typedef struct attention_run {
  const attention_options *options;
  int num_sets;
  attention_set *sets;
  int64_t num_rows, capacity;
  attention_row *rows;
  double peak[2];      /* flops per second of this core, f32 and f64; 0: not measured */
  double best_gemm[2]; /* and the fastest product seen beside it, per thread */
  int steps, step;
  int failures; /* checks that failed; each has been reported on standard error */
} attention_run;

bench_parsed attention_parse(int argc, char **argv, attention_options *options,
                             char message[BENCH_MESSAGE_BYTES]);
void attention_help(FILE *out);
extern const char attention_help_start[], attention_help_end[];
void attention_options_free(attention_options *options);

/** Load or make the sets. Returns 0, or -1 with a message. */
int attention_make_sets(attention_run *run, char message[BENCH_MESSAGE_BYTES]);
void attention_free_sets(attention_run *run);
const char *attention_set_name(const attention_run *run, int set);

/** How many rows a case with features has. */
int attention_count(const attention_options *options);

/** Measure one case, appending its rows. Returns 0, or -1 with a message. */
int attention_measure_block(attention_run *run, const attention_case *fixed,
                            char message[BENCH_MESSAGE_BYTES]);

/** Say that a check failed, count it, go on. */
void attention_fail_check(attention_run *run, const attention_row *row, const char *what);

/** Multiples: of the arithmetic limit, of the bare products; and exact time over ours. */
double attention_limit_multiple(const attention_run *run, const attention_row *row);
double attention_gemms_multiple(const attention_row *row);
double attention_speedup(const attention_row *row);

/** The library's exact attention over its bare products and exponentials; `narrow` exponentials as
 *  its kernels have them, else in the widest vectors of this core. */
double attention_exact_multiple(const attention_row *row, bool narrow);

/** Tables, crossovers and verdicts for people. */
void attention_print(const attention_run *run, FILE *out);

/** The rows for the files; false without memory. Free the table either way. */
bool attention_fill(const attention_run *run, bench_table *table);
void attention_draw_plot(const attention_run *run, bench_plot *plot);

#endif
