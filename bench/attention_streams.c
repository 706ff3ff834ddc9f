/* SPDX-License-Identifier: MIT */
/** Heads one by one: their sampled queries, exact outputs, outputs by features. */
#include <stdlib.h>
#include <string.h>

#include "attention_work.h"

attention_stream attention_stream_of(const attention_data *data, int64_t index) {
  const attention_set *set = data->set;
  const int64_t group = set->heads / set->kv_heads, batch = index / set->heads;
  const int64_t kv = batch * set->kv_heads + index % set->heads / group;
  const attention_stream s = {data->precision,
                              set->set.dim,
                              set->set.dv,
                              data->width,
                              attention_at(data, data->q, index * set->n_q, set->set.dim),
                              attention_at(data, data->k, kv * set->n_k, set->set.dim),
                              attention_at(data, data->v, kv * set->n_k, set->set.dv)};
  return s;
}

static double *widened(const attention_data *data, const void *x, int64_t n) {
  double *wide = malloc((size_t)n * sizeof *wide + 1);
  if (wide == NULL) return NULL;
  for (int64_t i = 0; i < n; i++)
    wide[i] = data->precision == FAVOR_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
  return wide;
}

bool attention_widen(const attention_data *data, int64_t index, attention_stream *out) {
  const attention_set *set = data->set;
  attention_stream s = attention_stream_of(data, index);
  double *q = widened(data, s.q, set->n_q * s.dim), *k = widened(data, s.k, set->n_k * s.dim);
  double *v = widened(data, s.v, set->n_k * s.dv);
  s.precision = FAVOR_F64;
  s.width = sizeof(double);
  s.q = (const char *)q;
  s.k = (const char *)k;
  s.v = (const char *)v;
  *out = s;
  return q != NULL && k != NULL && v != NULL;
}

void attention_drop(attention_stream *s) {
  free((void *)s->q);
  free((void *)s->k);
  free((void *)s->v);
}

/* ---- The sample -------------------------------------------------------------------------------- */

/* Exact outputs of one head, each query by itself, in float64. */
static favor_status exact_rows(const attention_data *data, const attention_sample *sample,
                               const attention_stream *s, double *out) {
  for (int64_t i = 0; i < sample->count; i++) {
    favor_attention_desc d;
    favor_status status = favor_attention_desc_init(&d, 1, 1, 1, sample->seen[i], s->dim, s->dv);
    if (status == FAVOR_OK)
      status = favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, data->set->set.scale, FAVOR_ISA_AUTO,
                                         &d, (const double *)s->q + sample->row[i] * s->dim,
                                         (const double *)s->k, (const double *)s->v,
                                         out + i * s->dv, NULL, 0, NULL, NULL, NULL);
    if (status != FAVOR_OK) return status;
  }
  return FAVOR_OK;
}

/* One row of a stream with log-weights, by attention to the keys that count (map) or exactly (NULL).
 * Each key outweighs the one before by some 50 in the exponent: what lies further back than this
 * many keys is zero beside the last, in float64 too. */
static favor_status weighted_row(const favor_map *map, const attention_data *data,
                                 const attention_stream *s, int64_t row, int64_t seen, void *out) {
  enum { WINDOW = 64 };
  const int64_t keys = seen < WINDOW ? seen : WINDOW, first = seen - keys;
  const void *q = s->q + (size_t)(row * s->dim) * s->width;
  const void *k = s->k + (size_t)(first * s->dim) * s->width;
  const void *v = s->v + (size_t)(first * s->dv) * s->width;
  favor_attention_desc d;
  const favor_status status = favor_attention_desc_init(&d, 1, 1, 1, keys, s->dim, s->dv);
  if (status != FAVOR_OK) return status;
  d.key_log_weight = data->log_weight + first;
  d.weight_stride[1] = 1;
  if (map == NULL)
    return favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, data->set->set.scale, FAVOR_ISA_AUTO, &d,
                                     q, k, v, out, NULL, 0, NULL, NULL, NULL);
  return s->precision == FAVOR_F32
             ? favor_attention_f32(1, &map, &d, q, k, v, out, NULL, 0, NULL, NULL)
             : favor_attention_f64(1, &map, &d, q, k, v, out, NULL, 0, NULL, NULL);
}

static favor_status wanted_rows(const attention_data *data, const attention_sample *sample,
                                const attention_stream *s, double *out) {
  favor_status status = FAVOR_OK;
  for (int64_t i = 0; i < sample->count && status >= 0; i++)
    status = weighted_row(NULL, data, s, sample->row[i], sample->seen[i], out + i * s->dv);
  return status;
}

