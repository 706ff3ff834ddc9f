/* SPDX-License-Identifier: MIT */
/** favor_map_apply around its values: extreme and non-finite rows, executors, workspaces. */
#include "conformance/combination.h"
#include "conformance/element.h"
#include "robust/allocator.h"
#include "support/executors.h"
#include "support/random.h"
#include "support/test.h"

#define LIST_VALUE(name, symbol, value, text) value,
static const int32_t isas[] = {FAVOR_ISA_LIST(LIST_VALUE)};
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_VALUE)};
static const int32_t kernels[] = {FAVOR_KERNEL_LIST(LIST_VALUE)};

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { N = 300, D = 15, M = 70, GAP = 3, LD_MAX = 4 * M + GAP };

/** Buffers of one application, in both precisions. */
static struct {
  float x32[N * D], phi32[N * LD_MAX];
  double x64[N * D], phi64[N * LD_MAX], log_scale[N];
} a;

typedef void (*map_check)(const subject *s);

/** Run a check on a map of every estimator, kernel and instruction set. */
static void on_every_map(const favor_allocator *allocator, map_check check) {
  for (size_t i = 0; i < COUNT(isas); i++)
    for (size_t e = 0; e < COUNT(estimators); e++)
      for (size_t k = 0; k < COUNT(kernels); k++) {
        const bool recentre = kernels[k] != FAVOR_KERNEL_ARCCOS1 && (i + e + k) % 2;
        const subject_choice choice = {kernels[k], estimators[e], isas[i], D, M, .7, recentre};
        subject s;
        if (favor_combination(kernels[k], estimators[e], FAVOR_COUPLING_IID) != FAVOR_OK) continue;
        if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
        subject_make(&s, &choice, allocator);
        assert_true(favor_map_features(s.map) + GAP <= LD_MAX);
        check(&s);
        subject_free(&s);
      }
}

static void fill_rows(double norm) {
  test_rng rng;
  test_rng_seed(&rng, 21);
  for (int i = 0; i < N; i++) test_rng_on_sphere(&rng, D, norm, a.x64 + i * D);
  for (int i = 0; i < N * D; i++) a.x32[i] = (float)a.x64[i];
}

/** Rows of features lie GAP further apart than they are long. */
static int64_t ld_of(const subject *s) {
  return favor_map_features(s->map) + GAP;
}

static favor_status apply(const subject *s, favor_precision p, int64_t n, double *log_scale,
                          void *work, size_t bytes, const favor_executor *executor,
                          favor_report *report) {
  const int64_t ld = ld_of(s);
  if (p == FAVOR_F32)
    return favor_map_apply_f32(s->map, FAVOR_KEY, n, a.x32, D, a.phi32, ld, log_scale, work, bytes,
                               executor, report);
  return favor_map_apply_f64(s->map, FAVOR_KEY, n, a.x64, D, a.phi64, ld, log_scale, work, bytes,
                             executor, report);
}

static const void *phi_of(favor_precision p) {
  return p == FAVOR_F32 ? (const void *)a.phi32 : (const void *)a.phi64;
}

/* ---- rows ---- */

static void check_no_rows(const subject *s) {
  memset(a.phi64, 0xA5, sizeof a.phi64);
  memset(a.log_scale, 0xA5, sizeof a.log_scale);
  assert_ok(apply(s, FAVOR_F64, 0, a.log_scale, NULL, 0, NULL, NULL));
  for (size_t i = 0; i < sizeof a.phi64; i++) assert_int_equal(((unsigned char *)a.phi64)[i], 0xA5);
  for (size_t i = 0; i < sizeof a.log_scale; i++)
    assert_int_equal(((unsigned char *)a.log_scale)[i], 0xA5);
}

static void no_rows_write_nothing(void **state) {
  (void)state;
  on_every_map(NULL, check_no_rows);
}

/** |phi| <= 1 and finite at every norm; and some feature of each row is of size 1 to within the
 *  row's exact maximum being rounded to a power of two, except where factors decide (then only
 *  finite). */
static void check_range(const subject *s) {
  static const double norms[2][4] = {{1e-18, 30, 1e6, 1e18}, {1e-150, 1e4, 1e75, 1e150}};
  const int64_t f = favor_map_features(s->map);
  const bool factors =
      s->ref.estimator == FAVOR_ESTIMATOR_TRIGONOMETRIC || s->ref.estimator == FAVOR_ESTIMATOR_RELU;
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++)
    for (int size = 0; size < 4; size++) {
      fill_rows(norms[p][size]);
      assert_ok(apply(s, (favor_precision)p, 40, a.log_scale, NULL, 0, NULL, NULL));
      for (int64_t i = 0; i < 40; i++) {
        double most = 0;
        assert_true(isfinite(a.log_scale[i]));
        for (int64_t j = 0; j < f; j++) {
          const double value =
              real_at((favor_precision)p, phi_of((favor_precision)p), i * ld_of(s) + j);
          assert_true(fabs(value) <= 1);
          most = fmax(most, fabs(value));
        }
        assert_true(factors || most >= 0.25);
      }
    }
}

