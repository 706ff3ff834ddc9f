/* SPDX-License-Identifier: MIT */
/** Files for the tests of the .npy reader, written byte by byte, so that nothing here shares code
 *  with the reader. */
#ifndef FAVOR_TESTS_SUPPORT_NPY_FILE_H
#define FAVOR_TESTS_SUPPORT_NPY_FILE_H

#include <stddef.h>

/** The file that is written, k.npy in a directory of its own; and that directory. */
extern char npy_file_path[64];
extern char npy_file_directory[48];

/** cmocka group fixtures: make and remove the directory. */
int npy_file_setup(void **state);
int npy_file_teardown(void **state);

/** A file that starts with `head` and continues with a header and data. */
void npy_file_write(const void *head, size_t head_bytes, const char *header, const void *data,
                    size_t data_bytes);

/** Format version 1.0 with the header's true length. */
void npy_file_write_v1(const char *header, const void *data, size_t data_bytes);

/** A header as NumPy writes it. */
#define NPY_DICT(descr, order, shape)                                                              \
  "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }\n"

#endif
