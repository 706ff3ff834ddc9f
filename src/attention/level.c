/* SPDX-License-Identifier: MIT */
#include "attention/level.h"

#include <math.h>
#include <string.h>

#include "base/real.h"

int64_t favor_level_ld(int64_t dv) {
  return (dv + 1 + 15) / 16 * 16;
}

void favor_level_layout(favor_level *level, favor_precision precision, int64_t features, int64_t dv,
                        bool total, favor_arena *arena) {
  const size_t real = favor_real_size(precision);
  level->precision = precision;
  level->features = features;
  level->dv = dv;
  level->ld = favor_level_ld(dv);
  level->c = favor_arena_take(arena, features, 1, sizeof(double));
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    level->s[part] = NULL;
    if (total && part != FAVOR_MAIN) continue;
    level->s[part] = favor_arena_take(arena, features, level->ld, real);
  }
}

static size_t row_bytes(const favor_level *level) {
  return (size_t)level->ld * favor_real_size(level->precision);
}

void favor_level_clear(favor_level *level) {
  *level->recent = 0;
  *level->reference = FAVOR_EMPTY;
  for (int64_t j = 0; j < level->features; ++j) level->c[j] = FAVOR_EMPTY;
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    if (!level->s[part]) continue;
    memset(level->s[part], 0, (size_t)level->features * row_bytes(level));
  }
}

double favor_level_c(const favor_level *level, int64_t j, double reference) {
  if (level->c[j] == FAVOR_EMPTY) return FAVOR_EMPTY;
  return level->c[j] + (*level->reference - reference);
}

void favor_level_rebase(favor_level *level, double reference) {
  if (!(reference > *level->reference)) return;
  for (int64_t j = 0; j < level->features; ++j) level->c[j] = favor_level_c(level, j, reference);
  *level->reference = reference;
}

double favor_level_scale(double from, double to) {
  const double power = from - to;
  return power < -2000 ? 0 : ldexp(1, (int)power);
}

/* Row `to_j` of `to` = (add ? itself : 0) + scale times row `from_j` of `from`. */
static void combine(const favor_level *level, bool add, void *to, int64_t to_j, double scale,
                    const void *from, int64_t from_j) {
  const int64_t n = level->ld;
  if (level->precision == FAVOR_F32) {
    float *t = (float *)to + to_j * n;
    const float *f = (const float *)from + from_j * n, b = (float)scale;
    for (int64_t l = 0; l < n; ++l) t[l] = (add ? t[l] : 0) + b * f[l];
  } else {
    double *t = (double *)to + to_j * n;
    const double *f = (const double *)from + from_j * n;
    for (int64_t l = 0; l < n; ++l) t[l] = (add ? t[l] : 0) + scale * f[l];
  }
}

/* main + carry = main + carry + scale x, with nothing lost but the last bits of the carry: Knuth's
 * sum of two numbers and its rounding error, which asks nothing about which is larger. */
static void add_f32(int64_t n, float *main, float *carry, float scale, const float *x) {
  for (int64_t l = 0; l < n; ++l) {
    const float y = carry[l] + scale * x[l], sum = main[l] + y, part = sum - main[l];
    carry[l] = (main[l] - (sum - part)) + (y - part);
    main[l] = sum;
  }
}

static void add_f64(int64_t n, double *main, double *carry, double scale, const double *x) {
  for (int64_t l = 0; l < n; ++l) {
    const double y = carry[l] + scale * x[l], sum = main[l] + y, part = sum - main[l];
    carry[l] = (main[l] - (sum - part)) + (y - part);
    main[l] = sum;
  }
}

/* Row j of the main part and its carry += scale times row j of x. */
static void add_to_main(favor_level *level, int64_t j, double scale, const void *x) {
  const int64_t n = level->ld, at = j * n;
  void *main = level->s[FAVOR_MAIN], *carry = level->s[FAVOR_CARRY];
  if (!carry) {
    combine(level, true, main, j, scale, x, j);
  } else if (level->precision == FAVOR_F32) {
    add_f32(n, (float *)main + at, (float *)carry + at, (float)scale, (const float *)x + at);
  } else {
    add_f64(n, (double *)main + at, (double *)carry + at, scale, (const double *)x + at);
  }
}

void favor_level_flush(favor_level *level) {
  for (int64_t j = 0; j < level->features; ++j) add_to_main(level, j, 1, level->s[FAVOR_RECENT]);
  memset(level->s[FAVOR_RECENT], 0, (size_t)level->features * row_bytes(level));
  *level->recent = 0;
}

void favor_level_raise_one(favor_level *level, int64_t j, double c_new) {
  if (!(c_new > level->c[j])) return;
  const double scale = favor_level_scale(level->c[j], c_new);
  for (int part = 0; part < FAVOR_PARTS; ++part) {
    if (level->s[part]) combine(level, false, level->s[part], j, scale, level->s[part], j);
  }
  level->c[j] = c_new;
}

void favor_level_rescale_old(favor_level *level, int64_t first, int64_t count,
                             const double *c_new) {
  for (int64_t j = first; j < first + count; ++j) {
    const double scale = favor_level_scale(level->c[j], c_new[j - first]);
    for (int part = FAVOR_MAIN; scale != 1 && part < FAVOR_PARTS; ++part) {
      combine(level, false, level->s[part], j, scale, level->s[part], j);
    }
  }
}

void favor_level_merge(favor_level *into, const favor_level *from, double factor) {
  favor_level_rebase(into, *from->reference);
  for (int64_t j = 0; j < into->features; ++j) {
    const double c = favor_level_c(from, j, *into->reference);
    favor_level_raise_one(into, j, c);
    const double scale = factor * favor_level_scale(c, into->c[j]);
    for (int part = 0; part < FAVOR_PARTS; ++part) {
      if (from->s[part]) add_to_main(into, j, scale, from->s[part]);
    }
  }
}

/* Row i of s = (add ? itself : 0) + scale times what queries read of feature j. */
static void gather_row(const favor_level *level, bool add, double scale, int64_t j, void *s,
                       int64_t i) {
  combine(level, add, s, i, scale, level->s[FAVOR_MAIN], j);
  if (level->s[FAVOR_RECENT]) combine(level, true, s, i, scale, level->s[FAVOR_RECENT], j);
}

void favor_level_gather(const favor_level *level, const favor_level *base, double reference,
                        const double *c_new, int64_t first, int64_t count, void *s) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t j = first + i;
    const double scale = favor_level_scale(favor_level_c(level, j, reference), c_new[i]);
    gather_row(level, false, scale, j, s, i);
    if (!base) continue;
    const double base_scale = favor_level_scale(favor_level_c(base, j, reference), c_new[i]);
    gather_row(base, true, base_scale, j, s, i);
  }
}
