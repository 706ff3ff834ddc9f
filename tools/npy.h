/* SPDX-License-Identifier: MIT */
/** A reader of NumPy's .npy files for tools, benches and examples. It is not part of the library:
 *  to use it elsewhere compile npy.c and npy_header.c beside your program, as C or as C++.
 *
 *  Read are float32 and float64, of either byte order, one or two dimensions, C and Fortran order,
 *  format versions 1.0, 2.0 and 3.0. Nothing in a file is trusted: the header is bounded, and
 *  memory is taken only after the file has been seen to hold exactly the bytes that the header
 *  promises.
 */
#ifndef FAVOR_TOOLS_NPY_H
#define FAVOR_TOOLS_NPY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Room for every message that the reader writes; longer paths are cut. */
#define NPY_MESSAGE_BYTES 512

/** A matrix in C order and native byte order. A vector of n numbers has n rows and 1 column. */
typedef struct npy_array {
  int64_t rows, cols;
  int dims;       /* as in the file, 1 or 2 */
  int item_bytes; /* 4: data points to float; 8: to double */
  void *data;
} npy_array;

/** Read a file. Returns 0; or -1 with *out empty and one sentence in message that names the file,
 *  what it says and what was expected. Free with npy_free. */
int npy_load(const char *path, npy_array *out, char message[NPY_MESSAGE_BYTES]);

/** The same, and the matrix must have `rows` rows and `cols` columns, -1 meaning any number. */
int npy_load_shape(const char *path, int64_t rows, int64_t cols, npy_array *out,
                   char message[NPY_MESSAGE_BYTES]);

/** The matrix as float or as double, newly allocated, for free(); NULL without memory. float64
 *  numbers beyond float's range become infinite. */
float *npy_to_f32(const npy_array *array);
double *npy_to_f64(const npy_array *array);

/** Free the data and empty the struct. NULL and empty structs are fine. */
void npy_free(npy_array *array);

#ifdef __cplusplus
}
#endif

#endif