static void features_stay_within_one_at_every_norm(void **state) {
  (void)state;
  on_every_map(NULL, check_range);
}

enum { BAD = 4 };
static const int64_t bad_rows[BAD] = {3, 64, 128, 257};

/** Put a NaN, an infinity, and finite values whose norm overflows in either precision into four
 *  rows. */
static void spoil(void) {
  a.x64[bad_rows[0] * D + 1] = NAN;
  a.x64[bad_rows[1] * D + D - 1] = -INFINITY;
  for (int k = 0; k < D; k++) a.x64[bad_rows[2] * D + k] = 1e154;
  a.x64[bad_rows[3] * D] = DBL_MAX;
  a.x32[bad_rows[0] * D + 1] = NAN;
  a.x32[bad_rows[1] * D + D - 1] = -INFINITY;
  for (int k = 0; k < D; k++) a.x32[bad_rows[2] * D + k] = 1e19f;
  a.x32[bad_rows[3] * D] = FLT_MAX;
}

static bool is_bad(int64_t row) {
  for (int i = 0; i < BAD; i++)
    if (bad_rows[i] == row) return true;
  return false;
}

/** Spoiled rows are NaN, all others have the bits that they have without them. */
static void check_spoiled(const subject *s) {
  static float clean32[N * LD_MAX];
  static double clean64[N * LD_MAX], clean_scale[N];
  const int64_t f = favor_map_features(s->map);
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++)
    for (int scaled = 0; scaled < 2; scaled++) {
      favor_report report;
      double *log_scale = scaled ? a.log_scale : NULL;
      const size_t row = (size_t)ld_of(s) * (p == FAVOR_F32 ? sizeof(float) : sizeof(double));
      fill_rows(1.5);
      assert_ok(apply(s, (favor_precision)p, N, log_scale, NULL, 0, NULL, NULL));
      memcpy(clean32, a.phi32, sizeof clean32);
      memcpy(clean64, a.phi64, sizeof clean64);
      memcpy(clean_scale, a.log_scale, sizeof clean_scale);
      spoil();
      assert_ok(favor_report_init(&report));
      assert_status(apply(s, (favor_precision)p, N, log_scale, NULL, 0, NULL, &report),
                    FAVOR_NOTE_NONFINITE);
      assert_int_equal(report.status, FAVOR_NOTE_NONFINITE);
      assert_int_equal(report.rows_nonfinite, BAD);
      assert_int_equal(report.first_row, bad_rows[0]);
      assert_int_equal(report.rows_overflow, 0);
      const unsigned char *clean = p == FAVOR_F32 ? (void *)clean32 : (void *)clean64;
      const unsigned char *phi = phi_of((favor_precision)p);
      for (int64_t i = 0; i < N; i++) {
        if (is_bad(i)) {
          for (int64_t j = 0; j < f; j++)
            assert_true(isnan(real_at((favor_precision)p, phi, i * ld_of(s) + j)));
          assert_true(!scaled || isnan(a.log_scale[i]));
          continue;
        }
        assert_memory_equal(phi + (size_t)i * row, clean + (size_t)i * row, row);
        if (scaled) assert_memory_equal(&a.log_scale[i], &clean_scale[i], sizeof(double));
      }
    }
}

static void a_row_without_finite_norm_is_nan_by_itself(void **state) {
  (void)state;
  on_every_map(NULL, check_spoiled);
}

static void features_that_do_not_fit_are_the_largest_finite_number(void **state) {
  const subject_choice choice = {
      FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_TRIGONOMETRIC, 0, D, M, 1, false};
  subject s;
  favor_report report;
  (void)state;
  subject_make(&s, &choice, NULL);
  fill_rows(1);
  for (int k = 0; k < D; k++) {
    a.x64[2 * D + k] *= 60; /* exp(1800) */
    a.x32[2 * D + k] *= 20; /* exp(200) */
  }
  assert_ok(favor_report_init(&report));
  memset(a.phi32, 0, sizeof a.phi32);
  memset(a.phi64, 0, sizeof a.phi64);
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++) {
    const double most = p == FAVOR_F32 ? (double)FLT_MAX : DBL_MAX;
    assert_status(apply(&s, (favor_precision)p, 10, NULL, NULL, 0, NULL, &report),
                  FAVOR_NOTE_OVERFLOW);
    assert_int_equal(report.rows_overflow, 1);
    assert_int_equal(report.first_row, 2);
    int saturated = 0;
    for (int64_t j = 0; j < 10 * ld_of(&s); j++) {
      const double value = real_at((favor_precision)p, phi_of((favor_precision)p), j);
      assert_true(isfinite(value));
      if (fabs(value) == most) {
        saturated++;
        assert_int_equal(j / ld_of(&s), 2);
      }
    }
    assert_true(saturated > M);
    assert_ok(apply(&s, (favor_precision)p, 10, a.log_scale, NULL, 0, NULL, &report));
    assert_int_equal(report.rows_overflow, 0);
  }
  subject_free(&s);
}

