/* SPDX-License-Identifier: MIT */
/* How to call the functions of section 4 of favor.h. */
#include "robust/arguments.h"

static int64_t call_opts_init_sized(const argument *a) {
  return favor_map_opts_init_sized(a[0].p, (uint64_t)a[1].i);
}

static int64_t call_opts_attention_sized(const argument *a) {
  return favor_map_opts_attention_sized(a[0].p, (uint64_t)a[1].i, a[2].i, a[3].i);
}

static int64_t call_create(const argument *a) {
  return favor_map_create(a[0].p, a[1].p);
}

static int64_t call_from_f32(const argument *a) {
  return favor_map_create_from_projections_f32(a[0].p, a[1].p, a[2].i, a[3].p);
}

static int64_t call_from_f64(const argument *a) {
  return favor_map_create_from_projections_f64(a[0].p, a[1].p, a[2].i, a[3].p);
}

static int64_t call_redraw(const argument *a) {
  return favor_map_redraw(a[0].p, (uint64_t)a[1].i, a[2].p);
}

static int64_t call_dim(const argument *a) {
  return favor_map_dim(a[0].p);
}

static int64_t call_features(const argument *a) {
  return favor_map_features(a[0].p);
}

static int64_t call_projections(const argument *a) {
  return favor_map_projections(a[0].p);
}

static int64_t call_bytes(const argument *a) {
  return (int64_t)favor_map_bytes(a[0].p);
}

static int64_t call_describe(const argument *a) {
  return favor_map_describe(a[0].p, a[1].p, (size_t)a[2].i);
}

static int64_t call_apply_f32(const argument *a) {
  return favor_map_apply_f32(a[0].p, (favor_side)a[1].i, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i,
                             a[7].p, a[8].p, (size_t)a[9].i, a[10].p, a[11].p);
}

static int64_t call_apply_f64(const argument *a) {
  return favor_map_apply_f64(a[0].p, (favor_side)a[1].i, a[2].i, a[3].p, a[4].i, a[5].p, a[6].i,
                             a[7].p, a[8].p, (size_t)a[9].i, a[10].p, a[11].p);
}

static int64_t call_apply_workspace(const argument *a) {
  return favor_map_apply_workspace(a[0].p, (favor_precision)a[1].i, a[2].p, a[3].p);
}

static int64_t call_log_features(const argument *a) {
  return favor_map_log_features_f64(a[0].p, (favor_side)a[1].i, a[2].i, a[3].p, a[4].i, a[5].p,
                                    a[6].i, a[7].p, a[8].p);
}

static int64_t call_copy_f32(const argument *a) {
  return favor_map_copy_projections_f32(a[0].p, a[1].p, a[2].i);
}

static int64_t call_copy_f64(const argument *a) {
  return favor_map_copy_projections_f64(a[0].p, a[1].p, a[2].i);
}

static int64_t call_save(const argument *a) {
  return favor_map_save(a[0].p, a[1].p, (size_t)a[2].i, a[3].p);
}

static int64_t call_load(const argument *a) {
  return favor_map_load(a[0].p, (size_t)a[1].i, (int32_t)a[2].i, a[3].p, a[4].p, a[5].p);
}

static int64_t call_destroy(const argument *a) {
  favor_map_destroy(a[0].p);
  return 0;
}

static const call_row rows[] = {
    {"favor_map_opts_init_sized", "opts size", 0, RESULT_STATUS, CALL_PLAIN, call_opts_init_sized},
    {"favor_map_opts_attention_sized", "opts size head_dim projections", 0, RESULT_STATUS,
     CALL_PLAIN, call_opts_attention_sized},
    {"favor_map_create", "opts out", 0, RESULT_STATUS, CALL_MAKES_MAP, call_create},
    {"favor_map_create_from_projections_f32", "opts w ldw out", 4, RESULT_STATUS, CALL_MAKES_MAP,
     call_from_f32},
    {"favor_map_create_from_projections_f64", "opts w ldw out", 8, RESULT_STATUS, CALL_MAKES_MAP,
     call_from_f64},
    {"favor_map_redraw", "map seed out", 0, RESULT_STATUS, CALL_MAKES_MAP, call_redraw},
    {"favor_map_dim", "map", 0, RESULT_COUNT, CALL_PLAIN, call_dim},
    {"favor_map_features", "map", 0, RESULT_COUNT, CALL_PLAIN, call_features},
    {"favor_map_projections", "map", 0, RESULT_COUNT, CALL_PLAIN, call_projections},
    {"favor_map_bytes", "map", 0, RESULT_COUNT, CALL_PLAIN, call_bytes},
    {"favor_map_describe", "map buf bytes", 0, RESULT_STATUS, CALL_PLAIN, call_describe},
    {"favor_map_apply_f32", "map side n x ldx phi ldphi log_scale work work_size executor report",
     4, RESULT_STATUS, CALL_PLAIN, call_apply_f32},
    {"favor_map_apply_f64", "map side n x ldx phi ldphi log_scale work work_size executor report",
     8, RESULT_STATUS, CALL_PLAIN, call_apply_f64},
    {"favor_map_apply_workspace", "map precision executor bytes", 0, RESULT_STATUS, CALL_PLAIN,
     call_apply_workspace},
    {"favor_map_log_features_f64", "map side n x ldx log_phi ldl sign report", 8, RESULT_STATUS,
     CALL_PLAIN, call_log_features},
    {"favor_map_copy_projections_f32", "map w ldw", 4, RESULT_STATUS, CALL_PLAIN, call_copy_f32},
    {"favor_map_copy_projections_f64", "map w ldw", 8, RESULT_STATUS, CALL_PLAIN, call_copy_f64},
    {"favor_map_save", "map block block_size bytes", 0, RESULT_STATUS, CALL_PLAIN, call_save},
    {"favor_map_load", "block block_size isa allocator report out", 0, RESULT_STATUS,
     CALL_MAKES_MAP, call_load},
    {"favor_map_destroy", "map", 0, RESULT_NOTHING, CALL_CONSUMES, call_destroy},
};

const call_table calls_map = {rows, sizeof rows / sizeof *rows};
