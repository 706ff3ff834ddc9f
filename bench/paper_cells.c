/* SPDX-License-Identifier: MIT */
/** The cells themselves. Sources: couplings, Yu et al. 2016 (arXiv 1610.09072) and Reid et al. 2023
 *  (arXiv 2301.13856); OPRF, Likhosherstov et al. 2022 (arXiv 2205.15317); the figures are those of
 *  the closed forms in 64 dimensions, worked out by quadrature apart from this library. */
#include <math.h>

#include "favor/favor.h"
#include "paper_tables.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define MAP(estimator, coupling, m)                                                                \
  { FAVOR_ESTIMATOR_##estimator, FAVOR_COUPLING_##coupling, m, 0, 0 }

/* Norm and cosine of each row; |x+y| = v is reached by x = y of norm v / 2. */
static const double sums[][2] = {{0.125, 1}, {0.25, 1}, {0.375, 1}, {0.5, 1},
                                 {0.75, 1},  {1, 1},    {1.5, 1}};

static const char *const coupling_names[] = {"orthogonal / iid", "simplex / orthogonal"};
static const paper_setting coupling_columns[] = {MAP(POSITIVE, ORTHOGONAL, 64),
                                                 MAP(POSITIVE, SIMPLEX, 64)};
static const paper_setting coupling_against[] = {MAP(POSITIVE, IID, 64),
                                                 MAP(POSITIVE, ORTHOGONAL, 64)};
static const double coupling_cells[] = {.971, .011, .896, .031, .804, .094, .731,
                                        .233, .737, .672, .879, .930, .997, .999};

/* Drawn, good to some per cent; and by integrals over the rotation given the norms, those of
 * tests/support/coupled_rows.c, good to 3 of the last digit. */
static const double plus_sums[][2] = {{0.125, 1}, {0.25, 1}, {0.5, 1}};
static const char *const plus_names[] = {"simplex_plus / orthogonal"};
static const paper_setting plus_columns[] = {MAP(POSITIVE, SIMPLEX_PLUS, 64)};
static const paper_setting plus_against[] = {MAP(POSITIVE, ORTHOGONAL, 64)};
static const double plus_cells[] = {.003, .020, .223};
static const double plus_integrals[] = {.00305, .02130, .22074};

static const double oprf_sums[][2] = {{0.25, 1}, {0.5, 1}, {1, 1}};
static const double oprf_short_sums[][2] = {{0.75, 1}, {1.5, 1}};
static const char *const oprf_names[] = {"simplex / orthogonal"};
static const paper_setting oprf_columns[] = {MAP(OPRF, SIMPLEX, 64)};
static const paper_setting oprf_against[] = {MAP(OPRF, ORTHOGONAL, 64)};
static const double oprf_cells[] = {.021, .182, .886};
static const double oprf_short_cells[] = {.59, .99};

static const double gain_norms[][2] = {{1, 1}, {2, 1}};
static const double gain_large_norms[][2] = {{3, 1}, {4, 1}, {5, 1}};
static const char *const gain_names[] = {"FAVOR+ / OPRF"};
static const paper_setting gain_columns[] = {MAP(POSITIVE, IID, 1)};
static const paper_setting gain_against[] = {MAP(OPRF, IID, 1)};
static const double gain_cells[] = {.42, 4.39}, gain_large_cells[] = {15.1, 33.9, 61.2};

static const double pairs[][2] = {{1, -.5}, {1, 0},  {1, .5},  {1, .9}, {2, -.5},
                                  {2, 0},   {2, .5}, {4, -.5}, {4, 0},  {4, .5}};
static const char *const estimator_names[] = {"trigonometric", "FAVOR+", "hyperbolic", "OPRF"};
static const paper_setting estimator_columns[] = {MAP(TRIGONOMETRIC, IID, 1), MAP(POSITIVE, IID, 1),
                                                  MAP(HYPERBOLIC, IID, 1), MAP(OPRF, IID, 1)};
static const double estimator_cells[] = {
    .96,  .24,  -.27, .21,  .44,  .81,  .44,  .75,  -.27, 1.28, .96,  1.17, -1.70, 1.64,
    1.33, 1.48, 4.91, 1.73, 1.42, 1.55, 3.17, 3.47, 3.17, 2.87, 1.42, 5.21, 4.91,  4.02,
    20.6, 6.95, 6.65, 5.04, 13.6, 13.9, 13.6, 8.37, 6.65, 20.9, 20.6, 10.95};

static const char *const tilt_names[] = {"A* of OPRF"};
static const paper_setting tilt_columns[] = {MAP(OPRF, IID, 1)};
static const double tilt_cells[] = {-.0076, -.0148, -.0217, -.0270, -.0284,
                                    -.0532, -.0760, -.0976, -.1768, -.2500};

static const double right_angle[][2] = {{1, 0}};
static const char *const block_names[] = {
    "FAVOR+ iid",        "FAVOR+ orthogonal",        "FAVOR+ simplex",
    "OPRF iid",          "OPRF orthogonal",          "OPRF simplex",
    "trigonometric iid", "trigonometric orthogonal", "trigonometric simplex",
    "hyperbolic iid",    "hyperbolic orthogonal",    "hyperbolic simplex"};
static const paper_setting block_columns[] = {
    MAP(POSITIVE, IID, 64),          MAP(POSITIVE, ORTHOGONAL, 64),
    MAP(POSITIVE, SIMPLEX, 64),      MAP(OPRF, IID, 64),
    MAP(OPRF, ORTHOGONAL, 64),       MAP(OPRF, SIMPLEX, 64),
    MAP(TRIGONOMETRIC, IID, 32),     MAP(TRIGONOMETRIC, ORTHOGONAL, 32),
    MAP(TRIGONOMETRIC, SIMPLEX, 32), MAP(HYPERBOLIC, IID, 32),
    MAP(HYPERBOLIC, ORTHOGONAL, 32), MAP(HYPERBOLIC, SIMPLEX, 32)};
static const double block_cells[] = {-1.00, -1.14, -1.36, -1.06, -1.22, -1.51,
                                     -1.06, -1.26, -1.24, -1.06, -1.23, -1.22};

const paper_table paper_tables[] = {
    {"relative variance of positive features, d = M = 64, at |x+y| = v", PAPER_RATIO, COUNT(sums),
     COUNT(coupling_columns), coupling_names, coupling_columns, coupling_against, sums,
     coupling_cells, 1e-3},
    {"relative variance of positive features, d = M = 64, at |x+y| = v, references drawn",
     PAPER_RATIO, COUNT(plus_sums), 1, plus_names, plus_columns, plus_against, plus_sums,
     plus_cells, 2.5e-3},
    {"relative variance of positive features, d = M = 64, at |x+y| = v, references integrated",
     PAPER_RATIO, COUNT(plus_sums), 1, plus_names, plus_columns, plus_against, plus_sums,
     plus_integrals, 3e-5},
    {"OPRF, d = M = 64, at |x+y| = v", PAPER_RATIO, COUNT(oprf_sums), 1, oprf_names, oprf_columns,
     oprf_against, oprf_sums, oprf_cells, 1e-3},
    {"OPRF, d = M = 64, at |x+y| = v, references cut after two digits", PAPER_RATIO,
     COUNT(oprf_short_sums), 1, oprf_names, oprf_columns, oprf_against, oprf_short_sums,
     oprf_short_cells, 1e-2},
    {"ln of the ratio of variances, d = 64, x = y", PAPER_LN, COUNT(gain_norms), 1, gain_names,
     gain_columns, gain_against, gain_norms, gain_cells, 5.5e-3},
    {"ln of the ratio of variances, d = 64, x = y", PAPER_LN, COUNT(gain_large_norms), 1,
     gain_names, gain_columns, gain_against, gain_large_norms, gain_large_cells, 5.5e-3},
    {"log10 relative variance of one projection, d = 64", PAPER_LOG10, COUNT(pairs),
     COUNT(estimator_columns), estimator_names, estimator_columns, NULL, pairs, estimator_cells,
     5.5e-3},
    {"optimal tilt, d = 64", PAPER_TILT, COUNT(pairs), 1, tilt_names, tilt_columns, NULL, pairs,
     tilt_cells, 5.5e-5},
    {"log10 relative variance of 64 features, d = 64", PAPER_LOG10, 1, COUNT(block_columns),
     block_names, block_columns, NULL, right_angle, block_cells, 5.5e-3},
};
const int paper_num_tables = COUNT(paper_tables);
