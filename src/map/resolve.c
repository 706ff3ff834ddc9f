/* SPDX-License-Identifier: MIT */
#include "map/resolve.h"

#include <inttypes.h>
#include <math.h>

#include "base/check.h"
#include "base/linalg.h"
#include "base/status.h"
#include "map/registry.h"
#include "map/stats.h"
#include "node/counts.h"

/* A shift beyond this has nothing to do with rows whose norms float32 can hold. */
static const double largest_shift = 1e18;

bool favor_choice_scale_ok(double scale) {
  return scale >= 1e-30 && scale <= 1e30;
}

bool favor_choice_tilt_ok(double tilt) {
  return tilt >= -1e6 && tilt < 0.25;
}

bool favor_choice_shift_ok(double shift) {
  return fabs(shift) <= (double)(float)largest_shift && shift == (double)(float)shift;
}

bool favor_choice_row_ok(const favor_choice *choice, const double *w) {
  const bool counts = choice->recipe.counts != FAVOR_COUNTS_NONE;
  double norm2 = 0, sum = 0;
  for (int64_t k = 0; k < choice->dim; ++k) {
    norm2 += w[k] * w[k];
    sum += w[k];
    if (counts && !(w[k] >= 0 && w[k] == floor(w[k]))) return false;
  }
  return counts ? sum <= FAVOR_COUNTS_MOST : norm2 <= 1e30;
}

static favor_status resolve_shape(const favor_map_opts *opts, favor_resolved *out) {
  favor_report *report = opts->report;
  if (opts->reserved != 0) {
    return favor_fail(report, FAVOR_ERR_VALUE, "reserved", "reserved is %" PRId32 "; it must be 0",
                      opts->reserved);
  }
  if (opts->allow_signed < FAVOR_DEFAULT || opts->allow_signed > FAVOR_OFF) {
    return favor_fail(report, FAVOR_ERR_ENUM, "allow_signed",
                      "allow_signed is %" PRId32 "; it must be 0 (default), 1 (on) or 2 (off)",
                      opts->allow_signed);
  }
  favor_status status = favor_check_range(report, "dim", opts->dim, 1, FAVOR_MAP_DIM_MAX);
  if (status < 0) return status;
  status =
      favor_check_range(report, "projections", opts->projections, 1, FAVOR_MAP_PROJECTIONS_MAX);
  if (status < 0) return status;
  if (!favor_choice_scale_ok(opts->scale)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "scale", "scale is %g; it must be in [1e-30, 1e30]",
                      opts->scale);
  }
  out->choice.dim = opts->dim;
  out->choice.projections = opts->projections;
  out->choice.scale = opts->scale;
  out->choice.seed = opts->seed;
  out->choice.stream = opts->stream;
  return FAVOR_OK;
}

static favor_status resolve_stats(const favor_map_opts *opts, favor_resolved *out) {
  const favor_stats *stats = opts->stats;
  out->stats = stats;
  if (!stats) return FAVOR_OK;
  if (favor_stats_dim(stats) != opts->dim) {
    return favor_fail(opts->report, FAVOR_ERR_STATISTICS, "stats",
                      "stats are of dimension %" PRId64 "; dim = %" PRId64 " is needed",
                      favor_stats_dim(stats), opts->dim);
  }
  if (!favor_stats_has_pairs(stats)) {
    return favor_fail(opts->report, FAVOR_ERR_STATISTICS, "stats",
                      "stats have seen %" PRId64 " queries and %" PRId64
                      " keys; at least 1 of each is needed",
                      favor_stats_count(stats, FAVOR_QUERY), favor_stats_count(stats, FAVOR_KEY));
  }
  return FAVOR_OK;
}

