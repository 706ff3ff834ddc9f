/* SPDX-License-Identifier: MIT */
#include "attention/model.h"

#include "conformance/combination.h"
#include "support/json.h"
#include "support/random.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t couplings[] = {FAVOR_COUPLING_LIST(LIST_VALUE)};
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void set_means(model *m, int64_t dim) {
  test_rng rng;
  test_rng_seed(&rng, 78);
  for (int64_t k = 0; k < dim; k++) {
    m->b[k] = dyadic(.25 * test_rng_normal(&rng));
    m->c[k] = dyadic(.25 * test_rng_normal(&rng));
  }
}

/** Factors may vanish or change sign: the trigonometric and relu features do; whatever the library calls
 *  positive and is not known here is tried. */
static bool never_vanishes(int32_t estimator, const favor_estimator_info *info) {
  return info->positive && estimator != FAVOR_ESTIMATOR_RELU;
}

static void mirror(model *m, const model_choice *choice, const favor_map_opts *opts,
                   const favor_estimator_info *info) {
  const int64_t d = choice->dim;
  char json[1024];
  m->features = favor_map_features(m->map);
  m->positive = never_vanishes(choice->estimator, info);
  m->w = malloc(sizeof *m->w * (size_t)(choice->projections * d));
  assert_non_null(m->w);
  assert_ok(favor_map_copy_projections_f64(m->map, m->w, d));
  m->ref = (ref_map){choice->kernel,
                     choice->estimator,
                     d,
                     choice->projections,
                     opts->scale,
                     0,
                     m->w,
                     NULL,
                     NULL,
                     NULL};
  if (choice->recentre) m->ref.query_mean = m->b, m->ref.key_mean = m->c;
  assert_ok(favor_map_describe(m->map, json, sizeof json));
  if (info->takes_tilt || info->wants_statistics)
    assert_true(json_number(json, "tilt", &m->ref.tilt));
  m->shape = malloc(sizeof *m->shape);
  assert_non_null(m->shape);
  *m->shape = (fitted_shape){.memory = NULL};
  if (shape_read(m->map, m->shape)) m->ref.shape = &m->shape->ref;
}

void model_make(model *m, const model_choice *choice) {
  *m = (model){.map = NULL};
  favor_estimator_info info = {.size = sizeof info};
  favor_map_opts opts;
  assert_true(choice->dim <= MODEL_DIM_MAX);
  set_means(m, choice->dim);
  favor_stats *stats = designed_statistics(choice->dim, m->b, m->c, .5);
  if (ref_has_shape(choice->estimator)) add_stretched_statistics(stats, choice->dim, m->b, m->c);
  assert_ok(favor_estimator_get_info(choice->estimator, &info));
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = choice->dim;
  opts.projections = choice->projections;
  opts.kernel = choice->kernel;
  opts.estimator = choice->estimator;
  opts.coupling = choice->coupling;
  opts.isa = choice->isa;
  opts.scale = choice->scale > 0 ? choice->scale : 1;
  opts.seed = choice->seed;
  opts.stream = choice->stream;
  opts.recentre = choice->recentre ? FAVOR_ON : FAVOR_OFF;
  opts.allocator = choice->allocator;
  if (info.takes_tilt) opts.tilt = -.0625;
  if (info.takes_tilt_imag) opts.tilt_imag = .03;
  if (info.wants_statistics || choice->recentre) opts.stats = stats;
  assert_ok(favor_map_create(&opts, &m->map));
  favor_stats_destroy(stats);
  mirror(m, choice, &opts, &info);
}

void model_make_positive(model *m, int64_t dim, int64_t projections, int32_t isa) {
  const model_choice choice = {.estimator = FAVOR_ESTIMATOR_POSITIVE,
                               .coupling = FAVOR_COUPLING_ORTHOGONAL,
                               .isa = isa,
                               .dim = dim,
                               .projections = projections,
                               .seed = 5};
  model_make(m, &choice);
}

void model_combine(model *m, favor_map *map, bool positive, int parts, const model *const *part) {
  assert_true(parts <= MODEL_PARTS_MAX);
  *m = (model){
      .map = map, .features = favor_map_features(map), .positive = positive, .parts = parts};
  m->ref = (ref_map){
      .kernel = part[0]->ref.kernel, .dim = part[0]->ref.dim, .scale = part[0]->ref.scale};
  for (int i = 0; i < parts; i++) m->part[i] = part[i];
}

static bool is_discrete(const model *m) {
  return m->ref.estimator == FAVOR_ESTIMATOR_POISSON ||
         m->ref.estimator == FAVOR_ESTIMATOR_GEOMETRIC;
}

/** Exponents of discrete features are sums of logarithms: counts times those of coordinates and rates. */
static long double discrete_condition(const model *m, favor_side side, const double *x) {
  const double *shift = side == FAVOR_QUERY ? m->ref.query_mean : m->ref.key_mean;
  char json[1024];
  double rate[2];
  long double most = 0;
  assert_ok(favor_map_describe(m->map, json, sizeof json));
  assert_true(json_number(json, "rate_least", &rate[0]) &&
              json_number(json, "rate_most", &rate[1]));
  const long double of_rates = fmaxl(fabsl(log2l(rate[0])), fabsl(log2l(rate[1]))) / 2;
  for (int64_t j = 0; j < m->ref.projections; j++) {
    long double sum = 0;
    for (int64_t l = 0; l < m->ref.dim; l++) {
      const long double value = sqrtl(m->ref.scale) * (x[l] - (shift ? shift[l] : 0));
      /* the difference rounds as well */
      if (value != 0) sum += m->w[j * m->ref.dim + l] * (fabsl(log2l(fabsl(value))) + of_rates + 2);
    }
    most = fmaxl(most, sum);
  }
  return 1 + most;
}

