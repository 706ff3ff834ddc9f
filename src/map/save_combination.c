/* SPDX-License-Identifier: MIT */
/** Saved combinations: the lists of the node, and its leaves as whole blocks of plain maps.
 *
 *      leaves terms                                        u64 each
 *      for each term: weight f64, factors u64, leaf numbers u64 [factors]
 *      for each leaf: bytes u64, its block
 */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "map/saved.h"
#include "map/sum.h"

static const char magic[8] = {'f', 'a', 'v', 'o', 'r', 's', 'u', 'm'};

bool favor_saved_is_combination(const void *block, size_t block_size) {
  return block_size >= sizeof magic && memcmp(block, magic, sizeof magic) == 0;
}

static void write_leaf(favor_writer *w, const favor_map *leaf) {
  favor_writer counting = {NULL, 0};
  const size_t bytes = favor_saved_write_plain(&counting, leaf);
  favor_write_u64(w, bytes);
  if (w->base) {
    favor_writer inner = {w->base + w->at, 0};
    favor_saved_write_plain(&inner, leaf);
  }
  w->at += bytes;
}

size_t favor_saved_write_combination(favor_writer *w, const favor_map *map) {
  const favor_node *node = &map->node;
  favor_write_header(w, magic);
  favor_write_u64(w, (uint64_t)node->leaves);
  favor_write_u64(w, (uint64_t)node->terms);
  for (int32_t t = 0; t < node->terms; ++t) {
    const favor_term *term = favor_node_term(node, favor_map_base(map), t);
    favor_write_f64(w, term->weight);
    favor_write_u64(w, (uint64_t)term->factors);
    for (int32_t f = 0; f < term->factors; ++f) favor_write_u64(w, (uint64_t)term->leaf[f]);
  }
  for (int32_t l = 0; l < node->leaves; ++l) write_leaf(w, favor_map_part(map, l));
  return favor_write_close(w);
}

/* A field that must be in [low, high]; anything else fails the reader, and reads as low. */
static int32_t read_between(favor_reader *r, int32_t low, int32_t high) {
  const int64_t value = (int64_t)favor_read_u64(r);
  if (value >= low && value <= high) return (int32_t)value;
  r->failed = true;
  return low;
}

static void read_terms(favor_reader *r, favor_sum *sum) {
  uint32_t used = 0;
  sum->leaves = read_between(r, 1, FAVOR_NODE_LEAVES);
  sum->terms = read_between(r, 1, FAVOR_NODE_TERMS);
  for (int32_t t = 0; t < sum->terms && !r->failed; ++t) {
    favor_term *term = &sum->term[t];
    *term = (favor_term){.weight = favor_read_f64(r)};
    if (!isnormal(term->weight)) r->failed = true;
    term->constant = favor_sum_constant(term->weight);
    term->factors = read_between(r, 1, FAVOR_NODE_FACTORS);
    for (int32_t f = 0; f < term->factors; ++f) {
      term->leaf[f] = read_between(r, 0, sum->leaves - 1);
      used |= (uint32_t)1 << term->leaf[f];
    }
  }
  if (used + 1 != (uint32_t)1 << sum->leaves) r->failed = true;
}

static favor_status malformed(const favor_loading *l, const char *what) {
  return favor_fail(l->report, FAVOR_ERR_FORMAT, "block", "the block's %s", what);
}

static favor_status read_leaves(const favor_loading *l, favor_reader *r, favor_sum *sum,
                                favor_map *leaf[FAVOR_NODE_LEAVES]) {
  favor_loading own = *l;
  own.leaf = true;
  for (int32_t i = 0; i < sum->leaves; ++i) {
    const uint64_t bytes = favor_read_u64(r);
    if (r->failed || bytes > r->size - r->at) return malformed(l, "leaves are longer than it");
    const favor_status status =
        favor_saved_read_plain(&own, r->base + r->at, (size_t)bytes, &leaf[i]);
    if (status < 0) return status;
    r->at += (size_t)bytes;
    sum->leaf[i] = leaf[i];
    sum->choice[i] = leaf[i]->choice;
    if (leaf[i]->node.dim != leaf[0]->node.dim) return malformed(l, "leaves differ in dimension");
  }
  return favor_read_done(r) ? FAVOR_OK : malformed(l, "lists are shorter than it");
}

/* A product of one draw with itself would load as a quietly biased map. */
static bool independent(const favor_sum *sum) {
  for (int32_t t = 0; t < sum->terms; ++t) {
    const favor_term *term = &sum->term[t];
    for (int32_t f = 0; f < term->factors; ++f) {
      for (int32_t g = 0; g < f; ++g) {
        if (favor_sum_dependent(sum->leaf[term->leaf[g]], sum->leaf[term->leaf[f]])) return false;
      }
    }
  }
  return true;
}

favor_status favor_saved_read_combination(const favor_loading *l, const void *block,
                                          size_t block_size, favor_map **out) {
  favor_reader r;
  favor_sum sum = {.leaves = 0};
  favor_map *leaf[FAVOR_NODE_LEAVES] = {NULL};
  favor_status status = favor_read_open(&r, magic, block, block_size, l->report);
  if (status < 0) return status;
  read_terms(&r, &sum);
  if (r.failed) return malformed(l, "lists are not those of a combination");
  status = read_leaves(l, &r, &sum, leaf);
  if (status == FAVOR_OK && !independent(&sum)) {
    status = favor_fail(l->report, FAVOR_ERR_VALUE, "block",
                        "the block holds a product of leaves of one draw");
  }
  if (status == FAVOR_OK) status = favor_sum_make(&sum, &l->allocator, l->report, out);
  for (int32_t i = 0; i < sum.leaves; ++i) favor_map_destroy(leaf[i]);
  return status;
}