static favor_status resolve_estimator(const favor_map_opts *opts, favor_resolved *out) {
  favor_report *report = opts->report;
  if (!favor_target_find(opts->kernel)) {
    return favor_fail(report, FAVOR_ERR_ENUM, "kernel",
                      "kernel is %" PRId32 ", which is not a favor_kernel", opts->kernel);
  }
  const favor_estimator *estimator = opts->estimator == FAVOR_ESTIMATOR_AUTO
                                         ? favor_estimator_best(opts->kernel, out->stats != NULL)
                                         : favor_estimator_find(opts->estimator);
  if (!estimator) {
    return favor_fail(report, FAVOR_ERR_ENUM, "estimator",
                      "estimator is %" PRId32 ", which is not a favor_estimator_id",
                      opts->estimator);
  }
  if (!(estimator->kernels >> opts->kernel & 1)) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "estimator",
                      "%s does not estimate the %s kernel", estimator->name,
                      favor_kernel_name(opts->kernel));
  }
  if (!isnan(opts->tilt) && !estimator->takes_tilt) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "tilt",
                      "tilt is %g; %s takes none, leave it NAN", opts->tilt, estimator->name);
  }
  if (!isnan(opts->tilt) && !favor_choice_tilt_ok(opts->tilt)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "tilt", "tilt is %g; it must be in [-1e6, 1/4)",
                      opts->tilt);
  }
  favor_status status = favor_resolve_tilt_imag(opts, estimator);
  if (status == FAVOR_OK) status = favor_resolve_centre(opts, estimator);
  if (status < 0) return status;
  out->choice.kernel = opts->kernel;
  out->choice.estimator = estimator->id;
  out->choice.recipe.form = estimator->form;
  out->choice.recipe.shape = estimator->shape;
  out->choice.recipe.counts = estimator->counts;
  return FAVOR_OK;
}

static favor_status resolve_coupling(const favor_map_opts *opts, bool external,
                                     favor_resolved *out) {
  if (external) {
    out->choice.coupling = FAVOR_COUPLING_EXTERNAL;
    if (opts->coupling == FAVOR_COUPLING_AUTO) return FAVOR_OK;
    return favor_fail(opts->report, FAVOR_ERR_COMBINATION, "coupling",
                      "coupling is %" PRId32 "; with given projections leave it 0 (AUTO)",
                      opts->coupling);
  }
  const favor_estimator *estimator = favor_estimator_find(out->choice.estimator);
  const favor_coupling *coupling = opts->coupling == FAVOR_COUPLING_AUTO
                                       ? favor_coupling_best(estimator)
                                       : favor_coupling_find(opts->coupling);
  if (!coupling) {
    return favor_fail(opts->report, FAVOR_ERR_ENUM, "coupling",
                      "coupling is %" PRId32 ", which is not a favor_coupling_id", opts->coupling);
  }
  const uint32_t refused = favor_rows_refused(estimator, coupling);
  if (refused) {
    return favor_fail(opts->report, FAVOR_ERR_COMBINATION, "coupling",
                      refused & FAVOR_ROWS_OPPOSITE
                          ? "%s features of w and -w are the same, so %s rows would repeat them"
                          : "%s features want rows of another law than %s ones, which are N(0, I)",
                      estimator->name, coupling->name);
  }
  out->choice.coupling = coupling->id;
  return FAVOR_OK;
}

static favor_status resolve_recentre(const favor_map_opts *opts, favor_resolved *out) {
  const bool possible = favor_target_find(out->choice.kernel)->recentres;
  if (opts->shift) return favor_resolve_shift(opts, possible, out);
  switch (opts->recentre) {
  case FAVOR_DEFAULT:
    /* Rows without their means have no centre. */
    out->choice.recentre = possible && out->stats && out->choice.recipe.shape != FAVOR_SHAPE_CENTRE;
    return FAVOR_OK;
  case FAVOR_OFF:
    out->choice.recentre = 0;
    return FAVOR_OK;
  case FAVOR_ON:
    break;
  default:
    return favor_fail(opts->report, FAVOR_ERR_ENUM, "recentre",
                      "recentre is %" PRId32 "; it must be 0 (default), 1 (on) or 2 (off)",
                      opts->recentre);
  }
  if (!possible) {
    return favor_fail(opts->report, FAVOR_ERR_COMBINATION, "recentre",
                      "recentre is on; the %s kernel cannot be recentred",
                      favor_kernel_name(out->choice.kernel));
  }
  if (!out->stats) {
    return favor_fail(opts->report, FAVOR_ERR_STATISTICS, "stats",
                      "stats is NULL; recentring subtracts their means");
  }
  out->choice.recentre = 1;
  return FAVOR_OK;
}

favor_status favor_resolve(const favor_map_opts *opts, bool external, favor_resolved *out) {
  *out = (favor_resolved){0};
  if (!favor_struct_size_ok(opts->size, sizeof *opts)) return FAVOR_ERR_STRUCT;
  favor_report_begin(opts->report);
  favor_status status = favor_allocator_resolve(&opts->allocator, &out->allocator);
  if (status < 0) {
    return favor_fail(opts->report, status, "allocator",
                      "only one of allocator.alloc and allocator.free is set; both or neither");
  }
  status = resolve_shape(opts, out);
  if (status == FAVOR_OK) status = resolve_stats(opts, out);
  if (status == FAVOR_OK) status = resolve_estimator(opts, out);
  if (status == FAVOR_OK) status = resolve_coupling(opts, external, out);
  if (status == FAVOR_OK) status = resolve_recentre(opts, out);
  if (status == FAVOR_OK) status = favor_table_select(opts->isa, opts->report, out->table);
  if (status == FAVOR_OK && favor_linalg_check() < 0) {
    status =
        favor_fail(opts->report, FAVOR_ERR_LINALG, "",
                   "the linked LAPACK has integers of another width than libfavor was built for");
  }
  return status;
}

