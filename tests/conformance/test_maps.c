/* SPDX-License-Identifier: MIT */
/** Making maps: redraws, given projections, descriptions. */
#include "conformance/maps.h"
#include "support/random.h"

/* ---- projections given and redrawn ---- */

static void float32_projections_are_the_rounded_float64_ones(void **state) {
  enum { D = 9, M = 21, LDW = D + 2 };
  double w[M * LDW];
  float w32[M * LDW];
  favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_AUTO, NULL);
  favor_map *map = make(&opts);
  (void)state;
  assert_ok(favor_map_copy_projections_f64(map, w, LDW));
  assert_ok(favor_map_copy_projections_f32(map, w32, LDW));
  for (int m = 0; m < M; m++)
    for (int k = 0; k < D; k++) assert_true(w32[m * LDW + k] == (float)w[m * LDW + k]);
  favor_map_destroy(map);
}

static void given_projections_make_the_same_features(void **state) {
  enum { D = 9, M = 21, LDW = D + 2 };
  double w[M * LDW], x[D], phi[2 * M], again[2 * M], scale[2];
  float w32[M * LDW];
  char json[1024];
  favor_map *given = NULL;
  favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_HYPERBOLIC, NULL);
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 1);
  test_rng_normals(&rng, D, x);
  favor_map *map = make(&opts);
  assert_ok(favor_map_copy_projections_f64(map, w, LDW));
  assert_ok(favor_map_create_from_projections_f64(&opts, w, LDW, &given));
  assert_ok(favor_map_apply_f64(map, FAVOR_KEY, 1, x, D, phi, 2 * M, scale, NULL, 0, NULL, NULL));
  assert_ok(
      favor_map_apply_f64(given, FAVOR_KEY, 1, x, D, again, 2 * M, scale + 1, NULL, 0, NULL, NULL));
  assert_memory_equal(phi, again, sizeof phi);
  assert_true(scale[0] == scale[1]);
  assert_ok(favor_map_describe(given, json, sizeof json));
  assert_non_null(strstr(json, "\"coupling\":\"external\""));
  favor_map_destroy(given);
  assert_ok(favor_map_copy_projections_f32(map, w32, LDW));
  assert_ok(favor_map_create_from_projections_f32(&opts, w32, LDW, &given));
  assert_ok(favor_map_copy_projections_f64(given, w, LDW));
  for (int m = 0; m < M; m++)
    for (int k = 0; k < D; k++) assert_true(w[m * LDW + k] == (double)w32[m * LDW + k]);
  favor_map_destroy(given);
  favor_map_destroy(map);
}

static void a_redraw_keeps_the_fit_and_changes_the_projections(void **state) {
  enum { D = 6, M = 14 };
  const double row[D] = {1, 0, .5, 0, 0, .25};
  double w[3][M * D];
  favor_stats *stats = pair_statistics(D, row, row);
  favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_OPRF, stats);
  favor_map *redrawn = NULL, *direct = NULL;
  (void)state;
  opts.recentre = FAVOR_OFF;
  opts.seed = 5;
  opts.stream = 3;
  favor_map *map = make(&opts);
  assert_ok(favor_map_redraw(map, 6, &redrawn));
  opts.seed = 6;
  direct = make(&opts);
  assert_ok(favor_map_copy_projections_f64(map, w[0], D));
  assert_ok(favor_map_copy_projections_f64(redrawn, w[1], D));
  assert_ok(favor_map_copy_projections_f64(direct, w[2], D));
  assert_memory_equal(w[1], w[2], sizeof w[1]);
  for (int i = 0; i < M * D; i++) assert_true(w[0][i] != w[1][i]);
  assert_true(described(redrawn, "tilt") == described(map, "tilt"));
  assert_true(described(redrawn, "seed") == 6 && described(redrawn, "stream") == 3);
  favor_map_destroy(map);
  favor_map_destroy(redrawn);
  favor_map_destroy(direct);
  favor_stats_destroy(stats);
}

/** Recentred, so that the means have to be carried over, and with a seed of its own to come back
 *  to. */
