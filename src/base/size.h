/* SPDX-License-Identifier: MIT */
/** Size arithmetic that cannot wrap. Everything that turns shapes into bytes goes through this
 *  file. Every function returns false, and leaves *out alone, where the result does not fit. */
#ifndef FAVOR_BASE_SIZE_H
#define FAVOR_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAVOR_ALIGNMENT ((size_t)64)

bool favor_size_add(size_t a, size_t b, size_t *out);
bool favor_size_mul(size_t a, size_t b, size_t *out);

/** a rounded up to a multiple of `step`, a power of two. */
bool favor_size_round(size_t a, size_t step, size_t *out);

/** Bytes of rows x columns elements; false also for negative shapes. */
bool favor_size_matrix(int64_t rows, int64_t columns, size_t element, size_t *out);

/** Bytes from the first to past the last element of a strided matrix: ((rows - 1) ld + columns)
 *  element, 0 for no rows. False also where it would pass PTRDIFF_MAX. */
bool favor_size_span(int64_t rows, int64_t columns, int64_t ld, size_t element, size_t *out);

/** True where [a, a + a_bytes) and [b, b + b_bytes) share a byte. */
bool favor_overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes);

#endif
