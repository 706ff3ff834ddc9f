/* SPDX-License-Identifier: MIT */
#include "base/block.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"

/* The version of the frame and of the fields in it: appending fields is a new minor version. */
#define BLOCK_MAJOR 1
#define BLOCK_MINOR 0

#define LENGTH_AT 16 /* of the u64 that holds the size of the whole block */
#define HEADER_SIZE 24
#define TRAILER_SIZE 8

/* table[k][b]: the remainder of byte b followed by k zero bytes. Made for each call, a few
 * microseconds: the library keeps no state, and written out it would be a page of digits. */
static void crc_table(uint32_t table[8][256]) {
  const uint32_t castagnoli = 0x82f63b78U; /* bit-reversed 0x1edc6f41 */
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t r = byte;
    for (int bit = 0; bit < 8; bit++) r = (r >> 1) ^ ((r & 1) != 0 ? castagnoli : 0);
    table[0][byte] = r;
  }
  for (int k = 1; k < 8; k++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      const uint32_t r = table[k - 1][byte];
      table[k][byte] = (r >> 8) ^ table[0][r & 255];
    }
  }
}

static uint32_t load_u32(const unsigned char *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t load_u64(const unsigned char *p) {
  return (uint64_t)load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static void store(unsigned char *p, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) p[i] = (unsigned char)(value >> (8 * i));
}

uint32_t favor_crc32c(const void *bytes, size_t n) {
  uint32_t table[8][256];
  crc_table(table);
  const unsigned char *p = bytes;
  uint32_t crc = 0xffffffffU;
  for (; n >= 8; n -= 8, p += 8) {
    const uint32_t a = load_u32(p) ^ crc, b = load_u32(p + 4);
    crc = table[7][a & 255] ^ table[6][(a >> 8) & 255] ^ table[5][(a >> 16) & 255] ^
          table[4][a >> 24] ^ table[3][b & 255] ^ table[2][(b >> 8) & 255] ^
          table[1][(b >> 16) & 255] ^ table[0][b >> 24];
  }
  for (; n > 0; n--, p++) crc = (crc >> 8) ^ table[0][(crc ^ *p) & 255];
  return crc ^ 0xffffffffU;
}

static void write_bytes(favor_writer *w, uint64_t value, size_t bytes) {
  if (w->base != NULL) store(w->base + w->at, value, bytes);
  w->at += bytes;
}

void favor_write_header(favor_writer *w, const char magic[8]) {
  if (w->base != NULL) memcpy(w->base + w->at, magic, 8);
  w->at += 8;
  write_bytes(w, BLOCK_MAJOR, 4);
  write_bytes(w, BLOCK_MINOR, 4);
  write_bytes(w, 0, 8); /* the length, known at the end */
}

void favor_write_u64(favor_writer *w, uint64_t value) {
  write_bytes(w, value, 8);
}

void favor_write_f64(favor_writer *w, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  write_bytes(w, bits, 8);
}

void favor_write_f64s(favor_writer *w, int64_t n, const double *values) {
  for (int64_t i = 0; i < n; i++) favor_write_f64(w, values[i]);
}

size_t favor_write_close(favor_writer *w) {
  const size_t fields_end = w->at;
  uint32_t crc = 0;
  if (w->base != NULL) {
    store(w->base + LENGTH_AT, fields_end + TRAILER_SIZE, 8);
    crc = favor_crc32c(w->base, fields_end);
  }
  write_bytes(w, crc, 4);
  write_bytes(w, 0, 4);
  return w->at;
}

favor_status favor_read_open(favor_reader *r, const char magic[8], const void *block,
                             size_t block_size, favor_report *report) {
  const unsigned char *base = block;
  if (block_size < HEADER_SIZE + TRAILER_SIZE) {
    return favor_fail(report, FAVOR_ERR_FORMAT, "block_size",
                      "block_size is %zu; a saved block has at least %d bytes", block_size,
                      HEADER_SIZE + TRAILER_SIZE);
  }
  if (memcmp(base, magic, 8) != 0) {
    return favor_fail(report, FAVOR_ERR_FORMAT, "block", "block does not begin with \"%.8s\"",
                      magic);
  }
  const uint32_t major = load_u32(base + 8);
  if (major != BLOCK_MAJOR) {
    return favor_fail(report, major > BLOCK_MAJOR ? FAVOR_ERR_VERSION : FAVOR_ERR_FORMAT, "block",
                      "block has format version %" PRIu32 "; version %d can be read", major,
                      BLOCK_MAJOR);
  }
  const uint64_t length = load_u64(base + LENGTH_AT);
  if (length != block_size) {
    return favor_fail(report, FAVOR_ERR_FORMAT, "block_size",
                      "block_size is %zu; the block says that it has %" PRIu64 " bytes", block_size,
                      length);
  }
  const size_t fields_end = block_size - TRAILER_SIZE;
  if (load_u32(base + fields_end + 4) != 0) {
    return favor_fail(report, FAVOR_ERR_FORMAT, "block", "block does not end with four zero bytes");
  }
  const uint32_t found = favor_crc32c(base, fields_end), said = load_u32(base + fields_end);
  if (found != said) {
    return favor_fail(report, FAVOR_ERR_CHECKSUM, "block",
                      "block has checksum %08" PRIx32 "; it says %08" PRIx32, found, said);
  }
  *r = (favor_reader){.base = base, .at = HEADER_SIZE, .size = fields_end};
  r->newer = load_u32(base + 12) > BLOCK_MINOR;
  return FAVOR_OK;
}

uint64_t favor_read_u64(favor_reader *r) {
  if (!favor_read_has(r, 1)) {
    r->failed = true;
    return 0;
  }
  const uint64_t value = load_u64(r->base + r->at);
  r->at += 8;
  return value;
}

double favor_read_f64(favor_reader *r) {
  const uint64_t bits = favor_read_u64(r);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

void favor_read_f64s(favor_reader *r, int64_t n, double *values) {
  for (int64_t i = 0; i < n; i++) values[i] = favor_read_f64(r);
}

bool favor_read_has(const favor_reader *r, int64_t n) {
  /* A negative n is a huge one here. */
  return !r->failed && (uint64_t)n <= (r->size - r->at) / 8;
}

bool favor_read_done(const favor_reader *r) {
  return !r->failed && (r->at == r->size || r->newer);
}
