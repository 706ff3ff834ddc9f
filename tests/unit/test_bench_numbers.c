/* SPDX-License-Identifier: MIT */
/** Statistics of logarithms, random inputs, and timing of the benches. */
#include "support/test.h"

#include "logstat.h"
#include "random.h"
#include "timing.h"

static void log_mean_and_error_are_those_of_the_numbers(void **state) {
  (void)state;
  const double x[] = {1, 2, 4, 9}, mean = 4;
  double ln[4], squares = 0;
  for (int i = 0; i < 4; i++) {
    ln[i] = log(x[i]);
    squares += (x[i] - mean) * (x[i] - mean);
  }
  assert_near(bench_log_mean(4, ln), log(mean), 4e-16);
  assert_near(bench_log_stderr(4, ln), 0.5 * log(squares / (4 * 3)), 4e-16);
}

static void log_mean_does_not_overflow(void **state) {
  (void)state;
  const double ln[] = {5000, 5000 + log(3)};
  assert_near(bench_log_mean(2, ln), 5000 + log(2), 2e-12);
  assert_near(bench_log_stderr(2, ln), 5000, 2e-12);
}

static void infinite_and_missing_terms_give_themselves(void **state) {
  (void)state;
  const double with_inf[] = {0, INFINITY}, with_nan[] = {0, NAN}, zeros[] = {-INFINITY, -INFINITY};
  assert_true(isinf(bench_log_mean(2, with_inf)) && bench_log_mean(2, with_inf) > 0);
  assert_true(isnan(bench_log_mean(2, with_nan)));
  assert_true(isinf(bench_log_mean(2, zeros)) && bench_log_mean(2, zeros) < 0);
  assert_true(isnan(bench_log_stderr(1, zeros)));
}

static void a_score_counts_standard_errors(void **state) {
  (void)state;
  assert_near(bench_log_score(log(5), log(3), log(0.5)), 4, 1e-14);
  assert_near(bench_log_score(900 + log(3), 900 + log(5), 900), -2, 1e-12);
  assert_near(bench_log_score(-INFINITY, -INFINITY, -INFINITY), 0, 0);
}

static void log1p_exp_holds_at_both_ends(void **state) {
  (void)state;
  assert_near(bench_log1p_exp(0), log(2), 2e-16);
  assert_near(bench_log1p_exp(800), 800, 0);
  assert_near(bench_log1p_exp(-50), exp(-50), 1e-37);
  assert_near(bench_log1p_exp(-INFINITY), 0, 0);
}

static void quantiles_interpolate(void **state) {
  (void)state;
  double x[] = {4, 1, 3, 2}, same[] = {-INFINITY, -INFINITY, 7};
  assert_near(bench_quantile(4, x, 0.5), 2.5, 0);
  assert_near(bench_quantile(4, x, 0), 1, 0);
  assert_near(bench_quantile(4, x, 1), 4, 0);
  assert_near(bench_quantile(4, x, 0.9), 3.7, 1e-15);
  assert_true(isinf(bench_quantile(3, same, 0.25)));
  assert_true(isnan(bench_quantile(0, x, 0.5)));
}

/* Mean, variance and fourth moment of 1e5 normals, in standard errors. */
static void normals_have_their_moments(void **state) {
  (void)state;
  enum { N = 100000 };
  bench_random r = bench_random_start(7, 1);
  double sum = 0, sum2 = 0, sum4 = 0;
  for (int i = 0; i < N; i++) {
    const double x = bench_random_normal(&r);
    sum += x;
    sum2 += x * x;
    sum4 += x * x * x * x;
  }
  assert_near(sum / N * sqrt(N), 0, 5);
  assert_near((sum2 / N - 1) * sqrt(N / 2.0), 0, 5);
  assert_near((sum4 / N - 3) * sqrt(N / 96.0), 0, 5);
}

