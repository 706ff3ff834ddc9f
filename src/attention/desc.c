/* SPDX-License-Identifier: MIT */
/* Descriptors of contiguous arrays. */
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "map/map.h"

static const int64_t largest = (int64_t)1 << 40;

/* Strides of [batch, heads, rows, columns], or of [batch, rows, heads, columns]; false where they
 * do not fit. */
static bool set_strides(int64_t stride[3], bool rows_first, int64_t heads, int64_t rows,
                        int64_t columns) {
  size_t row = 0, all = 0;
  if (!favor_size_matrix(heads, columns, 1, &row) || row > INT64_MAX ||
      !favor_size_matrix((int64_t)row, rows, 1, &all) || all > INT64_MAX) {
    return false;
  }
  stride[0] = (int64_t)all;
  stride[1] = rows_first ? columns : rows * columns;
  stride[2] = rows_first ? (int64_t)row : columns;
  return true;
}

/* Nothing is written where it fails. */
static favor_status describe(favor_attention_desc *desc, uint64_t size, const int64_t shape[6],
                             bool rows_first) {
  if (!desc) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, sizeof *desc)) return FAVOR_ERR_STRUCT;
  for (int i = 0; i < 6; ++i) {
    if (shape[i] < (i < 4 ? 0 : 1) || shape[i] > (i < 4 ? largest : FAVOR_MAP_DIM_MAX)) {
      return FAVOR_ERR_SHAPE;
    }
  }
  favor_attention_desc d;
  memset(&d, 0, sizeof d);
  d.size = size;
  d.batch = shape[0];
  d.heads = d.kv_heads = shape[1];
  d.n_q = shape[2];
  d.n_k = shape[3];
  d.dim = shape[4];
  d.dv = shape[5];
  d.causal_offset = d.n_k - d.n_q;
  d.weight_stride[0] = d.n_k;
  d.weight_stride[1] = 1;
  if (!set_strides(d.q_stride, rows_first, d.heads, d.n_q, d.dim) ||
      !set_strides(d.k_stride, rows_first, d.heads, d.n_k, d.dim) ||
      !set_strides(d.v_stride, rows_first, d.heads, d.n_k, d.dv) ||
      !set_strides(d.out_stride, rows_first, d.heads, d.n_q, d.dv)) {
    return FAVOR_ERR_SHAPE;
  }
  memcpy(desc, &d, sizeof d);
  return FAVOR_OK;
}

favor_status favor_attention_desc_init_sized(favor_attention_desc *desc, uint64_t size,
                                             int64_t batch, int64_t heads, int64_t n_q, int64_t n_k,
                                             int64_t dim, int64_t dv) {
  const int64_t shape[6] = {batch, heads, n_q, n_k, dim, dv};
  return describe(desc, size, shape, false);
}

favor_status favor_attention_desc_blhd_sized(favor_attention_desc *desc, uint64_t size,
                                             int64_t batch, int64_t heads, int64_t n_q, int64_t n_k,
                                             int64_t dim, int64_t dv) {
  const int64_t shape[6] = {batch, heads, n_q, n_k, dim, dv};
  return describe(desc, size, shape, true);
}
