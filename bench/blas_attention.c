/* SPDX-License-Identifier: MIT */
#include "blas_attention.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wide.h"

#ifdef FAVOR_BLAS_ILP64
typedef int64_t blas_int;
#else
typedef int32_t blas_int;
#endif

/* OpenBLAS has these; another BLAS need not. */
extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));

/* Rows that make a product fast while its operands stay in cache. */
enum { FEATURE_ROWS = 256, QUERY_ROWS = 128, KEY_ROWS = 256 };

const char *bench_blas_core(void) {
  const char *core = openblas_get_corename != NULL ? openblas_get_corename() : NULL;
  return core != NULL ? core : "unknown";
}

void bench_blas_single(void) {
  if (openblas_set_num_threads != NULL) openblas_set_num_threads(1);
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int64_t blocks_of(int64_t rows, int64_t height) {
  return (rows + height - 1) / height;
}

static size_t width(const bench_blas *b) {
  return b->precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
}

static const char *row_of(const bench_blas *b, const void *base, const int64_t stride[3],
                          int64_t batch, int64_t head, int64_t row) {
  return (const char *)base +
         (size_t)(batch * stride[0] + head * stride[1] + row * stride[2]) * width(b);
}

/* c = a b or a'b or a b' (+ c). */
static void product(const bench_blas *p, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int64_t m,
                    int64_t n, int64_t k, const void *a, int64_t lda, const void *b, int64_t ldb,
                    bool add, void *c, int64_t ldc) {
  if (p->precision == FAVOR_F32)
    cblas_sgemm(CblasRowMajor, ta, tb, (blas_int)m, (blas_int)n, (blas_int)k, 1, a, (blas_int)lda,
                b, (blas_int)ldb, add ? 1 : 0, c, (blas_int)ldc);
  else
    cblas_dgemm(CblasRowMajor, ta, tb, (blas_int)m, (blas_int)n, (blas_int)k, 1, a, (blas_int)lda,
                b, (blas_int)ldb, add ? 1 : 0, c, (blas_int)ldc);
}

static int64_t workers(const bench_blas *b) {
  return b->executor != NULL ? b->executor->width : 1;
}

/* ---- The products of features ------------------------------------------------------------------ */

/* Scratch of a worker: a block of features, then one state. */
static void *state_of(const bench_blas *b, char *scratch) {
  const int64_t rows = b->streams > FEATURE_ROWS ? b->streams : FEATURE_ROWS;
  return scratch + (size_t)(rows * b->features) * width(b);
}

static void key_block(const bench_blas *b, char *scratch, int64_t stream, int64_t row) {
  const favor_attention_desc *d = &b->desc;
  const int64_t rows = least(FEATURE_ROWS, d->n_k - row), f = b->features;
  const int64_t batch = stream / d->kv_heads, head = stream % d->kv_heads;
  product(b, CblasNoTrans, CblasTrans, rows, b->projections, d->dim,
          row_of(b, b->k, d->k_stride, batch, head, row), d->k_stride[2], b->w, d->dim, false,
          scratch, f);
  product(b, CblasTrans, CblasNoTrans, f, d->dv, rows, scratch, f,
          row_of(b, b->v, d->v_stride, batch, head, row), d->v_stride[2], true,
          state_of(b, scratch), d->dv);
}

static void query_block(const bench_blas *b, char *scratch, int64_t stream, int64_t row) {
  const favor_attention_desc *d = &b->desc;
  const int64_t rows = least(FEATURE_ROWS, d->n_q - row), f = b->features;
  const int64_t batch = stream / d->heads, head = stream % d->heads;
  product(b, CblasNoTrans, CblasTrans, rows, b->projections, d->dim,
          row_of(b, b->q, d->q_stride, batch, head, row), d->q_stride[2], b->w, d->dim, false,
          scratch, f);
  product(b, CblasNoTrans, CblasNoTrans, rows, d->dv, f, scratch, f, state_of(b, scratch), d->dv,
          false, (void *)row_of(b, b->out, d->out_stride, batch, head, row), d->out_stride[2]);
}

/* One token of some streams: both projections at once, then each stream's state. */
static void token_block(const bench_blas *b, char *scratch, int64_t first, int64_t end,
                        int64_t token) {
  const favor_attention_desc *d = &b->desc;
  const int64_t f = b->features, m = b->projections, n = end - first;
  const char *q = row_of(b, b->q, d->q_stride, 0, first, token);
  const char *k = row_of(b, b->k, d->k_stride, 0, first, token);
  char *states = state_of(b, scratch);
  product(b, CblasNoTrans, CblasTrans, n, m, d->dim, k, d->k_stride[1], b->w, d->dim, false,
          scratch, f);
  for (int64_t s = 0; s < n; s++)
    product(b, CblasNoTrans, CblasNoTrans, f, d->dv, 1, scratch + (size_t)(s * f) * width(b), 1,
            row_of(b, b->v, d->v_stride, 0, first + s, token), d->dv, true,
            states + (size_t)(s * f * d->dv) * width(b), d->dv);
  product(b, CblasNoTrans, CblasTrans, n, m, d->dim, q, d->q_stride[1], b->w, d->dim, false,
          scratch, f);
  for (int64_t s = 0; s < n; s++)
    product(b, CblasNoTrans, CblasNoTrans, 1, d->dv, f, scratch + (size_t)(s * f) * width(b), f,
            states + (size_t)(s * f * d->dv) * width(b), d->dv, false,
            (void *)row_of(b, b->out, d->out_stride, 0, first + s, token), d->dv);
}

static void features_worker(void *arg, int64_t worker) {
  const bench_blas *b = (const bench_blas *)arg;
  const favor_attention_desc *d = &b->desc;
  char *scratch = b->scratch + (size_t)worker * b->scratch_bytes;
  const int64_t width_of_all = workers(b);
  if (b->tokens > 0) {
    const int64_t first = b->streams * worker / width_of_all;
    const int64_t end = b->streams * (worker + 1) / width_of_all;
    for (int64_t t = 0; t < b->tokens && first < end; t++) token_block(b, scratch, first, end, t);
    return;
  }
  const int64_t keys = blocks_of(d->n_k, FEATURE_ROWS), queries = blocks_of(d->n_q, FEATURE_ROWS);
  for (int64_t i = worker; i < d->batch * d->kv_heads * keys; i += width_of_all)
    key_block(b, scratch, i / keys, i % keys * FEATURE_ROWS);
  for (int64_t i = worker; i < d->batch * d->heads * queries; i += width_of_all)
    query_block(b, scratch, i / queries, i % queries * FEATURE_ROWS);
}

static void spread(bench_blas *b, void (*task)(void *arg, int64_t i)) {
  if (b->executor != NULL)
    b->executor->parallel_for(b->executor->ctx, workers(b), task, b);
  else
    task(b, 0);
}

void bench_blas_features(void *blas) {
  bench_blas *b = (bench_blas *)blas;
  for (int64_t i = 0; i < workers(b); i++) { /* sums start anew: left alone they would overflow */
    const int64_t states = b->tokens > 0 ? b->streams : 1;
    memset(state_of(b, b->scratch + (size_t)i * b->scratch_bytes), 0,
           (size_t)(states * b->features * b->desc.dv) * width(b));
  }
  spread(b, features_worker);
}

double bench_blas_features_flops(const bench_blas *b) {
  const favor_attention_desc *d = &b->desc;
  const double one =
      2.0 * (double)b->projections * (double)d->dim + 2.0 * (double)b->features * (double)d->dv;
  if (b->tokens > 0) return 2 * one * (double)b->streams * (double)b->tokens;
  return one * (double)d->batch *
         ((double)d->heads * (double)d->n_q + (double)d->kv_heads * (double)d->n_k);
}

/* ---- Exact attention --------------------------------------------------------------------------- */

/* Queries are taken together, or one at a time as they come in decoding. */
static int64_t query_rows(const bench_blas *b) {
  return b->tokens > 0 ? 1 : QUERY_ROWS;
}

/* The keys that query i sees. */
static int64_t sight(const favor_attention_desc *d, int64_t i) {
  if (d->mask == FAVOR_MASK_NONE) return d->n_k;
  const int64_t seen = i + d->causal_offset + 1;
  return seen < 0 ? 0 : least(seen, d->n_k);
}

/* Sixteen at once: a chain of comparisons would take longer than all the rest. */
static double row_top(const bench_blas *b, int64_t n, const void *x) {
  const float *f = (const float *)x;
  const double *d = (const double *)x;
  float top[16];
  double all = -HUGE_VAL;
  int64_t i = 0;
  for (int j = 0; j < 16; j++) top[j] = -HUGE_VALF;
  for (; b->precision == FAVOR_F32 && i + 16 <= n; i += 16)
    for (int j = 0; j < 16; j++) top[j] = f[i + j] > top[j] ? f[i + j] : top[j];
  for (int j = 0; j < 16; j++) all = (double)top[j] > all ? (double)top[j] : all;
  for (; i < n; i++) {
    const double value = b->precision == FAVOR_F32 ? (double)f[i] : d[i];
    all = value > all ? value : all;
  }
  return all;
}

static void multiply(const bench_blas *b, int64_t n, void *x, double factor) {
  if (b->precision == FAVOR_F32)
    for (int64_t i = 0; i < n; i++) ((float *)x)[i] *= (float)factor;
  else
    for (int64_t i = 0; i < n; i++) ((double *)x)[i] *= factor;
}

typedef struct online {
  double top[QUERY_ROWS], sum[QUERY_ROWS];
} online;

/* Weights of one row of a block: exp(scale (s - top)), zeros where it does not see. */
static void weigh_row(const bench_blas *b, online *o, int64_t i, int64_t seen, int64_t keys,
                      void *s, void *out) {
  double top = o->top[i];
  char *rest = (char *)s + (size_t)(seen > 0 ? seen : 0) * width(b);
  if (seen > 0 && b->products) top = fmax(top, row_top(b, seen, s));
  if (b->products && top > o->top[i]) {
    const double factor = exp(b->scale * (o->top[i] - top));
    o->sum[i] *= factor;
    multiply(b, b->desc.dv, out, factor);
    o->top[i] = top;
  }
  if (seen > 0 && b->narrow)
    o->sum[i] += bench_narrow_exp(b->precision, seen, s, b->scale, 2);
  else if (seen > 0)
    o->sum[i] += bench_wide_exp(b->precision, seen, s, b->scale, b->products ? top : 2);
  if (seen < keys) memset(rest, 0, (size_t)(keys - (seen > 0 ? seen : 0)) * width(b));
}

static void exact_block(const bench_blas *b, char *scratch, int64_t batch, int64_t head,
                        int64_t row) {
  const favor_attention_desc *d = &b->desc;
  const int64_t rows = least(query_rows(b), d->n_q - row), kv = head / (d->heads / d->kv_heads);
  const int64_t last = sight(d, row + rows - 1), ldo = d->out_stride[2];
  const bool both = b->products && b->exponentials;
  char *out = (char *)row_of(b, b->out, d->out_stride, batch, head, row);
  online o;
  for (int64_t i = 0; i < rows; i++) {
    memset(out + (size_t)(i * ldo) * width(b), 0, (size_t)d->dv * width(b));
    o.top[i] = -HUGE_VAL;
    o.sum[i] = 0;
  }
  for (int64_t key = 0; key < last; key += KEY_ROWS) {
    const int64_t keys = least(KEY_ROWS, last - key);
    if (b->products)
      product(b, CblasNoTrans, CblasTrans, rows, keys, d->dim,
              row_of(b, b->q, d->q_stride, batch, head, row), d->q_stride[2],
              row_of(b, b->k, d->k_stride, batch, kv, key), d->k_stride[2], false, scratch,
              KEY_ROWS);
    for (int64_t i = 0; i < rows && b->exponentials; i++)
      weigh_row(b, &o, i, least(sight(d, row + i) - key, keys), keys,
                scratch + (size_t)(i * KEY_ROWS) * width(b), out + (size_t)(i * ldo) * width(b));
    if (b->products)
      product(b, CblasNoTrans, CblasNoTrans, rows, d->dv, keys, scratch, KEY_ROWS,
              row_of(b, b->v, d->v_stride, batch, kv, key), d->v_stride[2], true, out, ldo);
  }
  for (int64_t i = 0; i < rows && both; i++)
    if (o.sum[i] > 0) multiply(b, d->dv, out + (size_t)(i * ldo) * width(b), 1 / o.sum[i]);
}

static void exact_worker(void *arg, int64_t worker) {
  const bench_blas *b = (const bench_blas *)arg;
  const favor_attention_desc *d = &b->desc;
  const int64_t blocks = blocks_of(d->n_q, query_rows(b));
  char *scratch = b->scratch + (size_t)worker * b->scratch_bytes;
  for (int64_t i = worker; i < d->batch * d->heads * blocks; i += workers(b)) {
    exact_block(b, scratch, i / blocks / d->heads, i / blocks % d->heads,
                i % blocks * query_rows(b));
  }
}

void bench_blas_exact(void *blas) {
  spread((bench_blas *)blas, exact_worker);
}

double bench_exact_flops(const favor_attention_desc *d) {
  double pairs = 0;
  for (int64_t i = 0; i < d->n_q; i++) pairs += (double)sight(d, i);
  return 2 * pairs * (double)(d->batch * d->heads) * (double)(d->dim + d->dv);
}

bool bench_blas_start(bench_blas *b) {
  const favor_attention_desc *d = &b->desc;
  const int64_t rows = b->streams > FEATURE_ROWS ? b->streams : FEATURE_ROWS;
  const int64_t states = b->tokens > 0 ? b->streams : 1;
  const int64_t items = b->features > 0 ? rows * b->features + states * b->features * d->dv
                                        : (int64_t)QUERY_ROWS * KEY_ROWS;
  const size_t w_items = (size_t)(b->projections * d->dim) + 1;
  b->scratch_bytes = ((size_t)items * width(b) + 127) / 64 * 64;
  b->scratch = calloc((size_t)workers(b), b->scratch_bytes);
  b->w = calloc(w_items, width(b));
  for (size_t i = 0; b->w != NULL && i < w_items;
       i++) { /* any numbers: speed does not depend on them */
    const double value = (double)(i % 7) / 7 - 0.4;
    if (b->precision == FAVOR_F32)
      ((float *)b->w)[i] = (float)value;
    else
      ((double *)b->w)[i] = value;
  }
  return b->scratch != NULL && b->w != NULL;
}

void bench_blas_end(bench_blas *b) {
  free(b->scratch);
  free(b->w);
}
