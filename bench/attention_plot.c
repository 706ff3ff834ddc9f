/* SPDX-License-Identifier: MIT */
/** The plot: what accuracy costs (output error against the speed-up over exact attention), and times
 *  over the number of keys. */
#include <math.h>

#include "attention_blocks.h"

enum { WIDTH = 1080, HEIGHT = 470 };

static const char *const colours[] = {"#4c72b0", "#dd8452", "#55a868", "#c44e52",
                                      "#8172b3", "#937860", "#da8bc3", "#8c8c8c"};
enum { NUM_COLOURS = sizeof colours / sizeof *colours };

/* Rows of one estimator, coupling and mode share a colour and an entry in the key. */
static bool same_kind(const attention_row *a, const attention_row *b) {
  return a->estimator == b->estimator && a->coupling == b->coupling &&
         a->fixed.mode == b->fixed.mode;
}

static bool is_first_kind(const attention_run *run, int64_t index) {
  for (int64_t i = 0; i < index; i++)
    if (same_kind(&run->rows[i], &run->rows[index])) return false;
  return true;
}

/* The yardstick of each mode is drawn once. */
static bool is_first_mode(const attention_run *run, int64_t index) {
  for (int64_t i = 0; i < index; i++)
    if (run->rows[i].fixed.mode == run->rows[index].fixed.mode) return false;
  return true;
}

static void print_kind(const attention_row *row, FILE *out) {
  if (row->fixed.mode == ATTENTION_EXACT)
    (void)fputs("exact, by the library", out);
  else
    (void)fprintf(out, "%s, %s, %s",
                  bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                  bench_name_of(bench_couplings, bench_num_couplings, row->coupling),
                  bench_name_of(attention_modes, attention_num_modes, row->fixed.mode));
}

/* A data block for each kind: keys, seconds, exact seconds, speed-up, median and worst error. */
static void write_data(const attention_run *run, FILE *out) {
  int kinds = 0;
  for (int64_t i = 0; i < run->num_rows; i++) {
    if (!is_first_kind(run, i)) continue;
    (void)fprintf(out, "$kind%d << EOD\n", kinds++);
    for (int64_t r = i; r < run->num_rows; r++) {
      const attention_row *row = &run->rows[r];
      if (same_kind(row, &run->rows[i]))
        (void)fprintf(out, "%lld %.6g %.6g %.6g %.6g %.6g\n", (long long)row->n_k, row->seconds_min,
                      row->exact_seconds, attention_speedup(row), row->output_median,
                      isnan(row->output_worst) ? row->output_median : row->output_worst);
    }
    (void)fputs("EOD\n", out);
  }
}

static void draw_kinds(const attention_run *run, const char *form, bool exact_too, FILE *out) {
  int kind = 0;
  (void)fputs("plot ", out);
  for (int64_t i = 0; i < run->num_rows; i++) {
    if (!is_first_kind(run, i)) continue;
    (void)fprintf(out, "%s$kind%d %s lc rgb '%s' title '", kind > 0 ? ", " : "", kind, form,
                  colours[kind % NUM_COLOURS]);
    print_kind(&run->rows[i], out);
    (void)fputc('\'', out);
    if (exact_too && is_first_mode(run, i))
      (void)fprintf(out, ", $kind%d using 1:3 with points pt %d lc rgb 'black' title 'exact, %s'",
                    kind, 4 + 2 * (int)run->rows[i].fixed.mode,
                    bench_name_of(attention_modes, attention_num_modes, run->rows[i].fixed.mode));
    kind++;
  }
  (void)fputc('\n', out);
}

void attention_draw_plot(const attention_run *run, bench_plot *plot) {
  FILE *out = plot->script;
  bench_plot_size(plot, WIDTH, HEIGHT);
  write_data(run, out);
  (void)fputs("set multiplot layout 1,2\nset logscale xy\nset grid lc rgb '#dddddd'\n"
              "set tics font ',9'\nset key font ',9' bottom noenhanced\nset bars small\n"
              "set title 'error and speed' noenhanced\n"
              "set format '%g'\nset arrow 1 from 1,graph 0 to 1,graph 1 nohead dt 3\n"
              "set xlabel 'times as fast as exact attention'\n"
              "set ylabel '|O^ - O| / |O|, median to worst draw' noenhanced\n",
              out);
  draw_kinds(run, "using 4:5:5:6 with yerrorbars pt 7", false, out);
  (void)fputs(
      "unset arrow 1\nset title 'time' noenhanced\nset xlabel 'keys'\nset ylabel 'seconds'\n"
      "set key top left\n",
      out);
  draw_kinds(run, "using 1:2 with points pt 7", true, out);
  (void)fputs("unset multiplot\n", out);
}
