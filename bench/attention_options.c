/* SPDX-License-Identifier: MIT */
/** The options of favor-bench-attention, their defaults and their help. */
#include <string.h>

#include "attention.h"
#include "favor/favor.h"
#include "timing.h"

#define OPTION(type, option, form, text)                                                           \
  .name = option, .argument = form, .help = text, .kind = type
#define NAMED(list) .names = bench_##list, .num_names = bench_num_##list

const bench_name attention_modes[] = {{"bidirectional", ATTENTION_BIDIRECTIONAL, ""},
                                      {"causal", ATTENTION_CAUSAL, ""},
                                      {"step", ATTENTION_STEP, ""},
                                      {"exact", ATTENTION_EXACT, ""}};
const int attention_num_modes = sizeof attention_modes / sizeof *attention_modes;

const bench_name attention_stream_kinds[] = {{"benign", ATTENTION_BENIGN, ""},
                                             {"adversarial", ATTENTION_ADVERSARIAL, ""}};
const int attention_num_stream_kinds =
    sizeof attention_stream_kinds / sizeof *attention_stream_kinds;

enum {
  NUM_INPUTS = 11,
  NUM_MAPS = 9,
  NUM_RUNS = 6,
  NUM_OPTIONS = NUM_INPUTS + NUM_MAPS + NUM_RUNS
};

static void describe_inputs(attention_options *o, bench_option *list) {
  const bench_option inputs[NUM_INPUTS] = {
      {OPTION(BENCH_STRINGS, "queries", "Q.npy,...",
              "Queries of one head or more, float32 or float64, [rows, dim]"),
       .value = &o->queries},
      {OPTION(BENCH_STRINGS, "keys", "K.npy,...", "The keys of the same heads in the same order"),
       .value = &o->keys},
      {OPTION(BENCH_STRINGS, "values", "V.npy,...", "Their values"), .value = &o->values},
      {OPTION(BENCH_REALS, "scale", "S",
              "Scale of the kernel; without it 1/sqrt(dim) for heads, 1 for synthetic sets"),
       .single = true, .value = &o->scale, .low = 1e-30, .high = 1e30},
      {OPTION(BENCH_INTS, "dim", "N,...",
              "Synthetic sets (made when no heads are given, or when this, --norm, --length, "
              "--heads or --dv is): dimension"),
       .value = &o->dim, .low = 1, .high = 65536},
      {OPTION(BENCH_REALS, "norm", "R,...", "Synthetic: |q| = |k| = R after the scale"),
       .value = &o->norm, .low = 1e-6, .high = 1e6},
      {OPTION(BENCH_INTS, "length", "L,...",
              "Synthetic: queries and keys of a head; several show from which length on features "
              "are faster"),
       .value = &o->length, .low = 1, .high = 16777216},
      {OPTION(BENCH_INTS, "heads", "H,...", "Synthetic: query heads"), .value = &o->heads, .low = 1,
       .high = 4096},
      {OPTION(BENCH_INTS, "kv-heads", "H",
              "Synthetic: heads of keys and values, shared by groups of query heads; without it as "
              "many as --heads"),
       .single = true, .value = &o->kv_heads, .low = 1, .high = 4096},
      {OPTION(BENCH_INTS, "batch", "B", "Synthetic: sequences"), .single = true, .value = &o->batch,
       .low = 1, .high = 4096},
      {OPTION(BENCH_INTS, "dv", "N,...", "Synthetic: columns of the values; without it --dim"),
       .value = &o->dv, .low = 1, .high = 65536},
  };
  memcpy(list, inputs, sizeof inputs);
}

