/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>

#include "base/real.h"
#include "node/centre.h"
#include "node/counts.h"
#include "node/phase.h"
#include "node/shaped.h"

static const double log2_e = 1.44269504088896340736;
static const double turns_per_radian = 0.15915494309189533577;

static size_t take(favor_arena *arena, int64_t rows, int64_t columns, size_t element) {
  const size_t at = favor_arena_offset(arena);
  favor_arena_take(arena, rows, columns, element);
  return at;
}

void favor_leaf_layout(favor_leaf *leaf, const favor_leaf_source *source,
                       const favor_table *const table[2], favor_arena *arena) {
  const int64_t d = source->dim;
  leaf->form = source->recipe.form;
  leaf->shape = source->recipe.shape;
  leaf->counts = source->recipe.counts;
  leaf->dim = d;
  leaf->projections = source->projections;
  leaf->features = favor_form_features(leaf->form) * source->projections;
  leaf->columns = favor_pack_columns(source->projections);
  for (int p = 0; p < 2; ++p) {
    leaf->side[0].weights[p] = take(arena, leaf->columns, d, table[p]->real);
    leaf->side[1].weights[p] = favor_shape_matrices(leaf->shape) == 2
                                   ? take(arena, leaf->columns, d, table[p]->real)
                                   : leaf->side[0].weights[p];
    leaf->bias[p] = take(arena, leaf->columns, 1, table[p]->real);
  }
  for (int s = 0; s < 2; ++s) {
    leaf->side[s].u = take(arena, d, 1, sizeof(double));
    for (int p = 0; p < 2; ++p) leaf->side[s].shift[p] = take(arena, d, 1, table[p]->real);
  }
  if (favor_shape_matrices(leaf->shape) > 0) favor_shaped_layout(leaf, arena);
  if (leaf->counts != FAVOR_COUNTS_NONE) favor_counts_layout(leaf, arena);
  if (leaf->shape == FAVOR_SHAPE_CENTRE) favor_centre_layout(leaf, arena);
  if (leaf->form == FAVOR_FORM_PHASE) favor_phase_layout(leaf, table, arena);
}

void favor_leaf_put_row(favor_leaf *leaf, const favor_table *const table[2], unsigned char *base,
                        int64_t j, const double *w) {
  if (favor_shape_matrices(leaf->shape) > 0) {
    favor_shaped_put_row(leaf, table, base, j, w);
    return;
  }
  double norm2 = 0;
  for (int64_t k = 0; k < leaf->dim; ++k) norm2 += w[k] * w[k];
  /* Above the norm by the rounding of a float32 product of this length (gamma_d and change). */
  const double room = 1 + 1e-6 + (double)leaf->dim * FLT_EPSILON;
  const double bound = sqrt(norm2) * leaf->gain * room;
  if (bound > leaf->relu_bound) leaf->relu_bound = bound;
  if (leaf->form == FAVOR_FORM_PHASE) favor_phase_put_row(leaf, base, j, norm2);
  for (int p = 0; p < 2; ++p) {
    favor_pack_row(table[p], leaf->projections, leaf->dim, j, w, base + leaf->side[0].weights[p]);
    /* From the row as drawn, so that it is right for any coupling. */
    favor_real_set((favor_precision)p, base + leaf->bias[p], j, leaf->tilt * norm2);
  }
  if (leaf->counts != FAVOR_COUNTS_NONE) favor_counts_put_row(leaf, base, j, w);
}

double favor_leaf_drawn(const favor_leaf *leaf, const favor_table *const table[2],
                        const unsigned char *base, int64_t j, int64_t k) {
  if (favor_shape_matrices(leaf->shape) > 0) {
    return ((const double *)(const void *)(base + leaf->drawn))[j * leaf->dim + k];
  }
  const double *packed = (const double *)(const void *)(base + leaf->side[0].weights[FAVOR_F64]);
  return packed[favor_pack_index(table[FAVOR_F64], leaf->projections, leaf->dim, j, k)];
}

static void assemble_side(favor_leaf *leaf, const favor_leaf_source *source, int side,
                          const favor_row_terms *terms, unsigned char *base) {
  favor_leaf_side *s = &leaf->side[side];
  s->constant = log2_e * (source->recipe.constant + terms->constant);
  const double own = source->recipe.quadratic * source->scale;
  const bool turned = leaf->shape == FAVOR_SHAPE_DIAGONAL || leaf->shape == FAVOR_SHAPE_DENSE;
  s->shaped = turned ? log2_e * own : 0;
  s->quadratic = log2_e * (turned ? terms->quadratic : own + terms->quadratic);
  for (int64_t k = 0; k < source->dim; ++k) {
    terms->u[k] *= log2_e;
    for (int p = 0; p < 2; ++p) {
      favor_real_set((favor_precision)p, base + s->shift[p], k, source->shift[side][k]);
    }
    if (source->shift[side][k] != 0) leaf->shifted = true;
  }
}

/* Exponents of what lies behind the last projection are -inf: features that are exactly 0. */
static void assemble_padding(const favor_leaf *leaf, unsigned char *base) {
  if (!favor_form_has_exponent(leaf->form)) return;
  for (int64_t j = leaf->projections; j < leaf->columns; ++j) {
    for (int p = 0; p < 2; ++p)
      favor_real_set((favor_precision)p, base + leaf->bias[p], j, -INFINITY);
  }
}

void favor_leaf_assemble(favor_leaf *leaf, const favor_leaf_source *source, unsigned char *base) {
  const favor_target *target = favor_target_of_leaf(source->kernel);
  favor_row_terms terms[2];
  for (int s = 0; s < 2; ++s) {
    terms[s] = (favor_row_terms){0, 0, (double *)(void *)(base + leaf->side[s].u)};
  }
  if (target->terms) {
    target->terms(source->dim, source->scale, source->shift[FAVOR_QUERY], source->shift[FAVOR_KEY],
                  &terms[FAVOR_QUERY], &terms[FAVOR_KEY]);
  }
  leaf->shifted = false;
  for (int s = 0; s < 2; ++s) assemble_side(leaf, source, s, &terms[s], base);
  assemble_padding(leaf, base);

  const double unit = favor_form_has_exponent(leaf->form) ? log2_e
                      : leaf->form == FAVOR_FORM_TURN     ? turns_per_radian
                                                          : 1;
  leaf->gain = unit * source->recipe.gain * sqrt(source->scale);
  leaf->tilt = log2_e * source->recipe.tilt;
  leaf->relu_bound = 0;
  const double largest = source->scale > 1 ? source->scale : 1;
  leaf->norm2_limit[FAVOR_F32] = FLT_MAX / largest;
  leaf->norm2_limit[FAVOR_F64] = DBL_MAX / largest;
  if (favor_shape_matrices(leaf->shape) > 0) favor_shaped_assemble(leaf, base);
  if (leaf->counts != FAVOR_COUNTS_NONE) leaf->gain = sqrt(source->scale);
  if (leaf->form == FAVOR_FORM_PHASE) favor_phase_assemble(leaf, source);
}
