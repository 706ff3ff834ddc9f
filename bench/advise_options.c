/* SPDX-License-Identifier: MIT */
/** The options of favor-advise, their defaults and their help. */
#include <string.h>

#include "advise.h"

#define OPTION(type, option, form, text)                                                           \
  .name = option, .argument = form, .help = text, .kind = type
#define NAMED(list) .names = bench_##list, .num_names = bench_num_##list

enum { NUM_OPTIONS = 12 };

static const bench_name masks[] = {{"none", FAVOR_MASK_NONE, "every query sees every key"},
                                   {"causal", FAVOR_MASK_CAUSAL, "no query sees a later key"}};

static const char help_start[] =
    "favor-advise: random features or exact attention for these heads, and which features?\n"
    "\n"
    "From the queries and keys of heads it says, per head, whether linear attention is worth\n"
    "it, with which estimator, coupling and number of projections, what error of the output\n"
    "to expect, and what it costs beside exact attention; then the lines of C to paste.\n"
    "Nothing is run on all rows: see favor_forecast_f64 in favor.h.\n"
    "\n"
    "  favor-advise --queries q.npy --keys k.npy --values v.npy\n"
    "  favor-advise --queries q.npy --keys k.npy --length 65536 --target-error 0.1 --json -\n"
    "\n"
    "Options; lists by comma, or the option again:\n";

static const char help_end[] =
    "\n"
    "Exit status: 0; 1 when a forecast failed; 2 for bad usage or a file that cannot be read\n"
    "or written. A verdict for exact attention is no failure.\n";

static void describe(advise_options *o, bench_option list[NUM_OPTIONS]) {
  const bench_option options[NUM_OPTIONS] = {
      {OPTION(BENCH_STRINGS, "queries", "Q.npy,...",
              "Queries of one head or more, float32 or float64, [rows, dim]"),
       .value = &o->queries},
      {OPTION(BENCH_STRINGS, "keys", "K.npy,...", "The keys of the same heads in the same order"),
       .value = &o->keys},
      {OPTION(BENCH_STRINGS, "values", "V.npy,...",
              "Their values; without, values are taken as independent of the keys"),
       .value = &o->values},
      {OPTION(BENCH_INTS, "length", "N",
              "Rows of a sequence that the verdict is for; without it those of the file"),
       .single = true, .value = &o->length, .low = 1, .high = 1e15},
      {OPTION(BENCH_REALS, "target-error", "E", "Error |O^ - O| / |O| of the output that will do"),
       .single = true, .value = &o->target, .low = 1e-6, .high = 1},
      {OPTION(BENCH_INTS, "projections", "M",
              "Forecast this number (of features, unless the estimator is given) instead of the "
              "one that "
              "reaches the target"),
       .single = true, .value = &o->projections, .low = 1, .high = 16777216},
      {OPTION(BENCH_NAMES, "mask", "NAME", "Mask"), .names = masks, .num_names = 2, .single = true,
       .value = &o->mask},
      {OPTION(BENCH_NAMES, "estimator", "NAME", "Instead of the best"), NAMED(estimators),
       .single = true, .value = &o->estimator},
      {OPTION(BENCH_NAMES, "coupling", "NAME", "Instead of the best"), NAMED(couplings),
       .single = true, .value = &o->coupling},
      {OPTION(BENCH_NAMES, "signed", "NAME", "Allow estimators whose features change sign"),
       NAMED(switches), .single = true, .value = &o->allow_signed},
      {OPTION(BENCH_REALS, "scale", "S", "Scale of the kernel; without it 1/sqrt(dim)"),
       .single = true, .value = &o->scale, .low = 1e-30, .high = 1e30},
      {OPTION(BENCH_STRINGS, "json", "FILE", "Everything as JSON; - for standard output"),
       .single = true, .value = &o->json},
  };
  memcpy(list, options, sizeof options);
}

static void set_defaults(advise_options *o) {
  memset(o, 0, sizeof *o);
  o->mask = (bench_ints){1, {FAVOR_MASK_NONE}};
  o->allow_signed = (bench_ints){1, {FAVOR_OFF}};
  o->target = (bench_reals){1, {0.2}};
}

bench_parsed advise_parse(int argc, char **argv, advise_options *options,
                          char message[BENCH_MESSAGE_BYTES]) {
  bench_option list[NUM_OPTIONS];
  set_defaults(options);
  describe(options, list);
  const bench_parsed parsed = bench_parse(argc, argv, NUM_OPTIONS, list, message);
  if (parsed != BENCH_PARSED_RUN) return parsed;
  const int heads = options->queries.count;
  if (heads == 0) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "--queries and --keys are needed; see --help");
    return BENCH_PARSED_BAD;
  }
  if (heads == options->keys.count &&
      (options->values.count == 0 || options->values.count == heads))
    return BENCH_PARSED_RUN;
  (void)snprintf(message, BENCH_MESSAGE_BYTES,
                 "--queries names %d files, --keys %d, --values %d: one of each per head "
                 "(--values may be left out)",
                 heads, options->keys.count, options->values.count);
  return BENCH_PARSED_BAD;
}

void advise_help(FILE *out) {
  advise_options defaults;
  bench_option list[NUM_OPTIONS];
  set_defaults(&defaults);
  describe(&defaults, list);
  (void)fputs(help_start, out);
  bench_print_options(out, NUM_OPTIONS, list);
  (void)fputs(help_end, out);
}

void advise_options_free(advise_options *options) {
  bench_strings_free(&options->queries);
  bench_strings_free(&options->keys);
  bench_strings_free(&options->values);
  bench_strings_free(&options->json);
}
