/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lies right before every piece that favor_alloc returns: the caller's allocator need not align. */
typedef struct block_header {
  void *raw;
  size_t bytes;
} block_header;

/* malloc says ENOMEM by errno; the library says it by a status alone. Volatile, because clang takes
 * malloc for a function that leaves errno alone, and would drop a plain store of what it has read. */
static void *malloc_alloc(void *ctx, size_t bytes) {
  volatile int *const cell = &errno;
  const int saved = *cell;
  void *p = malloc(bytes);
  (void)ctx;
  *cell = saved;
  return p;
}

static void malloc_free(void *ctx, void *p, size_t bytes) {
  (void)ctx;
  (void)bytes;
  free(p);
}

favor_status favor_allocator_resolve(const favor_allocator *given, favor_allocator *out) {
  const favor_allocator standard = {malloc_alloc, malloc_free, NULL};
  if (given == NULL || (given->alloc == NULL && given->free == NULL)) {
    *out = standard;
    return FAVOR_OK;
  }
  if (given->alloc == NULL || given->free == NULL) return FAVOR_ERR_VALUE;
  *out = *given;
  return FAVOR_OK;
}

void *favor_alloc(const favor_allocator *allocator, size_t bytes) {
  block_header header;
  if (!favor_size_add(bytes, sizeof header + FAVOR_ALIGNMENT - 1, &header.bytes)) return NULL;
  header.raw = allocator->alloc(allocator->ctx, header.bytes);
  if (header.raw == NULL) return NULL;
  /* Stay within the block by pointer arithmetic on it: only the distance is an integer. */
  const uintptr_t first = (uintptr_t)header.raw + sizeof header;
  const size_t pad = (size_t)(-first & (uintptr_t)(FAVOR_ALIGNMENT - 1));
  unsigned char *aligned = (unsigned char *)header.raw + sizeof header + pad;
  memcpy(aligned - sizeof header, &header, sizeof header);
  return aligned;
}

void *favor_alloc_array(const favor_allocator *allocator, int64_t rows, int64_t columns,
                        size_t element) {
  size_t bytes = 0;
  return favor_size_matrix(rows, columns, element, &bytes) ? favor_alloc(allocator, bytes) : NULL;
}

void favor_free(const favor_allocator *allocator, void *p) {
  if (p == NULL) return;
  block_header header;
  memcpy(&header, (unsigned char *)p - sizeof header, sizeof header);
  const favor_allocator copy = *allocator; /* may lie in the block that goes */
  copy.free(copy.ctx, header.raw, header.bytes);
}

favor_arena favor_arena_over(void *base, size_t size) {
  assert(base != NULL && (uintptr_t)base % FAVOR_ALIGNMENT == 0);
  return (favor_arena){.base = base, .size = size};
}

favor_arena favor_arena_counting(void) {
  return (favor_arena){.size = SIZE_MAX};
}

void *favor_arena_take(favor_arena *arena, int64_t rows, int64_t columns, size_t element) {
  size_t bytes, end;
  if (arena->failed || !favor_size_matrix(rows, columns, element, &bytes) ||
      !favor_size_round(bytes, FAVOR_ALIGNMENT, &bytes) ||
      !favor_size_add(arena->used, bytes, &end) || end > arena->size) {
    arena->failed = true;
    return NULL;
  }
  void *piece = arena->base == NULL ? NULL : arena->base + arena->used;
  arena->used = end;
  return piece;
}

size_t favor_arena_offset(const favor_arena *arena) {
  return arena->used;
}
