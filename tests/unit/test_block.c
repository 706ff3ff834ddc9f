/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/block.h"

static const char magic[8] = {'F', 'A', 'V', 'T', 'E', 'S', 'T', '\0'};

static const double values[5] = {1.5, -0.0, 0x1p-1074, -INFINITY, 0x1.fffffffffffffp1023};

/* magic and versions 16, length 8, two u64 and six f64, checksum and zeros 8 */
enum { block_bytes = 24 + 64 + 8 };

static size_t write_block(unsigned char *base) {
  favor_writer w = {.base = base};
  favor_write_header(&w, magic);
  favor_write_u64(&w, 0x0123456789abcdefU);
  favor_write_f64(&w, 3.25);
  favor_write_u64(&w, UINT64_MAX);
  favor_write_f64s(&w, 5, values);
  return favor_write_close(&w);
}

static favor_status open_block(favor_reader *r, const unsigned char *block, size_t bytes) {
  return favor_read_open(r, magic, block, bytes, NULL);
}

/* Repair the checksum of a block that a test has changed. */
static void seal(unsigned char *block, size_t bytes) {
  const uint32_t crc = favor_crc32c(block, bytes - 8);
  for (int i = 0; i < 4; i++) block[bytes - 8 + (size_t)i] = (unsigned char)(crc >> (8 * i));
}

static void checksums_are_the_published_ones(void **state) {
  (void)state;
  unsigned char bytes[32];
  assert_int_equal(favor_crc32c("123456789", 9), 0xe3069283U);
  assert_int_equal(favor_crc32c("", 0), 0);
  /* RFC 3720, B.4 */
  memset(bytes, 0, 32);
  assert_int_equal(favor_crc32c(bytes, 32), 0x8a9136aaU);
  memset(bytes, 0xff, 32);
  assert_int_equal(favor_crc32c(bytes, 32), 0x62a8ab43U);
  for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
  assert_int_equal(favor_crc32c(bytes, 32), 0x46dd794eU);
  for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)(31 - i);
  assert_int_equal(favor_crc32c(bytes, 32), 0x113fdb5cU);
}

/* Polynomial division, a bit at a time. */
static uint32_t crc_by_bits(const unsigned char *p, size_t n) {
  uint32_t crc = 0xffffffffU;
  for (size_t bit = 0; bit < 8 * n; bit++) {
    const uint32_t in = (uint32_t)(p[bit / 8] >> (bit % 8)) & 1;
    crc = (crc >> 1) ^ (((crc ^ in) & 1) != 0 ? 0x82f63b78U : 0);
  }
  return ~crc;
}

static void checksums_agree_with_division_at_every_length_and_offset(void **state) {
  (void)state;
  unsigned char bytes[80];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * i * 7 + 13);
  for (size_t offset = 0; offset < 9; offset++) {
    for (size_t n = 0; n <= 70; n++) {
      assert_int_equal(favor_crc32c(bytes + offset, n), crc_by_bits(bytes + offset, n));
    }
  }
}

static void what_is_written_is_read_back(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  double read[5];
  assert_int_equal(write_block(block), block_bytes);
  assert_ok(open_block(&r, block, block_bytes));
  assert_false(favor_read_done(&r));
  assert_int_equal(favor_read_u64(&r), 0x0123456789abcdefU);
  assert_true(favor_read_f64(&r) == 3.25);
  assert_int_equal(favor_read_u64(&r), UINT64_MAX);
  favor_read_f64s(&r, 5, read);
  assert_memory_equal(read, values, sizeof read);
  assert_true(favor_read_done(&r));
}

static void counting_writes_nothing_and_agrees(void **state) {
  (void)state;
  assert_int_equal(write_block(NULL), block_bytes);
}

static void the_layout_is_pinned_byte_by_byte(void **state) {
  (void)state;
  unsigned char block[40];
  favor_writer w = {.base = block};
  favor_write_header(&w, magic);
  favor_write_f64(&w, -2.0);
  assert_int_equal(favor_write_close(&w), 40);
  const unsigned char expected[32] = {'F', 'A', 'V', 'T', 'E', 'S', 'T', 0, 1, 0,   0,
                                      0,   0,   0,   0,   0,   40,  0,   0, 0, 0,   0,
                                      0,   0,   0,   0,   0,   0,   0,   0, 0, 0xc0};
  assert_memory_equal(block, expected, 32);
  const uint32_t crc = crc_by_bits(block, 32);
  const unsigned char end[8] = {(unsigned char)crc, (unsigned char)(crc >> 8),
                                (unsigned char)(crc >> 16), (unsigned char)(crc >> 24)};
  assert_memory_equal(block + 32, end, 8);
}

static void every_flipped_bit_is_noticed(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  for (size_t bit = 0; bit < 8 * sizeof block; bit++) {
    block[bit / 8] ^= (unsigned char)(1 << (bit % 8));
    assert_true(open_block(&r, block, block_bytes) < 0);
    block[bit / 8] ^= (unsigned char)(1 << (bit % 8));
  }
  assert_ok(open_block(&r, block, block_bytes));
}

