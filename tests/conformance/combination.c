/* SPDX-License-Identifier: MIT */
#include "conformance/combination.h"

#include "conformance/shape.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,

static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t couplings[] = {FAVOR_COUPLING_LIST(LIST_VALUE)};

enum {
  KERNELS = sizeof kernels / sizeof *kernels,
  ESTIMATORS = sizeof estimators / sizeof *estimators,
  COUPLINGS = sizeof couplings / sizeof *couplings
};

static const double SPREAD = 0.5;

static combination describe(int32_t kernel, int32_t estimator, int32_t coupling) {
  combination c = {.kernel = kernel, .estimator = estimator, .coupling = coupling};
  favor_coupling_info info = {.size = sizeof info};
  c.info.size = sizeof c.info;
  assert_ok(favor_estimator_get_info(estimator, &c.info));
  assert_ok(favor_coupling_get_info(coupling, &info));
  c.exact = info.exact != 0;
  return c;
}

/** Two features a projection here are those of w and of -w: opposite rows would repeat them. */
static bool is_pointless(const combination *c) {
  return c->coupling == FAVOR_COUPLING_ANTITHETIC && c->info.features_per_projection == 2 &&
         c->estimator != FAVOR_ESTIMATOR_COMPLEX_GERF &&
         c->estimator != FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL;
}

/** Counts are drawn independently, whatever couples normal rows. */
static bool is_coupled_discrete(const combination *c) {
  const bool discrete =
      c->estimator == FAVOR_ESTIMATOR_POISSON || c->estimator == FAVOR_ESTIMATOR_GEOMETRIC;
  return discrete && c->coupling != FAVOR_COUPLING_IID;
}

int combinations(combination out[COMBINATIONS_MAX]) {
  int n = 0, refused = 0;
  for (int k = 0; k < KERNELS; k++)
    for (int e = 0; e < ESTIMATORS; e++)
      for (int c = 0; c < COUPLINGS; c++) {
        const favor_status status = favor_combination(kernels[k], estimators[e], couplings[c]);
        const combination found = describe(kernels[k], estimators[e], couplings[c]);
        const bool expected = (found.info.kernels >> kernels[k] & 1) && !is_pointless(&found) &&
                              !is_coupled_discrete(&found);
        if (status == FAVOR_OK) {
          assert_true(expected);
          assert_true(n < COMBINATIONS_MAX);
          out[n++] = found;
        } else {
          assert_status(status, FAVOR_ERR_COMBINATION);
          assert_false(expected);
          refused++;
        }
      }
  print_message(
      "combinations: %d declared, %d run, %d skipped (the estimator is of another kernel, or "
      "sees opposite rows alike)\n",
      n + refused, n, refused);
  return n;
}

const char *combination_name(const combination *c, char buf[96]) {
  snprintf(buf, 96, "%s %s %s", favor_kernel_name(c->kernel), favor_estimator_name(c->estimator),
           favor_coupling_name(c->coupling));
  return buf;
}

double dyadic(double value) {
  return rint(value * 0x1p16) * 0x1p-16;
}

static void add_axes(favor_stats *stats, favor_side side, int64_t dim, const double *mean,
                     double spread) {
  double row[DIM_MAX * 16] = {0};
  assert_true(dim <= DIM_MAX * 16);
  for (int64_t k = 0; mean && k < dim; k++) row[k] = mean[k];
  for (int64_t k = 0; k < 2 * dim; k++) {
    const double centre = row[k / 2];
    row[k / 2] += k % 2 ? spread : -spread;
    assert_ok(favor_stats_add_f64(stats, side, 1, row, dim, NULL));
    row[k / 2] = centre;
  }
}

favor_stats *designed_statistics(int64_t dim, const double *query_mean, const double *key_mean,
                                 double spread) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(dim, NULL, &stats));
  add_axes(stats, FAVOR_QUERY, dim, query_mean, spread);
  add_axes(stats, FAVOR_KEY, dim, key_mean, spread);
  return stats;
}

