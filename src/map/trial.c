/* SPDX-License-Identifier: MIT */
#include "map/trial.h"

#include <math.h>
#include <string.h>

#include "map/map.h"

/* Beyond this a ratio of estimate to kernel says no more, and its square would not fit. */
static const double largest_log_ratio = 300;

/* After HOPELESS projections an error twenty times the target, of one block, ends a trial. */
enum { DOUBLINGS = 14, HOPELESS = 256 };

/* Sums over the draws of one level: of errors and of their squares, or, once the choice of keys has
 * made a square negative, of those alone. */
typedef struct trial_sums {
  int64_t projections, draws;
  bool negative;
  double root, sum, sum2; /* of errors, of their squares, and of those' squares */
  double *error2;         /* [queries] */
} trial_sums;

typedef struct trial_run {
  const favor_probe *probe;
  double *z, *work, *log_estimate;
  int8_t *sign;
  double *pending[DOUBLINGS]; /* [queries, keys]: means that wait for their other half */
  bool waits[DOUBLINGS];
  trial_sums sums[DOUBLINGS];
} trial_run;

static void lay_out(trial_run *run, favor_arena *arena, int levels) {
  const favor_probe *p = run->probe;
  run->z = favor_arena_take(arena, p->queries, p->keys, sizeof(double));
  run->log_estimate = favor_arena_take(arena, p->queries, p->keys, sizeof(double));
  run->work = favor_arena_take(arena, p->queries, p->keys + p->dv, sizeof(double));
  run->sign = favor_arena_take(arena, p->queries, p->keys, 1);
  for (int l = 0; l < levels; ++l) {
    run->pending[l] = favor_arena_take(arena, p->queries, p->keys, sizeof(double));
    run->sums[l].error2 = favor_arena_take(arena, p->queries, 1, sizeof(double));
  }
}

static favor_status start(trial_run *run, const favor_probe *probe, int levels) {
  *run = (trial_run){.probe = probe};
  favor_arena arena = favor_arena_counting();
  lay_out(run, &arena, levels);
  void *block = arena.failed ? NULL : favor_alloc(&probe->allocator, arena.used);
  if (!block) return FAVOR_ERR_MEMORY;
  arena = favor_arena_over(block, arena.used);
  lay_out(run, &arena, levels);
  return FAVOR_OK;
}

static void end(trial_run *run) {
  favor_free(&run->probe->allocator, run->z);
}

/* z = estimate over kernel, one draw. */
static favor_status estimate(trial_run *run, const favor_map *map) {
  const favor_probe *p = run->probe;
  const favor_status status =
      favor_kernel_estimate_log_f64(map, p->queries, p->q, p->dim, p->keys, p->k, p->dim,
                                    run->log_estimate, run->sign, p->keys, NULL, 0, NULL, NULL);
  for (int64_t i = 0; status >= 0 && i < p->queries * p->keys; ++i) {
    const double gap = run->log_estimate[i] - p->log_kernel[i];
    /* NaN: the kernel vanishes too. */
    run->z[i] = isnan(gap) ? 1 : run->sign[i] * exp(fmin(gap, largest_log_ratio));
  }
  return status;
}

static void judge(trial_run *run, trial_sums *sums) {
  const double square = favor_probe_error(run->probe, run->z, run->work, sums->error2);
  sums->draws += 1;
  sums->negative = sums->negative || square < 0;
  sums->root += sqrt(fmax(square, 0));
  sums->sum += square;
  sums->sum2 += square * square;
}

static void clear(const trial_run *run, trial_sums *sums, int64_t projections) {
  sums->projections = projections;
  sums->draws = 0;
  sums->negative = false;
  sums->root = sums->sum = sums->sum2 = 0;
  memset(sums->error2, 0, (size_t)run->probe->queries * sizeof *sums->error2);
}

