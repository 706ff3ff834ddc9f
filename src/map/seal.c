/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "map/map.h"

/* One step of a 64-bit hash: SplitMix64's finaliser over the sum so far. */
static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) + 0x9e3779b97f4a7c15u;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
  return hash ^ hash >> 31;
}

static uint64_t mix_real(uint64_t hash, double value) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  return mix(hash, bits);
}

void favor_map_seal(favor_map *map) {
  const favor_choice *c = &map->choice;
  const uint64_t words[] = {(uint64_t)c->dim, (uint64_t)c->projections, (uint64_t)c->kernel,
                            (uint64_t)c->recipe.form, (uint64_t)c->recipe.shape};
  const double reals[] = {c->scale, c->recipe.gain, c->recipe.tilt, c->recipe.quadratic,
                          c->recipe.constant};
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof words / sizeof *words; ++i) hash = mix(hash, words[i]);
  for (size_t i = 0; i < sizeof reals / sizeof *reals; ++i) hash = mix_real(hash, reals[i]);
  for (int s = 0; s < 2; ++s) {
    const double *shift = favor_map_shift(map, (favor_side)s);
    for (int64_t k = 0; k < c->dim; ++k) hash = mix_real(hash, shift[k]);
  }
  const favor_matrices m = favor_map_matrices(map);
  const int64_t elements = favor_shape_reals(m.shape, m.dim);
  for (int64_t s = 0; s < favor_shape_matrices(m.shape); ++s) {
    for (int64_t i = 0; i < elements; ++i) hash = mix_real(hash, m.g[s][i]);
  }
  for (int64_t l = 0; m.a && l < m.dim; ++l) hash = mix_real(hash, m.a[l]);
  for (int64_t j = 0; j < c->projections; ++j) {
    for (int64_t k = 0; k < c->dim; ++k) hash = mix_real(hash, favor_map_drawn(map, j, k));
  }
  map->fingerprint = hash;
}
