/* SPDX-License-Identifier: MIT */
/** Reading of .npy files: the file's frame, its numbers, and their order. Source: NEP 1. */
#include "npy.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "npy_header.h"

/* NumPy itself writes a few hundred bytes; version 2.0 exists for records with many fields, which are
 * refused in any case. The bound keeps a forged length from taking memory. */
#define HEADER_LIMIT 65536

typedef struct source {
  FILE *file;
  const char *path;
  int64_t bytes; /* of the whole file */
  char *message;
} source;

static int refuse(const source *s, const char *format, ...) {
  char text[NPY_MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  /* The end of a long path says more than its start, and the text must fit behind it. */
  const size_t length = strlen(s->path), room = 200;
  const char *path = length > room ? s->path + (length - room) : s->path;
  (void)snprintf(s->message, NPY_MESSAGE_BYTES, "%s%s: %.300s", length > room ? "..." : "", path,
                 text);
  return -1;
}

static uint32_t little_endian(const unsigned char *p, int bytes) {
  uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; i--) value = value << 8 | p[i];
  return value;
}

/* The magic, the version and the header's length, in [0, HEADER_LIMIT]. */
static int read_preamble(const source *s, uint32_t *header_bytes, int64_t *header_start) {
  unsigned char head[12];
  const size_t got = fread(head, 1, 8, s->file);
  if (got < 8 || memcmp(head, "\x93NUMPY", 6) != 0)
    return refuse(s,
                  "not a .npy file: it does not start with the 8 bytes \\x93NUMPY and a version");
  const int major = head[6], minor = head[7];
  if (major < 1 || major > 3 || minor != 0)
    return refuse(s, "format version %d.%d, expected 1.0, 2.0 or 3.0", major, minor);
  const int length_bytes = major == 1 ? 2 : 4;
  if (fread(head + 8, 1, (size_t)length_bytes, s->file) != (size_t)length_bytes)
    return refuse(s, "the file ends inside its preamble, at %lld bytes", (long long)s->bytes);
  *header_bytes = little_endian(head + 8, length_bytes);
  *header_start = 8 + length_bytes;
  if (*header_bytes > HEADER_LIMIT)
    return refuse(s, "the header claims %lu bytes, more than the %d allowed",
                  (unsigned long)*header_bytes, HEADER_LIMIT);
  if ((int64_t)*header_bytes > s->bytes - *header_start)
    return refuse(s, "the header claims %lu bytes, the file holds %lld after its preamble",
                  (unsigned long)*header_bytes, (long long)(s->bytes - *header_start));
  return 0;
}

static int read_header(const source *s, npy_header *header, int64_t *data_start) {
  uint32_t bytes = 0;
  if (read_preamble(s, &bytes, data_start) != 0) return -1;
  char why[200];
  char *text = (char *)malloc((size_t)bytes + 1);
  if (text == NULL) return refuse(s, "no memory for its header of %lu bytes", (unsigned long)bytes);
  int status = 0;
  if (fread(text, 1, bytes, s->file) != bytes)
    status = refuse(s, "reading its header failed");
  else if (npy_header_parse(text, bytes, header, why, sizeof why) != 0)
    status = refuse(s, "%s", why);
  free(text);
  *data_start += bytes;
  return status;
}

/* "800 x 15 float32", as in the header. */
static void describe(const npy_header *h, char *text, size_t bytes) {
  const char *type = h->item_bytes == 4 ? "float32" : "float64";
  if (h->dims == 1)
    (void)snprintf(text, bytes, "%lld %s", (long long)h->rows, type);
  else
    (void)snprintf(text, bytes, "%lld x %lld %s", (long long)h->rows, (long long)h->cols, type);
}

static int read_data(const source *s, const npy_header *header, int64_t data_start, void **out) {
  char shape[64];
  describe(header, shape, sizeof shape);
  const int64_t held = s->bytes - data_start;
  if (held != header->data_bytes)
    return refuse(s, "the header says %s, %lld bytes, the file holds %lld%s", shape,
                  (long long)header->data_bytes, (long long)held,
                  held > header->data_bytes ? ": something follows the array" : "");
  if ((uint64_t)header->data_bytes > SIZE_MAX - 1)
    return refuse(s, "%s does not fit in this machine's address space", shape);
  const size_t bytes = (size_t)header->data_bytes;
  *out = malloc(bytes + 1); /* one more, so that an empty array is not NULL */
  if (*out == NULL) return refuse(s, "no memory for %s, %lld bytes", shape, (long long)bytes);
  if (fread(*out, 1, bytes, s->file) == bytes) return 0;
  free(*out);
  *out = NULL;
  return refuse(s, "reading its %lld bytes of %s failed", (long long)bytes, shape);
}

