/* SPDX-License-Identifier: MIT */
/** Errors of outputs and kernels: against exact attention over redraws, and of float32 against
 *  float64 with the same map. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention_work.h"
#include "logstat.h"
#include "random.h"

/* Draws without --draws, and the standard error of their mean that ends them. */
enum { LEAST_DRAWS = 8, MOST_DRAWS = 1000, KERNEL_KEYS = 64 };
static const double wanted_stderr = 0.02;

/* The constant of the bound on float32 (favor_attention, Numerics). */
static const double bound_factor = 8;

static double largest_norm(const double *x, int64_t rows, int64_t columns) {
  double largest = 0;
  for (int64_t i = 0; i < rows; i++) {
    double norm2 = 0;
    for (int64_t c = 0; c < columns; c++) norm2 += x[i * columns + c] * x[i * columns + c];
    largest = fmax(largest, norm2);
  }
  return sqrt(largest);
}

/* C u (1 + max_j |w_j||x|) max|v| for each side, |b_j| left out: a little stricter than what is
 * promised. */
static double bound_of(const favor_map *map, const attention_data *data,
                       const attention_stream *s) {
  const attention_set *set = data->set;
  const int64_t m = favor_map_projections(map);
  double *w = malloc((size_t)(m * s->dim) * sizeof *w), top = 0;
  if (w == NULL || favor_map_copy_projections_f64(map, w, s->dim) != FAVOR_OK) {
    free(w);
    return NAN;
  }
  const double row = largest_norm(w, m, s->dim) * sqrt(set->set.scale);
  const double *v = (const double *)s->v;
  for (int64_t i = 0; i < set->n_k * s->dv; i++) top = fmax(top, fabs(v[i]));
  free(w);
  return bound_factor * (FLT_EPSILON / 2) * top *
         (2 + row * (largest_norm((const double *)s->q, set->n_q, s->dim) +
                     largest_norm((const double *)s->k, set->n_k, s->dim)));
}

static bool is_positive(int32_t estimator) {
  favor_estimator_info info = {.size = sizeof info};
  return favor_estimator_get_info(estimator, &info) == FAVOR_OK && info.positive == 1;
}

/* Compare one head; the largest |out - expected|, and the median over rows relative to max|v|. */
static void compare(const attention_data *data, const attention_sample *sample, int64_t head,
                    const void *out, const double *expected, double *largest, double *median) {
  double apart[ATTENTION_SAMPLE];
  const int64_t dv = data->set->set.dv;
  *largest = 0;
  for (int64_t i = 0; i < sample->count; i++) {
    const void *row = attention_at(data, (void *)out, head * data->set->n_q + sample->row[i], dv);
    apart[i] = 0;
    for (int64_t c = 0; c < dv; c++) {
      const double got =
          data->precision == FAVOR_F32 ? (double)((const float *)row)[c] : ((const double *)row)[c];
      const double e = fabs(got - expected[i * dv + c]);
      if (!(e <= apart[i])) apart[i] = e;
    }
    if (!(apart[i] <= *largest)) *largest = apart[i];
  }
  *median = bench_quantile(sample->count, apart, 0.5);
}

const char *attention_verify(const attention_job *job, const attention_sample *sample,
                             attention_row *row) {
  const attention_data *data = job->data;
  const bool positive = is_positive(row->estimator), single = data->precision == FAVOR_F32;
  double *expected = malloc((size_t)(sample->count * data->set->set.dv) * sizeof *expected + 1);
  const char *wrong = expected == NULL ? "no memory" : NULL;
  for (int64_t i = 0; i < sample->streams && wrong == NULL; i++) {
    attention_stream s;
    double largest, median;
    if (!attention_widen(data, i, &s) ||
        attention_estimate_rows(job->map, data, &s, sample, expected) != FAVOR_OK) {
      wrong = "float64 could not be evaluated";
    } else {
      const double bound = bound_of(job->map, data, &s);
      compare(data, sample, i, data->out, expected, &largest, &median);
      if (positive && single)
        row->over_bound = i == 0 ? largest / bound : fmax(row->over_bound, largest / bound);
      if (positive && !(largest <= (single ? bound : 1e-6 * bound)))
        wrong = "its outputs are further from float64 than the bound";
      if (!(median <= (single ? 1e3 : 1e-3) * bound))
        wrong = "its outputs are not those of its features in float64";
    }
    attention_drop(&s);
  }
  free(expected);
  return wrong;
}

const char *attention_verify_exact(const attention_exact_job *job, const attention_sample *sample,
                                   double *error) {
  const attention_data *data = job->data;
  const int64_t dv = data->set->set.dv;
  double apart = 0, norm = 0;
  for (int64_t s = 0; s < sample->streams; s++)
    for (int64_t i = 0; i < sample->count; i++) {
      if (sample->row[i] < job->first || sample->row[i] >= job->first + job->desc.n_q) continue;
      const void *row =
          attention_at(data, data->exact_out, s * data->set->n_q + sample->row[i], dv);
      for (int64_t c = 0; c < dv; c++) {
        const double want = sample->exact[(s * sample->count + i) * dv + c];
        const double got = data->precision == FAVOR_F32 ? (double)((const float *)row)[c]
                                                        : ((const double *)row)[c];
        apart += (got - want) * (got - want);
        norm += want * want;
      }
    }
  *error = norm > 0 ? sqrt(apart / norm) : 0;
  const double limit = data->precision == FAVOR_F32 ? 1e-3 : 1e-9;
  return *error <= limit ? NULL : "exact attention is not exact";
}

