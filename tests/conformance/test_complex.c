/* SPDX-License-Identifier: MIT */
/** Complex features: against their definition in complex long double, their exact moments by quadrature, and
 *  the two estimators that they contain. */
#include <complex.h>

#include "conformance/combination.h"
#include "support/quadrature.h"
#include "support/random.h"
#include "support/test.h"

typedef struct tilt {
  double re, im;
  int32_t sign;
} tilt;

static const tilt tilts[] = {{.03, .02, 1},   {-.05, .1, 1}, {-.3, -.2, 1},  {.06, 0, 1},
                             {-.1, -.08, -1}, {-.06, 0, -1}, {.02, .05, -1}, {0, 0, -1}};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static favor_map *make(const tilt *a, int64_t d, int64_t m, const double *w, int32_t isa,
                       double scale) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = d;
  opts.projections = m;
  opts.estimator = FAVOR_ESTIMATOR_COMPLEX_GERF;
  opts.coupling = w ? FAVOR_COUPLING_AUTO : FAVOR_COUPLING_IID;
  opts.tilt = a->re;
  opts.tilt_imag = a->im;
  opts.tilt_sign = a->sign;
  opts.isa = isa;
  opts.scale = scale;
  assert_ok(w ? favor_map_create_from_projections_f64(&opts, w, d, &map)
              : favor_map_create(&opts, &map));
  return map;
}

/** The principal root; of a negative number +i times that of its size. */
static long double complex root(long double complex z) {
  return cimagl(z) == 0 && creall(z) < 0 ? sqrtl(-creall(z)) * I : csqrtl(z);
}

/** f1 (side 0) or f2 of one row, times sqrt(M). */
static long double complex feature(const tilt *t, favor_side side, int64_t d, double scale,
                                   const double *w, const double *x) {
  const long double complex a = (long double)t->re + (long double)t->im * I, less = 1 - 4 * a;
  const long double complex b = root(t->sign * less) * (side == FAVOR_KEY ? t->sign : 1);
  long double dot = 0, norm2 = 0, w2 = 0;
  for (int64_t k = 0; k < d; k++) {
    dot += (long double)w[k] * x[k];
    norm2 += (long double)x[k] * x[k];
    w2 += (long double)w[k] * w[k];
  }
  return cexpl(.25L * d * clogl(less) + a * w2 + b * sqrtl(scale) * dot -
               .5L * t->sign * scale * norm2);
}

static void check_row(const tilt *t, favor_side side, const favor_map *map, int64_t d, int64_t m,
                      const double *w, const double *x) {
  double phi[2 * 40], log_scale;
  float narrow[8], phi32[2 * 40];
  double log32;
  for (int64_t k = 0; k < d; k++) narrow[k] = (float)x[k];
  assert_ok(favor_map_apply_f64(map, side, 1, x, d, phi, 2 * m, &log_scale, NULL, 0, NULL, NULL));
  assert_ok(
      favor_map_apply_f32(map, side, 1, narrow, d, phi32, 2 * m, &log32, NULL, 0, NULL, NULL));
  for (int64_t j = 0; j < m; j++) {
    const long double complex f = feature(t, side, d, .7, w + j * d, x) / sqrtl((long double)m);
    const long double size = cabsl(f), im = side == FAVOR_KEY ? -cimagl(f) : cimagl(f);
    assert_true(fabsl(phi[2 * j] * expl(log_scale) - creall(f)) <= 1e-13L * size);
    assert_true(fabsl(phi[2 * j + 1] * expl(log_scale) - im) <= 1e-13L * size);
    /* 16 units of rounding of exponents and phases below 8 */
    assert_true(fabsl(phi32[2 * j] * expl(log32) - creall(f)) <= 16 * 8 * 0x1p-24L * size);
    assert_true(fabsl(phi32[2 * j + 1] * expl(log32) - im) <= 16 * 8 * 0x1p-24L * size);
  }
}

static void features_equal_their_definition(void **state) {
  enum { D = 5, M = 37 };
  static const int32_t isas[] = {
#define LIST_ISA(name, symbol, value, text) value,
      FAVOR_ISA_LIST(LIST_ISA)};
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 5);
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t t = 0; t < COUNT(tilts); t++) {
      double w[M * D], x[D];
      if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
      favor_map *map = make(&tilts[t], D, M, NULL, isas[i], .7);
      assert_int_equal(favor_map_features(map), 2 * M);
      assert_ok(favor_map_copy_projections_f64(map, w, D));
      test_rng_on_sphere(&rng, D, 1.25, x);
      for (int k = 0; k < D; k++) x[k] = dyadic(x[k]);
      for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++)
        check_row(&tilts[t], (favor_side)side, map, D, M, w, x);
      favor_map_destroy(map);
    }
}

