/* SPDX-License-Identifier: MIT */
/** Plots through gnuplot: a script in, an SVG or PNG file out. */
#ifndef FAVOR_BENCH_PLOT_H
#define FAVOR_BENCH_PLOT_H

#include <stdio.h>

#include "output.h"

typedef struct bench_plot {
  bench_output image, script_file;
  FILE *script;
} bench_plot;

/** Start a plot; its ending, .svg or .png, gives the form. The script's terminal (width x height
 *  points) and output are set; the caller writes the rest to plot->script. Returns 0; or -1 with a
 *  message: no gnuplot on this machine, another ending, a path that cannot be written. */
int bench_plot_open(bench_plot *plot, const char *path, char *message, size_t bytes);

/** Write the terminal's lines; once, before the caller's own. */
void bench_plot_size(bench_plot *plot, int width, int height);

/** Run gnuplot and put the image in place. Returns 0; or -1 with gnuplot's own words. */
int bench_plot_commit(bench_plot *plot, char *message, size_t bytes);

/** Remove what has been written. Fine on a plot that was never opened. */
void bench_plot_discard(bench_plot *plot);

#endif
