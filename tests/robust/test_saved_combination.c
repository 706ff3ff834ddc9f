/* SPDX-License-Identifier: MIT */
/** Saved sums and products of maps: the same map bit for bit, or a refusal, whatever became of the block. */
#include "robust/saved_maps.h"

/* The layout, written down once more: the first term has two factors and the second one. */
enum {
  AT_LEAVES = 24,
  AT_TERMS = 32,
  AT_WEIGHT = 40,
  AT_FACTORS = 48,
  AT_LEAF = 56, /* of the first factor */
  AT_LAST_LEAF = 88,
  AT_BYTES = 96,
  AT_BLOCK = 104,
  DIM = 2,
  PROJECTIONS = 8 /* 3 + 2 + 3 */
};

static favor_map *leaf(int32_t estimator, int64_t projections, uint64_t stream) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = DIM;
  opts.projections = projections;
  opts.estimator = estimator;
  opts.stream = stream;
  assert_ok(favor_map_create(&opts, &map));
  return map;
}

/** -1/2 a b + 3 c. */
static favor_map *make(void) {
  favor_map *a = leaf(FAVOR_ESTIMATOR_TRIGONOMETRIC, 3, 1),
            *b = leaf(FAVOR_ESTIMATOR_POSITIVE, 2, 2);
  favor_map *c = leaf(FAVOR_ESTIMATOR_POSITIVE, 3, 3), *product = NULL, *sum = NULL;
  const double weights[2] = {-.5, 3};
  assert_ok(favor_map_tensor(NULL, a, b, &product));
  const favor_map *parts[] = {product, c};
  assert_ok(favor_map_concat(NULL, 2, parts, weights, &sum));
  favor_map_destroy(product);
  favor_map_destroy(a);
  favor_map_destroy(b);
  favor_map_destroy(c);
  return sum;
}

static damage_kind combination_kind(void) {
  damage_kind kind = saved_map_kind(DIM, PROJECTIONS);
  /* Its leaves are made first, and copied. */
  kind.factor *= 2;
  kind.room *= 6;
  return kind;
}

static void a_loaded_combination_gives_the_same_bits(void **state) {
  (void)state;
  enum { N = 5, F = 15 };
  favor_map *map = make(), *loaded = NULL;
  double x[N * DIM], phi[2][N * F], scale[2][N];
  char text[2][4096];
  size_t bytes;
  unsigned char *block = saved_map(map, &bytes);
  assert_ok(favor_map_load(block, bytes, FAVOR_ISA_AUTO, NULL, NULL, &loaded));
  assert_map_is(loaded, block, bytes);
  fill_f64(N * DIM, x, 4);
  for (int m = 0; m < 2; m++) {
    const favor_map *which = m ? loaded : map;
    assert_int_equal(favor_map_features(which), F);
    assert_ok(favor_map_describe(which, text[m], sizeof text[m]));
    assert_ok(
        favor_map_apply_f64(which, FAVOR_KEY, N, x, DIM, phi[m], F, scale[m], NULL, 0, NULL, NULL));
  }
  assert_memory_equal(phi[0], phi[1], sizeof phi[0]);
  assert_memory_equal(scale[0], scale[1], sizeof scale[0]);
  assert_string_equal(text[0], text[1]);
  favor_map_destroy(loaded);
  favor_map_destroy(map);
  free(block);
}

static void damage_is_refused_or_passes_validation(void **state) {
  (void)state;
  size_t bytes;
  favor_map *map = make();
  unsigned char *block = saved_map(map, &bytes);
  const damage_kind kind = combination_kind();
  favor_map_destroy(map);
  assert_true(damage_try(&kind, block, bytes));
  assert_int_equal(damage_truncations(&kind, block, bytes, false).loaded, 0);
  assert_int_equal(damage_truncations(&kind, block, bytes, true).loaded, 0);
  assert_int_equal(damage_flips(&kind, block, bytes, 1, false).loaded, 0);
  /* Behind the frame's checksum those of the leaves still stand: only the terms are free. */
  const damage_count flips = damage_flips(&kind, block, bytes, 1, true);
  assert_in_range(flips.loaded, 2 * 50, 64 * (AT_BYTES - AT_WEIGHT) / 8);
  free(block);
}

