/* SPDX-License-Identifier: MIT */
/* Sums and products of maps. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "map/sum.h"

favor_status favor_combine_opts_init_sized(favor_combine_opts *opts, uint64_t size) {
  static const uint64_t first_size = sizeof(favor_combine_opts);
  if (!opts) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, first_size)) return FAVOR_ERR_STRUCT;
  memset(opts, 0, sizeof *opts);
  opts->size = size;
  return FAVOR_OK;
}

/* What both begin with; opts may be NULL. */
static favor_status check_options(const favor_combine_opts *opts, favor_allocator *allocator,
                                  favor_report **report) {
  static const favor_allocator none = {NULL, NULL, NULL};
  *report = NULL;
  if (opts && !favor_struct_size_ok(opts->size, sizeof *opts)) return FAVOR_ERR_STRUCT;
  if (opts) *report = opts->report;
  favor_report_begin(*report);
  const favor_status status = favor_allocator_resolve(opts ? &opts->allocator : &none, allocator);
  if (status < 0) {
    return favor_fail(*report, status, "allocator",
                      "only one of allocator.alloc and allocator.free is set; both or neither");
  }
  if (opts && opts->reserved != 0) {
    return favor_fail(*report, FAVOR_ERR_VALUE, "reserved", "reserved is %" PRIu64 "; it must be 0",
                      opts->reserved);
  }
  return FAVOR_OK;
}

/* Parts have one dimension, and one instruction set, whose packing they share. */
static favor_status check_fit(favor_report *report, const char *name, const favor_map *part,
                              const favor_map *first) {
  if (part->node.dim != first->node.dim) {
    return favor_fail(report, FAVOR_ERR_SHAPE, name,
                      "a part has dimension %" PRId64 "; that of the first is %" PRId64,
                      part->node.dim, first->node.dim);
  }
  if (part->table[FAVOR_F32] != first->table[FAVOR_F32]) {
    return favor_fail(
        report, FAVOR_ERR_COMBINATION, name, "a part runs on %s; the first runs on %s",
        favor_isa_name(part->table[FAVOR_F32]->isa), favor_isa_name(first->table[FAVOR_F32]->isa));
  }
  return FAVOR_OK;
}

static favor_status check_weights(favor_report *report, int64_t n, const double *weights) {
  for (int64_t i = 0; weights && i < n; ++i) {
    if (isnormal(weights[i])) continue;
    return favor_fail(report, FAVOR_ERR_VALUE, "weights",
                      "weight %" PRId64 " is %g; it must be a normal float64, of either sign", i,
                      weights[i]);
  }
  return FAVOR_OK;
}

favor_status favor_map_concat(const favor_combine_opts *opts, int64_t n,
                              const favor_map *const *maps, const double *weights,
                              favor_map **out) {
  favor_allocator allocator;
  favor_report *report = NULL;
  if (out) *out = NULL;
  favor_status status = check_options(opts, &allocator, &report);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "out", out);
  if (status == FAVOR_OK) status = favor_check_range(report, "n", n, 1, FAVOR_NODE_TERMS);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "maps", maps);
  if (status < 0) return status;
  for (int64_t i = 0; i < n && status == FAVOR_OK; ++i) {
    status = favor_check_pointer(report, "maps", maps[i]);
    if (status == FAVOR_OK) status = check_fit(report, "maps", maps[i], maps[0]);
  }
  if (status == FAVOR_OK) status = check_weights(report, n, weights);
  favor_sum sum = {.leaves = 0};
  for (int64_t i = 0; i < n && status == FAVOR_OK; ++i) {
    status = favor_sum_add(&sum, maps[i], weights ? weights[i] : 1, report);
  }
  return status < 0 ? status : favor_sum_make(&sum, &allocator, report, out);
}

/* A product of estimates is unbiased where they are independent. */
static favor_status check_independent(favor_report *report, const favor_map *a,
                                      const favor_map *b) {
  for (int32_t i = 0; i < a->node.leaves; ++i) {
    for (int32_t j = 0; j < b->node.leaves; ++j) {
      const favor_map *p = favor_map_part(a, i), *q = favor_map_part(b, j);
      if (!favor_sum_dependent(p, q)) continue;
      return favor_fail(report, FAVOR_ERR_DEPENDENT, "b",
                        "leaf %" PRId32 " of a and leaf %" PRId32
                        " of b come from one draw; give one another seed or stream",
                        i, j);
    }
  }
  return FAVOR_OK;
}

favor_status favor_map_tensor(const favor_combine_opts *opts, const favor_map *a,
                              const favor_map *b, favor_map **out) {
  favor_allocator allocator;
  favor_report *report = NULL;
  if (out) *out = NULL;
  favor_status status = check_options(opts, &allocator, &report);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "out", out);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "a", a);
  if (status == FAVOR_OK) status = favor_check_pointer(report, "b", b);
  if (status == FAVOR_OK) status = check_fit(report, "b", b, a);
  if (status == FAVOR_OK) status = check_independent(report, a, b);
  favor_sum sum = {.leaves = 0};
  if (status == FAVOR_OK) status = favor_sum_multiply(&sum, a, b, 1, report);
  return status < 0 ? status : favor_sum_make(&sum, &allocator, report, out);
}
