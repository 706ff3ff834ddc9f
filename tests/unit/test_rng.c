/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/rng.h"
#include "support/random.h"
#include "support/statistics.h"

static bool same(favor_u128 a, favor_u128 b) {
  return a.hi == b.hi && a.lo == b.lo;
}

static favor_rng started(uint64_t seed, uint64_t block) {
  favor_rng rng;
  favor_rng_start(&rng, seed, 0, FAVOR_PURPOSE_USER, block);
  return rng;
}

/* Values at which carries and digits change: 0, 1, all ones, single bits, and their neighbours. */
static favor_u128 edge(int which) {
  const favor_u128 ones = {UINT64_MAX, UINT64_MAX};
  if (which < 128) {
    return which < 64 ? (favor_u128){0, (uint64_t)1 << which}
                      : (favor_u128){(uint64_t)1 << (which - 64), 0};
  }
  const favor_u128 power = edge(which % 128);
  if (which < 256) return favor_u128_add(power, ones); /* 2^k - 1 */
  if (which < 384) return favor_u128_add(ones, (favor_u128){~power.hi, ~power.lo});
  return which == 384 ? (favor_u128){0, 0} : ones;
}

static void sums_carry_between_the_halves(void **state) {
  (void)state;
  const favor_u128 ones = {UINT64_MAX, UINT64_MAX}, one = {0, 1}, low = {0, UINT64_MAX};
  assert_true(same(favor_u128_add(ones, one), (favor_u128){0, 0}));
  assert_true(same(favor_u128_add(low, one), (favor_u128){1, 0}));
  assert_true(same(favor_u128_add(low, low), (favor_u128){1, UINT64_MAX - 1}));
  assert_true(same(favor_u128_add(ones, ones), (favor_u128){UINT64_MAX, UINT64_MAX - 1}));
}

/* The product by adding shifted copies: shares nothing with either path. */
static favor_u128 product_by_bits(favor_u128 a, favor_u128 b) {
  favor_u128 sum = {0, 0};
  for (int bit = 0; bit < 128; bit++) {
    const uint64_t word = bit < 64 ? b.lo : b.hi;
    if ((word >> (bit % 64)) & 1) sum = favor_u128_add(sum, a);
    a = favor_u128_add(a, a);
  }
  return sum;
}

static void both_products_agree_with_shift_and_add_at_every_edge(void **state) {
  (void)state;
  for (int i = 0; i < 386; i++) {
    for (int j = 0; j < 386; j++) {
      const favor_u128 a = edge(i), b = edge(j), expected = product_by_bits(a, b);
      assert_true(same(favor_u128_mul(a, b), expected));
      assert_true(same(favor_u128_mul_portable(a, b), expected));
    }
  }
}

static void both_products_agree_on_random_values(void **state) {
  (void)state;
  test_rng random;
  test_rng_seed(&random, 1);
  for (int i = 0; i < 200000; i++) {
    const favor_u128 a = {test_rng_next(&random), test_rng_next(&random)};
    const favor_u128 b = {test_rng_next(&random), test_rng_next(&random)};
    assert_true(same(favor_u128_mul(a, b), favor_u128_mul_portable(a, b)));
    if (i % 100 == 0) assert_true(same(favor_u128_mul(a, b), product_by_bits(a, b)));
  }
}

/* The first outputs of the stream of four words with one bit flipped, or none for bit < 0. */
static void outputs_of(const uint64_t words[4], int bit, uint64_t out[2]) {
  uint64_t w[4];
  memcpy(w, words, sizeof w);
  if (bit >= 0) w[bit / 64] ^= (uint64_t)1 << (bit % 64);
  favor_rng rng;
  favor_rng_start(&rng, w[0], w[1], (favor_purpose)(int)w[2], w[3]);
  out[0] = favor_rng_next(&rng);
  out[1] = favor_rng_next(&rng);
}

static int bits_set(uint64_t word) {
  int count = 0;
  for (; word != 0; word &= word - 1) count++;
  return count;
}

static void every_bit_of_what_starts_a_stream_changes_half_of_its_output(void **state) {
  (void)state;
  sample all = {0};
  test_rng random;
  test_rng_seed(&random, 2);
  for (int bit = 0; bit < 256; bit++) {
    if (bit / 64 == 2 && bit % 64 > 30) continue; /* the purpose is a small enumeration */
    sample flips = {0};
    for (int i = 0; i < 200; i++) {
      const uint64_t words[4] = {test_rng_next(&random), test_rng_next(&random),
                                 test_rng_next(&random) >> 33, test_rng_next(&random)};
      uint64_t before[2], after[2];
      outputs_of(words, -1, before);
      outputs_of(words, bit, after);
      const double flipped = bits_set(before[0] ^ after[0]) + bits_set(before[1] ^ after[1]);
      sample_add(&flips, flipped);
      sample_add(&all, flipped);
    }
    /* Each of 128 bits flips with probability 1/2: mean 64, variance 32. */
    assert_near(z_score(sample_mean(&flips), 64, sqrt(32.0 / 200)), 0, 5);
  }
  assert_near(z_score(sample_mean(&all), 64, sqrt(32.0 / (double)all.n)), 0, 5);
  assert_near(z_score(sample_variance(&all), 32, sample_variance_stderr(&all)), 0, 5);
}

