/* SPDX-License-Identifier: MIT */
#include "attention/exact.h"

#include <inttypes.h>

#include "base/check.h"
#include "base/executor.h"
#include "base/status.h"
#include "map/resolve.h"

static bool slot_bytes(const favor_attention_problem *p, int64_t slots, size_t *one, size_t *all) {
  favor_exact_slot ignored;
  favor_arena arena = favor_arena_counting();
  favor_exact_layout(&ignored, p, &arena);
  *one = arena.used;
  return !arena.failed && favor_size_mul(arena.used, (size_t)slots, all);
}

static favor_status check_options(favor_exact_call *c, int32_t kernel, int32_t isa,
                                  favor_report *report) {
  const favor_table *tables[2];
  c->target = favor_target_find(kernel);
  if (!c->target) {
    return favor_fail(report, FAVOR_ERR_ENUM, "kernel",
                      "kernel is %" PRId32 ", which is not a favor_kernel", kernel);
  }
  if (!favor_choice_scale_ok(c->scale)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "scale", "scale is %g; it must be in [1e-30, 1e30]",
                      c->scale);
  }
  if (c->problem.d.state_in || c->problem.d.state_out) {
    return favor_fail(report, FAVOR_ERR_COMBINATION,
                      c->problem.d.state_in ? "state_in" : "state_out",
                      "exact attention has no states; leave it NULL");
  }
  const favor_status status = favor_table_select(isa, report, tables);
  if (status == FAVOR_OK) c->table = tables[c->problem.precision];
  return status;
}

static favor_status exact(favor_exact_call *c, int32_t kernel, int32_t isa, void *work,
                          size_t work_size, const favor_allocator *allocator,
                          const favor_executor *executor, favor_report *report) {
  favor_scratch scratch;
  favor_allocator memory;
  int64_t slots = 0;
  size_t need = 0, used = 0, items = 0;
  favor_status status = check_options(c, kernel, isa, report);
  if (status < 0) return status;
  status = favor_allocator_resolve(allocator, &memory);
  if (status < 0) {
    return favor_fail(report, status, "allocator",
                      "only one of alloc and free is set; both or neither");
  }
  const favor_attention_desc *d = &c->problem.d;
  c->height = d->mask == FAVOR_MASK_CAUSAL ? FAVOR_EXACT_QUERIES / 2 : FAVOR_EXACT_QUERIES;
  c->blocks = (d->n_q + c->height - 1) / c->height;
  if (!favor_size_matrix(d->batch, d->heads, 1, &items) ||
      !favor_size_mul(items, (size_t)c->blocks, &items) || items > INT64_MAX) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "batch",
                      "batch is %" PRId64 "; times heads and rows it does not fit", d->batch);
  }
  status = favor_executor_slots(executor, (int64_t)items, &slots, report);
  if (status < 0) return status;
  if (!slot_bytes(&c->problem, executor ? executor->width : 1, &c->slot_bytes, &need) ||
      !slot_bytes(&c->problem, slots, &c->slot_bytes, &used)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "work", "the workspace does not fit in memory");
  }
  status =
      favor_scratch_begin(&scratch, &memory, work, work_size, need, items > 0 ? used : 0, report);
  if (status < 0 || items == 0) return favor_report_end(report, status);
  c->memory = scratch.memory;
  favor_tally_begin(&c->tally);
  favor_execute(executor, slots, (int64_t)items, favor_exact_item, c);
  favor_scratch_end(&scratch);
  return favor_tally_end(&c->tally, report);
}

static favor_status begin(favor_exact_call *c, favor_precision precision,
                          const favor_problem_memory *m, favor_report *report) {
  favor_report_begin(report);
  favor_status status = favor_problem_shapes(&c->problem, m->desc, precision, report);
  if (status == FAVOR_OK) status = favor_problem_rows(&c->problem, report);
  return status < 0 ? status : favor_problem_check(&c->problem, m, report);
}

favor_status favor_attention_exact_f32(int32_t kernel, double scale, int32_t isa,
                                       const favor_attention_desc *desc, const float *q,
                                       const float *k, const float *v, float *out, void *work,
                                       size_t work_size, const favor_allocator *allocator,
                                       const favor_executor *executor, favor_report *report) {
  favor_exact_call c = {.scale = scale};
  const favor_problem_memory m = {
      .desc = desc, .q = q, .k = k, .v = v, .out = out, .work = work, .work_size = work_size};
  const favor_status status = begin(&c, FAVOR_F32, &m, report);
  return status < 0 ? status : exact(&c, kernel, isa, work, work_size, allocator, executor, report);
}

favor_status favor_attention_exact_f64(int32_t kernel, double scale, int32_t isa,
                                       const favor_attention_desc *desc, const double *q,
                                       const double *k, const double *v, double *out, void *work,
                                       size_t work_size, const favor_allocator *allocator,
                                       const favor_executor *executor, favor_report *report) {
  favor_exact_call c = {.scale = scale};
  const favor_problem_memory m = {
      .desc = desc, .q = q, .k = k, .v = v, .out = out, .work = work, .work_size = work_size};
  const favor_status status = begin(&c, FAVOR_F64, &m, report);
  return status < 0 ? status : exact(&c, kernel, isa, work, work_size, allocator, executor, report);
}

favor_status favor_attention_exact_workspace(const favor_attention_desc *desc,
                                             favor_precision precision,
                                             const favor_executor *executor, size_t *bytes) {
  favor_attention_problem problem;
  int64_t width = 0;
  size_t one = 0;
  if (!bytes) return FAVOR_ERR_NULL;
  if (precision != FAVOR_F32 && precision != FAVOR_F64) return FAVOR_ERR_ENUM;
  favor_status status = favor_problem_shapes(&problem, desc, precision, NULL);
  if (status == FAVOR_OK) status = favor_executor_slots(executor, INT64_MAX, &width, NULL);
  if (status < 0) return status;
  return slot_bytes(&problem, width, &one, bytes) ? FAVOR_OK : FAVOR_ERR_OVERFLOW;
}
