/* SPDX-License-Identifier: MIT */
/** test_conformance [--seed-sweep N [FIRST]]: every estimator x coupling x kernel is unbiased.
 *
 *  Each combination is estimated in some of four settings at d = 8, others with every seed, |x' + y'| = 1, from independent
 *  draws, with a standard error of at most 0.2 % of the kernel: enough to see a Haar matrix without
 *  its sign fix or norms sqrt(d) in place of chi_d (2.2 %). Couplings that are approximate are held
 *  to their bias from 0F1, and to the bound that they state. Every |z| < 5, and the mean of z^2
 *  over all is near 1: tests that never fail because their errors are overstated would show.
 *  --seed-sweep repeats all with N seeds, from number FIRST on, so that a sweep can be shared out. */
#include "conformance/combination.h"
#include "support/coupled_rows.h"
#include "support/random.h"
#include "support/statistics.h"
#include "support/test.h"

enum { DIM = 8, DRAWS = 256, DRAWS_MAX = 4 * DRAWS, PILOT = 64 };

static const double STDERR_BOUND = 0.002, STDERR_PLANNED = 0.0018;

static int64_t sweeps = 1, first_sweep = 0;

/** Results over all experiments of one seed. */
typedef struct tally {
  int run, skipped;
  double z2, worst;
} tally;

/* ---- settings ---- */

/** x' = (v + z) / 2, y' = (v - z) / 2 in units where the scale is 1. */
static void place(setting *s, const double *v, const double *z) {
  for (int k = 0; k < DIM; k++) {
    s->x[k] = (v[k] + z[k]) / (2 * sqrt(s->scale));
    s->y[k] = (v[k] - z[k]) / (2 * sqrt(s->scale));
  }
}

/** v = x' + y' along the diagonal, where a Haar matrix without its sign fix is off most. */
static void place_diagonally(setting *s) {
  double v[DIM], z[DIM];
  for (int k = 0; k < DIM; k++) {
    v[k] = 1 / sqrt(DIM);
    z[k] = (k % 2 ? .8 : -.8) / sqrt(DIM);
  }
  place(s, v, z);
}

static void place_randomly(setting *s, test_rng *rng) {
  double v[DIM], z[DIM];
  test_rng_on_sphere(rng, DIM, 1, v);
  test_rng_on_sphere(rng, DIM, .9, z);
  place(s, v, z);
}

/** A mean near a coordinate, and not near 0: complex exponentials divide one mean by the other, and
 *  their variance grows like the exponential of the square of what the quotient misses. */
static double mean_near(double coordinate, test_rng *rng) {
  const double mean = .6 * coordinate + .05 * test_rng_normal(rng);
  return dyadic(copysign(fmax(fabs(mean), .05), mean));
}

static void give_means(setting *s, test_rng *rng) {
  s->means = true;
  for (int k = 0; k < DIM; k++) {
    s->b[k] = mean_near(s->x[k], rng);
    s->c[k] = mean_near(s->y[k], rng);
  }
}

enum { SETTINGS = 4 };

static void make_settings(setting out[SETTINGS], uint64_t seed) {
  static const char *const names[SETTINGS] = {"along the diagonal", "at random, scaled",
                                              "means, not recentred", "means, recentred"};
  static const double scales[SETTINGS] = {1, 2.25, 1, .49},
                      tilts[SETTINGS] = {-.03, .02, -.02, -.1};
  test_rng rng;
  test_rng_seed(&rng, seed);
  for (int i = 0; i < SETTINGS; i++) {
    setting *s = out + i;
    *s = (setting){.name = names[i],
                   .dim = DIM,
                   .scale = scales[i],
                   .tilt = tilts[i],
                   .recentre = i == 3 ? FAVOR_ON : FAVOR_OFF};
    if (i == 0)
      place_diagonally(s);
    else
      place_randomly(s, &rng);
    if (i >= 2) give_means(s, &rng);
  }
}

/** The variance of the arc-cosine estimate falls with the angle: a narrow one makes the test
 *  affordable. */
