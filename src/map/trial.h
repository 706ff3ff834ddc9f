/* SPDX-License-Identifier: MIT */
/** Trials: drawn features held against the exact attention of a probe.
 *
 *  The output of normalised attention has no closed form: the delta method gives the expectation of
 *  its squared error to first order, but where that is large it is carried by draws of w too rare to
 *  be among M, and normalisation bounds what remains. So a forecast draws features for the few rows
 *  of a probe, which is cheap, and doubles their number by adding blocks of rows of W, so that one
 *  draw gives the errors of all smaller ones as well. */
#ifndef FAVOR_MAP_TRIAL_H
#define FAVOR_MAP_TRIAL_H

#include "map/probe.h"

#define FAVOR_TRIAL_LEVELS 32

/** Errors of maps of so many projections: the mean over draws, and the relative standard errors of
 *  that mean, over draws and over the choice of queries. */
typedef struct favor_trial_level {
  int64_t projections, draws;
  double error, draw_error, query_error;
} favor_trial_level;

/** Levels by rising number of projections. */
typedef struct favor_trial {
  int count;
  favor_trial_level level[FAVOR_TRIAL_LEVELS];
} favor_trial;

/** How far to go: up to `most` projections in all while the error is above `target`, and down to
 *  `least` while it is below. */
typedef struct favor_trial_plan {
  double target;
  int64_t least, most;
} favor_trial_plan;

/** Run trials of the map that these options make. Estimator and coupling are set. */
favor_status favor_trial_ladder(const favor_probe *probe, const favor_map_opts *opts,
                                const favor_trial_plan *plan, favor_trial *out);

/** The mean error of `draws` maps of exactly opts->projections. */
favor_status favor_trial_one(const favor_probe *probe, const favor_map_opts *opts, int64_t draws,
                             favor_trial_level *out);

/** ln of the errors of draws `first` to `first + count - 1` of a map's law. Equal draws use equal seeds,
 *  so that estimators are compared on the same projections. */
favor_status favor_trial_draws(const favor_probe *probe, const favor_map *map, int64_t first,
                               int64_t count, double *log_errors);

/** The error at M, between levels along lines in logarithms, beyond them as 1/sqrt(M), and its
 *  relative uncertainty. */
double favor_trial_error(const favor_trial *trial, double projections, double *relative);

/** The number of projections at which the error reaches a target; at least 1. */
double favor_trial_projections(const favor_trial *trial, double target);

#endif
