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
      ROW(function, INT("desc.out_stride0", -1), FAVOR_ERR_SHAPE),                                 \
      ROW(function, INT("desc.out_stride1", ARG_DV + ARG_LD_EXTRA), FAVOR_ERR_SHAPE),              \
      ROW2(function, INT("desc.heads", 0), INT("desc.kv_heads", 0), FAVOR_OK),                     \
      ROW2(function, INT("desc.kv_heads", 1), INT("desc.heads", 0), FAVOR_ERR_SHAPE),              \
      ROW2(function, INT("desc.kv_heads", INT64_MAX), INT("desc.heads", 0), FAVOR_ERR_SHAPE),      \
      ROW(function, START("desc.key_lengths", "lengths"), FAVOR_OK),                               \
      ROW(function, START("desc.key_lengths", "full_lengths"), FAVOR_OK),                          \
      ROW(function, START("desc.key_lengths", "negative_lengths"), FAVOR_ERR_SHAPE),               \
      ROW(function, START("desc.key_lengths", "long_offsets"), FAVOR_OK), /* its first is 0 */     \
      ROW(function, START("desc.key_lengths", "long_lengths"), FAVOR_ERR_SHAPE),                   \
      ROW(function, START("desc.key_log_weight", "weights"), FAVOR_OK)

/* Strides of weights, which are read only where there are weights. */
#define WEIGHT_STRIDE(function, name)                                                              \
  ROW(function, INT(name, -1), FAVOR_OK),                                                          \
      ROW2(function, INT(name, 0), START("desc.key_log_weight", "weights"), FAVOR_OK),             \
      ROW2(function, INT(name, -1), START("desc.key_log_weight", "weights"), FAVOR_ERR_SHAPE),     \
      ROW2(function, INT(name, INT64_MIN), START("desc.key_log_weight", "weights"),                \
           FAVOR_ERR_SHAPE)
#define WEIGHT_CASES(function)                                                                     \
  WEIGHT_STRIDE(function, "desc.weight_stride0"), WEIGHT_STRIDE(function, "desc.weight_stride1"),  \
      ROW2(function, INT("desc.weight_stride1", INT64_MAX),                                        \
           START("desc.key_log_weight", "weights"), FAVOR_ERR_SHAPE)

/* Shapes of nothing, whatever strides say and whatever arrays are. */
#define EMPTY_CASES(function)                                                                      \
  ROW2(function, INT("desc.batch", 0), NUL("q"), FAVOR_OK),                                        \
      ROW2(function, INT("desc.batch", 0), INT("desc.q_stride2", INT64_MIN), FAVOR_OK),            \
      ROW2(function, INT("desc.n_q", 0), INT("desc.out_stride2", INT64_MAX), FAVOR_OK),            \
      ROW2(function, INT("desc.n_k", 0), INT("desc.k_stride2", INT64_MAX), FAVOR_OK),              \
      ROW2(function, INT("desc.n_k", 0), INT("desc.v_stride1", INT64_MIN), FAVOR_OK)

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

/* log_norm over another field's array; one over the offsets, both of which are given. */
#define WITH_LOG_NORM(function, name, array)                                                       \
  ROW2(function, START("desc.log_norm", array), START(name, array), FAVOR_ERR_ALIAS),              \
      ROW2(function, START("out", array), START(name, array), FAVOR_ERR_ALIAS),                    \
      ROW2(function, START("work", array), START(name, array), FAVOR_ERR_ALIAS)
#define RAGGED(function, name, array)                                                              \
  ROW2(function, START(name, array), START("desc.both_offsets", "q_offsets"), FAVOR_ERR_ALIAS)

#define CALL_CASES(function)                                                                       \
  ROW(function, START("desc.log_norm", "log_norm"), FAVOR_OK),                                     \
      OVERLAP_REFUSED(function, "desc.log_norm", "q"),                                             \
      OVERLAP_REFUSED(function, "desc.log_norm", "k"),                                             \
      OVERLAP_REFUSED(function, "desc.log_norm", "out"),                                           \
      OVERLAP_REFUSED(function, "desc.log_norm", "work"),                                          \
      OVERLAP_REFUSED(function, "desc.log_norm", "v"),                                             \
      OVERLAP_REFUSED(function, "desc.key_log_weight", "out"),                                     \
      OVERLAP_REFUSED(function, "desc.key_log_weight", "work"),                                    \
      OVERLAP_REFUSED(function, "desc.key_lengths", "out"),                                        \
      OVERLAP_REFUSED(function, "desc.key_lengths", "work"),                                       \
      WITH_LOG_NORM(function, "desc.key_log_weight", "weights"),                                   \
      WITH_LOG_NORM(function, "desc.key_lengths", "lengths"),                                      \
      RAGGED(function, "out", "q_offsets"), RAGGED(function, "out", "k_offsets"),                  \
      RAGGED(function, "work", "q_offsets"), RAGGED(function, "work", "k_offsets"),                \
      RAGGED(function, "desc.log_norm", "q_offsets"),                                              \
      RAGGED(function, "desc.log_norm", "k_offsets")

#define LINEAR "favor_attention_f*"

#define EXACT "favor_attention_exact_f*"

static const argument_case rows[] = {
    FIELD_CASES(LINEAR),
    OFFSET_CASES(LINEAR, "q_offsets", "k_offsets"),
    OFFSET_CASES(LINEAR, "k_offsets", "q_offsets"),
    CALL_CASES(LINEAR),
    WEIGHT_CASES(LINEAR),
    EMPTY_CASES(LINEAR),
    FIELD_CASES(EXACT),
    OFFSET_CASES(EXACT, "q_offsets", "k_offsets"),
    OFFSET_CASES(EXACT, "k_offsets", "q_offsets"),
    CALL_CASES(EXACT),
    WEIGHT_CASES(EXACT),
    EMPTY_CASES(EXACT),
    SHAPE_CASES("favor_attention_workspace"),
    SHAPE_CASES("favor_attention_exact_workspace"),
};

const case_table cases_desc = {rows, sizeof rows / sizeof *rows};
