/* SPDX-License-Identifier: MIT */
#include "attention/trial.h"

favor_attention_desc plain(int64_t batch, int64_t heads, int64_t n_q, int64_t n_k, int64_t dim,
                           int64_t dv, favor_mask mask) {
  favor_attention_desc desc;
  assert_ok(favor_attention_desc_init(&desc, batch, heads, n_q, n_k, dim, dv));
  desc.mask = (int32_t)mask;
  return desc;
}

/* ---- where things lie ---- */

static bool of_queries(trial_array which) {
  return which == TRIAL_Q || which == TRIAL_OUT;
}

static int64_t columns_of(const trial *p, trial_array which) {
  return which == TRIAL_Q || which == TRIAL_K ? p->desc.dim : p->desc.dv;
}

static int64_t heads_of(const trial *p, trial_array which) {
  return of_queries(which) ? p->desc.heads : p->desc.kv_heads;
}

static const int64_t *offsets_of(const trial *p, trial_array which) {
  return of_queries(which) ? p->desc.q_offsets : p->desc.k_offsets;
}

static const int64_t *strides_of(const trial *p, trial_array which) {
  const int64_t *strides[] = {p->desc.q_stride, p->desc.k_stride, p->desc.v_stride,
                              p->desc.out_stride};
  return strides[which];
}

int64_t trial_rows(const trial *p, trial_array which, int64_t b) {
  const int64_t *offsets = offsets_of(p, which);
  if (offsets) return offsets[b + 1] - offsets[b];
  return of_queries(which) ? p->desc.n_q : p->desc.n_k;
}

int64_t trial_at(const trial *p, trial_array which, int64_t b, int64_t h, int64_t i) {
  const int64_t *stride = strides_of(p, which), *offsets = offsets_of(p, which);
  if (offsets) return h * stride[1] + (offsets[b] + i) * stride[2];
  return b * stride[0] + h * stride[1] + i * stride[2];
}

int64_t trial_norm_at(const trial *p, int64_t b, int64_t h, int64_t i) {
  const int64_t *offsets = p->desc.q_offsets;
  if (offsets) return h * offsets[p->desc.batch] + offsets[b] + i;
  return (b * p->desc.heads + h) * p->desc.n_q + i;
}

/** One past the last element of any row. */
static int64_t extent(const trial *p, trial_array which) {
  int64_t end = 0;
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < heads_of(p, which); h++)
      for (int64_t i = 0; i < trial_rows(p, which, b); i++) {
        const int64_t at = trial_at(p, which, b, h, i) + columns_of(p, which);
        if (at > end) end = at;
      }
  return end;
}

/* ---- filling ---- */

void trial_put(trial *p, trial_array which, int64_t b, int64_t h, int64_t i, const double *x) {
  const int64_t at = trial_at(p, which, b, h, i);
  for (int64_t l = 0; l < columns_of(p, which); l++)
    real_set(p->precision, p->array[which], at + l, x[l]);
}

void trial_flood(trial *p, trial_array which, int64_t b, int64_t h, int64_t i, double value) {
  const int64_t at = trial_at(p, which, b, h, i);
  for (int64_t l = 0; l < columns_of(p, which); l++)
    real_set(p->precision, p->array[which], at + l, value);
}

static void fill(trial *p, trial_array which, double norm, test_rng *rng) {
  const int64_t n = columns_of(p, which);
  double *row = malloc(sizeof *row * (size_t)n);
  assert_non_null(row);
  for (int64_t l = 0; l < p->elements[which]; l++) real_set(p->precision, p->array[which], l, NAN);
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < heads_of(p, which); h++)
      for (int64_t i = 0; i < trial_rows(p, which, b); i++) {
        if (which == TRIAL_V)
          test_rng_normals(rng, n, row);
        else
          test_rng_on_sphere(rng, n, norm, row);
        trial_put(p, which, b, h, i, row);
      }
  free(row);
}

