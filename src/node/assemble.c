/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>

#include "node/leaf.h"

static const double log2_e = 1.44269504088896340736;
static const double turns_per_radian = 0.15915494309189533577;

/* |x|^2 within the range of float32 may leave it by the shift: rows are given this much more. */
static const double shifted_room = 16;

static size_t take(favor_arena *arena, int64_t rows, int64_t columns, size_t element)
{
  const size_t at = favor_arena_offset(arena);
  favor_arena_take(arena, rows, columns, element);
  return at;
}

void favor_leaf_layout(favor_leaf *leaf, const favor_leaf_source *source,
                       const favor_table *const table[2], favor_arena *arena)
{
  const int64_t d = source->dim;
  leaf->form = source->recipe.form;
  leaf->dim = d;
  leaf->projections = source->projections;
  leaf->features = favor_form_features(leaf->form) * source->projections;
  leaf->columns = favor_pack_columns(source->projections);
  for (int p = 0; p < 2; ++p) {
    leaf->weights[p] = take(arena, leaf->columns, d, table[p]->real);
    leaf->bias[p] = take(arena, leaf->columns, 1, table[p]->real);
  }
  for (int s = 0; s < 2; ++s) {
    leaf->side[s].u = take(arena, d, 1, sizeof(double));
    for (int p = 0; p < 2; ++p) leaf->side[s].shift[p] = take(arena, d, 1, table[p]->real);
  }
}

static void store(favor_precision precision, void *out, int64_t i, double value)
{
  if (precision == FAVOR_F32) {
    ((float *)out)[i] = (float)value;
  } else {
    ((double *)out)[i] = value;
  }
}

static double norm2_of_row(const favor_leaf_source *source, int64_t j)
{
  const double *w = source->w + j * source->dim;
  double sum = 0;
  for (int64_t k = 0; k < source->dim; ++k) sum += w[k] * w[k];
  return sum;
}

/* b_j = tilt |w_j|^2 from the row as drawn, so that it is right for any coupling. -inf behind the last. */
static void assemble_bias(favor_leaf *leaf, const favor_leaf_source *source, unsigned char *base)
{
  const bool exponent = favor_form_has_exponent(leaf->form);
  double largest = 0;
  for (int64_t j = 0; j < leaf->columns; ++j) {
    const bool real = j < source->projections;
    const double norm2 = real ? norm2_of_row(source, j) : 0;
    const double b = !exponent ? 0 : real ? log2_e * source->recipe.tilt * norm2 : -INFINITY;
    for (int p = 0; p < 2; ++p) store((favor_precision)p, base + leaf->bias[p], j, b);
    if (norm2 > largest) largest = norm2;
  }
  /* Above the largest norm by the rounding of a float32 product of this length (gamma_d and change). */
  const double room = 1 + 1e-6 + (double)source->dim * FLT_EPSILON;
  leaf->relu_bound = sqrt(largest) * source->recipe.gain * sqrt(source->scale) * room;
}

static void assemble_side(favor_leaf *leaf, const favor_leaf_source *source, int side,
                          const favor_row_terms *terms, unsigned char *base)
{
  favor_leaf_side *s = &leaf->side[side];
  s->constant = log2_e * (source->recipe.constant + terms->constant);
  s->quadratic = log2_e * (source->recipe.quadratic * source->scale + terms->quadratic);
  for (int64_t k = 0; k < source->dim; ++k) {
    terms->u[k] *= log2_e;
    for (int p = 0; p < 2; ++p) {
      store((favor_precision)p, base + s->shift[p], k, source->shift[side][k]);
    }
    if (source->shift[side][k] != 0) leaf->shifted = true;
  }
}

void favor_leaf_assemble(favor_leaf *leaf, const favor_leaf_source *source,
                         const favor_table *const table[2], unsigned char *base)
{
  const favor_target *target = favor_target_find(source->kernel);
  favor_row_terms terms[2];
  for (int s = 0; s < 2; ++s) {
    terms[s] = (favor_row_terms){0, 0, (double *)(void *)(base + leaf->side[s].u)};
    for (int64_t k = 0; k < source->dim; ++k) terms[s].u[k] = 0;
  }
  if (target->terms) {
    target->terms(source->dim, source->scale, source->shift[FAVOR_QUERY], source->shift[FAVOR_KEY],
                  &terms[FAVOR_QUERY], &terms[FAVOR_KEY]);
  }
  leaf->shifted = false;
  for (int s = 0; s < 2; ++s) assemble_side(leaf, source, s, &terms[s], base);
  assemble_bias(leaf, source, base);

  const double unit = favor_form_has_exponent(leaf->form) ? log2_e
                      : leaf->form == FAVOR_FORM_TURN     ? turns_per_radian
                                                          : 1;
  const double gain = unit * source->recipe.gain * sqrt(source->scale);
  for (int p = 0; p < 2; ++p) {
    favor_pack(table[p], source->projections, source->dim, source->w, gain, base + leaf->weights[p]);
  }
  const double largest = source->scale > 1 ? source->scale : 1;
  leaf->norm2_limit[FAVOR_F32] = FLT_MAX / largest * (leaf->shifted ? shifted_room : 1);
  leaf->norm2_limit[FAVOR_F64] = DBL_MAX / largest;
}
