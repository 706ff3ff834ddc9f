/* SPDX-License-Identifier: MIT */
/** Every way to run attention, each against the explicit estimate of each row. */
#ifndef FAVOR_TESTS_ATTENTION_MODES_H
#define FAVOR_TESTS_ATTENTION_MODES_H

#include "attention/streams.h"

/** Rows that a mode judges: of whole calls, of streams, of single steps. */
enum { MODE_ROWS = 97, MODE_TOKENS = 75, MODE_STEPS = 12 };

typedef void (*mode)(const model *m, favor_precision precision, double norm, verdict *v);

void mode_bidirectional(const model *m, favor_precision precision, double norm, verdict *v);
void mode_causal(const model *m, favor_precision precision, double norm, verdict *v);

/** Prefill, prefill, then single steps. */
void mode_streaming(const model *m, favor_precision precision, double norm, verdict *v);

/** Step by step from the first token. */
void mode_stepping(const model *m, favor_precision precision, double norm, verdict *v);

/** Keys absorbed in parts, apart, merged, and read. */
void mode_merging(const model *m, favor_precision precision, double norm, verdict *v);

#endif
