/* SPDX-License-Identifier: MIT */
/* What spoils the functions of section 7 of favor.h, but for the fields of the descriptor. */
#include "robust/arguments.h"

#define LINEAR "favor_attention_f*"
#define EXACT "favor_attention_exact_f*"
#define BOTH_INIT(row)                                                                             \
  row("favor_attention_desc_init_sized"), row("favor_attention_desc_blhd_sized")

#define BOUNDED(function, name, most)                                                              \
  ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),                                                   \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, (most) + 1), FAVOR_ERR_SHAPE)
#define LARGEST (INT64_C(1) << 40)

#define INIT_CASES(function)                                                                       \
  NULL_REFUSED(function, "desc"), ROW(function, INT("size", 0), FAVOR_ERR_STRUCT),                 \
      ROW(function, BY("size", -1), FAVOR_ERR_STRUCT), BOUNDED(function, "batch", LARGEST),        \
      ROW(function, INT("batch", 0), FAVOR_OK), BOUNDED(function, "heads", LARGEST),               \
      ROW(function, INT("heads", 0), FAVOR_OK), BOUNDED(function, "n_q", LARGEST),                 \
      ROW(function, INT("n_q", 0), FAVOR_OK), BOUNDED(function, "n_k", LARGEST),                   \
      ROW(function, INT("n_k", 0), FAVOR_OK), BOUNDED(function, "dim", 65536),                     \
      ROW(function, INT("dim", 0), FAVOR_ERR_SHAPE), BOUNDED(function, "dv", 65536),               \
      ROW(function, INT("dv", 0), FAVOR_ERR_SHAPE)

/* The arrays of a call with values. */
#define ARRAY_CASES(function)                                                                      \
  NULL_REFUSED(function, "q"), NULL_REFUSED(function, "k"), NULL_REFUSED(function, "v"),           \
      NULL_REFUSED(function, "out"), ROW2(function, NUL("q"), INT("desc.n_q", 0), FAVOR_OK),       \
      ROW2(function, NUL("k"), INT("desc.n_k", 0), FAVOR_OK),                                      \
      ROW2(function, NUL("v"), INT("desc.n_k", 0), FAVOR_OK),                                      \
      OVERLAP_REFUSED(function, "out", "q"), OVERLAP_REFUSED(function, "out", "k"),                \
      OVERLAP_REFUSED(function, "out", "v"), OVERLAP_REFUSED(function, "out", "work"),             \
      OVERLAP_REFUSED(function, "q", "out"), OVERLAP_REFUSED(function, "q", "work"),               \
      OVERLAP_REFUSED(function, "k", "work"), OVERLAP_REFUSED(function, "v", "work"),              \
      ROW(function, BEHIND("out", "q"), FAVOR_OK), ROW(function, BEHIND("q", "out"), FAVOR_OK),    \
      ROW(function, START("k", "q"), FAVOR_OK), /* inputs may be the same */                       \
      ROW(function, NUL("work"), FAVOR_OK), ROW(function, BY("work", 8), FAVOR_ERR_WORKSPACE),     \
      ROW(function, BY("work_size", -1), FAVOR_ERR_WORKSPACE),                                     \
      ROW(function, INT("work_size", 0), FAVOR_ERR_WORKSPACE),                                     \
      ROW2(function, INT("work_size", 0), NUL("work"), FAVOR_OK),                                  \
      EXECUTOR_REFUSED(function, "executor"),                                                      \
      ROW2(function, THING("executor", THING_EXECUTOR_THREE), NUL("work"), FAVOR_OK),              \
      REPORT_ACCEPTED(function, "report")

#define DESC_CASES(function)                                                                       \
  NULL_REFUSED(function, "desc"), ROW(function, THING("desc", THING_DESC_ZERO), FAVOR_ERR_STRUCT), \
      ROW(function, THING("desc", THING_DESC_SMALL), FAVOR_ERR_STRUCT),                            \
      ROW(function, THING("desc", THING_DESC_A5), FAVOR_ERR_STRUCT)

#define MAPS_CASES(function)                                                                       \
  ROW(function, INT("num_maps", 0), FAVOR_ERR_SHAPE),                                              \
      ROW(function, INT("num_maps", -1), FAVOR_ERR_SHAPE),                                         \
      ROW(function, INT("num_maps", 3), FAVOR_ERR_SHAPE),                                          \
      ROW(function, INT("num_maps", INT64_MIN), FAVOR_ERR_SHAPE),                                  \
      ROW(function, INT("num_maps", INT64_MAX), FAVOR_ERR_SHAPE), NULL_REFUSED(function, "maps"),  \
      ROW(function, THING("maps", THING_MAPS_NULL), FAVOR_ERR_NULL),                               \
      ROW(function, THING("maps", THING_MAPS_DIM), FAVOR_ERR_SHAPE),                               \
      ROW2(function, THING("maps", THING_MAPS_FEATURES), INT("num_maps", 2),                       \
           FAVOR_ERR_COMBINATION)

#define WORKSPACE_CASES(function)                                                                  \
  ENUM_REFUSED(function, "precision"), ROW(function, INT("precision", 2), FAVOR_ERR_ENUM),         \
      EXECUTOR_REFUSED(function, "executor"),                                                      \
      ROW(function, THING("executor", THING_EXECUTOR_THREE), FAVOR_OK),                            \
      ROW(function, THING("executor", THING_EXECUTOR_WIDEST), FAVOR_ERR_OVERFLOW),                 \
      NULL_REFUSED(function, "bytes")

static const argument_case rows[] = {
    BOTH_INIT(INIT_CASES),

    MAPS_CASES(LINEAR),
    ROW2(LINEAR, THING("maps", THING_MAPS_TWO), INT("num_maps", 2), FAVOR_OK),
    DESC_CASES(LINEAR),
    ARRAY_CASES(LINEAR),
    MAPS_CASES("favor_attention_workspace"),
    DESC_CASES("favor_attention_workspace"),
    WORKSPACE_CASES("favor_attention_workspace"),

    ENUM_REFUSED(EXACT, "kernel"),
    ROW(EXACT, REAL("scale", 0.0), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", -1.0), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", 1e31), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", 1e-31), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", NAN), FAVOR_ERR_VALUE),
    ROW(EXACT, REAL("scale", INFINITY), FAVOR_ERR_VALUE),
    ENUM_REFUSED(EXACT, "isa"),
    ROW(EXACT, INT("isa", FAVOR_ISA_AUTO), FAVOR_OK),
    ROW2(EXACT, ENV("garbage"), INT("isa", FAVOR_ISA_AUTO), FAVOR_ERR_ISA),
    ROW2(EXACT, INT("isa", FAVOR_ISA_BLAS), ENV("garbage"), FAVOR_OK),
    DESC_CASES(EXACT),
    ARRAY_CASES(EXACT),
    ALLOCATOR_REFUSED(EXACT, "allocator"),
    ROW2(EXACT, NUL("allocator"), NUL("work"), FAVOR_OK),
    ROW2(EXACT, THING("allocator", THING_ALLOCATOR_ZERO), NUL("work"), FAVOR_OK),
    DESC_CASES("favor_attention_exact_workspace"),
    WORKSPACE_CASES("favor_attention_exact_workspace"),
};

const case_table cases_attention = {rows, sizeof rows / sizeof *rows};