static void swap_bytes(unsigned char *data, int64_t items, int item_bytes) {
  for (int64_t i = 0; i < items; i++, data += item_bytes)
    for (int low = 0, high = item_bytes - 1; low < high; low++, high--) {
      const unsigned char held = data[low];
      data[low] = data[high];
      data[high] = held;
    }
}

/* Column-major to row-major, into new memory. */
static void *transposed(const unsigned char *data, const npy_header *h) {
  const size_t item = (size_t)h->item_bytes;
  unsigned char *out = (unsigned char *)malloc((size_t)h->data_bytes + 1);
  if (out == NULL) return NULL;
  for (int64_t i = 0; i < h->rows; i++)
    for (int64_t j = 0; j < h->cols; j++)
      memcpy(out + (size_t)(i * h->cols + j) * item, data + (size_t)(j * h->rows + i) * item, item);
  return out;
}

static int put_in_order(const source *s, const npy_header *header, void **data) {
  const uint16_t probe = 1;
  unsigned char first;
  memcpy(&first, &probe, 1);
  const int machine_is_big = first == 0;
  if ((int)header->big_endian != machine_is_big)
    swap_bytes((unsigned char *)*data, header->rows * header->cols, header->item_bytes);
  if (!header->fortran_order || header->dims == 1) return 0;
  void *rows = transposed((const unsigned char *)*data, header);
  free(*data);
  *data = rows;
  return rows != NULL ? 0 : refuse(s, "no memory to turn its Fortran order into C order");
}

static int load_open(const source *s, npy_array *out) {
  npy_header header;
  int64_t data_start = 0;
  void *data = NULL;
  if (read_header(s, &header, &data_start) != 0) return -1;
  if (read_data(s, &header, data_start, &data) != 0) return -1;
  if (put_in_order(s, &header, &data) != 0) return -1;
  out->rows = header.rows;
  out->cols = header.cols;
  out->dims = header.dims;
  out->item_bytes = header.item_bytes;
  out->data = data;
  return 0;
}

int npy_load(const char *path, npy_array *out, char message[NPY_MESSAGE_BYTES]) {
  source s = {NULL, path, 0, message};
  memset(out, 0, sizeof *out);
  message[0] = '\0';
  s.file = fopen(path, "rb");
  if (s.file == NULL) return refuse(&s, "cannot be opened: %s", strerror(errno));
  long bytes = -1;
  if (fseek(s.file, 0, SEEK_END) == 0) bytes = ftell(s.file);
  int status;
  /* A directory opens for reading and reports a length of LONG_MAX. */
  if (bytes < 0 || bytes == LONG_MAX || fseek(s.file, 0, SEEK_SET) != 0) {
    status = refuse(&s, "not a regular file");
  } else {
    s.bytes = bytes;
    status = load_open(&s, out);
  }
  (void)fclose(s.file);
  return status;
}

int npy_load_shape(const char *path, int64_t rows, int64_t cols, npy_array *out,
                   char message[NPY_MESSAGE_BYTES]) {
  if (npy_load(path, out, message) != 0) return -1;
  const bool rows_fit = rows < 0 || out->rows == rows, cols_fit = cols < 0 || out->cols == cols;
  if (rows_fit && cols_fit) return 0;
  char want_rows[32] = "any number of", want_cols[32] = "any number of";
  if (rows >= 0) (void)snprintf(want_rows, sizeof want_rows, "%lld", (long long)rows);
  if (cols >= 0) (void)snprintf(want_cols, sizeof want_cols, "%lld", (long long)cols);
  const source s = {NULL, path, 0, message};
  const int64_t had_rows = out->rows, had_cols = out->cols;
  npy_free(out);
  return refuse(&s, "its shape is %lld x %lld, expected %s rows and %s columns",
                (long long)had_rows, (long long)had_cols, want_rows, want_cols);
}

float *npy_to_f32(const npy_array *array) {
  const size_t n = (size_t)(array->rows * array->cols);
  float *out = n < SIZE_MAX / sizeof *out ? (float *)malloc((n + 1) * sizeof *out) : NULL;
  if (out == NULL) return NULL;
  for (size_t i = 0; i < n; i++)
    out[i] = array->item_bytes == 4 ? ((const float *)array->data)[i]
                                    : (float)((const double *)array->data)[i];
  return out;
}

double *npy_to_f64(const npy_array *array) {
  const size_t n = (size_t)(array->rows * array->cols);
  double *out = n < SIZE_MAX / sizeof *out - 1 ? (double *)malloc((n + 1) * sizeof *out) : NULL;
  if (out == NULL) return NULL;
  for (size_t i = 0; i < n; i++)
    out[i] = array->item_bytes == 4 ? (double)((const float *)array->data)[i]
                                    : ((const double *)array->data)[i];
  return out;
}

void npy_free(npy_array *array) {
  if (array == NULL) return;
  free(array->data);
  memset(array, 0, sizeof *array);
}
