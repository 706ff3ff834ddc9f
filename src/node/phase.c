/* SPDX-License-Identifier: MIT */
#include "node/phase.h"

#include <math.h>

#include "base/real.h"

static const double log2_e = 1.44269504088896340736;
static const double turns_per_radian = 0.15915494309189533577;

void favor_phase_layout(favor_leaf *leaf, const favor_table *const table[2], favor_arena *arena) {
  for (int s = 0; s < 2; ++s) {
    for (int p = 0; p < 2; ++p) {
      leaf->side[s].phase[p] = favor_arena_offset(arena);
      favor_arena_take(arena, leaf->columns, 1, table[p]->real);
    }
  }
}

void favor_phase_assemble(favor_leaf *leaf, const favor_leaf_source *source) {
  const favor_recipe *r = &source->recipe;
  leaf->gain = sqrt(source->scale);
  leaf->phase = turns_per_radian * r->phase;
  leaf->tilt_imag = turns_per_radian * r->tilt_imag;
  leaf->side[FAVOR_QUERY].to_exponent = log2_e * r->gain;
  leaf->side[FAVOR_QUERY].to_phase = turns_per_radian * r->gain_imag;
  /* The key's phase is that of the conjugate. */
  leaf->side[FAVOR_KEY].to_exponent = log2_e * (r->sign * r->gain);
  leaf->side[FAVOR_KEY].to_phase = -turns_per_radian * (r->sign * r->gain_imag);
}

void favor_phase_put_row(favor_leaf *leaf, unsigned char *base, int64_t j, double norm2) {
  const double turns = leaf->phase + leaf->tilt_imag * norm2, part = turns - rint(turns);
  for (int p = 0; p < 2; ++p) {
    favor_real_set((favor_precision)p, base + leaf->side[FAVOR_QUERY].phase[p], j, part);
    favor_real_set((favor_precision)p, base + leaf->side[FAVOR_KEY].phase[p], j, -part);
  }
}

/* One row: exponents doubled, a pair's features sharing theirs, and the phases in place of w.in. */
static void split_f32(const favor_leaf_side *s, int64_t columns, const float *bias,
                      const float *phase, float *t, float *e) {
  const float to_exponent = (float)s->to_exponent, to_phase = (float)s->to_phase;
  for (int64_t j = 0; j < columns; ++j) {
    e[2 * j] = e[2 * j + 1] = to_exponent * t[j] + bias[j];
    t[j] = to_phase * t[j] + phase[j];
  }
}

static void split_f64(const favor_leaf_side *s, int64_t columns, const double *bias,
                      const double *phase, double *t, double *e) {
  for (int64_t j = 0; j < columns; ++j) {
    e[2 * j] = e[2 * j + 1] = s->to_exponent * t[j] + bias[j];
    t[j] = s->to_phase * t[j] + phase[j];
  }
}

void favor_phase_panel(const favor_leaf *leaf, const unsigned char *base, const favor_table *table,
                       favor_tile *tile, int64_t column, int64_t columns) {
  const favor_leaf_side *s = &leaf->side[*tile->side];
  const favor_precision p = table->precision;
  const void *bias = base + leaf->bias[p] + (size_t)column * table->real;
  const void *phase = base + s->phase[p] + (size_t)column * table->real;
  for (int64_t i = 0; i < tile->rows; ++i) {
    if (p == FAVOR_F32) {
      split_f32(s, columns, bias, phase, (float *)tile->projected + i * tile->ldp,
                (float *)tile->panel + i * tile->ldp);
    } else {
      split_f64(s, columns, bias, phase, (double *)tile->projected + i * tile->ldp,
                (double *)tile->panel + i * tile->ldp);
    }
  }
  table->cosine_sine(tile->rows, columns, tile->projected, tile->ldp, tile->factor, tile->ldp);
}
