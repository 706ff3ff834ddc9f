/* SPDX-License-Identifier: MIT */
/** The parts of one block of favor-bench-attention: its inputs, its jobs, its errors. */
#ifndef FAVOR_BENCH_ATTENTION_WORK_H
#define FAVOR_BENCH_ATTENTION_WORK_H

#include "attention.h"
#include "blas_attention.h"

/** Inputs and outputs of a block in its precision. */
typedef struct attention_data {
  const attention_set *set;
  favor_precision precision;
  size_t width; /* of a number */
  void *q, *k, *v, *out, *exact_out;
  float
      *log_weight; /* [n_k], of an adversarial stream: features see it, exact attention does not */
  favor_attention_desc desc; /* all of it, no mask */
  int64_t tokens;            /* step: the last so many rows are decoded */
  bool fixed;                /* read from files: every repeat takes the same rows */
  uint64_t seed;
} attention_data;

bool attention_data_start(attention_data *data, const attention_set *set,
                          const attention_case *fixed, uint64_t seed);
void attention_data_end(attention_data *data);

/** Repeat -1: the set as it is. Others, for synthetic sets: its rows from another one on, each with
 *  a sign of its own, which is another draw of the same law. */
void attention_data_fill(attention_data *data, int64_t repeat);

/** Row `row` of a head's array [.., rows, columns], counted over all heads. */
static inline void *attention_at(const attention_data *data, void *base, int64_t row,
                                 int64_t columns) {
  return (char *)base + (size_t)(row * columns) * data->width;
}

/** How many keys query i of a head sees. */
int64_t attention_sight(const attention_data *data, attention_mode mode, int64_t i);

/** A timed job: attention by features. */
typedef struct attention_job {
  attention_data *data;
  const attention_case *fixed;
  const favor_map *map;
  favor_attention_desc desc;
  void *work;
  size_t work_bytes;
  char *states,
      *fresh; /* step: [batch * heads], to decode from, and as the keys before left them */
  size_t state_bytes, block_bytes;
  favor_status status;
} attention_job;

favor_status attention_job_start(attention_job *job);
void attention_job_prepare(void *job, int repeat);
void attention_job_run(void *job);
void attention_job_end(attention_job *job);
double attention_job_flops(const attention_job *job);

/** Exact attention, of so many queries that it ends soon, from the middle of the sequence; times
 *  `factor` it is the whole. */
typedef struct attention_exact_job {
  attention_data *data;
  const attention_case *fixed;
  favor_attention_desc desc;
  int64_t first; /* query row of each head */
  double factor;
  void *work;
  size_t work_bytes;
  favor_status status;
} attention_exact_job;

favor_status attention_exact_start(attention_exact_job *job);
void attention_exact_run(void *job);
void attention_exact_end(attention_exact_job *job);

/** Queries whose outputs are compared, in order of what they see, and the exact outputs. */
enum { ATTENTION_SAMPLE = 64, ATTENTION_STREAMS = 8 };
typedef struct attention_sample {
  int64_t count, streams; /* rows of a head; heads that take turns */
  int64_t row[ATTENTION_SAMPLE], seen[ATTENTION_SAMPLE];
  double *exact;  /* [streams, count, dv] */
  double *wanted; /* the same under data->log_weight; `exact` where there is none */
} attention_sample;

bool attention_sample_start(attention_sample *sample, attention_data *data,
                            const attention_case *fixed);
void attention_sample_end(attention_sample *sample);

/** One head in one precision: rows of q, k and v. */
typedef struct attention_stream {
  favor_precision precision;
  int64_t dim, dv;
  size_t width;
  const char *q, *k, *v;
} attention_stream;

attention_stream attention_stream_of(const attention_data *data, int64_t index);

/** The same head in float64; false without memory. Drop it either way. */
bool attention_widen(const attention_data *data, int64_t index, attention_stream *out);
void attention_drop(attention_stream *wide);

/** The sampled rows [count, dv] by favor_state: absorbing up to what each row sees, which takes at
 *  most half the time of attention. With log-weights by favor_attention on the keys that count. */
favor_status attention_estimate_rows(const favor_map *map, const attention_data *data,
                                     const attention_stream *s, const attention_sample *sample,
                                     double *out);

/** The outputs that one run of the job left are those of favor_state in float64, within the bound
 *  on float32 (row->over_bound, positive features) or to rounding. Says what is wrong, or NULL. */
const char *attention_verify(const attention_job *job, const attention_sample *sample,
                             attention_row *row);

/** What exact attention left in exact_out is right: says what is wrong, or NULL. The error goes to
 *  *error. */
const char *attention_verify_exact(const attention_exact_job *job, const attention_sample *sample,
                                   double *error);

/** Output and kernel errors over redraws of the map. */
favor_status attention_measure_errors(const attention_job *job, const attention_sample *sample,
                                      int64_t draws, uint64_t seed, attention_row *row);

#endif
