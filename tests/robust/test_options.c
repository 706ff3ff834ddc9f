/* SPDX-License-Identifier: MIT */
/* Structs that carry their size: defined to the last byte after init, whatever was there before;
 * and never written beyond the size that the caller gave. */
#include "robust/maps.h"

#define ROOM 256 /* bytes of a struct of the future behind the known ones */

typedef favor_status (*init_function)(void *p, uint64_t size);

static favor_status init_opts(void *p, uint64_t size) {
  return favor_map_opts_init_sized(p, size);
}

static favor_status init_attention(void *p, uint64_t size) {
  return favor_map_opts_attention_sized(p, size, 64, 256);
}

static favor_status init_report(void *p, uint64_t size) {
  return favor_report_init_sized(p, size);
}

static const struct {
  init_function init;
  size_t known;
} inits[] = {
    {init_opts, sizeof(favor_map_opts)},
    {init_attention, sizeof(favor_map_opts)},
    {init_report, sizeof(favor_report)},
};

#define INITS (sizeof inits / sizeof *inits)

/* A struct of any of the kinds with room behind it. */
typedef union sized {
  favor_map_opts opts;
  favor_report report;
  favor_estimator_info estimator;
  favor_coupling_info coupling;
  uint64_t size;
  unsigned char bytes[sizeof(favor_report) + sizeof(favor_map_opts) + ROOM];
} sized;

static void assert_all(const unsigned char *bytes, size_t n, unsigned char value) {
  for (size_t i = 0; i < n; i++) assert_int_equal(bytes[i], value);
}

static void every_byte_is_defined_by_init_whatever_was_there(void **state) {
  (void)state;
  for (size_t i = 0; i < INITS; i++) {
    sized a, b;
    memset(&a, 0xA5, sizeof a);
    memset(&b, 0x5A, sizeof b);
    assert_ok(inits[i].init(&a, inits[i].known));
    assert_ok(inits[i].init(&b, inits[i].known));
    assert_memory_equal(&a, &b, inits[i].known);
    assert_all(a.bytes + inits[i].known, sizeof a - inits[i].known, 0xA5);
    assert_all(b.bytes + inits[i].known, sizeof b - inits[i].known, 0x5A);
  }
}

static void a_size_below_the_first_version_is_refused_and_nothing_written(void **state) {
  (void)state;
  for (size_t i = 0; i < INITS; i++) {
    for (uint64_t size = 0; size < inits[i].known; size++) {
      sized a;
      memset(&a, 0xA5, sizeof a);
      assert_status(inits[i].init(&a, size), FAVOR_ERR_STRUCT);
      assert_all(a.bytes, sizeof a, 0xA5);
    }
  }
}

static void a_larger_struct_of_the_future_is_never_overrun(void **state) {
  (void)state;
  for (size_t i = 0; i < INITS; i++) {
    for (uint64_t size = inits[i].known; size <= inits[i].known + ROOM; size++) {
      sized a;
      memset(&a, 0xA5, sizeof a);
      assert_ok(inits[i].init(&a, size));
      assert_true(a.size >= inits[i].known && a.size <= size);
      assert_all(a.bytes + size, sizeof a - size, 0xA5);
    }
  }
}

static void options_begin_with_the_defaults_of_the_header(void **state) {
  (void)state;
  favor_map_opts opts;
  memset(&opts, 0xA5, sizeof opts);
  assert_ok(favor_map_opts_init(&opts));
  assert_int_equal(opts.size, sizeof opts);
  assert_int_equal(opts.dim, 0);
  assert_int_equal(opts.projections, 0);
  assert_int_equal(opts.kernel, FAVOR_KERNEL_SOFTMAX);
  assert_int_equal(opts.estimator, FAVOR_ESTIMATOR_AUTO);
  assert_int_equal(opts.coupling, FAVOR_COUPLING_AUTO);
  assert_int_equal(opts.recentre, FAVOR_DEFAULT);
  assert_int_equal(opts.isa, FAVOR_ISA_AUTO);
  assert_int_equal(opts.reserved, 0);
  assert_int_equal(opts.allow_signed, FAVOR_DEFAULT);
  assert_true(opts.scale == 1.0);
  assert_true(isnan(opts.tilt));
  assert_int_equal(opts.seed, 0);
  assert_int_equal(opts.stream, 0);
  assert_null(opts.stats);
  assert_null(opts.allocator.alloc);
  assert_null(opts.allocator.free);
  assert_null(opts.report);
}

