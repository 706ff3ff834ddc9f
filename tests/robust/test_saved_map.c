/* SPDX-License-Identifier: MIT */
/** Saved maps: the same map bit for bit, or a refusal, whatever became of the block. Small maps of
 *  every estimator, coupling and kernel; larger ones: test_saved_map_large.c. */
#include "robust/allocator.h"
#include "robust/saved_maps.h"

static void loaded_maps_give_the_same_bits(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = map_cases(cases);
  enum { dim = 5, projections = 7, rows = 4 };
  for (int i = 0; i < n; i++) {
    favor_stats *stats = filled_stats(dim, NULL);
    favor_map *map = map_case_create(&cases[i], dim, projections, stats, NULL), *loaded = NULL;
    const int64_t features = favor_map_features(map);
    size_t bytes;
    unsigned char *block = saved_map(map, &bytes);
    assert_ok(favor_map_load(block, bytes, cases[i].isa, NULL, NULL, &loaded));
    assert_map_is(loaded, block, bytes);
    double x[rows * dim], w[2][projections * dim], phi[2][rows * 2 * projections], scale[2][rows];
    float x32[rows * dim], phi32[2][rows * 2 * projections];
    char text[2][1024];
    fill_f64(rows * dim, x, 8);
    fill_f32(rows * dim, x32, 9);
    for (int side = FAVOR_QUERY; side <= FAVOR_KEY; side++)
      for (int m = 0; m < 2; m++) {
        const favor_map *which = m == 0 ? map : loaded;
        assert_ok(favor_map_copy_projections_f64(which, w[m], dim));
        assert_ok(favor_map_describe(which, text[m], sizeof text[m]));
        assert_ok(favor_map_apply_f64(which, (favor_side)side, rows, x, dim, phi[m], features,
                                      scale[m], NULL, 0, NULL, NULL));
        assert_ok(favor_map_apply_f32(which, (favor_side)side, rows, x32, dim, phi32[m], features,
                                      NULL, NULL, 0, NULL, NULL));
        if (m == 0) continue;
        const size_t values = (size_t)(rows * features);
        assert_memory_equal(w[0], w[1], sizeof w[0]);
        assert_memory_equal(phi[0], phi[1], values * sizeof(double));
        assert_memory_equal(phi32[0], phi32[1], values * sizeof(float));
        assert_memory_equal(scale[0], scale[1], sizeof scale[0]);
        assert_string_equal(text[0], text[1]);
      }
    free(block);
    favor_map_destroy(map);
    favor_map_destroy(loaded);
    favor_stats_destroy(stats);
  }
}

/* Two given projections {1, -0.5}, {2, 0.25} with scale 0.5, as version 0.1 saved them: this
 * block has to stay readable. */
static const unsigned char saved_by_0_1[] = {
    0x66, 0x61, 0x76, 0x6f, 0x72, 0x6d, 0x61, 0x70, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xd0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0xbf,
    0xef, 0x39, 0xfa, 0xfe, 0x42, 0x2e, 0xd6, 0xbf, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0xbf, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xd0, 0x3f, 0x95, 0x92, 0xc1, 0xfe, 0x00, 0x00, 0x00, 0x00,
};

static void a_block_of_version_0_1_is_read_and_written_alike(void **state) {
  (void)state;
  favor_map *map = NULL;
  const double x[2] = {0.5, 1.0}, dots[2] = {0.0, 1.25};
  double w[4], phi[2];
  assert_ok(favor_map_load(saved_by_0_1, sizeof saved_by_0_1, FAVOR_ISA_AUTO, NULL, NULL, &map));
  assert_map_is(map, saved_by_0_1, sizeof saved_by_0_1);
  assert_ok(favor_map_copy_projections_f64(map, w, 2));
  assert_true(w[0] == 1 && w[1] == -0.5 && w[2] == 2 && w[3] == 0.25);
  assert_ok(favor_map_apply_f64(map, FAVOR_KEY, 1, x, 2, phi, 2, NULL, NULL, 0, NULL, NULL));
  for (int j = 0; j < 2; j++) {
    /* positive features: exp(sqrt(scale) w.x - scale |x|^2 / 2) / sqrt(2) */
    const double value = exp(sqrt(0.5) * dots[j] - 0.25 * 1.25) / sqrt(2.0);
    assert_near(phi[j], value, 8 * DBL_EPSILON);
  }
  favor_map_destroy(map);
}

static void a_map_saves_alike_from_every_instruction_set(void **state) {
  (void)state;
  const int32_t isas[] = {
#define LIST_ISA(name, symbol, value, text) value,
      FAVOR_ISA_LIST(LIST_ISA)};
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  for (int i = 0; i < n; i++) {
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], 3, 9, &bytes);
    for (size_t k = 0; k < sizeof isas / sizeof *isas; k++) {
      favor_map *map = NULL;
      const favor_status status = favor_map_load(block, bytes, isas[k], NULL, NULL, &map);
      assert_status(status, favor_isa_check(isas[k]));
      if (status == FAVOR_OK) assert_map_is(map, block, bytes);
      favor_map_destroy(map);
    }
    free(block);
  }
}

