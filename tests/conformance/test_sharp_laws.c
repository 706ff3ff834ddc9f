/* SPDX-License-Identifier: MIT */
/** The laws of FAVOR#: means and second moments by quadrature at any norm and by draws, what is left
 *  of data that is degenerate, and redraws. */
#include "conformance/sharp_sets.h"
#include "support/closed_form.h"
#include "support/quadrature.h"
#include "support/random.h"
#include "support/statistics.h"

static const int32_t members[] = {FAVOR_ESTIMATOR_SADERF, FAVOR_ESTIMATOR_SDERF,
                                  FAVOR_ESTIMATOR_ADERF, FAVOR_ESTIMATOR_SADERF_DIAG,
                                  FAVOR_ESTIMATOR_ADERF_DIAG};
enum { MEMBERS = sizeof members / sizeof *members };

/* ---- by quadrature ---- */

enum { NODES = 110, PLANE = 2, GRID = NODES * NODES };

typedef struct integral {
  double mean, log_second;
} integral;

/** E Z / K and ln E Z^2 / K^2 from the library's own logarithms of features, given W at the nodes. */
static integral integrate(const favor_map *map, const long double *weight, double scale,
                          const double *x, const double *y) {
  static double log_phi[2 * GRID];
  const long double exact = ref_log_kernel(FAVOR_KERNEL_SOFTMAX, scale, PLANE, x, y);
  const long double count = logl(GRID);
  long double mean = 0, second = 0;
  assert_ok(favor_map_log_features_f64(map, FAVOR_QUERY, 1, x, PLANE, log_phi, GRID, NULL, NULL));
  assert_ok(
      favor_map_log_features_f64(map, FAVOR_KEY, 1, y, PLANE, log_phi + GRID, GRID, NULL, NULL));
  for (int j = 0; j < GRID; j++) {
    const long double z = log_phi[j] + (long double)log_phi[GRID + j] + count - exact;
    mean += weight[j] * expl(z);
    second += weight[j] * expl(2 * z);
  }
  return (integral){(double)mean, (double)logl(second)};
}

/** Rows in the plane whose moments differ between sides and directions. */
static favor_stats *plane_statistics(void) {
  static const double x[] = {.9, .3, -.8, .1, .5, -.2, -.4, .4}, y[] = {.1, .7, .3, -.9, -.2, .6};
  favor_stats *stats = NULL;
  assert_ok(favor_stats_create(PLANE, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 4, x, PLANE, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 3, y, PLANE, NULL));
  return stats;
}

static void check_integrals(int32_t estimator, double scale, bool recentre) {
  static double w[GRID * PLANE];
  static long double weight[GRID];
  static const double sizes[] = {.5, 1, 2, 4};
  favor_stats *stats = plane_statistics();
  favor_map_opts opts = options(PLANE, quadrature_grid(NODES, PLANE, w, weight), estimator, stats);
  favor_map *map = NULL;
  fitted_shape fit;
  opts.scale = scale;
  opts.recentre = recentre ? FAVOR_ON : FAVOR_OFF;
  assert_ok(favor_map_create_from_projections_f64(&opts, w, PLANE, &map));
  assert_true(shape_read(map, &fit));
  double b[PLANE] = {0}, c[PLANE] = {0};
  if (recentre) b[0] = .05F, b[1] = .15F, c[0] = (float)(.2 / 3), c[1] = (float)(.4 / 3);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const double x[PLANE] = {.6 * sizes[i], -.2 * sizes[i]},
                 y[PLANE] = {.3 * sizes[i], .5 * sizes[i]};
    const integral got = integrate(map, weight, scale, x, y);
    double xs[PLANE], ys[PLANE];
    for (int k = 0; k < PLANE; k++) {
      xs[k] = sqrt(scale) * (x[k] - b[k]);
      ys[k] = sqrt(scale) * (y[k] - c[k]);
    }
    const double owed = (double)ref_sharp_log_second(PLANE, &fit.ref, xs, ys);
    assert_near(got.mean, 1, 1e-10);
    assert_near(got.log_second, owed, recentre ? 1e-7 : 1e-10 * (1 + fabs(owed)));
  }
  shape_free(&fit);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

/** Shifts are means rounded to float32: the recentred second moment is known to that. */
static void moments_equal_their_closed_forms_at_any_norm(void **state) {
  (void)state;
  for (int i = 0; i < MEMBERS; i++) {
    check_integrals(members[i], 1, false);
    check_integrals(members[i], 1.75, false);
    check_integrals(members[i], .8, true);
  }
}

