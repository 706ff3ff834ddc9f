/* SPDX-License-Identifier: MIT */
/** The hash of the bottom-k sample: a random number to look at, and the same for ever. */
#include "map/stats_sample.h"
#include "support/random.h"
#include "support/statistics.h"
#include "support/test.h"

static void hash_is_part_of_the_format(void **state) {
  (void)state;
  const double one[] = {1.0}, three[] = {0.5, -2.0, 1e300}, zeros[4] = {0};
  assert_true(favor_sample_hash(1, one) == UINT64_C(0x449df6c3c987f24f));
  assert_true(favor_sample_hash(3, three) == UINT64_C(0xc976d859544addf6));
  assert_true(favor_sample_hash(4, zeros) == UINT64_C(0x0d51e3136027762c));
}

static void hash_takes_negative_zero_as_zero(void **state) {
  (void)state;
  const double plus[] = {0.0, 1.0}, minus[] = {-0.0, 1.0}, negative[] = {0.0, -1.0};
  assert_true(favor_sample_hash(2, plus) == favor_sample_hash(2, minus));
  assert_true(favor_sample_hash(2, plus) != favor_sample_hash(2, negative));
}

static void hash_depends_on_place_and_length(void **state) {
  (void)state;
  const double a[] = {1, 2, 0}, b[] = {2, 1, 0};
  assert_true(favor_sample_hash(2, a) != favor_sample_hash(2, b));
  assert_true(favor_sample_hash(2, a) != favor_sample_hash(3, a));
}

/* Turning one bit of the input turns each bit of the hash half the time: 64 binomial z-scores. */
static void every_input_bit_turns_half_the_bits_of_the_hash(void **state) {
  (void)state;
  int64_t turned[64] = {0}, trials = 0;
  test_rng rng;
  test_rng_seed(&rng, 5);
  for (int row = 0; row < 200; row++) {
    uint64_t bits[3];
    for (int i = 0; i < 3; i++) bits[i] = test_rng_next(&rng);
    double x[3];
    memcpy(x, bits, sizeof x);
    const uint64_t before = favor_sample_hash(3, x);
    for (int bit = 0; bit < 192; bit++, trials++) {
      bits[bit / 64] ^= UINT64_C(1) << bit % 64;
      memcpy(x, bits, sizeof x);
      bits[bit / 64] ^= UINT64_C(1) << bit % 64;
      const uint64_t change = before ^ favor_sample_hash(3, x);
      for (int out = 0; out < 64; out++) turned[out] += (int64_t)(change >> out & 1);
    }
  }
  for (int out = 0; out < 64; out++)
    assert_near(z_score((double)turned[out], 0.5 * (double)trials, 0.5 * sqrt((double)trials)), 0,
                5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hash_is_part_of_the_format),
      cmocka_unit_test(hash_takes_negative_zero_as_zero),
      cmocka_unit_test(hash_depends_on_place_and_length),
      cmocka_unit_test(every_input_bit_turns_half_the_bits_of_the_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