static void save_tells_its_size_and_writes_no_more(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  map_cases(cases);
  favor_map *map = map_case_create(&cases[0], 2, 3, NULL, NULL);
  unsigned char block[1024];
  size_t bytes = 0, written = 0;
  assert_ok(favor_map_save(map, NULL, 0, &bytes));
  assert_int_equal(bytes, SAVED_ARRAYS + 8 * (2 + 2 + 3 * 2) + 8);
  memset(block, 0xA5, sizeof block);
  assert_status(favor_map_save(map, block, bytes - 1, &written), FAVOR_ERR_BUFFER);
  assert_int_equal(written, bytes);
  for (size_t i = 0; i < sizeof block; i++) assert_int_equal(block[i], 0xA5);
  assert_ok(favor_map_save(map, block, sizeof block, &written));
  assert_int_equal(written, bytes);
  for (size_t i = bytes; i < sizeof block; i++) assert_int_equal(block[i], 0xA5);
  favor_map_destroy(map);
}

static void every_truncation_is_refused(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  const damage_kind kind = saved_map_kind(2, 3);
  for (int i = 0; i < n; i++) {
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], 2, 3, &bytes);
    assert_true(damage_try(&kind, block, bytes));
    assert_int_equal(damage_truncations(&kind, block, bytes, false).loaded, 0);
    assert_int_equal(damage_truncations(&kind, block, bytes, true).loaded, 0);
    free(block);
  }
}

static void every_bit_flip_is_refused_or_passes_validation(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  const damage_kind kind = saved_map_kind(2, 2);
  for (int i = 0; i < n; i++) {
    size_t bytes;
    unsigned char *block = saved_map_make(&cases[i], 2, 2, &bytes);
    const damage_count plain = damage_flips(&kind, block, bytes, 1, false);
    assert_int_equal(plain.tried, 8 * bytes);
    assert_int_equal(plain.loaded, 0); /* a checksum of 32 bits finds every single flip */
    const damage_count repaired = damage_flips(&kind, block, bytes, 1, true);
    assert_int_equal(repaired.tried, 8 * bytes - 32);
    /* Most bits of W are free; none of magic, length, shape or kind is. */
    assert_in_range(repaired.loaded, 4 * 32, repaired.tried - 5 * 64);
    free(block);
  }
}

static void fields_that_no_map_has_are_refused_before_memory_is_taken(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  map_cases(cases);
  const struct {
    size_t at;
    bool number;
    uint64_t field;
    double value;
  } bad[] = {
      {SAVED_DIM, false, 0, 0},
      {SAVED_DIM, false, 3, 0},
      {SAVED_DIM, false, 65536, 0},
      {SAVED_DIM, false, 65537, 0},
      {SAVED_DIM, false, UINT64_MAX, 0},
      {SAVED_PROJECTIONS, false, 0, 0},
      {SAVED_PROJECTIONS, false, 4, 0},
      {SAVED_PROJECTIONS, false, UINT64_C(1) << 24, 0},
      {SAVED_PROJECTIONS, false, UINT64_C(1) << 60, 0},
      {SAVED_KERNEL, false, 99, 0},
      {SAVED_KERNEL, false, UINT64_C(1) << 32, 0},
      {SAVED_ESTIMATOR, false, 0, 0},
      {SAVED_ESTIMATOR, false, 99, 0},
      {SAVED_COUPLING, false, 0, 0},
      {SAVED_COUPLING, false, 99, 0},
      {SAVED_RECENTRE, false, 2, 0},
      {SAVED_FORM, false, 99, 0},
      {SAVED_SCALE, true, 0, 0},
      {SAVED_SCALE, true, 0, -1},
      {SAVED_SCALE, true, 0, INFINITY},
      {SAVED_SCALE, true, 0, NAN},
      {SAVED_GAIN, true, 0, NAN},
      {SAVED_TILT, true, 0, 0.25},
      {SAVED_TILT, true, 0, NAN},
      {SAVED_QUADRATIC, true, 0, INFINITY},
      {SAVED_CONSTANT, true, 0, NAN},
  };
  test_allocator allocator = {0};
  const favor_allocator hook = test_allocator_hook(&allocator);
  favor_map *map = NULL;
  size_t bytes;
  unsigned char *block = saved_map_make(&cases[0], 2, 3, &bytes), *copy = malloc(bytes);
  assert_non_null(copy);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    memcpy(copy, block, bytes);
    if (bad[i].number)
      damage_set_number(copy, bad[i].at, bad[i].value);
    else
      damage_set_field(copy, bad[i].at, bad[i].field);
    damage_repair_checksum(copy, bytes);
    const favor_status status = favor_map_load(copy, bytes, FAVOR_ISA_AUTO, &hook, NULL, &map);
    if (status != FAVOR_ERR_FORMAT && status != FAVOR_ERR_VALUE) {
      print_error("field at %zu, case %zu: %s\n", bad[i].at, i, favor_status_name(status));
      fail();
    }
    assert_null(map);
    assert_int_equal(atomic_load(&allocator.calls), 0);
  }
  free(copy);
  free(block);
}