static void a_redraw_with_the_first_seed_is_the_first_map(void **state) {
  enum { D = 6, M = 14, BYTES = 4096 };
  const double query[D] = {1, 0, .5, 0, 0, .25}, key[D] = {0, 3, 0, 0, -1, 0};
  unsigned char block[2][BYTES];
  size_t bytes[2];
  favor_stats *stats = pair_statistics(D, query, key);
  favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_POSITIVE, stats);
  favor_map *other = NULL, *back = NULL;
  (void)state;
  opts.seed = 9;
  favor_map *map = make(&opts);
  assert_ok(favor_map_redraw(map, 10, &other));
  assert_ok(favor_map_redraw(other, 9, &back));
  assert_ok(favor_map_save(map, block[0], BYTES, &bytes[0]));
  assert_ok(favor_map_save(back, block[1], BYTES, &bytes[1]));
  assert_int_equal(bytes[0], bytes[1]);
  assert_memory_equal(block[0], block[1], bytes[0]);
  favor_map_destroy(map);
  favor_map_destroy(other);
  favor_map_destroy(back);
  favor_stats_destroy(stats);
}

/** Streams, seeds and blocks are unrelated: no two rows of W are equal, nor two maps. */
static void every_block_has_its_own_draw(void **state) {
  enum { D = 4, M = 24 };
  static combination all[COMBINATIONS_MAX];
  double w[M * D], other[M * D];
  const int n = combinations(all);
  (void)state;
  for (int i = 0; i < n; i++) {
    favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_POSITIVE, NULL);
    opts.coupling = all[i].coupling;
    for (uint64_t stream = 0; stream < 2; stream++) {
      opts.stream = stream;
      favor_map *map = make(&opts);
      assert_ok(favor_map_copy_projections_f64(map, stream ? other : w, D));
      favor_map_destroy(map);
    }
    for (int a = 0; a < M; a++)
      for (int b = 0; b < M; b++) {
        if (a != b) assert_true(w[a * D] != w[b * D]);
        assert_true(w[a * D] != other[b * D]);
      }
  }
}

/* ---- descriptions ---- */

