/* SPDX-License-Identifier: MIT */
/** The plot: a panel per set and kernel, the error of every estimator and coupling; over M where
 *  several were measured. Closed forms are bars or lines, measurements points: full where
 *  trusted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "variance.h"

enum { MAX_PANELS = 12, PANEL_WIDTH = 460, PANEL_HEIGHT = 350, LEGEND_HEIGHT = 78 };

/* Rows of one panel, [first, end): all that differ in estimator, coupling and projections alone. */
typedef struct panel {
  int64_t first, end;
} panel;

static const char *const colours[] = {"#4c72b0", "#dd8452", "#8c8c8c", "#55a868",
                                      "#c44e52", "#8172b3", "#937860", "#da8bc3"};
enum { NUM_COLOURS = sizeof colours / sizeof *colours };

static const char *colour(int index) {
  return colours[index % NUM_COLOURS];
}

static bool same_panel(const variance_row *a, const variance_row *b) {
  return a->set == b->set && a->kernel == b->kernel && a->precision == b->precision &&
         a->isa == b->isa && a->threads == b->threads && a->recentred == b->recentred;
}

static int find_panels(const variance_run *run, panel *panels) {
  int count = 0;
  for (int64_t i = 0; i < run->num_rows && count < MAX_PANELS;) {
    panel p = {i, i};
    while (p.end < run->num_rows && same_panel(&run->rows[i], &run->rows[p.end])) p.end++;
    panels[count++] = p;
    i = p.end;
  }
  return count;
}

/* The estimators that a panel has rows of. */
static bench_ints estimators_of(const variance_run *run, panel p) {
  bench_ints found = {0};
  for (int64_t i = p.first; i < p.end; i++)
    if (found.count == 0 || found.at[found.count - 1] != run->rows[i].estimator)
      found.at[found.count++] = run->rows[i].estimator;
  return found;
}

static int place(const bench_ints *list, int64_t value) {
  for (int i = 0; i < list->count; i++)
    if (list->at[i] == value) return i;
  return 0;
}

/* A number that gnuplot can draw on a logarithmic axis, or NaN. */
static double drawable(double ln) {
  if (isnan(ln) || (isinf(ln) && ln > 0)) return NAN;
  return exp(fmin(fmax(ln, -600), 600));
}

static void print_number(double value, FILE *out) {
  if (isnan(value))
    (void)fputs(" NaN", out);
  else
    (void)fprintf(out, " %.6g", value);
}

/* x, closed form, measured, its lower and upper end, measured where trusted, median squared. */
static void print_point(double x, const variance_row *row, FILE *out) {
  const double measured = drawable(row->errors.log_relmse);
  const double spread = drawable(row->errors.log_stderr);
  print_number(x, out);
  print_number(drawable(row->log_closed), out);
  print_number(measured, out);
  print_number(measured > 1.01 * spread ? measured - spread : measured / 100, out);
  print_number(measured + spread, out);
  print_number(row->trusted ? measured : NAN, out);
  print_number(drawable(2 * log(row->errors.median)), out);
  (void)fputc('\n', out);
}

static void print_text(const char *text, FILE *out) {
  (void)fputc('\'', out);
  for (; *text != '\0'; text++)
    (void)fputs(*text == '\'' ? "''" : (const char[2]){*text, '\0'}, out);
  (void)fputc('\'', out);
}

static void print_title(const variance_run *run, const variance_row *row, bool over_m, FILE *out) {
  const bench_set *set = &run->sets[row->set];
  char title[160], m[32] = "";
  if (!over_m) (void)snprintf(m, sizeof m, ", M %lld", (long long)row->projections);
  (void)snprintf(title, sizeof title, "%s: %s, d %lld%s, |x+y| %.3g, means %s",
                 variance_set_name(run, row->set),
                 bench_name_of(bench_kernels, bench_num_kernels, row->kernel), (long long)set->dim,
                 m, run->samples[row->set].sum_norm, row->recentred ? "removed" : "kept");
  (void)fputs("set title ", out);
  print_text(title, out);
  (void)fputs(" noenhanced font ',9'\n", out);
}

/* Estimators along x, couplings side by side. */
static void draw_bars(const variance_run *run, panel p, int index, FILE *out) {
  const variance_options *o = run->options;
  const int couplings = o->coupling.count;
  const bench_ints estimators = estimators_of(run, p);
  for (int c = 0; c < couplings; c++) {
    (void)fprintf(out, "$p%d_%d << EOD\n", index, c);
    for (int64_t i = p.first; i < p.end; i++) {
      const variance_row *row = &run->rows[i];
      if (row->coupling != o->coupling.at[c]) continue;
      const double offset = (c - 0.5 * (couplings - 1)) * 0.8 / couplings;
      print_point(place(&estimators, row->estimator) + offset, row, out);
    }
    (void)fputs("EOD\n", out);
  }
  (void)fprintf(out, "unset logscale x\nset xrange [-0.6:%g]\nset xlabel ''\nset xtics (",
                estimators.count - 0.4);
  for (int e = 0; e < estimators.count; e++)
    (void)fprintf(out, "%s'%s' %d", e > 0 ? ", " : "",
                  bench_name_of(bench_estimators, bench_num_estimators, estimators.at[e]), e);
  (void)fprintf(out, ") rotate by -25 scale 0\nset boxwidth %g\nplot 1 lt -1 dt 3 notitle",
                0.72 / couplings);
  for (int c = 0; c < couplings; c++)
    (void)fprintf(out,
                  ", \\\n $p%d_%d using 1:2 with boxes fs solid 0.45 noborder lc '%s' notitle"
                  ", \\\n '' using 1:3:4:5 with yerrorbars pt 6 ps 0.7 lw 1.2 lc '%s' notitle"
                  ", \\\n '' using 1:6 with points pt 7 ps 0.7 lc '%s' notitle"
                  ", \\\n '' using 1:7 with points pt 2 ps 0.8 lw 1.5 lc '%s' notitle",
                  index, c, colour(c), colour(c), colour(c), colour(c));
  (void)fputc('\n', out);
}