/* ---- executors and workspaces ---- */

static void check_executors(const subject *s) {
  static const int64_t widths[] = {1, 2, 3, 7, 16};
  static double serial64[N * LD_MAX], serial_scale[N];
  static float serial32[N * LD_MAX];
  fill_rows(2);
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++) {
    memset(a.phi32, 0, sizeof a.phi32);
    memset(a.phi64, 0, sizeof a.phi64);
    assert_ok(apply(s, (favor_precision)p, N, a.log_scale, NULL, 0, NULL, NULL));
    memcpy(serial32, a.phi32, sizeof serial32);
    memcpy(serial64, a.phi64, sizeof serial64);
    memcpy(serial_scale, a.log_scale, sizeof serial_scale);
    for (size_t w = 0; w < COUNT(widths); w++)
      for (int order = 0; order < TEST_ORDERS; order++) {
        const favor_executor executor = test_executor(widths[w], (test_order)order);
        memset(a.phi32, 0, sizeof a.phi32);
        memset(a.phi64, 0, sizeof a.phi64);
        assert_ok(apply(s, (favor_precision)p, N, a.log_scale, NULL, 0, &executor, NULL));
        const size_t values = (size_t)(N * ld_of(s));
        if (p == FAVOR_F32) assert_memory_equal(a.phi32, serial32, values * sizeof(float));
        if (p == FAVOR_F64) assert_memory_equal(a.phi64, serial64, values * sizeof(double));
        assert_memory_equal(a.log_scale, serial_scale, sizeof serial_scale);
      }
  }
}

static void any_executor_gives_the_same_bits(void **state) {
  (void)state;
  on_every_map(NULL, check_executors);
}

static test_allocator counted;

/** With workspace nothing is allocated and nothing behind it is touched; without, nothing is
 *  kept. */
static void check_workspace(const subject *s) {
  static _Alignas(64) unsigned char memory[4 << 20];
  static const int64_t widths[] = {0, 1, 3}; /* N rows are 3 tiles: every slot is used */
  for (int p = FAVOR_F32; p <= FAVOR_F64; p++)
    for (size_t w = 0; w < COUNT(widths); w++) {
      const favor_executor executor = test_executor(widths[w], TEST_REVERSED);
      const favor_executor *given = widths[w] ? &executor : NULL;
      size_t bytes = 0;
      assert_ok(favor_map_apply_workspace(s->map, (favor_precision)p, given, &bytes));
      assert_true(bytes > 0 && bytes + 64 <= sizeof memory);
      fill_rows(1);
      memset(memory, 0xA5, bytes + 64);
      const long long calls = counted.calls, live = counted.live;
      assert_ok(apply(s, (favor_precision)p, N, a.log_scale, memory, bytes, given, NULL));
      assert_int_equal(counted.calls, calls);
      for (size_t i = bytes; i < bytes + 64; i++) assert_int_equal(memory[i], 0xA5);
      assert_ok(apply(s, (favor_precision)p, N, a.log_scale, NULL, 0, given, NULL));
      assert_true(counted.calls > calls);
      assert_int_equal(counted.live, live);
      assert_status(apply(s, (favor_precision)p, N, a.log_scale, memory, bytes - 1, given, NULL),
                    FAVOR_ERR_WORKSPACE);
      assert_status(apply(s, (favor_precision)p, N, a.log_scale, memory + 8, bytes, given, NULL),
                    FAVOR_ERR_WORKSPACE);
    }
}

static void a_workspace_of_the_size_told_is_enough_and_allocates_nothing(void **state) {
  const favor_allocator hook = test_allocator_hook(&counted);
  (void)state;
  on_every_map(&hook, check_workspace);
  assert_balanced(&counted);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_rows_write_nothing),
      cmocka_unit_test(features_stay_within_one_at_every_norm),
      cmocka_unit_test(a_row_without_finite_norm_is_nan_by_itself),
      cmocka_unit_test(features_that_do_not_fit_are_the_largest_finite_number),
      cmocka_unit_test(any_executor_gives_the_same_bits),
      cmocka_unit_test(a_workspace_of_the_size_told_is_enough_and_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
