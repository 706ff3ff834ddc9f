/* SPDX-License-Identifier: MIT */
/** Estimate the softmax kernel of real queries and keys with random features, and check the answer.
 *  Usage: 01_kernel [folder of q_L0_H0.npy and k_L0_H0.npy]. C11 and C++11. */
#include <favor/favor.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 800, D = 15, M = 256 }; /* rows, columns, projections */
static float q[N * D], k[N * D], exact[N * N], estimate[N * N];
static double x[N * D], y[N * D], log_relmse[N];

/* Read a .npy file of N x D float32 (format 1.0: magic, version, length of the header, header, data). */
static int load(const char *folder, const char *file, float *out, double *wide) {
  char path[1024];
  unsigned char head[10];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  FILE *f = fopen(path, "rb");
  int ok = f != NULL && fread(head, 1, 10, f) == 10 && memcmp(head, "\x93NUMPY\x01\x00", 8) == 0;
  ok = ok && fseek(f, head[8] + 256 * head[9], SEEK_CUR) == 0;
  ok = ok && fread(out, sizeof *out, N * D, f) == N * D && fgetc(f) == EOF;
  if (f != NULL) fclose(f);
  if (!ok) fprintf(stderr, "%s: not %d x %d numbers of float32\n", path, N, D);
  for (int i = 0; i < N * D; i++) wide[i] = (double)out[i];
  return ok;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "examples/data";
  favor_map_opts opts;
  favor_stats *stats = NULL;
  favor_map *map = NULL;
  if (!load(folder, "q_L0_H0.npy", q, x) || !load(folder, "k_L0_H0.npy", k, y)) return 2;

  /* What the data look like, and a map that fits: exp(q.k / sqrt(15)) as a product of 256 features. */
  if (favor_stats_create(D, NULL, &stats) < 0) return 1;
  if (favor_stats_add_f32(stats, FAVOR_QUERY, N, q, D, NULL) < 0) return 1;
  if (favor_stats_add_f32(stats, FAVOR_KEY, N, k, D, NULL) < 0) return 1;
  favor_map_opts_attention(&opts, D, M);
  opts.stats = stats;
  opts.estimator = FAVOR_ESTIMATOR_OPRF; /* whose errors have a closed form with coupled rows too */
  if (favor_map_create(&opts, &map) < 0) return 1;

  /* All pairs, exact and estimated; the standard error of each (q_i, k_i) in closed form. */
  favor_kernel_exact_f32(opts.kernel, opts.scale, D, N, q, D, N, k, D, exact, N, NULL);
  favor_kernel_estimate_f32(map, N, q, D, N, k, D, estimate, N, NULL, 0, NULL, NULL);
  if (favor_forecast_pairs_f64(map, N, x, D, y, D, log_relmse) < 0) return 1;
  double error = 0;
  int beyond = 0;
  for (int i = 0; i < N; i++) {
    const double relative = fabs((double)estimate[i * N + i] / (double)exact[i * N + i] - 1.0);
    error += relative / N;
    beyond += !(relative <= 3 * exp(0.5 * log_relmse[i]));
  }
  printf("%d x %d kernel, M = %d: mean error %.0f %%, %d beyond 3 standard errors (%d may be)\n", N,
         N, M, 100 * error, beyond, N / 9);
  favor_map_destroy(map);
  favor_stats_destroy(stats);
  return beyond <= N / 9 && error > 0 ? 0 : 1;
}