/* Relative standard error of sqrt(sum of squares / sum of norms) over the choice of queries. */
static double query_error(const favor_probe *p, const trial_sums *sums) {
  double error = 0, norm = 0, residual2 = 0;
  for (int64_t i = 0; i < p->queries; ++i) {
    error += sums->error2[i];
    norm += p->norm2[i];
  }
  if (!(error > 0) || !(norm > 0) || !isfinite(error)) return 0;
  for (int64_t i = 0; i < p->queries; ++i) {
    const double residual = sums->error2[i] / error - p->norm2[i] / norm;
    residual2 += residual * residual;
  }
  const double left = 1 - (double)p->queries / (double)p->total_queries;
  return 0.5 * sqrt(residual2 * (left > 0 ? left : 0));
}

/* The mean error, or its root mean square. */
static double mean_error(const trial_sums *sums) {
  const double n = (double)sums->draws;
  return sums->negative ? sqrt(fmax(sums->sum / n, 0)) : sums->root / n;
}

static favor_trial_level level_of(const trial_run *run, const trial_sums *sums) {
  const double n = (double)sums->draws, mean = mean_error(sums);
  double spread = 0;
  if (sums->draws > 1 && mean > 0 && sums->negative)
    spread = 0.5 * sqrt(fmax(0, sums->sum2 / n - mean * mean * mean * mean)) / (mean * mean);
  else if (sums->draws > 1 && mean > 0)
    spread = sqrt(fmax(0, sums->sum / n - mean * mean)) / mean;
  return (favor_trial_level){sums->projections, sums->draws, mean,
                             sums->draws > 1 ? spread / sqrt(n - 1) : 0,
                             query_error(run->probe, sums)};
}

/* Add the draw in z: its own error, and with every other half that waits the errors of twice as many
 * projections. */
static void add_block(trial_run *run, int levels) {
  const size_t items = (size_t)(run->probe->queries * run->probe->keys);
  for (int l = 0; l < levels; ++l) {
    judge(run, &run->sums[l]);
    if (!run->waits[l]) {
      memcpy(run->pending[l], run->z, items * sizeof *run->z);
      run->waits[l] = true;
      return;
    }
    for (size_t i = 0; i < items; ++i) run->z[i] = 0.5 * (run->z[i] + run->pending[l][i]);
    run->waits[l] = false;
  }
}

/* One more draw of the map's law into z. */
static favor_status redraw(trial_run *run, const favor_map *map, uint64_t seed) {
  favor_map *drawn = NULL;
  favor_status status = favor_map_redraw(map, seed, &drawn);
  if (status < 0) return status;
  status = estimate(run, drawn);
  favor_map_destroy(drawn);
  return status;
}

static favor_status small_level(trial_run *run, const favor_map_opts *opts, int64_t projections,
                                int64_t draws, favor_trial_level *out) {
  favor_map_opts small = *opts;
  favor_map *map = NULL;
  small.projections = projections;
  favor_status status = favor_map_make(&small, &map);
  if (status < 0) return status;
  clear(run, &run->sums[0], projections);
  for (int64_t r = 0; status >= 0 && r < draws; ++r) {
    status = r == 0 ? estimate(run, map) : redraw(run, map, (uint64_t)(1000 + r));
    if (status >= 0) judge(run, &run->sums[0]);
  }
  favor_map_destroy(map);
  if (status >= 0) *out = level_of(run, &run->sums[0]);
  return status < 0 ? status : FAVOR_OK;
}

favor_status favor_trial_one(const favor_probe *probe, const favor_map_opts *opts, int64_t draws,
                             favor_trial_level *out) {
  trial_run run;
  favor_status status = start(&run, probe, 1);
  if (status < 0) return status;
  status = small_level(&run, opts, opts->projections, draws, out);
  end(&run);
  return status;
}

/* ln of an error, finite also where there is none, or no number. */
static double log_error(double square) {
  const double least = 1e-24, most = 1e24;
  return square <= most ? 0.5 * log(square > least ? square : least) : 0.5 * log(most);
}

