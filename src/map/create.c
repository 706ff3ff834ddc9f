/* SPDX-License-Identifier: MIT */
/* The order of making a map: validate, choose where AUTO, fit, draw, assemble, pack, publish. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "map/choose.h"
#include "map/given.h"
#include "map/map.h"
#include "map/resolve.h"

bool favor_map_is_combination(const favor_map *map) {
  return favor_map_part(map, 0) != map;
}

const favor_map *favor_map_part(const favor_map *map, int32_t l) {
  const favor_leaf_place *places = (const void *)(favor_map_base(map) + map->node.leaf);
  return (const void *)(favor_map_base(map) + places[l].base);
}

const unsigned char *favor_map_base(const favor_map *map) {
  return (const unsigned char *)map;
}

const double *favor_map_shift(const favor_map *map, favor_side side) {
  return (const double *)(const void *)(favor_map_base(map) +
                                        map->leaf.side[side].shift[FAVOR_F64]);
}

double *favor_map_shift_to_fill(favor_map *map, favor_side side) {
  return (double *)(void *)((unsigned char *)map + map->leaf.side[side].shift[FAVOR_F64]);
}

double favor_map_drawn(const favor_map *map, int64_t j, int64_t k) {
  return favor_leaf_drawn(&map->leaf, map->table, favor_map_base(map), j, k);
}

favor_matrices favor_map_matrices(const favor_map *map) {
  return favor_leaf_matrices(&map->leaf, (unsigned char *)map);
}

void favor_map_put_row(favor_map *map, int64_t j, const double *w) {
  favor_leaf_put_row(&map->leaf, map->table, (unsigned char *)map, j, w);
}

void favor_map_assemble(favor_map *map) {
  const favor_leaf_source source = {
      .dim = map->choice.dim,
      .projections = map->choice.projections,
      .kernel = map->choice.kernel,
      .scale = map->choice.scale,
      .recipe = map->choice.recipe,
      .shift = {favor_map_shift(map, FAVOR_QUERY), favor_map_shift(map, FAVOR_KEY)},
  };
  favor_leaf_assemble(&map->leaf, &source, (unsigned char *)map);
}

/* The layout of a block, written into *head: the same for measuring and for making. */
static void lay_out(favor_map *head, favor_arena *arena) {
  const favor_choice *c = &head->choice;
  const favor_leaf_source source = {
      .dim = c->dim, .projections = c->projections, .recipe = c->recipe};
  favor_arena_take(arena, 1, 1, sizeof *head);
  head->node.leaf = favor_arena_offset(arena);
  favor_arena_take(arena, 1, 1, sizeof(favor_leaf_place));
  head->node.term = favor_arena_offset(arena);
  favor_arena_take(arena, 1, 1, sizeof(favor_term));
  favor_leaf_layout(&head->leaf, &source, head->table, arena);
}

bool favor_map_measure(const favor_choice *choice, const favor_table *const table[2],
                       const favor_allocator *allocator, favor_map *head) {
  *head = (favor_map){.allocator = *allocator, .choice = *choice, .table = {table[0], table[1]}};
  favor_arena arena = favor_arena_counting();
  lay_out(head, &arena);
  head->bytes = arena.used;
  head->node.dim = choice->dim;
  head->node.features = head->leaf.features;
  head->node.leaves = head->node.terms = 1;
  head->node.plain = true;
  head->node.exponential = !favor_form_has_factor(choice->recipe.form);
  return !arena.failed;
}

void favor_map_put_head(const favor_map *head, void *memory) {
  favor_map *map = memory;
  memset(memory, 0, head->bytes);
  *map = *head;
  favor_leaf_place *place = (void *)((unsigned char *)memory + head->node.leaf);
  favor_term *term = (void *)((unsigned char *)memory + head->node.term);
  *place = (favor_leaf_place){.leaf = offsetof(favor_map, leaf)};
  *term = (favor_term){.features = head->node.features, .weight = 1, .factors = 1};
}

favor_status favor_map_allocate(const favor_choice *choice, const favor_table *const table[2],
                                const favor_allocator *allocator, favor_report *report,
                                favor_map **out) {
  favor_map head;
  if (!favor_map_measure(choice, table, allocator, &head)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "projections",
                      "%" PRId64 " projections of dimension %" PRId64 " do not fit in memory",
                      choice->projections, choice->dim);
  }
  favor_map *map = favor_alloc(allocator, head.bytes);
  if (!map) {
    return favor_fail(report, FAVOR_ERR_MEMORY, "", "%zu bytes could not be allocated", head.bytes);
  }
  favor_map_put_head(&head, map);
  *out = map;
  return FAVOR_OK;
}

static favor_status create(const favor_map_opts *opts, const favor_given *given, favor_map **out) {
  favor_resolved resolved;
  favor_map *map = NULL;
  favor_status status = favor_resolve(opts, given != NULL, &resolved);
  if (status == FAVOR_OK) status = favor_check_pointer(opts->report, "out", out);
  if (status < 0) return status;
  if (given) status = favor_given_check(given, opts);
  if (status < 0) return status;
  status =
      favor_map_allocate(&resolved.choice, resolved.table, &resolved.allocator, opts->report, &map);
  if (status < 0) return status;
  assert(map && out);
  double *query = favor_map_shift_to_fill(map, FAVOR_QUERY);
  double *key = favor_map_shift_to_fill(map, FAVOR_KEY);
  favor_resolve_shifts(&resolved, query, key);
  status = favor_resolve_recipe(opts, &resolved, favor_map_matrices(map), query, key);
  if (status < 0) goto fail;
  map->choice = resolved.choice;
  favor_map_assemble(map);
  status = given ? favor_given_put(given, map, opts->report) : favor_map_draw(map, opts->report);
  if (status < 0) goto fail;
  favor_map_seal(map);
  *out = map;
  return FAVOR_OK;
fail:
  favor_map_destroy(map);
  return status;
}

favor_status favor_map_make(const favor_map_opts *opts, favor_map **out) {
  *out = NULL;
  return create(opts, NULL, out);
}

static favor_status create_checked(const favor_map_opts *opts, const favor_given *given,
                                   favor_map **out) {
  if (out) *out = NULL;
  if (!opts) return FAVOR_ERR_NULL;
  favor_choose choice = {0};
  favor_status status = out ? favor_choose_for(opts, given != NULL, &choice) : FAVOR_OK;
  if (status < 0) return status;
  favor_map_opts chosen;
  if (choice.estimator != FAVOR_ESTIMATOR_AUTO) {
    chosen = *opts;
    chosen.estimator = choice.estimator;
    chosen.projections = choice.projections;
    opts = &chosen;
  }
  status = create(opts, given, out);
  if (status >= 0) (*out)->advice = choice.verdict;
  return status;
}

favor_status favor_map_create(const favor_map_opts *opts, favor_map **out) {
  return create_checked(opts, NULL, out);
}

favor_status favor_map_create_from_projections_f32(const favor_map_opts *opts, const float *w,
                                                   int64_t ldw, favor_map **out) {
  const favor_given given = {FAVOR_F32, w, ldw};
  return create_checked(opts, &given, out);
}

favor_status favor_map_create_from_projections_f64(const favor_map_opts *opts, const double *w,
                                                   int64_t ldw, favor_map **out) {
  const favor_given given = {FAVOR_F64, w, ldw};
  return create_checked(opts, &given, out);
}

void favor_map_destroy(favor_map *map) {
  if (map) favor_free(&map->allocator, map);
}
