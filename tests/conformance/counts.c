/* SPDX-License-Identifier: MIT */
#include "conformance/counts.h"

#include "support/json.h"

const int32_t counts_estimators[2] = {FAVOR_ESTIMATOR_POISSON, FAVOR_ESTIMATOR_GEOMETRIC};

/** Second moments q[l]^2 and k[l]^2: one query and one key. */
favor_stats *counts_statistics(int64_t d, const double *q, const double *k) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(d, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 1, q, d, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 1, k, d, NULL));
  return stats;
}

favor_status counts_try(int32_t estimator, int64_t d, int64_t m, const double *w,
                        const favor_stats *stats, int32_t isa, favor_map **out) {
  favor_map_opts opts;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = d;
  opts.projections = m;
  opts.estimator = estimator;
  opts.stats = stats;
  opts.recentre = FAVOR_OFF;
  opts.isa = isa;
  opts.seed = 9;
  return w ? favor_map_create_from_projections_f64(&opts, w, d, out) : favor_map_create(&opts, out);
}

favor_map *counts_map(int32_t estimator, int64_t d, int64_t m, const double *w,
                      const favor_stats *stats, int32_t isa) {
  favor_map *map = NULL;
  assert_ok(counts_try(estimator, d, m, w, stats, isa, &map));
  return map;
}

/** The rates of a map: lambda_l from the moments, or 1 - p from the description. */
void counts_rates(const favor_map *map, int32_t estimator, int64_t d, const double *q,
                  const double *k, double *rate) {
  char json[1024];
  double least = 0;
  assert_ok(favor_map_describe(map, json, sizeof json));
  assert_true(json_number(json, "rate_least", &least));
  for (int64_t l = 0; l < d; l++)
    rate[l] = estimator == FAVOR_ESTIMATOR_POISSON ? fabs(q[l] * k[l]) : least;
}

long double counts_log_weight(int32_t estimator, double rate, int count) {
  return estimator == FAVOR_ESTIMATOR_POISSON ? count * logl(rate) - rate - lgammal(count + 1.0L)
                                              : log1pl(-rate) + count * logl(rate);
}

/** prod x^w (w! P(w))^(-1/2) */
long double counts_feature(int32_t estimator, int64_t d, const double *rate, const double *w,
                           const double *x) {
  long double f = 1;
  for (int64_t l = 0; l < d; l++)
    f *= powl(x[l], w[l]) *
         expl(-.5L * (lgammal(w[l] + 1.0L) + counts_log_weight(estimator, rate[l], (int)w[l])));
  return f;
}
