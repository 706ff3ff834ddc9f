/* SPDX-License-Identifier: MIT */
/** The references of couplings without a closed form, against what was derived and what is known
 *  of them. */
#include "support/closed_form.h"
#include "support/coupled_rows.h"
#include "support/random.h"
#include "support/test.h"

/** Moments of the rows of Hadamard products, as derived in src/coupling/hadamard.c: D E u_j^2 =
 *  1, and D (D + 2) times the fourth ones 3 - 8 / D^2 + 8 / D^3 and 1 + 8 / D^3. */
static void hadamard_rows_have_the_moments_that_were_derived(void **state) {
  (void)state;
  for (int size = 1; size <= 8; size *= 2) {
    const hadamard_rows *t = hadamard_table(size);
    const long double big = size;
    long double total = 0;
    assert_int_equal(t->size, size);
    for (int j = 0; j < size; j++)
      for (int k = 0; k < size; k++) {
        long double two = 0, four = 0;
        for (int i = 0; i < t->count; i++) {
          const long double a = t->row[i][j] * t->row[i][j], b = t->row[i][k] * t->row[i][k];
          two += t->probability[i] * a;
          four += t->probability[i] * a * b;
          if (j + k == 0) total += t->probability[i];
        }
        const long double owed =
            j == k ? 3 - 8 / (big * big) + 8 / powl(big, 3) : 1 + 8 / powl(big, 3);
        assert_near(big * two, 1, 1e-15);
        assert_near(big * (big + 2) * four, owed, 1e-15);
      }
    assert_near(total, 1, 1e-15);
  }
}

/** The bias that hadamard states: exp(w.v) is off by at most |v|^4 / (3 D^2) for |v| <= 1, by
 *  exact sums over directions at random, along axes and diagonals, padded dimensions included. */
static void hadamard_rows_are_biased_as_stated(void **state) {
  test_rng rng;
  double worst = 0;
  (void)state;
  test_rng_seed(&rng, 3);
  for (int64_t d = 1; d <= 8; d++) {
    const ref_map map = {
        FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, d, 1, 1, 0, NULL, NULL, NULL, NULL};
    const double size = hadamard_table(d)->size;
    for (int i = 0; i < 30; i++)
      for (double norm = .25; norm <= 1; norm *= 2) {
        double v[8], zero[8] = {0};
        test_rng_on_sphere(&rng, d, norm, v);
        for (int64_t k = 0; i <= d && k < d;
             k++) /* one to all coordinates alike, and none random */
          v[k] = k <= i ? norm / sqrt(fmin(i + 1.0, (double)d)) : 0;
        const double bias = (double)(ref_hadamard_mean(&map, v, zero) - 1);
        worst = fmax(worst, fabs(bias) * 3 * size * size / pow(norm, 4));
      }
  }
  /* and what the coupling's file says of longer v at D = 8 */
  const ref_map map = {
      FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, 8, 1, 1, 0, NULL, NULL, NULL, NULL};
  const double axis[8] = {2}, zero[8] = {0};
  double diagonal[8];
  for (int k = 0; k < 8; k++) diagonal[k] = 2 / sqrt(8);
  assert_near(100 * ref_hadamard_mean(&map, axis, zero) - 100, -3.4, .05);
  assert_near(100 * ref_hadamard_mean(&map, diagonal, zero) - 100, 4.1, .05);
  print_message("the largest bias is %.3f of the bound\n", worst);
  assert_true(worst <= 1);
}

/** Weight-dependent simplex rows over orthogonal ones, positive features, d = M = 64, |v| = 1/4,
 *  1/2, 1. From draws, good to some per cent: .003, .020, .223. By 3000 integrals given the
 *  norms, with the simplex's closed form as control: .00305, .02130, .22074, each to 3 of the
 *  last digit. */
static void weighted_simplex_rows_have_the_known_ratios(void **state) {
  static const double squares[] = {.0625, .25, 1}, given[] = {.003, .020, .223};
  static const double known[] = {.00305, .02130, .22074};
  sample error[3] = {0};
  (void)state;
  for (uint64_t seed = 0; seed < 400; seed++)
    ref_simplex_plus_errors(64, 64, test_mix(seed), 3, squares, error);
  for (int i = 0; i < 3; i++) {
    const ref_law law = {FAVOR_ESTIMATOR_POSITIVE,
                         FAVOR_COUPLING_ORTHOGONAL,
                         64,
                         64,
                         0,
                         squares[i],
                         0,
                         0,
                         NULL,
                         NULL};
    const double below = (double)expl(ref_log_relmse(&law));
    const double mean = sample_mean(&error[i]) / below, off = sample_stderr(&error[i]) / below;
    print_message("v^2 = %.4f: %.5f +- %.5f, given as %.3f\n", squares[i], mean, off, given[i]);
    assert_true(fabs(z_score(mean, known[i], off)) < 5);
    assert_true(off < .02 * mean);
    assert_near(known[i], given[i], 2.5e-3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hadamard_rows_have_the_moments_that_were_derived),
      cmocka_unit_test(hadamard_rows_are_biased_as_stated),
      cmocka_unit_test(weighted_simplex_rows_have_the_known_ratios),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
