/* SPDX-License-Identifier: MIT */
/** Inputs of a block, and the jobs that are timed on them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention_work.h"
#include "random.h"

/* Tokens that a timed job decodes, and pairs of query and key that timed exact attention takes. */
enum { STEP_TOKENS = 64, EXACT_PAIRS = 1 << 23, EXACT_ROWS = 64 };

/* By which each key of an adversarial stream outweighs the one before: 72 powers of two, more than
 * one exponent can serve. Log-weights stay whole numbers below 2^24 up to 335 000 keys. */
static const float outweighs = 50;

static void *room(const attention_data *data, int64_t rows, int64_t columns) {
  return malloc((size_t)(rows * columns) * data->width + 64);
}

static favor_status describe(const attention_set *set, favor_attention_desc *d) {
  const favor_status status = favor_attention_desc_init(d, set->batch, set->heads, set->n_q,
                                                        set->n_k, set->set.dim, set->set.dv);
  d->kv_heads = set->kv_heads;
  d->k_stride[0] = set->kv_heads * d->k_stride[1];
  d->v_stride[0] = set->kv_heads * d->v_stride[1];
  return status;
}

bool attention_data_start(attention_data *data, const attention_set *set,
                          const attention_case *fixed, uint64_t seed) {
  memset(data, 0, sizeof *data);
  data->set = set;
  data->precision = (favor_precision)fixed->precision;
  data->width = data->precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
  data->fixed = set->set.name[0] != '\0';
  data->seed = seed;
  if (fixed->mode == ATTENTION_STEP) {
    data->tokens = set->n_q < STEP_TOKENS ? set->n_q : STEP_TOKENS;
    if (set->n_k < data->tokens) data->tokens = set->n_k;
  }
  const int64_t queries = set->batch * set->heads * set->n_q;
  const int64_t keys = set->batch * set->kv_heads * set->n_k;
  data->q = room(data, queries, set->set.dim);
  data->k = room(data, keys, set->set.dim);
  data->v = room(data, keys, set->set.dv);
  data->out = room(data, queries, set->set.dv);
  data->exact_out = room(data, queries, set->set.dv);
  if (fixed->stream == ATTENTION_ADVERSARIAL) {
    data->log_weight = malloc((size_t)set->n_k * sizeof *data->log_weight);
    if (data->log_weight == NULL) return false;
    for (int64_t j = 0; j < set->n_k; j++) data->log_weight[j] = outweighs * (float)j;
  }
  return data->q && data->k && data->v && data->out && data->exact_out &&
         describe(set, &data->desc) == FAVOR_OK;
}

void attention_data_end(attention_data *data) {
  free(data->q);
  free(data->k);
  free(data->v);
  free(data->out);
  free(data->exact_out);
  free(data->log_weight);
  memset(data, 0, sizeof *data);
}

static void copy_row(const attention_data *data, int64_t n, const double *from, double sign,
                     void *to) {
  if (data->precision == FAVOR_F32)
    for (int64_t i = 0; i < n; i++) ((float *)to)[i] = (float)(sign * from[i]);
  else
    for (int64_t i = 0; i < n; i++) ((double *)to)[i] = sign * from[i];
}

static void fill(const attention_data *data, int64_t repeat, uint64_t purpose, int64_t rows,
                 int64_t columns, const double *from, void *to) {
  bench_random r = bench_random_start(data->seed + (uint64_t)repeat * 7919U, purpose);
  const int64_t start = repeat < 0 ? 0 : bench_random_below(&r, rows);
  for (int64_t i = 0; i < rows; i++) {
    const double sign = repeat >= 0 && (bench_random_bits(&r) & 1) != 0 ? -1 : 1;
    copy_row(data, columns, from + (start + i) % rows * columns, sign,
             attention_at(data, to, i, columns));
  }
}

void attention_data_fill(attention_data *data, int64_t repeat) {
  const attention_set *set = data->set;
  const int64_t queries = set->batch * set->heads * set->n_q;
  const int64_t keys = set->batch * set->kv_heads * set->n_k;
  if (repeat >= 0 && data->fixed) return;
  fill(data, repeat, 11, queries, set->set.dim, set->set.q, data->q);
  fill(data, repeat, 12, keys, set->set.dim, set->set.k, data->k);
  fill(data, repeat, 13, keys, set->set.dv, set->set.v, data->v);
}

