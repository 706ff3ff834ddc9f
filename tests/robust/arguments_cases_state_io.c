/* SPDX-License-Identifier: MIT */
/* What spoils keys into a state and queries out of it. */
#include "robust/arguments.h"

#define ABSORB "favor_state_absorb_f3*" /* not absorb_features */
#define ABSORB64 "favor_state_absorb_f64"
#define READ "favor_state_read_f3*"
#define READ64 "favor_state_read_f64"
#define CAUSAL "favor_state_causal_f*"
#define STEP "favor_state_step_many_f*"
#define ABSORB_MADE "favor_state_absorb_features_f*"
#define READ_MADE "favor_state_read_features_f*"

#define STATE_REFUSED(function, name)                                                              \
  NULL_REFUSED(function, name), ROW(function, THING(name, THING_STATE_ODD), FAVOR_ERR_STATE),      \
      ROW(function, THING(name, THING_STATE_NONE), FAVOR_ERR_STATE),                               \
      ROW(function, THING(name, THING_STATE_PRECISION), FAVOR_ERR_STATE)
#define WORK_REFUSED(function)                                                                     \
  ROW(function, NUL("work"), FAVOR_OK), ROW(function, BY("work", 8), FAVOR_ERR_WORKSPACE),         \
      ROW(function, BY("work_size", -1), FAVOR_ERR_WORKSPACE),                                     \
      ROW(function, INT("work_size", 0), FAVOR_ERR_WORKSPACE),                                     \
      ROW2(function, INT("work_size", 0), NUL("work"), FAVOR_OK)
#define INPUT_REFUSED(function, name, ld)                                                          \
  NULL_REFUSED(function, name), ROW2(function, NUL(name), INT("n", 0), FAVOR_OK),                  \
      LD_REFUSED(function, ld)
#define POISON_REFUSED(function, name)                                                             \
  ROW(function, POISON(name, 0, NAN), FAVOR_ERR_NONFINITE),                                        \
      ROW(function, POISON(name, 2, INFINITY), FAVOR_ERR_NONFINITE),                               \
      ROW(function, POISON(name, ARG_ROWS - 1, -INFINITY), FAVOR_ERR_NONFINITE)
#define ROWS_REFUSED(function) COUNT_REFUSED(function, "n"), ROW(function, INT("n", 0), FAVOR_OK)

#define KEYS(function, state)                                                                      \
  INPUT_REFUSED(function, "k", "ldk"), INPUT_REFUSED(function, "v", "ldv"),                        \
      POISON_REFUSED(function, "k"), POISON_REFUSED(function, "v"),                                \
      OVERLAP_REFUSED(function, "k", state), OVERLAP_REFUSED(function, "v", state),                \
      OVERLAP_REFUSED(function, "k", "work"), OVERLAP_REFUSED(function, "v", "work"),              \
      ROW(function, BEHIND("k", state), FAVOR_OK)
#define OUTPUTS(function, state)                                                                   \
  INPUT_REFUSED(function, "out", "ldo"), OVERLAP_REFUSED(function, "out", state),                  \
      OVERLAP_REFUSED(function, "out", "q"), OVERLAP_REFUSED(function, "q", "out"),                \
      OVERLAP_REFUSED(function, "out", "work"), ROW(function, BEHIND("out", state), FAVOR_OK)
#define QUERIES(function, state)                                                                   \
  INPUT_REFUSED(function, "q", "ldq"), OVERLAP_REFUSED(function, "q", "work"),                     \
      OUTPUTS(function, state)
#define LOG_NORM(function, state)                                                                  \
  ROW(function, NUL("log_norm"), FAVOR_OK), OVERLAP_REFUSED(function, "log_norm", "q"),            \
      OVERLAP_REFUSED(function, "log_norm", "out"), OVERLAP_REFUSED(function, "log_norm", state),  \
      OVERLAP_REFUSED(function, "log_norm", "work"), OVERLAP_REFUSED(function, "q", "log_norm")

#define ABSORB_CASES(function)                                                                     \
  NULL_REFUSED(function, "map"), STATE_REFUSED(function, "state"),                                 \
      ROW(function, THING("state", THING_STATE_MAP), FAVOR_ERR_STATE), ROWS_REFUSED(function),     \
      KEYS(function, "state"), WORK_REFUSED(function), OVERLAP_REFUSED(function, "work", "state"), \
      REPORT_ACCEPTED(function, "report")
#define READ_CASES(function)                                                                       \
  NULL_REFUSED(function, "map"), STATE_REFUSED(function, "state"),                                 \
      ROW(function, THING("state", THING_STATE_MAP), FAVOR_ERR_STATE), ROWS_REFUSED(function),     \
      QUERIES(function, "state"), LOG_NORM(function, "state"), WORK_REFUSED(function),             \
      REPORT_ACCEPTED(function, "report")