static void narrow(setting *s) {
  for (int k = 0; k < DIM; k++) {
    const double sum = s->x[k] + s->y[k], difference = .2 * (s->x[k] - s->y[k]);
    s->x[k] = (sum + difference) / 2;
    s->y[k] = (sum - difference) / 2;
  }
}

/* ---- one experiment ---- */

/** K^ / K of a fresh draw, or false where this setting is not for this kernel. */
static bool draw(const combination *c, const setting *s, const favor_stats *stats, uint64_t seed,
                 double *relative) {
  favor_status why;
  double estimate;
  favor_map *map = setting_map(c, s, stats, seed, &why);
  if (!map) {
    assert_status(why, FAVOR_ERR_COMBINATION);
    return false;
  }
  assert_ok(favor_kernel_estimate_f64(map, 1, s->x, DIM, 1, s->y, DIM, &estimate, 1, NULL, 0, NULL,
                                      NULL));
  favor_map_destroy(map);
  *relative = estimate / (double)expl(ref_log_kernel(c->kernel, s->scale, DIM, s->x, s->y));
  return true;
}

/** Mean squared error at s->projections: the closed form, or where none is known a pilot's
 *  variance. */
static double expected_error(const combination *c, const setting *s, const favor_stats *stats,
                             uint64_t seed) {
  const ref_law law = setting_law(c, s);
  const double known = (double)expl(ref_log_relmse(&law));
  sample pilot = {0};
  double value;
  if (!isnan(known)) return known;
  for (uint64_t i = 0; i < PILOT && draw(c, s, stats, test_mix(~seed + i), &value); i++)
    sample_add(&pilot, value);
  return pilot.n < PILOT ? 0 : 1.3 * sample_variance(&pilot);
}

/** As many projections as DRAWS maps need for the standard error planned; the last block is
 *  partial. */
static int64_t plan(const combination *c, setting *s, const favor_stats *stats, uint64_t seed) {
  s->projections = 32 * DIM + 5;
  const double one = expected_error(c, s, stats, seed) * (double)s->projections;
  const double blocks = one / (DRAWS * STDERR_PLANNED * STDERR_PLANNED) / DIM;
  return (int64_t)ceil(blocks) * DIM + 5;
}

/** E K^ / K: 1, or what an approximate coupling makes of it; NAN where no reference knows. */
static double owed_mean(const combination *c, const setting *s) {
  const ref_law law = setting_law(c, s);
  const bool shifted = s->means && s->recentre == FAVOR_ON;
  const ref_map map = {c->kernel,
                       c->estimator,
                       DIM,
                       1,
                       s->scale,
                       law.tilt,
                       NULL,
                       shifted ? s->b : NULL,
                       shifted ? s->c : NULL,
                       NULL};
  if (c->coupling == FAVOR_COUPLING_HADAMARD && ref_has_shape(c->estimator)) return NAN;
  if (c->coupling == FAVOR_COUPLING_HADAMARD && ref_knows(c->estimator))
    return (double)ref_hadamard_mean(&map, s->x, s->y);
  return c->exact ? 1 : (double)ref_relative_mean(&law);
}

/** The biases that approximate couplings state for exp(w.v): in [-|v|^4 / (4 (d + 2)), 0], and with
 *  |v| <= 1 in [-1, 1] |v|^4 / (3 D^2). */
static void check_stated_bias(const combination *c, const setting *s, const sample *drawn) {
  const ref_law law = setting_law(c, s);
  const double v2 = (double)law.sum2, mean = sample_mean(drawn), error = sample_stderr(drawn);
  const bool plain =
      c->estimator == FAVOR_ESTIMATOR_POSITIVE || c->estimator == FAVOR_ESTIMATOR_HYPERBOLIC;
  if (c->coupling == FAVOR_COUPLING_HADAMARD && plain)
    assert_true(fabs(mean - 1) <= v2 * v2 / (3 * DIM * DIM) + 5 * error);
  if (c->coupling != FAVOR_COUPLING_FIXED_NORM || !plain) return;
  assert_true(mean - 1 <= 5 * error);
  assert_true(mean - 1 >= -v2 * v2 / (4 * (DIM + 2)) - 5 * error);
  if (v2 > .9) assert_true(mean - 1 < -5 * error);
}