/** Coordinates of complex-exponential features are multiplied by what the centre, the means, asks for. */
static long double centred_condition(const model *m, favor_side side, const double *x) {
  long double most = 0;
  for (int64_t j = 0; j < m->ref.projections; j++) {
    long double sum = 0;
    for (int64_t l = 0; l < m->ref.dim; l++) {
      const long double factor = sqrtl(fabsl((long double)m->c[l] / m->b[l]));
      sum += fabsl(m->w[j * m->ref.dim + l] * x[l]) * (side == FAVOR_QUERY ? factor : 1 / factor);
    }
    most = fmaxl(most, sum);
  }
  return 1 + 2 * sqrtl(m->ref.scale) * most; /* exponents and phases */
}

/** The squares that row scalars are made of. */
static long double centred_magnitude(const model *m, favor_side side, const double *x) {
  long double sum = ref_row_magnitude(&m->ref, side, x);
  for (int64_t l = 0; l < m->ref.dim; l++) {
    const long double factor = fabsl((long double)m->c[l] / m->b[l]);
    sum += m->ref.scale * x[l] * x[l] * (side == FAVOR_QUERY ? factor : 1 / factor);
  }
  return sum;
}

static bool is_centred(const model *m) {
  return m->ref.estimator == FAVOR_ESTIMATOR_COMPLEX_EXPONENTIAL;
}

long double model_condition(const model *m, favor_side side, const double *x) {
  if (is_centred(m)) return centred_condition(m, side, x);
  if (is_discrete(m)) return discrete_condition(m, side, x);
  long double sum = m->parts ? 0 : ref_condition(&m->ref, side, x);
  for (int i = 0; i < m->parts; i++) sum += model_condition(m->part[i], side, x);
  return sum;
}

long double model_magnitude(const model *m, favor_side side, const double *x) {
  if (is_centred(m)) return centred_magnitude(m, side, x);
  long double sum = m->parts ? 0 : ref_row_magnitude(&m->ref, side, x);
  for (int i = 0; i < m->parts; i++) sum += model_magnitude(m->part[i], side, x);
  return sum;
}

void model_free(model *m) {
  favor_map_destroy(m->map);
  if (m->shape) shape_free(m->shape);
  free(m->shape);
  free(m->w);
}

static void features_of_the_map(const model *m, favor_side side, int64_t n, const double *x,
                                ref_feature *out) {
  const size_t count = (size_t)(n * m->features) + 1;
  double *log_phi = malloc(sizeof *log_phi * count);
  int8_t *sign = malloc(count);
  assert_true(log_phi && sign);
  const favor_status status =
      favor_map_log_features_f64(m->map, side, n, x, m->ref.dim, log_phi, m->features, sign, NULL);
  assert_true(status == FAVOR_OK || status == FAVOR_NOTE_NONFINITE);
  for (int64_t i = 0; i < n * m->features; i++)
    out[i] = (ref_feature){log_phi[i], log_phi[i], sign[i]};
  free(log_phi);
  free(sign);
}

void model_features(const model *m, favor_side side, int64_t n, const double *x, ref_feature *out) {
  if (!ref_knows(m->ref.estimator)) {
    features_of_the_map(m, side, n, x, out);
    return;
  }
  assert_int_equal(m->features, ref_features(&m->ref));
  for (int64_t i = 0; i < n; i++)
    ref_apply(&m->ref, side, x + i * m->ref.dim, out + i * m->features);
}

int model_cases(model_choice cases[MODEL_CASES_MAX]) {
  int n = 0, absent = 0;
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t k = 0; k < COUNT(kernels); k++)
      for (size_t e = 0; e < COUNT(estimators); e++)
        for (size_t c = 0; c < COUNT(couplings); c++) {
          if (favor_combination(kernels[k], estimators[e], couplings[c]) != FAVOR_OK) continue;
          if (favor_isa_check(isas[i]) != FAVOR_OK) {
            absent++;
            continue;
          }
          assert_true(n < MODEL_CASES_MAX);
          cases[n] = (model_choice){.kernel = kernels[k],
                                    .estimator = estimators[e],
                                    .coupling = couplings[c],
                                    .isa = isas[i],
                                    .seed = (uint64_t)n + 1};
          cases[n].recentre = kernels[k] != FAVOR_KERNEL_ARCCOS1 && n % 3 == 1;
          n++;
        }
  print_message("maps: %d run, %d skipped (the instruction set is not on this machine)\n", n,
                absent);
  return n;
}

const char *model_name(const model_choice *choice, char buf[128]) {
  const char *coupling = choice->coupling ? favor_coupling_name(choice->coupling) : "auto";
  const char *isa = choice->isa ? favor_isa_name(choice->isa) : "auto";
  snprintf(buf, 128, "%s %s %s on %s, d = %d, M = %d", favor_kernel_name(choice->kernel),
           favor_estimator_name(choice->estimator), coupling, isa, (int)choice->dim,
           (int)choice->projections);
  return buf;
}

int isas_here(int32_t out[ISAS_MAX]) {
  int n = 0;
  for (size_t i = 0; i < COUNT(isas); i++)
    if (favor_isa_check(isas[i]) == FAVOR_OK) out[n++] = isas[i];
  assert_true(n > 0 && n <= ISAS_MAX);
  return n;
}
