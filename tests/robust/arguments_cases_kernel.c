/* SPDX-License-Identifier: MIT */
/* What spoils the functions of sections 5 and 6 of favor.h. */
#include "robust/arguments.h"

#define EXACT "favor_kernel_exact_*"
#define EXACT_F "favor_kernel_exact_f*"
#define EXACT_LOG "favor_kernel_exact_log_f64"
#define ESTIMATE_F "favor_kernel_estimate_f*"
#define ESTIMATE_LOG "favor_kernel_estimate_log_f64"
#define FORECAST "favor_forecast_pairs_f64"

#define INPUTS_REFUSED(function)                                                                   \
  COUNT_REFUSED(function, "n"), ROW(function, INT("n", 0), FAVOR_OK),                              \
      ROW2(function, NUL("x"), INT("n", 0), FAVOR_OK), NULL_REFUSED(function, "x"),                \
      LD_REFUSED(function, "ldx"), NULL_REFUSED(function, "y"), LD_REFUSED(function, "ldy"),       \
      ROW(function, START("y", "x"), FAVOR_OK)

#define KEYS_REFUSED(function)                                                                     \
  COUNT_REFUSED(function, "k"), ROW(function, INT("k", 0), FAVOR_OK),                              \
      ROW2(function, NUL("y"), INT("k", 0), FAVOR_OK)

#define WORK_REFUSED(function)                                                                     \
  NULL_REFUSED(function, "map"), ROW(function, NUL("work"), FAVOR_OK),                             \
      ROW(function, BY("work", 1), FAVOR_ERR_WORKSPACE),                                           \
      ROW(function, BY("work", 32), FAVOR_ERR_WORKSPACE),                                          \
      ROW(function, BY("work_size", -1), FAVOR_ERR_WORKSPACE),                                     \
      ROW(function, INT("work_size", 0), FAVOR_ERR_WORKSPACE),                                     \
      EXECUTOR_REFUSED(function, "executor"),                                                      \
      ROW2(function, THING("executor", THING_EXECUTOR_THREE), NUL("work"), FAVOR_OK),              \
      OVERLAP_REFUSED(function, "x", "work"), OVERLAP_REFUSED(function, "y", "work"),              \
      ROW(function, START("work", "x"), FAVOR_ERR_ALIAS),                                          \
      ROW(function, START("work", "y"), FAVOR_ERR_ALIAS)

#define OUTPUT_REFUSED(function, name)                                                             \
  NULL_REFUSED(function, name), LD_REFUSED(function, "ldo"), OVERLAP_REFUSED(function, name, "x"), \
      OVERLAP_REFUSED(function, name, "y"), OVERLAP_REFUSED(function, "x", name),                  \
      OVERLAP_REFUSED(function, "y", name), ROW(function, BEHIND(name, "x"), FAVOR_OK),            \
      ROW(function, BEHIND("y", name), FAVOR_OK)

static const argument_case rows[] = {
    ENUM_REFUSED(EXACT, "kernel"),
    ROW(EXACT, REAL("scale", 0.0), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", -1.0), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", NAN), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", INFINITY), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", -INFINITY), FAVOR_ERR_VALUE),
    ROW(EXACT, INT("dim", 0), FAVOR_ERR_SHAPE),
    ROW(EXACT, INT("dim", -1), FAVOR_ERR_SHAPE),
    ROW(EXACT, INT("dim", 65537), FAVOR_ERR_SHAPE),
    ROW(EXACT, INT("dim", INT64_MIN), FAVOR_ERR_SHAPE),
    ROW(EXACT, INT("dim", INT64_MAX), FAVOR_ERR_SHAPE),
    INPUTS_REFUSED(EXACT),
    KEYS_REFUSED(EXACT),
    OUTPUT_REFUSED(EXACT_F, "out"),
    OUTPUT_REFUSED(EXACT_LOG, "log_out"),
    REPORT_ACCEPTED(EXACT, "report"),

    INPUTS_REFUSED(ESTIMATE_F),
    KEYS_REFUSED(ESTIMATE_F),
    WORK_REFUSED(ESTIMATE_F),
    OUTPUT_REFUSED(ESTIMATE_F, "out"),
    OVERLAP_REFUSED(ESTIMATE_F, "out", "work"),
    ROW(ESTIMATE_F, START("work", "out"), FAVOR_ERR_ALIAS),
    REPORT_ACCEPTED(ESTIMATE_F, "report"),

    INPUTS_REFUSED(ESTIMATE_LOG),
    KEYS_REFUSED(ESTIMATE_LOG),
    WORK_REFUSED(ESTIMATE_LOG),
    OUTPUT_REFUSED(ESTIMATE_LOG, "log_out"),
    OVERLAP_REFUSED(ESTIMATE_LOG, "log_out", "work"),
    OVERLAP_REFUSED(ESTIMATE_LOG, "log_out", "sign"),
    ROW(ESTIMATE_LOG, NUL("sign"), FAVOR_OK),
    OVERLAP_REFUSED(ESTIMATE_LOG, "sign", "x"),
    OVERLAP_REFUSED(ESTIMATE_LOG, "sign", "y"),
    OVERLAP_REFUSED(ESTIMATE_LOG, "sign", "log_out"),
    OVERLAP_REFUSED(ESTIMATE_LOG, "sign", "work"),
    ROW(ESTIMATE_LOG, START("work", "log_out"), FAVOR_ERR_ALIAS),
    ROW(ESTIMATE_LOG, START("work", "sign"), FAVOR_ERR_ALIAS),
    REPORT_ACCEPTED(ESTIMATE_LOG, "report"),

    NULL_REFUSED(FORECAST, "map"),
    INPUTS_REFUSED(FORECAST),
    NULL_REFUSED(FORECAST, "log_relmse"),
    OVERLAP_REFUSED(FORECAST, "log_relmse", "x"),
    OVERLAP_REFUSED(FORECAST, "log_relmse", "y"),
    OVERLAP_REFUSED(FORECAST, "x", "log_relmse"),
    OVERLAP_REFUSED(FORECAST, "y", "log_relmse"),
    ROW(FORECAST, BEHIND("log_relmse", "x"), FAVOR_OK),
};

const case_table cases_kernel = {rows, sizeof rows / sizeof *rows};
