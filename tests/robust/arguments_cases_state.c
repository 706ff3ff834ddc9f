/* SPDX-License-Identifier: MIT */
/* What spoils making, merging, decaying, saving and loading states. */
#include "robust/arguments.h"

#define MAKING(function)                                                                           \
  NULL_REFUSED(function, "map"), ROW(function, INT("dv", 0), FAVOR_ERR_SHAPE),                     \
      ROW(function, INT("dv", -1), FAVOR_ERR_SHAPE),                                               \
      ROW(function, INT("dv", 65537), FAVOR_ERR_SHAPE),                                            \
      ROW(function, INT("dv", INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT("dv", INT64_MAX), FAVOR_ERR_SHAPE), ENUM_REFUSED(function, "precision"),   \
      ROW(function, INT("precision", 2), FAVOR_ERR_ENUM)

#define NOT_A_STATE(function, name)                                                                \
  NULL_REFUSED(function, name), ROW(function, THING(name, THING_STATE_ODD), FAVOR_ERR_STATE),      \
      ROW(function, THING(name, THING_STATE_NONE), FAVOR_ERR_STATE)

static const argument_case rows[] = {
    MAKING("favor_state_size"),
    ROW("favor_state_size", INT("dv", 65536), FAVOR_OK),
    NULL_REFUSED("favor_state_size", "bytes"),

    MAKING("favor_state_init"),
    NULL_REFUSED("favor_state_init", "memory"),
    ROW("favor_state_init", BY("memory", 8), FAVOR_ERR_WORKSPACE),
    ROW("favor_state_init", BY("bytes", -1), FAVOR_ERR_WORKSPACE),
    ROW("favor_state_init", INT("bytes", 0), FAVOR_ERR_WORKSPACE),
    NULL_REFUSED("favor_state_init", "out"),

    MAKING("favor_state_create"),
    NULL_REFUSED("favor_state_create", "out"),

    ROW("favor_state_destroy", NUL("map"), 0),
    ROW("favor_state_destroy", NUL("state"), 0),
    ROW("favor_state_count", NUL("state"), 0),
    ROW("favor_state_count", THING("state", THING_STATE_ODD), 0),
    ROW("favor_state_count", THING("state", THING_STATE_NONE), 0),

    MAKING("favor_state_workspace"),
    EXECUTOR_REFUSED("favor_state_workspace", "executor"),
    ROW("favor_state_workspace", THING("executor", THING_EXECUTOR_THREE), FAVOR_OK),
    ROW("favor_state_workspace", THING("executor", THING_EXECUTOR_WIDEST), FAVOR_ERR_OVERFLOW),
    NULL_REFUSED("favor_state_workspace", "bytes"),

    NOT_A_STATE("favor_state_merge", "into"),
    NOT_A_STATE("favor_state_merge", "from"),
    ROW("favor_state_merge", START("from", "into"), FAVOR_ERR_ALIAS),
    ROW("favor_state_merge", START("into", "from"), FAVOR_ERR_ALIAS),
    ROW("favor_state_merge", THING("from", THING_STATE_MAP), FAVOR_ERR_STATE),
    ROW("favor_state_merge", THING("from", THING_STATE_PRECISION), FAVOR_ERR_STATE),
    ROW("favor_state_merge", THING("from", THING_STATE_DV), FAVOR_ERR_STATE),

    NOT_A_STATE("favor_state_decay", "state"),
    ROW("favor_state_decay", REAL("log_gamma", 1e-300), FAVOR_ERR_VALUE),
    ROW("favor_state_decay", REAL("log_gamma", 1.0), FAVOR_ERR_VALUE),
    ROW("favor_state_decay", REAL("log_gamma", NAN), FAVOR_ERR_VALUE),
    ROW("favor_state_decay", REAL("log_gamma", INFINITY), FAVOR_ERR_VALUE),
    ROW("favor_state_decay", REAL("log_gamma", -INFINITY), FAVOR_ERR_VALUE),
    ROW("favor_state_decay", REAL("log_gamma", 0.0), FAVOR_OK),
    ROW("favor_state_decay", REAL("log_gamma", -DBL_MAX), FAVOR_OK),

    NOT_A_STATE("favor_state_reset", "state"),

    NOT_A_STATE("favor_state_save", "state"),
    NULL_REFUSED("favor_state_save", "bytes"),
    ROW("favor_state_save", NUL("block"), FAVOR_OK),
    ROW("favor_state_save", BY("block_size", -1), FAVOR_ERR_BUFFER),
    ROW("favor_state_save", INT("block_size", 0), FAVOR_ERR_BUFFER),
    OVERLAP_REFUSED("favor_state_save", "block", "state"),
    ROW("favor_state_save", BEHIND("block", "state"), FAVOR_OK),

    NULL_REFUSED("favor_state_load", "map"),
    ROW("favor_state_load", THING("map", THING_MAP_GIVEN), FAVOR_ERR_STATE),
    NULL_REFUSED("favor_state_load", "block"),
    ROW("favor_state_load", BY("block_size", -1), FAVOR_ERR_FORMAT),
    ROW("favor_state_load", BY("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_state_load", INT("block_size", 0), FAVOR_ERR_FORMAT),
    ROW("favor_state_load", INT("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_state_load", INT("block_size", -1), FAVOR_ERR_FORMAT), /* SIZE_MAX */
    NULL_REFUSED("favor_state_load", "memory"),
    ROW("favor_state_load", BY("memory", 8), FAVOR_ERR_WORKSPACE),
    ROW("favor_state_load", BY("memory_size", -1), FAVOR_ERR_WORKSPACE),
    ROW("favor_state_load", INT("memory_size", 0), FAVOR_ERR_WORKSPACE),
    ROW("favor_state_load", START("memory", "block"), FAVOR_ERR_ALIAS),
    REPORT_ACCEPTED("favor_state_load", "report"),
    NULL_REFUSED("favor_state_load", "out"),
};

const case_table cases_state = {rows, sizeof rows / sizeof *rows};
