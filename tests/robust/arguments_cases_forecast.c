/* SPDX-License-Identifier: MIT */
/* What spoils the forecasts of problems, section 6 of favor.h. */
#include "robust/arguments.h"

#define STATS "favor_forecast_stats"
#define F "favor_forecast_f*"
#define POISON_REFUSED(name, row)                                                                  \
  ROW(F, POISON(name, row, NAN), FAVOR_ERR_NONFINITE),                                             \
      ROW(F, POISON(name, row, -INFINITY), FAVOR_ERR_NONFINITE)

#define LENGTH_REFUSED(function, name)                                                             \
  ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),                                                   \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_SHAPE)

#define PROBLEM_REFUSED(function)                                                                  \
  NULL_REFUSED(function, "opts"), NULL_REFUSED(function, "out"),                                   \
      ROW(function, THING("opts", THING_OPTS_ZERO), FAVOR_ERR_STRUCT),                             \
      ROW(function, THING("opts", THING_OPTS_SMALL), FAVOR_ERR_STRUCT),                            \
      ROW(function, THING("opts", THING_OPTS_A5), FAVOR_ERR_STRUCT),                               \
      ROW(function, NUL("problem"), FAVOR_OK), LENGTH_REFUSED(function, "problem.n_q"),            \
      LENGTH_REFUSED(function, "problem.n_k"), LENGTH_REFUSED(function, "problem.dv"),             \
      ENUM_REFUSED(function, "problem.mask"),                                                      \
      ROW(function, INT("problem.mask", FAVOR_MASK_CAUSAL), FAVOR_OK),                             \
      ROW(function, INT("problem.reserved", 1), FAVOR_ERR_VALUE),                                  \
      ROW(function, REAL("problem.target_error", 0.0), FAVOR_ERR_VALUE),                           \
      ROW(function, REAL("problem.target_error", -1.0), FAVOR_ERR_VALUE),                          \
      ROW(function, REAL("problem.target_error", 1.5), FAVOR_ERR_VALUE),                           \
      ROW(function, REAL("problem.target_error", NAN), FAVOR_ERR_VALUE),                           \
      ROW(function, REAL("problem.target_error", INFINITY), FAVOR_ERR_VALUE),                      \
      ROW(function, INT("opts.dim", 0), FAVOR_ERR_SHAPE),                                          \
      ROW(function, INT("opts.projections", 0), FAVOR_ERR_SHAPE),                                  \
      ENUM_REFUSED(function, "opts.kernel"), ENUM_REFUSED(function, "opts.estimator"),             \
      ENUM_REFUSED(function, "opts.coupling"), ENUM_REFUSED(function, "opts.allow_signed"),        \
      ROW(function, INT("opts.estimator", FAVOR_ESTIMATOR_AUTO), FAVOR_OK),                        \
      ROW(function, INT("opts.estimator", FAVOR_ESTIMATOR_RELU), FAVOR_ERR_COMBINATION),           \
      ROW(function, REAL("opts.scale", NAN), FAVOR_ERR_VALUE)

static const argument_case rows[] = {
    NULL_REFUSED("favor_problem_init_sized", "problem"),
    ROW("favor_problem_init_sized", INT("size", 0), FAVOR_ERR_STRUCT),
    ROW("favor_problem_init_sized", BY("size", -1), FAVOR_ERR_STRUCT),
    ROW("favor_problem_init_sized", BY("size", 64), FAVOR_OK),

    PROBLEM_REFUSED(STATS),
    NULL_REFUSED(STATS, "stats"),
    ROW(STATS, THING("stats", THING_STATS_OTHER), FAVOR_ERR_STATISTICS),
    ROW(STATS, THING("stats", THING_STATS_EMPTY), FAVOR_ERR_STATISTICS),
    ROW(STATS, THING("stats", THING_STATS_KEYLESS), FAVOR_ERR_STATISTICS),

    PROBLEM_REFUSED(F),
    COUNT_REFUSED(F, "n"),
    ROW(F, INT("n", 0), FAVOR_ERR_SHAPE),
    COUNT_REFUSED(F, "k"),
    ROW(F, INT("k", 0), FAVOR_ERR_SHAPE),
    NULL_REFUSED(F, "x"),
    NULL_REFUSED(F, "y"),
    ROW(F, NUL("v"), FAVOR_OK),
    LD_REFUSED(F, "ldx"),
    LD_REFUSED(F, "ldy"),
    LD_REFUSED(F, "ldv"),
    ROW2(F, INT("ldv", 0), NUL("v"), FAVOR_OK),
    POISON_REFUSED("x", 0),
    POISON_REFUSED("x", ARG_ROWS - 1),
    POISON_REFUSED("y", 1),
    POISON_REFUSED("v", ARG_KEYS - 1),
    ROW(F, START("y", "x"), FAVOR_OK),
    OVERLAP_REFUSED(F, "x", "out"),
    OVERLAP_REFUSED(F, "y", "out"),
    OVERLAP_REFUSED(F, "v", "out"),

    ROW(STATS, THING("problem", THING_PROBLEM_ZERO), FAVOR_ERR_STRUCT),
    ROW(STATS, THING("problem", THING_PROBLEM_SMALL), FAVOR_ERR_STRUCT),
    ROW(STATS, THING("problem", THING_PROBLEM_A5), FAVOR_ERR_STRUCT),
    ROW(STATS, THING("out", THING_FORECAST_SMALL), FAVOR_ERR_STRUCT),
    ROW(STATS, THING("out", THING_FORECAST_A5), FAVOR_ERR_STRUCT),
    ROW(F, THING("problem", THING_PROBLEM_A5), FAVOR_ERR_STRUCT),
    ROW(F, THING("out", THING_FORECAST_A5), FAVOR_ERR_STRUCT),

    ROW("favor_map_advice", NUL("map"), 1),
    ROW("favor_map_advice", THING("map", THING_MAP_GIVEN), 1),
};

const case_table cases_forecast = {rows, sizeof rows / sizeof *rows};