favor_status favor_trial_draws(const favor_probe *probe, const favor_map *map, int64_t first,
                               int64_t count, double *log_errors) {
  trial_run run;
  favor_status status = start(&run, probe, 1);
  if (status < 0) return status;
  clear(&run, &run.sums[0], 0);
  for (int64_t r = 0; status >= 0 && r < count; ++r) {
    status = redraw(&run, map, (uint64_t)(1000 + first + r));
    if (status >= 0)
      log_errors[r] = log_error(favor_probe_error(probe, run.z, run.work, run.sums[0].error2));
  }
  end(&run);
  return status < 0 ? status : FAVOR_OK;
}

/* Blocks of whole couplings, doubled until the error of several of them is below the target. */
static favor_status climb(trial_run *run, const favor_map_opts *opts, const favor_trial_plan *plan,
                          int64_t block, favor_trial *out) {
  favor_map_opts base = *opts;
  favor_map *map = NULL;
  base.projections = block;
  favor_status status = favor_map_make(&base, &map);
  if (status < 0) return status;
  for (int l = 0; l < DOUBLINGS; ++l) clear(run, &run->sums[l], block << l);
  const int64_t enough = 4 * (plan->least < 256 ? plan->least : 256);
  const double hopeless = 20 * plan->target;
  for (int64_t made = 0; status >= 0 && made * block < plan->most;) {
    status = made == 0 ? estimate(run, map) : redraw(run, map, (uint64_t)made);
    if (status >= 0) add_block(run, DOUBLINGS);
    ++made;
    if (status >= 0 && made * block >= HOPELESS && mean_error(&run->sums[0]) > hopeless) break;
    if (made < 8 || made * block < enough) continue;
    /* Four times the projections that were enough make the error there a mean of four. */
    for (int l = 0; l < DOUBLINGS && status >= 0; ++l) {
      const trial_sums *s = &run->sums[l];
      if (s->draws >= 4 && mean_error(s) <= plan->target) made = plan->most;
    }
  }
  favor_map_destroy(map);
  for (int l = 0; status >= 0 && l < DOUBLINGS; ++l) {
    if (run->sums[l].draws < 2 && l > 0) break;
    out->level[out->count++] = level_of(run, &run->sums[l]);
  }
  return status < 0 ? status : FAVOR_OK;
}

/* Draws of levels below a block. Long rows make them dear, and spread their errors less. */
static int64_t small_draws(int64_t dim) {
  return dim <= 32 ? 24 : 12;
}

/* Fewer projections than a block, halved while they are enough. */
static favor_status descend(trial_run *run, const favor_map_opts *opts,
                            const favor_trial_plan *plan, favor_trial *out) {
  while (out->level[0].projections > 1 && out->count < FAVOR_TRIAL_LEVELS &&
         (out->level[0].error < plan->target || out->level[0].projections > plan->least)) {
    favor_trial_level level;
    const favor_status status =
        small_level(run, opts, (out->level[0].projections + 1) / 2, small_draws(opts->dim), &level);
    if (status < 0) return status;
    memmove(out->level + 1, out->level, (size_t)out->count * sizeof *out->level);
    out->level[0] = level;
    out->count++;
  }
  return FAVOR_OK;
}

favor_status favor_trial_ladder(const favor_probe *probe, const favor_map_opts *opts,
                                const favor_trial_plan *plan, favor_trial *out) {
  trial_run run;
  out->count = 0;
  /* Whole blocks of the coupling, of 64 rows at least and of 256 at most. */
  const int64_t d = opts->dim < 256 ? opts->dim : 256, block = d * ((63 + d) / d);
  favor_status status = start(&run, probe, DOUBLINGS);
  if (status < 0) return status;
  status = climb(&run, opts, plan, block, out);
  if (status >= 0) status = descend(&run, opts, plan, out);
  end(&run);
  return status;
}
