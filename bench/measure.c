/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#include "logstat.h"

/* Beyond this a float32 kernel estimate could overflow. */
static const double float_kernel_limit = 80;

/* What one measurement works with; blocks are [side, side]. */
typedef struct run {
  const bench_sample *sample;
  const favor_executor *executor;
  favor_precision precision;
  void *work;
  size_t work_bytes;
  double *log_block;
  float *block;
  int8_t *sign;
} run;

static bool run_start(run *r, const favor_map *map) {
  const size_t block = (size_t)(r->sample->side * r->sample->side);
  if (favor_kernel_estimate_workspace(map, r->precision, r->executor, &r->work_bytes) != FAVOR_OK)
    return false;
  r->work = aligned_alloc(64, (r->work_bytes + 127) / 64 * 64);
  r->log_block = malloc(block * sizeof *r->log_block);
  r->block = malloc(block * sizeof *r->block);
  r->sign = malloc(block);
  return r->work && r->log_block && r->block && r->sign;
}

static void run_end(run *r) {
  free(r->work);
  free(r->log_block);
  free(r->block);
  free(r->sign);
}

/* ln|K^| and its sign for one group. */
static favor_status estimate_group(run *r, const favor_map *map, int64_t group) {
  const int64_t side = r->sample->side, dim = r->sample->set->dim, at = group * side * dim;
  if (r->precision == FAVOR_F64)
    return favor_kernel_estimate_log_f64(map, side, r->sample->q + at, dim, side, r->sample->k + at,
                                         dim, r->log_block, r->sign, side, r->work, r->work_bytes,
                                         r->executor, NULL);
  const favor_status status =
      favor_kernel_estimate_f32(map, side, r->sample->qf + at, dim, side, r->sample->kf + at, dim,
                                r->block, side, r->work, r->work_bytes, r->executor, NULL);
  for (int64_t i = 0; i < side * side; i++) {
    r->log_block[i] = log(fabs((double)r->block[i]));
    r->sign[i] = (int8_t)((r->block[i] > 0) - (r->block[i] < 0));
  }
  return status;
}

/* ln|K^/K - 1| from ln|K^/K| and the sign of K^. */
static double log_error(double log_ratio, int8_t sign) {
  if (sign == 0) return 0;
  if (log_ratio > 40) return log_ratio;
  return sign > 0 ? log(fabs(expm1(log_ratio))) : log1p(exp(log_ratio));
}

/* The errors of one draw, ln|K^/K - 1|, in errors[num_pairs]. */
static favor_status errors_of_draw(run *r, const favor_map *map, const double *log_kernel,
                                   double *errors) {
  const int64_t side = r->sample->side;
  for (int64_t g = 0; g < r->sample->groups; g++) {
    const favor_status status = estimate_group(r, map, g);
    if (status != FAVOR_OK) return status;
    for (int64_t i = 0; i < side; i++)
      for (int64_t j = 0; j < side; j++) {
        const int64_t p = bench_sample_at(r->sample, g, i, j);
        if (p < 0) continue;
        errors[p] = log_error(r->log_block[i * side + j] - log_kernel[p], r->sign[i * side + j]);
      }
  }
  return FAVOR_OK;
}

/* ln of the mean square of e^errors. */
static double log_mean_square(int64_t n, const double *errors, double *scratch) {
  for (int64_t i = 0; i < n; i++) scratch[i] = 2 * errors[i];
  return bench_log_mean(n, scratch);
}

static favor_status redraws(run *r, const favor_map *map, const double *log_kernel, int64_t repeats,
                            uint64_t seed, double *errors, double *per_draw, double *scratch) {
  const int64_t pairs = r->sample->num_pairs;
  for (int64_t d = 0; d < repeats; d++) {
    favor_map *drawn = NULL;
    favor_status status = favor_map_redraw(map, seed + (uint64_t)d, &drawn);
    if (status != FAVOR_OK) return status;
    status = errors_of_draw(r, drawn, log_kernel, errors + d * pairs);
    favor_map_destroy(drawn);
    if (status != FAVOR_OK) return status;
    per_draw[d] = log_mean_square(pairs, errors + d * pairs, scratch);
  }
  return FAVOR_OK;
}

static bool fits_in_float(int64_t n, const double *log_kernel) {
  for (int64_t i = 0; i < n; i++)
    if (!(fabs(log_kernel[i]) <= float_kernel_limit)) return false;
  return true;
}

favor_status bench_measure_errors(const favor_map *map, favor_precision precision,
                                  const bench_sample *sample, const double *log_kernel,
                                  int64_t repeats, uint64_t seed, const favor_executor *executor,
                                  bench_errors *out) {
  run r = {sample, executor, precision, NULL, 0, NULL, NULL, NULL};
  const int64_t n = sample->num_pairs;
  out->log_relmse = out->log_stderr = out->median = out->p90 = NAN;
  if (precision == FAVOR_F32 && !fits_in_float(n, log_kernel)) return FAVOR_OK;
  double *errors = malloc((size_t)(n * (repeats + 1) + repeats) * sizeof *errors);
  favor_status status = errors != NULL && run_start(&r, map) ? FAVOR_OK : FAVOR_ERR_MEMORY;
  if (status == FAVOR_OK) {
    double *scratch = errors + n * repeats, *per_draw = scratch + n;
    status = redraws(&r, map, log_kernel, repeats, seed, errors, per_draw, scratch);
    if (status == FAVOR_OK) {
      out->log_relmse = bench_log_mean(repeats, per_draw);
      out->log_stderr = bench_log_stderr(repeats, per_draw);
      out->median = exp(bench_quantile(n * repeats, errors, 0.5));
      out->p90 = exp(bench_quantile(n * repeats, errors, 0.9));
    } else if (status == FAVOR_NOTE_OVERFLOW) {
      status = FAVOR_OK; /* some estimate did not fit: not measured */
    }
  }
  run_end(&r);
  free(errors);
  return status;
}

favor_status bench_forecast(const favor_map *map, const bench_sample *sample, double *log_relmse) {
  const int64_t dim = sample->set->dim;
  return favor_forecast_pairs_f64(map, sample->num_pairs, sample->x, dim, sample->y, dim,
                                  log_relmse);
}