/* ---- Errors over draws ------------------------------------------------------------------------- */

static double output_error(const attention_sample *sample, int64_t dv, const double *exact,
                           const double *estimate) {
  double apart = 0, norm = 0;
  for (int64_t i = 0; i < sample->count * dv; i++) {
    apart += (estimate[i] - exact[i]) * (estimate[i] - exact[i]);
    norm += exact[i] * exact[i];
  }
  return sqrt(apart / norm);
}

/* Median of |K^ - K| / K over sampled queries and as many keys. */
static favor_status kernel_error(const attention_data *data, const favor_map *map,
                                 const attention_sample *sample, double *median) {
  enum { PAIRS = ATTENTION_SAMPLE * KERNEL_KEYS };
  const bench_set *set = &data->set->set;
  const int64_t keys = data->set->n_k < KERNEL_KEYS ? data->set->n_k : KERNEL_KEYS;
  const int64_t apart = data->set->n_k / keys, n = sample->count, dim = set->dim;
  const int64_t every = n > 1 ? sample->row[1] - sample->row[0] : 1;
  double *exact = malloc(2 * PAIRS * sizeof *exact), *estimate = exact + PAIRS;
  int8_t *sign = malloc(PAIRS);
  favor_status status = exact == NULL || sign == NULL ? FAVOR_ERR_MEMORY : FAVOR_OK;
  const double *q = set->q + sample->row[0] * dim;
  const int64_t rows = sample->row[0] + (n - 1) * every < data->set->n_q ? n : 1;
  if (status == FAVOR_OK)
    status = favor_kernel_exact_log_f64(FAVOR_KERNEL_SOFTMAX, set->scale, dim, rows, q, every * dim,
                                        keys, set->k, apart * dim, exact, keys, NULL);
  if (status >= 0)
    status = favor_kernel_estimate_log_f64(map, rows, q, every * dim, keys, set->k, apart * dim,
                                           estimate, sign, keys, NULL, 0, NULL, NULL);
  for (int64_t i = 0; i < rows * keys && status >= 0; i++)
    exact[i] = fabs(sign[i] * exp(estimate[i] - exact[i]) - 1);
  if (status >= 0) *median = bench_quantile(rows * keys, exact, 0.5);
  free(exact);
  free(sign);
  return status < 0 ? status : FAVOR_OK;
}

/* The standard error of the mean, relative to it. */
static double relative_stderr(int64_t n, const double *errors) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; i++) sum += errors[i];
  const double mean = sum / (double)n;
  for (int64_t i = 0; i < n; i++) squares += (errors[i] - mean) * (errors[i] - mean);
  return n < 2 ? NAN : sqrt(squares / (double)(n * (n - 1))) / mean;
}

/* Enough draws: as many as asked for, or until both means are known well. */
static bool enough(int64_t wanted, int64_t n, const double *errors, const double *kernels) {
  if (wanted > 0) return n >= wanted;
  if (n < LEAST_DRAWS) return false;
  return n >= MOST_DRAWS || (relative_stderr(n, errors) <= wanted_stderr &&
                             relative_stderr(n, kernels) <= wanted_stderr);
}

favor_status attention_measure_errors(const attention_job *job, const attention_sample *sample,
                                      int64_t draws, uint64_t seed, attention_row *row) {
  const int64_t dv = job->data->set->set.dv;
  if (draws == 0 && job->data->log_weight != NULL) draws = LEAST_DRAWS; /* all but exact */
  const int64_t most = draws > 0 ? draws : MOST_DRAWS;
  double *errors = malloc((size_t)(2 * most) * sizeof *errors), *kernels = errors + most;
  double *out = malloc((size_t)(sample->count * dv) * sizeof *out);
  favor_status status = errors == NULL || out == NULL ? FAVOR_ERR_MEMORY : FAVOR_OK;
  int64_t n = 0;
  while (status == FAVOR_OK && !enough(draws, n, errors, kernels)) {
    const int64_t head = n % sample->streams;
    const attention_stream s = attention_stream_of(job->data, head);
    favor_map *drawn = NULL;
    status = favor_map_redraw(job->map, seed + (uint64_t)n, &drawn);
    if (status == FAVOR_OK) status = attention_estimate_rows(drawn, job->data, &s, sample, out);
    if (status == FAVOR_OK) status = kernel_error(job->data, drawn, sample, &kernels[n]);
    favor_map_destroy(drawn);
    errors[n++] = output_error(sample, dv, sample->wanted + head * sample->count * dv, out);
  }
  row->draws = n;
  if (status == FAVOR_OK) {
    row->output_stderr = relative_stderr(n, errors);
    row->output_median = bench_quantile(n, errors, 0.5);
    row->output_worst = bench_quantile(n, errors, 1);
    row->kernel_median = bench_quantile(n, kernels, 0.5);
    row->kernel_worst = bench_quantile(n, kernels, 1);
  }
  free(errors);
  free(out);
  return status;
}