static void attention_sets_the_dimension_and_the_scale_and_nothing_else(void **state) {
  (void)state;
  favor_map_opts plain, attention;
  assert_ok(favor_map_opts_init(&plain));
  assert_ok(favor_map_opts_attention(&attention, 64, 256));
  assert_int_equal(attention.dim, 64);
  assert_int_equal(attention.projections, 256);
  assert_true(attention.scale == 0.125);
  plain.dim = attention.dim;
  plain.projections = attention.projections;
  plain.scale = attention.scale;
  assert_memory_equal(&plain, &attention, sizeof plain);
}

static void options_and_reports_have_no_padding(void **state) {
  (void)state;
  /* What a binding in another language writes down field by field. */
  assert_int_equal(sizeof(favor_map_opts), 8 + 2 * 8 + 6 * 4 + 2 * 8 + 2 * 8 + sizeof(void *) +
                                               sizeof(favor_allocator) + sizeof(void *) + 8 +
                                               2 * 4 + 3 * sizeof(void *));
  assert_int_equal(sizeof(favor_problem), 8 + 3 * 8 + 8 + 2 * 4);
  assert_int_equal(sizeof(favor_forecast), 8 + 4 * 4 + 2 * 8 + 2 * 4 * 8 + 3 * 8 + 8 + 3 * 8);
  assert_int_equal(sizeof(favor_report), 8 + 2 * 4 + 32 + 192 + 5 * 8);
  assert_int_equal(sizeof(favor_estimator_info), 8 + 8 * 4);
  assert_int_equal(sizeof(favor_coupling_info), 8 + 2 * 4 + 64);
}

/* ---- structs in use ---- */

static void set_small(favor_map_opts *opts) {
  opts->dim = 3;
  opts->projections = 4;
  opts->estimator = FAVOR_ESTIMATOR_POSITIVE;
}

static void options_of_the_future_make_the_same_map(void **state) {
  (void)state;
  favor_map_opts opts;
  sized larger;
  favor_map *map = NULL, *same = NULL;
  size_t bytes;
  assert_ok(favor_map_opts_init(&opts));
  memset(&larger, 0, sizeof larger);
  assert_ok(favor_map_opts_init_sized(&larger.opts, sizeof opts + 64));
  set_small(&opts);
  set_small(&larger.opts);
  assert_ok(favor_map_create(&opts, &map));
  assert_ok(favor_map_create(&larger.opts, &same));
  unsigned char *block = saved_map(map, &bytes);
  assert_map_is(same, block, bytes);
  free(block);
  favor_map_destroy(map);
  favor_map_destroy(same);
}

static void options_are_read_only_and_may_go_once_the_map_is_made(void **state) {
  (void)state;
  favor_map_opts opts, before;
  favor_map *map = NULL;
  char text[1024], again[1024];
  favor_stats *stats = filled_stats(3, NULL);
  assert_ok(favor_map_opts_init(&opts));
  set_small(&opts);
  opts.stats = stats;
  before = opts;
  assert_ok(favor_map_create(&opts, &map));
  assert_memory_equal(&opts, &before, sizeof opts);
  assert_ok(favor_map_describe(map, text, sizeof text));
  memset(&opts, 0xA5, sizeof opts);
  favor_stats_destroy(stats);
  assert_ok(favor_map_describe(map, again, sizeof again));
  assert_string_equal(text, again);
  favor_map_destroy(map);
}

