/* SPDX-License-Identifier: MIT */
/** favor_map_apply in both precisions on every instruction set, element by element against the
 *  reference on the same W: shapes around tiles and vectors, norms 1e-3 to 1e3, with log_scale and
 *  without. */
#include "conformance/combination.h"
#include "conformance/element.h"
#include "support/random.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const int64_t row_counts[] = {1, 5, 127, 128, 129}, dims[] = {1, 3, 15, 40, 64, 80},
                     projection_counts[] = {1, 31, 32, 33, 100, 513};

typedef struct rows {
  int64_t n, ldx, ldphi;
  double *x64,
      *seen; /* [n, ldx] in either precision, and the values in float64 that the library saw */
  float *x32;
} rows;

/** n rows with norms from 1e-3 to 1e3; what lies behind the columns is NaN, and must not matter. */
static rows make_rows(int64_t n, int64_t dim, int64_t features, int64_t gap, test_rng *rng) {
  rows r = {n, dim + gap, features + gap, NULL, NULL, NULL};
  const size_t size = (size_t)(n * r.ldx) + 1;
  r.x64 = malloc(sizeof(double) * size);
  r.seen = malloc(sizeof(double) * size);
  r.x32 = malloc(sizeof(float) * size);
  assert_true(r.x64 && r.seen && r.x32);
  for (int64_t i = 0; i < n; i++) {
    double *row = r.x64 + i * r.ldx;
    test_rng_on_sphere(rng, dim, n == 1 ? 1 : pow(10, -3 + 6 * (double)i / (double)(n - 1)), row);
    if (i == n / 2 && n > 1) memset(row, 0, sizeof *row * (size_t)dim);
    for (int64_t k = dim; k < r.ldx; k++) row[k] = NAN;
    for (int64_t k = 0; k < r.ldx; k++) r.x32[i * r.ldx + k] = (float)row[k];
  }
  return r;
}

static void free_rows(rows *r) {
  free(r->x64);
  free(r->seen);
  free(r->x32);
}

static favor_status apply(const subject *s, favor_precision precision, favor_side side,
                          const rows *r, void *phi, double *log_scale) {
  if (precision == FAVOR_F32)
    return favor_map_apply_f32(s->map, side, r->n, r->x32, r->ldx, phi, r->ldphi, log_scale, NULL,
                               0, NULL, NULL);
  return favor_map_apply_f64(s->map, side, r->n, r->x64, r->ldx, phi, r->ldphi, log_scale, NULL, 0,
                             NULL, NULL);
}

/** Check all rows; returns the largest error in units of the bound. */
static double check_rows(const subject *s, favor_precision precision, favor_side side,
                         const rows *r, bool scaled) {
  const size_t real = precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
  const size_t bytes = real * (size_t)(r->n * r->ldphi);
  unsigned char *phi = malloc(bytes + 1);
  double *log_scale = malloc(sizeof *log_scale * (size_t)(r->n + 1)), worst = 0;
  assert_true(phi && log_scale);
  memset(phi, 0xA5, bytes);
  const favor_status status = apply(s, precision, side, r, phi, scaled ? log_scale : NULL);
  assert_true(status == FAVOR_OK || (!scaled && status == FAVOR_NOTE_OVERFLOW));
  for (int64_t i = 0; i < r->n; i++) {
    const unsigned char *row = phi + real * (size_t)(i * r->ldphi);
    for (int64_t k = 0; k < s->ref.dim; k++)
      r->seen[k] = precision == FAVOR_F32 ? (double)r->x32[i * r->ldx + k] : r->x64[i * r->ldx + k];
    worst = fmax(worst, check_row(s, precision, side, r->seen, row, scaled ? log_scale + i : NULL));
    for (size_t k = real * (size_t)favor_map_features(s->map); k < real * (size_t)r->ldphi; k++)
      assert_int_equal(row[k], 0xA5); /* the gap behind a row is not written */
  }
  free(phi);
  free(log_scale);
  return worst;
}

/** One map, both sides and precisions. `turn` alternates scaled and absolute output, and the
 *  gap. */
static double check_map(const subject_choice *choice, int64_t n, int turn) {
  double worst = 0;
  subject s;
  test_rng rng;
  test_rng_seed(&rng, (uint64_t)(turn + 1));
  subject_make(&s, choice, NULL);
  rows r = make_rows(n, choice->dim, favor_map_features(s.map), turn % 2 ? 3 : 0, &rng);
  assert_int_equal(favor_map_features(s.map), ref_features(&s.ref));
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++) {
    const favor_side side = (turn + p) % 2 ? FAVOR_KEY : FAVOR_QUERY;
    worst = fmax(worst, check_rows(&s, (favor_precision)p, side, &r, (turn / 2 + p) % 3 != 0));
  }
  free_rows(&r);
  subject_free(&s);
  return worst;
}

/** A third of dims x projections, with the other choices taken in turn; others for each
 *  estimator. */
