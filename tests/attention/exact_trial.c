/* SPDX-License-Identifier: MIT */
#include "attention/exact_trial.h"

favor_status attend_exactly(favor_precision precision, int32_t kernel, double scale, int32_t isa,
                            const favor_attention_desc *desc, const void *q, const void *k,
                            const void *v, void *out, call_room room) {
  if (precision == FAVOR_F32)
    return favor_attention_exact_f32(kernel, scale, isa, desc, q, k, v, out, room.work,
                                     room.work_size, NULL, room.executor, room.report);
  return favor_attention_exact_f64(kernel, scale, isa, desc, q, k, v, out, room.work,
                                   room.work_size, NULL, room.executor, room.report);
}

favor_status trial_run_exact(trial *p, int32_t kernel, double scale, int32_t isa, call_room room) {
  size_t bytes = 0;
  void *own = NULL;
  if (!room.work) {
    assert_ok(favor_attention_exact_workspace(&p->desc, p->precision, room.executor, &bytes));
    const call_room dirty = dirty_room(bytes);
    own = room.work = dirty.work;
    room.work_size = bytes;
  }
  if (!room.report) room.report = &p->report;
  trial_blank(p);
  p->status = attend_exactly(p->precision, kernel, scale, isa, &p->desc, p->array[TRIAL_Q],
                             p->array[TRIAL_K], p->array[TRIAL_V], p->array[TRIAL_OUT], room);
  if (p->status < 0) print_error("%s: %s\n", p->report.argument, p->report.message);
  trial_check_gaps(p);
  free(own);
  return p->status;
}

verdict trial_judge_exact(const trial *p, int32_t kernel, double scale) {
  verdict v = {0};
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < p->desc.heads; h++)
      trial_judge_head(&v, p, b, h, &(head){.kernel = kernel, .scale = scale});
  return v;
}
