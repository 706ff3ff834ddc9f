/* SPDX-License-Identifier: MIT */
#include "robust/operations.h"

/* ---- makers ---- */

static favor_status make_pool(world *w, void **made) {
  favor_pool *pool = NULL;
  const favor_status status = favor_pool_create(3, &w->allocator, &pool);
  *made = pool;
  return status;
}

static favor_status make_stats(world *w, void **made) {
  favor_stats *stats = NULL;
  const favor_status status = favor_stats_create(OP_DIM, &w->allocator, &stats);
  *made = stats;
  return status;
}

static favor_status load_stats(world *w, void **made) {
  favor_stats *stats = NULL;
  const favor_status status =
      favor_stats_load(w->stats_block, w->stats_bytes, &w->allocator, NULL, &stats);
  *made = stats;
  return status;
}

static favor_status create_map(world *w, void **made) {
  favor_map_opts opts;
  favor_map *map = NULL;
  map_case_opts(&w->which, OP_DIM, OP_PROJECTIONS, w->with_stats ? w->stats : NULL, &opts);
  opts.allocator = w->allocator;
  const favor_status status = favor_map_create(&opts, &map);
  *made = map;
  return status;
}

static void given_opts(const world *w, favor_map_opts *opts) {
  assert_ok(favor_map_opts_init(opts));
  opts->dim = OP_DIM;
  opts->projections = OP_PROJECTIONS;
  opts->stats = w->stats;
  opts->allocator = w->allocator;
}

static favor_status from_f32(world *w, void **made) {
  favor_map_opts opts;
  favor_map *map = NULL;
  given_opts(w, &opts);
  const favor_status status = favor_map_create_from_projections_f32(&opts, w->w32, OP_DIM, &map);
  *made = map;
  return status;
}

static favor_status from_f64(world *w, void **made) {
  favor_map_opts opts;
  favor_map *map = NULL;
  given_opts(w, &opts);
  const favor_status status = favor_map_create_from_projections_f64(&opts, w->w64, OP_DIM, &map);
  *made = map;
  return status;
}

static favor_status redraw(world *w, void **made) {
  favor_map *map = NULL;
  const favor_status status = favor_map_redraw(w->map, 99, &map);
  *made = map;
  return status;
}

/* 2 map - map, or map times a draw of its own. */
static favor_status concat(world *w, void **made) {
  const favor_map *maps[] = {w->map, w->map};
  const double weights[] = {2, -1};
  favor_combine_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_combine_opts_init(&opts));
  opts.allocator = w->allocator;
  const favor_status status = favor_map_concat(&opts, 2, maps, weights, &map);
  *made = map;
  return status;
}

static favor_status tensor(world *w, void **made) {
  favor_map *other = NULL, *map = NULL;
  favor_combine_opts opts;
  assert_ok(favor_combine_opts_init(&opts));
  opts.allocator = w->allocator;
  favor_status status = favor_map_redraw(w->map, 98, &other);
  if (status == FAVOR_OK) status = favor_map_tensor(&opts, w->map, other, &map);
  favor_map_destroy(other);
  *made = map;
  return status;
}

static favor_status hybrid(world *w, void **made) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = OP_DIM;
  opts.projections = OP_PROJECTIONS;
  opts.allocator = w->allocator;
  const favor_status status = favor_map_hybrid(&opts, NULL, &map);
  *made = map;
  return status;
}

/* Make, save into memory of the caller's, load and redraw. */
static favor_status load_combination(world *w, void **made) {
  void *object = NULL;
  favor_map *loaded = NULL, *fresh = NULL;
  size_t bytes = 0;
  favor_status status = concat(w, &object);
  if (status < 0) return status;
  assert_ok(favor_map_save(object, NULL, 0, &bytes));
  unsigned char block[4096];
  assert_ok(favor_map_save(object, block, sizeof block, &bytes));
  favor_map_destroy(object);
  status = favor_map_load(block, bytes, FAVOR_ISA_AUTO, &w->allocator, NULL, &loaded);
  if (status == FAVOR_OK) status = favor_map_redraw(loaded, 5, &fresh);
  favor_map_destroy(loaded);
  *made = fresh;
  return status;
}

static favor_status load_map(world *w, void **made) {
  favor_map *map = NULL;
  const favor_status status =
      favor_map_load(w->map_block, w->map_bytes, FAVOR_ISA_AUTO, &w->allocator, NULL, &map);
  *made = map;
  return status;
}

/* ---- calls with scratch ---- */

static favor_status spectrum(world *w, void **made) {
  *made = NULL;
  return favor_stats_spectrum(w->stats, FAVOR_KEY, w->out64);
}

static favor_status apply_f32(world *w, void **made) {
  *made = NULL;
  return favor_map_apply_f32(w->map, FAVOR_QUERY, OP_ROWS, w->x32, OP_DIM, w->out32,
                             favor_map_features(w->map), w->log_scale, NULL, 0, NULL, NULL);
}

static favor_status apply_f64(world *w, void **made) {
  *made = NULL;
  return favor_map_apply_f64(w->map, FAVOR_KEY, OP_ROWS, w->x64, OP_DIM, w->out64,
                             favor_map_features(w->map), w->log_scale, NULL, 0, NULL, NULL);
}

static favor_status log_features(world *w, void **made) {
  *made = NULL;
  return favor_map_log_features_f64(w->map, FAVOR_QUERY, OP_ROWS, w->x64, OP_DIM, w->out64,
                                    favor_map_features(w->map), w->sign, NULL);
}

static favor_status estimate_f32(world *w, void **made) {
  *made = NULL;
  return favor_kernel_estimate_f32(w->map, OP_ROWS, w->x32, OP_DIM, OP_ROWS, w->x32, OP_DIM,
                                   w->out32, OP_ROWS, NULL, 0, NULL, NULL);
}