static void every_truncation_is_noticed(void **state) {
  (void)state;
  unsigned char block[block_bytes + 8] = {0};
  favor_reader r;
  write_block(block);
  for (size_t n = 0; n < block_bytes; n++) {
    unsigned char *cut = malloc(n == 0 ? 1 : n); /* so that a sanitizer sees reads past the end */
    assert_non_null(cut);
    memcpy(cut, block, n);
    assert_status(open_block(&r, cut, n), FAVOR_ERR_FORMAT);
    free(cut);
  }
  assert_status(open_block(&r, block, block_bytes + 1), FAVOR_ERR_FORMAT);
  assert_status(open_block(&r, block, block_bytes + 8), FAVOR_ERR_FORMAT);
}

static void a_report_says_what_is_wrong(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  favor_report report;
  assert_ok(favor_report_init(&report));
  write_block(block);
  assert_status(favor_read_open(&r, magic, block, 7, &report), FAVOR_ERR_FORMAT);
  assert_string_equal(report.argument, "block_size");
  assert_string_equal(report.message, "block_size is 7; a saved block has at least 32 bytes");
  assert_status(favor_read_open(&r, magic, block, 80, &report), FAVOR_ERR_FORMAT);
  assert_string_equal(report.message, "block_size is 80; the block says that it has 96 bytes");
  assert_status(favor_read_open(&r, "FAVOTHER", block, block_bytes, &report), FAVOR_ERR_FORMAT);
  assert_string_equal(report.argument, "block");
  assert_string_equal(report.message, "block does not begin with \"FAVOTHER\"");
  block[8] = 2;
  assert_status(favor_read_open(&r, magic, block, block_bytes, &report), FAVOR_ERR_VERSION);
  assert_string_equal(report.message, "block has format version 2; version 1 can be read");
}

static void a_changed_field_is_a_checksum_error(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  block[30] ^= 1;
  assert_status(open_block(&r, block, block_bytes), FAVOR_ERR_CHECKSUM);
  seal(block, block_bytes);
  assert_ok(open_block(&r, block, block_bytes));
}

static void a_newer_major_version_is_refused_and_none_is_malformed(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  block[8] = 2;
  seal(block, block_bytes);
  assert_status(open_block(&r, block, block_bytes), FAVOR_ERR_VERSION);
  block[8] = 0;
  seal(block, block_bytes);
  assert_status(open_block(&r, block, block_bytes), FAVOR_ERR_FORMAT);
}

static void a_newer_minor_version_may_have_more_fields(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  assert_ok(open_block(&r, block, block_bytes));
  favor_read_u64(&r);
  assert_false(favor_read_done(&r)); /* in our own version, fields left over are an error */
  block[12] = 1;
  seal(block, block_bytes);
  assert_ok(open_block(&r, block, block_bytes));
  favor_read_u64(&r);
  assert_true(favor_read_done(&r));
}

static void reading_past_the_fields_fails_for_good(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  assert_ok(open_block(&r, block, block_bytes));
  for (int i = 0; i < 8; i++) favor_read_u64(&r);
  assert_true(favor_read_done(&r));
  assert_int_equal(favor_read_u64(&r), 0); /* never the checksum */
  assert_true(r.failed);
  assert_true(favor_read_f64(&r) == 0);
  assert_false(favor_read_has(&r, 0));
  assert_false(favor_read_done(&r));
}

static void what_is_left_is_known_before_it_is_read(void **state) {
  (void)state;
  unsigned char block[block_bytes];
  favor_reader r;
  write_block(block);
  assert_ok(open_block(&r, block, block_bytes));
  assert_true(favor_read_has(&r, 8));
  assert_false(favor_read_has(&r, 9));
  assert_false(favor_read_has(&r, -1));
  assert_false(favor_read_has(&r, INT64_MAX));
  assert_false(favor_read_has(&r, INT64_MIN));
  favor_read_u64(&r);
  assert_true(favor_read_has(&r, 7));
  assert_false(favor_read_has(&r, 8));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checksums_are_the_published_ones),
      cmocka_unit_test(checksums_agree_with_division_at_every_length_and_offset),
      cmocka_unit_test(what_is_written_is_read_back),
      cmocka_unit_test(counting_writes_nothing_and_agrees),
      cmocka_unit_test(the_layout_is_pinned_byte_by_byte),
      cmocka_unit_test(every_flipped_bit_is_noticed),
      cmocka_unit_test(every_truncation_is_noticed),
      cmocka_unit_test(a_report_says_what_is_wrong),
      cmocka_unit_test(a_changed_field_is_a_checksum_error),
      cmocka_unit_test(a_newer_major_version_is_refused_and_none_is_malformed),
      cmocka_unit_test(a_newer_minor_version_may_have_more_fields),
      cmocka_unit_test(reading_past_the_fields_fails_for_good),
      cmocka_unit_test(what_is_left_is_known_before_it_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
