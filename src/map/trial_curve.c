/* SPDX-License-Identifier: MIT */
/* Reading a curve of errors: lines in logarithms; before the first level as 1/sqrt(M). */
#include <math.h>

#include "map/trial.h"

/* ln of an error, finite also where there is none. */
static double log_error(const favor_trial_level *level) {
  return log(fmin(fmax(level->error, 1e-12), 1e12));
}

static double relative_of(const favor_trial_level *level) {
  return sqrt(level->draw_error * level->draw_error + level->query_error * level->query_error);
}

/* The power of M that errors fall with beyond the last level. Where it is still far from 1/2, because
 * normalisation bounds the error or rare draws have not shown, it gets there slowly: half way. */
static double last_power(const favor_trial *trial) {
  const int from = trial->count - 3;
  if (from < 0) return 0.5;
  const favor_trial_level *a = &trial->level[from], *b = &trial->level[trial->count - 1];
  const double power =
      (log_error(a) - log_error(b)) / log((double)b->projections / (double)a->projections);
  return 0.5 * (0.5 + fmin(fmax(power, 0.0), 0.5));
}

double favor_trial_error(const favor_trial *trial, double projections, double *relative) {
  const favor_trial_level *first = &trial->level[0], *last = &trial->level[trial->count - 1];
  const double at = log(projections);
  if (projections <= (double)first->projections) {
    *relative = relative_of(first) + 0.05 * (log((double)first->projections) - at);
    return exp(log_error(first) + 0.5 * (log((double)first->projections) - at));
  }
  if (projections >= (double)last->projections) {
    const double beyond = at - log((double)last->projections);
    *relative = relative_of(last) + 0.1 * beyond;
    return exp(log_error(last) - last_power(trial) * beyond);
  }
  while (projections > (double)first[1].projections) ++first;
  const double low = log((double)first->projections), high = log((double)first[1].projections);
  const double t = (at - low) / (high - low);
  *relative = fmax(relative_of(first), relative_of(first + 1));
  return exp((1 - t) * log_error(first) + t * log_error(first + 1));
}

double favor_trial_projections(const favor_trial *trial, double target) {
  const favor_trial_level *last = &trial->level[trial->count - 1], *first = trial->level;
  const double goal = log(target);
  if (log_error(last) > goal)
    return (double)last->projections * exp((log_error(last) - goal) / last_power(trial));
  /* The last level that misses the target; from there on all reach it. */
  const favor_trial_level *miss = NULL;
  for (int l = 0; l < trial->count; ++l)
    if (log_error(&trial->level[l]) > goal) miss = &trial->level[l];
  if (!miss) return fmax(1, (double)first->projections * exp(2 * (log_error(first) - goal)));
  const double low = log_error(miss), high = log_error(miss + 1);
  const double t = low > high ? (low - goal) / (low - high) : 1;
  return exp((1 - t) * log((double)miss->projections) + t * log((double)miss[1].projections));
}