static void refuse(unsigned char *block, size_t bytes, favor_status expected) {
  favor_map *map = NULL;
  favor_report report;
  assert_ok(favor_report_init(&report));
  damage_repair_checksum(block, bytes);
  assert_status(favor_map_load(block, bytes, FAVOR_ISA_AUTO, NULL, &report, &map), expected);
  assert_null(map);
  assert_int_equal(strncmp(report.argument, "block", 5), 0); /* a leaf may be told by block_size */
}

static void lists_that_no_combination_has_are_refused(void **state) {
  (void)state;
  const struct {
    size_t at;
    bool number;
    uint64_t field;
    double value;
  } bad[] = {{AT_LEAVES, false, 0, 0},
             {AT_LEAVES, false, 17, 0},
             {AT_LEAVES, false, 2, 0},
             {AT_LEAVES, false, UINT64_MAX, 0},
             {AT_TERMS, false, 0, 0},
             {AT_TERMS, false, 65, 0},
             {AT_WEIGHT, true, 0, 0},
             {AT_WEIGHT, true, 0, NAN},
             {AT_WEIGHT, true, 0, 1e-310},
             {AT_FACTORS, false, 0, 0},
             {AT_FACTORS, false, 5, 0},
             {AT_LEAF, false, 3, 0},
             {AT_LEAF, false, 2, 0} /* leaf 0 is of no term */,
             {AT_BYTES, false, 8, 0},
             {AT_BYTES, false, UINT64_MAX, 0}};
  size_t bytes;
  favor_map *map = make();
  unsigned char *block = saved_map(map, &bytes), *copy = malloc(bytes);
  assert_non_null(copy);
  favor_map_destroy(map);
  assert_int_equal(damage_field(block, AT_LAST_LEAF), 2);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    memcpy(copy, block, bytes);
    if (bad[i].number)
      damage_set_number(copy, bad[i].at, bad[i].value);
    else
      damage_set_field(copy, bad[i].at, bad[i].field);
    refuse(copy, bytes, FAVOR_ERR_FORMAT);
  }
  free(copy);
  free(block);
}

/** A leaf times itself would load as a quietly biased map. */
static void products_of_one_draw_are_refused(void **state) {
  (void)state;
  size_t bytes;
  favor_map *map = make();
  unsigned char *block = saved_map(map, &bytes);
  favor_map_destroy(map);
  damage_set_field(block, AT_LEAF,
                   2); /* the product is of leaves 2 and 2, the sum's term of leaf 0 */
  damage_set_field(block, AT_LEAF + 8, 2);
  damage_set_field(block, AT_LAST_LEAF, 0);
  refuse(block, bytes, FAVOR_ERR_FORMAT); /* leaf 1 is of no term */
  damage_set_field(block, AT_LEAVES, 3);
  damage_set_field(block, AT_LEAF, 0);
  damage_set_field(block, AT_LEAF + 8, 1);
  damage_set_field(block, AT_LAST_LEAF, 2);
  /* The second leaf on the draw of the first. */
  const size_t second = AT_BLOCK + (size_t)damage_field(block, AT_BYTES) + 8;
  const size_t stream = 80;
  damage_set_field(block, second + stream, damage_field(block, AT_BLOCK + stream));
  damage_repair_checksum(block + second, (size_t)damage_field(block, second - 8));
  refuse(block, bytes, FAVOR_ERR_VALUE);
  free(block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_loaded_combination_gives_the_same_bits),
      cmocka_unit_test(damage_is_refused_or_passes_validation),
      cmocka_unit_test(lists_that_no_combination_has_are_refused),
      cmocka_unit_test(products_of_one_draw_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
