/* SPDX-License-Identifier: MIT */
#include "robust/damage.h"

#include "robust/allocator.h"

#define LENGTH_AT 16
#define TRAILER 8
#define SMALLEST 32 /* header and trailer */

/* CRC-32C by its definition, a nibble at a time: reflected remainder modulo 0x1edc6f41. */
static uint32_t crc32c(const unsigned char *bytes, size_t n) {
  uint32_t nibble[16], crc = 0xffffffffU;
  for (uint32_t i = 0; i < 16; i++) {
    nibble[i] = i;
    for (int bit = 0; bit < 4; bit++)
      nibble[i] = (nibble[i] >> 1) ^ ((nibble[i] & 1) != 0 ? 0x82f63b78U : 0);
  }
  for (size_t i = 0; i < n; i++) {
    crc = (crc >> 4) ^ nibble[(crc ^ bytes[i]) & 15];
    crc = (crc >> 4) ^ nibble[(crc ^ (uint32_t)(bytes[i] >> 4)) & 15];
  }
  return crc ^ 0xffffffffU;
}

uint64_t damage_field(const unsigned char *block, size_t at) {
  uint64_t value = 0;
  for (size_t i = 8; i-- > 0;) value = value << 8 | block[at + i];
  return value;
}

void damage_set_field(unsigned char *block, size_t at, uint64_t value) {
  for (size_t i = 0; i < 8; i++) block[at + i] = (unsigned char)(value >> (8 * i));
}

void damage_set_number(unsigned char *block, size_t at, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  damage_set_field(block, at, bits);
}

void damage_repair_checksum(unsigned char *block, size_t bytes) {
  const uint32_t crc = crc32c(block, bytes - TRAILER);
  for (size_t i = 0; i < 4; i++) block[bytes - TRAILER + i] = (unsigned char)(crc >> (8 * i));
}

void damage_repair_length(unsigned char *block, size_t bytes) {
  damage_set_field(block, LENGTH_AT, bytes);
  memset(block + bytes - 4, 0, 4);
  damage_repair_checksum(block, bytes);
}

/* The hostile allocator, and the most that was held at a time. */
typedef struct peak_allocator {
  test_allocator inner;
  favor_allocator hook;
  long long peak;
} peak_allocator;

static void *peak_alloc(void *ctx, size_t bytes) {
  peak_allocator *peak = ctx;
  const long long held = atomic_load(&peak->inner.live_bytes) + (long long)bytes;
  if (held > peak->peak) peak->peak = held;
  return peak->hook.alloc(peak->hook.ctx, bytes);
}

static void peak_free(void *ctx, void *p, size_t bytes) {
  peak_allocator *peak = ctx;
  peak->hook.free(peak->hook.ctx, p, bytes);
}

bool damage_try(const damage_kind *kind, const unsigned char *block, size_t bytes) {
  peak_allocator peak;
  memset(&peak, 0, sizeof peak);
  peak.hook = test_allocator_hook(&peak.inner);
  const favor_allocator allocator = {peak_alloc, peak_free, &peak};
  favor_report report;
  assert_ok(favor_report_init(&report));
  void *object = &report;
  const favor_status status = kind->load(block, bytes, &allocator, &report, &object);
  assert_int_equal(report.status, status);
  if (peak.peak > (long long)(kind->factor * bytes + kind->room)) {
    print_error("%lld bytes were held for a block of %zu\n", peak.peak, bytes);
    fail();
  }
  if (status < 0) {
    assert_null(object);
    assert_true(report.argument[0] != '\0' && report.message[0] != '\0');
  } else {
    assert_ok(status);
    assert_non_null(object);
    kind->examine(object, block, bytes);
  }
  assert_balanced(&peak.inner);
  return status >= 0;
}

damage_count damage_truncations(const damage_kind *kind, const unsigned char *block, size_t bytes,
                                bool repair) {
  damage_count count = {0, 0};
  for (size_t n = repair ? SMALLEST : 0; n < bytes; n++) {
    /* A block of its own and of this size, so that a sanitizer sees a read past its end. */
    unsigned char *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, block, n);
    if (repair) damage_repair_length(copy, n);
    count.tried++;
    count.loaded += damage_try(kind, copy, n) ? 1 : 0;
    free(copy);
  }
  return count;
}

damage_count damage_flips(const damage_kind *kind, const unsigned char *block, size_t bytes,
                          size_t step, bool repair) {
  damage_count count = {0, 0};
  unsigned char *copy = malloc(bytes);
  assert_non_null(copy);
  for (size_t bit = 0; bit < 8 * bytes; bit += step) {
    memcpy(copy, block, bytes);
    copy[bit / 8] = (unsigned char)(copy[bit / 8] ^ (1U << bit % 8));
    if (repair) damage_repair_checksum(copy, bytes);
    if (memcmp(copy, block, bytes) == 0) continue; /* the repair undid a flip in the checksum */
    count.tried++;
    count.loaded += damage_try(kind, copy, bytes) ? 1 : 0;
  }
  free(copy);
  return count;
}
