/* SPDX-License-Identifier: MIT */
/** favor-paper-tables: the published variances that this library has to reproduce, cell by cell:
 *  ours in closed form, the reference, and, where sample variances can be trusted, ours measured.
 *
 *  A cell passes when the closed form agrees with the reference to its last digit and the
 *  measurement with the closed form to 5 standard errors. Without a closed form four times the
 *  redraws are made, and the measurement has to agree with the reference to its last digit and 5
 *  standard errors. Exit status: 0; 1 when a cell failed; 2 for bad usage. */
#include "paper_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "names.h"
#include "options.h"
#include "progress.h"

enum { DIM = 64, PAIRS = 256 };

/* Up to here measured: the standard errors themselves are estimates, and the tails grow with |x+y|. */
static const double measured_sum = 1.5;

typedef struct variance {
  double log_closed, log_measured, log_stderr, tilt;
} variance;

typedef struct cell {
  double ours, measured, error; /* measured NAN where it is not */
} cell;

typedef struct tally {
  int64_t repeats;
  uint64_t seed;
  int cells, failed;
} tally;

/* The tilt in a map's description; NAN where it has none. */
static double tilt_of(const favor_map *map) {
  char text[1024];
  if (favor_map_describe(map, text, sizeof text) != FAVOR_OK) return NAN;
  const char *at = strstr(text, "\"tilt\":");
  return at != NULL ? strtod(at + 7, NULL) : NAN;
}

static favor_status make_map(const paper_setting *s, const bench_set *set, favor_map **out) {
  favor_map_opts opts;
  (void)favor_map_opts_init(&opts);
  opts.dim = DIM;
  opts.projections = s->projections;
  opts.estimator = s->estimator;
  opts.coupling = s->coupling;
  opts.recentre = FAVOR_OFF;
  opts.stats = set->stats;
  return favor_map_create(&opts, out);
}

static favor_status measure_map(const favor_map *map, const bench_sample *sample, bool measured,
                                const tally *t, variance *out) {
  double *log_kernel = malloc(2 * (size_t)sample->num_pairs * sizeof *log_kernel);
  if (log_kernel == NULL) return FAVOR_ERR_MEMORY;
  bench_errors errors = {NAN, NAN, NAN, NAN};
  favor_status status = bench_forecast(map, sample, log_kernel);
  out->log_closed = log_kernel[0]; /* all pairs are alike */
  if (status == FAVOR_OK) status = bench_sample_kernel(sample, FAVOR_KERNEL_SOFTMAX, log_kernel);
  const int64_t repeats = isnan(out->log_closed) ? 4 * t->repeats : t->repeats;
  if (status == FAVOR_OK && measured)
    status =
        bench_measure_errors(map, FAVOR_F64, sample, log_kernel, repeats, t->seed, NULL, &errors);
  out->log_measured = errors.log_relmse;
  out->log_stderr = errors.log_stderr;
  free(log_kernel);
  return status;
}

static favor_status find_variance(const paper_setting *s, bool measured, const tally *t,
                                  variance *out) {
  bench_set set;
  bench_sample sample;
  favor_map *map = NULL;
  char message[BENCH_MESSAGE_BYTES];
  const bench_synthetic wanted = {DIM, PAIRS, s->norm, NAN, s->cosine, 1, t->seed};
  if (bench_set_synthetic(&set, &wanted, message, sizeof message) != 0) return FAVOR_ERR_MEMORY;
  favor_status status = FAVOR_ERR_MEMORY;
  if (bench_sample_draw(&sample, &set, 1, PAIRS, t->seed)) {
    status = make_map(s, &set, &map);
    if (status == FAVOR_OK) {
      out->tilt = tilt_of(map);
      status = measure_map(map, &sample, measured, t, out);
    }
    favor_map_destroy(map);
    bench_sample_free(&sample);
  }
  bench_set_free(&set);
  return status;
}

static paper_setting setting_at(const paper_setting *column, const double row[2]) {
  paper_setting s = *column;
  s.norm = row[0];
  s.cosine = row[1];
  return s;
}

/* A cell from the variances of its two settings; b is NULL for a cell of one. */
static cell compose(const paper_table *table, const variance *a, const variance *b) {
  const double log_ratio = a->log_closed - (b != NULL ? b->log_closed : 0);
  double log_measured = a->log_measured, relative = exp(2 * (a->log_stderr - a->log_measured));
  /* Beneath what can only be measured stands a closed form, which carries no noise. */
  if (b != NULL && isnan(a->log_closed)) {
    log_measured -= b->log_closed;
  } else if (b != NULL) {
    log_measured -= b->log_measured;
    relative += exp(2 * (b->log_stderr - b->log_measured));
  }
  relative = sqrt(relative);
  switch (table->quantity) {
  case PAPER_RATIO: {
    const cell c = {exp(log_ratio), exp(log_measured), exp(log_measured) * relative};
    return c;
  }
  case PAPER_TILT: {
    const cell c = {a->tilt, NAN, NAN};
    return c;
  }
  default: {
    const double unit = table->quantity == PAPER_LOG10 ? 1 / log(10.0) : 1;
    const cell c = {unit * log_ratio, unit * log_measured, unit * relative};
    return c;
  }
  }
}

