/* SPDX-License-Identifier: MIT */
/** The plot: the error of the output on every set, and times over the number of keys. */
#include <math.h>

#include "attention_blocks.h"

enum { WIDTH = 1400, HEIGHT = 500 };

static const char *const colours[] = {"#4c72b0", "#dd8452", "#55a868", "#c44e52",
                                      "#8172b3", "#937860", "#da8bc3", "#8c8c8c"};
enum { NUM_COLOURS = sizeof colours / sizeof *colours };

/* Rows that differ in their set alone share a colour and an entry in the key. */
static bool same_kind(const attention_row *a, const attention_row *b) {
  return a->estimator == b->estimator && a->coupling == b->coupling &&
         a->fixed.mode == b->fixed.mode && a->fixed.stream == b->fixed.stream &&
         a->fixed.precision == b->fixed.precision && a->fixed.isa == b->fixed.isa &&
         a->fixed.threads == b->fixed.threads && a->fixed.projections == b->fixed.projections;
}

static bool is_first_kind(const attention_run *run, int64_t index) {
  for (int64_t i = 0; i < index; i++)
    if (same_kind(&run->rows[i], &run->rows[index])) return false;
  return true;
}

/* What exact attention takes depends on the mode alone, among what is drawn. */
static bool is_first_mode(const attention_run *run, int64_t index) {
  for (int64_t i = 0; i < index; i++)
    if (run->rows[i].fixed.mode == run->rows[index].fixed.mode) return false;
  return true;
}

static bool is_head(const attention_run *run, const attention_row *row) {
  return run->sets[row->fixed.set].set.name[0] != '\0';
}

static void print_kind(const attention_run *run, const attention_row *row, FILE *out) {
  if (row->fixed.mode == ATTENTION_EXACT)
    (void)fputs("exact, by the library", out);
  else
    (void)fprintf(out, "%s, %s, %s%s, M = %lld",
                  bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                  bench_name_of(bench_couplings, bench_num_couplings, row->coupling),
                  bench_name_of(attention_modes, attention_num_modes, row->fixed.mode),
                  row->fixed.stream == ATTENTION_ADVERSARIAL ? ", adversarial" : "",
                  (long long)row->fixed.projections);
  attention_describe_run(run, row, out);
}

/* Exact attention has none, and neither has a stream where only the last key counts. */
static bool has_error(const attention_row *row) {
  return row->fixed.mode != ATTENTION_EXACT && row->fixed.stream == ATTENTION_BENIGN;
}

/* Data blocks of a kind: errors over the place of the set; times of synthetic sets; of heads. A line
 * that gnuplot does not draw keeps a block from being empty. */
static void write_kind(const attention_run *run, int64_t first, int kind, int kinds, FILE *out) {
  const double apart = 0.5 * ((double)kind - 0.5 * (double)(kinds - 1)) / (double)kinds;
  (void)fprintf(out, "$error%d << EOD\nNaN NaN NaN\n", kind);
  for (int64_t r = first; r < run->num_rows; r++) {
    const attention_row *row = &run->rows[r];
    if (same_kind(row, &run->rows[first]) && has_error(row))
      (void)fprintf(out, "%.6g %.6g %.6g\n", row->fixed.set + 1 + apart, row->output_median,
                    row->output_worst);
  }
  for (int heads = 0; heads < 2; heads++) {
    (void)fprintf(out, "EOD\n$%s%d << EOD\nNaN NaN NaN\n", heads ? "heads" : "time", kind);
    for (int64_t r = first; r < run->num_rows; r++) {
      const attention_row *row = &run->rows[r];
      if (same_kind(row, &run->rows[first]) && is_head(run, row) == (heads == 1))
        (void)fprintf(out, "%lld %.6g %.6g\n", (long long)row->n_k, 1e3 * row->seconds_min,
                      1e3 * row->exact_seconds);
    }
  }
  (void)fputs("EOD\n", out);
}

static int count_kinds(const attention_run *run) {
  int kinds = 0;
  for (int64_t i = 0; i < run->num_rows; i++) kinds += is_first_kind(run, i);
  return kinds;
}

