/* SPDX-License-Identifier: MIT */
/** The header of a .npy file, apart from the file: what npy.c is made of. */
#ifndef FAVOR_TOOLS_NPY_HEADER_H
#define FAVOR_TOOLS_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the dictionary of a header says, after validation. */
typedef struct npy_header {
  int64_t rows, cols;
  int64_t data_bytes; /* rows * cols * item_bytes, checked against overflow */
  int dims, item_bytes;
  bool fortran_order, big_endian;
} npy_header;

/** Parse the dictionary, a Python literal of `length` bytes such as
 *  {'descr': '<f4', 'fortran_order': False, 'shape': (800, 15), }.
 *  Returns 0; or -1 with what is wrong with it, without the file's name, in message. */
int npy_header_parse(const char *text, size_t length, npy_header *out, char *message,
                     size_t message_bytes);

#ifdef __cplusplus
}
#endif

#endif
