/* SPDX-License-Identifier: MIT */
/* What spoils the options, and the functions that make maps of them. */
#include "robust/arguments.h"

#define GERF INT("opts.estimator", FAVOR_ESTIMATOR_GERF)
#define COMPLEX INT("opts.estimator", FAVOR_ESTIMATOR_COMPLEX_GERF)
#define OPRF INT("opts.estimator", FAVOR_ESTIMATOR_OPRF)

#define RANGE_REFUSED(function, name, high)                                                        \
  ROW(function, INT(name, 0), FAVOR_ERR_SHAPE), ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),     \
      ROW(function, INT(name, (high) + 1), FAVOR_ERR_SHAPE),                                       \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_SHAPE)

static const argument_case rows[] = {
    NULL_REFUSED("favor_map_opts_*", "opts"),
    ROW("favor_map_opts_*", INT("size", 0), FAVOR_ERR_STRUCT),
    ROW("favor_map_opts_*", INT("size", 8), FAVOR_ERR_STRUCT),
    ROW("favor_map_opts_*", BY("size", -1), FAVOR_ERR_STRUCT),
    ROW("favor_map_opts_*", BY("size", 64), FAVOR_OK),
    RANGE_REFUSED("favor_map_opts_attention_sized", "head_dim", 65536),
    RANGE_REFUSED("favor_map_opts_attention_sized", "projections", INT64_C(1) << 24),

    NULL_REFUSED("favor_map_create*", "opts"),
    ROW("favor_map_create*", THING("opts", THING_OPTS_ZERO), FAVOR_ERR_STRUCT),
    ROW("favor_map_create*", THING("opts", THING_OPTS_SMALL), FAVOR_ERR_STRUCT),
    ROW("favor_map_create*", THING("opts", THING_OPTS_A5), FAVOR_ERR_STRUCT),
    NULL_REFUSED("favor_map_create*", "out"),

    RANGE_REFUSED("favor_map_create*", "opts.dim", 65536),
    RANGE_REFUSED("favor_map_create*", "opts.projections", INT64_C(1) << 24),
    /* 8 TiB, which the hook refuses. */
    ROW2("favor_map_create", INT("opts.dim", 65536), INT("opts.projections", 1 << 24),
         FAVOR_ERR_MEMORY),
    ENUM_REFUSED("favor_map_create*", "opts.kernel"),
    ENUM_REFUSED("favor_map_create*", "opts.estimator"),
    ROW("favor_map_create*", INT("opts.estimator", FAVOR_ESTIMATOR_RELU), FAVOR_ERR_COMBINATION),
    ENUM_REFUSED("favor_map_create", "opts.coupling"),
    ROW("favor_map_create", INT("opts.coupling", FAVOR_COUPLING_EXTERNAL), FAVOR_ERR_ENUM),
    ROW("favor_map_create_from_projections_f*", INT("opts.coupling", FAVOR_COUPLING_IID),
        FAVOR_ERR_COMBINATION),
    ROW("favor_map_create_from_projections_f*", INT("opts.coupling", FAVOR_COUPLING_EXTERNAL),
        FAVOR_ERR_COMBINATION),
    ROW("favor_map_create_from_projections_f*", INT("opts.coupling", 99), FAVOR_ERR_COMBINATION),
    ENUM_REFUSED("favor_map_create*", "opts.recentre"),
    ROW("favor_map_create*", INT("opts.recentre", 3), FAVOR_ERR_ENUM),
    ENUM_REFUSED("favor_map_create*", "opts.isa"),
    ROW("favor_map_create*", INT("opts.reserved", 1), FAVOR_ERR_VALUE),
    ENUM_REFUSED("favor_map_create*", "opts.allow_signed"),
    ROW("favor_map_create*", REAL("opts.scale", 0.0), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.scale", -0.0), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.scale", -1.0), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.scale", NAN), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.scale", INFINITY), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.scale", -INFINITY), FAVOR_ERR_VALUE),

    /* The tilt: below 1/4 for the estimator that takes one; not to be fitted to nothing. */
    ROW2("favor_map_create*", REAL("opts.tilt", 0.25), GERF, FAVOR_ERR_VALUE),
    ROW2("favor_map_create*", REAL("opts.tilt", 1.0), GERF, FAVOR_ERR_VALUE),
    ROW2("favor_map_create*", REAL("opts.tilt", INFINITY), GERF, FAVOR_ERR_VALUE),
    ROW2("favor_map_create*", REAL("opts.tilt", -INFINITY), GERF, FAVOR_ERR_VALUE),
    ROW2("favor_map_create*", REAL("opts.tilt", 0.2499), GERF, FAVOR_OK),
    ROW("favor_map_create*", REAL("opts.tilt", 0.1), FAVOR_ERR_COMBINATION),

    /* The complex tilt and its sign: for estimators with phases alone. */
    ROW("favor_map_create*", REAL("opts.tilt_imag", 0.1), FAVOR_ERR_COMBINATION),
    ROW("favor_map_create*", REAL("opts.tilt_imag", NAN), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", REAL("opts.tilt_imag", INFINITY), FAVOR_ERR_VALUE),
    ROW("favor_map_create*", INT("opts.tilt_sign", -1), FAVOR_ERR_COMBINATION),
    ROW("favor_map_create*", INT("opts.tilt_sign", 1), FAVOR_OK),
    ENUM_REFUSED("favor_map_create*", "opts.tilt_sign"),
    ROW2("favor_map_create*", INT("opts.tilt_sign", -1), COMPLEX, FAVOR_OK),

    /* Statistics: missing, of another dimension, empty, of one side. */
    ROW2("favor_map_create*", NUL("opts.stats"), GERF, FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", NUL("opts.stats"), OPRF, FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_EMPTY), OPRF, FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_KEYLESS), OPRF, FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_OTHER), OPRF, FAVOR_ERR_STATISTICS),
    ROW("favor_map_create*", THING("opts.stats", THING_STATS_OTHER), FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", NUL("opts.stats"), INT("opts.recentre", FAVOR_ON),
         FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_EMPTY),
         INT("opts.recentre", FAVOR_ON), FAVOR_ERR_STATISTICS),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_FILLED), OPRF, FAVOR_OK),
    ROW2("favor_map_create*", THING("opts.stats", THING_STATS_FILLED), GERF, FAVOR_OK),

    ALLOCATOR_REFUSED("favor_map_create*", "opts.allocator"),
    ROW("favor_map_create*", THING("opts.allocator", THING_ALLOCATOR_ZERO), FAVOR_OK),
    REPORT_ACCEPTED("favor_map_create*", "opts.report"),
    ROW("favor_map_create*", INT("opts.seed", -1), FAVOR_OK),
    ROW("favor_map_create*", INT("opts.stream", -1), FAVOR_OK),

    /* The environment names the instruction set; empty is not set. */
    ROW("favor_map_create*", ENV("garbage"), FAVOR_ERR_ISA),
    ROW("favor_map_create*", ENV("%s%n%s%n"), FAVOR_ERR_ISA),
    ROW("favor_map_create*", ENV("blas,baseline"), FAVOR_ERR_ISA),
    ROW("favor_map_create*", ENV(""), FAVOR_OK),
    ROW("favor_map_create*", ENV("blas"), FAVOR_OK),
    ROW("favor_map_create*", ENV("baseline"), FAVOR_OK),
    ROW2("favor_map_create*", INT("opts.isa", FAVOR_ISA_BLAS), ENV("garbage"), FAVOR_OK),

    NULL_REFUSED("favor_map_create_from_projections_f*", "w"),
    ROW("favor_map_create_from_projections_f*", POISON("w", 0, NAN), FAVOR_ERR_NONFINITE),
    ROW("favor_map_create_from_projections_f*", POISON("w", 3, INFINITY), FAVOR_ERR_NONFINITE),
    ROW("favor_map_create_from_projections_f*", POISON("w", ARG_PROJECTIONS - 1, -INFINITY),
        FAVOR_ERR_NONFINITE),
    LD_REFUSED("favor_map_create_from_projections_f*", "ldw"),
};

const case_table cases_options = {rows, sizeof rows / sizeof *rows};
