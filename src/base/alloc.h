/* SPDX-License-Identifier: MIT */
/** Memory: the caller's allocator with alignment added, and an arena over one block. */
#ifndef FAVOR_BASE_ALLOC_H
#define FAVOR_BASE_ALLOC_H

#include "base/size.h"
#include "favor/favor.h"

/** FAVOR_OK and *out = the allocator to use (malloc for NULL or all zero); FAVOR_ERR_VALUE for half
 *  a one. */
favor_status favor_allocator_resolve(const favor_allocator *given, favor_allocator *out);

/** `bytes` (> 0) of memory aligned to FAVOR_ALIGNMENT, or NULL. Not cleared. */
void *favor_alloc(const favor_allocator *allocator, size_t bytes);

/** rows x columns elements of such memory; NULL also where their size does not fit. */
void *favor_alloc_array(const favor_allocator *allocator, int64_t rows, int64_t columns,
                        size_t element);

/** Give back what favor_alloc returned; takes NULL. The allocator may live inside the block. */
void favor_free(const favor_allocator *allocator, void *p);

/** An arena hands out aligned pieces of one block in order. With base == NULL it only counts, so
 *  that one layout function serves for measuring and for using. `failed` stays set once a piece did
 *  not fit or a size wrapped; pieces are then NULL. */
typedef struct favor_arena {
  unsigned char *base; /* aligned to FAVOR_ALIGNMENT, or NULL to count */
  size_t size;         /* bytes at base; SIZE_MAX when counting */
  size_t used;         /* bytes handed out, rounded up */
  bool failed;
} favor_arena;

favor_arena favor_arena_over(void *base, size_t size);
favor_arena favor_arena_counting(void);

/** rows x columns elements, aligned; NULL when counting or failed. */
void *favor_arena_take(favor_arena *arena, int64_t rows, int64_t columns, size_t element);

/** The offset that the next piece would have; for data kept as offsets into one block. */
size_t favor_arena_offset(const favor_arena *arena);

#endif