static void each_call_overwrites_the_report_and_nothing_behind_it(void **state) {
  (void)state;
  sized report;
  favor_map_opts opts;
  favor_map *map = NULL;
  memset(&report, 0xA5, sizeof report);
  assert_ok(favor_report_init_sized(&report.report, sizeof(favor_report) + 64));
  memset(report.bytes + sizeof(favor_report), 0xA5, sizeof report - sizeof(favor_report));
  assert_ok(favor_map_opts_init(&opts));
  opts.report = &report.report;
  assert_status(favor_map_create(&opts, &map), FAVOR_ERR_SHAPE);
  assert_int_equal(report.report.status, FAVOR_ERR_SHAPE);
  assert_string_equal(report.report.argument, "dim");
  set_small(&opts);
  assert_ok(favor_map_create(&opts, &map));
  assert_int_equal(report.report.status, FAVOR_OK);
  assert_string_equal(report.report.argument, "");
  assert_string_equal(report.report.message, "");
  assert_int_equal(report.report.first_row, -1);
  assert_int_equal(report.report.size, sizeof(favor_report) + 64);
  assert_all(report.bytes + sizeof(favor_report), sizeof report - sizeof(favor_report), 0xA5);
  favor_map_destroy(map);
}

/* ---- information about members ---- */

typedef favor_status (*info_function)(int32_t id, void *p);

static favor_status estimator_info(int32_t id, void *p) {
  return favor_estimator_get_info(id, p);
}

static favor_status coupling_info(int32_t id, void *p) {
  return favor_coupling_get_info(id, p);
}

static const struct {
  info_function get;
  size_t known;
} infos[] = {
    {estimator_info, sizeof(favor_estimator_info)},
    {coupling_info, sizeof(favor_coupling_info)},
};

static void information_is_defined_to_the_last_byte_and_no_further(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof infos / sizeof *infos; i++) {
    const uint64_t sizes[] = {0, infos[i].known, infos[i].known + 8, infos[i].known + ROOM};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      sized a, b;
      const size_t end = sizes[s] == 0 ? infos[i].known : (size_t)sizes[s];
      memset(&a, 0xA5, sizeof a);
      memset(&b, 0x5A, sizeof b);
      a.size = b.size = sizes[s];
      assert_ok(infos[i].get(1, &a));
      assert_ok(infos[i].get(1, &b));
      assert_memory_equal(&a, &b, infos[i].known);
      assert_all(a.bytes + end, sizeof a - end, 0xA5);
    }
  }
}

static void information_into_too_small_a_struct_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof infos / sizeof *infos; i++) {
    for (uint64_t size = 1; size < infos[i].known; size++) {
      sized a, before;
      memset(&a, 0xA5, sizeof a);
      a.size = size;
      before = a;
      assert_status(infos[i].get(1, &a), FAVOR_ERR_STRUCT);
      assert_memory_equal(&a, &before, sizeof a);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_byte_is_defined_by_init_whatever_was_there),
      cmocka_unit_test(a_size_below_the_first_version_is_refused_and_nothing_written),
      cmocka_unit_test(a_larger_struct_of_the_future_is_never_overrun),
      cmocka_unit_test(options_begin_with_the_defaults_of_the_header),
      cmocka_unit_test(attention_sets_the_dimension_and_the_scale_and_nothing_else),
      cmocka_unit_test(options_and_reports_have_no_padding),
      cmocka_unit_test(options_of_the_future_make_the_same_map),
      cmocka_unit_test(options_are_read_only_and_may_go_once_the_map_is_made),
      cmocka_unit_test(each_call_overwrites_the_report_and_nothing_behind_it),
      cmocka_unit_test(information_is_defined_to_the_last_byte_and_no_further),
      cmocka_unit_test(information_into_too_small_a_struct_is_refused),
  };
  return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
