/* SPDX-License-Identifier: MIT */
/* No call reads or writes outside its arrays: each lies against a page that traps, once with its
 * end and once with its start; inputs cannot be written; and the gaps between the rows of
 * outputs stay as they were. Every form of map, instruction set and precision, at shapes that
 * fit no tile, panel or vector. */
#include "robust/guard.h"
#include "robust/maps.h"

typedef struct shape {
  int64_t n, k, dim, projections, gap; /* gap: leading dimensions beyond the columns */
} shape;

static const shape shapes[] = {
    {1, 1, 1, 1, 0},   {2, 3, 3, 5, 1},     {7, 9, 17, 33, 0}, {127, 5, 16, 31, 3},
    {129, 2, 5, 7, 0}, {3, 130, 33, 64, 2}, {4, 3, 8, 513, 1},
};

#define SHAPES (int)(sizeof shapes / sizeof *shapes)

/* One call under test: map, shape and where the arrays lie. */
typedef struct setup {
  const favor_map *map;
  shape s;
  size_t real;
  guard_place place;
  const char *name;
} setup;

static size_t real_of(favor_precision precision) {
  return precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

static guarded input(const setup *u, int64_t rows, int64_t columns, uint64_t seed) {
  guarded a = guard_array(rows, columns, columns + u->s.gap, u->real, u->place);
  const int64_t n = (int64_t)(a.bytes / u->real);
  if (u->real == sizeof(float))
    fill_f32(n, a.data, seed);
  else
    fill_f64(n, a.data, seed);
  guard_read_only(&a);
  return a;
}

static guarded output(const setup *u, int64_t rows, int64_t columns, size_t element) {
  return guard_array(rows, columns, columns + u->s.gap, element, u->place);
}

/* ---- calls ---- */

static void apply(const setup *u, favor_side side, bool with_log_scale) {
  const favor_precision precision = u->real == sizeof(float) ? FAVOR_F32 : FAVOR_F64;
  size_t need = 0;
  assert_ok(favor_map_apply_workspace(u->map, precision, NULL, &need));
  guarded work = guard_work(need, u->place);
  guarded x = input(u, u->s.n, u->s.dim, 1);
  guarded phi = output(u, u->s.n, favor_map_features(u->map), u->real);
  guarded log_scale = guard_array(u->s.n, 1, 1, sizeof(double), u->place);
  double *scales = with_log_scale ? log_scale.data : NULL;
  if (precision == FAVOR_F32)
    assert_ok(favor_map_apply_f32(u->map, side, u->s.n, x.data, x.ld, phi.data, phi.ld, scales,
                                  work.data, need, NULL, NULL));
  else
    assert_ok(favor_map_apply_f64(u->map, side, u->s.n, x.data, x.ld, phi.data, phi.ld, scales,
                                  work.data, need, NULL, NULL));
  assert_gaps_untouched(&phi);
  guard_free(&work);
  guard_free(&x);
  guard_free(&phi);
  guard_free(&log_scale);
}

static void estimate(const setup *u) {
  const favor_precision precision = u->real == sizeof(float) ? FAVOR_F32 : FAVOR_F64;
  size_t need = 0;
  assert_ok(favor_kernel_estimate_workspace(u->map, precision, NULL, &need));
  guarded work = guard_work(need, u->place);
  guarded x = input(u, u->s.n, u->s.dim, 1), y = input(u, u->s.k, u->s.dim, 2);
  guarded out = output(u, u->s.n, u->s.k, u->real);
  if (precision == FAVOR_F32)
    assert_ok(favor_kernel_estimate_f32(u->map, u->s.n, x.data, x.ld, u->s.k, y.data, y.ld,
                                        out.data, out.ld, work.data, need, NULL, NULL));
  else
    assert_ok(favor_kernel_estimate_f64(u->map, u->s.n, x.data, x.ld, u->s.k, y.data, y.ld,
                                        out.data, out.ld, work.data, need, NULL, NULL));
  assert_gaps_untouched(&out);
  guard_free(&work);
  guard_free(&x);
  guard_free(&y);
  guard_free(&out);
}

static void estimate_log(const setup *u) {
  size_t need = 0;
  assert_ok(favor_kernel_estimate_workspace(u->map, FAVOR_F64, NULL, &need));
  guarded work = guard_work(need, u->place);
  guarded x = input(u, u->s.n, u->s.dim, 1), y = input(u, u->s.k, u->s.dim, 2);
  guarded out = output(u, u->s.n, u->s.k, sizeof(double)), sign = output(u, u->s.n, u->s.k, 1);
  assert_ok(favor_kernel_estimate_log_f64(u->map, u->s.n, x.data, x.ld, u->s.k, y.data, y.ld,
                                          out.data, sign.data, out.ld, work.data, need, NULL,
                                          NULL));
  assert_gaps_untouched(&out);
  assert_gaps_untouched(&sign);
  guard_free(&work);
  guard_free(&x);
  guard_free(&y);
  guard_free(&out);
  guard_free(&sign);
}

static void log_features(const setup *u) {
  const int64_t features = favor_map_features(u->map);
  guarded x = input(u, u->s.n, u->s.dim, 1);
  guarded out = output(u, u->s.n, features, sizeof(double)), sign = output(u, u->s.n, features, 1);
  assert_ok(favor_map_log_features_f64(u->map, FAVOR_KEY, u->s.n, x.data, x.ld, out.data, out.ld,
                                       sign.data, NULL));
  assert_gaps_untouched(&out);
  assert_gaps_untouched(&sign);
  guard_free(&x);
  guard_free(&out);
  guard_free(&sign);
}

static void copy_projections(const setup *u) {
  guarded w = output(u, u->s.projections, u->s.dim, u->real);
  if (u->real == sizeof(float))
    assert_ok(favor_map_copy_projections_f32(u->map, w.data, w.ld));
  else
    assert_ok(favor_map_copy_projections_f64(u->map, w.data, w.ld));
  assert_gaps_untouched(&w);
  guard_free(&w);
}

static void forecast(const setup *u) {
  guarded x = input(u, u->s.n, u->s.dim, 1), y = input(u, u->s.n, u->s.dim, 2);
  guarded out = guard_array(u->s.n, 1, 1, sizeof(double), u->place);
  assert_ok(favor_forecast_pairs_f64(u->map, u->s.n, x.data, x.ld, y.data, y.ld, out.data));
  guard_free(&x);
  guard_free(&y);
  guard_free(&out);
}

static void save_and_load(const setup *u) {
  size_t bytes = 0, again = 0;
  favor_map *map = NULL;
  assert_ok(favor_map_save(u->map, NULL, 0, &bytes));
  guarded block = guard_array(1, (int64_t)bytes, (int64_t)bytes, 1, u->place);
  assert_ok(favor_map_save(u->map, block.data, bytes, &again));
  assert_int_equal(again, bytes);
  guard_read_only(&block);
  assert_ok(favor_map_load(block.data, bytes, FAVOR_ISA_AUTO, NULL, NULL, &map));
  favor_map_destroy(map);
  guard_free(&block);
}

static void describe(const setup *u) {
  char text[1024];
  assert_ok(favor_map_describe(u->map, text, sizeof text));
  const size_t need = strlen(text) + 1;
  for (size_t bytes = need < 40 ? 1 : need - 40; bytes <= need; bytes++) {
    guarded buf = guard_array(1, (int64_t)bytes, (int64_t)bytes, 1, u->place);
    assert_status(favor_map_describe(u->map, buf.data, bytes),
                  bytes < need ? FAVOR_ERR_BUFFER : FAVOR_OK);
    guard_free(&buf);
  }
}

static void exact(const setup *u, int32_t kernel) {
  guarded x = input(u, u->s.n, u->s.dim, 1), y = input(u, u->s.k, u->s.dim, 2);
  guarded out = output(u, u->s.n, u->s.k, u->real);
  if (u->real == sizeof(float)) {
    assert_ok(favor_kernel_exact_f32(kernel, 0.5, u->s.dim, u->s.n, x.data, x.ld, u->s.k, y.data,
                                     y.ld, out.data, out.ld, NULL));
  } else {
    assert_ok(favor_kernel_exact_f64(kernel, 0.5, u->s.dim, u->s.n, x.data, x.ld, u->s.k, y.data,
                                     y.ld, out.data, out.ld, NULL));
    assert_gaps_untouched(&out);
    assert_ok(favor_kernel_exact_log_f64(kernel, 0.5, u->s.dim, u->s.n, x.data, x.ld, u->s.k,
                                         y.data, y.ld, out.data, out.ld, NULL));
  }
  assert_gaps_untouched(&out);
  guard_free(&x);
  guard_free(&y);
  guard_free(&out);
}

static void stats_calls(const setup *u) {
  favor_stats *stats = NULL;
  int64_t count = 0;
  assert_ok(favor_stats_create(u->s.dim, NULL, &stats));
  guarded x = input(u, u->s.n, u->s.dim, 1);
  if (u->real == sizeof(float))
    assert_ok(favor_stats_add_f32(stats, FAVOR_QUERY, u->s.n, x.data, x.ld, NULL));
  else
    assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, u->s.n, x.data, x.ld, NULL));
  guarded mean = guard_array(1, u->s.dim, u->s.dim, sizeof(double), u->place);
  guarded moment = guard_array(u->s.dim, u->s.dim, u->s.dim, sizeof(double), u->place);
  assert_ok(favor_stats_get(stats, FAVOR_QUERY, &count, mean.data, moment.data));
  assert_ok(favor_stats_spectrum(stats, FAVOR_QUERY, mean.data));
  size_t bytes = 0;
  assert_ok(favor_stats_save(stats, NULL, 0, &bytes));
  guarded block = guard_array(1, (int64_t)bytes, (int64_t)bytes, 1, u->place);
  assert_ok(favor_stats_save(stats, block.data, bytes, &bytes));
  guard_read_only(&block);
  favor_stats *again = NULL;
  assert_ok(favor_stats_load(block.data, bytes, NULL, NULL, &again));
  favor_stats_destroy(again);
  favor_stats_destroy(stats);
  guard_free(&x);
  guard_free(&mean);
  guard_free(&moment);
  guard_free(&block);
}

