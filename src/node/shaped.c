/* SPDX-License-Identifier: MIT */
#include "node/shaped.h"

#include <float.h>
#include <math.h>

#include "base/real.h"

static const double log2_e = 1.44269504088896340736;

/* Rows whose |G in|^2 are summed side by side: each has a lane of its own. */
enum { LANES = 8 };

static size_t take(favor_arena *arena, int64_t rows, int64_t columns) {
  const size_t at = favor_arena_offset(arena);
  favor_arena_take(arena, rows, columns, sizeof(double));
  return at;
}

void favor_shaped_layout(favor_leaf *leaf, favor_arena *arena) {
  const int64_t d = leaf->dim, width = leaf->shape == FAVOR_SHAPE_DIAGONAL ? 1 : d;
  leaf->side[0].g = take(arena, d, width);
  leaf->side[1].g =
      favor_shape_matrices(leaf->shape) == 2 ? take(arena, d, width) : leaf->side[0].g;
  leaf->tilts = take(arena, d, 1);
  leaf->roots = take(arena, d, 1);
  leaf->drawn = take(arena, leaf->projections, d);
  leaf->scratch = take(arena, d, 3);
}

static double *reals_at(unsigned char *base, size_t offset) {
  return (double *)(void *)(base + offset);
}

favor_matrices favor_leaf_matrices(const favor_leaf *leaf, unsigned char *base) {
  favor_matrices m = {leaf->shape, leaf->dim, {NULL, NULL}, NULL};
  if (leaf->shape == FAVOR_SHAPE_NONE) return m;
  for (int s = 0; favor_shape_matrices(leaf->shape) > 0 && s < 2; ++s) {
    m.g[s] = reals_at(base, leaf->side[s].g);
  }
  m.a = reals_at(base, leaf->tilts);
  return m;
}

void favor_shaped_assemble(favor_leaf *leaf, unsigned char *base) {
  const double *a = reals_at(base, leaf->tilts);
  double *root = reals_at(base, leaf->roots);
  for (int64_t l = 0; l < leaf->dim; ++l) root[l] = sqrt(1 - 4 * a[l]);
}

/* Rows whose product with a weight could overflow are not finite. Only projections of absurd length make
 * that less than what the scale alone allows. */
static void limit_rows(favor_leaf *leaf, double weight_norm) {
  const double largest[2] = {FLT_MAX, DBL_MAX};
  for (int p = 0; p < 2; ++p) {
    const double norm = largest[p] / 16 / (weight_norm * leaf->gain);
    const double limit = norm * norm;
    if (limit < leaf->norm2_limit[p]) leaf->norm2_limit[p] = limit;
  }
}

void favor_shaped_put_row(favor_leaf *leaf, const favor_table *const table[2], unsigned char *base,
                          int64_t j, const double *w) {
  const favor_matrices m = favor_leaf_matrices(leaf, base);
  const double *root = reals_at(base, leaf->roots), *a = reals_at(base, leaf->tilts);
  double *drawn = reals_at(base, leaf->drawn) + j * leaf->dim;
  double *turned = reals_at(base, leaf->scratch), *weights = turned + leaf->dim;
  double tilt = 0;
  for (int64_t l = 0; l < leaf->dim; ++l) {
    drawn[l] = w[l];
    turned[l] = root[l] * w[l];
    tilt += a[l] * (w[l] * w[l]);
  }
  for (int p = 0; p < 2; ++p)
    favor_real_set((favor_precision)p, base + leaf->bias[p], j, log2_e * tilt);
  for (int64_t s = 0; s < favor_shape_matrices(leaf->shape); ++s) {
    double norm2 = 0;
    favor_shape_transposed(&m, (favor_side)s, turned, weights);
    for (int64_t k = 0; k < leaf->dim; ++k) norm2 += weights[k] * weights[k];
    limit_rows(leaf, sqrt(norm2));
    for (int p = 0; p < 2; ++p)
      favor_pack_row(table[p], leaf->projections, leaf->dim, j, weights,
                     base + leaf->side[s].weights[p]);
  }
}

double *favor_shaped_norm_layout(const favor_leaf *leaf, favor_arena *arena) {
  const bool needed = leaf->shape == FAVOR_SHAPE_DIAGONAL || leaf->shape == FAVOR_SHAPE_DENSE;
  return needed ? favor_arena_take(arena, leaf->dim, LANES, sizeof(double)) : NULL;
}

/* t[k, i] = x[i, k] - shift[k]; lanes without a row are zero. */
static void turn(favor_precision precision, int64_t rows, int64_t dim, const void *x, int64_t ldx,
                 const void *shift, double *t) {
  for (int64_t i = 0; i < LANES; ++i) {
    for (int64_t k = 0; k < dim; ++k) {
      t[k * LANES + i] =
          i < rows ? favor_real_get(precision, x, i * ldx + k) - favor_real_get(precision, shift, k)
                   : 0;
    }
  }
}

static void diagonal_norms(int64_t dim, const double *g, const double *t, double sum[LANES]) {
  for (int64_t k = 0; k < dim; ++k) {
    for (int i = 0; i < LANES; ++i) {
      const double y = g[k] * t[k * LANES + i];
      sum[i] += y * y;
    }
  }
}

/* One row of G against all lanes. Two partial sums a lane, so that an addition need not wait for the one
 * before it. */
static void add_square(int64_t dim, const double *row, const double *t, double sum[LANES]) {
  double y[2][LANES] = {{0}};
  int64_t k = 0;
  for (; k + 2 <= dim; k += 2) {
    for (int i = 0; i < LANES; ++i) y[0][i] += row[k] * t[k * LANES + i];
    for (int i = 0; i < LANES; ++i) y[1][i] += row[k + 1] * t[(k + 1) * LANES + i];
  }
  for (; k < dim; ++k) {
    for (int i = 0; i < LANES; ++i) y[0][i] += row[k] * t[k * LANES + i];
  }
  for (int i = 0; i < LANES; ++i) {
    const double whole = y[0][i] + y[1][i];
    sum[i] += whole * whole;
  }
}

static void dense_norms(int64_t dim, const double *g, const double *t, double sum[LANES]) {
  for (int64_t l = 0; l < dim; ++l) add_square(dim, g + l * dim, t, sum);
}

void favor_shaped_norm_add(const favor_leaf *leaf, const unsigned char *base,
                           const favor_table *table, favor_side side, favor_tile *tile,
                           const void *x, int64_t ldx) {
  const favor_leaf_side *s = &leaf->side[side];
  const double *g = (const double *)(const void *)(base + s->g);
  for (int64_t first = 0; first < tile->rows; first += LANES) {
    const int64_t left = tile->rows - first, rows = left < LANES ? left : LANES;
    const void *from = (const unsigned char *)x + (size_t)(first * ldx) * table->real;
    double sum[LANES] = {0};
    turn(table->precision, rows, leaf->dim, from, ldx, base + s->shift[table->precision],
         tile->turned);
    if (leaf->shape == FAVOR_SHAPE_DIAGONAL) {
      diagonal_norms(leaf->dim, g, tile->turned, sum);
    } else {
      dense_norms(leaf->dim, g, tile->turned, sum);
    }
    for (int64_t i = 0; i < rows; ++i) tile->dot[first + i] += s->shaped * sum[i];
  }
}
