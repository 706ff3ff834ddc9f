/* SPDX-License-Identifier: MIT */
#include "conformance/element.h"

#include "conformance/combination.h"
#include "support/json.h"
#include "support/random.h"
#include "support/test.h"

static void set_means(subject *s, int64_t dim) {
  test_rng rng;
  test_rng_seed(&rng, 77);
  for (int64_t k = 0; k < dim; k++) {
    s->b[k] = dyadic(.25 * test_rng_normal(&rng));
    s->c[k] = dyadic(.25 * test_rng_normal(&rng));
  }
}

/** Set the shape, and the norms of the weights of either side once for all rows. */
static void set_shape(subject *s) {
  double *norms = malloc(sizeof *norms * (size_t)(2 * s->ref.projections));
  assert_non_null(norms);
  s->ref.shape = &s->shape.ref;
  for (int side = 0; side < 2; side++)
    for (int64_t m = 0; m < s->ref.projections; m++)
      norms[side * s->ref.projections + m] = (double)ref_weight_norm(&s->ref, (favor_side)side, m);
  s->shape.ref.norms[0] = norms;
  s->shape.ref.norms[1] = norms + s->ref.projections;
}

void subject_make(subject *s, const subject_choice *choice, const favor_allocator *allocator) {
  const int64_t d = choice->dim, m = choice->projections;
  favor_estimator_info info = {.size = sizeof info};
  favor_map_opts opts;
  char json[1024];
  set_means(s, d);
  favor_stats *stats = designed_statistics(d, s->b, s->c, .5);
  if (ref_has_shape(choice->estimator)) add_stretched_statistics(stats, d, s->b, s->c);
  assert_ok(favor_estimator_get_info(choice->estimator, &info));
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = d;
  opts.projections = m;
  opts.kernel = choice->kernel;
  opts.estimator = choice->estimator;
  opts.coupling = FAVOR_COUPLING_IID;
  opts.isa = choice->isa;
  opts.scale = choice->scale;
  opts.seed = (uint64_t)(1000 * d + m);
  opts.recentre = choice->recentre ? FAVOR_ON : FAVOR_OFF;
  if (allocator) opts.allocator = *allocator;
  if (info.takes_tilt) opts.tilt = -.0625;
  if (info.wants_statistics || choice->recentre) opts.stats = stats;
  assert_ok(favor_map_create(&opts, &s->map));
  favor_stats_destroy(stats);
  s->w = malloc(sizeof *s->w * (size_t)(m * d));
  assert_non_null(s->w);
  assert_ok(favor_map_copy_projections_f64(s->map, s->w, d));
  s->ref = (ref_map){.kernel = choice->kernel,
                     .estimator = choice->estimator,
                     .dim = d,
                     .projections = m,
                     .scale = choice->scale,
                     .w = s->w};
  if (choice->recentre) s->ref.query_mean = s->b, s->ref.key_mean = s->c;
  assert_ok(favor_map_describe(s->map, json, sizeof json));
  if (info.takes_tilt || info.wants_statistics)
    assert_true(json_number(json, "tilt", &s->ref.tilt));
  if (shape_read(s->map, &s->shape)) set_shape(s);
}

void subject_free(subject *s) {
  favor_map_destroy(s->map);
  if (s->ref.shape) {
    free(s->shape.ref.norms[0]);
    shape_free(&s->shape);
  }
  free(s->w);
}

double real_at(favor_precision precision, const void *array, int64_t j) {
  return precision == FAVOR_F32 ? (double)((const float *)array)[j] : ((const double *)array)[j];
}

/** |got - expected| in units of the bound, all relative to the envelope exp(f->log_envelope). */
static long double excess(favor_precision precision, const ref_feature *f, long double bound,
                          double phi, const double *log_scale) {
  /* What is below twice the least normal number may be flushed to zero. */
  const double least = 2 * (precision == FAVOR_F32 ? (double)FLT_MIN : DBL_MIN);
  const double most = precision == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX;
  const long double unit = log_scale ? *log_scale : 0, envelope = unit - f->log_envelope;
  const long double expected = f->sign * expl(f->log - f->log_envelope), got = phi * expl(envelope);
  if (f->log - unit > logl(most) - bound && f->sign * phi >= most / 2) return 0; /* does not fit */
  if (f->log_envelope - unit < logl(least)) /* flushed; or a zero row of relu */
    return fabs(phi) <= least ? 0 : (long double)INFINITY;
  const long double flushed = least * expl(envelope);
  return fabsl(got - expected) / (expm1l(bound) + flushed);
}

double check_row(const subject *s, favor_precision precision, favor_side side, const double *x,
                 const void *phi, const double *log_scale) {
  const int64_t features = ref_features(&s->ref);
  ref_feature *expected = malloc(sizeof *expected * (size_t)features);
  const long double u = precision == FAVOR_F32 ? 0x1p-24L : 0x1p-53L;
  const long double scalar =
      ref_row_magnitude(&s->ref, side, x) + (log_scale ? fabsl(*log_scale) : 0);
  const long double bound = ELEMENT_C * (u * ref_condition(&s->ref, side, x) + 0x1p-53L * scalar);
  long double worst = 0;
  assert_non_null(expected);
  ref_apply(&s->ref, side, x, expected);
  for (int64_t j = 0; j < features; j++) {
    const double value = real_at(precision, phi, j);
    const long double e = excess(precision, expected + j, bound, value, log_scale);
    if (!(e <= 1) || (log_scale && !(fabs(value) <= 1))) {
      print_error(
          "%s, d = %d, M = %d, feature %d: %.17g (log_scale %.17g), expected %d exp(%.17Lg), "
          "error %.3Lg of the bound %.3Lg\n",
          favor_estimator_name(s->ref.estimator), (int)s->ref.dim, (int)s->ref.projections, (int)j,
          value, log_scale ? *log_scale : 0., expected[j].sign, expected[j].log, e, bound);
      fail();
    }
    worst = fmaxl(worst, e);
  }
  free(expected);
  return (double)worst;
}
