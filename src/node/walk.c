/* SPDX-License-Identifier: MIT */
/* The order of panels: by last leaf, by piece of it, by term, by features of the outer leaves. */
#include "node/tree.h"

const favor_leaf *favor_node_leaf(const favor_node *node, const unsigned char *base, int32_t l) {
  const favor_leaf_place *places = (const void *)(base + node->leaf);
  return (const void *)(base + places[l].leaf);
}

const favor_term *favor_node_term(const favor_node *node, const unsigned char *base, int32_t t) {
  return (const favor_term *)(const void *)(base + node->term) + t;
}

bool favor_node_is_outer(const favor_node *node, const unsigned char *base, int32_t l) {
  for (int32_t t = 0; t < node->terms; ++t) {
    const favor_term *term = favor_node_term(node, base, t);
    for (int32_t i = 0; i + 1 < term->factors; ++i) {
      if (term->leaf[i] == l) return true;
    }
  }
  return false;
}

/* The first term from `term` on whose last leaf is the walk's; -1: none. */
static int32_t term_from(const favor_node *node, const unsigned char *base, const favor_walk *walk,
                         int32_t term) {
  for (int32_t t = term; t < node->terms; ++t) {
    const favor_term *candidate = favor_node_term(node, base, t);
    if (candidate->leaf[candidate->factors - 1] == walk->leaf) return t;
  }
  return -1;
}

static bool stand(const favor_node *node, const unsigned char *base, favor_walk *walk) {
  const int64_t features = favor_node_leaf(node, base, walk->leaf)->features;
  const int64_t left = features - walk->piece;
  walk->columns = left < FAVOR_PANEL ? left : FAVOR_PANEL;
  walk->first =
      favor_node_term(node, base, walk->term)->first + walk->outer * features + walk->piece;
  return true;
}

/* The first panel of the first leaf from the walk's on that is the last one of some term. */
static bool enter(const favor_node *node, const unsigned char *base, favor_walk *walk) {
  walk->piece = walk->outer = 0;
  for (; walk->leaf < node->leaves; ++walk->leaf) {
    walk->term = term_from(node, base, walk, 0);
    if (walk->term >= 0) return stand(node, base, walk);
  }
  return false;
}

bool favor_node_first(const favor_node *node, const unsigned char *base, favor_walk *walk) {
  walk->leaf = 0;
  return enter(node, base, walk);
}

bool favor_node_next(const favor_node *node, const unsigned char *base, favor_walk *walk) {
  const int64_t features = favor_node_leaf(node, base, walk->leaf)->features;
  walk->outer += 1;
  if (walk->outer * features < favor_node_term(node, base, walk->term)->features)
    return stand(node, base, walk);
  walk->outer = 0;
  walk->term = term_from(node, base, walk, walk->term + 1);
  if (walk->term >= 0) return stand(node, base, walk);
  walk->piece += FAVOR_PANEL;
  walk->term = term_from(node, base, walk, 0);
  if (walk->piece < features) return stand(node, base, walk);
  walk->leaf += 1;
  return enter(node, base, walk);
}
