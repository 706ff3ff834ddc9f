/* SPDX-License-Identifier: MIT */
#include "robust/saved_maps.h"

static favor_status load(const void *block, size_t bytes, const favor_allocator *allocator,
                         favor_report *report, void **out) {
  favor_map *map = (favor_map *)&map;
  const favor_status status = favor_map_load(block, bytes, FAVOR_ISA_AUTO, allocator, report, &map);
  *out = map;
  return status;
}

static void fill_rows(int64_t dim, double *x) {
  const double sizes[SAVED_ROWS] = {1.0, 0.0, 30.0, 1e-160, 1e100, INFINITY};
  fill_f64(SAVED_ROWS * dim, x, 5);
  for (int64_t i = 0; i < SAVED_ROWS * dim; i++) {
    const double size = sizes[i / dim];
    x[i] = isinf(size) ? (i % dim == 0 ? size : 0.0) : x[i] * size;
  }
}

/* Features relative to their scale are at most 1 where the row was finite, NaN where it was not. */
static void assert_features(int64_t features, const double *phi, const double *log_scale) {
  for (int64_t i = 0; i < SAVED_ROWS; i++)
    for (int64_t j = 0; j < features; j++) {
      const double value = phi[i * features + j];
      if (isnan(log_scale[i]))
        assert_true(isnan(value));
      else
        assert_true(fabs(value) <= 1.0);
    }
}

static void examine_features(const favor_map *map, const double *x, const float *narrow) {
  const int64_t dim = favor_map_dim(map), features = favor_map_features(map);
  const size_t size = (size_t)(SAVED_ROWS * features);
  double *phi = malloc(size * sizeof *phi), log_scale[SAVED_ROWS];
  float *phi32 = malloc(size * sizeof *phi32);
  assert_non_null(phi);
  assert_non_null(phi32);
  for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
    const favor_side s = (favor_side)side;
    assert_status(favor_map_apply_f64(map, s, SAVED_ROWS, x, dim, phi, features, log_scale, NULL, 0,
                                      NULL, NULL),
                  FAVOR_NOTE_NONFINITE);
    assert_features(features, phi, log_scale);
    assert_status(favor_map_apply_f32(map, s, SAVED_ROWS, narrow, dim, phi32, features, log_scale,
                                      NULL, 0, NULL, NULL),
                  FAVOR_NOTE_NONFINITE);
    for (size_t i = 0; i < size; i++) phi[i] = (double)phi32[i];
    assert_features(features, phi, log_scale);
    /* Without a scale a feature may not fit, but what is written is a number for every finite
     * row. */
    assert_true(favor_map_apply_f64(map, s, 3, x, dim, phi, features, NULL, NULL, 0, NULL, NULL) >=
                FAVOR_OK);
    assert_true(favor_map_log_features_f64(map, s, SAVED_ROWS, x, dim, phi, features, NULL, NULL) >=
                FAVOR_OK);
  }
  free(phi);
  free(phi32);
}

static void examine_estimates(const favor_map *map, const double *x, const float *narrow) {
  const int64_t dim = favor_map_dim(map);
  double out[SAVED_ROWS * SAVED_ROWS];
  float out32[SAVED_ROWS * SAVED_ROWS];
  assert_true(favor_kernel_estimate_f64(map, SAVED_ROWS, x, dim, SAVED_ROWS, x, dim, out,
                                        SAVED_ROWS, NULL, 0, NULL, NULL) >= FAVOR_OK);
  assert_true(favor_kernel_estimate_f32(map, SAVED_ROWS, narrow, dim, SAVED_ROWS, narrow, dim,
                                        out32, SAVED_ROWS, NULL, 0, NULL, NULL) >= FAVOR_OK);
  for (int64_t i = 0; i < SAVED_ROWS * SAVED_ROWS; i++) {
    /* Values that do not fit are the largest finite number, never infinite. */
    assert_true(!isinf(out[i]) && !isinf(out32[i]));
  }
}

static void examine(void *object, const unsigned char *block, size_t bytes) {
  favor_map *map = object, *fresh = NULL;
  const int64_t dim = favor_map_dim(map), projections = favor_map_projections(map);
  assert_true(dim >= 1 && projections >= 1 && favor_map_features(map) >= 1);
  size_t again;
  unsigned char *copy = saved_map(map, &again);
  assert_int_equal(again, bytes);
  assert_memory_equal(copy + 16, block + 16, bytes - 16 - 8); /* but for a newer minor version */
  free(copy);
  char text[16384];
  assert_ok(favor_map_describe(map, text, sizeof text));
  double *x = malloc((size_t)(SAVED_ROWS * dim) * sizeof *x);
  float *narrow = malloc((size_t)(SAVED_ROWS * dim) * sizeof *narrow);
  assert_non_null(x);
  assert_non_null(narrow);
  fill_rows(dim, x);
  for (int64_t i = 0; i < SAVED_ROWS * dim; i++) narrow[i] = (float)x[i];
  examine_features(map, x, narrow);
  examine_estimates(map, x, narrow);
  const favor_status redrawn = favor_map_redraw(map, 1, &fresh);
  assert_true(redrawn == FAVOR_OK || redrawn == FAVOR_ERR_COMBINATION);
  favor_map_destroy(fresh);
  favor_map_destroy(map);
  free(x);
  free(narrow);
}

damage_kind saved_map_kind(int64_t dim, int64_t projections) {
  /* As favor.h gives it for favor_map_load. */
  return (damage_kind){load, examine, 2, (size_t)(8 * projections + 512 * dim + 4096)};
}

int saved_map_cases(map_case cases[MAP_CASES_MAX]) {
  const int all = map_cases(cases);
  int n = 0;
  for (int i = 0; i < all; i++)
    if (cases[i].isa == cases[0].isa) cases[n++] = cases[i];
  return n;
}

unsigned char *saved_map_make(const map_case *c, int64_t dim, int64_t projections, size_t *bytes) {
  favor_stats *stats = filled_stats(dim, NULL);
  favor_map *map = map_case_create(c, dim, projections, stats, NULL);
  unsigned char *block = saved_map(map, bytes);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
  return block;
}
