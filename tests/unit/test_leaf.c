/* SPDX-License-Identifier: MIT */
/** The evaluator's contract beyond the features themselves: padding, panels, dropped rows. */
#include "map/map.h"
#include "support/random.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { ROWS = 7, DIM = 11, MEMORY = 1 << 20 };

static _Alignas(64) unsigned char memory[MEMORY];
static float x32[ROWS * DIM];
static double x64[ROWS * DIM];

static double real_of(favor_precision p, const void *array, int64_t i) {
  return p == FAVOR_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

static const void *rows_of(favor_precision p) {
  return p == FAVOR_F32 ? (const void *)x32 : (const void *)x64;
}

/** Rows of size 1; row 3 has no finite norm. */
static void fill_rows(void) {
  test_rng rng;
  test_rng_seed(&rng, 2);
  for (int i = 0; i < ROWS * DIM; i++) {
    x32[i] = (float)(.3 * test_rng_normal(&rng));
    x64[i] = (double)x32[i];
  }
  x32[3 * DIM] = (float)(x64[3 * DIM] = NAN);
}

typedef void (*map_check)(const favor_map *map, favor_precision p, favor_tile *tile);

static void load_and_check(const favor_map *map, favor_precision p, map_check check) {
  favor_tile tile;
  favor_arena arena = favor_arena_over(memory, sizeof memory);
  favor_tile_layout(&tile, &map->leaf, map->table[p], ROWS, &arena);
  assert_false(arena.failed);
  favor_leaf_load(&map->leaf, favor_map_base(map), map->table[p], FAVOR_QUERY, &tile, ROWS,
                  rows_of(p), DIM);
  check(map, p, &tile);
}

/** Every estimator on every instruction set, with projections that fill panels, or not. */
static void on_every_map(map_check check) {
  static const int64_t projections[] = {1, 31, 32, 300, 513};
  favor_stats *stats = NULL;
  fill_rows();
  assert_ok(favor_stats_create(DIM, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 3, x64, DIM, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 3, x64 + 4 * DIM, DIM, NULL));
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t e = 0; e < COUNT(estimators); e++)
      for (size_t m = 0; m < COUNT(projections); m++) {
        favor_map_opts opts;
        favor_map *map = NULL;
        size_t k = 0;
        while (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) k++;
        favor_estimator_info info = {.size = sizeof info};
        assert_ok(favor_estimator_get_info(estimators[e], &info));
        if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
        assert_ok(favor_map_opts_init(&opts));
        opts.dim = DIM;
        opts.projections = projections[m];
        opts.kernel = kernels[k];
        opts.estimator = estimators[e];
        opts.coupling = FAVOR_COUPLING_IID;
        opts.isa = isas[i];
        if (info.takes_tilt) opts.tilt = -.1;
        if (info.wants_statistics) opts.stats = stats;
        assert_ok(favor_map_create(&opts, &map));
        load_and_check(map, FAVOR_F32, check);
        load_and_check(map, FAVOR_F64, check);
        favor_map_destroy(map);
      }
  favor_stats_destroy(stats);
}

/** All columns of all panels: each below the features is a number, each behind them counts for
 *  nothing. */
static void check_padding(const favor_map *map, favor_precision p, favor_tile *tile) {
  const double nothing = favor_form_has_exponent(map->leaf.form) ? -(double)INFINITY : 0;
  int64_t seen = 0;
  for (int64_t first = 0; first < map->leaf.features; first += FAVOR_PANEL) {
    const int64_t columns =
        favor_leaf_panel(&map->leaf, favor_map_base(map), map->table[p], tile, first);
    assert_true(columns > 0 && columns <= tile->ldp && columns % FAVOR_PACK == 0);
    for (int64_t i = 0; i < ROWS; i++)
      for (int64_t j = 0; j < columns; j++) {
        const double value = real_of(p, tile->panel, i * tile->ldp + j);
        if (first + j < map->leaf.features) /* powers of a coordinate that is zero vanish */
          assert_true(isfinite(value) || (map->leaf.counts && value == nothing));
        else
          assert_true(value == nothing);
      }
    seen += columns;
  }
  assert_true(seen >= map->leaf.features);
}

static void columns_behind_the_features_count_for_nothing(void **state) {
  (void)state;
  on_every_map(check_padding);
}

/** A row without a finite norm is zeros by now, so that it cannot spread through a product. */
static void check_dropped(const favor_map *map, favor_precision p, favor_tile *tile) {
  (void)map;
  assert_int_equal(tile->nonfinite, 1);
  for (int64_t i = 0; i < ROWS; i++) {
    assert_int_equal(tile->finite[i], i != 3);
    assert_true(isfinite(tile->r[i]));
  }
  for (int64_t k = 0; k < tile->ldin; k++)
    assert_true(map->leaf.counts ? isfinite(real_of(p, tile->in, 3 * tile->ldin + k))
                                 : real_of(p, tile->in, 3 * tile->ldin + k) == 0);
}

