/* SPDX-License-Identifier: MIT */
/** Complex-exponential features: against their definition in complex long double, their exact moments by
 *  quadrature, and exact at their centre. */
#include <complex.h>

#include "support/quadrature.h"
#include "support/test.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static favor_map *make_centred(int64_t d, int64_t m, const double *w, const double *x0,
                               const double *y0, int32_t isa, double scale) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = d;
  opts.projections = m;
  opts.estimator = FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL;
  opts.coupling = w ? FAVOR_COUPLING_AUTO : FAVOR_COUPLING_IID;
  opts.centre_query = x0;
  opts.centre_key = y0;
  opts.isa = isa;
  opts.scale = scale;
  assert_ok(w ? favor_map_create_from_projections_f64(&opts, w, d, &map)
              : favor_map_create(&opts, &map));
  return map;
}

/** A_l of the definition. */
static long double complex factor_of(double x0, double y0) {
  const long double size = sqrtl(fabsl((long double)y0 / x0));
  return x0 * y0 > 0 ? size * I : (long double complex)size;
}

static void centred_features_equal_their_definition(void **state) {
  enum { D = 5, M = 37 };
  static const int32_t isas[] = {
#define LIST_ISA(name, symbol, value, text) value,
      FAVOR_ISA_LIST(LIST_ISA)};
  static const double x0[D] = {.5, -1, .25, 2, .1}, y0[D] = {1, .5, -.75, .5, .3},
                      x[D] = {.75, -.5, 1, .25, 0};
  (void)state;
  for (size_t i = 0; i < COUNT(isas); i++)
    for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++) {
      double w[M * D], phi[2 * M];
      float x32[D], phi32[2 * M];
      if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
      favor_map *map = make_centred(D, M, NULL, x0, y0, isas[i], .7);
      assert_ok(favor_map_copy_projections_f64(map, w, D));
      for (int k = 0; k < D; k++) x32[k] = (float)x[k];
      assert_ok(favor_map_apply_f64(map, (favor_side)side, 1, x, D, phi, 2 * M, NULL, NULL, 0, NULL,
                                    NULL));
      assert_ok(favor_map_apply_f32(map, (favor_side)side, 1, x32, D, phi32, 2 * M, NULL, NULL, 0,
                                    NULL, NULL));
      for (int j = 0; j < M; j++) {
        long double complex log_f = -.5L * logl(M);
        for (int k = 0; k < D; k++) {
          const long double complex a = factor_of(x0[k], y0[k]);
          const long double complex q = sqrtl(.7L) * x[k] * (side == FAVOR_QUERY ? a : 1 / a);
          log_f += w[j * D + k] * q - q * q / 2;
        }
        const long double complex f = side == FAVOR_QUERY ? cexpl(log_f) : conjl(cexpl(log_f));
        const long double re = creall(f), im = cimagl(f), size = cabsl(f);
        assert_true(fabsl(phi[2 * j] - re) <= 1e-13L * size &&
                    fabsl(phi[2 * j + 1] - im) <= 1e-13L * size);
        assert_true(fabsl(phi32[2 * j] - re) <= 16 * 8 * 0x1p-24L * size);
        assert_true(fabsl(phi32[2 * j + 1] - im) <= 16 * 8 * 0x1p-24L * size);
      }
      favor_map_destroy(map);
    }
}

