/* SPDX-License-Identifier: MIT */
/** Saved blocks: little-endian, lengths first, CRC-32C last.
 *
 *      magic[8]  u32 major  u32 minor  u64 bytes (of the whole block)  fields ...  u32 crc32c  u32
 *      zero
 *
 *  The checksum covers everything before it. A reader takes a block of any minor version of its
 *  major; a newer minor version has more fields behind those that the reader knows. */
#ifndef FAVOR_BASE_BLOCK_H
#define FAVOR_BASE_BLOCK_H

#include <stdbool.h>

#include "favor/favor.h"

/** CRC-32C (Castagnoli, reflected) of n bytes. */
uint32_t favor_crc32c(const void *bytes, size_t n);

/** Writes fields at `at`; with base == NULL it only counts. */
typedef struct favor_writer {
  unsigned char *base;
  size_t at;
} favor_writer;

void favor_write_header(favor_writer *w, const char magic[8]);
void favor_write_u64(favor_writer *w, uint64_t value);
void favor_write_f64(favor_writer *w, double value);
void favor_write_f64s(favor_writer *w, int64_t n, const double *values);
/** Close the block: length and checksum. Returns its size. */
size_t favor_write_close(favor_writer *w);

/** Reads fields; once `failed`, every further read gives 0. */
typedef struct favor_reader {
  const unsigned char *base;
  size_t at, size; /* size excludes the checksum */
  bool failed;
  bool newer; /* of a newer minor version */
} favor_reader;

/** Check magic, version, length and checksum, and stand before the first field. */
favor_status favor_read_open(favor_reader *r, const char magic[8], const void *block,
                             size_t block_size, favor_report *report);
uint64_t favor_read_u64(favor_reader *r);
double favor_read_f64(favor_reader *r);
void favor_read_f64s(favor_reader *r, int64_t n, double *values);
/** True where n more float64 are there: asked before memory is taken for them. */
bool favor_read_has(const favor_reader *r, int64_t n);
/** True with nothing failed and no field left over, except in a block of a newer minor version. */
bool favor_read_done(const favor_reader *r);

#endif