/* A number, or "-". */
static void print_value(int width, int digits, double value) {
  if (isnan(value))
    (void)printf(" %*s", width, "-");
  else
    (void)printf(" %*.*f", width, digits, value);
}

static void print_cell(const paper_table *table, int row, int column, const cell *c, tally *t) {
  const double reference = table->reference[row * table->num_columns + column];
  /* References of 10 and more have one digit less after the point. */
  const double tolerance = table->digits * (fabs(reference) < 10 ? 1 : 10);
  const bool closed = !isnan(c->ours), measured = !isnan(c->measured);
  const double apart = (closed ? c->ours : c->measured) - reference;
  const double z = closed && measured ? (c->measured - c->ours) / c->error : 0;
  const double noise = closed ? 0 : 5 * c->error;
  const bool pass = fabs(apart) <= tolerance + noise && fabs(z) <= 5;
  const double sum = table->rows[row][0] * sqrt(2 + 2 * table->rows[row][1]);
  char where[48];
  (void)snprintf(where, sizeof where, "v %.4g (|x| %.4g, cos %.4g)", sum, table->rows[row][0],
                 table->rows[row][1]);
  (void)printf("  %-26s %-26s", table->column_names[column], where);
  print_value(10, 4, c->ours);
  (void)printf(" %10.4f %9.1e", reference, apart);
  print_value(10, 4, c->measured);
  print_value(8, 4, c->error);
  print_value(6, 2, closed && measured ? z : NAN);
  (void)printf("  %s\n", pass ? "pass" : "FAIL");
  t->cells++;
  t->failed += !pass;
}

static favor_status print_table(const paper_table *table, tally *t) {
  (void)printf("\n%s\n  %-26s %-26s %10s %10s %9s %10s %8s %6s\n", table->title, "", "", "ours",
               "reference", "apart", "measured", "+-", "z");
  for (int r = 0; r < table->num_rows; r++)
    for (int c = 0; c < table->num_columns; c++) {
      const paper_setting over = setting_at(&table->columns[c], table->rows[r]);
      const bool measured = table->quantity != PAPER_TILT && over.projections > 1 &&
                            over.norm * sqrt(2 + 2 * over.cosine) <= measured_sum + 1e-9;
      variance a, b;
      bench_progress(r + 1, table->num_rows, "%s: %s", table->title, table->column_names[c]);
      favor_status status = find_variance(&over, measured, t, &a);
      if (status == FAVOR_OK && table->against != NULL) {
        const paper_setting under = setting_at(&table->against[c], table->rows[r]);
        const tally other = {t->repeats, t->seed + 1000003, 0, 0};
        status = find_variance(&under, measured, &other, &b);
      }
      bench_progress_end();
      if (status != FAVOR_OK) return status;
      const cell found = compose(table, &a, table->against != NULL ? &b : NULL);
      print_cell(table, r, c, &found, t);
    }
  return FAVOR_OK;
}

static favor_status print_all(tally *t) {
  favor_status status = FAVOR_OK;
  for (int i = 0; i < paper_num_tables && status == FAVOR_OK; i++)
    status = print_table(&paper_tables[i], t);
  return status == FAVOR_OK ? paper_gains(t->seed, &t->cells, &t->failed) : status;
}

int main(int argc, char **argv) {
  bench_ints repeats = {1, {2000}}, seed = {1, {1}};
  bench_option options[] = {{.name = "repeats",
                             .argument = "N",
                             .help = "Independent redraws behind each measured variance",
                             .kind = BENCH_INTS,
                             .single = true,
                             .value = &repeats,
                             .low = 32,
                             .high = 1e6},
                            {.name = "seed",
                             .argument = "N",
                             .help = "Seed of everything random",
                             .kind = BENCH_INTS,
                             .single = true,
                             .value = &seed,
                             .low = 0,
                             .high = 9e15}};
  char message[BENCH_MESSAGE_BYTES];
  switch (bench_parse(argc, argv, 2, options, message)) {
  case BENCH_PARSED_HELP:
    (void)puts("favor-paper-tables: published variances, ours and measured\n");
    bench_print_options(stdout, 2, options);
    return BENCH_OK;
  case BENCH_PARSED_VERSION:
    (void)printf("favor-paper-tables, libfavor %s\n", favor_version());
    return BENCH_OK;
  case BENCH_PARSED_BAD:
    (void)fprintf(stderr, "favor-paper-tables: %s\n", message);
    return BENCH_USAGE;
  default:
    break;
  }
  tally t = {repeats.at[0], (uint64_t)seed.at[0], 0, 0};
  (void)bench_pin_to_one_core();
  const favor_status status = print_all(&t);
  if (status != FAVOR_OK) {
    (void)fprintf(stderr, "favor-paper-tables: %s\n", favor_strerror(status));
    return BENCH_FAILED;
  }
  (void)printf("\n%d of %d cells pass\n", t.cells - t.failed, t.cells);
  return t.failed == 0 ? BENCH_OK : BENCH_FAILED;
}