/* ---- by draws ---- */

enum { D = SHARP_DIM, DRAWS = 16000, M = 2 * SHARP_DIM + 1 };

static void check_draws(int32_t estimator, int32_t coupling) {
  sharp_set set;
  sharp_set_make(3, &set);
  favor_stats *stats = sharp_set_statistics(&set);
  favor_map_opts opts = options(D, M, estimator, stats);
  ref_law law = {.estimator = estimator, .coupling = coupling, .dim = D, .projections = M};
  const double x[D] = {.3, -.25, .2, .1}, y[D] = {.2, .3, .1, -.3};
  long double squares[D];
  sample error = {0}, mean = {0};
  fitted_shape fit;
  opts.coupling = coupling;
  opts.recentre = FAVOR_OFF;
  favor_map *map = make(&opts);
  assert_true(shape_read(map, &fit));
  ref_law_set_shaped_pair(&law, &fit.ref, 1, x, y, NULL, NULL, squares);
  const double exact = (double)expl(ref_log_kernel(FAVOR_KERNEL_SOFTMAX, 1, D, x, y));
  for (uint64_t i = 0; i < DRAWS; i++) {
    favor_map *fresh = NULL;
    double estimate;
    assert_ok(favor_map_redraw(map, test_mix(1000 + i), &fresh));
    assert_ok(
        favor_kernel_estimate_f64(fresh, 1, x, D, 1, y, D, &estimate, 1, NULL, 0, NULL, NULL));
    favor_map_destroy(fresh);
    sample_add(&mean, estimate / exact);
    sample_add(&error, (estimate / exact - 1) * (estimate / exact - 1));
  }
  const double owed = (double)expl(ref_log_relmse(&law));
  const double z = z_score(sample_mean(&error), owed, sample_stderr(&error));
  const double z_mean = z_score(sample_mean(&mean), 1, sample_stderr(&mean));
  print_message(
      "%s %s: relative error %.5f, closed form %.5f +- %.1f %%, z = %.2f; mean z = %.2f\n",
      favor_estimator_name(estimator), favor_coupling_name(coupling), sample_mean(&error), owed,
      100 * sample_stderr(&error) / owed, z, z_mean);
  assert_true(fabs(z) < 5 && fabs(z_mean) < 5);
  assert_true(sample_stderr(&error) <= .02 * owed);
  shape_free(&fit);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

static void drawn_variances_equal_their_closed_forms(void **state) {
  (void)state;
  for (int i = 0; i < MEMBERS; i++) check_draws(members[i], FAVOR_COUPLING_IID);
  check_draws(FAVOR_ESTIMATOR_SADERF, FAVOR_COUPLING_SIMPLEX);
  check_draws(FAVOR_ESTIMATOR_ADERF, FAVOR_COUPLING_ORTHOGONAL);
}

/* ---- degenerate data ---- */

typedef enum degenerate {
  ZERO,
  ZERO_QUERIES,
  CONSTANT,
  RANK_ONE,
  ONE_ROW,
  TINY,
  HUGE_ROWS,
  TINY_AND_HUGE,
  ABSURD,
  DEGENERATE
} degenerate;

static double degenerate_entry(degenerate kind, int side, int64_t i, int64_t k, test_rng *rng) {
  const double normal = test_rng_normal(rng);
  switch (kind) {
  case ZERO:
    return 0;
  case ZERO_QUERIES:
    return side == 0 ? 0 : normal;
  case CONSTANT:
    return .25 * (double)(k + 1);
  case RANK_ONE:
    return (double)(i - 3) * (k == 1 ? 0 : .125 * (double)(k + 1));
  case TINY:
    return 1e-20 * normal;
  case HUGE_ROWS:
    return 1e20 * normal;
  case TINY_AND_HUGE:
    return (side == 0 ? 1e-20 : 1e20) * normal;
  case ABSURD:
    return (side == 0 ? 1e130 : 1e-150) * normal;
  default:
    return normal;
  }
}

/** Gq' Gk = I to rounding, and every number finite. */
static void check_matrices(const fitted_shape *fit) {
  for (int a = 0; a < D; a++) {
    assert_true(fit->ref.a[a] <= 0 && fit->ref.a[a] >= -1e6);
    for (int b = 0; b < D; b++) {
      double sum = 0;
      for (int l = 0; l < D; l++) sum += fit->ref.g[0][l * D + a] * fit->ref.g[1][l * D + b];
      assert_near(sum, a == b, 1e-10);
    }
  }
}

static void check_degenerate(degenerate kind, int32_t estimator, double scale, bool recentre) {
  enum { ROWS = 7 };
  double rows[2][ROWS * D], log_phi[ROWS * 8];
  favor_stats *stats = NULL;
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)kind);
  assert_ok(favor_stats_create(D, NULL, &stats));
  for (int s = 0; s < 2; s++) {
    for (int64_t i = 0; i < ROWS * D; i++)
      rows[s][i] = degenerate_entry(kind, s, i / D, i % D, &rng);
    const int64_t n = kind == ONE_ROW ? 1 : ROWS;
    assert_ok(favor_stats_add_f64(stats, (favor_side)s, n, rows[s], D, NULL));
  }
  favor_map_opts opts = options(D, 8, estimator, stats);
  fitted_shape fit;
  opts.scale = scale;
  opts.recentre = recentre ? FAVOR_ON : FAVOR_OFF;
  favor_map *map = make(&opts);
  assert_true(shape_read(map, &fit));
  check_matrices(&fit);
  for (int s = 0; s < 2; s++) {
    assert_ok(
        favor_map_log_features_f64(map, (favor_side)s, ROWS, rows[s], D, log_phi, 8, NULL, NULL));
    for (int j = 0; j < ROWS * 8; j++) assert_true(isfinite(log_phi[j]));
  }
  shape_free(&fit);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
}