/* The names of the sets below their errors; many sets would hide each other's. */
static void name_sets(const attention_run *run, FILE *out) {
  enum { LEGIBLE = 24 };
  const int every = (run->num_sets + LEGIBLE - 1) / LEGIBLE;
  (void)fputs("set xtics rotate by 35 right noenhanced (", out);
  for (int i = 0; i < run->num_sets; i += every) {
    const attention_set *set = &run->sets[i];
    (void)fprintf(out, "%s'", i > 0 ? ", " : "");
    for (const char *at = set->set.name; *at != '\0'; at++)
      (void)fprintf(out, *at == '\'' ? "''" : "%c", *at);
    if (set->set.name[0] == '\0')
      (void)fprintf(out, "d %lld, norm %.3g, L %lld", (long long)set->set.dim, set->norm,
                    (long long)set->n_k);
    (void)fprintf(out, "' %d", i + 1);
  }
  (void)fprintf(out, ")\nset xrange [0.4:%.1f]\n", run->num_sets + 0.6);
}

static void draw_errors(const attention_run *run, FILE *out) {
  (void)fprintf(out,
                "set title 'error of the output: median and worst draw' noenhanced\n"
                "set ylabel '|O^ - O| / |O|' noenhanced\nset logscale y\nset format y '%%g'\n"
                "set key off\nset grid ytics lc rgb '#dddddd'\n"
                "set arrow 1 from graph 0,first %g to graph 1,first %g nohead dt 3 lw 1.5\n"
                "set label 1 'good enough' at graph 0.99,first %g right offset 0,0.5 font ',9'\n",
                ATTENTION_GOOD_ERROR, ATTENTION_GOOD_ERROR, ATTENTION_GOOD_ERROR);
  name_sets(run, out);
  (void)fputs("plot ", out);
  for (int kind = 0; kind < count_kinds(run); kind++)
    (void)fprintf(out, "%s$error%d using 1:2:2:3 with yerrorbars pt 7 ps 0.9 lw 1.5 lc rgb '%s'",
                  kind > 0 ? ", " : "", kind, colours[kind % NUM_COLOURS]);
  (void)fputs("\nunset arrow 1\nunset label 1\nset xtics autofreq norotate\nset autoscale x\n",
              out);
}

static void draw_times(const attention_run *run, FILE *out) {
  int kind = 0;
  (void)fputs(
      "unset rmargin\nset title 'time; crosses: real heads' noenhanced\nset xlabel 'keys'\n"
      "set ylabel 'milliseconds'\nset logscale xy\nset format '%g'\n"
      "set grid lc rgb '#dddddd'\nset key outside right top noenhanced font ',9' Left reverse\n"
      "plot ",
      out);
  for (int64_t i = 0; i < run->num_rows; i++) {
    const int mode = (int)run->rows[i].fixed.mode;
    if (!is_first_kind(run, i)) continue;
    const char *colour = colours[kind % NUM_COLOURS];
    if (run->rows[i].fixed.mode != ATTENTION_EXACT && is_first_mode(run, i))
      (void)fprintf(out,
                    "$time%d using 1:3 with linespoints dt 2 pt %d lw 1.5 lc rgb 'black' title "
                    "'exact, %s', $heads%d using 1:3 with points pt 2 lc rgb 'black' notitle, ",
                    kind, 4 + 2 * mode,
                    bench_name_of(attention_modes, attention_num_modes, run->rows[i].fixed.mode),
                    kind);
    (void)fprintf(out, "$time%d using 1:2 with linespoints pt 7 lw 1.5 lc rgb '%s' title '", kind,
                  colour);
    print_kind(run, &run->rows[i], out);
    (void)fprintf(out, "', $heads%d using 1:2 with points pt 2 lc rgb '%s' notitle, ", kind,
                  colour);
    kind++;
  }
  (void)fputc('\n', out);
}

void attention_draw_plot(const attention_run *run, bench_plot *plot) {
  FILE *out = plot->script;
  int kind = 0;
  bool any_error = false; /* gnuplot refuses to plot nothing */
  const int kinds = count_kinds(run);
  for (int64_t i = 0; i < run->num_rows; i++) any_error |= has_error(&run->rows[i]);
  bench_plot_size(plot, WIDTH, HEIGHT);
  for (int64_t i = 0; i < run->num_rows; i++)
    if (is_first_kind(run, i)) write_kind(run, i, kind++, kinds, out);
  (void)fputs("set multiplot\nset tics font ',9'\nset bars small\n"
              "set rmargin 3\n",
              out);
  if (any_error) {
    (void)fputs("set size 0.42,1\nset origin 0,0\n", out);
    draw_errors(run, out);
    (void)fputs("set size 0.58,1\nset origin 0.42,0\n", out);
  }
  draw_times(run, out);
  (void)fputs("unset multiplot\n", out);
}
