/* SPDX-License-Identifier: MIT */
/** What favor-advise says: to people on one screen, to programs as rows. */
#include <ctype.h>
#include <math.h>

#include "advise.h"

#define NAME(name, symbol, value, text) {#symbol, value, text},
const bench_name advise_verdicts[] = {FAVOR_VERDICT_LIST(NAME)};
const int advise_num_verdicts = sizeof advise_verdicts / sizeof *advise_verdicts;

static const char *estimator_of(const advise_head *head) {
  return bench_name_of(bench_estimators, bench_num_estimators, head->forecast.estimator);
}

static const char *coupling_of(const advise_head *head) {
  return bench_name_of(bench_couplings, bench_num_couplings, head->forecast.coupling);
}

/* 12 KiB, 3.4 MiB. */
static const char *bytes_text(double bytes, char text[24]) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
  (void)snprintf(text, 24, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
  return text;
}

static void print_head(const advise_run *run, const advise_head *head, FILE *out) {
  const favor_forecast *f = &head->forecast;
  const double target = run->options->target.at[0];
  char state[24], cached[24];
  (void)fprintf(out, "%s: %s\n", head->set.name, bench_verdict_text(f->verdict));
  (void)fprintf(out, "  %-10s %s with %s rows, M = %lld, F = %lld%s\n", "features",
                estimator_of(head), coupling_of(head), (long long)f->projections,
                (long long)f->features, f->positive ? "" : " (they change sign)");
  (void)fprintf(out, "  %-10s %.3g expected, %.3g to %.3g in 9 cases of 10%s\n", "error",
                f->output_error, f->output_error_low, f->output_error_high,
                head->set.v != NULL ? "" : "; values unknown");
  if (f->projections_for_target > 0)
    (void)fprintf(out, "  %-10s an error of %.3g takes M of about %lld\n", "target", target,
                  (long long)f->projections_for_target);
  else
    (void)fprintf(out, "  %-10s no number of projections reaches an error of %.3g\n", "target",
                  target);
  (void)fprintf(out, "  %-10s %.2g times exact attention's at %lld keys%s; it pays from %.0f on\n",
                "time", f->flops_features / f->flops_exact, (long long)head->length,
                head->causal ? ", causal" : "", ceil(f->crossover_length));
  (void)fprintf(out, "  %-10s a state of %s, against %s of keys and values\n", "memory",
                bytes_text(head->state_bytes, state), bytes_text(head->cached_bytes, cached));
}

static void print_upper(const char *prefix, const char *name, FILE *out) {
  (void)fputs(prefix, out);
  for (; *name != '\0'; name++) (void)fputc(toupper((unsigned char)*name), out);
}

static void print_exact_lines(const advise_head *head, FILE *out) {
  (void)fputs("  favor_attention_desc desc;\n"
              "  favor_attention_desc_init(&desc, batch, heads, n_q, n_k, dim, dv);\n",
              out);
  if (head->causal) (void)fputs("  desc.mask = FAVOR_MASK_CAUSAL;\n", out);
  (void)fprintf(out,
                "  favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, %.17g, 0, &desc, q, k, v, out, "
                "NULL,\n                            0, NULL, NULL, NULL);\n",
                head->set.scale);
}

static void print_map_lines(const advise_head *head, FILE *out) {
  const favor_forecast *f = &head->forecast;
  const double usual = 1 / sqrt((double)head->set.dim);
  const bool more = f->verdict == FAVOR_VERDICT_MORE_FEATURES;
  (void)fprintf(out,
                "  favor_map_opts opts;\n"
                "  favor_map_opts_attention(&opts, %lld, %lld);\n",
                (long long)head->set.dim,
                (long long)(more ? f->projections_for_target : f->projections));
  if (fabs(head->set.scale - usual) > 1e-15 * usual)
    (void)fprintf(out, "  opts.scale = %.17g;\n", head->set.scale);
  print_upper("  opts.estimator = FAVOR_ESTIMATOR_", estimator_of(head), out);
  print_upper(";\n  opts.coupling = FAVOR_COUPLING_", coupling_of(head), out);
  (void)fputs(";\n"
              "  opts.stats = stats; /* favor_stats_add_f32 of such queries and keys */\n"
              "  favor_map_create(&opts, &map);\n",
              out);
}

