/* SPDX-License-Identifier: MIT */
/** Features: that they are right, and how long they take. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "random.h"

/* Both forms of the features of n rows. */
typedef struct features {
  int64_t rows, count;
  double *log_phi, *log_scale, *phi;
  float *phi_f;
  int8_t *sign;
} features;

static bool features_start(features *f, int64_t rows, int64_t count) {
  const size_t items = (size_t)(rows * count);
  f->rows = rows;
  f->count = count;
  f->log_phi = malloc(items * sizeof *f->log_phi);
  f->phi = malloc(items * sizeof *f->phi);
  f->phi_f = malloc(items * sizeof *f->phi_f);
  f->sign = malloc(items);
  f->log_scale = malloc((size_t)rows * sizeof *f->log_scale);
  return f->log_phi && f->phi && f->phi_f && f->sign && f->log_scale;
}

static void features_end(features *f) {
  free(f->log_phi);
  free(f->phi);
  free(f->phi_f);
  free(f->sign);
  free(f->log_scale);
}

static favor_status features_apply(features *f, const favor_map *map, favor_precision precision,
                                   favor_side side, const bench_sample *sample,
                                   const favor_executor *executor) {
  const int64_t dim = sample->set->dim, n = f->count;
  const double *x = side == FAVOR_QUERY ? sample->q : sample->k;
  const float *xf = side == FAVOR_QUERY ? sample->qf : sample->kf;
  if (precision == FAVOR_F64)
    return favor_map_apply_f64(map, side, f->rows, x, dim, f->phi, n, f->log_scale, NULL, 0,
                               executor, NULL);
  const favor_status status = favor_map_apply_f32(map, side, f->rows, xf, dim, f->phi_f, n,
                                                  f->log_scale, NULL, 0, executor, NULL);
  for (int64_t i = 0; i < f->rows * n; i++) f->phi[i] = (double)f->phi_f[i];
  return status;
}

/* The longest row of W, squared; INFINITY without memory. */
static double largest_projection2(const favor_map *map) {
  const int64_t dim = favor_map_dim(map), m = favor_map_projections(map);
  double *w = malloc((size_t)(dim * m) * sizeof *w), largest = 0;
  if (w == NULL || favor_map_copy_projections_f64(map, w, dim) != FAVOR_OK) {
    free(w);
    return INFINITY;
  }
  for (int64_t i = 0; i < m; i++) {
    double sum = 0;
    for (int64_t j = 0; j < dim; j++) sum += w[i * dim + j] * w[i * dim + j];
    largest = fmax(largest, sum);
  }
  free(w);
  return largest;
}

static double largest_row2(const bench_sample *sample, favor_side side, int64_t rows) {
  const double *x = side == FAVOR_QUERY ? sample->q : sample->k;
  double largest = 0;
  for (int64_t i = 0; i < rows; i++) {
    double sum = 0;
    for (int64_t j = 0; j < sample->set->dim; j++)
      sum += x[i * sample->set->dim + j] * x[i * sample->set->dim + j];
    largest = fmax(largest, sum);
  }
  return largest * fmax(1, sample->set->scale);
}

/* Every piece of an exponent is at most |w|^2 + 2 |w||x| + |x|^2 and is rounded a few times on the way;
 * the projection adds up `dim` terms. */
static double rounding(favor_precision precision, int64_t dim, double w2, double x2) {
  const double unit = precision == FAVOR_F32 ? FLT_EPSILON : DBL_EPSILON;
  const double exponent = w2 + 2 * sqrt(w2 * x2) + x2;
  return unit * (8 + sqrt((double)dim)) * (1 + exponent);
}

static bool agree(const features *f, bool positive, double tolerance) {
  for (int64_t i = 0; i < f->rows; i++)
    for (int64_t j = 0; j < f->count; j++) {
      const int64_t at = i * f->count + j;
      const double want = f->sign[at] * exp(f->log_phi[at] - f->log_scale[i]);
      if (!(fabs(f->phi[at] - want) <= tolerance) || (positive && f->phi[at] < 0)) return false;
    }
  return true;
}

bool bench_verify_features(const favor_map *map, favor_precision precision, bool positive,
                           const bench_sample *sample, const favor_executor *executor) {
  const int64_t dim = sample->set->dim;
  const int64_t all = sample->groups * sample->side, rows = all < 32 ? all : 32;
  const double w2 = largest_projection2(map);
  features f;
  bool good = features_start(&f, rows, favor_map_features(map)) && isfinite(w2);
  for (int s = 0; s < 2 && good; s++) {
    const favor_side side = s == 0 ? FAVOR_QUERY : FAVOR_KEY;
    const double *x = side == FAVOR_QUERY ? sample->q : sample->k;
    good = features_apply(&f, map, precision, side, sample, executor) == FAVOR_OK &&
           favor_map_log_features_f64(map, side, rows, x, dim, f.log_phi, f.count, f.sign, NULL) ==
               FAVOR_OK &&
           agree(&f, positive, rounding(precision, dim, w2, largest_row2(sample, side, rows)));
  }
  features_end(&f);
  return good;
}

bool bench_features_job_start(bench_features_job *job) {
  const size_t item = job->precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
  const size_t rows = (size_t)job->rows;
  job->failed = false;
  job->x = job->phi = job->work = NULL;
  job->log_scale = NULL;
  if (favor_map_apply_workspace(job->map, job->precision, job->executor, &job->work_bytes) !=
      FAVOR_OK)
    return false;
  job->x = malloc(rows * (size_t)job->set->dim * item);
  job->phi = malloc(rows * (size_t)favor_map_features(job->map) * item);
  job->log_scale = malloc(rows * sizeof *job->log_scale);
  job->work = aligned_alloc(64, (job->work_bytes + 127) / 64 * 64);
  return job->x && job->phi && job->log_scale && job->work;
}

void bench_features_job_prepare(void *ctx, int repeat) {
  bench_features_job *job = ctx;
  const int64_t dim = job->set->dim;
  bench_random r = bench_random_start(job->seed, 100 + (uint64_t)(repeat + 1));
  for (int64_t i = 0; i < job->rows; i++) {
    const double *from = job->set->q + bench_random_below(&r, job->set->num_queries) * dim;
    for (int64_t j = 0; j < dim; j++) {
      if (job->precision == FAVOR_F32)
        ((float *)job->x)[i * dim + j] = (float)from[j];
      else
        ((double *)job->x)[i * dim + j] = from[j];
    }
  }
}

void bench_features_job_run(void *ctx) {
  bench_features_job *job = ctx;
  const int64_t dim = job->set->dim, count = favor_map_features(job->map);
  const favor_status status =
      job->precision == FAVOR_F32
          ? favor_map_apply_f32(job->map, FAVOR_QUERY, job->rows, job->x, dim, job->phi, count,
                                job->log_scale, job->work, job->work_bytes, job->executor, NULL)
          : favor_map_apply_f64(job->map, FAVOR_QUERY, job->rows, job->x, dim, job->phi, count,
                                job->log_scale, job->work, job->work_bytes, job->executor, NULL);
  job->failed = job->failed || status != FAVOR_OK;
}

void bench_features_job_end(bench_features_job *job) {
  free(job->x);
  free(job->phi);
  free(job->log_scale);
  free(job->work);
}