static void descriptions_are_one_line_of_json_with_every_choice(void **state) {
  static combination all[COMBINATIONS_MAX];
  static const char *const numbers[] = {"dim", "projections", "features", "scale"};
  const setting s = {
      .name = "", .dim = 5, .projections = 7, .scale = .1, .tilt = -.03, .recentre = FAVOR_OFF};
  const double owed[] = {5, 7, 0, .1};
  const int n = combinations(all);
  favor_stats *stats = setting_statistics(&s);
  (void)state;
  for (int i = 0; i < n; i++) {
    char json[1024], small[1024], text[64];
    favor_status why;
    favor_map *map = setting_map(all + i, &s, stats, 18446744073709551615u, &why);
    assert_non_null(map);
    assert_ok(favor_map_describe(map, json, sizeof json));
    assert_true(json_valid(json) && !strchr(json, '\n'));
    for (int k = 0; k < 4; k++)
      assert_true(described(map, numbers[k]) ==
                  (k == 2 ? (double)favor_map_features(map) : owed[k]));
    assert_int_equal(favor_map_features(map), 7 * all[i].info.features_per_projection);
    assert_true(json_string(json, "estimator", text, sizeof text));
    assert_string_equal(text, favor_estimator_name(all[i].estimator));
    assert_true(json_string(json, "coupling", text, sizeof text));
    assert_string_equal(text, favor_coupling_name(all[i].coupling));
    assert_non_null(strstr(json, "18446744073709551615"));
    assert_ok(favor_map_describe(map, small, strlen(json) + 1));
    assert_string_equal(small, json);
    assert_status(favor_map_describe(map, small, strlen(json)), FAVOR_ERR_BUFFER);
    assert_string_equal(small, "");
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

/** Rows of different blocks share nothing, not even a norm; nor do rows of one, but for sqrt(d)
 *  and for opposite ones. */
static void every_row_has_a_norm_of_its_own(void **state) {
  enum { D = 4, M = 40 };
  (void)state;
  for (int32_t c = FAVOR_COUPLING_IID; favor_coupling_name(c); c++) {
    double w[M * D], norm2[M] = {0};
    favor_map_opts opts = options(D, M, FAVOR_ESTIMATOR_POSITIVE, NULL);
    if (c == FAVOR_COUPLING_FIXED_NORM) continue;
    opts.coupling = c;
    favor_map *map = make(&opts);
    assert_ok(favor_map_copy_projections_f64(map, w, D));
    favor_map_destroy(map);
    for (int i = 0; i < M * D; i++) norm2[i / D] += w[i] * w[i];
    for (int i = 0; i < M; i++)
      for (int k = 0; k < i; k++) {
        const bool pair = c == FAVOR_COUPLING_ANTITHETIC && k == i - 1 && i % 2;
        const bool alike = fabs(norm2[i] - norm2[k]) < 1e-9 * norm2[i];
        if (alike == pair) continue;
        print_error("%s: rows %d and %d have norms %g and %g\n", favor_coupling_name(c), k, i,
                    sqrt(norm2[k]), sqrt(norm2[i]));
        fail();
      }
  }
}

/** Opposite rows under features that see w and -w alike would come to pairs of equal features. */
static void opposite_rows_are_refused_where_they_would_repeat_features(void **state) {
  static const struct {
    int32_t estimator;
    const char *message;
  } cases[] = {
      {FAVOR_ESTIMATOR_HYPERBOLIC,
       "hyperbolic features of w and -w are the same, so antithetic rows would repeat them"},
      {FAVOR_ESTIMATOR_TRIGONOMETRIC,
       "trigonometric features of w and -w are the same, so antithetic rows would repeat them"},
  };
  (void)state;
  for (int i = 0; i < 2; i++)
    for (int32_t kernel = FAVOR_KERNEL_SOFTMAX; kernel <= FAVOR_KERNEL_GAUSSIAN; kernel++) {
      favor_report report = {.size = sizeof report};
      favor_map_opts opts = options(4, 8, cases[i].estimator, NULL);
      favor_map *map = (favor_map *)&opts;
      opts.kernel = kernel;
      opts.coupling = FAVOR_COUPLING_ANTITHETIC;
      opts.report = &report;
      assert_status(favor_combination(kernel, cases[i].estimator, opts.coupling),
                    FAVOR_ERR_COMBINATION);
      assert_status(favor_map_create(&opts, &map), FAVOR_ERR_COMBINATION);
      assert_null(map);
      assert_string_equal(report.argument, "coupling");
      assert_string_equal(report.message, cases[i].message);
      opts.estimator = FAVOR_ESTIMATOR_POSITIVE;
      map = make(&opts);
      favor_map_destroy(map);
    }
}

/** What AUTO means is part of the promise: simplex rows for features that are not even, orthogonal
 *  ones for those that are; the optimal tilt with statistics, positive features without. */
static void unset_options_resolve_to_the_best_known(void **state) {
  static const struct {
    int32_t kernel, estimator;
    bool statistics;
    const char *estimator_name, *coupling_name;
  } cases[] = {
      {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_AUTO, false, "positive", "simplex"},
      {FAVOR_KERNEL_GAUSSIAN, FAVOR_ESTIMATOR_AUTO, true, "oprf", "simplex"},
      {FAVOR_KERNEL_ARCCOS1, FAVOR_ESTIMATOR_AUTO, false, "relu", NULL},
      {FAVOR_KERNEL_GAUSSIAN, FAVOR_ESTIMATOR_TRIGONOMETRIC, false, "trigonometric", "orthogonal"},
      {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_HYPERBOLIC, false, "hyperbolic", "orthogonal"},
  };
  const double row[3] = {1, 2, 3};
  favor_stats *stats = pair_statistics(3, row, row);
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char json[1024], text[64];
    favor_map_opts opts = options(3, 6, cases[i].estimator, cases[i].statistics ? stats : NULL);
    opts.kernel = cases[i].kernel;
    favor_map *map = make(&opts);
    assert_ok(favor_map_describe(map, json, sizeof json));
    assert_true(json_string(json, "estimator", text, sizeof text));
    assert_string_equal(text, cases[i].estimator_name);
    assert_true(json_string(json, "coupling", text, sizeof text));
    if (cases[i].coupling_name) assert_string_equal(text, cases[i].coupling_name);
    favor_map_destroy(map);
  }
  favor_stats_destroy(stats);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(float32_projections_are_the_rounded_float64_ones),
      cmocka_unit_test(given_projections_make_the_same_features),
      cmocka_unit_test(a_redraw_keeps_the_fit_and_changes_the_projections),
      cmocka_unit_test(a_redraw_with_the_first_seed_is_the_first_map),
      cmocka_unit_test(every_block_has_its_own_draw),
      cmocka_unit_test(descriptions_are_one_line_of_json_with_every_choice),
      cmocka_unit_test(every_row_has_a_norm_of_its_own),
      cmocka_unit_test(opposite_rows_are_refused_where_they_would_repeat_features),
      cmocka_unit_test(unset_options_resolve_to_the_best_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