/* Rows evenly spread, those that see no key left out. */
static void choose_rows(attention_sample *sample, const attention_data *data, attention_mode mode) {
  const attention_set *set = data->set;
  const int64_t rows = data->tokens > 0 ? data->tokens : set->n_q, first = set->n_q - rows;
  const int64_t most = rows < ATTENTION_SAMPLE ? rows : ATTENTION_SAMPLE;
  for (int64_t p = 0; p < most; p++) {
    const int64_t row = first + (2 * p + 1) * rows / (2 * most);
    const int64_t seen = attention_sight(data, mode, row);
    if (seen < 1) continue;
    sample->row[sample->count] = row;
    sample->seen[sample->count++] = seen;
  }
}

bool attention_sample_start(attention_sample *sample, attention_data *data,
                            const attention_case *fixed) {
  const attention_set *set = data->set;
  const int64_t heads = set->batch * set->heads, dv = set->set.dv;
  memset(sample, 0, sizeof *sample);
  choose_rows(sample, data, fixed->mode);
  sample->streams = heads < ATTENTION_STREAMS ? heads : ATTENTION_STREAMS;
  const size_t bytes = (size_t)(sample->streams * sample->count * dv) * sizeof(double) + 1;
  sample->exact = malloc(bytes);
  sample->wanted = data->log_weight != NULL ? malloc(bytes) : sample->exact;
  bool fine = sample->exact != NULL && sample->wanted != NULL && sample->count > 0;
  for (int64_t i = 0; i < sample->streams && fine; i++) {
    const int64_t at = i * sample->count * dv;
    attention_stream s;
    fine = attention_widen(data, i, &s) &&
           exact_rows(data, sample, &s, sample->exact + at) == FAVOR_OK;
    if (fine && data->log_weight != NULL)
      fine = wanted_rows(data, sample, &s, sample->wanted + at) == FAVOR_OK;
    attention_drop(&s);
  }
  return fine;
}

void attention_sample_end(attention_sample *sample) {
  if (sample->wanted != sample->exact) free(sample->wanted);
  free(sample->exact);
  sample->exact = sample->wanted = NULL;
}

/* ---- Outputs by features ----------------------------------------------------------------------- */

static favor_status absorb(const favor_map *map, favor_state *state, const attention_stream *s,
                           int64_t from, int64_t to) {
  const void *k = s->k + (size_t)(from * s->dim) * s->width;
  const void *v = s->v + (size_t)(from * s->dv) * s->width;
  return s->precision == FAVOR_F32
             ? favor_state_absorb_f32(map, state, to - from, k, s->dim, v, s->dv, NULL, 0, NULL)
             : favor_state_absorb_f64(map, state, to - from, k, s->dim, v, s->dv, NULL, 0, NULL);
}

static favor_status read_row(const favor_map *map, const favor_state *state,
                             const attention_stream *s, int64_t row, void *out) {
  const void *q = s->q + (size_t)(row * s->dim) * s->width;
  return s->precision == FAVOR_F32
             ? favor_state_read_f32(map, state, 1, q, s->dim, out, s->dv, NULL, NULL, 0, NULL)
             : favor_state_read_f64(map, state, 1, q, s->dim, out, s->dv, NULL, NULL, 0, NULL);
}

favor_status attention_estimate_rows(const favor_map *map, const attention_data *data,
                                     const attention_stream *s, const attention_sample *sample,
                                     double *out) {
  favor_state *state = NULL;
  double *room = malloc((size_t)s->dv * sizeof *room);
  int64_t done = 0;
  favor_status status =
      room == NULL ? FAVOR_ERR_MEMORY : favor_state_create(map, s->dv, s->precision, &state);
  for (int64_t i = 0; i < sample->count && status >= 0; i++) {
    if (data->log_weight != NULL) {
      status = weighted_row(map, data, s, sample->row[i], sample->seen[i], room);
    } else {
      if (sample->seen[i] > done) status = absorb(map, state, s, done, sample->seen[i]);
      done = sample->seen[i];
      if (status >= 0) status = read_row(map, state, s, sample->row[i], room);
    }
    for (int64_t c = 0; c < s->dv && status >= 0; c++)
      out[i * s->dv + c] =
          s->precision == FAVOR_F32 ? (double)((const float *)room)[c] : ((const double *)room)[c];
  }
  favor_state_destroy(map, state);
  free(room);
  return status < 0 ? status : FAVOR_OK;
}