/** E Z^2 / K^2 - 1 of one projection in the form of the literature, by |x|^2 + |y|^2 and |x + s y|^2. */
static long double owed_variance(const tilt *t, int64_t d, const double *x, const double *y) {
  const long double s = t->sign;
  const long double complex a = (long double)t->re + (long double)t->im * I;
  long double norms = 0, phi = 0, dot = 0;
  for (int64_t k = 0; k < d; k++) {
    norms += (long double)x[k] * x[k] + (long double)y[k] * y[k];
    phi += (x[k] + s * y[k]) * (x[k] + s * y[k]);
    dot += (long double)x[k] * y[k];
  }
  const long double complex a1 = cexpl(d * clogl(1 - 4 * a) - .5L * d * clogl(1 - 8 * a));
  const long double complex a2 = s * (1 + 1 / (1 - 8 * a));
  const long double real_less = 1 - 8 * t->re;
  const long double a3 = powl(1 + 16 * creall(a * conjl(a)) / real_less, .5L * d);
  const long double a4 = s / 2 + (s + 2 * cabsl(1 - 4 * a)) / (2 * real_less);
  const long double square = creall(a1 * cexpl(a2 * phi)) + a3 * expl(a4 * phi);
  return .5L * expl(-s * norms - 2 * dot) * square - 1;
}

/** All features of a grid of projections, weighted: the moments to rounding, far beyond what draws show. */
static void check_moments(const tilt *t, int64_t d, const double *x, const double *y) {
  enum { NODES = 80 };
  static double w[NODES * NODES * 2];
  static long double weight[NODES * NODES];
  static double phi[2][2 * NODES * NODES];
  const int64_t rows = quadrature_grid(NODES, d, w, weight);
  favor_map *map = make(t, d, rows, w, FAVOR_ISA_AUTO, 1);
  const double *const row[2] = {x, y};
  double scale[2], forecast = 0, dot = 0;
  long double mean = 0, square = 0;
  for (int side = 0; side < 2; side++)
    assert_ok(favor_map_apply_f64(map, (favor_side)side, 1, row[side], d, phi[side], 2 * rows,
                                  &scale[side], NULL, 0, NULL, NULL));
  for (int64_t k = 0; k < d; k++) dot += x[k] * y[k];
  for (int64_t j = 0; j < rows; j++) {
    const long double z = rows * expl((long double)scale[0] + scale[1] - dot) *
                          ((long double)phi[0][2 * j] * phi[1][2 * j] +
                           (long double)phi[0][2 * j + 1] * phi[1][2 * j + 1]);
    mean += weight[j] * z;
    square += weight[j] * z * z;
  }
  favor_map_destroy(map);
  const long double owed = owed_variance(t, d, x, y);
  assert_true(fabsl(mean - 1) <= 1e-10L);
  if (8 * t->re < 1) assert_true(fabsl(square - 1 - owed) <= 1e-10L * (1 + owed));
  map = make(t, d, 1, NULL, FAVOR_ISA_AUTO, 1);
  assert_ok(favor_forecast_pairs_f64(map, 1, x, d, y, d, &forecast));
  assert_true(fabsl(expl(forecast) - owed) <= 1e-13L * (1 + owed));
  favor_map_destroy(map);
}

static void moments_are_those_of_the_closed_form(void **state) {
  static const double x[2] = {.5, -.3}, y[2] = {.4, .7}, far[2] = {-.9, .8};
  (void)state;
  for (size_t t = 0; t < COUNT(tilts); t++)
    for (int64_t d = 1; d <= 2; d++) {
      check_moments(&tilts[t], d, x, y);
      check_moments(&tilts[t], d, x, far);
    }
}

/** A = 0: positive features at s = 1, trigonometric ones at s = -1, on the same draw. */
static void two_estimators_are_contained(void **state) {
  enum { D = 6, M = 21 };
  const tilt none[2] = {{0, 0, 1}, {0, 0, -1}};
  const double x[D] = {.3, -.2, .5, .1, 0, -.7};
  (void)state;
  for (int s = 0; s < 2; s++)
    for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
      double phi[2 * M], plain[2 * M];
      favor_map_opts opts;
      favor_map *map = make(&none[s], D, M, NULL, FAVOR_ISA_AUTO, 1), *other = NULL;
      assert_ok(favor_map_opts_init(&opts));
      opts.dim = D;
      opts.projections = M;
      opts.estimator = s ? FAVOR_ESTIMATOR_TRIGONOMETRIC : FAVOR_ESTIMATOR_POSITIVE;
      opts.coupling = FAVOR_COUPLING_IID;
      assert_ok(favor_map_create(&opts, &other));
      const int64_t features = favor_map_features(other);
      assert_ok(favor_map_apply_f64(map, (favor_side)side, 1, x, D, phi, 2 * M, NULL, NULL, 0, NULL,
                                    NULL));
      assert_ok(favor_map_apply_f64(other, (favor_side)side, 1, x, D, plain, features, NULL, NULL,
                                    0, NULL, NULL));
      for (int j = 0; j < 2 * M; j++)
        assert_true(fabs(phi[j] - (s ? plain[j] : j % 2 ? 0 : plain[j / 2])) <= 1e-14);
      favor_map_destroy(map);
      favor_map_destroy(other);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(features_equal_their_definition),
      cmocka_unit_test(moments_are_those_of_the_closed_form),
      cmocka_unit_test(two_estimators_are_contained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