static favor_status estimate_f64(world *w, void **made) {
  *made = NULL;
  return favor_kernel_estimate_f64(w->map, OP_ROWS, w->x64, OP_DIM, OP_ROWS, w->x64, OP_DIM,
                                   w->out64, OP_ROWS, NULL, 0, NULL, NULL);
}

static favor_status estimate_log_f64(world *w, void **made) {
  *made = NULL;
  return favor_kernel_estimate_log_f64(w->map, OP_ROWS, w->x64, OP_DIM, OP_ROWS, w->x64, OP_DIM,
                                       w->out64, w->sign, OP_ROWS, NULL, 0, NULL, NULL);
}

/* A forecast that is refused leaves its result alone. */
static favor_status forecast(world *w, bool from_stats, favor_forecast *out) {
  const favor_forecast before = *out;
  favor_map_opts opts;
  favor_status status = favor_map_opts_init(&opts);
  opts.dim = OP_DIM;
  opts.projections = 8;
  opts.estimator = from_stats ? FAVOR_ESTIMATOR_AUTO : FAVOR_ESTIMATOR_POSITIVE;
  opts.allocator = w->allocator;
  if (status == FAVOR_OK)
    status = from_stats ? favor_forecast_stats(&opts, w->stats, NULL, out)
                        : favor_forecast_f64(&opts, NULL, OP_ROWS, w->x64, OP_DIM, OP_ROWS, w->x64,
                                             OP_DIM, w->x64, OP_DIM, out);
  if (status < 0) assert_memory_equal(out, &before, sizeof before);
  return status;
}

static favor_status forecast_stats(world *w, void **made) {
  favor_forecast out = {.size = sizeof out};
  *made = NULL;
  return forecast(w, true, &out);
}

static favor_status forecast_f64(world *w, void **made) {
  favor_forecast out = {.size = sizeof out};
  *made = NULL;
  return forecast(w, false, &out);
}

/* ---- the list ---- */

static void destroy_pool(void *made) {
  favor_pool_destroy(made);
}
static void destroy_stats(void *made) {
  favor_stats_destroy(made);
}
static void destroy_map(void *made) {
  favor_map_destroy(made);
}

const operation create_case = {"favor_map_create", create_map, destroy_map};

const operation operations[] = {
    {"favor_pool_create", make_pool, destroy_pool},
    {"favor_stats_create", make_stats, destroy_stats},
    {"favor_stats_load", load_stats, destroy_stats},
    {"favor_map_create_from_projections_f32", from_f32, destroy_map},
    {"favor_map_create_from_projections_f64", from_f64, destroy_map},
    {"favor_map_redraw", redraw, destroy_map},
    {"favor_map_load", load_map, destroy_map},
    {"favor_map_concat", concat, destroy_map},
    {"favor_map_tensor", tensor, destroy_map},
    {"favor_map_hybrid", hybrid, destroy_map},
    {"favor_map_load of a combination", load_combination, destroy_map},
    {"favor_stats_spectrum", spectrum, NULL},
    {"favor_map_apply_f32", apply_f32, NULL},
    {"favor_map_apply_f64", apply_f64, NULL},
    {"favor_map_log_features_f64", log_features, NULL},
    {"favor_kernel_estimate_f32", estimate_f32, NULL},
    {"favor_kernel_estimate_f64", estimate_f64, NULL},
    {"favor_kernel_estimate_log_f64", estimate_log_f64, NULL},
    {"favor_forecast_stats", forecast_stats, NULL},
    {"favor_forecast_f64", forecast_f64, NULL},
};

const int num_operations = (int)(sizeof operations / sizeof *operations);

/* ---- the world ---- */

void world_clear_outputs(world *w) {
  memset(w->out32, 0xA5, sizeof w->out32);
  memset(w->out64, 0xA5, sizeof w->out64);
  memset(w->log_scale, 0xA5, sizeof w->log_scale);
  memset(w->sign, 0xA5, sizeof w->sign);
}

void world_open(world *w, const favor_allocator *allocator) {
  const map_case oprf = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_OPRF, FAVOR_COUPLING_ORTHOGONAL,
                         FAVOR_ISA_AUTO};
  memset(w, 0, sizeof *w);
  w->allocator = *allocator;
  w->which = oprf;
  w->with_stats = true;
  w->stats = filled_stats(OP_DIM, allocator);
  w->map = map_case_create(&oprf, OP_DIM, OP_PROJECTIONS, w->stats, allocator);
  w->map_block = saved_map(w->map, &w->map_bytes);
  w->stats_block = saved_stats(w->stats, &w->stats_bytes);
  fill_f32(OP_ROWS * OP_DIM, w->x32, 1);
  fill_f64(OP_ROWS * OP_DIM, w->x64, 2);
  fill_f32(OP_PROJECTIONS * OP_DIM, w->w32, 3);
  fill_f64(OP_PROJECTIONS * OP_DIM, w->w64, 4);
  world_clear_outputs(w);
}

void world_close(world *w) {
  favor_map_destroy(w->map);
  favor_stats_destroy(w->stats);
  free(w->map_block);
  free(w->stats_block);
}

static void assert_untouched(const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0xA5);
}

void assert_world_unchanged(const world *w) {
  assert_map_is(w->map, w->map_block, w->map_bytes);
  assert_stats_are(w->stats, w->stats_block, w->stats_bytes);
  assert_untouched(w->out32, sizeof w->out32);
  assert_untouched(w->out64, sizeof w->out64);
  assert_untouched(w->log_scale, sizeof w->log_scale);
  assert_untouched(w->sign, sizeof w->sign);
}