void trial_open(trial *p, favor_precision precision, const favor_attention_desc *desc, double norm,
                uint64_t seed) {
  test_rng rng;
  *p = (trial){.precision = precision, .desc = *desc};
  test_rng_seed(&rng, seed);
  for (int which = TRIAL_Q; which <= TRIAL_OUT; which++) {
    p->elements[which] = extent(p, (trial_array)which);
    p->array[which] = reals(precision, p->elements[which], NULL);
    if (which != TRIAL_OUT) fill(p, (trial_array)which, norm, &rng);
  }
  const int64_t *offsets = desc->q_offsets;
  p->log_norms = desc->heads * (offsets ? offsets[desc->batch] : desc->batch * desc->n_q);
  p->log_norm = malloc(sizeof *p->log_norm * (size_t)(p->log_norms + 1));
  assert_non_null(p->log_norm);
  p->desc.log_norm = p->log_norm;
  assert_ok(favor_report_init(&p->report));
}

void trial_close(trial *p) {
  for (int which = TRIAL_Q; which <= TRIAL_OUT; which++) free(p->array[which]);
  free(p->log_norm);
}

/* ---- running ---- */

void trial_blank(trial *p) {
  memset(p->array[TRIAL_OUT], 0xA5, (size_t)p->elements[TRIAL_OUT] * real_size(p->precision));
  memset(p->log_norm, 0xA5, sizeof *p->log_norm * (size_t)(p->log_norms + 1));
}

void trial_check_gaps(const trial *p) {
  const size_t real = real_size(p->precision), bytes = (size_t)p->elements[TRIAL_OUT] * real;
  unsigned char *copy = malloc(bytes + 1);
  assert_non_null(copy);
  memcpy(copy, p->array[TRIAL_OUT], bytes);
  for (int64_t b = 0; b < p->desc.batch; b++)
    for (int64_t h = 0; h < p->desc.heads; h++)
      for (int64_t i = 0; i < trial_rows(p, TRIAL_OUT, b); i++)
        memset(copy + (size_t)trial_at(p, TRIAL_OUT, b, h, i) * real, 0xA5,
               (size_t)p->desc.dv * real);
  for (size_t l = 0; l < bytes; l++) assert_int_equal(copy[l], 0xA5);
  free(copy);
  const unsigned char *behind = (const void *)(p->log_norm + p->log_norms);
  for (size_t l = 0; l < sizeof *p->log_norm; l++) assert_int_equal(behind[l], 0xA5);
}

enum { MAPS_MAX = 16 };

favor_status trial_run(trial *p, int64_t num_models, const model *const *models, call_room room) {
  const favor_map *maps[MAPS_MAX];
  size_t bytes = 0;
  void *own = NULL;
  assert_true(num_models <= MAPS_MAX);
  for (int64_t m = 0; m < num_models; m++) maps[m] = models[m]->map;
  if (!room.work) {
    assert_ok(
        favor_attention_workspace(num_models, maps, &p->desc, p->precision, room.executor, &bytes));
    const call_room dirty = dirty_room(bytes);
    own = room.work = dirty.work;
    room.work_size = bytes;
  }
  if (!room.report) room.report = &p->report;
  trial_blank(p);
  p->status = attend(p->precision, num_models, maps, &p->desc, p->array[TRIAL_Q], p->array[TRIAL_K],
                     p->array[TRIAL_V], p->array[TRIAL_OUT], room);
  if (p->status < 0) print_error("%s: %s\n", p->report.argument, p->report.message);
  trial_check_gaps(p);
  free(own);
  return p->status;
}

/* ---- judging ---- */

static double *dense(const trial *p, trial_array which, int64_t b, int64_t h, int64_t rows) {
  const int64_t n = columns_of(p, which);
  double *out = malloc(sizeof *out * (size_t)(rows * n + 1));
  assert_non_null(out);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t l = 0; l < n; l++)
      out[i * n + l] = real_get(p->precision, p->array[which], trial_at(p, which, b, h, i) + l);
  return out;
}

static double *weights_of(const trial *p, int64_t b, int64_t keys) {
  const favor_attention_desc *d = &p->desc;
  double *out = malloc(sizeof *out * (size_t)(keys + 1));
  assert_non_null(out);
  const int64_t start =
      d->k_offsets ? d->k_offsets[b] * d->weight_stride[1] : b * d->weight_stride[0];
  for (int64_t j = 0; j < keys; j++)
    out[j] = (double)d->key_log_weight[start + j * d->weight_stride[1]];
  return out;
}