static void a_row_without_finite_norm_is_dropped_when_it_is_loaded(void **state) {
  (void)state;
  on_every_map(check_dropped);
}

/** The bits of an exponent depend on its row and feature alone: not on how many rows there are, nor
 *  on the row's place. For own kernels; a BLAS promises less. */
static void check_position(const favor_map *map, favor_precision p, favor_tile *tile) {
  static unsigned char whole[ROWS * FAVOR_PANEL * sizeof(double)];
  const size_t real = map->table[p]->real;
  const unsigned char *x = rows_of(p);
  if (map->table[p]->vector_bytes == 0) return;
  const int64_t columns = favor_leaf_panel(&map->leaf, favor_map_base(map), map->table[p], tile, 0);
  const size_t row = (size_t)columns * real;
  for (int64_t i = 0; i < ROWS; i++)
    memcpy(whole + (size_t)i * row, (unsigned char *)tile->panel + (size_t)(i * tile->ldp) * real,
           row);
  for (int64_t i = 0; i < ROWS; i++) {
    favor_leaf_load(&map->leaf, favor_map_base(map), map->table[p], FAVOR_QUERY, tile, 1,
                    x + (size_t)(i * DIM) * real, DIM);
    favor_leaf_panel(&map->leaf, favor_map_base(map), map->table[p], tile, 0);
    /* relu rows carry a power of two of their own, the same wherever they stand */
    assert_memory_equal(tile->panel, whole + (size_t)i * row, row);
  }
}

static void a_feature_has_the_same_bits_wherever_its_row_stands(void **state) {
  (void)state;
  on_every_map(check_position);
}

/** Rows whose r is not needed have the same exponents, without the cost of |G in|^2. */
static void check_relative(const favor_map *map, favor_precision p, favor_tile *tile) {
  static unsigned char whole[ROWS * FAVOR_PANEL * sizeof(double)];
  const favor_shape shape = map->leaf.shape;
  const bool turned = shape == FAVOR_SHAPE_DIAGONAL || shape == FAVOR_SHAPE_DENSE;
  const size_t bytes = (size_t)(ROWS * tile->ldp) * map->table[p]->real;
  double r[ROWS];
  memcpy(r, tile->r, sizeof r);
  favor_leaf_panel(&map->leaf, favor_map_base(map), map->table[p], tile, 0);
  memcpy(whole, tile->panel, bytes);
  tile->relative = true;
  favor_leaf_load(&map->leaf, favor_map_base(map), map->table[p], FAVOR_QUERY, tile, ROWS,
                  rows_of(p), DIM);
  favor_leaf_panel(&map->leaf, favor_map_base(map), map->table[p], tile, 0);
  assert_memory_equal(whole, tile->panel, bytes);
  for (int64_t i = 0; i < ROWS; i++) {
    if (!turned || i == 3)
      assert_true(tile->r[i] == r[i]);
    else
      assert_true(tile->r[i] > r[i]);
  }
}

static void rows_whose_scalar_is_not_needed_have_the_same_exponents(void **state) {
  (void)state;
  on_every_map(check_relative);
}

/** What a state belongs to: every number of the shape counts. */
static void the_fingerprint_covers_matrices_and_tilts(void **state) {
  const double x[4] = {1, .5, .25, -1}, y[4] = {.25, -1, 2, .5};
  favor_map_opts opts;
  favor_stats *stats = NULL;
  (void)state;
  assert_ok(favor_stats_create(2, NULL, &stats));
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, 2, x, 2, NULL));
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, 2, y, 2, NULL));
  for (size_t e = 0; e < COUNT(estimators); e++) {
    favor_map *map = NULL;
    assert_ok(favor_map_opts_init(&opts));
    if (favor_combination(opts.kernel, estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
    opts.dim = opts.projections = 2;
    opts.estimator = estimators[e];
    opts.stats = stats;
    assert_ok(favor_map_create(&opts, &map));
    const favor_matrices m = favor_map_matrices(map);
    const uint64_t before = map->fingerprint;
    favor_map_seal(map);
    assert_true(map->fingerprint == before);
    for (int64_t i = 0; i < 2 * favor_shape_reals(m.shape, 2) + (m.a ? 2 : 0); i++) {
      const int64_t reals = favor_shape_reals(m.shape, 2);
      double *number = i < reals       ? m.g[0] + i
                       : i < 2 * reals ? m.g[1] + i - reals
                                       : m.a + i - 2 * reals;
      const double kept = *number;
      *number += 1;
      favor_map_seal(map);
      assert_true(map->fingerprint != before);
      *number = kept;
    }
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_behind_the_features_count_for_nothing),
      cmocka_unit_test(a_row_without_finite_norm_is_dropped_when_it_is_loaded),
      cmocka_unit_test(a_feature_has_the_same_bits_wherever_its_row_stands),
      cmocka_unit_test(rows_whose_scalar_is_not_needed_have_the_same_exponents),
      cmocka_unit_test(the_fingerprint_covers_matrices_and_tilts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
