/* SPDX-License-Identifier: MIT */
/* memory_growth MASK LENGTH: attention over 8 heads, d = dv = 64, M = 256, inputs and outputs touched beforehand;
 * prints by how many bytes the process's largest resident size grew over the call. A process of its own, so
 * that nothing before has grown it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "favor/favor.h"

enum { HEADS = 8, D = 64, M = 256 };

/** VmHWM of this process in bytes, or -1. */
static long long largest_resident(void) {
  char line[256];
  long long kib = -1;
  FILE *file = fopen("/proc/self/status", "r");
  if (!file) return -1;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "VmHWM: %lld", &kib) == 1) break;
  fclose(file);
  return kib < 0 ? -1 : kib * 1024;
}

static float *touched(int64_t n, float size) {
  float *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; x && i < n; i++) x[i] = size * (float)((i * 7919) % 1024 - 512) / 512;
  return x;
}

static int run(const favor_map *map, int mask, int64_t length) {
  favor_attention_desc desc;
  if (favor_attention_desc_init(&desc, 1, HEADS, length, length, D, D) < 0) return 1;
  desc.mask = mask;
  const int64_t n = HEADS * length * D;
  float *q = touched(n, .3F), *k = touched(n, .3F), *v = touched(n, 1), *out = touched(n, 0);
  if (!q || !k || !v || !out) return 1;
  const long long before = largest_resident();
  const favor_status status =
      favor_attention_f32(1, &map, &desc, q, k, v, out, NULL, 0, NULL, NULL);
  const long long after = largest_resident();
  printf("%lld\n", after - before);
  free(q);
  free(k);
  free(v);
  free(out);
  return status == FAVOR_OK && before > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  favor_map_opts opts;
  favor_map *map = NULL;
  if (argc != 3 || favor_map_opts_attention(&opts, D, M) < 0) return 2;
  if (favor_map_create(&opts, &map) < 0) return 1;
  const int failed = run(map, atoi(argv[1]), atoll(argv[2]));
  favor_map_destroy(map);
  return failed;
}
