/* SPDX-License-Identifier: MIT */
/** The choice of an estimator by trials, and what a forecast makes of it. */
#ifndef FAVOR_MAP_CHOOSE_H
#define FAVOR_MAP_CHOOSE_H

#include "map/cost.h"
#include "map/resolve.h"
#include "map/trial.h"

/** What is chosen; estimator 0: nothing was. */
typedef struct favor_choose {
  int32_t estimator, verdict;
  int64_t projections; /* so that F = opts->projections */
  favor_trial trial;   /* of the estimator chosen, one level */
} favor_choose;

/** The unbiased estimator of the kernel whose trials err least, among those without negative features
 *  unless opts->allow_signed, each with the coupling that opts or its form asks for, all at F =
 *  opts->projections features but few enough for a trial. On a
 *  small probe of its own. `single`: only those of one feature a
 *  projection. `opts` are valid, with statistics and without a report. */
favor_status favor_choose_estimator(const favor_probe_source *source, const favor_map_opts *opts,
                                    bool single, favor_choose *out);

/** What favor_map_create does where AUTO is asked for and statistics are given: choose, and judge for
 *  a problem of their size. Otherwise, and where opts are not valid, nothing is chosen. */
favor_status favor_choose_for(const favor_map_opts *opts, bool external, favor_choose *out);

/** The options of trial maps: of a fixed seed, silent, and with this allocator. */
favor_map_opts favor_choose_opts(const favor_map_opts *opts, const favor_resolved *resolved,
                                 const favor_stats *stats);

/** USE where the error at M is at most the target; MORE_FEATURES where it is not but the projections
 *  that reach it cost less than exact attention; else EXACT. */
int32_t favor_choose_verdict(const favor_cost_shape *shape, double error, double target,
                             double projections_for_target);

/** favor_problem's default. */
#define FAVOR_TARGET_ERROR 0.2

#endif