static void given_projections(const setup *u) {
  favor_map_opts opts;
  favor_map *map = NULL;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = u->s.dim;
  opts.projections = u->s.projections;
  guarded w = input(u, u->s.projections, u->s.dim, 3);
  if (u->real == sizeof(float))
    assert_ok(favor_map_create_from_projections_f32(&opts, w.data, w.ld, &map));
  else
    assert_ok(favor_map_create_from_projections_f64(&opts, w.data, w.ld, &map));
  favor_map_destroy(map);
  guard_free(&w);
}

/* ---- tests ---- */

/* Everything that a map does, for both precisions and places. */
static void use_map(const favor_map *map, const shape *s, const char *name) {
  for (int i = 0; i < 4; i++) {
    const favor_precision precision = i % 2 == 0 ? FAVOR_F32 : FAVOR_F64;
    const setup u = {map, *s, real_of(precision), i / 2 == 0 ? GUARD_BEHIND : GUARD_BEFORE, name};
    apply(&u, FAVOR_QUERY, true);
    apply(&u, FAVOR_KEY, false);
    estimate(&u);
    copy_projections(&u);
    if (precision == FAVOR_F32) continue;
    estimate_log(&u);
    log_features(&u);
    forecast(&u);
    save_and_load(&u);
    describe(&u);
  }
}

