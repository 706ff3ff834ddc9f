/* SPDX-License-Identifier: MIT */
#include "sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "npy.h"
#include "random.h"

/* The name that queries, keys and values share: the file's, without folder, ending and "q_". */
static void name_set(bench_set *set, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *file = slash != NULL ? slash + 1 : path;
  if (file[0] == 'q' && file[1] == '_' && file[2] != '\0') file += 2;
  size_t length = strlen(file);
  if (length > 4 && strcmp(file + length - 4, ".npy") == 0) length -= 4;
  (void)snprintf(set->name, sizeof set->name, "%.*s", (int)length, file);
}

/* The first thing wrong with the numbers themselves; 0 if nothing is. */
static int check_rows(const char *path, int64_t rows, int64_t cols, const double *x, char *message,
                      size_t bytes) {
  if (rows < 1 || cols < 1) {
    (void)snprintf(message, bytes, "%s: it is empty, %lld x %lld", path, (long long)rows,
                   (long long)cols);
    return -1;
  }
  for (int64_t i = 0; i < rows * cols; i++)
    if (!isfinite(x[i])) {
      (void)snprintf(message, bytes, "%s: row %lld, column %lld (from 0) is not finite", path,
                     (long long)(i / cols), (long long)(i % cols));
      return -1;
    }
  return 0;
}

/* A file as double. *rows and *cols are what is wanted (-1: anything) and then what is there. */
static double *load_rows(const char *path, int64_t *rows, int64_t *cols, char *message,
                         size_t bytes) {
  npy_array array;
  char why[NPY_MESSAGE_BYTES];
  if (npy_load_shape(path, *rows, *cols, &array, why) != 0) {
    (void)snprintf(message, bytes, "%s", why);
    return NULL;
  }
  *rows = array.rows;
  *cols = array.cols;
  double *x = npy_to_f64(&array);
  npy_free(&array);
  if (x == NULL) {
    (void)snprintf(message, bytes, "%s: no memory", path);
  } else if (check_rows(path, *rows, *cols, x, message, bytes) != 0) {
    free(x);
    x = NULL;
  }
  return x;
}

/* Statistics of the first rows of each side. */
static int fit(bench_set *set, int64_t queries, int64_t keys, char *message, size_t bytes) {
  favor_status status = favor_stats_create(set->dim, NULL, &set->stats);
  if (status == FAVOR_OK)
    status = favor_stats_add_f64(set->stats, FAVOR_QUERY, queries, set->q, set->dim, NULL);
  if (status == FAVOR_OK)
    status = favor_stats_add_f64(set->stats, FAVOR_KEY, keys, set->k, set->dim, NULL);
  if (status == FAVOR_OK) return 0;
  (void)snprintf(message, bytes, "%s: statistics: %s", set->name, favor_strerror(status));
  return -1;
}

static int load(bench_set *set, const char *queries, const char *keys, const char *values,
                char *message, size_t bytes) {
  set->num_queries = set->num_keys = set->dim = -1;
  set->q = load_rows(queries, &set->num_queries, &set->dim, message, bytes);
  if (set->q == NULL) return -1;
  set->k = load_rows(keys, &set->num_keys, &set->dim, message, bytes);
  if (set->k == NULL) return -1;
  if (values == NULL) return 0;
  set->dv = -1;
  set->v = load_rows(values, &set->num_keys, &set->dv, message, bytes);
  return set->v != NULL ? 0 : -1;
}

int bench_set_load(bench_set *set, const char *queries, const char *keys, const char *values,
                   double scale, char *message, size_t bytes) {
  memset(set, 0, sizeof *set);
  name_set(set, queries);
  if (load(set, queries, keys, values, message, bytes) != 0 ||
      fit(set, set->num_queries, set->num_keys, message, bytes) != 0) {
    bench_set_free(set);
    return -1;
  }
  set->scale = scale > 0 ? scale : 1 / sqrt((double)set->dim);
  set->length = set->num_keys;
  return 0;
}

