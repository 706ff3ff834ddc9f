/* SPDX-License-Identifier: MIT */
/** Nadaraya-Watson regression is attention with the Gaussian kernel: the prediction at x is the mean
 *  of the known y, weighted by exp(-|x - x_j|^2 / 2h^2). Here: the width of an iris's petal from its
 *  three other measures, each flower from the 149 others. Usage: 04_regression [folder of iris.csv] */
#include <favor/favor.h>
#include <math.h>
#include <stdio.h>

enum { N = 150, D = 3, FEW = 128, MANY = 512, DRAWS = 4 };
static double x[N * D], y[N], exact[N], estimate[N];
static float leave_out[N * N]; /* log-weight of flower j in the prediction of flower i */

/* Columns 1 to 3 to x, to mean 0 and variance 1; column 4 to y. */
static int read_table(const char *folder) {
  char path[1024], line[128];
  int n = 0;
  snprintf(path, sizeof path, "%s/iris.csv", folder);
  FILE *f = fopen(path, "r");
  if (f == NULL || fgets(line, sizeof line, f) == NULL) n = -1;
  while (n >= 0 && n < N && fgets(line, sizeof line, f) != NULL) {
    double *row = x + D * n;
    n = sscanf(line, "%lf,%lf,%lf,%lf,", &row[0], &row[1], &row[2], &y[n]) == 4 ? n + 1 : -1;
  }
  if (f != NULL) fclose(f);
  for (int c = 0; n == N && c < D; c++) {
    double mean = 0, variance = 0;
    for (int i = 0; i < N; i++) mean += x[D * i + c] / N;
    for (int i = 0; i < N; i++) variance += pow(x[D * i + c] - mean, 2) / N;
    for (int i = 0; i < N; i++) x[D * i + c] = (x[D * i + c] - mean) / sqrt(variance);
  }
  if (n != N) fprintf(stderr, "%s: not %d rows of numbers\n", path, N);
  return n == N;
}

/* The root mean square of a - b. */
static double rms(const double *a, const double *b) {
  double sum = 0;
  for (int i = 0; i < N; i++) sum += (a[i] - b[i]) * (a[i] - b[i]) / N;
  return sqrt(sum);
}

/* Each flower is a batch of one query; all batches share the keys and values (stride 0), and the
 * log-weight of minus infinity leaves out the flower itself. */
static favor_attention_desc leave_one_out(void) {
  favor_attention_desc desc;
  favor_attention_desc_init(&desc, N, 1, 1, N, D, 1);
  desc.k_stride[0] = desc.v_stride[0] = 0;
  desc.key_log_weight = leave_out;
  desc.weight_stride[0] = N;
  desc.weight_stride[1] = 1;
  for (int i = 0; i < N; i++) leave_out[i * N + i] = -INFINITY;
  return desc;
}

/* The definition, in two loops. Returns the largest difference to the exact prediction. */
static double against_definition(double h) {
  double worst = 0;
  for (int i = 0; i < N; i++) {
    double above = 0, below = 0;
    for (int j = 0; j < N; j++) {
      double square = 0;
      for (int c = 0; c < D; c++) square += pow(x[D * i + c] - x[D * j + c], 2);
      const double weight = i == j ? 0 : exp(-square / (2 * h * h));
      above += weight * y[j];
      below += weight;
    }
    worst = fmax(worst, fabs(above / below - exact[i]));
  }
  return worst;
}

/* How far predictions with M random features are from the exact ones, and from the truth (*error):
 * root mean squares over flowers and draws. */
static double estimated(const favor_attention_desc *desc, favor_map_opts *opts, int64_t M,
                        double *error) {
  double off = 0, sum = 0;
  opts->projections = M;
  for (opts->seed = 0; opts->seed < DRAWS; opts->seed++) {
    favor_map *map = NULL;
    if (favor_map_create(opts, &map) < 0) return NAN;
    if (favor_attention_f64(1, (const favor_map *const *)&map, desc, x, x, y, estimate, NULL, 0,
                            NULL, NULL) != FAVOR_OK)
      off = NAN;
    off += pow(rms(estimate, exact), 2) / DRAWS;
    sum += pow(rms(estimate, y), 2) / DRAWS;
    favor_map_destroy(map);
  }
  *error = sqrt(sum);
  return sqrt(off);
}

int main(int argc, char **argv) {
  const double h = 0.5; /* bandwidth, in standard deviations */
  const favor_attention_desc desc = leave_one_out();
  favor_stats *stats = NULL;
  favor_map_opts opts;
  double mean[N] = {0}, error_few = 0, error_many = 0;
  if (!read_table(argc > 1 ? argv[1] : "examples/data")) return 2;
  if (favor_stats_create(D, NULL, &stats) < 0) return 1;
  if (favor_stats_add_f64(stats, FAVOR_QUERY, N, x, D, NULL) < 0) return 1;
  if (favor_stats_add_f64(stats, FAVOR_KEY, N, x, D, NULL) < 0) return 1;
  favor_map_opts_init(&opts);
  opts.dim = D;
  opts.kernel = FAVOR_KERNEL_GAUSSIAN;
  opts.scale = 1 / (h * h);
  opts.stats = stats; /* the features that suit these data */

  if (favor_attention_exact_f64(opts.kernel, opts.scale, FAVOR_ISA_AUTO, &desc, x, x, y, exact,
                                NULL, 0, NULL, NULL, NULL) != FAVOR_OK)
    return 1;
  const double rounding = against_definition(h), error = rms(exact, y);
  const double few = estimated(&desc, &opts, FEW, &error_few);
  const double many = estimated(&desc, &opts, MANY, &error_many);
  for (int i = 0; i < N * N; i++) mean[i / N] += i / N == i % N ? 0 : y[i % N] / (N - 1);
  favor_stats_destroy(stats);

  printf("width of the petal, each flower from the others, error in cm\n");
  printf("  mean of the others        %.3f\n", rms(mean, y));
  printf("  exact regression          %.3f  (%.0e from its definition)\n", error, rounding);
  printf("  %3d random projections    %.3f  (%.3f from exact)\n", FEW, error_few, few);
  printf("  %3d random projections    %.3f  (%.3f from exact)\n", MANY, error_many, many);
  /* Float64 sums of 150 terms; regression must explain something; what the features add in
   * quadrature must be small beside its own error, and fall with their number. */
  return rounding < 1e-12 && error < rms(mean, y) / 2 && few < error / 2 && many < few &&
                 error_many < 1.05 * error
             ? 0
             : 1;
}
