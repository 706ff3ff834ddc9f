/* SPDX-License-Identifier: MIT */
#include "map/given.h"

#include <inttypes.h>

#include "base/check.h"
#include "base/real.h"
#include "base/status.h"
#include "map/resolve.h"

favor_status favor_given_check(const favor_given *given, const favor_map_opts *opts) {
  const size_t real = favor_real_size(given->precision);
  const favor_array w = {"w",       "ldw",      given->w, opts->projections,
                         opts->dim, given->ldw, real,     false};
  return favor_check_arrays(opts->report, 1, &w);
}

favor_status favor_given_put(const favor_given *given, favor_map *map, favor_report *report) {
  const int64_t d = map->choice.dim;
  double *row = favor_alloc_array(&map->allocator, d, 1, sizeof *row);
  if (!row) {
    return favor_fail(report, FAVOR_ERR_MEMORY, "", "a row of w could not be allocated");
  }
  favor_status status = FAVOR_OK;
  for (int64_t j = 0; j < map->choice.projections && status == FAVOR_OK; ++j) {
    for (int64_t k = 0; k < d; ++k) {
      row[k] = favor_real_get(given->precision, given->w, j * given->ldw + k);
    }
    if (favor_choice_row_ok(d, row)) {
      favor_map_put_row(map, j, row);
    } else {
      status =
          favor_fail(report, FAVOR_ERR_NONFINITE, "w",
                     "row %" PRId64 " of w has no norm; it must be finite and at most 1e15", j);
      favor_report_rows(report, status, 1, j);
    }
  }
  favor_free(&map->allocator, row);
  return status;
}

static favor_status copy_check(const favor_map *map, favor_precision precision, const void *w,
                               int64_t ldw) {
  if (!map) return FAVOR_ERR_NULL;
  const size_t real = favor_real_size(precision);
  const favor_array array = {"w", "ldw", w,   map->choice.projections, map->choice.dim,
                             ldw, real,  true};
  return favor_check_arrays(NULL, 1, &array);
}

/* W of a part, its rows behind those of the parts before. */
static void copy_part(const favor_map *part, favor_precision precision, void *w, int64_t ldw) {
  const favor_choice *c = &part->choice;
  for (int64_t j = 0; j < c->projections; ++j) {
    for (int64_t k = 0; k < c->dim; ++k) {
      favor_real_set(precision, w, j * ldw + k, favor_map_drawn(part, j, k));
    }
  }
}

static favor_status copy(const favor_map *map, favor_precision precision, void *w, int64_t ldw) {
  const favor_status status = copy_check(map, precision, w, ldw);
  if (status < 0) return status;
  unsigned char *to = w;
  for (int32_t l = 0; l < map->node.leaves; ++l) {
    const favor_map *part = favor_map_part(map, l);
    copy_part(part, precision, to, ldw);
    to += (size_t)part->choice.projections * (size_t)ldw * favor_real_size(precision);
  }
  return FAVOR_OK;
}

favor_status favor_map_copy_projections_f32(const favor_map *map, float *w, int64_t ldw) {
  return copy(map, FAVOR_F32, w, ldw);
}

favor_status favor_map_copy_projections_f64(const favor_map *map, double *w, int64_t ldw) {
  return copy(map, FAVOR_F64, w, ldw);
}