static void degenerate_data_give_valid_maps(void **state) {
  (void)state;
  for (int kind = 0; kind < DEGENERATE; kind++)
    for (int i = 0; i < MEMBERS; i++)
      for (int recentre = 0; recentre < 2; recentre++) {
        check_degenerate((degenerate)kind, members[i], 1, recentre);
        check_degenerate((degenerate)kind, members[i], 1e-30, recentre);
        check_degenerate((degenerate)kind, members[i], 1e30, recentre);
      }
}

/** Rows that are not finite never reach the statistics, and a fit to no rows at all is refused. */
static void data_that_is_not_data_gives_a_status(void **state) {
  const double bad[2][D] = {{1, NAN, 0, 0}, {1, 0, INFINITY, 0}};
  favor_stats *stats = NULL;
  (void)state;
  assert_ok(favor_stats_create(D, NULL, &stats));
  for (int i = 0; i < 2; i++)
    assert_status(favor_stats_add_f64(stats, FAVOR_QUERY, 1, bad[i], D, NULL), FAVOR_ERR_NONFINITE);
  for (int i = 0; i < MEMBERS; i++) {
    favor_map_opts opts = options(D, 8, members[i], stats);
    favor_map *map = (favor_map *)&map;
    assert_status(favor_map_create(&opts, &map), FAVOR_ERR_STATISTICS);
    assert_null(map);
  }
  favor_stats_destroy(stats);
}

/* ---- redraws ---- */

static void a_redraw_is_the_map_of_its_seed(void **state) {
  enum { BYTES = 8192 };
  sharp_set set;
  (void)state;
  sharp_set_make(5, &set);
  favor_stats *stats = sharp_set_statistics(&set);
  for (int i = 0; i < MEMBERS; i++) {
    static unsigned char block[2][BYTES];
    size_t bytes[2];
    favor_map_opts opts = options(D, 6, members[i], stats);
    favor_map *redrawn = NULL;
    favor_map *map = make(&opts);
    assert_ok(favor_map_redraw(map, 77, &redrawn));
    opts.seed = 77;
    favor_map *direct = make(&opts);
    assert_ok(favor_map_save(redrawn, block[0], BYTES, &bytes[0]));
    assert_ok(favor_map_save(direct, block[1], BYTES, &bytes[1]));
    assert_int_equal(bytes[0], bytes[1]);
    assert_memory_equal(block[0], block[1], bytes[0]);
    favor_map_destroy(map);
    favor_map_destroy(redrawn);
    favor_map_destroy(direct);
  }
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_equal_their_closed_forms_at_any_norm),
      cmocka_unit_test(drawn_variances_equal_their_closed_forms),
      cmocka_unit_test(degenerate_data_give_valid_maps),
      cmocka_unit_test(data_that_is_not_data_gives_a_status),
      cmocka_unit_test(a_redraw_is_the_map_of_its_seed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
