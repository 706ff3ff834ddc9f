/* SPDX-License-Identifier: MIT */
#include "conformance/maps.h"

double described(const favor_map *map, const char *key) {
  char json[1024];
  double value = NAN;
  assert_ok(favor_map_describe(map, json, sizeof json));
  assert_true(json_number(json, key, &value));
  return value;
}

favor_map_opts options(int64_t dim, int64_t projections, int32_t estimator,
                       const favor_stats *stats) {
  favor_map_opts opts;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = dim;
  opts.projections = projections;
  opts.estimator = estimator;
  opts.stats = stats;
  return opts;
}

favor_map *make(const favor_map_opts *opts) {
  favor_map *map = NULL;
  assert_ok(favor_map_create(opts, &map));
  return map;
}

favor_stats *pair_statistics(int64_t dim, const double *x, const double *y) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(dim, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 1, x, dim, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 1, y, dim, NULL));
  return stats;
}