/* Bounded in each component so that the whole is at most largest_shift long. */
double favor_choice_shift(double mean, int64_t dim) {
  const double bound = largest_shift / sqrt((double)dim);
  return (double)(float)(mean > bound ? bound : mean < -bound ? -bound : mean);
}

void favor_resolve_shifts(const favor_resolved *resolved, double *query, double *key) {
  const int64_t dim = resolved->choice.dim;
  double *const shift[2] = {query, key};
  for (int s = 0; s < 2; ++s) {
    const double *mean = resolved->shift;
    if (!mean && resolved->choice.recentre) {
      mean = favor_stats_mean(resolved->stats, (favor_side)s);
    }
    for (int64_t k = 0; k < dim; ++k) shift[s][k] = mean ? favor_choice_shift(mean[k], dim) : 0;
  }
}

/* The arena of the moments that shapes are fitted to, counting or not. */
static void take_moments(favor_arena *arena, favor_fit_input *in) {
  for (int s = 0; s < 2; ++s) {
    in->mean[s] = favor_arena_take(arena, in->dim, 1, sizeof(double));
    in->moment[s] = favor_arena_take(arena, in->dim, in->dim, sizeof(double));
  }
}

static favor_status fit_shape(const favor_map_opts *opts, const favor_resolved *resolved,
                              const double *const shift[2], favor_fit_input *in,
                              favor_recipe *recipe) {
  const favor_estimator *estimator = favor_estimator_find(resolved->choice.estimator);
  favor_arena arena = favor_arena_counting();
  take_moments(&arena, in);
  void *block = arena.failed ? NULL : favor_alloc(&resolved->allocator, arena.used);
  if (!block) {
    return favor_fail(opts->report, FAVOR_ERR_MEMORY, "",
                      "the second moments could not be allocated");
  }
  arena = favor_arena_over(block, arena.used);
  take_moments(&arena, in);
  for (int s = 0; s < 2; ++s) {
    favor_stats_moments(resolved->stats, (favor_side)s, shift[s], in->mean[s], in->moment[s]);
  }
  const favor_status status = estimator->fit(in, recipe, opts->report);
  favor_free(&resolved->allocator, block);
  return status;
}

favor_status favor_resolve_recipe(const favor_map_opts *opts, favor_resolved *resolved,
                                  favor_matrices matrices, const double *query_shift,
                                  const double *key_shift) {
  favor_choice *choice = &resolved->choice;
  const favor_estimator *estimator = favor_estimator_find(choice->estimator);
  favor_fit_input in = {
      .dim = choice->dim,
      .projections = choice->projections,
      .kernel = choice->kernel,
      .tilt = opts->tilt,
      .tilt_imag = opts->tilt_imag,
      .sign = opts->tilt_sign < 0 ? -1 : 1,
      .tilt_allowed = estimator->takes_tilt,
      .has_moments = resolved->stats != NULL,
      .scale = choice->scale,
      .matrices = matrices,
      .allocator = &resolved->allocator,
      .centre = {opts->centre_query, opts->centre_key},
      .shift = {query_shift, key_shift},
  };
  if (in.has_moments) {
    in.mean_sum_norm2 =
        choice->scale * favor_stats_mean_sum_norm2(resolved->stats, query_shift, key_shift);
  }
  if (in.has_moments && estimator->shape != FAVOR_SHAPE_NONE) {
    const double *const shift[2] = {query_shift, key_shift};
    return fit_shape(opts, resolved, shift, &in, &choice->recipe);
  }
  return estimator->fit(&in, &choice->recipe, opts->report);
}

void favor_gate_choose(favor_choice *choice, const favor_estimator *gate) {
  const favor_fit_input in = {.dim = choice->dim, .projections = choice->projections};
  choice->kernel = gate == &favor_gate_sign ? FAVOR_TARGET_ANGULAR : FAVOR_TARGET_BUMP;
  choice->estimator = gate->id;
  choice->recipe = (favor_recipe){.form = gate->form};
  gate->fit(&in, &choice->recipe, NULL);
}
