/* SPDX-License-Identifier: MIT */
#include "map/sum.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/status.h"

double favor_sum_constant(double weight) {
  return 0.5 * log2(fabs(weight));
}

/* Everything behind the heads, which are equal in size where the choices are; padding is zero. */
static bool same_arrays(const favor_map *a, const favor_map *b) {
  return a->bytes == b->bytes && memcmp(favor_map_base(a) + sizeof *a,
                                        favor_map_base(b) + sizeof *b, a->bytes - sizeof *a) == 0;
}

static bool same(const favor_map *a, const favor_map *b) {
  const favor_choice *p = &a->choice, *q = &b->choice;
  return a->fingerprint == b->fingerprint && p->estimator == q->estimator &&
         p->coupling == q->coupling && p->recentre == q->recentre && p->seed == q->seed &&
         p->stream == q->stream && p->projections == q->projections && same_arrays(a, b);
}

bool favor_sum_dependent(const favor_map *a, const favor_map *b) {
  const favor_choice *p = &a->choice, *q = &b->choice;
  const bool drawn =
      p->coupling != FAVOR_COUPLING_EXTERNAL && q->coupling != FAVOR_COUPLING_EXTERNAL;
  if (drawn && p->seed == q->seed && p->stream == q->stream) return true;
  for (int64_t k = 0; k < p->dim; ++k) {
    const double v = favor_map_drawn(a, 0, k), w = favor_map_drawn(b, 0, k);
    if ((float)v != (float)w) return false;
  }
  return true;
}

/* The index of a leaf, appended where it is new; -1: no room. */
static int32_t place_of(favor_sum *sum, const favor_map *leaf) {
  for (int32_t l = 0; l < sum->leaves; ++l) {
    if (same(sum->leaf[l], leaf)) return l;
  }
  if (sum->leaves == FAVOR_NODE_LEAVES) return -1;
  sum->leaf[sum->leaves] = leaf;
  sum->choice[sum->leaves] = leaf->choice;
  return sum->leaves++;
}

static favor_status append_leaves(favor_sum *sum, favor_term *to, const favor_map *map,
                                  const favor_term *from, favor_report *report) {
  for (int32_t f = 0; f < from->factors; ++f) {
    const int32_t l = place_of(sum, favor_map_part(map, from->leaf[f]));
    if (l < 0) {
      return favor_fail(report, FAVOR_ERR_COMBINATION, "",
                        "the combination has more than %d different leaves", FAVOR_NODE_LEAVES);
    }
    if (to->factors == FAVOR_NODE_FACTORS) {
      return favor_fail(report, FAVOR_ERR_COMBINATION, "", "a product has more than %d leaves",
                        FAVOR_NODE_FACTORS);
    }
    to->leaf[to->factors++] = l;
  }
  return FAVOR_OK;
}

static favor_status append_term(favor_sum *sum, const favor_term *term, favor_report *report) {
  if (sum->terms == FAVOR_NODE_TERMS) {
    return favor_fail(report, FAVOR_ERR_COMBINATION, "",
                      "the combination has more than %d products", FAVOR_NODE_TERMS);
  }
  if (!isnormal(term->weight)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "weights",
                      "a product of weights is %g; it must be a normal float64", term->weight);
  }
  sum->term[sum->terms] = *term;
  sum->term[sum->terms++].constant = favor_sum_constant(term->weight);
  return FAVOR_OK;
}

favor_status favor_sum_add(favor_sum *sum, const favor_map *map, double weight,
                           favor_report *report) {
  for (int32_t t = 0; t < map->node.terms; ++t) {
    const favor_term *from = favor_node_term(&map->node, favor_map_base(map), t);
    favor_term term = {.weight = weight * from->weight};
    favor_status status = append_leaves(sum, &term, map, from, report);
    if (status == FAVOR_OK) status = append_term(sum, &term, report);
    if (status < 0) return status;
  }
  return FAVOR_OK;
}

static favor_status multiply_terms(favor_sum *sum, const favor_map *a, const favor_term *s,
                                   const favor_map *b, const favor_term *t, double weight,
                                   favor_report *report) {
  favor_term term = {.weight = weight * s->weight * t->weight};
  favor_status status = append_leaves(sum, &term, a, s, report);
  if (status == FAVOR_OK) status = append_leaves(sum, &term, b, t, report);
  return status == FAVOR_OK ? append_term(sum, &term, report) : status;
}

favor_status favor_sum_multiply(favor_sum *sum, const favor_map *a, const favor_map *b,
                                double weight, favor_report *report) {
  for (int32_t s = 0; s < a->node.terms; ++s) {
    for (int32_t t = 0; t < b->node.terms; ++t) {
      const favor_status status =
          multiply_terms(sum, a, favor_node_term(&a->node, favor_map_base(a), s), b,
                         favor_node_term(&b->node, favor_map_base(b), t), weight, report);
      if (status < 0) return status;
    }
  }
  return FAVOR_OK;
}

static int64_t features_of(const favor_choice *choice) {
  return favor_form_features(choice->recipe.form) * choice->projections;
}