/** Returns z of the mean against what is owed, or NAN where the setting does not apply. */
static double experiment(const combination *c, setting s, uint64_t seed) {
  favor_stats *stats = setting_statistics(&s);
  sample drawn = {0};
  double value;
  if (c->kernel == FAVOR_KERNEL_ARCCOS1) narrow(&s);
  const double owed = owed_mean(c, &s);
  if (isnan(owed)) { /* an approximate coupling under an estimator without a reference */
    favor_stats_destroy(stats);
    return NAN;
  }
  s.projections = plan(c, &s, stats, seed);
  for (uint64_t i = 0; i < DRAWS_MAX; i++) {
    if (i >= DRAWS && sample_stderr(&drawn) <= STDERR_BOUND) break;
    if (!draw(c, &s, stats, test_mix(seed + i), &value)) break;
    sample_add(&drawn, value);
  }
  favor_stats_destroy(stats);
  if (drawn.n == 0) return NAN;
  assert_true(sample_stderr(&drawn) <= STDERR_BOUND);
  check_stated_bias(c, &s, &drawn);
  return z_score(sample_mean(&drawn), owed, sample_stderr(&drawn));
}

static void count(tally *t, const combination *c, const setting *s, double z) {
  char name[96];
  if (isnan(z)) {
    t->skipped++;
    return;
  }
  t->run++;
  t->z2 += z * z;
  t->worst = fmax(t->worst, fabs(z));
  if (!(fabs(z) < 5)) {
    print_error("%s, %s: z = %.2f\n", combination_name(c, name), s->name, z);
    fail();
  }
}

/** The softmax kernel meets the diagonal and one of the others by turns; kernels that differ from it by
 *  row scalars alone, one of all. */
static bool takes_turn(int32_t kernel, int64_t turn, int which) {
  if (kernel != FAVOR_KERNEL_SOFTMAX) return which == turn % SETTINGS;
  return which == 0 || which == 1 + turn % (SETTINGS - 1);
}

static void every_combination_is_unbiased(void **state) {
  static combination all[COMBINATIONS_MAX];
  const int n = combinations(all);
  (void)state;
  for (int64_t sweep = first_sweep; sweep < first_sweep + sweeps; sweep++) {
    const uint64_t seed = test_mix((uint64_t)sweep);
    setting settings[SETTINGS];
    tally t = {0, 0, 0, 0};
    make_settings(settings, seed);
    for (int i = 0; i < n * SETTINGS; i++) {
      const combination *c = all + i / SETTINGS;
      const setting *s = settings + i % SETTINGS;
      if (!takes_turn(c->kernel, sweep + i / SETTINGS, i % SETTINGS)) continue;
      if (c->info.unbiased) count(&t, c, s, experiment(c, *s, test_mix(seed + (uint64_t)i)));
    }
    print_message(
        "seed %d: %d experiments, %d skipped (the kernel cannot be recentred, or its bias is not "
        "known), mean z^2 = %.3f, "
        "largest |z| = %.2f\n",
        (int)sweep, t.run, t.skipped, t.z2 / t.run, t.worst);
    assert_true(t.z2 / t.run > 0.6);
    assert_true(t.z2 / t.run < 1.5);
  }
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_combination_is_unbiased)};
  const bool sweeping = argc >= 3 && argc <= 4 && strcmp(argv[1], "--seed-sweep") == 0;
  if (sweeping) sweeps = strtoll(argv[2], NULL, 10);
  if (sweeping && argc == 4) first_sweep = strtoll(argv[3], NULL, 10);
  if ((argc != 1 && !sweeping) || sweeps < 1 || first_sweep < 0) {
    fprintf(stderr, "usage: test_conformance [--seed-sweep N [FIRST]], N >= 1, FIRST >= 0\n");
    return 2;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
