/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "map/map.h"

/* The struct of version 0.1; later fields are only ever appended behind it. */
static const uint64_t first_size = sizeof(favor_map_opts);

favor_status favor_map_opts_init_sized(favor_map_opts *opts, uint64_t size) {
  if (!opts) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, first_size)) return FAVOR_ERR_STRUCT;
  memset(opts, 0, sizeof *opts);
  opts->size = size;
  opts->scale = 1;
  opts->tilt = NAN;
  return FAVOR_OK;
}

favor_status favor_map_opts_attention_sized(favor_map_opts *opts, uint64_t size, int64_t head_dim,
                                            int64_t projections) {
  if (!opts) return FAVOR_ERR_NULL;
  if (head_dim < 1 || head_dim > FAVOR_MAP_DIM_MAX) return FAVOR_ERR_SHAPE;
  if (projections < 1 || projections > FAVOR_MAP_PROJECTIONS_MAX) return FAVOR_ERR_SHAPE;
  const favor_status status = favor_map_opts_init_sized(opts, size);
  if (status < 0) return status;
  opts->dim = head_dim;
  opts->projections = projections;
  opts->scale = 1 / sqrt((double)head_dim);
  return FAVOR_OK;
}
