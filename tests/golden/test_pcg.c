/* SPDX-License-Identifier: MIT */
/* Known answers of the generator, and the first draws of a few streams. The latter are promised:
 * whoever changes one changes every map that anybody has made. */
#include "support/test.h"

#include "base/rng.h"

/* The state's high half is 0, so the first output, which is of the state before any step, is 0
 * too. */
static void dxsm_gives_its_known_answers(void **state) {
  (void)state;
  favor_rng rng = {.state = {0, 42}, .increment = {0, 109}};
  assert_int_equal(favor_rng_next(&rng), 0);
  assert_int_equal(favor_rng_next(&rng), 0xfd5d0e8cf80e0ee1U);
  assert_int_equal(favor_rng_next(&rng), 0x7980b9acbef9ce4aU);
}

/* PCG64 with the XSL-RR output and the full 128-bit multiplier: exercises all of the product. */
static const favor_u128 pcg_multiplier = {2549297995355413924U, 4865540595714422341U};

typedef favor_u128 (*product)(favor_u128 a, favor_u128 b);

static favor_u128 step(product multiply, favor_u128 s, favor_u128 increment) {
  return favor_u128_add(multiply(s, pcg_multiplier), increment);
}

static uint64_t xsl_rr(favor_u128 s) {
  const uint64_t word = s.hi ^ s.lo;
  const unsigned turn = (unsigned)(s.hi >> 58);
  return (word >> turn) | (word << ((64 - turn) & 63));
}

static void xsl_rr_gives_its_known_answers_with_both_products(void **state) {
  (void)state;
  const uint64_t expected[3] = {0x86b1da1d72062b68U, 0x1304aa46c9853d39U, 0xa3670e9e0dd50358U};
  const product products[2] = {favor_u128_mul, favor_u128_mul_portable};
  for (int path = 0; path < 2; path++) {
    const favor_u128 increment = {0, 54 << 1 | 1};
    favor_u128 s = step(products[path], (favor_u128){0, 0}, increment);
    s = step(products[path], favor_u128_add(s, (favor_u128){0, 42}), increment);
    for (int i = 0; i < 3; i++) {
      s = step(products[path], s, increment);
      assert_int_equal(xsl_rr(s), expected[i]);
    }
  }
}

typedef struct stream_row {
  uint64_t seed, stream;
  favor_purpose purpose;
  uint64_t block;
  favor_u128 state, increment;
  uint64_t first[2];
  double normals[3];
} stream_row;

static const stream_row streams[] = {
    {0,
     0,
     FAVOR_PURPOSE_DIRECTION,
     0,
     {0x2d6527ba78af243fU, 0xb5805d7ec58e4bacU},
     {0x35b3751ec9c797abU, 0x1f447d0e142bde6fU},
     {0xfc4cfa1872d0e997U, 0x1d28677b2414fb32U},
     {0x1.17a8b7637dcbcp+1, -0x1.34c025ac4a21dp+0, 0x1.51c9cab5b5cf5p+0}},
    {0,
     0,
     FAVOR_PURPOSE_NORM,
     0,
     {0x331480c509cacf0dU, 0x6aacf21eb95dcb44U},
     {0xbbbc927b2894cf12U, 0xdeb5b2ffd8dc55afU},
     {0xdb9a595e7965178eU, 0xfa49e1e4f2d18606U},
     {0x1.12126e6d630b4p+0, 0x1.010d3d2dd0b5dp+1, 0x1.04ec275170cfep+1}},
    {1,
     0,
     FAVOR_PURPOSE_DIRECTION,
     0,
     {0x693e586e6067663fU, 0xe8ed941c0b69f096U},
     {0x6ad7d0b0b9dcbd29U, 0x76128fa1c226bde5U},
     {0x6133719fc945892fU, 0xb5bf5de9c70811a3U},
     {-0x1.39a492523ff2bp-2, 0x1.1b4295fc6694p-1, 0x1.1b533c16e4a8cp-4}},
    {0,
     1,
     FAVOR_PURPOSE_DIRECTION,
     0,
     {0x302bb1d673a33275U, 0xfb2986b51a51ebf5U},
     {0x3dd2290016652cdaU, 0xbd0aa34001c2ee2dU},
     {0x6bf78f157718db8dU, 0xe004904cf35c9f1cU},
     {-0x1.9455478df4ff9p-3, 0x1.2693788836b48p+0, 0x1.3ce2c361250d8p+0}},
    {0,
     0,
     FAVOR_PURPOSE_DIRECTION,
     1,
     {0x1f69b61f3caef5b3U, 0x006b0391823e2fa1U},
     {0x621402538665e929U, 0xbb8589a344fb68efU},
     {0xb4e8bcbde8fcbac0U, 0x19df23ea5bb29620U},
     {0x1.165ff18f256d4p-1, -0x1.46890b24c524ep+0, 0x1.a013892bd09aap-1}},
    {0xffffffffffffffffU,
     0x123456789abcdefU,
     FAVOR_PURPOSE_USER,
     0xffffffffffffffffU,
     {0x0bfb0ac0eae45982U, 0xb35ec64bd4c6d19bU},
     {0x4b649dfeb083322fU, 0x4dc2797780409cc7U},
     {0xfa4fedd371e1ed14U, 0x9df58ce8d468a773U},
     {0x1.014643c5c1657p+1, 0x1.30d43b9170d4dp-2, 0x1.eae5c2dd02ac6p-1}},
};

static void streams_start_where_they_always_did(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
    const stream_row *row = &streams[i];
    favor_rng rng;
    favor_rng_start(&rng, row->seed, row->stream, row->purpose, row->block);
    assert_int_equal(rng.state.hi, row->state.hi);
    assert_int_equal(rng.state.lo, row->state.lo);
    assert_int_equal(rng.increment.hi, row->increment.hi);
    assert_int_equal(rng.increment.lo, row->increment.lo);
    assert_int_equal(favor_rng_next(&rng), row->first[0]);
    assert_int_equal(favor_rng_next(&rng), row->first[1]);
  }
}

static void normals_are_the_ones_they_always_were(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
    const stream_row *row = &streams[i];
    favor_rng rng;
    double z[3];
    favor_rng_start(&rng, row->seed, row->stream, row->purpose, row->block);
    favor_rng_normals(&rng, 3, z);
    assert_memory_equal(z, row->normals, sizeof z);
  }
}

/* Both tails and the centre of the inversion, by where the promised streams happen to go. */
static void a_long_run_of_normals_adds_up_as_it_always_did(void **state) {
  (void)state;
  favor_rng rng;
  uint64_t bits, sum = 0;
  favor_rng_start(&rng, 1, 2, FAVOR_PURPOSE_USER, 3);
  for (int i = 0; i < 100000; i++) {
    const double z = favor_rng_normal(&rng);
    memcpy(&bits, &z, sizeof bits);
    sum = sum * 0x9e3779b97f4a7c15U + bits;
  }
  assert_int_equal(sum, 0xfe9084e6794eaa03U);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dxsm_gives_its_known_answers),
      cmocka_unit_test(xsl_rr_gives_its_known_answers_with_both_products),
      cmocka_unit_test(streams_start_where_they_always_did),
      cmocka_unit_test(normals_are_the_ones_they_always_were),
      cmocka_unit_test(a_long_run_of_normals_adds_up_as_it_always_did),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
