/* SPDX-License-Identifier: MIT */
/* What spoils the functions that read a map, other than apply and kernels. */
#include "robust/arguments.h"

static const argument_case rows[] = {
    NULL_REFUSED("favor_map_redraw", "map"),
    ROW("favor_map_redraw", THING("map", THING_MAP_GIVEN), FAVOR_ERR_COMBINATION),
    ROW("favor_map_redraw", INT("seed", -1), FAVOR_OK),
    NULL_REFUSED("favor_map_redraw", "out"),

    ROW("favor_map_dim", NUL("map"), 0),
    ROW("favor_map_features", NUL("map"), 0),
    ROW("favor_map_projections", NUL("map"), 0),
    ROW("favor_map_bytes", NUL("map"), 0),
    ROW("favor_map_destroy", NUL("map"), 0),

    NULL_REFUSED("favor_map_describe", "map"),
    NULL_REFUSED("favor_map_describe", "buf"),
    ROW("favor_map_describe", BY("bytes", -1), FAVOR_ERR_BUFFER),
    ROW("favor_map_describe", INT("bytes", 1), FAVOR_ERR_BUFFER),
    ROW("favor_map_describe", INT("bytes", 0), FAVOR_ERR_BUFFER),

    NULL_REFUSED("favor_map_apply_workspace", "map"),
    ENUM_REFUSED("favor_map_apply_workspace", "precision"),
    ROW("favor_map_apply_workspace", INT("precision", 2), FAVOR_ERR_ENUM),
    EXECUTOR_REFUSED("favor_map_apply_workspace", "executor"),
    ROW("favor_map_apply_workspace", THING("executor", THING_EXECUTOR_THREE), FAVOR_OK),
    ROW("favor_map_apply_workspace", THING("executor", THING_EXECUTOR_WIDEST), FAVOR_ERR_OVERFLOW),
    NULL_REFUSED("favor_map_apply_workspace", "bytes"),
    NULL_REFUSED("favor_kernel_estimate_workspace", "map"),
    ENUM_REFUSED("favor_kernel_estimate_workspace", "precision"),
    ROW("favor_kernel_estimate_workspace", INT("precision", 2), FAVOR_ERR_ENUM),
    EXECUTOR_REFUSED("favor_kernel_estimate_workspace", "executor"),
    ROW("favor_kernel_estimate_workspace", THING("executor", THING_EXECUTOR_THREE), FAVOR_OK),
    ROW("favor_kernel_estimate_workspace", THING("executor", THING_EXECUTOR_WIDEST),
        FAVOR_ERR_OVERFLOW),
    NULL_REFUSED("favor_kernel_estimate_workspace", "bytes"),

    NULL_REFUSED("favor_map_copy_projections_f*", "map"),
    NULL_REFUSED("favor_map_copy_projections_f*", "w"),
    ROW("favor_map_copy_projections_f*", BY("ldw", -ARG_LD_EXTRA - 1), FAVOR_ERR_SHAPE),
    ROW("favor_map_copy_projections_f*", INT("ldw", 0), FAVOR_ERR_SHAPE),
    ROW("favor_map_copy_projections_f*", INT("ldw", -1), FAVOR_ERR_SHAPE),
    ROW("favor_map_copy_projections_f*", INT("ldw", INT64_MIN), FAVOR_ERR_SHAPE),
    ROW("favor_map_copy_projections_f*", INT("ldw", INT64_MAX), FAVOR_ERR_OVERFLOW),

    NULL_REFUSED("favor_map_save", "map"),
    NULL_REFUSED("favor_map_save", "bytes"),
    ROW("favor_map_save", NUL("block"), FAVOR_OK),
    ROW("favor_map_save", BY("block_size", -1), FAVOR_ERR_BUFFER),
    ROW("favor_map_save", INT("block_size", 0), FAVOR_ERR_BUFFER),

    NULL_REFUSED("favor_map_load", "block"),
    ROW("favor_map_load", BY("block_size", -1), FAVOR_ERR_FORMAT),
    ROW("favor_map_load", BY("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_map_load", INT("block_size", 0), FAVOR_ERR_FORMAT),
    ROW("favor_map_load", INT("block_size", 1), FAVOR_ERR_FORMAT),
    ROW("favor_map_load", INT("block_size", -1), FAVOR_ERR_FORMAT), /* SIZE_MAX */
    ENUM_REFUSED("favor_map_load", "isa"),
    ROW("favor_map_load", INT("isa", FAVOR_ISA_AUTO), FAVOR_OK),
    ROW2("favor_map_load", ENV("garbage"), INT("isa", FAVOR_ISA_AUTO), FAVOR_ERR_ISA),
    ROW2("favor_map_load", INT("isa", FAVOR_ISA_AUTO), ENV("baseline"), FAVOR_OK),
    ROW2("favor_map_load", INT("isa", FAVOR_ISA_BLAS), ENV("garbage"), FAVOR_OK),
    ALLOCATOR_REFUSED("favor_map_load", "allocator"),
    ROW("favor_map_load", NUL("allocator"), FAVOR_OK),
    ROW("favor_map_load", THING("allocator", THING_ALLOCATOR_ZERO), FAVOR_OK),
    REPORT_ACCEPTED("favor_map_load", "report"),
    NULL_REFUSED("favor_map_load", "out"),
};

const case_table cases_map = {rows, sizeof rows / sizeof *rows};
