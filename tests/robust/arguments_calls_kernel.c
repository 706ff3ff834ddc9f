/* SPDX-License-Identifier: MIT */
/* How to call the lists of section 4 and the functions of sections 5 and 6 of favor.h. */
#include "robust/arguments.h"

static int64_t call_kernel_name(const argument *a) {
  return favor_kernel_name((int32_t)a[0].i) != NULL;
}

static int64_t call_estimator_name(const argument *a) {
  return favor_estimator_name((int32_t)a[0].i) != NULL;
}

static int64_t call_coupling_name(const argument *a) {
  return favor_coupling_name((int32_t)a[0].i) != NULL;
}

static int64_t call_isa_name(const argument *a) {
  return favor_isa_name((int32_t)a[0].i) != NULL;
}

static int64_t call_estimator_get_info(const argument *a) {
  return favor_estimator_get_info((int32_t)a[0].i, a[1].p);
}

static int64_t call_coupling_get_info(const argument *a) {
  return favor_coupling_get_info((int32_t)a[0].i, a[1].p);
}

static int64_t call_combination(const argument *a) {
  return favor_combination((int32_t)a[0].i, (int32_t)a[1].i, (int32_t)a[2].i);
}

static int64_t call_isa_check(const argument *a) {
  return favor_isa_check((int32_t)a[0].i);
}

static int64_t call_exact_f32(const argument *a) {
  return favor_kernel_exact_f32((int32_t)a[0].i, a[1].f, a[2].i, a[3].i, a[4].p, a[5].i, a[6].i,
                                a[7].p, a[8].i, a[9].p, a[10].i, a[11].p);
}

static int64_t call_exact_f64(const argument *a) {
  return favor_kernel_exact_f64((int32_t)a[0].i, a[1].f, a[2].i, a[3].i, a[4].p, a[5].i, a[6].i,
                                a[7].p, a[8].i, a[9].p, a[10].i, a[11].p);
}

static int64_t call_exact_log_f64(const argument *a) {
  return favor_kernel_exact_log_f64((int32_t)a[0].i, a[1].f, a[2].i, a[3].i, a[4].p, a[5].i, a[6].i,
                                    a[7].p, a[8].i, a[9].p, a[10].i, a[11].p);
}

static int64_t call_estimate_workspace(const argument *a) {
  return favor_kernel_estimate_workspace(a[0].p, (favor_precision)a[1].i, a[2].p, a[3].p);
}

static int64_t call_estimate_f32(const argument *a) {
  return favor_kernel_estimate_f32(a[0].p, a[1].i, a[2].p, a[3].i, a[4].i, a[5].p, a[6].i, a[7].p,
                                   a[8].i, a[9].p, (size_t)a[10].i, a[11].p, a[12].p);
}

static int64_t call_estimate_f64(const argument *a) {
  return favor_kernel_estimate_f64(a[0].p, a[1].i, a[2].p, a[3].i, a[4].i, a[5].p, a[6].i, a[7].p,
                                   a[8].i, a[9].p, (size_t)a[10].i, a[11].p, a[12].p);
}

static int64_t call_estimate_log_f64(const argument *a) {
  return favor_kernel_estimate_log_f64(a[0].p, a[1].i, a[2].p, a[3].i, a[4].i, a[5].p, a[6].i,
                                       a[7].p, a[8].p, a[9].i, a[10].p, (size_t)a[11].i, a[12].p,
                                       a[13].p);
}

static int64_t call_forecast_pairs(const argument *a) {
  return favor_forecast_pairs_f64(a[0].p, a[1].i, a[2].p, a[3].i, a[4].p, a[5].i, a[6].p);
}

static const call_row rows[] = {
    {"favor_kernel_name", "kernel", 0, RESULT_TEXT, CALL_PLAIN, call_kernel_name},
    {"favor_estimator_name", "estimator", 0, RESULT_TEXT, CALL_PLAIN, call_estimator_name},
    {"favor_coupling_name", "coupling", 0, RESULT_TEXT, CALL_PLAIN, call_coupling_name},
    {"favor_isa_name", "isa", 0, RESULT_TEXT, CALL_PLAIN, call_isa_name},
    {"favor_estimator_get_info", "estimator info", 0, RESULT_STATUS, CALL_PLAIN,
     call_estimator_get_info},
    {"favor_coupling_get_info", "coupling info", 0, RESULT_STATUS, CALL_PLAIN,
     call_coupling_get_info},
    {"favor_combination", "kernel estimator coupling", 0, RESULT_STATUS, CALL_PLAIN,
     call_combination},
    {"favor_isa_check", "isa", 0, RESULT_STATUS, CALL_PLAIN, call_isa_check},
    {"favor_kernel_exact_f32", "kernel scale dim n x ldx k y ldy out ldo report", 4, RESULT_STATUS,
     CALL_PLAIN, call_exact_f32},
    {"favor_kernel_exact_f64", "kernel scale dim n x ldx k y ldy out ldo report", 8, RESULT_STATUS,
     CALL_PLAIN, call_exact_f64},
    {"favor_kernel_exact_log_f64", "kernel scale dim n x ldx k y ldy log_out ldo report", 8,
     RESULT_STATUS, CALL_PLAIN, call_exact_log_f64},
    {"favor_kernel_estimate_workspace", "map precision executor bytes", 0, RESULT_STATUS,
     CALL_PLAIN, call_estimate_workspace},
    {"favor_kernel_estimate_f32", "map n x ldx k y ldy out ldo work work_size executor report", 4,
     RESULT_STATUS, CALL_PLAIN, call_estimate_f32},
    {"favor_kernel_estimate_f64", "map n x ldx k y ldy out ldo work work_size executor report", 8,
     RESULT_STATUS, CALL_PLAIN, call_estimate_f64},
    {"favor_kernel_estimate_log_f64",
     "map n x ldx k y ldy log_out sign ldo work work_size executor report", 8, RESULT_STATUS,
     CALL_PLAIN, call_estimate_log_f64},
    {"favor_forecast_pairs_f64", "map n x ldx y ldy log_relmse", 8, RESULT_STATUS, CALL_PLAIN,
     call_forecast_pairs},
};

const call_table calls_kernel = {rows, sizeof rows / sizeof *rows};