/* M along x; for each estimator the coupling whose last error is least. */
static int64_t best_coupling(const variance_run *run, panel p, int64_t estimator) {
  double least = INFINITY;
  int64_t found = -1;
  for (int64_t i = p.first; i < p.end; i++) {
    const variance_row *row = &run->rows[i];
    if (row->estimator != estimator || !(variance_lead(row) <= least)) continue;
    least = variance_lead(row);
    found = row->coupling;
  }
  return found;
}

static void draw_lines(const variance_run *run, panel p, int index, FILE *out) {
  const bench_ints *estimators = &run->options->estimator;
  int64_t coupling[BENCH_LIST_MAX];
  for (int e = 0; e < estimators->count; e++) {
    coupling[e] = best_coupling(run, p, estimators->at[e]);
    (void)fprintf(out, "$p%d_%d << EOD\n", index, e);
    for (int64_t i = p.first; i < p.end; i++)
      if (run->rows[i].estimator == estimators->at[e] && run->rows[i].coupling == coupling[e])
        print_point((double)run->rows[i].projections, &run->rows[i], out);
    (void)fputs("EOD\n", out);
  }
  (void)fputs("set logscale x 2\nset xrange [*:*]\nset xtics auto norotate\nset xlabel 'M'\n"
              "plot 1 lt -1 dt 3 notitle",
              out);
  for (int e = 0; e < estimators->count; e++) {
    if (coupling[e] < 0) continue;
    (void)fprintf(out,
                  ", \\\n $p%d_%d using 1:2 with lines lw 2 lc '%s' title '%s, %s'"
                  ", \\\n '' using 1:3:4:5 with yerrorbars pt 6 ps 0.7 lc '%s' notitle"
                  ", \\\n '' using 1:6 with points pt 7 ps 0.7 lc '%s' notitle"
                  ", \\\n '' using 1:7 with points pt 2 ps 0.8 lw 1.5 lc '%s' notitle",
                  index, e, colour(e),
                  bench_name_of(bench_estimators, bench_num_estimators, estimators->at[e]),
                  bench_name_of(bench_couplings, bench_num_couplings, coupling[e]), colour(e),
                  colour(e), colour(e));
  }
  (void)fputc('\n', out);
}

/* What bars, circles and colours mean, above all panels. */
static void draw_legend(const variance_options *o, bool over_m, int width, int height, FILE *out) {
  double x = 0;
  (void)fprintf(out,
                "set label 100 'closed form: %s; measured: circles with standard error, full where "
                "sample variances can be trusted' at screen 0.5,screen %g center noenhanced font "
                "',9' front\n",
                over_m ? "lines" : "bars", 1 - 14.0 / height);
  (void)fprintf(
      out,
      "set label 99 'crosses: the median of |K^ - K| / K, squared; dotted: 100 %% error' at "
      "screen 0.5,screen %g center noenhanced font ',9' front\n",
      1 - 28.0 / height);
  for (int c = 0; c < o->coupling.count; c++)
    x -= 0.5 * (30 + 8 * (double)strlen(bench_name_of(bench_couplings, bench_num_couplings,
                                                      o->coupling.at[c])));
  for (int c = 0; c < o->coupling.count && !over_m; c++) {
    const char *name = bench_name_of(bench_couplings, bench_num_couplings, o->coupling.at[c]);
    (void)fprintf(out, "set label %d '■ %s' noenhanced at screen %g,screen %g tc rgb '%s' front\n",
                  101 + c, name, 0.5 + x / width, 1 - 48.0 / height, colour(c));
    x += 30 + 8 * (double)strlen(name);
  }
}

void variance_draw_plot(const variance_run *run, bench_plot *plot) {
  panel panels[MAX_PANELS];
  const variance_options *o = run->options;
  const bool over_m = o->projections.count > 1;
  const int count = find_panels(run, panels);
  const int columns = count < 3 ? (count > 0 ? count : 1) : (count == 4 ? 2 : 3);
  const int rows = (count + columns - 1) / columns;
  const int width = columns * PANEL_WIDTH > 760 ? columns * PANEL_WIDTH : 760;
  const int height = (rows > 0 ? rows : 1) * PANEL_HEIGHT + LEGEND_HEIGHT;
  FILE *out = plot->script;
  bench_plot_size(plot, width, height);
  (void)fprintf(out, "set multiplot layout %d,%d margins %g,0.97,%g,%g spacing %g,%g\n", rows,
                columns, 80.0 / width, 70.0 / height, 1 - 96.0 / height, 80.0 / width,
                105.0 / height);
  (void)fputs("set logscale y\nset format y '10^{%L}'\nset grid ytics lc rgb '#dddddd'\n"
              "set ylabel 'mean ((K^ - K) / K)^2' noenhanced\nset key font ',9'\n"
              "set tics font ',9'\nset style fill solid 0.45\n",
              out);
  draw_legend(o, over_m, width, height, out);
  for (int i = 0; i < count; i++) {
    print_title(run, &run->rows[panels[i].first], over_m, out);
    if (over_m)
      draw_lines(run, panels[i], i, out);
    else
      draw_bars(run, panels[i], i, out);
    if (i == 0) (void)fputs("unset label\n", out);
  }
  (void)fputs("unset multiplot\n", out);
}