int64_t attention_sight(const attention_data *data, attention_mode mode, int64_t i) {
  const attention_set *set = data->set;
  if (mode == ATTENTION_BIDIRECTIONAL || mode == ATTENTION_EXACT) return set->n_k;
  const int64_t seen = i + set->n_k - set->n_q + 1;
  return seen < 0 ? 0 : (seen < set->n_k ? seen : set->n_k);
}

/* ---- Attention by features --------------------------------------------------------------------- */

static int64_t streams(const attention_job *job) {
  return job->data->set->batch * job->data->set->heads;
}

/* The state of every stream after all keys but the tokens to decode. */
static favor_status absorb_before(attention_job *job) {
  const attention_set *set = job->data->set;
  const int64_t dim = set->set.dim, dv = set->set.dv, before = set->n_k - job->data->tokens;
  for (int64_t s = 0; s < streams(job); s++) {
    favor_state *state = NULL;
    const void *k = attention_at(job->data, job->data->k, s * set->n_k, dim);
    const void *v = attention_at(job->data, job->data->v, s * set->n_k, dv);
    favor_status status =
        favor_state_init(job->map, dv, job->data->precision,
                         job->fresh + (size_t)s * job->state_bytes, job->state_bytes, &state);
    if (status == FAVOR_OK)
      status = job->data->precision == FAVOR_F32
                   ? favor_state_absorb_f32(job->map, state, before, k, dim, v, dv, NULL, 0, NULL)
                   : favor_state_absorb_f64(job->map, state, before, k, dim, v, dv, NULL, 0, NULL);
    if (status != FAVOR_OK) return status;
  }
  return FAVOR_OK;
}

static void *aligned(size_t bytes) {
  return aligned_alloc(64, (bytes + 127) / 64 * 64);
}

static favor_status start_states(attention_job *job) {
  const attention_data *data = job->data;
  favor_status status =
      favor_state_size(job->map, data->set->set.dv, data->precision, &job->state_bytes);
  if (status == FAVOR_OK)
    status = favor_state_workspace(job->map, data->set->set.dv, data->precision,
                                   job->fixed->executor, &job->work_bytes);
  if (status != FAVOR_OK) return status;
  job->block_bytes = (size_t)streams(job) * job->state_bytes;
  job->states = aligned(job->block_bytes);
  job->fresh = aligned(job->block_bytes);
  return job->states != NULL && job->fresh != NULL ? absorb_before(job) : FAVOR_ERR_MEMORY;
}

favor_status attention_job_start(attention_job *job) {
  favor_status status;
  job->desc = job->data->desc;
  if (job->fixed->mode == ATTENTION_CAUSAL) job->desc.mask = FAVOR_MASK_CAUSAL;
  job->desc.key_log_weight = job->data->log_weight;
  job->desc.weight_stride[1] = 1;
  if (job->fixed->mode == ATTENTION_STEP)
    status = start_states(job);
  else
    status = favor_attention_workspace(1, &job->map, &job->desc, job->data->precision,
                                       job->fixed->executor, &job->work_bytes);
  if (status != FAVOR_OK) return status;
  job->work = aligned(job->work_bytes);
  return job->work != NULL ? FAVOR_OK : FAVOR_ERR_MEMORY;
}

void attention_job_end(attention_job *job) {
  free(job->work);
  free(job->states);
  free(job->fresh);
}

void attention_job_prepare(void *arg, int repeat) {
  attention_job *job = (attention_job *)arg;
  (void)repeat;
  if (job->fresh != NULL) memcpy(job->states, job->fresh, job->block_bytes);
}

/* Token t of every stream: row s of q is that of stream s, n_q rows on. */
static favor_status step(const attention_job *job, int64_t t) {
  const attention_data *a = job->data;
  const attention_set *s = a->set;
  const int64_t dim = s->set.dim, dv = s->set.dv, n = streams(job);
  const int64_t query = s->n_q - a->tokens + t, key = s->n_k - a->tokens + t;
  const void *q = attention_at(a, a->q, query, dim), *k = attention_at(a, a->k, key, dim);
  const void *v = attention_at(a, a->v, key, dv);
  void *out = attention_at(a, a->out, query, dv);
  return a->precision == FAVOR_F32
             ? favor_state_step_many_f32(job->map, n, job->states, job->state_bytes, q,
                                         s->n_q * dim, k, s->n_k * dim, v, s->n_k * dv, out,
                                         s->n_q * dv, job->work, job->work_bytes,
                                         job->fixed->executor, NULL)
             : favor_state_step_many_f64(job->map, n, job->states, job->state_bytes, q,
                                         s->n_q * dim, k, s->n_k * dim, v, s->n_k * dv, out,
                                         s->n_q * dv, job->work, job->work_bytes,
                                         job->fixed->executor, NULL);
}