static void sweep_shapes(subject_choice choice, int turn) {
  double worst = 0;
  const bool recentres = choice.kernel != FAVOR_KERNEL_ARCCOS1;
  for (size_t d = 0; d < COUNT(dims); d++)
    for (size_t m = (d + (size_t)turn) % 3; m < COUNT(projection_counts); m += 3) {
      turn++;
      choice.dim = dims[d];
      choice.projections = projection_counts[m];
      choice.scale = turn % 3 ? 1 : .125;
      choice.recentre = recentres && turn % 4 == 1;
      worst = fmax(worst, check_map(&choice, row_counts[(size_t)turn % COUNT(row_counts)], turn));
    }
  print_message("%s %s on %s: largest error %.2f of the bound\n", favor_kernel_name(choice.kernel),
                favor_estimator_name(choice.estimator), favor_isa_name(choice.isa), worst);
}

static void features_equal_the_reference_in_every_precision_and_instruction_set(void **state) {
  int skipped = 0;
  (void)state;
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t e = 0; e < COUNT(estimators); e++)
      for (size_t k = 0; k < COUNT(kernels); k++) {
        const subject_choice choice = {
            .kernel = kernels[k], .estimator = estimators[e], .isa = isas[i]};
        if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
        if (favor_isa_check(isas[i]) != FAVOR_OK || !ref_knows(estimators[e])) {
          skipped++;
          continue;
        }
        sweep_shapes(choice, (int)(7 * e + 3 * k + i));
      }
  print_message(
      "%d skipped: the instruction set is not on this machine, or the estimator has no reference\n",
      skipped);
}

/** Estimators without a reference too: float32 against the library's own logarithms in float64. */
static void float32_features_equal_the_logarithms_in_float64(void **state) {
  enum { N = 33, D = 15, M = 40 };
  static double x[N * D], log_phi[N * 2 * M], scale[N];
  static float x32[N * D], phi[N * 2 * M];
  static int8_t sign[N * 2 * M];
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 3);
  for (int i = 0; i < N * D; i++) x[i] = x32[i] = (float)dyadic(.3 * test_rng_normal(&rng));
  for (size_t e = 0; e < COUNT(estimators); e++)
    for (size_t k = 0; k < COUNT(kernels); k++) {
      const subject_choice choice = {kernels[k], estimators[e], 0, D, M, 1, false};
      subject s;
      if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
      subject_make(&s, &choice, NULL);
      const int64_t f = favor_map_features(s.map);
      assert_true(f <= 2 * M);
      assert_ok(favor_map_log_features_f64(s.map, FAVOR_QUERY, N, x, D, log_phi, f, sign, NULL));
      assert_ok(
          favor_map_apply_f32(s.map, FAVOR_QUERY, N, x32, D, phi, f, scale, NULL, 0, NULL, NULL));
      for (int64_t i = 0; i < N * f; i++) /* |w||x| is below 12: 8 u (1 + |b| + 12) < 1e-5 */
        assert_near(phi[i], sign[i] * exp(log_phi[i] - scale[i / f]), 1e-5);
      subject_free(&s);
    }
}

/** log_features in float64 against the reference. */
static void log_features_equal_the_reference(void **state) {
  enum { N = 7, D = 15, M = 37 };
  double x[N * D], log_phi[N * 2 * M];
  int8_t sign[N * 2 * M];
  ref_feature expected[2 * M];
  test_rng rng;
  (void)state;
  test_rng_seed(&rng, 4);
  for (int i = 0; i < N; i++) test_rng_on_sphere(&rng, D, pow(10, i - 3), x + i * D);
  for (size_t e = 0; e < COUNT(estimators); e++)
    for (size_t k = 0; k < COUNT(kernels); k++) {
      const bool recentre = kernels[k] != FAVOR_KERNEL_ARCCOS1;
      const subject_choice choice = {kernels[k], estimators[e], 0, D, M, .5, recentre};
      subject s;
      if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
      if (!ref_knows(estimators[e])) continue;
      subject_make(&s, &choice, NULL);
      const int64_t f = ref_features(&s.ref);
      assert_ok(favor_map_log_features_f64(s.map, FAVOR_KEY, N, x, D, log_phi, f, sign, NULL));
      for (int64_t i = 0; i < N * f; i++) {
        const double *row = x + i / f * D;
        const long double bound =
            ELEMENT_C * 0x1p-53L *
            (ref_condition(&s.ref, FAVOR_KEY, row) + ref_row_magnitude(&s.ref, FAVOR_KEY, row));
        if (i % f == 0) ref_apply(&s.ref, FAVOR_KEY, row, expected);
        const ref_feature *r = expected + i % f;
        const long double cancelled = r->sign ? expl(r->log_envelope - r->log) : 0;
        if (r->sign == 0) assert_true(isinf(log_phi[i]) && log_phi[i] < 0);
        assert_true(sign[i] == r->sign || cancelled * bound > .5L);
        if (r->sign != 0 && cancelled * bound < .5L)
          assert_near(log_phi[i], r->log,
                      bound * fmaxl(1, 2 * cancelled) + 0x1p-52L * fabsl(r->log));
      }
      subject_free(&s);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(features_equal_the_reference_in_every_precision_and_instruction_set),
      cmocka_unit_test(float32_features_equal_the_logarithms_in_float64),
      cmocka_unit_test(log_features_equal_the_reference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
