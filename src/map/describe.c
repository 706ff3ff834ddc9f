/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "map/map.h"
#include "map/registry.h"

int64_t favor_map_dim(const favor_map *map) {
  return map ? map->node.dim : 0;
}

int64_t favor_map_features(const favor_map *map) {
  return map ? map->node.features : 0;
}

int64_t favor_map_projections(const favor_map *map) {
  return map ? map->choice.projections : 0;
}

size_t favor_map_bytes(const favor_map *map) {
  return map ? map->bytes : 0;
}

int32_t favor_map_advice(const favor_map *map) {
  return map ? map->advice : FAVOR_VERDICT_NONE;
}

/* What favor.h says is enough: 512 for the map, 512 a leaf, 96 a term. */
#define LINE_SIZE (512 + 512 * FAVOR_NODE_LEAVES + 96 * FAVOR_NODE_TERMS)

/* A growing line; once it does not fit, `at` stays beyond `size`. */
typedef struct favor_text {
  char *buf;
  size_t size, at;
} favor_text;

static void add(favor_text *text, const char *format, ...) FAVOR_PRINTF(2, 3);

static void add(favor_text *text, const char *format, ...) {
  if (text->at >= text->size) return;
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(text->buf + text->at, text->size - text->at, format, arguments);
  va_end(arguments);
  text->at = n < 0 ? text->size : text->at + (size_t)n;
}

/* A number as JSON writes it, whatever the locale's decimal point is; null for what JSON has not. */
static void add_number(favor_text *text, const char *name, double value) {
  char digits[64];
  if (!isfinite(value)) {
    add(text, ",\"%s\":null", name);
    return;
  }
  (void)snprintf(digits, sizeof digits, "%.17g", value);
  char *from = digits + strspn(digits, "-0123456789");
  char *rest = from + strcspn(from, "e0123456789");
  const bool point = rest > from;
  *from = '\0';
  if (!point) {
    (void)snprintf(digits, sizeof digits, "%.17g", value);
    add(text, ",\"%s\":%s", name, digits);
  } else {
    add(text, ",\"%s\":%s.%s", name, digits, rest);
  }
}

/* The shape, and the range of the tilts, of which "tilt" is the mean. */
static void add_shape(favor_text *text, const favor_map *map) {
  const favor_matrices m = favor_map_matrices(map);
  add(text, ",\"shape\":\"%s\"", favor_shape_name(m.shape));
  if (!m.a || m.shape == FAVOR_SHAPE_CENTRE) return;
  double least = m.a[0], most = m.a[0];
  for (int64_t l = 1; l < m.dim; ++l) {
    least = m.a[l] < least ? m.a[l] : least;
    most = m.a[l] > most ? m.a[l] : most;
  }
  const bool rates = m.shape == FAVOR_SHAPE_RATES;
  add_number(text, rates ? "rate_least" : "tilt_least", rates ? exp2(-2 * most) : least);
  add_number(text, rates ? "rate_most" : "tilt_most", rates ? exp2(-2 * least) : most);
}

/* What describes one leaf, without braces. */
static void add_choice(favor_text *text, const favor_map *map) {
  const favor_choice *c = &map->choice;
  const favor_estimator *estimator = favor_estimator_of_leaf(c->estimator);
  const favor_coupling *coupling = favor_coupling_find(c->coupling);
  add(text, "\"kernel\":\"%s\",\"estimator\":\"%s\",\"coupling\":\"%s\"",
      favor_target_of_leaf(c->kernel)->name, estimator->name,
      coupling ? coupling->name : "external");
  add(text, ",\"dim\":%" PRId64 ",\"projections\":%" PRId64 ",\"features\":%" PRId64, c->dim,
      c->projections, map->leaf.features);
  add_number(text, "scale", c->scale);
  add_number(text, "tilt", c->recipe.tilt);
  if (c->recipe.form == FAVOR_FORM_PHASE) {
    add_number(text, "tilt_imag", c->recipe.tilt_imag);
    add_number(text, "tilt_sign", c->recipe.sign);
  }
  add_shape(text, map);
  add(text, ",\"recentre\":%s,\"positive\":%s", c->recentre ? "true" : "false",
      estimator->positive ? "true" : "false");
  if (coupling) {
    add(text, ",\"unbiased\":%s,\"seed\":%" PRIu64 ",\"stream\":%" PRIu64,
        estimator->unbiased && coupling->exact ? "true" : "false", c->seed, c->stream);
  } else {
    add(text, ",\"unbiased\":null,\"seed\":null,\"stream\":null");
  }
}

static void add_combination(favor_text *text, const favor_map *map) {
  add(text, "\"dim\":%" PRId64 ",\"projections\":%" PRId64 ",\"features\":%" PRId64, map->node.dim,
      map->choice.projections, map->node.features);
  add(text, ",\"leaves\":[");
  for (int32_t l = 0; l < map->node.leaves; ++l) {
    add(text, l > 0 ? ",{" : "{");
    add_choice(text, favor_map_part(map, l));
    add(text, "}");
  }
  add(text, "],\"terms\":[");
  for (int32_t t = 0; t < map->node.terms; ++t) {
    const favor_term *term = favor_node_term(&map->node, favor_map_base(map), t);
    add(text, t > 0 ? ",{\"leaves\":[" : "{\"leaves\":[");
    for (int32_t f = 0; f < term->factors; ++f) {
      add(text, f > 0 ? ",%" PRId32 : "%" PRId32, term->leaf[f]);
    }
    add(text, "]");
    add_number(text, "weight", term->weight);
    add(text, "}");
  }
  add(text, "]");
}

favor_status favor_map_describe(const favor_map *map, char *buf, size_t bytes) {
  if (!map || !buf) return FAVOR_ERR_NULL;
  char line[LINE_SIZE];
  favor_text text = {line, sizeof line, 0};
  add(&text, "{\"version\":\"%s\",", favor_version());
  if (favor_map_is_combination(map)) {
    add_combination(&text, map);
  } else {
    add_choice(&text, map);
  }
  add(&text, ",\"isa\":\"%s\",\"bytes\":%zu}", favor_isa_name(map->table[FAVOR_F32]->isa),
      map->bytes);
  if (text.at >= sizeof line || text.at >= bytes) {
    if (bytes > 0) buf[0] = '\0';
    return FAVOR_ERR_BUFFER;
  }
  memcpy(buf, line, text.at + 1);
  return FAVOR_OK;
}