static void describe_maps(attention_options *o, bench_option *list) {
  const bench_option maps[NUM_MAPS] = {
      {OPTION(BENCH_NAMES, "mode", "NAME,...",
              "What is timed; step decodes the last tokens one at a time, exact takes no features"),
       .names = attention_modes, .num_names = attention_num_modes, .value = &o->mode},
      {OPTION(
           BENCH_NAMES, "stream", "NAME,...",
           "Mode causal: adversarial keys each outweigh all before by e^50, the worst for tiles; "
           "exact attention does not see these weights"),
       .names = attention_stream_kinds, .num_names = attention_num_stream_kinds,
       .value = &o->stream},
      {OPTION(BENCH_NAMES, "estimator", "NAME,...", "Estimators"), NAMED(estimators),
       .value = &o->estimator},
      {OPTION(BENCH_NAMES, "coupling", "NAME,...", "Couplings"), NAMED(couplings),
       .value = &o->coupling},
      {OPTION(BENCH_NAMES, "auto", "on|off",
              "Measure the estimator and coupling that AUTO chooses, beside their forecast"),
       NAMED(switches), .single = true, .value = &o->automatic},
      {OPTION(BENCH_INTS, "projections", "M,...", "Rows of W"), .value = &o->projections, .low = 1,
       .high = 1048576},
      {OPTION(BENCH_NAMES, "precision", "NAME,...", "Precision of inputs, sums and outputs"),
       NAMED(precisions), .value = &o->precision},
      {OPTION(BENCH_NAMES, "isa", "NAME,...", "Instruction sets"), NAMED(isas), .value = &o->isa},
      {OPTION(BENCH_INTS, "threads", "N,...", "Threads; 1 keeps to one core"), .value = &o->threads,
       .low = 1, .high = 1024},
  };
  memcpy(list, maps, sizeof maps);
}

static void describe_runs(attention_options *o, bench_option *list) {
  const bench_option runs[NUM_RUNS] = {
      {OPTION(BENCH_INTS, "draws", "N",
              "Redraws of W behind each error; without it as many as bring the standard errors of "
              "both mean errors to 2 %, from 8 to 1000"),
       .single = true, .value = &o->draws, .low = 1, .high = 100000},
      {OPTION(BENCH_INTS, "repeats", "N", "Times that each job is timed, in turn with the others"),
       .single = true, .value = &o->repeats, .low = BENCH_MIN_REPEATS, .high = BENCH_MAX_REPEATS},
      {OPTION(BENCH_INTS, "seed", "N", "Seed of everything random"), .single = true,
       .value = &o->seed, .low = 0, .high = 9e18},
      {OPTION(BENCH_STRINGS, "csv", "FILE",
              "Write the rows as CSV; - is standard output, without the table"),
       .single = true, .value = &o->csv},
      {OPTION(BENCH_STRINGS, "json", "FILE",
              "Write the rows, machine, versions and options as JSON; - as for --csv"),
       .single = true, .value = &o->json},
      {OPTION(BENCH_STRINGS, "plot", "FILE.svg|png", "Draw errors and times with gnuplot"),
       .single = true, .value = &o->plot},
  };
  memcpy(list, runs, sizeof runs);
}

static void describe(attention_options *o, bench_option list[NUM_OPTIONS]) {
  describe_inputs(o, list);
  describe_maps(o, list + NUM_INPUTS);
  describe_runs(o, list + NUM_INPUTS + NUM_MAPS);
}

static void set_int(bench_ints *list, int64_t value) {
  list->count = 1;
  list->at[0] = value;
}

static void set_defaults(attention_options *o) {
  memset(o, 0, sizeof *o);
  set_int(&o->dim, 64);
  o->norm.count = 1;
  o->norm.at[0] = 1;
  o->length.count = 3;
  o->length.at[0] = 256;
  o->length.at[1] = 1024;
  o->length.at[2] = 4096;
  set_int(&o->heads, 1);
  set_int(&o->batch, 1);
  set_int(&o->mode, ATTENTION_BIDIRECTIONAL);
  set_int(&o->stream, ATTENTION_BENIGN);
  set_int(&o->automatic, FAVOR_OFF);
  o->estimator.count = 2;
  o->estimator.at[0] = FAVOR_ESTIMATOR_POSITIVE;
  o->estimator.at[1] = FAVOR_ESTIMATOR_OPRF;
  set_int(&o->coupling, FAVOR_COUPLING_ORTHOGONAL);
  set_int(&o->projections, 256);
  set_int(&o->precision, FAVOR_F32);
  set_int(&o->isa, FAVOR_ISA_AUTO);
  set_int(&o->threads, 1);
  set_int(&o->repeats, BENCH_MIN_REPEATS);
  set_int(&o->seed, 1);
}

