/* SPDX-License-Identifier: MIT */
#include "conformance/shape.h"

#include "support/json.h"
#include "support/test.h"

/* Where the arrays begin: behind 24 bytes of header and 14 fields. First the shifts of both sides. */
enum { ARRAYS = 136 };

static double real_in(const unsigned char *block, size_t at) {
  uint64_t bits = 0;
  double value;
  for (int i = 7; i >= 0; i--) bits = bits << 8 | block[at + (size_t)i];
  memcpy(&value, &bits, sizeof value);
  return value;
}

/** One matrix or the diagonal of one at *at, written as [d, d]. */
static void read_matrix(const unsigned char *block, size_t *at, int64_t d, bool diagonal,
                        double *g) {
  memset(g, 0, sizeof *g * (size_t)(d * d));
  for (int64_t l = 0; l < d; l++)
    for (int64_t k = diagonal ? l : 0; k < (diagonal ? l + 1 : d); k++, *at += 8)
      g[l * d + k] = real_in(block, *at);
}

bool shape_read(const favor_map *map, fitted_shape *out) {
  char json[1024], kind[16];
  size_t bytes = 0;
  const int64_t d = favor_map_dim(map);
  assert_ok(favor_map_describe(map, json, sizeof json));
  assert_true(json_string(json, "shape", kind, sizeof kind));
  const bool diagonal = strcmp(kind, "diagonal") == 0, rotation = strcmp(kind, "rotation") == 0;
  if (!diagonal && !rotation && strcmp(kind, "dense") != 0) return false;
  assert_ok(favor_map_save(map, NULL, 0, &bytes));
  unsigned char *block = malloc(bytes);
  assert_non_null(block);
  assert_ok(favor_map_save(map, block, bytes, &bytes));
  double *memory = malloc(sizeof *memory * (size_t)(2 * d * d + d));
  assert_non_null(memory);
  size_t at = ARRAYS + 16 * (size_t)d;
  read_matrix(block, &at, d, diagonal, memory);
  if (rotation)
    memcpy(memory + d * d, memory, sizeof *memory * (size_t)(d * d));
  else
    read_matrix(block, &at, d, diagonal, memory + d * d);
  for (int64_t l = 0; l < d; l++) memory[2 * d * d + l] = real_in(block, at + 8 * (size_t)l);
  *out = (fitted_shape){{{memory, memory + d * d}, memory + 2 * d * d, {NULL, NULL}}, memory};
  free(block);
  return true;
}

void shape_free(fitted_shape *s) {
  free(s->memory);
}
