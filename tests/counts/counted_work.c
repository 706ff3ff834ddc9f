/* SPDX-License-Identifier: MIT */
/** counted_work WORK ISA PRECISION: makes maps and inputs, calls one public function once, and prints for how
 *  many features or tokens. Run under callgrind, which counts the instructions of that call alone: see
 *  scripts/check-counts.sh. Inputs are the same in every run; d = dv = 64, M = 256, one thread. */
#include <favor/favor.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { D = 64, M = 256, ROWS = 512, TOKENS = 1024, FEATURES_MAX = 2 * M };

/** One kind of work; of a map (estimator > 0) or of exact attention. */
typedef struct work {
  const char *name;
  int32_t estimator;
  bool attends, causal;
} work;

static const work works[] = {
    {"positive", FAVOR_ESTIMATOR_POSITIVE, false, false},
    {"hyperbolic", FAVOR_ESTIMATOR_HYPERBOLIC, false, false},
    {"trigonometric", FAVOR_ESTIMATOR_TRIGONOMETRIC, false, false},
    {"relu", FAVOR_ESTIMATOR_RELU, false, false},
    {"bidirectional", FAVOR_ESTIMATOR_POSITIVE, true, false},
    {"causal", FAVOR_ESTIMATOR_POSITIVE, true, true},
    {"exact", 0, true, false},
};

static float q32[TOKENS * D], k32[TOKENS * D], v32[TOKENS * D], out32[TOKENS * D];
static double q64[TOKENS * D], k64[TOKENS * D], v64[TOKENS * D], out64[TOKENS * D];
static float phi32[ROWS * FEATURES_MAX];
static double phi64[ROWS * FEATURES_MAX], log_scale[ROWS];

/* Numbers in [-1/4, 1/4) that depend on their place alone (the finaliser of splitmix64). */
static void fill(float *x32, double *x64, uint64_t place) {
  for (uint64_t i = 0; i < TOKENS * D; i++) {
    uint64_t z = (place * TOKENS * D + i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    x32[i] = (float)(int32_t)(z >> 40) * 0x1p-25f - .25f;
    x64[i] = (double)x32[i];
  }
}

static favor_map *make_map(const work *w, int32_t isa) {
  favor_map_opts opts;
  favor_map *map = NULL;
  favor_map_opts_init(&opts);
  opts.dim = D;
  opts.projections = M;
  if (w->estimator == FAVOR_ESTIMATOR_RELU) opts.kernel = FAVOR_KERNEL_ARCCOS1;
  opts.estimator = w->estimator;
  opts.isa = isa;
  return favor_map_create(&opts, &map) < 0 ? NULL : map;
}

static int apply(const favor_map *map, bool single, int64_t features) {
  return single ? favor_map_apply_f32(map, FAVOR_QUERY, ROWS, q32, D, phi32, features, log_scale,
                                      NULL, 0, NULL, NULL)
                : favor_map_apply_f64(map, FAVOR_QUERY, ROWS, q64, D, phi64, features, log_scale,
                                      NULL, 0, NULL, NULL);
}

static int attend(const favor_map *map, const favor_attention_desc *desc, bool single) {
  return single ? favor_attention_f32(1, &map, desc, q32, k32, v32, out32, NULL, 0, NULL, NULL)
                : favor_attention_f64(1, &map, desc, q64, k64, v64, out64, NULL, 0, NULL, NULL);
}

static int attend_exactly(const favor_attention_desc *desc, int32_t isa, bool single) {
  return single ? favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, .125, isa, desc, q32, k32, v32,
                                            out32, NULL, 0, NULL, NULL, NULL)
                : favor_attention_exact_f64(FAVOR_KERNEL_SOFTMAX, .125, isa, desc, q64, k64, v64,
                                            out64, NULL, 0, NULL, NULL, NULL);
}

static int run(const work *w, int32_t isa, bool single) {
  favor_attention_desc desc;
  favor_map *map = w->estimator ? make_map(w, isa) : NULL;
  int64_t units = TOKENS;
  int status = -1;
  if (w->estimator && !map) return 1;
  fill(q32, q64, 0);
  fill(k32, k64, 1);
  fill(v32, v64, 2);
  if (favor_attention_desc_init(&desc, 1, 1, TOKENS, TOKENS, D, D) < 0) return 1;
  desc.mask = w->causal ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE;
  if (!w->attends) {
    units = ROWS * favor_map_features(map);
    status = apply(map, single, units / ROWS);
  } else {
    status = map ? attend(map, &desc, single) : attend_exactly(&desc, isa, single);
  }
  favor_map_destroy(map);
  printf("%lld\n", (long long)units);
  return status == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  const int count = (int)(sizeof works / sizeof works[0]);
  int32_t isa = -1;
  for (int32_t i = 1; argc == 4 && favor_isa_name(i); i++) {
    if (strcmp(argv[2], favor_isa_name(i)) == 0) isa = i;
  }
  if (isa < 0) {
    fprintf(stderr, "usage: counted_work WORK ISA f32|f64\n");
    return 2;
  }
  if (favor_isa_check(isa) < 0) return 3; /* not on this machine */
  for (int i = 0; i < count; i++) {
    if (strcmp(argv[1], works[i].name) == 0)
      return run(&works[i], isa, strcmp(argv[3], "f32") == 0);
  }
  fprintf(stderr, "no work '%s'\n", argv[1]);
  return 2;
}