static bool has_mode(const attention_options *o, attention_mode mode) {
  for (int i = 0; i < o->mode.count; i++)
    if (o->mode.at[i] == (int64_t)mode) return true;
  return false;
}

static bool check_groups(const attention_options *o, char *message) {
  for (int h = 0; h < o->heads.count && o->kv_heads.count > 0; h++) {
    const long long heads = (long long)o->heads.at[h], kv = (long long)o->kv_heads.at[0];
    if (heads % kv != 0)
      (void)snprintf(message, BENCH_MESSAGE_BYTES, "--kv-heads %lld does not divide --heads %lld",
                     kv, heads);
    else if (heads != kv && has_mode(o, ATTENTION_STEP))
      (void)snprintf(message, BENCH_MESSAGE_BYTES,
                     "--mode step has a state for each head: --kv-heads %lld does not go with "
                     "--heads %lld",
                     kv, heads);
  }
  return message[0] == '\0';
}

/* What no single option can know. */
static bool check_together(attention_options *o, const bench_option *list, char *message) {
  static const char *const synthetic[] = {"dim",      "norm",  "length", "heads",
                                          "kv-heads", "batch", "dv"};
  const int heads = o->queries.count;
  message[0] = '\0';
  o->synthetic = heads == 0;
  for (size_t i = 0; i < sizeof synthetic / sizeof *synthetic; i++)
    if (bench_given(NUM_OPTIONS, list, synthetic[i])) o->synthetic = true;
  if (heads != o->keys.count || o->values.count != heads) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "--queries names %d files, --keys %d, --values %d: one of each per head", heads,
                   o->keys.count, o->values.count);
    return false;
  }
  if (bench_given(NUM_OPTIONS, list, "stream") && !has_mode(o, ATTENTION_CAUSAL)) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "--stream wants --mode causal");
    return false;
  }
  if (o->automatic.at[0] == FAVOR_ON &&
      (bench_given(NUM_OPTIONS, list, "estimator") || bench_given(NUM_OPTIONS, list, "coupling"))) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES,
                   "--auto chooses the estimator and the coupling: leave out --estimator and "
                   "--coupling");
    return false;
  }
  return check_groups(o, message);
}

bench_parsed attention_parse(int argc, char **argv, attention_options *options,
                             char message[BENCH_MESSAGE_BYTES]) {
  bench_option list[NUM_OPTIONS];
  set_defaults(options);
  describe(options, list);
  const bench_parsed parsed = bench_parse(argc, argv, NUM_OPTIONS, list, message);
  if (parsed != BENCH_PARSED_RUN) return parsed;
  return check_together(options, list, message) ? BENCH_PARSED_RUN : BENCH_PARSED_BAD;
}

void attention_help(FILE *out) {
  attention_options defaults;
  bench_option list[NUM_OPTIONS];
  set_defaults(&defaults);
  describe(&defaults, list);
  (void)fputs(attention_help_start, out);
  bench_print_options(out, NUM_OPTIONS, list);
  (void)fputs(attention_help_end, out);
}

void attention_options_free(attention_options *options) {
  bench_strings_free(&options->queries);
  bench_strings_free(&options->keys);
  bench_strings_free(&options->values);
  bench_strings_free(&options->csv);
  bench_strings_free(&options->json);
  bench_strings_free(&options->plot);
}
