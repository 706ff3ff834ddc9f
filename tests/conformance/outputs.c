/* SPDX-License-Identifier: MIT */
#include "conformance/outputs.h"

#include "npy.h"
#include "support/attention_reference.h"
#include "support/random.h"
#include "support/statistics.h"

enum { DRAWS_MAX = 200, LEAST_DRAWS = 5 };

static double *rows_of(int64_t n, int64_t columns) {
  double *rows = malloc((size_t)(n * columns) * sizeof *rows);
  assert_non_null(rows);
  return rows;
}

/* Statistics, and exact outputs from the definition. */
static void finish(output_set *s) {
  ref_exact exact = {FAVOR_KERNEL_SOFTMAX, s->scale, s->dim, s->dv, s->q, s->k, s->v, {0}};
  long double row[64];
  assert_true(s->dv <= 64);
  exact.sight.keys = s->n;
  s->exact = rows_of(s->n, s->dv);
  for (int64_t i = 0; i < s->n; i++) {
    (void)ref_exact_row(&exact, i, row);
    for (int64_t c = 0; c < s->dv; c++) s->exact[i * s->dv + c] = (double)row[c];
  }
  assert_ok(favor_stats_create(s->dim, NULL, &s->stats));
  assert_ok(favor_stats_add_f64(s->stats, FAVOR_QUERY, s->n, s->q, s->dim, NULL));
  assert_ok(favor_stats_add_f64(s->stats, FAVOR_KEY, s->n, s->k, s->dim, NULL));
}

void output_set_sphere(output_set *s, int64_t dim, int64_t n, double norm, uint64_t seed) {
  test_rng rng;
  test_rng_seed(&rng, seed);
  *s = (output_set){.dim = dim, .dv = 16, .n = n, .scale = 1};
  snprintf(s->name, sizeof s->name, "d %d, |q| %g", (int)dim, norm);
  s->q = rows_of(n, dim);
  s->k = rows_of(n, dim);
  s->v = rows_of(n, s->dv);
  for (int64_t i = 0; i < n; i++) test_rng_on_sphere(&rng, dim, norm, s->q + i * dim);
  for (int64_t i = 0; i < n; i++) test_rng_on_sphere(&rng, dim, norm, s->k + i * dim);
  test_rng_normals(&rng, n * s->dv, s->v);
  finish(s);
}

static double *load(const char *folder, char which, int head, int64_t *rows, int64_t *columns) {
  char path[1024], message[NPY_MESSAGE_BYTES];
  npy_array array;
  snprintf(path, sizeof path, "%s/%c_L0_H%d.npy", folder, which, head);
  if (npy_load(path, &array, message) != 0) fail_msg("%s", message);
  double *x = npy_to_f64(&array);
  assert_non_null(x);
  *rows = array.rows;
  *columns = array.cols;
  npy_free(&array);
  return x;
}

void output_set_head(output_set *s, const char *folder, int head) {
  int64_t rows, dv;
  *s = (output_set){0};
  snprintf(s->name, sizeof s->name, "L0_H%d", head);
  s->q = load(folder, 'q', head, &s->n, &s->dim);
  s->k = load(folder, 'k', head, &rows, &s->dim);
  s->v = load(folder, 'v', head, &rows, &dv);
  s->dv = dv;
  s->scale = 1 / sqrt((double)s->dim);
  finish(s);
}

void output_set_free(output_set *s) {
  free(s->q);
  free(s->k);
  free(s->v);
  free(s->exact);
  favor_stats_destroy(s->stats);
}

favor_map_opts output_opts(const output_set *s, int32_t estimator, int64_t projections) {
  favor_map_opts opts;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = s->dim;
  opts.scale = s->scale;
  opts.projections = projections;
  opts.estimator = estimator;
  opts.stats = s->stats;
  return opts;
}

/* The error of one draw. */
static double one_error(const output_set *s, const favor_map *map, double *out) {
  favor_attention_desc desc;
  double off = 0, size = 0;
  assert_ok(favor_attention_desc_init(&desc, 1, 1, s->n, s->n, s->dim, s->dv));
  assert_ok(favor_attention_f64(1, &map, &desc, s->q, s->k, s->v, out, NULL, 0, NULL, NULL));
  for (int64_t i = 0; i < s->n * s->dv; i++) {
    off += (out[i] - s->exact[i]) * (out[i] - s->exact[i]);
    size += s->exact[i] * s->exact[i];
  }
  return sqrt(off / size);
}

