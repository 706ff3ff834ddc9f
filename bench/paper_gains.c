/* SPDX-License-Identifier: MIT */
/** The gains of FAVOR# over OPRF, on sets whose moments are printed: fitted to one half of a set, scored
 *  on the other, in closed form, against references worked out apart from this library. Source of the
 *  estimators: Likhosherstov et al. 2023 (arXiv 2302.00787). */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "favor/favor.h"
#include "paper_tables.h"
#include "progress.h"
#include "random.h"

enum { DIM = 64, ROWS = 2048, RANK = 8, SEEDS = 20 };

static const double tolerance = 0.3;

typedef enum gain_kind { GAIN_MISMATCH, GAIN_LOW_RANK, GAIN_BASIS } gain_kind;

/* A set, the member that it favours, and its mean gain in nats. */
typedef struct gain_cell {
  gain_kind kind;
  int32_t estimator;
  double norm, reference;
  const char *title;
} gain_cell;

static const gain_cell cells[] = {
    {GAIN_MISMATCH, FAVOR_ESTIMATOR_SADERF, 3, 9.1,
     "query/key scale mismatch: half of the coordinates 3 : 1/3, half 1/3 : 3"},
    {GAIN_MISMATCH, FAVOR_ESTIMATOR_SADERF, 4, 13.3,
     "query/key scale mismatch: half of the coordinates 3 : 1/3, half 1/3 : 3"},
    {GAIN_LOW_RANK, FAVOR_ESTIMATOR_SDERF, 3, 5.9,
     "rank 8: a shared random subspace, noise of 0.1 a coordinate"},
    {GAIN_LOW_RANK, FAVOR_ESTIMATOR_SDERF, 4, 9.95,
     "rank 8: a shared random subspace, noise of 0.1 a coordinate"},
    {GAIN_BASIS, FAVOR_ESTIMATOR_SDERF, 3, 2.2,
     "shared random basis, variances spaced evenly in logarithm, condition 100"},
};

/* Both halves of both sides, and their basis. */
typedef struct gain_set {
  double basis[DIM][DIM], deviation[2][DIM], noise;
  double x[2 * ROWS * DIM], y[2 * ROWS * DIM];
} gain_set;

static double dot(const double *a, const double *b) {
  double sum = 0;
  for (int k = 0; k < DIM; k++) sum += a[k] * b[k];
  return sum;
}

/* Orthonormal rows with a uniform law, by Gram-Schmidt done twice. */
static void draw_basis(gain_set *set, bench_random *rng) {
  for (int i = 0; i < DIM; i++) {
    double *row = set->basis[i];
    for (int k = 0; k < DIM; k++) row[k] = bench_random_normal(rng);
    for (int pass = 0; pass < 2; pass++)
      for (int j = 0; j < i; j++) {
        const double along = dot(row, set->basis[j]);
        for (int k = 0; k < DIM; k++) row[k] -= along * set->basis[j][k];
      }
    const double norm = sqrt(dot(row, row));
    for (int k = 0; k < DIM; k++) row[k] /= norm;
  }
}

/* Standard deviations along the basis, such that the mean of |x|^2 is norm^2. */
static void set_deviations(gain_set *set, const gain_cell *cell) {
  set->noise = cell->kind == GAIN_LOW_RANK ? 0.1 : 0;
  for (int side = 0; side < 2; side++) {
    double *s = set->deviation[side], sum = 0;
    for (int l = 0; l < DIM; l++) {
      if (cell->kind == GAIN_MISMATCH) s[l] = (side == 0) == (l % 2 == 0) ? 3 : 1.0 / 3;
      if (cell->kind == GAIN_LOW_RANK) s[l] = l < RANK ? 1 : 0;
      if (cell->kind == GAIN_BASIS) s[l] = pow(100, -0.5 * l / (DIM - 1));
      sum += s[l] * s[l] + set->noise * set->noise;
    }
    for (int l = 0; l < DIM; l++)
      s[l] = cell->norm * sqrt((s[l] * s[l] + set->noise * set->noise) / sum);
  }
}

static void draw_rows(const gain_set *set, int side, int turned, bench_random *rng, double *out) {
  for (int i = 0; i < 2 * ROWS; i++) {
    double *row = out + i * DIM;
    for (int k = 0; k < DIM; k++) row[k] = 0;
    for (int l = 0; l < DIM; l++) {
      const double z = set->deviation[side][l] * bench_random_normal(rng);
      if (!turned) row[l] = z;
      for (int k = 0; turned && k < DIM; k++) row[k] += z * set->basis[l][k];
    }
  }
}

static favor_status fit(const favor_stats *stats, int32_t estimator, favor_map **out) {
  favor_map_opts opts;
  (void)favor_map_opts_init(&opts);
  opts.dim = DIM;
  opts.projections = 1;
  opts.estimator = estimator;
  opts.coupling = FAVOR_COUPLING_IID;
  opts.recentre = FAVOR_OFF;
  opts.stats = stats;
  return favor_map_create(&opts, out);
}

