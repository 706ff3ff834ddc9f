/* SPDX-License-Identifier: MIT */
/** The options of favor-bench-variance, their defaults and their help. */
#include <string.h>

#include "favor/favor.h"
#include "variance.h"

#define OPTION(type, option, form, text)                                                           \
  .name = option, .argument = form, .help = text, .kind = type
#define NAMED(list) .names = bench_##list, .num_names = bench_num_##list

enum {
  NUM_INPUTS = 9,
  NUM_MAPS = 10,
  NUM_RUNS = 7,
  NUM_OPTIONS = NUM_INPUTS + NUM_MAPS + NUM_RUNS
};

static void describe_inputs(variance_options *o, bench_option *list) {
  const bench_option inputs[NUM_INPUTS] = {
      {OPTION(BENCH_STRINGS, "queries", "Q.npy,...",
              "Queries of one head or more, float32 or float64, [rows, dim]"),
       .value = &o->queries},
      {OPTION(BENCH_STRINGS, "keys", "K.npy,...", "The keys of the same heads in the same order"),
       .value = &o->keys},
      {OPTION(BENCH_STRINGS, "values", "V.npy,...",
              "Their values; adds the error of the attention output"),
       .value = &o->values},
      {OPTION(BENCH_REALS, "scale", "S",
              "Scale of the kernel; without it 1/sqrt(dim) for heads, 1 for synthetic sets"),
       .single = true, .value = &o->scale, .low = 1e-30, .high = 1e30},
      {OPTION(BENCH_INTS, "dim", "N,...",
              "Synthetic sets (made when no heads are given, or when this or one of the next three "
              "is): dimension"),
       .value = &o->dim, .low = 1, .high = 65536},
      {OPTION(BENCH_REALS, "norm", "R,...", "Synthetic: |x| = |y| = R after the scale"),
       .value = &o->norm, .low = 1e-6, .high = 1e6},
      {OPTION(BENCH_REALS, "sum-norm", "V,...", "Synthetic: |x+y| = V for every pair"),
       .value = &o->sum_norm, .low = 0, .high = 1e6},
      {OPTION(BENCH_REALS, "cosine", "C,...", "Synthetic: cosine of every pair"),
       .value = &o->cosine, .low = -1, .high = 1},
      {OPTION(BENCH_INTS, "length", "L",
              "Synthetic: the number of keys that the verdict assumes; heads have their own"),
       .single = true, .value = &o->length, .low = 1, .high = 1e15},
  };
  memcpy(list, inputs, sizeof inputs);
}

static void describe_maps(variance_options *o, bench_option *list) {
  const bench_option maps[NUM_MAPS] = {
      {OPTION(BENCH_NAMES, "kernel", "NAME,...", "Kernels"), NAMED(kernels), .value = &o->kernel},
      {OPTION(BENCH_NAMES, "estimator", "NAME,...", "Estimators"), NAMED(estimators),
       .value = &o->estimator},
      {OPTION(BENCH_NAMES, "coupling", "NAME,...", "Couplings"), NAMED(couplings),
       .value = &o->coupling},
      {OPTION(BENCH_NAMES, "auto", "on|off",
              "Measure the estimator and coupling that AUTO chooses, beside their forecast"),
       NAMED(switches), .single = true, .value = &o->automatic},
      {OPTION(BENCH_INTS, "projections", "M,...", "Rows of W"), .value = &o->projections, .low = 1,
       .high = 16777216},
      {OPTION(BENCH_REALS, "tilt", "A", "Tilt of estimators that are given one, below 1/4"),
       .single = true, .value = &o->tilt, .low = -1e6, .high = 0.2499999999},
      {OPTION(BENCH_NAMES, "recentre", "NAME,...",
              "Take away the means of queries and keys (kernels stay the same), where the kernel "
              "allows it and pairs have no set cosine"),
       NAMED(switches), .value = &o->recentre},
      {OPTION(BENCH_NAMES, "precision", "NAME,...", "Precision of features and estimates"),
       NAMED(precisions), .value = &o->precision},
      {OPTION(BENCH_NAMES, "isa", "NAME,...", "Instruction sets"), NAMED(isas), .value = &o->isa},
      {OPTION(BENCH_INTS, "threads", "N,...", "Threads; 1 keeps to one core"), .value = &o->threads,
       .low = 1, .high = 1024},
  };
  memcpy(list, maps, sizeof maps);
}

