/* SPDX-License-Identifier: MIT */
/* How to call the functions of section 7 of favor.h. */
#include "robust/arguments.h"

static int64_t call_desc_init(const argument *a) {
  return favor_attention_desc_init_sized(a[0].p, (uint64_t)a[1].i, a[2].i, a[3].i, a[4].i, a[5].i,
                                         a[6].i, a[7].i);
}

static int64_t call_desc_blhd(const argument *a) {
  return favor_attention_desc_blhd_sized(a[0].p, (uint64_t)a[1].i, a[2].i, a[3].i, a[4].i, a[5].i,
                                         a[6].i, a[7].i);
}

static int64_t call_attention_f32(const argument *a) {
  return favor_attention_f32(a[0].i, a[1].p, a[2].p, a[3].p, a[4].p, a[5].p, a[6].p, a[7].p,
                             (size_t)a[8].i, a[9].p, a[10].p);
}

static int64_t call_attention_f64(const argument *a) {
  return favor_attention_f64(a[0].i, a[1].p, a[2].p, a[3].p, a[4].p, a[5].p, a[6].p, a[7].p,
                             (size_t)a[8].i, a[9].p, a[10].p);
}

static int64_t call_workspace(const argument *a) {
  return favor_attention_workspace(a[0].i, a[1].p, a[2].p, (favor_precision)a[3].i, a[4].p, a[5].p);
}

static int64_t call_exact_f32(const argument *a) {
  return favor_attention_exact_f32((int32_t)a[0].i, a[1].f, (int32_t)a[2].i, a[3].p, a[4].p, a[5].p,
                                   a[6].p, a[7].p, a[8].p, (size_t)a[9].i, a[10].p, a[11].p,
                                   a[12].p);
}

static int64_t call_exact_f64(const argument *a) {
  return favor_attention_exact_f64((int32_t)a[0].i, a[1].f, (int32_t)a[2].i, a[3].p, a[4].p, a[5].p,
                                   a[6].p, a[7].p, a[8].p, (size_t)a[9].i, a[10].p, a[11].p,
                                   a[12].p);
}

static int64_t call_exact_workspace(const argument *a) {
  return favor_attention_exact_workspace(a[0].p, (favor_precision)a[1].i, a[2].p, a[3].p);
}

static const call_row rows[] = {
    {"favor_attention_desc_init_sized", "desc size batch heads n_q n_k dim dv", 0, RESULT_STATUS,
     CALL_PLAIN, call_desc_init},
    {"favor_attention_desc_blhd_sized", "desc size batch heads n_q n_k dim dv", 0, RESULT_STATUS,
     CALL_PLAIN, call_desc_blhd},
    {"favor_attention_f32", "num_maps maps desc q k v out work work_size executor report", 4,
     RESULT_STATUS, CALL_PLAIN, call_attention_f32},
    {"favor_attention_f64", "num_maps maps desc q k v out work work_size executor report", 8,
     RESULT_STATUS, CALL_PLAIN, call_attention_f64},
    {"favor_attention_workspace", "num_maps maps desc precision executor bytes", 0, RESULT_STATUS,
     CALL_PLAIN, call_workspace},
    {"favor_attention_exact_f32",
     "kernel scale isa desc q k v out work work_size allocator executor report", 4, RESULT_STATUS,
     CALL_PLAIN, call_exact_f32},
    {"favor_attention_exact_f64",
     "kernel scale isa desc q k v out work work_size allocator executor report", 8, RESULT_STATUS,
     CALL_PLAIN, call_exact_f64},
    {"favor_attention_exact_workspace", "desc precision executor bytes", 0, RESULT_STATUS,
     CALL_PLAIN, call_exact_workspace},
};

const call_table calls_attention = {rows, sizeof rows / sizeof *rows};