static void purposes_and_seeds_have_streams_of_their_own(void **state) {
  (void)state;
  bench_random a = bench_random_start(1, 1), b = bench_random_start(1, 2);
  bench_random c = bench_random_start(2, 1), again = bench_random_start(1, 1);
  const uint64_t first = bench_random_bits(&a);
  assert_true(first == bench_random_bits(&again));
  assert_true(first != bench_random_bits(&b));
  assert_true(first != bench_random_bits(&c));
}

static void spheres_have_their_radius_and_indices_their_range(void **state) {
  (void)state;
  bench_random r = bench_random_start(3, 1);
  for (int i = 0; i < 100; i++) {
    double x[5], norm2 = 0;
    bench_random_sphere(&r, 5, 2.5, x);
    for (int j = 0; j < 5; j++) norm2 += x[j] * x[j];
    assert_near(norm2, 6.25, 1e-14);
    assert_in_range(bench_random_below(&r, 7), 0, 6);
  }
}

typedef struct counter {
  int prepared, ran, last_repeat;
  int *clock, order; /* a shared count of runs, and its value at this job's last run */
} counter;

static void prepare(void *ctx, int repeat) {
  counter *c = ctx;
  c->prepared++;
  c->last_repeat = repeat;
}

static void run(void *ctx) {
  counter *c = ctx;
  c->ran++;
  c->order = ++*c->clock;
}

static void jobs_take_turns_after_one_run_unmeasured(void **state) {
  (void)state;
  int clock = 0;
  counter counters[3] = {{0, 0, 0, &clock, 0}, {0, 0, 0, &clock, 0}, {0, 0, 0, &clock, 0}};
  bench_job jobs[3];
  memset(jobs, 0, sizeof jobs);
  for (int j = 0; j < 3; j++) {
    jobs[j].prepare = prepare;
    jobs[j].run = run;
    jobs[j].ctx = &counters[j];
  }
  assert_true(bench_interleave(3, jobs, BENCH_MIN_REPEATS));
  for (int j = 0; j < 3; j++) {
    assert_int_equal(counters[j].ran, BENCH_MIN_REPEATS + 1);
    assert_int_equal(counters[j].prepared, BENCH_MIN_REPEATS + 1);
    assert_int_equal(counters[j].last_repeat, BENCH_MIN_REPEATS - 1);
    assert_int_equal(counters[j].order, 3 * BENCH_MIN_REPEATS + j + 1);
    assert_true(jobs[j].times.wall_min >= 0);
    assert_true(jobs[j].times.wall_median >= jobs[j].times.wall_min);
    assert_true(jobs[j].times.cpu_median >= jobs[j].times.cpu_min);
  }
}

static void too_few_repeats_are_refused(void **state) {
  (void)state;
  bench_job job;
  memset(&job, 0, sizeof job);
  assert_false(bench_interleave(1, &job, BENCH_MIN_REPEATS - 1));
  assert_false(bench_interleave(1, &job, BENCH_MAX_REPEATS + 1));
  assert_false(bench_interleave(0, &job, BENCH_MIN_REPEATS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(log_mean_and_error_are_those_of_the_numbers),
      cmocka_unit_test(log_mean_does_not_overflow),
      cmocka_unit_test(infinite_and_missing_terms_give_themselves),
      cmocka_unit_test(a_score_counts_standard_errors),
      cmocka_unit_test(log1p_exp_holds_at_both_ends),
      cmocka_unit_test(quantiles_interpolate),
      cmocka_unit_test(normals_have_their_moments),
      cmocka_unit_test(purposes_and_seeds_have_streams_of_their_own),
      cmocka_unit_test(spheres_have_their_radius_and_indices_their_range),
      cmocka_unit_test(jobs_take_turns_after_one_run_unmeasured),
      cmocka_unit_test(too_few_repeats_are_refused),
  };
  return cmocka_run_group_tests_name("bench numbers", tests, NULL, NULL);
}