static void numbers_that_no_map_has_are_refused(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = saved_map_cases(cases);
  const double bad[] = {NAN, INFINITY, -INFINITY, DBL_MAX, 1e200};
  size_t bytes;
  favor_map *map = NULL;
  for (int i = 0; i < n; i++) {
    unsigned char *block = saved_map_make(&cases[i], 2, 3, &bytes), *copy = malloc(bytes);
    assert_non_null(copy);
    for (size_t at = SAVED_ARRAYS; at < bytes - 8; at += 8)
      for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        memcpy(copy, block, bytes);
        damage_set_number(copy, at, bad[b]);
        damage_repair_checksum(copy, bytes);
        /* The rest of a recipe with phases stands before the arrays. */
        const bool phases = cases[i].estimator == FAVOR_ESTIMATOR_COMPLEX_GERF ||
                            cases[i].estimator == FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL;
        const bool recipe = phases && at < SAVED_ARRAYS + 32;
        const favor_status status = favor_map_load(copy, bytes, FAVOR_ISA_AUTO, NULL, NULL, &map);
        if (!recipe || status != FAVOR_ERR_FORMAT) assert_status(status, FAVOR_ERR_VALUE);
        assert_null(map);
      }
    free(copy);
    free(block);
  }
}

static void load_checks_its_arguments_and_survives_failing_allocators(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  map_cases(cases);
  size_t bytes;
  unsigned char *block = saved_map_make(&cases[0], 2, 3, &bytes);
  favor_map *map = (favor_map *)&map;
  favor_report report;
  assert_ok(favor_report_init(&report));
  assert_status(favor_map_load(NULL, bytes, FAVOR_ISA_AUTO, NULL, &report, &map), FAVOR_ERR_NULL);
  assert_null(map);
  assert_status(favor_map_load(block, bytes, FAVOR_ISA_AUTO, NULL, &report, NULL), FAVOR_ERR_NULL);
  assert_status(favor_map_load(block, bytes, 99, NULL, &report, &map), FAVOR_ERR_ENUM);
  block[8] = 2; /* the next major version */
  damage_repair_checksum(block, bytes);
  assert_status(favor_map_load(block, bytes, FAVOR_ISA_AUTO, NULL, &report, &map),
                FAVOR_ERR_VERSION);
  block[8] = 1;
  damage_repair_checksum(block, bytes);
  favor_status status = FAVOR_ERR_MEMORY;
  for (int64_t k = 1; status == FAVOR_ERR_MEMORY; k++) {
    test_allocator allocator = {0};
    const favor_allocator hook = test_allocator_hook(&allocator);
    test_allocator_fail_at(&allocator, k);
    map = (favor_map *)&map;
    status = favor_map_load(block, bytes, FAVOR_ISA_AUTO, &hook, &report, &map);
    assert_true(status == FAVOR_OK || (status == FAVOR_ERR_MEMORY && map == NULL));
    assert_true(status == FAVOR_OK || test_allocator_failed(&allocator));
    assert_true(k > 1 || status == FAVOR_ERR_MEMORY);
    favor_map_destroy(map);
    assert_balanced(&allocator);
  }
  free(block);
}

/* Bytes behind the last number, be they fewer than a number's: refused, but for those of a newer minor version. */
static void bytes_behind_the_last_number_are_refused(void **state) {
  enum { most = 16, minor_at = 12 };
  unsigned char longer[sizeof saved_by_0_1 + most];
  (void)state;
  for (size_t more = 1; more <= most; more++)
    for (unsigned char minor = 0; minor < 2; minor++) {
      favor_map *map = NULL;
      memset(longer, 0, sizeof longer);
      memcpy(longer, saved_by_0_1, sizeof saved_by_0_1 - 8);
      longer[minor_at] = minor;
      damage_repair_length(longer, sizeof saved_by_0_1 + more);
      assert_status(
          favor_map_load(longer, sizeof saved_by_0_1 + more, FAVOR_ISA_AUTO, NULL, NULL, &map),
          minor > 0 ? FAVOR_OK : FAVOR_ERR_FORMAT);
      favor_map_destroy(map);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loaded_maps_give_the_same_bits),
      cmocka_unit_test(a_block_of_version_0_1_is_read_and_written_alike),
      cmocka_unit_test(a_map_saves_alike_from_every_instruction_set),
      cmocka_unit_test(save_tells_its_size_and_writes_no_more),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(bytes_behind_the_last_number_are_refused),
      cmocka_unit_test(every_bit_flip_is_refused_or_passes_validation),
      cmocka_unit_test(fields_that_no_map_has_are_refused_before_memory_is_taken),
      cmocka_unit_test(numbers_that_no_map_has_are_refused),
      cmocka_unit_test(load_checks_its_arguments_and_survives_failing_allocators),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