static void the_order_of_what_starts_a_stream_matters(void **state) {
  (void)state;
  const uint64_t words[4] = {1, 2, 3, 4};
  uint64_t straight[2], swapped[2];
  outputs_of(words, -1, straight);
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < i; j++) {
      uint64_t w[4];
      memcpy(w, words, sizeof w);
      w[i] = words[j];
      w[j] = words[i];
      outputs_of(w, -1, swapped);
      assert_int_not_equal(straight[0], swapped[0]);
      assert_int_not_equal(straight[1], swapped[1]);
    }
  }
}

static void increments_are_odd_and_differ_between_streams(void **state) {
  (void)state;
  for (uint64_t block = 0; block < 1000; block++) {
    const favor_rng a = started(0, block), b = started(0, block + 1);
    assert_int_equal(a.increment.lo & 1, 1);
    assert_false(same(a.increment, b.increment));
    assert_false(same(a.state, b.state));
  }
}

static void a_jump_is_that_many_steps(void **state) {
  (void)state;
  const uint64_t counts[] = {0, 1, 2, 3, 63, 64, 65, 255, 1000, 4097};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    favor_rng stepped = started(7, i), jumped = stepped;
    for (uint64_t k = 0; k < counts[i]; k++) favor_rng_next(&stepped);
    favor_rng_jump(&jumped, (favor_u128){0, counts[i]});
    assert_true(same(stepped.state, jumped.state));
    assert_true(same(stepped.increment, jumped.increment));
    assert_int_equal(favor_rng_next(&stepped), favor_rng_next(&jumped));
  }
}

static void jumps_add_up_and_the_period_is_two_to_the_128(void **state) {
  (void)state;
  test_rng random;
  test_rng_seed(&random, 3);
  for (int i = 0; i < 100; i++) {
    const favor_u128 a = {test_rng_next(&random), test_rng_next(&random)};
    const favor_u128 b = {test_rng_next(&random), test_rng_next(&random)};
    favor_rng twice = started(8, (uint64_t)i), once = twice, back = twice;
    favor_rng_jump(&twice, a);
    favor_rng_jump(&twice, b);
    favor_rng_jump(&once, favor_u128_add(a, b));
    assert_true(same(twice.state, once.state));
    /* 2^128 - a more steps than a are none. */
    const favor_u128 rest = favor_u128_add((favor_u128){~a.hi, ~a.lo}, (favor_u128){0, 1});
    favor_rng_jump(&back, a);
    favor_rng_jump(&back, rest);
    const favor_rng start = started(8, (uint64_t)i);
    assert_true(same(back.state, start.state));
  }
}

static void streams_are_uncorrelated(void **state) {
  (void)state;
  /* Products of two centred uniforms have mean 0 and variance 1/144. */
  favor_rng a = started(1, 0), next_block = started(1, 1), next_seed = started(2, 0);
  double blocks = 0, seeds = 0, lag = 0, last = 0;
  const int n = 200000;
  for (int i = 0; i < n; i++) {
    const double u = favor_rng_uniform(&a) - 0.5;
    blocks += u * (favor_rng_uniform(&next_block) - 0.5);
    seeds += u * (favor_rng_uniform(&next_seed) - 0.5);
    lag += u * last;
    last = u;
  }
  const double standard_error = sqrt(n / 144.0);
  assert_near(blocks / standard_error, 0, 5);
  assert_near(seeds / standard_error, 0, 5);
  assert_near(lag / standard_error, 0, 5);
}

static void every_output_bit_is_set_half_of_the_time(void **state) {
  (void)state;
  favor_rng rng = started(3, 0);
  int set[64] = {0};
  const int n = 100000;
  for (int i = 0; i < n; i++) {
    const uint64_t word = favor_rng_next(&rng);
    for (int bit = 0; bit < 64; bit++) set[bit] += (int)((word >> bit) & 1);
  }
  for (int bit = 0; bit < 64; bit++) assert_near(z_score(set[bit], n / 2.0, sqrt(n / 4.0)), 0, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_carry_between_the_halves),
      cmocka_unit_test(both_products_agree_with_shift_and_add_at_every_edge),
      cmocka_unit_test(both_products_agree_on_random_values),
      cmocka_unit_test(every_bit_of_what_starts_a_stream_changes_half_of_its_output),
      cmocka_unit_test(the_order_of_what_starts_a_stream_matters),
      cmocka_unit_test(increments_are_odd_and_differ_between_streams),
      cmocka_unit_test(a_jump_is_that_many_steps),
      cmocka_unit_test(jumps_add_up_and_the_period_is_two_to_the_128),
      cmocka_unit_test(streams_are_uncorrelated),
      cmocka_unit_test(every_output_bit_is_set_half_of_the_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
