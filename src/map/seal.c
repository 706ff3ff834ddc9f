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

/* Of the parts' fingerprints and the terms over them. */
static uint64_t hash_combination(const favor_map *map) {
  uint64_t hash = mix(0, (uint64_t)map->node.leaves);
  for (int32_t l = 0; l < map->node.leaves; ++l) {
    hash = mix(hash, favor_map_part(map, l)->fingerprint);
  }
  for (int32_t t = 0; t < map->node.terms; ++t) {
    const favor_term *term = favor_node_term(&map->node, favor_map_base(map), t);
    hash = mix_real(mix(hash, (uint64_t)term->factors), term->weight);
    for (int32_t f = 0; f < term->factors; ++f) hash = mix(hash, (uint64_t)term->leaf[f]);
  }
  return hash;
}

static uint64_t hash_plain(const favor_map *map) {
  const favor_choice *c = &map->choice;
  const uint64_t words[] = {(uint64_t)c->dim, (uint64_t)c->projections, (uint64_t)c->kernel,
                            (uint64_t)c->recipe.form, (uint64_t)c->recipe.shape};
  const double reals[] = {c->scale, c->recipe.gain, c->recipe.tilt, c->recipe.quadratic,
                          c->recipe.constant};
  const double phases[] = {c->recipe.gain_imag, c->recipe.tilt_imag, c->recipe.phase,
                           c->recipe.sign};
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof words / sizeof *words; ++i) hash = mix(hash, words[i]);
  for (size_t i = 0; i < sizeof reals / sizeof *reals; ++i) hash = mix_real(hash, reals[i]);
  for (int i = 0; c->recipe.form == FAVOR_FORM_PHASE && i < 4; ++i)
    hash = mix_real(hash, phases[i]);
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
  return hash;
}

void favor_map_seal(favor_map *map) {
  map->fingerprint = favor_map_is_combination(map) ? hash_combination(map) : hash_plain(map);
}
