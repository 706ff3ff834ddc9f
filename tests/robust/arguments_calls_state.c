/* SPDX-License-Identifier: MIT */
/* How to call the functions of section 8 of favor.h. */
#include "robust/arguments.h"

static int64_t call_size(const argument *a) {
  return favor_state_size(a[0].p, a[1].i, (favor_precision)a[2].i, a[3].p);
}

static int64_t call_init(const argument *a) {
  return favor_state_init(a[0].p, a[1].i, (favor_precision)a[2].i, a[3].p, (size_t)a[4].i, a[5].p);
}

static int64_t call_create(const argument *a) {
  return favor_state_create(a[0].p, a[1].i, (favor_precision)a[2].i, a[3].p);
}

static int64_t call_destroy(const argument *a) {
  favor_state_destroy(a[0].p, a[1].p);
  return 0;
}

static int64_t call_count(const argument *a) {
  return favor_state_count(a[0].p);
}

static int64_t call_absorb_f32(const argument *a) {
  return favor_state_absorb_f32(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                                (size_t)a[8].i, a[9].p);
}

static int64_t call_absorb_f64(const argument *a) {
  return favor_state_absorb_f64(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                                (size_t)a[8].i, a[9].p);
}

static int64_t call_read_f32(const argument *a) {
  return favor_state_read_f32(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                              a[8].p, (size_t)a[9].i, a[10].p);
}

static int64_t call_read_f64(const argument *a) {
  return favor_state_read_f64(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                              a[8].p, (size_t)a[9].i, a[10].p);
}

static int64_t call_causal_f32(const argument *a) {
  return favor_state_causal_f32(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                                a[8].i, a[9].p, a[10].i, a[11].p, a[12].p, (size_t)a[13].i,
                                a[14].p);
}

static int64_t call_causal_f64(const argument *a) {
  return favor_state_causal_f64(a[0].p, a[1].p, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i, a[7].p,
                                a[8].i, a[9].p, a[10].i, a[11].p, a[12].p, (size_t)a[13].i,
                                a[14].p);
}

static int64_t call_step_many_f32(const argument *a) {
  return favor_state_step_many_f32(a[0].p, a[1].i, a[2].p, (size_t)a[3].i, a[4].p, a[5].i, a[6].p,
                                   a[7].i, a[8].p, a[9].i, a[10].p, a[11].i, a[12].p,
                                   (size_t)a[13].i, a[14].p, a[15].p);
}

static int64_t call_step_many_f64(const argument *a) {
  return favor_state_step_many_f64(a[0].p, a[1].i, a[2].p, (size_t)a[3].i, a[4].p, a[5].i, a[6].p,
                                   a[7].i, a[8].p, a[9].i, a[10].p, a[11].i, a[12].p,
                                   (size_t)a[13].i, a[14].p, a[15].p);
}

static int64_t call_workspace(const argument *a) {
  return favor_state_workspace(a[0].p, a[1].i, (favor_precision)a[2].i, a[3].p, a[4].p);
}

static int64_t call_absorb_features_f32(const argument *a) {
  return favor_state_absorb_features_f32(a[0].p, a[1].i, a[2].p, a[3].i, a[4].p, a[5].p, a[6].i,
                                         a[7].p);
}

static int64_t call_absorb_features_f64(const argument *a) {
  return favor_state_absorb_features_f64(a[0].p, a[1].i, a[2].p, a[3].i, a[4].p, a[5].p, a[6].i,
                                         a[7].p);
}

static int64_t call_read_features_f32(const argument *a) {
  return favor_state_read_features_f32(a[0].p, a[1].i, a[2].p, a[3].i, a[4].p, a[5].p, a[6].i,
                                       a[7].p, a[8].p);
}

static int64_t call_read_features_f64(const argument *a) {
  return favor_state_read_features_f64(a[0].p, a[1].i, a[2].p, a[3].i, a[4].p, a[5].p, a[6].i,
                                       a[7].p, a[8].p);
}

static int64_t call_merge(const argument *a) {
  return favor_state_merge(a[0].p, a[1].p);
}

static int64_t call_decay(const argument *a) {
  return favor_state_decay(a[0].p, a[1].f);
}

static int64_t call_reset(const argument *a) {
  return favor_state_reset(a[0].p);
}

static int64_t call_save(const argument *a) {
  return favor_state_save(a[0].p, a[1].p, (size_t)a[2].i, a[3].p);
}

static int64_t call_load(const argument *a) {
  return favor_state_load(a[0].p, a[1].p, (size_t)a[2].i, a[3].p, (size_t)a[4].i, a[5].p, a[6].p);
}

#define ABSORB "map state n k ldk v ldv work work_size report"
#define READ "map state n q ldq out ldo log_norm work work_size report"
#define CAUSAL "map state n q ldq k ldk v ldv out ldo log_norm work work_size report"
#define STEP "map n states stride q ldq k ldk v ldv out ldo work work_size executor report"
#define ABSORB_MADE "state n phi ldphi log_scale v ldv report"
#define READ_MADE "state n phi ldphi log_scale out ldo log_norm report"

#define PLAIN(name, arguments, real, call)                                                         \
  { name, arguments, real, RESULT_STATUS, CALL_PLAIN, call }
#define MAKES(name, arguments, call)                                                               \
  { name, arguments, 0, RESULT_STATUS, CALL_MAKES_STATE, call }

static const call_row rows[] = {
    PLAIN("favor_state_size", "map dv precision bytes", 0, call_size),
    MAKES("favor_state_init", "map dv precision memory bytes out", call_init),
    MAKES("favor_state_create", "map dv precision out", call_create),
    {"favor_state_destroy", "map state", 0, RESULT_NOTHING, CALL_CONSUMES, call_destroy},
    {"favor_state_count", "state", 0, RESULT_COUNT, CALL_PLAIN, call_count},
    PLAIN("favor_state_absorb_f32", ABSORB, 4, call_absorb_f32),
    PLAIN("favor_state_absorb_f64", ABSORB, 8, call_absorb_f64),
    PLAIN("favor_state_read_f32", READ, 4, call_read_f32),
    PLAIN("favor_state_read_f64", READ, 8, call_read_f64),
    PLAIN("favor_state_causal_f32", CAUSAL, 4, call_causal_f32),
    PLAIN("favor_state_causal_f64", CAUSAL, 8, call_causal_f64),
    PLAIN("favor_state_step_many_f32", STEP, 4, call_step_many_f32),
    PLAIN("favor_state_step_many_f64", STEP, 8, call_step_many_f64),
    PLAIN("favor_state_workspace", "map dv precision executor bytes", 0, call_workspace),
    PLAIN("favor_state_absorb_features_f32", ABSORB_MADE, 4, call_absorb_features_f32),
    PLAIN("favor_state_absorb_features_f64", ABSORB_MADE, 8, call_absorb_features_f64),
    PLAIN("favor_state_read_features_f32", READ_MADE, 4, call_read_features_f32),
    PLAIN("favor_state_read_features_f64", READ_MADE, 8, call_read_features_f64),
    PLAIN("favor_state_merge", "into from", 0, call_merge),
    PLAIN("favor_state_decay", "state log_gamma", 0, call_decay),
    PLAIN("favor_state_reset", "state", 0, call_reset),
    PLAIN("favor_state_save", "state block block_size bytes", 0, call_save),
    MAKES("favor_state_load", "map block block_size memory memory_size report out", call_load),
};

const call_table calls_state = {rows, sizeof rows / sizeof *rows};