void attention_job_run(void *arg) {
  attention_job *job = (attention_job *)arg;
  attention_data *a = job->data;
  favor_status status = FAVOR_OK;
  if (job->fixed->mode == ATTENTION_STEP) {
    for (int64_t t = 0; t < a->tokens && status >= 0; t++) status = step(job, t);
  } else if (a->precision == FAVOR_F32) {
    status = favor_attention_f32(1, &job->map, &job->desc, a->q, a->k, a->v, a->out, job->work,
                                 job->work_bytes, job->fixed->executor, NULL);
  } else {
    status = favor_attention_f64(1, &job->map, &job->desc, a->q, a->k, a->v, a->out, job->work,
                                 job->work_bytes, job->fixed->executor, NULL);
  }
  if (job->status >= 0) job->status = status;
}

/* ---- Exact attention --------------------------------------------------------------------------- */

/* A causal query in the middle sees as many keys as one in the mean. */
static void choose_queries(attention_exact_job *job) {
  const attention_set *set = job->data->set;
  favor_attention_desc *d = &job->desc;
  int64_t rows = EXACT_PAIRS / (set->batch * set->heads * set->n_k);
  if (rows < EXACT_ROWS) rows = EXACT_ROWS;
  if (rows > set->n_q) rows = set->n_q;
  job->first = (set->n_q - rows) / 2;
  if (job->fixed->mode == ATTENTION_STEP) {
    rows = job->data->tokens;
    job->first = set->n_q - rows;
  }
  job->factor = job->fixed->mode == ATTENTION_STEP ? 1 : (double)set->n_q / (double)rows;
  if (job->fixed->mode == ATTENTION_CAUSAL || job->fixed->mode == ATTENTION_STEP)
    d->mask = FAVOR_MASK_CAUSAL;
  d->n_q = rows;
  d->causal_offset = set->n_k - set->n_q + job->first;
}

favor_status attention_exact_start(attention_exact_job *job) {
  job->desc = job->data->desc;
  choose_queries(job);
  const favor_status status = favor_attention_exact_workspace(
      &job->desc, job->data->precision, job->fixed->executor, &job->work_bytes);
  if (status != FAVOR_OK) return status;
  job->work = aligned(job->work_bytes);
  return job->work != NULL ? FAVOR_OK : FAVOR_ERR_MEMORY;
}

void attention_exact_end(attention_exact_job *job) {
  free(job->work);
}

/* `rows` queries from row `from` of each head on, each of which sees as the mask says. */
static favor_status exact_rows(const attention_exact_job *job, int64_t from, int64_t rows) {
  const attention_data *a = job->data;
  const bench_set *set = &a->set->set;
  const void *q = attention_at(a, a->q, from, set->dim);
  void *out = attention_at(a, a->exact_out, from, set->dv);
  favor_attention_desc d = job->desc;
  d.n_q = rows;
  d.causal_offset += from - job->first;
  return a->precision == FAVOR_F32
             ? favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, set->scale, job->fixed->isa, &d, q,
                                         a->k, a->v, out, job->work, job->work_bytes, NULL,
                                         job->fixed->executor, NULL)
             : favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, set->scale, job->fixed->isa, &d, q,
                                         a->k, a->v, out, job->work, job->work_bytes, NULL,
                                         job->fixed->executor, NULL);
}

void attention_exact_run(void *arg) {
  attention_exact_job *job = (attention_exact_job *)arg;
  const int64_t rows = job->data->tokens > 0 ? 1 : job->desc.n_q;
  favor_status status = FAVOR_OK;
  for (int64_t i = 0; i < job->desc.n_q && status >= 0; i += rows)
    status = exact_rows(job, job->first + i, rows);
  if (job->status >= 0) job->status = status;
}

double attention_job_flops(const attention_job *job) {
  const attention_set *set = job->data->set;
  const double one = 2.0 * (double)favor_map_projections(job->map) * (double)set->set.dim +
                     2.0 * (double)favor_map_features(job->map) * (double)set->set.dv;
  if (job->fixed->mode == ATTENTION_STEP)
    return 2 * one * (double)streams(job) * (double)job->data->tokens;
  return one * (double)set->batch *
         ((double)set->heads * (double)set->n_q + (double)set->kv_heads * (double)set->n_k);
}
