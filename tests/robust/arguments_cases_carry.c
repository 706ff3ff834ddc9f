/* SPDX-License-Identifier: MIT */
/* What spoils a call of attention through the states that it carries from call to call. */
#include "robust/arguments.h"

#define LINEAR "favor_attention_f*"
#define EXACT "favor_attention_exact_f*"

#define IN START("desc.state_in", "state")
#define OUT START("desc.state_out", "memory")

/* Its last element is not aligned as a state is. */
#define STATE_OVERLAPS(name) ROW(LINEAR, START("desc.state_out", name), FAVOR_ERR_ALIAS)
#define OVER_STATES(name)                                                                          \
  ROW2(LINEAR, START(name, "state"), IN, FAVOR_ERR_ALIAS),                                         \
      ROW2(LINEAR, LAST(name, "state"), IN, FAVOR_ERR_ALIAS),                                      \
      ROW2(LINEAR, START(name, "memory"), OUT, FAVOR_ERR_ALIAS),                                   \
      ROW2(LINEAR, LAST(name, "memory"), OUT, FAVOR_ERR_ALIAS)

static const argument_case rows[] = {
    ROW(LINEAR, IN, FAVOR_OK),
    ROW(LINEAR, OUT, FAVOR_OK),
    ROW2(LINEAR, IN, START("desc.state_out", "state"), FAVOR_OK),
    ROW2(LINEAR, IN, OUT, FAVOR_OK),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_ODD), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_NONE), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_MAP), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_PRECISION), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_in", THING_STATE_DV), FAVOR_ERR_STATE),
    ROW(LINEAR, THING("desc.state_out", THING_STATE_ODD), FAVOR_ERR_WORKSPACE),

    /* strides: with one state any multiple of 64 */
    ROW2(LINEAR, INT("desc.state_stride", 0), OUT, FAVOR_OK),
    ROW2(LINEAR, INT("desc.state_stride", 8), OUT, FAVOR_ERR_SHAPE),
    ROW2(LINEAR, INT("desc.state_stride", 8), IN, FAVOR_ERR_SHAPE),
    ROW2(LINEAR, INT("desc.state_stride", -64), IN, FAVOR_ERR_SHAPE),
    ROW2(LINEAR, INT("desc.state_stride", INT64_MIN), IN, FAVOR_ERR_SHAPE),
    ROW2(LINEAR, INT("desc.state_stride", INT64_MAX), OUT, FAVOR_ERR_SHAPE),
    ROW(LINEAR, INT("desc.state_stride", -1), FAVOR_OK), /* not looked at without states */

    /* overlaps */
    STATE_OVERLAPS("q"),
    STATE_OVERLAPS("k"),
    STATE_OVERLAPS("v"),
    STATE_OVERLAPS("out"),
    STATE_OVERLAPS("work"),
    STATE_OVERLAPS("maps"),
    ROW2(LINEAR, START("desc.state_out", "log_norm"), START("desc.log_norm", "log_norm"),
         FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("desc.state_out", "lengths"), START("desc.key_lengths", "lengths"),
         FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("desc.state_out", "weights"), START("desc.key_log_weight", "weights"),
         FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("desc.state_out", "q_offsets"), START("desc.both_offsets", "q_offsets"),
         FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("desc.state_out", "k_offsets"), START("desc.both_offsets", "q_offsets"),
         FAVOR_ERR_ALIAS),
    OVER_STATES("out"),
    OVER_STATES("desc.log_norm"),
    ROW2(LINEAR, START("q", "memory"), OUT, FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("k", "memory"), OUT, FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("v", "memory"), OUT, FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("work", "state"), IN, FAVOR_ERR_ALIAS),
    ROW2(LINEAR, START("work", "memory"), OUT, FAVOR_ERR_ALIAS),
    ROW(LINEAR, START("work", "maps"), FAVOR_ERR_ALIAS),
    /* the same states in and out, but not the same place */
    ROW2(LINEAR, THING("desc.state_out", THING_STATE_WITHIN), IN, FAVOR_ERR_ALIAS),

    OVERLAP_REFUSED(LINEAR, "out", "maps"),
    OVERLAP_REFUSED(LINEAR, "desc.log_norm", "maps"),
    ROW2(EXACT, IN, NUL("report"), FAVOR_ERR_COMBINATION),
    ROW2(EXACT, START("desc.state_out", "state"), NUL("report"), FAVOR_ERR_COMBINATION),
    ROW2("favor_attention_workspace", THING("desc.state_in", THING_STATE_NONE), NUL("executor"),
         FAVOR_OK), /* a query of the workspace reads no state */
    ROW2("favor_attention_workspace", INT("desc.state_stride", 8), IN, FAVOR_ERR_SHAPE),
    ROW("favor_attention_workspace", THING("desc.state_out", THING_STATE_ODD), FAVOR_ERR_WORKSPACE),
};

const case_table cases_carry = {rows, sizeof rows / sizeof *rows};