/** What favor.h says of masks: ragged batches line up the last query with the last key. */
static ref_sight sight_of(const trial *p, int64_t b) {
  const favor_attention_desc *d = &p->desc;
  ref_sight sight = {.keys = trial_rows(p, TRIAL_K, b), .causal = d->mask == FAVOR_MASK_CAUSAL};
  sight.offset = d->causal_offset;
  if (d->k_offsets) sight.offset += sight.keys - trial_rows(p, TRIAL_Q, b);
  if (d->key_lengths && d->key_lengths[b] < sight.keys) sight.keys = d->key_lengths[b];
  return sight;
}

void trial_judge_head(verdict *v, const trial *p, int64_t b, int64_t h, head *one) {
  const favor_attention_desc *d = &p->desc;
  const int64_t kv = h / (d->heads / d->kv_heads);
  ref_sight sight = sight_of(p, b);
  double *weights = d->key_log_weight ? weights_of(p, b, sight.keys) : NULL;
  sight.log_weight = weights;
  double *q = dense(p, TRIAL_Q, b, h, trial_rows(p, TRIAL_Q, b));
  double *k = dense(p, TRIAL_K, b, kv, sight.keys), *x = dense(p, TRIAL_V, b, kv, sight.keys);
  one->precision = p->precision;
  one->n_q = trial_rows(p, TRIAL_Q, b);
  one->dim = d->dim;
  one->dv = d->dv;
  one->q = q;
  one->k = k;
  one->v = x;
  one->sight = sight;
  const int64_t at = one->n_q > 0 ? trial_at(p, TRIAL_OUT, b, h, 0) : 0;
  judge(v, one, real_address(p->precision, p->array[TRIAL_OUT], at), d->out_stride[2],
        p->log_norm + trial_norm_at(p, b, h, 0));
  free(weights);
  free(q);
  free(k);
  free(x);
}

verdict trial_judge(const trial *p, int64_t num_models, const model *const *models) {
  const favor_attention_desc *d = &p->desc;
  verdict v = {0};
  for (int64_t b = 0; b < d->batch; b++)
    for (int64_t h = 0; h < d->heads; h++) {
      const int64_t which = num_models == 1 ? 0 : h / (d->heads / num_models);
      trial_judge_head(&v, p, b, h, &(head){.m = models[which]});
    }
  return v;
}

void trial_check(trial *p, int64_t num_models, const model *const *models, verdict *v) {
  trial_run(p, num_models, models, (call_room){0});
  const verdict found = trial_judge(p, num_models, models);
  judge_status(&found, p->status);
  judge_report(&found, &p->report);
  judge_add(v, &found);
}

void *trial_keep(const trial *p) {
  const size_t real = real_size(p->precision), bytes = (size_t)p->elements[TRIAL_OUT] * real;
  const size_t norms = sizeof *p->log_norm * (size_t)p->log_norms;
  unsigned char *kept = malloc(bytes + norms + 1);
  assert_non_null(kept);
  memcpy(kept, p->array[TRIAL_OUT], bytes);
  memcpy(kept + bytes, p->log_norm, norms);
  return kept;
}

bool trial_same_row(const trial *p, const void *kept, int64_t b, int64_t h, int64_t i) {
  const size_t real = real_size(p->precision), bytes = (size_t)p->elements[TRIAL_OUT] * real;
  const size_t at = (size_t)trial_at(p, TRIAL_OUT, b, h, i) * real;
  const size_t norm_at = (size_t)trial_norm_at(p, b, h, i) * sizeof(double);
  const unsigned char *out = p->array[TRIAL_OUT], *norms = (const void *)p->log_norm;
  return memcmp(out + at, (const unsigned char *)kept + at, (size_t)p->desc.dv * real) == 0 &&
         memcmp(norms + norm_at, (const unsigned char *)kept + bytes + norm_at, sizeof(double)) ==
             0;
}
