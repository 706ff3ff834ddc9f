/* SPDX-License-Identifier: MIT */
/* What maps are made of, through the public header alone: W by every coupling, and the first features of
 * every estimator. Bits of W are promised within a major version; features to 1e-13, as libms differ. */
#include "support/test.h"

enum { DIM = 7, M = 17 }; /* two blocks of seven rows, and a partial one of three */

static favor_map_opts options(int32_t kernel, int32_t estimator, int32_t coupling) {
  favor_map_opts opts;
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = DIM;
  opts.projections = M;
  opts.kernel = kernel;
  opts.estimator = estimator;
  opts.coupling = coupling;
  opts.seed = 42;
  opts.stream = 7;
  opts.scale = 0.5;
  if (estimator == FAVOR_ESTIMATOR_GERF) opts.tilt = -0.125;
  return opts;
}

/* A polynomial in the bits: one bit of one value changes it. */
static uint64_t fingerprint(const double *w, int n) {
  uint64_t sum = 0;
  for (int i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, &w[i], sizeof bits);
    sum = sum * UINT64_C(0x9e3779b97f4a7c15) + bits;
  }
  return sum;
}

static void projections_of_a_map_are_the_ones_they_always_were(void **state) {
  static const struct {
    int32_t coupling;
    uint64_t bits;
  } golden[] = {
      {FAVOR_COUPLING_IID, UINT64_C(0xc8ad112963b61226)},
      {FAVOR_COUPLING_ORTHOGONAL, UINT64_C(0xaeb7be402f7b197)},
      {FAVOR_COUPLING_FIXED_NORM, UINT64_C(0xb8691759e596b4fa)},
      {FAVOR_COUPLING_SIMPLEX, UINT64_C(0x60a83d6ec373cb74)},
  };
  (void)state;
  for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
    double w[M * DIM];
    favor_map *map = NULL;
    const favor_map_opts opts =
        options(FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, golden[i].coupling);
    assert_ok(favor_map_create(&opts, &map));
    assert_ok(favor_map_copy_projections_f64(map, w, DIM));
    assert_int_equal(fingerprint(w, M * DIM), golden[i].bits);
    favor_map_destroy(map);
  }
}

static const struct {
  int32_t kernel, estimator;
  double log_phi[3];
  int8_t sign[3];
} features[] = {
    {FAVOR_KERNEL_SOFTMAX,
     FAVOR_ESTIMATOR_POSITIVE,
     {-2.1628956515543147, -0.18160906357332662, -0.41323729122385927},
     {1, 1, 1}},
    {FAVOR_KERNEL_SOFTMAX,
     FAVOR_ESTIMATOR_TRIGONOMETRIC,
     {-0.93750337327890876, -2.3517753026698922, -2.6739111813350949},
     {1, -1, -1}},
    {FAVOR_KERNEL_SOFTMAX,
     FAVOR_ESTIMATOR_HYPERBOLIC,
     {-2.5094692418342879, -2.0325162827818741, -0.52818265385329988},
     {1, 1, 1}},
    {FAVOR_KERNEL_SOFTMAX,
     FAVOR_ESTIMATOR_GERF,
     {-2.5726539569634777, -0.1156672023180647, -0.58219341701212513},
     {1, 1, 1}},
    {FAVOR_KERNEL_GAUSSIAN,
     FAVOR_ESTIMATOR_POSITIVE,
     {-2.6707081515543147, -0.68942156357332673, -0.92104979122385944},
     {1, 1, 1}},
    {FAVOR_KERNEL_GAUSSIAN,
     FAVOR_ESTIMATOR_TRIGONOMETRIC,
     {-1.4453158732789089, -2.8595878026698922, -3.1817236813350949},
     {1, -1, -1}},
    {FAVOR_KERNEL_GAUSSIAN,
     FAVOR_ESTIMATOR_HYPERBOLIC,
     {-3.0172817418342874, -2.5403287827818741, -1.0359951538532997},
     {1, 1, 1}},
    {FAVOR_KERNEL_GAUSSIAN,
     FAVOR_ESTIMATOR_GERF,
     {-3.0804664569634777, -0.62347970231806471, -1.0900059170121252},
     {1, 1, 1}},
    {FAVOR_KERNEL_ARCCOS1,
     FAVOR_ESTIMATOR_RELU,
     {0, -0.86110785666053935, -1.0037146248337818},
     {0, 1, 1}},
};

static void features_of_a_map_are_the_ones_they_always_were(void **state) {
  static const double x[DIM] = {.5, -.25, 1, 0, -.75, .125, .375};
  (void)state;
  for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
    double log_phi[2 * M];
    int8_t sign[2 * M];
    favor_map *map = NULL;
    const favor_map_opts opts =
        options(features[i].kernel, features[i].estimator, FAVOR_COUPLING_ORTHOGONAL);
    assert_ok(favor_map_create(&opts, &map));
    assert_ok(favor_map_log_features_f64(map, FAVOR_KEY, 1, x, DIM, log_phi, 2 * M, sign, NULL));
    for (int j = 0; j < 3; j++) {
      assert_int_equal(sign[j], features[i].sign[j]);
      if (sign[j] != 0) assert_near(log_phi[j], features[i].log_phi[j], 1e-13);
    }
    favor_map_destroy(map);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(projections_of_a_map_are_the_ones_they_always_were),
      cmocka_unit_test(features_of_a_map_are_the_ones_they_always_were),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
