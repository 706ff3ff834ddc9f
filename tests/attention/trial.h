/* SPDX-License-Identifier: MIT */
/** A trial of attention in memory: arrays by the strides of a descriptor, filled, run and judged head by head.
 *  What lies between the rows of inputs is NaN; between those of outputs nothing may be written. */
#ifndef FAVOR_TESTS_ATTENTION_TRIAL_H
#define FAVOR_TESTS_ATTENTION_TRIAL_H

#include "attention/judge.h"
#include "support/random.h"

typedef struct trial {
  favor_precision precision;
  favor_attention_desc desc;
  int64_t elements[4]; /* of q, k, v, out */
  void *array[4];
  double *log_norm; /* desc.log_norm */
  int64_t log_norms;
  favor_status status; /* of the last run */
  favor_report report;
} trial;

typedef enum trial_array { TRIAL_Q, TRIAL_K, TRIAL_V, TRIAL_OUT } trial_array;

/** Take arrays for the descriptor, which is copied: queries and keys on spheres of radius `norm`, normal values.
 *  log_norm is always asked for. Not for more than 4096 rows a sequence. */
void trial_open(trial *p, favor_precision precision, const favor_attention_desc *desc, double norm,
                uint64_t seed);
void trial_close(trial *p);

/** A descriptor of contiguous heads [batch, heads, row, column]; mask by choice, offset n_k - n_q. */
favor_attention_desc plain(int64_t batch, int64_t heads, int64_t n_q, int64_t n_k, int64_t dim,
                           int64_t dv, favor_mask mask);

/** Rows of sequence b, of queries (Q, OUT) or keys (K, V): its own where the batch is ragged. */
int64_t trial_rows(const trial *p, trial_array which, int64_t b);

/** The element where row i of head h (a key head for K and V) of sequence b begins. */
int64_t trial_at(const trial *p, trial_array which, int64_t b, int64_t h, int64_t i);

/** The place of log_norm of query i. */
int64_t trial_norm_at(const trial *p, int64_t b, int64_t h, int64_t i);

/** Write one row of an input, or every column of it the same. */
void trial_put(trial *p, trial_array which, int64_t b, int64_t h, int64_t i, const double *x);
void trial_flood(trial *p, trial_array which, int64_t b, int64_t h, int64_t i, double value);

/** 0xA5 into the outputs; and: whatever is in no row of theirs is 0xA5 still. */
void trial_blank(trial *p);
void trial_check_gaps(const trial *p);

/** Run: 0xA5 into the outputs, the call, and the gaps between the output's rows looked at. Without a workspace
 *  in `room` it gets a dirty one. */
favor_status trial_run(trial *p, int64_t num_models, const model *const *models, call_room room);
/** Judge all heads of the last run; States must not be used. */
verdict trial_judge(const trial *p, int64_t num_models, const model *const *models);
/** Judge one head, of which `one` says what it is made with. */
void trial_judge_head(verdict *v, const trial *p, int64_t b, int64_t h, head *one);

/** Run and judge, status and report too; the verdict is added to *v. */
void trial_check(trial *p, int64_t num_models, const model *const *models, verdict *v);

/** A copy of the output; free() it. And: this row of the output has these bits still, log_norm too. */
void *trial_keep(const trial *p);
bool trial_same_row(const trial *p, const void *kept, int64_t b, int64_t h, int64_t i);

#endif