favor_status favor_sum_close(favor_sum *sum, favor_report *report) {
  int64_t total = 0;
  for (int32_t t = 0; t < sum->terms; ++t) {
    favor_term *term = &sum->term[t];
    term->first = total;
    term->features = 1;
    for (int32_t f = 0; f < term->factors; ++f) {
      const int64_t features = features_of(&sum->choice[term->leaf[f]]);
      if (f + 1 < term->factors && features > FAVOR_NODE_OUTER) {
        return favor_fail(report, FAVOR_ERR_COMBINATION, "",
                          "a product's leaf before the last has %" PRId64
                          " features; at most %d are possible, put the largest leaf last",
                          features, FAVOR_NODE_OUTER);
      }
      if (features > FAVOR_NODE_FEATURES / term->features) total = FAVOR_NODE_FEATURES + 1;
      if (total <= FAVOR_NODE_FEATURES) term->features *= features;
    }
    if (total <= FAVOR_NODE_FEATURES) total += term->features;
    if (total > FAVOR_NODE_FEATURES) {
      return favor_fail(report, FAVOR_ERR_OVERFLOW, "",
                        "the combination has more than 2^31 features");
    }
  }
  return FAVOR_OK;
}

/* Lists and parts in order; head and places are filled in. */
static bool lay_out(const favor_sum *sum, const favor_table *const table[2],
                    const favor_allocator *allocator, favor_map *head, favor_leaf_place *places) {
  favor_arena arena = favor_arena_counting();
  favor_arena_take(&arena, 1, 1, sizeof *head);
  head->node.leaf = favor_arena_offset(&arena);
  favor_arena_take(&arena, sum->leaves, 1, sizeof *places);
  head->node.term = favor_arena_offset(&arena);
  favor_arena_take(&arena, sum->terms, 1, sizeof(favor_term));
  head->node.exponential = true;
  for (int32_t l = 0; l < sum->leaves; ++l) {
    favor_map part;
    if (!favor_map_measure(&sum->choice[l], table, allocator, &part)) return false;
    places[l].base = favor_arena_offset(&arena);
    places[l].leaf = places[l].base + offsetof(favor_map, leaf);
    favor_arena_take(&arena, 1, (int64_t)part.bytes, 1);
    head->choice.projections += sum->choice[l].projections;
    head->node.exponential = head->node.exponential && part.node.exponential;
  }
  for (int32_t t = 0; t < sum->terms; ++t) {
    head->node.features += sum->term[t].features;
    head->node.exponential = head->node.exponential && sum->term[t].weight > 0;
  }
  head->bytes = arena.used;
  return !arena.failed;
}

favor_status favor_sum_allocate(const favor_sum *sum, const favor_table *const table[2],
                                const favor_allocator *allocator, favor_report *report,
                                favor_map **out) {
  favor_leaf_place places[FAVOR_NODE_LEAVES] = {{0, 0}};
  favor_map head = {.allocator = *allocator, .table = {table[0], table[1]}};
  head.choice.dim = head.node.dim = sum->choice[0].dim;
  head.node.leaves = sum->leaves;
  head.node.terms = sum->terms;
  head.node.plain = sum->terms == 1 && sum->term[0].factors == 1 && sum->term[0].weight == 1;
  if (!lay_out(sum, table, allocator, &head, places)) {
    return favor_fail(report, FAVOR_ERR_OVERFLOW, "", "the combination does not fit in memory");
  }
  unsigned char *block = favor_alloc(allocator, head.bytes);
  if (!block) {
    return favor_fail(report, FAVOR_ERR_MEMORY, "", "%zu bytes could not be allocated", head.bytes);
  }
  memset(block, 0, head.bytes);
  memcpy(block, &head, sizeof head);
  memcpy(block + head.node.leaf, places, (size_t)sum->leaves * sizeof *places);
  memcpy(block + head.node.term, sum->term, (size_t)sum->terms * sizeof *sum->term);
  for (int32_t l = 0; l < sum->leaves; ++l) {
    favor_map part;
    favor_map_measure(&sum->choice[l], table, allocator, &part);
    favor_map_put_head(&part, block + places[l].base);
  }
  *out = (void *)block;
  return FAVOR_OK;
}

favor_map *favor_sum_part_to_fill(favor_map *map, int32_t l) {
  const favor_leaf_place *places = (const void *)(favor_map_base(map) + map->node.leaf);
  return (void *)((unsigned char *)map + places[l].base);
}

favor_status favor_sum_make(favor_sum *sum, const favor_allocator *allocator, favor_report *report,
                            favor_map **out) {
  favor_map *map = NULL;
  favor_status status = favor_sum_close(sum, report);
  if (status < 0) return status;
  status = favor_sum_allocate(sum, sum->leaf[0]->table, allocator, report, &map);
  if (status < 0) return status;
  assert(map);
  for (int32_t l = 0; l < sum->leaves; ++l) {
    favor_map *part = favor_sum_part_to_fill(map, l);
    memcpy(part, sum->leaf[l], sum->leaf[l]->bytes);
    part->allocator = *allocator;
  }
  favor_map_seal(map);
  *out = map;
  return FAVOR_OK;
}
