/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/counts.h"
#include "base/status.h"
#include "map/map.h"
#include "map/registry.h"

static int64_t block_at(const favor_coupling *coupling, const favor_choice *choice, int64_t row) {
  const int64_t full = coupling->block_rows(choice->dim), left = choice->projections - row;
  return left < full ? left : full;
}

/* Rows of counts are independent: a block is one row. */
static favor_status draw_counts(favor_map *map, favor_report *report) {
  const favor_choice *c = &map->choice;
  const double *a = favor_map_matrices(map).a;
  double *w = favor_alloc_array(&map->allocator, 2 * c->dim, 1, sizeof *w);
  if (!w) return favor_fail(report, FAVOR_ERR_MEMORY, "", "a row of w could not be allocated");
  double *rate = w + c->dim;
  for (int64_t l = 0; l < c->dim; ++l) rate[l] = exp2(-2 * a[l]);
  for (int64_t j = 0; j < c->projections; ++j) {
    favor_rng rng;
    favor_rng_start(&rng, c->seed, c->stream, FAVOR_PURPOSE_DIRECTION, (uint64_t)j);
    for (int64_t l = 0; l < c->dim; ++l) {
      w[l] = c->recipe.counts == FAVOR_COUNTS_POISSON ? favor_rng_poisson(&rng, rate[l])
                                                      : favor_rng_geometric(&rng, 1 - rate[l]);
    }
    favor_map_put_row(map, j, w);
  }
  favor_free(&map->allocator, w);
  return FAVOR_OK;
}

favor_status favor_map_draw(favor_map *map, favor_report *report) {
  if (map->choice.recipe.counts != FAVOR_COUNTS_NONE) return draw_counts(map, report);
  const favor_choice *choice = &map->choice;
  const favor_coupling *coupling = favor_coupling_find(choice->coupling);
  const int64_t d = choice->dim, largest = block_at(coupling, choice, 0);
  favor_arena arena = favor_arena_counting();
  favor_arena_take(&arena, largest, d, sizeof(double));
  favor_arena_take(&arena, coupling->scratch(largest, d), 1, sizeof(double));
  if (arena.failed) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "dim",
                      "the scratch of a draw does not fit in memory");
  }
  double *w = favor_alloc(&map->allocator, arena.used);
  if (!w) {
    return favor_fail(report, FAVOR_ERR_MEMORY, "", "%zu bytes could not be allocated", arena.used);
  }
  arena = favor_arena_over(w, arena.used);
  favor_arena_take(&arena, largest, d, sizeof(double));
  double *scratch = favor_arena_take(&arena, coupling->scratch(largest, d), 1, sizeof(double));
  int64_t rows = 0;
  for (int64_t row = 0, block = 0; row < choice->projections; row += rows, ++block) {
    favor_draw draw;
    rows = block_at(coupling, choice, row);
    favor_rng_start(&draw.direction, choice->seed, choice->stream, FAVOR_PURPOSE_DIRECTION,
                    (uint64_t)block);
    favor_rng_start(&draw.norm, choice->seed, choice->stream, FAVOR_PURPOSE_NORM, (uint64_t)block);
    coupling->draw(&draw, rows, d, w, scratch);
    for (int64_t i = 0; i < rows; ++i) favor_map_put_row(map, row + i, w + i * d);
  }
  favor_free(&map->allocator, w);
  return FAVOR_OK;
}
