/* SPDX-License-Identifier: MIT */
/** Prints a checksum of W for every coupling and shape, and of every map that needs no statistics,
 *  in lines that must be the same wherever and however the library was built
 *  (scripts/check-bits.sh). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "favor/favor.h"

/* Shapes: one row, partial blocks, whole blocks, several blocks, a dimension that is no power of two. */
static const int64_t shapes[][2] = {{1, 5}, {3, 2}, {8, 8}, {16, 40}, {37, 100}, {64, 256}};

static const int32_t couplings[] = {
#define ROW(name, symbol, value, title) FAVOR_COUPLING_##name,
    FAVOR_COUPLING_LIST(ROW)
#undef ROW
};
static const int32_t estimators[] = {
#define ROW(name, symbol, value, title) FAVOR_ESTIMATOR_##name,
    FAVOR_ESTIMATOR_LIST(ROW)
#undef ROW
};
static const int32_t kernels[] = {
#define ROW(name, symbol, value, formula) FAVOR_KERNEL_##name,
    FAVOR_KERNEL_LIST(ROW)
#undef ROW
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* FNV-1a, 64 bits. */
static uint64_t checksum(const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < n; ++i) h = (h ^ p[i]) * UINT64_C(0x100000001b3);
  return h;
}

static void fail(const char *what) {
  fprintf(stderr, "print_projections: %s\n", what);
  exit(1);
}

static void *take(size_t bytes) {
  void *p = malloc(bytes);
  if (p == NULL) fail("no memory");
  return p;
}

/* The checksum of W in float64, with the check that float32 is its rounding. */
static uint64_t checksum_w(const favor_map *map) {
  const int64_t d = favor_map_dim(map), m = favor_map_projections(map);
  const size_t n = (size_t)(m * d);
  double *w = take(n * sizeof *w);
  float *rounded = take(n * sizeof *rounded);
  if (favor_map_copy_projections_f64(map, w, d) < 0) fail("copy_projections_f64");
  if (favor_map_copy_projections_f32(map, rounded, d) < 0) fail("copy_projections_f32");
  for (size_t i = 0; i < n; ++i) {
    if (rounded[i] != (float)w[i]) fail("W in float32 is not the rounded W in float64");
  }
  const uint64_t h = checksum(w, n * sizeof *w);
  free(w);
  free(rounded);
  return h;
}

/* The whole map as saved: every number that it computes with. */
static uint64_t checksum_block(const favor_map *map) {
  size_t bytes = 0;
  if (favor_map_save(map, NULL, 0, &bytes) < 0) fail("save");
  void *block = take(bytes);
  if (favor_map_save(map, block, bytes, &bytes) < 0) fail("save");
  const uint64_t h = checksum(block, bytes);
  free(block);
  return h;
}

/* NULL where options alone do not make such a map. */
static favor_map *make(int32_t kernel, int32_t estimator, int32_t coupling,
                       const int64_t shape[2]) {
  favor_estimator_info info = {.size = sizeof info};
  favor_map_opts opts;
  favor_map *map = NULL;
  if (favor_combination(kernel, estimator, coupling) < 0) return NULL;
  if (favor_estimator_get_info(estimator, &info) < 0) fail("get_info");
  if (info.wants_statistics) return NULL;
  if (favor_map_opts_init(&opts) < 0) fail("opts_init");
  opts.dim = shape[0];
  opts.projections = shape[1];
  opts.kernel = kernel;
  opts.estimator = estimator;
  opts.coupling = coupling;
  opts.seed = 20240607;
  if (info.takes_tilt) opts.tilt = 0.0625;
  if (favor_map_create(&opts, &map) < 0) fail("create");
  return map;
}

/* One line for W, which is the same for every kernel and estimator, then one for each map. */
static void print_coupling(int32_t coupling, const int64_t shape[2]) {
  uint64_t w = 0;
  int made = 0;
  for (size_t k = 0; k < COUNT(kernels); ++k) {
    for (size_t e = 0; e < COUNT(estimators); ++e) {
      favor_map *map = make(kernels[k], estimators[e], coupling, shape);
      if (map == NULL) continue;
      const uint64_t own = checksum_w(map);
      if (made++ == 0) {
        w = own;
        printf("w %s %" PRId64 " x %" PRId64 " %016" PRIx64 "\n", favor_coupling_name(coupling),
               shape[1], shape[0], w);
      }
      if (own != w) fail("W depends on the estimator");
      printf("map %s %s %s %" PRId64 " x %" PRId64 " %016" PRIx64 "\n",
             favor_kernel_name(kernels[k]), favor_estimator_name(estimators[e]),
             favor_coupling_name(coupling), shape[1], shape[0], checksum_block(map));
      favor_map_destroy(map);
    }
  }
  if (made == 0) fail("a coupling without maps");
}

int main(void) {
  for (size_t c = 0; c < COUNT(couplings); ++c) {
    for (size_t s = 0; s < COUNT(shapes); ++s) print_coupling(couplings[c], shapes[s]);
  }
  return 0;
}
