/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "attention/drive.h"
#include "base/check.h"
#include "base/executor.h"
#include "base/status.h"

/* Items that a call can have at most: no more slots than that are ever busy. */
static int64_t busiest(const favor_drive *d) {
  return d->ranges > 1 ? INT64_MAX : d->streams;
}

static favor_status attend(favor_drive *d, void *work, size_t work_size,
                           const favor_executor *executor, favor_report *report) {
  favor_scratch scratch;
  size_t need = 0, used = 0;
  favor_status status = favor_executor_slots(executor, busiest(d), &d->slots, report);
  if (status < 0) return status;
  const int64_t width = executor ? executor->width : 1;
  if (!favor_drive_bytes(d, width, d->most_ranges, &need) ||
      !favor_drive_bytes(d, d->slots, d->ranges, &used)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "work", "the workspace does not fit in memory");
  }
  const bool nothing = d->streams == 0 || (d->problem.d.n_q == 0 && !d->problem.d.state_out);
  status = favor_scratch_begin(&scratch, &d->maps[0]->allocator, work, work_size, need,
                               nothing ? 0 : used, report);
  if (status < 0 || nothing) return favor_report_end(report, status);
  favor_drive_over(d, scratch.memory, used);
  favor_tally_begin(&d->tally);
  favor_drive_run(d, executor);
  favor_scratch_end(&scratch);
  const int64_t refused = atomic_load(&d->refused), row = d->refused_row;
  if (refused == INT64_MAX) return favor_tally_end(&d->tally, report);
  favor_report_rows(report, FAVOR_ERR_NONFINITE, 1, row);
  return favor_fail(report, FAVOR_ERR_NONFINITE, "k",
                    "row %" PRId64 " of k or v is not finite in batch %" PRId64 ", head %" PRId64
                    "; no state was changed",
                    row, refused / d->streams_per_batch, refused % d->streams_per_batch);
}

/* Everything but the executor and the size of the workspace. */
static favor_status begin(favor_drive *d, int64_t num_maps, const favor_map *const *maps,
                          favor_precision precision, favor_problem_memory *m,
                          favor_report *report) {
  *d = (favor_drive){.num_maps = num_maps, .maps = maps};
  atomic_init(&d->refused, INT64_MAX);
  favor_report_begin(report);
  favor_status status = favor_problem_shapes(&d->problem, m->desc, precision, report);
  if (status == FAVOR_OK) status = favor_problem_rows(&d->problem, report);
  if (status == FAVOR_OK) status = favor_drive_plan(d, report);
  if (status < 0) return status;
  m->maps = maps;
  m->num_maps = num_maps;
  m->states = d->streams;
  m->state_bytes = d->state_bytes;
  status = favor_problem_check(&d->problem, m, report);
  return status < 0 ? status : favor_drive_check_states(d, report);
}

favor_status favor_attention_f32(int64_t num_maps, const favor_map *const *maps,
                                 const favor_attention_desc *desc, const float *q, const float *k,
                                 const float *v, float *out, void *work, size_t work_size,
                                 const favor_executor *executor, favor_report *report) {
  favor_drive d;
  favor_problem_memory m = {
      .desc = desc, .q = q, .k = k, .v = v, .out = out, .work = work, .work_size = work_size};
  const favor_status status = begin(&d, num_maps, maps, FAVOR_F32, &m, report);
  return status < 0 ? status : attend(&d, work, work_size, executor, report);
}

favor_status favor_attention_f64(int64_t num_maps, const favor_map *const *maps,
                                 const favor_attention_desc *desc, const double *q, const double *k,
                                 const double *v, double *out, void *work, size_t work_size,
                                 const favor_executor *executor, favor_report *report) {
  favor_drive d;
  favor_problem_memory m = {
      .desc = desc, .q = q, .k = k, .v = v, .out = out, .work = work, .work_size = work_size};
  const favor_status status = begin(&d, num_maps, maps, FAVOR_F64, &m, report);
  return status < 0 ? status : attend(&d, work, work_size, executor, report);
}

favor_status favor_attention_workspace(int64_t num_maps, const favor_map *const *maps,
                                       const favor_attention_desc *desc, favor_precision precision,
                                       const favor_executor *executor, size_t *bytes) {
  favor_drive d = {.num_maps = num_maps, .maps = maps};
  int64_t width = 0;
  if (!bytes) return FAVOR_ERR_NULL;
  if (precision != FAVOR_F32 && precision != FAVOR_F64) return FAVOR_ERR_ENUM;
  favor_status status = favor_problem_shapes(&d.problem, desc, precision, NULL);
  if (status == FAVOR_OK) status = favor_drive_plan(&d, NULL);
  if (status == FAVOR_OK) status = favor_executor_slots(executor, INT64_MAX, &width, NULL);
  if (status < 0) return status;
  return favor_drive_bytes(&d, width, d.most_ranges, bytes) ? FAVOR_OK : FAVOR_ERR_OVERFLOW;
}