/* The head whose lines are printed: of those that features are for, the one that needs most. */
static const advise_head *leading(const advise_run *run, int *count) {
  const advise_head *lead = NULL;
  *count = 0;
  for (int i = 0; i < run->count; i++) {
    const favor_forecast *f = &run->heads[i].forecast;
    if (f->verdict == FAVOR_VERDICT_EXACT) continue;
    ++*count;
    if (lead == NULL || f->features > lead->forecast.features) lead = &run->heads[i];
  }
  return lead;
}

void advise_print(const advise_run *run, FILE *out) {
  int count;
  const advise_head *lead = leading(run, &count);
  for (int i = 0; i < run->count; i++) print_head(run, &run->heads[i], out);
  if (lead == NULL || count < run->count) {
    (void)fprintf(out, "\nFor %s:\n\n",
                  run->count > 1
                      ? (lead == NULL ? "all heads" : "the heads that want exact attention")
                      : run->heads[0].set.name);
    print_exact_lines(&run->heads[0], out);
  }
  if (lead == NULL) return;
  (void)fprintf(out, "\nFor %s:\n\n",
                run->count == 1 ? lead->set.name
                : count == 1    ? lead->set.name
                                : "heads that want features, as many as the hardest of them needs");
  print_map_lines(lead, out);
}

static const char *const columns[] = {"head",
                                      "verdict",
                                      "estimator",
                                      "coupling",
                                      "projections",
                                      "features",
                                      "dim",
                                      "dv",
                                      "n_q",
                                      "n_k",
                                      "mask",
                                      "target_error",
                                      "output_error",
                                      "output_error_low",
                                      "output_error_high",
                                      "projections_for_target",
                                      "flops_exact",
                                      "flops_features",
                                      "crossover_length",
                                      "relvar_one_mean",
                                      "relvar_one_p10",
                                      "relvar_one_p50",
                                      "relvar_one_p90",
                                      "relvar_mean",
                                      "relvar_p10",
                                      "relvar_p50",
                                      "relvar_p90",
                                      "state_bytes",
                                      "cached_bytes",
                                      "values_known"};

enum { NUM_COLUMNS = sizeof columns / sizeof *columns };

/* Logarithms of 1 + relative variance, as they are. */
static void fill_spread(const favor_spread *spread, bench_cell *c) {
  bench_cell_real(&c[0], spread->mean);
  bench_cell_real(&c[1], spread->p10);
  bench_cell_real(&c[2], spread->p50);
  bench_cell_real(&c[3], spread->p90);
}

static void fill_row(const advise_run *run, const advise_head *head, bench_cell *c) {
  const favor_forecast *f = &head->forecast;
  bench_cell_text(&c[0], head->set.name);
  bench_cell_text(&c[1], bench_name_of(advise_verdicts, advise_num_verdicts, f->verdict));
  bench_cell_text(&c[2], estimator_of(head));
  bench_cell_text(&c[3], coupling_of(head));
  bench_cell_int(&c[4], f->projections);
  bench_cell_int(&c[5], f->features);
  bench_cell_int(&c[6], head->set.dim);
  bench_cell_int(&c[7], head->set.dv > 0 ? head->set.dv : head->set.dim);
  bench_cell_int(&c[8], head->length);
  bench_cell_int(&c[9], head->length);
  bench_cell_text(&c[10], head->causal ? "causal" : "none");
  bench_cell_real(&c[11], run->options->target.at[0]);
  bench_cell_real(&c[12], f->output_error);
  bench_cell_real(&c[13], f->output_error_low);
  bench_cell_real(&c[14], f->output_error_high);
  if (f->projections_for_target > 0) bench_cell_int(&c[15], f->projections_for_target);
  bench_cell_real(&c[16], f->flops_exact);
  bench_cell_real(&c[17], f->flops_features);
  bench_cell_real(&c[18], f->crossover_length);
  fill_spread(&f->one, &c[19]);
  fill_spread(&f->many, &c[23]);
  bench_cell_real(&c[27], head->state_bytes);
  bench_cell_real(&c[28], head->cached_bytes);
  bench_cell_int(&c[29], head->set.v != NULL);
}

bool advise_fill(const advise_run *run, bench_table *table) {
  bench_table_init(table, NUM_COLUMNS, columns);
  for (int i = 0; i < run->count; i++) {
    bench_cell *cells = bench_table_add(table);
    if (cells == NULL) return false;
    fill_row(run, &run->heads[i], cells);
  }
  return true;
}
