/* SPDX-License-Identifier: MIT */
#include "base/size.h"

/* A shape as a size_t: false for negative ones, and for those that a 32-bit size_t cannot hold. */
static bool size_of_shape(int64_t shape, size_t *out) {
  const size_t size = (size_t)shape;
  if (shape < 0 || (uint64_t)size != (uint64_t)shape) return false;
  *out = size;
  return true;
}

bool favor_size_add(size_t a, size_t b, size_t *out) {
  if (a > SIZE_MAX - b) return false;
  *out = a + b;
  return true;
}

bool favor_size_mul(size_t a, size_t b, size_t *out) {
  if (b != 0 && a > SIZE_MAX / b) return false;
  *out = a * b;
  return true;
}

bool favor_size_round(size_t a, size_t step, size_t *out) {
  size_t up;
  if (!favor_size_add(a, step - 1, &up)) return false;
  *out = up & ~(step - 1);
  return true;
}

bool favor_size_matrix(int64_t rows, int64_t columns, size_t element, size_t *out) {
  size_t r, c, elements;
  return size_of_shape(rows, &r) && size_of_shape(columns, &c) && favor_size_mul(r, c, &elements) &&
         favor_size_mul(elements, element, out);
}

bool favor_size_span(int64_t rows, int64_t columns, int64_t ld, size_t element, size_t *out) {
  size_t r, c, step, elements, bytes;
  if (!size_of_shape(rows, &r) || !size_of_shape(columns, &c) || !size_of_shape(ld, &step))
    return false;
  if (r == 0) {
    *out = 0;
    return true;
  }
  if (!favor_size_mul(r - 1, step, &elements) || !favor_size_add(elements, c, &elements) ||
      !favor_size_mul(elements, element, &bytes) || bytes > (size_t)PTRDIFF_MAX) {
    return false;
  }
  *out = bytes;
  return true;
}

bool favor_overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes) {
  /* As integers: comparing pointers into different objects has no defined result. The differences
   * cannot wrap, where the ends a + a_bytes could. */
  const uintptr_t pa = (uintptr_t)a, pb = (uintptr_t)b;
  if (a_bytes == 0 || b_bytes == 0) return false;
  return pa <= pb ? pb - pa < a_bytes : pa - pb < b_bytes;
}