double output_error(const output_set *s, const favor_map_opts *opts, double wanted,
                    double *standard_error) {
  favor_map *map = NULL;
  double *out = rows_of(s->n, s->dv);
  sample errors = {0};
  assert_ok(favor_map_create(opts, &map));
  do {
    favor_map *drawn = NULL;
    assert_ok(favor_map_redraw(map, test_mix((uint64_t)errors.n), &drawn));
    sample_add(&errors, one_error(s, drawn, out));
    favor_map_destroy(drawn);
  } while (errors.n < LEAST_DRAWS ||
           (errors.n < DRAWS_MAX && sample_stderr(&errors) > wanted * sample_mean(&errors)));
  favor_map_destroy(map);
  free(out);
  *standard_error = sample_stderr(&errors);
  return sample_mean(&errors);
}

static favor_forecast forecast(const output_set *s, const favor_map_opts *opts, double target) {
  favor_forecast f = {.size = sizeof f};
  favor_problem problem;
  assert_ok(favor_problem_init(&problem));
  problem.dv = s->dv;
  problem.target_error = target;
  assert_ok(
      favor_forecast_f64(opts, &problem, s->n, s->q, s->dim, s->n, s->k, s->dim, s->v, s->dv, &f));
  assert_true(f.output_error_low <= f.output_error && f.output_error <= f.output_error_high);
  return f;
}

void check_recommendation(const output_set *s, int32_t estimator, double target, double wanted,
                          output_tally *tally) {
  favor_map_opts opts = output_opts(s, estimator, 64);
  favor_forecast f = forecast(s, &opts, target);
  tally->cases++;
  if (f.verdict == FAVOR_VERDICT_EXACT) {
    tally->exact++;
    return;
  }
  assert_true(f.projections_for_target > 0 &&
              f.projections_for_target <= s->n); /* else it cannot pay */
  opts.estimator = f.estimator;
  opts.coupling = f.coupling;
  opts.projections = f.projections_for_target;
  f = forecast(s, &opts, target);
  double standard_error;
  const double error = output_error(s, &opts, wanted, &standard_error);
  const bool covered = error >= f.output_error_low && error <= f.output_error_high;
  const double factor = error > target ? error / target : target / error;
  printf("%-14s %-10s target %.2g: M %5d, forecast %.4f [%.4f, %.4f], measured %.4f +- %.4f%s\n",
         s->name, favor_estimator_name(opts.estimator), target, (int)opts.projections,
         f.output_error, f.output_error_low, f.output_error_high, error, standard_error,
         covered ? "" : " OUTSIDE");
  tally->covered += covered;
  if (error > target || opts.projections >= 16) {
    assert_true(factor <= 1.5);
    tally->worst = fmax(tally->worst, factor);
  }
}

#define VALUE(name, symbol, value, title) (value),
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(VALUE)};

void check_choice(const output_set *s, int64_t features, double wanted) {
  const favor_map_opts automatic = output_opts(s, FAVOR_ESTIMATOR_AUTO, features);
  favor_map *map = NULL;
  double best = INFINITY, best_error = 0, chosen_error;
  int32_t best_estimator = 0;
  assert_ok(favor_map_create(&automatic, &map));
  assert_int_equal(favor_map_features(map), features);
  favor_map_destroy(map);
  const double chosen = output_error(s, &automatic, wanted, &chosen_error);
  for (size_t i = 0; i < sizeof estimators / sizeof *estimators; i++) {
    favor_estimator_info info = {.size = sizeof info};
    assert_ok(favor_estimator_get_info(estimators[i], &info));
    if (!(info.kernels & 1u << FAVOR_KERNEL_SOFTMAX) || !info.positive || !info.unbiased) continue;
    const favor_map_opts one =
        output_opts(s, estimators[i], features / info.features_per_projection);
    double standard_error;
    const double error = output_error(s, &one, wanted, &standard_error);
    if (error >= best) continue;
    best = error;
    best_error = standard_error;
    best_estimator = estimators[i];
  }
  printf("%-14s F %d: AUTO errs %.4f, the best, %s, %.4f\n", s->name, (int)features, chosen,
         favor_estimator_name(best_estimator), best);
  /* Beyond 1 zeros are the better output: nothing to choose between. */
  if (best < 1) assert_true(chosen <= 1.1 * best + 3 * hypot(chosen_error, best_error));
}