static void check_centred_moments(int64_t d, const double *x0, const double *y0, const double *x,
                                  const double *y) {
  enum { NODES = 80 };
  static double w[NODES * NODES * 2];
  static long double weight[NODES * NODES];
  static double phi[2][2 * NODES * NODES];
  const int64_t rows = quadrature_grid(NODES, d, w, weight);
  const double *const row[2] = {x, y};
  double forecast = 0, dot = 0;
  long double mean = 0, square = 0, complex_sum = 0, plain_sum = 0;
  favor_map *map = make_centred(d, rows, w, x0, y0, FAVOR_ISA_AUTO, 1);
  for (int side = 0; side < 2; side++)
    assert_ok(favor_map_apply_f64(map, (favor_side)side, 1, row[side], d, phi[side], 2 * rows, NULL,
                                  NULL, 0, NULL, NULL));
  favor_map_destroy(map);
  for (int64_t k = 0; k < d; k++) dot += x[k] * y[k];
  for (int64_t j = 0; j < rows; j++) {
    const long double z = rows * expl(-dot) *
                          ((long double)phi[0][2 * j] * phi[1][2 * j] +
                           (long double)phi[0][2 * j + 1] * phi[1][2 * j + 1]);
    mean += weight[j] * z;
    square += weight[j] * z * z;
  }
  /* E Z^2 = Re e^(u.u + 2 x.y) / 2 + e^(2 |Re u|^2 - Re q.q - Re p.p) / 2, u = A x + A^-1 y */
  for (int64_t k = 0; k < d; k++) {
    const long double complex a = factor_of(x0[k], y0[k]), q = a * x[k], p = y[k] / a, u = q + p;
    complex_sum += creall(u * u);
    plain_sum += 2 * creall(u) * creall(u) - creall(q * q) - creall(p * p);
  }
  const long double owed = (expl(complex_sum) + expl(plain_sum - 2 * dot)) / 2;
  assert_true(fabsl(mean - 1) <= 1e-10L);
  assert_true(fabsl(square - owed) <= 1e-10L * owed);
  map = make_centred(d, 1, NULL, x0, y0, FAVOR_ISA_AUTO, 1);
  assert_ok(favor_forecast_pairs_f64(map, 1, x, d, y, d, &forecast));
  assert_true(fabsl(expl(forecast) - (owed - 1)) <= 1e-13L * owed);
  favor_map_destroy(map);
}

static void centred_moments_are_those_of_the_closed_form(void **state) {
  static const double x0[2] = {.5, -1}, y0[2] = {.8, .5}, x[2] = {.4, -.3}, y[2] = {.6, .7},
                      far[2] = {-.5, .8};
  (void)state;
  for (int64_t d = 1; d <= 2; d++) {
    check_centred_moments(d, x0, y0, x, y);
    check_centred_moments(d, x0, y0, x, far);
    check_centred_moments(d, x0, y0, x0, y0);
  }
}

/** At the centre, and on all multiples of it by reciprocals, there is no variance at all. */
static void the_centre_is_exact(void **state) {
  enum { D = 3 };
  static const double x0[D] = {.5, -1, .75}, y0[D] = {1, .5, .25};
  double out = 0, dot = 0;
  (void)state;
  favor_map *map = make_centred(D, 5, NULL, x0, y0, FAVOR_ISA_AUTO, 1);
  for (int k = 0; k < D; k++) dot += x0[k] * y0[k];
  assert_ok(favor_kernel_estimate_f64(map, 1, x0, D, 1, y0, D, &out, 1, NULL, 0, NULL, NULL));
  assert_true(fabs(out / exp(dot) - 1) <= 1e-14);
  favor_map_destroy(map);
}

static void refuse(int32_t estimator, const double *x0, const double *y0, favor_status expected) {
  favor_map_opts opts;
  favor_report report;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  assert_ok(favor_report_init(&report));
  opts.dim = 2;
  opts.projections = 3;
  opts.estimator = estimator;
  opts.centre_query = x0;
  opts.centre_key = y0;
  opts.report = &report;
  assert_status(favor_map_create(&opts, &map), expected);
  assert_null(map);
  assert_int_equal(
      strncmp(report.argument, expected == FAVOR_ERR_STATISTICS ? "stats" : "centre", 5), 0);
}

static void centres_are_checked(void **state) {
  static const double good[2] = {1, 2}, bad[2] = {1, NAN}, zero[2] = {0, 0};
  (void)state;
  refuse(FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL, good, NULL, FAVOR_ERR_NULL);
  refuse(FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL, NULL, good, FAVOR_ERR_NULL);
  refuse(FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL, good, bad, FAVOR_ERR_NONFINITE);
  refuse(FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL, NULL, NULL, FAVOR_ERR_STATISTICS);
  refuse(FAVOR_ESTIMATOR_POSITIVE, good, good, FAVOR_ERR_COMBINATION);
  /* A centre of zeros has no ratio: still a map, and unbiased. */
  favor_map *map = make_centred(2, 3, NULL, zero, zero, FAVOR_ISA_AUTO, 1);
  double out = NAN;
  assert_ok(favor_kernel_estimate_f64(map, 1, good, 2, 1, good, 2, &out, 1, NULL, 0, NULL, NULL));
  assert_true(isfinite(out));
  favor_map_destroy(map);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(centred_features_equal_their_definition),
      cmocka_unit_test(centred_moments_are_those_of_the_closed_form),
      cmocka_unit_test(the_centre_is_exact),
      cmocka_unit_test(centres_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
