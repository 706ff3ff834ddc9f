/* SPDX-License-Identifier: MIT */
/* Fresh draws: what was fitted and resolved stays. */
#include <assert.h>
#include <string.h>

#include "map/sum.h"

/* Leaves of one draw stay of one draw, those of different draws stay independent: the draws are
 * numbered in the order of the leaves, and number k takes stream k behind that of the first. */
static void renew(favor_sum *sum, uint64_t seed) {
  favor_choice before[FAVOR_NODE_LEAVES] = {{0}};
  uint64_t draws = 0;
  memcpy(before, sum->choice, sizeof before);
  for (int32_t l = 0; l < sum->leaves; ++l) {
    favor_choice *fresh = &sum->choice[l];
    int32_t earlier = 0;
    while (before[earlier].seed != before[l].seed || before[earlier].stream != before[l].stream) {
      earlier += 1;
    }
    fresh->seed = seed;
    fresh->stream = earlier < l ? sum->choice[earlier].stream : before[0].stream + draws++;
  }
}

static void copy_matrices(favor_matrices from, favor_matrices to) {
  const size_t bytes = (size_t)favor_shape_reals(from.shape, from.dim) * sizeof(double);
  for (int64_t s = 0; s < favor_shape_matrices(from.shape); ++s) memcpy(to.g[s], from.g[s], bytes);
  if (from.a) memcpy(to.a, from.a, (size_t)from.dim * sizeof(double));
}

static favor_status draw_part(favor_map *part, const favor_map *from) {
  for (int s = 0; s < 2; ++s) {
    memcpy(favor_map_shift_to_fill(part, (favor_side)s), favor_map_shift(from, (favor_side)s),
           (size_t)from->choice.dim * sizeof(double));
  }
  copy_matrices(favor_map_matrices(from), favor_map_matrices(part));
  favor_map_assemble(part);
  const favor_status status = favor_map_draw(part, NULL);
  if (status == FAVOR_OK) favor_map_seal(part);
  return status;
}

static favor_status redraw(const favor_map *map, uint64_t seed, favor_map **out) {
  favor_sum sum = {.leaves = map->node.leaves, .terms = map->node.terms};
  for (int32_t l = 0; l < sum.leaves; ++l) {
    sum.choice[l] = favor_map_part(map, l)->choice;
    if (sum.choice[l].coupling == FAVOR_COUPLING_EXTERNAL) return FAVOR_ERR_COMBINATION;
  }
  for (int32_t t = 0; t < sum.terms; ++t) {
    sum.term[t] = *favor_node_term(&map->node, favor_map_base(map), t);
  }
  renew(&sum, seed);
  return favor_map_is_combination(map)
             ? favor_sum_allocate(&sum, map->table, &map->allocator, NULL, out)
             : favor_map_allocate(&sum.choice[0], map->table, &map->allocator, NULL, out);
}

favor_status favor_map_redraw(const favor_map *map, uint64_t seed, favor_map **out) {
  favor_map *fresh = NULL;
  if (!out) return FAVOR_ERR_NULL;
  *out = NULL;
  if (!map) return FAVOR_ERR_NULL;
  favor_status status = redraw(map, seed, &fresh);
  if (status < 0) return status;
  assert(fresh);
  fresh->advice = map->advice;
  for (int32_t l = 0; l < map->node.leaves && status == FAVOR_OK; ++l) {
    status = draw_part(favor_sum_part_to_fill(fresh, l), favor_map_part(map, l));
  }
  if (status < 0) goto fail;
  favor_map_seal(fresh);
  *out = fresh;
  return FAVOR_OK;
fail:
  favor_map_destroy(fresh);
  return status;
}