/* Settle norm and cosine from what was given; false where no vectors have such norms. */
static bool settle(const bench_synthetic *wanted, double *norm, double *cosine) {
  *norm = wanted->norm;
  *cosine = wanted->cosine;
  if (!isnan(wanted->sum_norm) && !isnan(wanted->norm)) {
    if (!isnan(wanted->cosine)) return false;
    const double ratio = wanted->sum_norm / wanted->norm;
    *cosine = 0.5 * ratio * ratio - 1;
    return *cosine <= 1;
  }
  if (!isnan(wanted->sum_norm)) {
    if (isnan(*cosine)) *cosine = 0;
    *norm = wanted->sum_norm / sqrt(2 + 2 * *cosine);
    return isfinite(*norm);
  }
  if (isnan(*norm)) *norm = 1;
  return true;
}

/* y = norm (c x/norm + s u) with u a unit vector orthogonal to x. */
static void partner(bench_random *r, int64_t dim, double norm, double cosine, const double *x,
                    double *y) {
  bench_random_sphere(r, dim, 1, y);
  double along = 0, rest = 0;
  for (int64_t i = 0; i < dim; i++) along += x[i] * y[i];
  for (int64_t i = 0; i < dim; i++) {
    y[i] -= norm > 0 ? along / (norm * norm) * x[i] : 0;
    rest += y[i] * y[i];
  }
  const double sine = sqrt(fmax(0, 1 - cosine * cosine)) * norm;
  for (int64_t i = 0; i < dim; i++)
    y[i] = cosine * x[i] + (rest > 0 ? sine / sqrt(rest) * y[i] : 0);
}

static void draw(bench_set *set, const bench_synthetic *wanted, double norm, double cosine) {
  bench_random r = bench_random_start(wanted->seed, 1);
  const double length = norm / sqrt(set->scale);
  for (int64_t i = 0; i < wanted->rows; i++) {
    double *x = set->q + i * set->dim, *y = set->k + i * set->dim;
    bench_random_sphere(&r, set->dim, length, x);
    if (set->paired)
      partner(&r, set->dim, length, cosine, x, y);
    else
      bench_random_sphere(&r, set->dim, length, y);
  }
}

int bench_set_synthetic(bench_set *set, const bench_synthetic *wanted, char *message,
                        size_t bytes) {
  double norm, cosine;
  memset(set, 0, sizeof *set);
  if (!settle(wanted, &norm, &cosine)) {
    (void)snprintf(
        message, bytes,
        "--sum-norm %g does not go with --norm %g%s: it is norm sqrt(2 + 2 cosine), so give "
        "at most two of the three, and at most twice the norm",
        wanted->sum_norm, wanted->norm, isnan(wanted->cosine) ? "" : " and --cosine");
    return -1;
  }
  set->paired = !isnan(cosine);
  if (set->paired && wanted->dim < 2 && fabs(cosine) < 1) {
    (void)snprintf(message, bytes, "--cosine %g needs --dim 2 or more", cosine);
    return -1;
  }
  set->dim = wanted->dim;
  set->num_queries = set->num_keys = wanted->rows;
  set->scale = wanted->scale > 0 ? wanted->scale : 1;
  const size_t items = (size_t)wanted->rows * (size_t)wanted->dim;
  set->q = malloc(items * sizeof *set->q);
  set->k = malloc(items * sizeof *set->k);
  if (set->q != NULL && set->k != NULL) {
    draw(set, wanted, norm, cosine);
    const int64_t fitted = set->paired ? 1 : wanted->rows;
    if (fit(set, fitted, fitted, message, bytes) == 0) return 0;
  } else {
    (void)snprintf(message, bytes, "no memory for %lld x %lld synthetic rows",
                   (long long)wanted->rows, (long long)wanted->dim);
  }
  bench_set_free(set);
  return -1;
}

void bench_set_free(bench_set *set) {
  free(set->q);
  free(set->k);
  free(set->v);
  favor_stats_destroy(set->stats);
  memset(set, 0, sizeof *set);
}