static void no_map_touches_a_byte_outside_its_arrays(void **state) {
  (void)state;
  map_case cases[MAP_CASES_MAX];
  const int n = map_cases(cases);
  for (int i = 0; i < n; i++) {
    /* How rows of W depend on each other changes no access: one coupling serves, the one with
     * blocks. */
    if (cases[i].coupling != FAVOR_COUPLING_ORTHOGONAL) continue;
    for (int j = 0; j < SHAPES; j++) {
      char name[96];
      favor_stats *stats =
          map_case_wants_statistics(&cases[i]) ? filled_stats(shapes[j].dim, NULL) : NULL;
      favor_map *map =
          map_case_create(&cases[i], shapes[j].dim, shapes[j].projections, stats, NULL);
      guard_watch(map_case_name(&cases[i], name));
      use_map(map, &shapes[j], name);
      guard_unwatch();
      favor_map_destroy(map);
      favor_stats_destroy(stats);
    }
  }
}

static void no_exact_kernel_touches_a_byte_outside_its_arrays(void **state) {
  (void)state;
  for (int j = 0; j < SHAPES * 4; j++) {
    const favor_precision precision = j % 2 == 0 ? FAVOR_F32 : FAVOR_F64;
    const guard_place place = j / 2 % 2 == 0 ? GUARD_BEHIND : GUARD_BEFORE;
    const setup u = {NULL, shapes[j / 4], real_of(precision), place, "an exact kernel"};
    guard_watch(u.name);
    for (int32_t kernel = 0; favor_kernel_name(kernel) != NULL; kernel++) exact(&u, kernel);
    guard_unwatch();
  }
}

static void no_statistics_and_no_given_projections_touch_a_byte_outside(void **state) {
  (void)state;
  for (int j = 0; j < SHAPES * 4; j++) {
    const favor_precision precision = j % 2 == 0 ? FAVOR_F32 : FAVOR_F64;
    const guard_place place = j / 2 % 2 == 0 ? GUARD_BEHIND : GUARD_BEFORE;
    const setup u = {NULL, shapes[j / 4], real_of(precision), place, "statistics"};
    guard_watch(u.name);
    stats_calls(&u);
    given_projections(&u);
    guard_unwatch();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_map_touches_a_byte_outside_its_arrays),
      cmocka_unit_test(no_exact_kernel_touches_a_byte_outside_its_arrays),
      cmocka_unit_test(no_statistics_and_no_given_projections_touch_a_byte_outside),
  };
  return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