/* Mean ln relative variance over the pairs of the second half. */
static favor_status score(const favor_stats *stats, int32_t estimator, const gain_set *set,
                          double *out) {
  static double log_relmse[ROWS];
  favor_map *map = NULL;
  favor_status status = fit(stats, estimator, &map);
  if (status == FAVOR_OK)
    status = favor_forecast_pairs_f64(map, ROWS, set->x + ROWS * DIM, DIM, set->y + ROWS * DIM, DIM,
                                      log_relmse);
  *out = 0;
  for (int i = 0; status == FAVOR_OK && i < ROWS; i++) *out += log_relmse[i] / ROWS;
  favor_map_destroy(map);
  return status;
}

static favor_status print_moments(const favor_stats *stats) {
  double values[2][DIM], mean[DIM], trace[2] = {0, 0}, product = 0;
  static double moment[2][DIM * DIM];
  int64_t count;
  for (int s = 0; s < 2; s++) {
    favor_status status = favor_stats_spectrum(stats, (favor_side)s, values[s]);
    if (status == FAVOR_OK) status = favor_stats_get(stats, (favor_side)s, &count, mean, moment[s]);
    if (status < 0) return status;
    for (int l = 0; l < DIM; l++) trace[s] += moment[s][l * DIM + l];
  }
  for (int l = 0; l < DIM; l++)
    product += 2 * sqrt(moment[0][l * DIM + l] * moment[1][l * DIM + l]);
  (void)printf("    moments: mean |x|^2 %.3f, |y|^2 %.3f, sum of 2 sqrt(m_l n_l) %.3f;"
               " eigenvalues 1, 8, 9, 64 of x %.3g %.3g %.3g %.3g\n",
               trace[0], trace[1], product, values[0][0], values[0][7], values[0][8],
               values[0][63]);
  return FAVOR_OK;
}

/* The gain of one seed in nats. */
static favor_status measure(const gain_cell *cell, gain_set *set, uint64_t seed, bool print,
                            double *gain) {
  bench_random rng = bench_random_start(seed, (uint64_t)cell->kind);
  favor_stats *stats = NULL;
  double oprf = 0, ours = 0;
  const int turned = cell->kind != GAIN_MISMATCH;
  draw_basis(set, &rng);
  set_deviations(set, cell);
  draw_rows(set, 0, turned, &rng, set->x);
  draw_rows(set, 1, turned, &rng, set->y);
  favor_status status = favor_stats_create(DIM, NULL, &stats);
  if (status == FAVOR_OK) status = favor_stats_add_f64(stats, FAVOR_QUERY, ROWS, set->x, DIM, NULL);
  if (status == FAVOR_OK) status = favor_stats_add_f64(stats, FAVOR_KEY, ROWS, set->y, DIM, NULL);
  if (status == FAVOR_OK && print) status = print_moments(stats);
  if (status == FAVOR_OK) status = score(stats, FAVOR_ESTIMATOR_OPRF, set, &oprf);
  if (status == FAVOR_OK) status = score(stats, cell->estimator, set, &ours);
  *gain = oprf - ours;
  favor_stats_destroy(stats);
  return status;
}

favor_status paper_gains(uint64_t seed, int *num_cells, int *num_failed) {
  gain_set *set = malloc(sizeof *set);
  favor_status status = set ? FAVOR_OK : FAVOR_ERR_MEMORY;
  (void)printf("\nFAVOR# against OPRF, d = %d: mean ln gain, fitted to %d rows a side, scored on "
               "%d others, %d seeds\n",
               DIM, ROWS, ROWS, SEEDS);
  for (size_t c = 0; c < sizeof cells / sizeof *cells && status == FAVOR_OK; c++) {
    double sum = 0, least = INFINITY, most = -INFINITY;
    (void)printf("  %s, norm %g\n", cells[c].title, cells[c].norm);
    for (uint64_t k = 0; k < SEEDS && status == FAVOR_OK; k++) {
      double gain = 0;
      status = measure(&cells[c], set, seed + k, k == 0, &gain);
      sum += gain / SEEDS;
      least = fmin(least, gain);
      most = fmax(most, gain);
      bench_progress((int)k + 1, SEEDS, "%s", cells[c].title);
    }
    bench_progress_end();
    const bool pass = fabs(sum - cells[c].reference) <= tolerance;
    (void)printf("    %-11s ours %7.3f (%.3f to %.3f), reference %5.2f, apart %7.3f  %s\n",
                 favor_estimator_name(cells[c].estimator), sum, least, most, cells[c].reference,
                 sum - cells[c].reference, pass ? "pass" : "FAIL");
    *num_cells += 1;
    *num_failed += !pass;
  }
  free(set);
  return status;
}
