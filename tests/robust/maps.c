/* SPDX-License-Identifier: MIT */
#include "robust/maps.h"

#define LIST_VALUE(name, symbol, value, text) value,

static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t couplings[] = {FAVOR_COUPLING_LIST(LIST_VALUE)};
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

/** The coupling of one kernel, estimator and instruction set: the next valid one from `turn` on. */
static int32_t coupling_in_turn(int32_t kernel, int32_t estimator, int turn) {
  for (int i = 0; i < COUNT(couplings); i++) {
    const int32_t coupling = couplings[(turn + i) % COUNT(couplings)];
    if (favor_combination(kernel, estimator, coupling) == FAVOR_OK) return coupling;
  }
  return 0;
}

int map_cases(map_case cases[MAP_CASES_MAX]) {
  int n = 0;
  for (int k = 0; k < COUNT(kernels); k++)
    for (int e = 0; e < COUNT(estimators); e++)
      for (int i = 0; i < COUNT(isas); i++) {
        const int32_t coupling = coupling_in_turn(kernels[k], estimators[e], n);
        if (coupling == 0 || favor_isa_check(isas[i]) != FAVOR_OK) continue;
        assert_true(n < MAP_CASES_MAX);
        cases[n++] = (map_case){
            .kernel = kernels[k], .estimator = estimators[e], .coupling = coupling, .isa = isas[i]};
      }
  assert_true(n > 0);
  return n;
}

int map_laws(map_case cases[MAP_CASES_MAX]) {
  int n = 0;
  for (int k = 0; k < COUNT(kernels); k++)
    for (int e = 0; e < COUNT(estimators); e++)
      for (int c = 0; c < COUNT(couplings); c++) {
        if (favor_combination(kernels[k], estimators[e], couplings[c]) != FAVOR_OK) continue;
        assert_true(n < MAP_CASES_MAX);
        cases[n++] = (map_case){.kernel = kernels[k],
                                .estimator = estimators[e],
                                .coupling = couplings[c],
                                .isa = FAVOR_ISA_AUTO};
      }
  return n;
}

const char *map_case_name(const map_case *c, char buf[96]) {
  snprintf(buf, 96, "%s %s %s %s", favor_kernel_name(c->kernel), favor_estimator_name(c->estimator),
           favor_coupling_name(c->coupling), favor_isa_name(c->isa));
  return buf;
}

bool map_case_wants_statistics(const map_case *c) {
  favor_estimator_info info = {.size = sizeof info};
  assert_ok(favor_estimator_get_info(c->estimator, &info));
  return info.wants_statistics != 0;
}

void map_case_opts(const map_case *c, int64_t dim, int64_t projections, const favor_stats *stats,
                   favor_map_opts *opts) {
  favor_estimator_info info = {.size = sizeof info};
  assert_ok(favor_estimator_get_info(c->estimator, &info));
  assert_ok(favor_map_opts_init(opts));
  opts->dim = dim;
  opts->projections = projections;
  opts->kernel = c->kernel;
  opts->estimator = c->estimator;
  opts->coupling = c->coupling;
  opts->isa = c->isa;
  opts->scale = 0.5;
  opts->seed = 7;
  opts->stats = stats;
  if (info.takes_tilt && stats == NULL) opts->tilt = 0.1;
  if (info.takes_tilt_imag) opts->tilt_imag = 0.03;
}

favor_map *map_case_create(const map_case *c, int64_t dim, int64_t projections,
                           const favor_stats *stats, const favor_allocator *allocator) {
  favor_map_opts opts;
  favor_map *map = NULL;
  favor_report report;
  char name[96];
  favor_report_init(&report);
  map_case_opts(c, dim, projections, stats, &opts);
  if (allocator != NULL) opts.allocator = *allocator;
  opts.report = &report;
  const favor_status status = favor_map_create(&opts, &map);
  if (status != FAVOR_OK)
    print_error("%s: %s, %s: %s\n", map_case_name(c, name), favor_status_name(status),
                report.argument, report.message);
  assert_ok(status);
  assert_non_null(map);
  return map;
}

favor_stats *filled_stats(int64_t dim, const favor_allocator *allocator) {
  favor_stats *stats = NULL;
  const int64_t rows = 32;
  double *x = malloc(sizeof *x * (size_t)(rows * dim));
  assert_non_null(x);
  assert_ok(favor_stats_create(dim, allocator, &stats));
  fill_f64(rows * dim, x, 101);
  assert_ok(favor_stats_add_f64(stats, FAVOR_QUERY, rows, x, dim, NULL));
  fill_f64(rows * dim, x, 102);
  assert_ok(favor_stats_add_f64(stats, FAVOR_KEY, rows, x, dim, NULL));
  free(x);
  return stats;
}

void fill_f64(int64_t n, double *x, uint64_t seed) {
  uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  for (int64_t i = 0; i < n; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    x[i] = (double)(int64_t)(state >> 11) * 0x1p-52 - 1.0;
  }
}

void fill_f32(int64_t n, float *x, uint64_t seed) {
  double value;
  for (int64_t i = 0; i < n; i++) {
    fill_f64(1, &value, seed + (uint64_t)i);
    x[i] = (float)value;
  }
}

unsigned char *saved_map(const favor_map *map, size_t *bytes) {
  assert_ok(favor_map_save(map, NULL, 0, bytes));
  unsigned char *block = malloc(*bytes);
  assert_non_null(block);
  assert_ok(favor_map_save(map, block, *bytes, bytes));
  return block;
}

unsigned char *saved_stats(const favor_stats *stats, size_t *bytes) {
  assert_ok(favor_stats_save(stats, NULL, 0, bytes));
  unsigned char *block = malloc(*bytes);
  assert_non_null(block);
  assert_ok(favor_stats_save(stats, block, *bytes, bytes));
  return block;
}

void assert_map_is(const favor_map *map, const unsigned char *block, size_t bytes) {
  size_t now_bytes = 0;
  unsigned char *now = saved_map(map, &now_bytes);
  assert_int_equal(now_bytes, bytes);
  assert_memory_equal(now, block, bytes);
  free(now);
}

void assert_stats_are(const favor_stats *stats, const unsigned char *block, size_t bytes) {
  size_t now_bytes = 0;
  unsigned char *now = saved_stats(stats, &now_bytes);
  assert_int_equal(now_bytes, bytes);
  assert_memory_equal(now, block, bytes);
  free(now);
}