/** Two rows at mean +- (a e_k + e_(dim-1-k) / 2): exact sums, and the mean stays. */
static void add_pair(favor_stats *stats, favor_side side, int64_t dim, int64_t k, double a,
                     const double *mean) {
  double row[DIM_MAX * 16] = {0};
  for (int sign = -1; sign <= 1; sign += 2) {
    if (mean) memcpy(row, mean, sizeof *row * (size_t)dim);
    if (!mean) memset(row, 0, sizeof row);
    row[k] += sign * a;
    row[dim - 1 - k] += sign * .5;
    assert_ok(favor_stats_add_f64(stats, side, 1, row, dim, NULL));
  }
}

void add_stretched_statistics(favor_stats *stats, int64_t dim, const double *query_mean,
                              const double *key_mean) {
  for (int64_t k = 0; k < dim; k++) {
    add_pair(stats, FAVOR_QUERY, dim, k, k % 2 ? .75 : .25, query_mean);
    add_pair(stats, FAVOR_KEY, dim, k, k % 3 ? .25 : 1, key_mean);
  }
}

favor_stats *setting_statistics(const setting *s) {
  return designed_statistics(s->dim, s->means ? s->b : NULL, s->means ? s->c : NULL, SPREAD);
}

favor_map *setting_map(const combination *c, const setting *s, const favor_stats *stats,
                       uint64_t seed, favor_status *why) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = s->dim;
  opts.projections = s->projections;
  opts.kernel = c->kernel;
  opts.estimator = c->estimator;
  opts.coupling = c->coupling;
  opts.scale = s->scale;
  opts.seed = seed;
  if (c->info.wants_statistics || s->means) opts.stats = stats;
  opts.recentre = s->recentre;
  if (c->info.takes_tilt) opts.tilt = s->tilt;
  if (c->info.takes_tilt_imag) opts.tilt_imag = .02, opts.tilt_sign = s->means ? -1 : 1;
  *why = favor_map_create(&opts, &map);
  return map;
}

/** Mean over pairs of |x' + y'|^2 of setting_statistics, as the map sees it. */
static double mean_sum2(const setting *s) {
  double means2 = 0;
  if (s->means && s->recentre == FAVOR_OFF)
    for (int64_t k = 0; k < s->dim; k++) means2 += (s->b[k] + s->c[k]) * (s->b[k] + s->c[k]);
  return s->scale * (2 * SPREAD * SPREAD + means2);
}

/** The law of a map with matrices of its own, from a map of one projection. */
static void set_shaped(ref_law *law, const combination *c, const setting *s, bool shifted) {
  static long double squares[DIM_MAX];
  static fitted_shape kept;
  setting one = *s;
  favor_status why;
  favor_stats *stats = setting_statistics(s);
  one.projections = 1;
  shape_free(&kept);
  favor_map *map = setting_map(c, &one, stats, 0, &why);
  assert_ok(why);
  assert_true(shape_read(map, &kept));
  ref_law_set_shaped_pair(law, &kept.ref, s->scale, s->x, s->y, shifted ? s->b : NULL,
                          shifted ? s->c : NULL, squares);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

ref_law setting_law(const combination *c, const setting *s) {
  const bool shifted = s->means && s->recentre == FAVOR_ON;
  ref_law law = {.estimator = c->estimator,
                 .coupling = c->coupling,
                 .dim = s->dim,
                 .projections = s->projections};
  if (c->info.takes_tilt)
    law.tilt = s->tilt;
  else if (c->info.wants_statistics)
    law.tilt = (double)ref_best_tilt(s->dim, mean_sum2(s));
  ref_law_set_pair(&law, s->scale, s->x, s->y, shifted ? s->b : NULL, shifted ? s->c : NULL);
  if (ref_has_shape(c->estimator)) set_shaped(&law, c, s, shifted);
  return law;
}
