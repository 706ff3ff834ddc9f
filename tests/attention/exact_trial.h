/* SPDX-License-Identifier: MIT */
/** Trials of exact attention. */
#ifndef FAVOR_TESTS_ATTENTION_EXACT_TRIAL_H
#define FAVOR_TESTS_ATTENTION_EXACT_TRIAL_H

#include "attention/trial.h"

favor_status attend_exactly(favor_precision precision, int32_t kernel, double scale, int32_t isa,
                            const favor_attention_desc *desc, const void *q, const void *k,
                            const void *v, void *out, call_room room);

/** Run with the kernel itself, as trial_run does. */
favor_status trial_run_exact(trial *p, int32_t kernel, double scale, int32_t isa, call_room room);

/** Judge all heads of the last run. */
verdict trial_judge_exact(const trial *p, int32_t kernel, double scale);

#endif
