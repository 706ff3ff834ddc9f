/* SPDX-License-Identifier: MIT */
/* What spoils a call of attention through a field of its descriptor. */
#include "robust/arguments.h"

#define COUNT_FIELD(function, name)                                                                \
  ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),                                                   \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_SHAPE)

#define STRIDE_FIELD(function, name)                                                               \
  ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),                                                   \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_SHAPE)

#define SHAPE_CASES(function)                                                                      \
  COUNT_FIELD(function, "desc.batch"), COUNT_FIELD(function, "desc.heads"),                        \
      COUNT_FIELD(function, "desc.n_q"), COUNT_FIELD(function, "desc.n_k"),                        \
      COUNT_FIELD(function, "desc.dim"), ROW(function, INT("desc.dim", 0), FAVOR_ERR_SHAPE),       \
      COUNT_FIELD(function, "desc.dv"), ROW(function, INT("desc.dv", 0), FAVOR_ERR_SHAPE),         \
      ROW(function, INT("desc.dv", 65537), FAVOR_ERR_SHAPE),                                       \
      COUNT_FIELD(function, "desc.kv_heads"),                                                      \
      ROW(function, INT("desc.kv_heads", 0), FAVOR_ERR_SHAPE),                                     \
      ROW(function, INT("desc.kv_heads", 3), FAVOR_ERR_SHAPE),                                     \
      ENUM_REFUSED(function, "desc.mask"), ROW(function, INT("desc.mask", 2), FAVOR_ERR_ENUM)

/* Where the arrays are at hand too. */
#define FIELD_CASES(function)                                                                      \
  SHAPE_CASES(function), STRIDE_FIELD(function, "desc.q_stride1"),                                 \
      STRIDE_FIELD(function, "desc.q_stride2"), STRIDE_FIELD(function, "desc.k_stride2"),          \
      STRIDE_FIELD(function, "desc.v_stride2"), STRIDE_FIELD(function, "desc.out_stride1"),        \
      STRIDE_FIELD(function, "desc.out_stride2"),                                                  \
      ROW(function, INT("desc.q_stride1", 0), FAVOR_OK),                                           \
      ROW(function, INT("desc.k_stride2", 0), FAVOR_OK),                                           \
      ROW(function, INT("desc.out_stride1", 0), FAVOR_ERR_SHAPE),                                  \
      ROW(function, INT("desc.out_stride2", 0), FAVOR_ERR_SHAPE),                                  \
      ROW(function, INT("desc.out_stride2", ARG_DV - 1), FAVOR_ERR_SHAPE),                         \
      ROW(function, INT("desc.reserved", 1), FAVOR_ERR_ENUM),                                      \
      ROW2(function, INT("desc.causal_offset", INT64_MAX), INT("desc.mask", 1), FAVOR_ERR_SHAPE),  \
      ROW2(function, INT("desc.causal_offset", INT64_MIN), INT("desc.mask", 1), FAVOR_ERR_SHAPE),  \
      ROW(function, START("desc.key_lengths", "lengths"), FAVOR_OK),                               \
      ROW(function, START("desc.key_log_weight", "weights"), FAVOR_OK)

#define OFFSET_CASES(function, mine, other)                                                        \
  ROW(function, START("desc." mine, mine), FAVOR_ERR_NULL),                                        \
      ROW2(function, START("desc." mine, mine), START("desc." other, other), FAVOR_OK),            \
      ROW2(function, START("desc." mine, "short_offsets"), START("desc." other, other), FAVOR_OK), \
      ROW2(function, START("desc." mine, "late_offsets"), START("desc." other, other),             \
           FAVOR_ERR_SHAPE),                                                                       \
      ROW2(function, START("desc." mine, "falling_offsets"), START("desc." other, other),          \
           FAVOR_ERR_SHAPE),                                                                       \
      ROW2(function, START("desc." mine, "long_offsets"), START("desc." other, other),             \
           FAVOR_ERR_SHAPE)

#define CALL_CASES(function)                                                                       \
  ROW(function, START("desc.log_norm", "log_norm"), FAVOR_OK),                                     \
      OVERLAP_REFUSED(function, "desc.log_norm", "q"),                                             \
      OVERLAP_REFUSED(function, "desc.log_norm", "k"),                                             \
      OVERLAP_REFUSED(function, "desc.log_norm", "out"),                                           \
      OVERLAP_REFUSED(function, "desc.log_norm", "work"),                                          \
      ROW2(function, START("desc.key_log_weight", "out"), NUL("report"), FAVOR_ERR_ALIAS),         \
      ROW2(function, START("desc.key_lengths", "out"), NUL("report"), FAVOR_ERR_ALIAS)

#define LINEAR "favor_attention_f*"

#define EXACT "favor_attention_exact_f*"

static const argument_case rows[] = {
    FIELD_CASES(LINEAR),
    OFFSET_CASES(LINEAR, "q_offsets", "k_offsets"),
    OFFSET_CASES(LINEAR, "k_offsets", "q_offsets"),
    CALL_CASES(LINEAR),
    FIELD_CASES(EXACT),
    OFFSET_CASES(EXACT, "q_offsets", "k_offsets"),
    OFFSET_CASES(EXACT, "k_offsets", "q_offsets"),
    CALL_CASES(EXACT),
    SHAPE_CASES("favor_attention_workspace"),
    SHAPE_CASES("favor_attention_exact_workspace"),

    ROW(LINEAR, START("desc.state_in", "state"), FAVOR_OK),
    ROW(LINEAR, START("desc.state_out", "memory"), FAVOR_OK),
    ROW2(LINEAR, START("desc.state_in", "state"), START("desc.state_out", "state"), FAVOR_OK),
    ROW2(LINEAR, START("desc.state_in", "state"), START("desc.state_out", "memory"), FAVOR_OK),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_ODD), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_NONE), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_MAP), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_PRECISION), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_DV), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_out", THING_STATE_ODD), FAVOR_ERR_WORKSPACE),
    ROW2(LINEAR, INT("desc.state_stride", 8), START("desc.state_out", "memory"), FAVOR_ERR_SHAPE),
    ROW(LINEAR, START("desc.state_out", "q"), FAVOR_ERR_ALIAS),
    ROW(LINEAR, START("desc.state_out", "k"), FAVOR_ERR_ALIAS),
    ROW(LINEAR, START("desc.state_out", "v"), FAVOR_ERR_ALIAS),
    ROW(LINEAR, START("desc.state_out", "out"), FAVOR_ERR_ALIAS),
    ROW(LINEAR, START("desc.state_out", "work"), FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("out", "state"), START("desc.state_in", "state"), FAVOR_ERR_ALIAS),
    ROW2(EXACT, START("desc.state_in", "state"), NUL("report"), FAVOR_ERR_COMBINATION),
    ROW2(EXACT, START("desc.state_out", "state"), NUL("report"), FAVOR_ERR_COMBINATION),
};

const case_table cases_desc = {rows, sizeof rows / sizeof *rows};