static const argument_case rows[] = {
    ABSORB_CASES(ABSORB),
    ABSORB_CASES(ABSORB64),
    READ_CASES(READ),
    READ_CASES(READ64),

    NULL_REFUSED(CAUSAL, "map"),
    STATE_REFUSED(CAUSAL, "state"),
    ROW(CAUSAL, THING("state", THING_STATE_MAP), FAVOR_ERR_STATE),
    ROWS_REFUSED(CAUSAL),
    KEYS(CAUSAL, "state"),
    QUERIES(CAUSAL, "state"),
    OVERLAP_REFUSED(CAUSAL, "out", "k"),
    OVERLAP_REFUSED(CAUSAL, "out", "v"),
    LOG_NORM(CAUSAL, "state"),
    OVERLAP_REFUSED(CAUSAL, "log_norm", "k"),
    OVERLAP_REFUSED(CAUSAL, "log_norm", "v"),
    ROW(CAUSAL, START("work", "state"), FAVOR_ERR_ALIAS),
    WORK_REFUSED(CAUSAL),
    REPORT_ACCEPTED(CAUSAL, "report"),

    NULL_REFUSED(STEP, "map"),
    ROWS_REFUSED(STEP),
    STATE_REFUSED(STEP, "states"),
    ROW(STEP, THING("states", THING_STATE_MAP), FAVOR_ERR_STATE),
    ROW2(STEP, NUL("states"), INT("n", 0), FAVOR_OK),
    ROW(STEP, INT("stride", 0), FAVOR_ERR_SHAPE),
    ROW(STEP, BY("stride", 8), FAVOR_ERR_SHAPE),
    ROW(STEP, BY("stride", -64), FAVOR_ERR_SHAPE),
    ROW(STEP, INT("stride", 64), FAVOR_ERR_SHAPE),
    ROW(STEP, INT("stride", INT64_MIN), FAVOR_ERR_OVERFLOW), /* 2^63 */
    ROW(STEP, INT("stride", -64), FAVOR_ERR_OVERFLOW),       /* SIZE_MAX - 63 */
    ROW2(STEP, INT("stride", 0), INT("n", INT64_MAX), FAVOR_ERR_SHAPE),
    ROW2(STEP, INT("stride", 0), INT("n", 1), FAVOR_OK), /* no other state to lie apart from */
    OVERLAP_REFUSED(STEP, "q", "states"),
    ROW(STEP, START("work", "states"), FAVOR_ERR_ALIAS),
    KEYS(STEP, "states"),
    QUERIES(STEP, "states"),
    OVERLAP_REFUSED(STEP, "out", "k"),
    OVERLAP_REFUSED(STEP, "out", "v"),
    WORK_REFUSED(STEP),
    EXECUTOR_REFUSED(STEP, "executor"),
    ROW2(STEP, THING("executor", THING_EXECUTOR_THREE), NUL("work"), FAVOR_OK),
    REPORT_ACCEPTED(STEP, "report"),

    STATE_REFUSED(ABSORB_MADE, "state"),
    ROWS_REFUSED(ABSORB_MADE),
    INPUT_REFUSED(ABSORB_MADE, "phi", "ldphi"),
    POISON_REFUSED(ABSORB_MADE, "phi"),
    OVERLAP_REFUSED(ABSORB_MADE, "phi", "state"),
    ROW(ABSORB_MADE, NUL("log_scale"), FAVOR_OK),
    OVERLAP_REFUSED(ABSORB_MADE, "log_scale", "state"),
    INPUT_REFUSED(ABSORB_MADE, "v", "ldv"),
    POISON_REFUSED(ABSORB_MADE, "v"),
    OVERLAP_REFUSED(ABSORB_MADE, "v", "state"),
    REPORT_ACCEPTED(ABSORB_MADE, "report"),

    STATE_REFUSED(READ_MADE, "state"),
    ROWS_REFUSED(READ_MADE),
    INPUT_REFUSED(READ_MADE, "phi", "ldphi"),
    ROW(READ_MADE, NUL("log_scale"), FAVOR_OK),
    INPUT_REFUSED(READ_MADE, "out", "ldo"),
    OVERLAP_REFUSED(READ_MADE, "out", "phi"),
    OVERLAP_REFUSED(READ_MADE, "out", "state"),
    OVERLAP_REFUSED(READ_MADE, "out", "log_scale"),
    ROW(READ_MADE, NUL("log_norm"), FAVOR_OK),
    OVERLAP_REFUSED(READ_MADE, "log_norm", "out"),
    OVERLAP_REFUSED(READ_MADE, "log_norm", "phi"),
    OVERLAP_REFUSED(READ_MADE, "log_norm", "log_scale"),
    OVERLAP_REFUSED(READ_MADE, "log_norm", "state"),
    REPORT_ACCEPTED(READ_MADE, "report"),
};

const case_table cases_state_io = {rows, sizeof rows / sizeof *rows};
