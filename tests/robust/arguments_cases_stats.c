/* SPDX-License-Identifier: MIT */
/* What spoils the functions of section 3 of favor.h. */
#include "robust/arguments.h"

static const argument_case rows[] = {
    ROW("favor_stats_create", INT("dim", 0), FAVOR_ERR_SHAPE),
    ROW("favor_stats_create", INT("dim", -1), FAVOR_ERR_SHAPE),
    ROW("favor_stats_create", INT("dim", 65537), FAVOR_ERR_SHAPE),
    ROW("favor_stats_create", INT("dim", INT64_MIN), FAVOR_ERR_SHAPE),
    ROW("favor_stats_create", INT("dim", INT64_MAX), FAVOR_ERR_SHAPE),
    ROW("favor_stats_create", INT("dim", 65536),
        FAVOR_ERR_MEMORY), /* 64 GiB, which the hook refuses */
    ALLOCATOR_REFUSED("favor_stats_create", "allocator"),
    ROW("favor_stats_create", NUL("allocator"), FAVOR_OK),
    ROW("favor_stats_create", THING("allocator", THING_ALLOCATOR_ZERO), FAVOR_OK),
    NULL_REFUSED("favor_stats_create", "out"),

    NULL_REFUSED("favor_stats_add_f*", "stats"),
    ENUM_REFUSED("favor_stats_add_f*", "side"),
    COUNT_REFUSED("favor_stats_add_f*", "n"),
    ROW("favor_stats_add_f*", INT("n", 0), FAVOR_OK),
    ROW2("favor_stats_add_f*", NUL("x"), INT("n", 0), FAVOR_OK),
    NULL_REFUSED("favor_stats_add_f*", "x"),
    ROW("favor_stats_add_f*", POISON("x", 0, NAN), FAVOR_ERR_NONFINITE),
    ROW("favor_stats_add_f*", POISON("x", 2, INFINITY), FAVOR_ERR_NONFINITE),
    ROW("favor_stats_add_f*", POISON("x", ARG_ROWS - 1, -INFINITY), FAVOR_ERR_NONFINITE),
    ROW("favor_stats_add_f64", POISON("x", 1, 1e200), FAVOR_ERR_NONFINITE), /* its norm is not */
    LD_REFUSED("favor_stats_add_f*", "ldx"),
    ROW2("favor_stats_add_f*", INT("ldx", INT64_MAX), INT("n", 1),
         FAVOR_OK), /* one row: no stride */
    REPORT_ACCEPTED("favor_stats_add_f*", "report"),

    NULL_REFUSED("favor_stats_merge", "into"),
    NULL_REFUSED("favor_stats_merge", "from"),
    ROW("favor_stats_merge", THING("from", THING_STATS_FILLED), FAVOR_ERR_ALIAS),
    ROW("favor_stats_merge", THING("from", THING_STATS_OTHER), FAVOR_ERR_STATISTICS),
    ROW("favor_stats_merge", THING("from", THING_STATS_EMPTY), FAVOR_OK),

    NULL_REFUSED("favor_stats_get", "stats"),
    ENUM_REFUSED("favor_stats_get", "side"),
    NULL_REFUSED("favor_stats_get", "count"),
    ROW("favor_stats_get", NUL("mean"), FAVOR_OK),
    ROW("favor_stats_get", NUL("moment"), FAVOR_OK),

    NULL_REFUSED("favor_stats_spectrum", "stats"),
    ROW("favor_stats_spectrum", THING("stats", THING_STATS_EMPTY), FAVOR_ERR_STATISTICS),
    ROW2("favor_stats_spectrum", THING("stats", THING_STATS_KEYLESS), INT("side", FAVOR_KEY),
         FAVOR_ERR_STATISTICS),
    ENUM_REFUSED("favor_stats_spectrum", "side"),
    NULL_REFUSED("favor_stats_spectrum", "eigenvalues"),

    ROW("favor_stats_dim", NUL("stats"), 0),
    ROW("favor_stats_destroy", NUL("stats"), 0),

    NULL_REFUSED("favor_stats_save", "stats"),
    NULL_REFUSED("favor_stats_save", "bytes"),
    ROW("favor_stats_save", NUL("block"), FAVOR_OK),
    ROW("favor_stats_save", BY("block_size", -1), FAVOR_ERR_BUFFER),
    ROW("favor_stats_save", INT("block_size", 0), FAVOR_ERR_BUFFER),

    NULL_REFUSED("favor_stats_load", "block"),
    ROW("favor_stats_load", BY("block_size", -1), FAVOR_ERR_FORMAT),
    ROW("favor_stats_load", BY("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_stats_load", INT("block_size", 0), FAVOR_ERR_FORMAT),
    ROW("favor_stats_load", INT("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_stats_load", INT("block_size", -1), FAVOR_ERR_FORMAT), /* SIZE_MAX */
    ALLOCATOR_REFUSED("favor_stats_load", "allocator"),
    ROW("favor_stats_load", NUL("allocator"), FAVOR_OK),
    ROW("favor_stats_load", THING("allocator", THING_ALLOCATOR_ZERO), FAVOR_OK),
    REPORT_ACCEPTED("favor_stats_load", "report"),
    NULL_REFUSED("favor_stats_load", "out"),
};

const case_table cases_stats = {rows, sizeof rows / sizeof *rows};