static void describe_runs(variance_options *o, bench_option *list) {
  const bench_option runs[NUM_RUNS] = {
      {OPTION(BENCH_INTS, "repeats", "N", "Independent redraws of W behind each measured error"),
       .single = true, .value = &o->repeats, .low = 2, .high = 1e6},
      {OPTION(BENCH_INTS, "draws", "N", "Samples of pairs drawn from each set, pooled"),
       .single = true, .value = &o->draws, .low = 1, .high = 1e4},
      {OPTION(BENCH_INTS, "pairs", "N",
              "Pairs in a sample: a grid of sqrt(N) queries and keys, rounded up; its diagonal "
              "where pairs have a set cosine"),
       .single = true, .value = &o->pairs, .low = 1, .high = 1e6},
      {OPTION(BENCH_INTS, "seed", "N", "Seed of everything random"), .single = true,
       .value = &o->seed, .low = 0, .high = 9e18},
      {OPTION(BENCH_STRINGS, "csv", "FILE",
              "Write the rows as CSV; - is standard output, without "
              "the table"),
       .single = true, .value = &o->csv},
      {OPTION(BENCH_STRINGS, "json", "FILE",
              "Write the rows, machine, versions and options as JSON; - as for --csv"),
       .single = true, .value = &o->json},
      {OPTION(BENCH_STRINGS, "plot", "FILE.svg|png", "Draw the errors with gnuplot"),
       .single = true, .value = &o->plot},
  };
  memcpy(list, runs, sizeof runs);
}

static void describe(variance_options *o, bench_option list[NUM_OPTIONS]) {
  describe_inputs(o, list);
  describe_maps(o, list + NUM_INPUTS);
  describe_runs(o, list + NUM_INPUTS + NUM_MAPS);
}

static void set_int(bench_ints *list, int64_t value) {
  list->count = 1;
  list->at[0] = value;
}

static void set_real(bench_reals *list, double value) {
  list->count = 1;
  list->at[0] = value;
}

static void set_names(bench_ints *list, int count, const bench_name *names) {
  for (int i = 0; i < count; i++) list->at[i] = names[i].value;
  list->count = count;
}

static void set_defaults(variance_options *o) {
  memset(o, 0, sizeof *o);
  set_int(&o->dim, 64);
  set_real(&o->norm, 0.75);
  set_int(&o->length, 16384);
  set_int(&o->kernel, FAVOR_KERNEL_SOFTMAX);
  set_names(&o->estimator, bench_num_estimators, bench_estimators);
  set_names(&o->coupling, bench_num_couplings, bench_couplings);
  set_int(&o->projections, 256);
  set_real(&o->tilt, -0.05);
  set_int(&o->automatic, FAVOR_OFF);
  set_int(&o->recentre, FAVOR_ON);
  set_int(&o->precision, FAVOR_F64);
  set_int(&o->isa, FAVOR_ISA_AUTO);
  set_int(&o->threads, 1);
  set_int(&o->repeats, 64);
  set_int(&o->draws, 4);
  set_int(&o->pairs, 256);
  set_int(&o->seed, 1);
}

/* What no single option can know. */
static bool check_together(variance_options *o, const bench_option *list, char *message) {
  const int heads = o->queries.count;
  message[0] = '\0';
  if (heads != o->keys.count || (o->values.count != 0 && o->values.count != heads))
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "--queries names %d files, --keys %d, --values %d: one of each per head "
                   "(--values may be left out)",
                   heads, o->keys.count, o->values.count);
  else if (o->pairs.at[0] * o->draws.at[0] > 50000000 / o->repeats.at[0])
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "--pairs x --draws x --repeats is more than 50000000 errors to keep");
  else if (o->automatic.at[0] == FAVOR_ON && (bench_given(NUM_OPTIONS, list, "estimator") ||
                                              bench_given(NUM_OPTIONS, list, "coupling")))
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "--auto chooses the estimator and the coupling: leave out --estimator and "
                   "--coupling");
  const bool tied = bench_given(NUM_OPTIONS, list, "sum-norm");
  if (tied && !bench_given(NUM_OPTIONS, list, "norm")) o->norm.count = 0;
  o->synthetic = heads == 0 || tied || bench_given(NUM_OPTIONS, list, "dim") ||
                 bench_given(NUM_OPTIONS, list, "norm") || bench_given(NUM_OPTIONS, list, "cosine");
  return message[0] == '\0';
}

bench_parsed variance_parse(int argc, char **argv, variance_options *options,
                            char message[BENCH_MESSAGE_BYTES]) {
  bench_option list[NUM_OPTIONS];
  set_defaults(options);
  describe(options, list);
  const bench_parsed parsed = bench_parse(argc, argv, NUM_OPTIONS, list, message);
  if (parsed != BENCH_PARSED_RUN) return parsed;
  return check_together(options, list, message) ? BENCH_PARSED_RUN : BENCH_PARSED_BAD;
}

void variance_help(FILE *out) {
  variance_options defaults;
  bench_option list[NUM_OPTIONS];
  set_defaults(&defaults);
  describe(&defaults, list);
  (void)fputs(variance_help_start, out);
  bench_print_options(out, NUM_OPTIONS, list);
  (void)fputs(variance_help_end, out);
}

void variance_options_free(variance_options *options) {
  bench_strings_free(&options->queries);
  bench_strings_free(&options->keys);
  bench_strings_free(&options->values);
  bench_strings_free(&options->csv);
  bench_strings_free(&options->json);
  bench_strings_free(&options->plot);
}
