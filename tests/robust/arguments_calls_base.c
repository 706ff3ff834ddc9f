/* SPDX-License-Identifier: MIT */
/* How to call the functions of sections 1 to 3 of favor.h. */
#include "robust/arguments.h"

static int64_t call_strerror(const argument *a) {
  return favor_strerror((int)a[0].i) != NULL;
}

static int64_t call_status_name(const argument *a) {
  return favor_status_name((int)a[0].i) != NULL;
}

static int64_t call_version(const argument *a) {
  (void)a;
  return favor_version() != NULL;
}

static int64_t call_report_init_sized(const argument *a) {
  return favor_report_init_sized(a[0].p, (uint64_t)a[1].i);
}

static int64_t call_pool_create(const argument *a) {
  return favor_pool_create(a[0].i, a[1].p, a[2].p);
}

static int64_t call_pool_executor(const argument *a) {
  return favor_pool_executor(a[0].p, a[1].p);
}

static int64_t call_pool_destroy(const argument *a) {
  favor_pool_destroy(a[0].p);
  return 0;
}

static int64_t call_stats_create(const argument *a) {
  return favor_stats_create(a[0].i, a[1].p, a[2].p);
}

static int64_t call_stats_add_f32(const argument *a) {
  return favor_stats_add_f32(a[0].p, (favor_side)a[1].i, a[2].i, a[3].p, a[4].i, a[5].p);
}

static int64_t call_stats_add_f64(const argument *a) {
  return favor_stats_add_f64(a[0].p, (favor_side)a[1].i, a[2].i, a[3].p, a[4].i, a[5].p);
}

static int64_t call_stats_merge(const argument *a) {
  return favor_stats_merge(a[0].p, a[1].p);
}

static int64_t call_stats_get(const argument *a) {
  return favor_stats_get(a[0].p, (favor_side)a[1].i, a[2].p, a[3].p, a[4].p);
}

static int64_t call_stats_spectrum(const argument *a) {
  return favor_stats_spectrum(a[0].p, (favor_side)a[1].i, a[2].p);
}

static int64_t call_stats_dim(const argument *a) {
  return favor_stats_dim(a[0].p);
}

static int64_t call_stats_save(const argument *a) {
  return favor_stats_save(a[0].p, a[1].p, (size_t)a[2].i, a[3].p);
}

static int64_t call_stats_load(const argument *a) {
  return favor_stats_load(a[0].p, (size_t)a[1].i, a[2].p, a[3].p, a[4].p);
}

static int64_t call_stats_destroy(const argument *a) {
  favor_stats_destroy(a[0].p);
  return 0;
}

static const call_row rows[] = {
    {"favor_strerror", "status", 0, RESULT_TEXT, CALL_PLAIN, call_strerror},
    {"favor_status_name", "status", 0, RESULT_TEXT, CALL_PLAIN, call_status_name},
    {"favor_version", "", 0, RESULT_TEXT, CALL_PLAIN, call_version},
    {"favor_report_init_sized", "report size", 0, RESULT_STATUS, CALL_PLAIN,
     call_report_init_sized},
    {"favor_pool_create", "threads allocator out", 0, RESULT_STATUS, CALL_MAKES_POOL,
     call_pool_create},
    {"favor_pool_executor", "pool out", 0, RESULT_STATUS, CALL_PLAIN, call_pool_executor},
    {"favor_pool_destroy", "pool", 0, RESULT_NOTHING, CALL_CONSUMES, call_pool_destroy},
    {"favor_stats_create", "dim allocator out", 0, RESULT_STATUS, CALL_MAKES_STATS,
     call_stats_create},
    {"favor_stats_add_f32", "stats side n x ldx report", 4, RESULT_STATUS, CALL_CHANGES,
     call_stats_add_f32},
    {"favor_stats_add_f64", "stats side n x ldx report", 8, RESULT_STATUS, CALL_CHANGES,
     call_stats_add_f64},
    {"favor_stats_merge", "into from", 0, RESULT_STATUS, CALL_CHANGES, call_stats_merge},
    {"favor_stats_get", "stats side count mean moment", 8, RESULT_STATUS, CALL_PLAIN,
     call_stats_get},
    {"favor_stats_spectrum", "stats side eigenvalues", 8, RESULT_STATUS, CALL_PLAIN,
     call_stats_spectrum},
    {"favor_stats_dim", "stats", 0, RESULT_COUNT, CALL_PLAIN, call_stats_dim},
    {"favor_stats_save", "stats block block_size bytes", 0, RESULT_STATUS, CALL_PLAIN,
     call_stats_save},
    {"favor_stats_load", "block block_size allocator report out", 0, RESULT_STATUS,
     CALL_MAKES_STATS, call_stats_load},
    {"favor_stats_destroy", "stats", 0, RESULT_NOTHING, CALL_CONSUMES, call_stats_destroy},
};

const call_table calls_base = {rows, sizeof rows / sizeof *rows};
