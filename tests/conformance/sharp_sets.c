/* SPDX-License-Identifier: MIT */
#include "conformance/sharp_sets.h"

#include "support/random.h"

enum { D = SHARP_DIM };

/** Means of the queries and deviations of both sides of the last set; keys have minus half the means. */
static const double opposed[3][D] = {
    {4.11, -.47, 2.51, -5.44}, {2.36, .53, 4.16, .19}, {1.13, .12, 1.89, .18}};

/** Standard deviation of coordinate l of a side, before any rotation. */
static double spread(int which, int side, int l) {
  switch (which) {
  case 9:
    return opposed[1 + side][l];
  case 1: /* decaying */
    return pow(3, -l);
  case 2: /* sizes that differ between sides */
    return (side == 0) == (l % 2 == 0) ? 1.2 : .15;
  case 3: /* misaligned: the rotation is in fill */
    return side == 0 ? pow(2, -l) : pow(2, l - D + 1);
  case 4: /* rank two, in different planes */
    return side == 0 ? (l < 2 ? .8 : 0) : l % 2 ? .8 : 0;
  case 6: /* a zero column of one side */
    return side == 0 && l == 2 ? 0 : .6;
  case 8:
    return 3 * pow(2, -l);
  default:
    return .7;
  }
}

/** The first two coordinates turn, queries and keys by different angles. */
static void turn(double *row, double angle) {
  const double a = row[0], b = row[1];
  row[0] = cos(angle) * a + sin(angle) * b;
  row[1] = cos(angle) * b - sin(angle) * a;
}

void sharp_set_make(int which, sharp_set *out) {
  static const char *const names[SHARP_SETS] = {
      "isotropic", "decaying",    "mismatched",   "misaligned", "rank-deficient",
      "means",     "zero column", "one row each", "large",      "opposed means"};
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(40 + which));
  out->name = names[which];
  for (int s = 0; s < 2; s++) {
    out->n[s] = which == 7 ? 1 : SHARP_ROWS - 3 * s;
    for (int64_t i = 0; i < out->n[s]; i++) {
      double *row = out->rows[s] + i * D;
      for (int l = 0; l < D; l++)
        row[l] = spread(which, s, l) * test_rng_normal(&rng) +
                 (which == 5   ? .4 * (l + 1) * (s ? -.5 : 1)
                  : which == 9 ? opposed[0][l] * (s ? -.5 : 1)
                               : 0);
      if (which == 3 || which == 5 || which == 8) turn(row, s ? .9 : .2);
    }
  }
}

favor_stats *sharp_set_statistics(const sharp_set *set) {
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(D, NULL, &stats));
  for (int s = 0; s < 2; s++)
    assert_ok(favor_stats_add_f64(stats, (favor_side)s, set->n[s], set->rows[s], D, NULL));
  return stats;
}

ref_moments sharp_set_moments(const sharp_set *set, double scale, bool recentre, bool plain) {
  ref_moments m = {.dim = D};
  for (int s = 0; s < 2; s++) {
    double shift[D] = {0};
    for (int64_t i = 0; recentre && i < set->n[s] * D; i++)
      shift[i % D] += set->rows[s][i] / (double)set->n[s];
    ref_moments_of(&m, (favor_side)s, scale, set->n[s], set->rows[s], shift);
  }
  if (!plain) ref_moments_regularise(&m, 1e-8);
  return m;
}

static fitted_shape plain_shape(double tilt) {
  fitted_shape s = {.memory = calloc((size_t)(2 * D * D + D), sizeof *s.memory)};
  assert_non_null(s.memory);
  for (int l = 0; l < D; l++) {
    s.memory[l * D + l] = s.memory[D * D + l * D + l] = 1;
    s.memory[2 * D * D + l] = tilt;
  }
  s.ref.g[0] = s.memory;
  s.ref.g[1] = s.memory + D * D;
  s.ref.a = s.memory + 2 * D * D;
  return s;
}

fitted_shape sharp_set_fit(const sharp_set *set, int32_t estimator, double scale, bool recentre) {
  favor_stats *stats = sharp_set_statistics(set);
  favor_map_opts opts = options(D, 1, estimator, stats);
  fitted_shape out;
  opts.scale = scale;
  opts.recentre = recentre ? FAVOR_ON : FAVOR_OFF;
  favor_map *map = make(&opts);
  if (!shape_read(map, &out)) out = plain_shape(described(map, "tilt"));
  favor_map_destroy(map);
  favor_stats_destroy(stats);
  return out;
}
