/* SPDX-License-Identifier: MIT */
/** The .npy reader of tools and examples: what it refuses, and with which words. */
#include "support/test.h"

#include "npy.h"
#include "support/npy_file.h"

static const float six[6] = {1, 2, 3, -4.5F, 0.1F, 6};

/* The reader refuses, says where and why, and leaves nothing behind. */
static void assert_refused(const char *reason) {
  npy_array array;
  char message[NPY_MESSAGE_BYTES];
  memset(&array, 0xA5, sizeof array);
  memset(message, 'x', sizeof message);
  assert_int_equal(npy_load(npy_file_path, &array, message), -1);
  assert_null(array.data);
  assert_int_equal(array.rows, 0);
  const size_t prefix = strlen(npy_file_path);
  assert_memory_equal(message, npy_file_path, prefix);
  assert_memory_equal(message + prefix, ": ", 2);
  if (strcmp(message + prefix + 2, reason) != 0) {
    print_error("said     %s\nexpected %s\n", message + prefix + 2, reason);
    fail();
  }
}

static void truncated_data_is_refused_with_both_sizes(void **state) {
  (void)state;
  char data[1200] = {0};
  npy_file_write_v1(NPY_DICT("<f4", "False", "(800, 15)"), data, sizeof data);
  assert_refused("the header says 800 x 15 float32, 48000 bytes, the file holds 1200");
  npy_file_write_v1(NPY_DICT("<f8", "False", "(5,)"), data, 39);
  assert_refused("the header says 5 float64, 40 bytes, the file holds 39");
}

static void trailing_bytes_are_refused(void **state) {
  (void)state;
  char data[25] = {0};
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), data, sizeof data);
  assert_refused(
      "the header says 2 x 3 float32, 24 bytes, the file holds 25: something follows the array");
}

static void a_file_of_another_kind_is_refused(void **state) {
  (void)state;
  const char *reason =
      "not a .npy file: it does not start with the 8 bytes \\x93NUMPY and a version";
  npy_file_write("", 0, "", NULL, 0);
  assert_refused(reason);
  npy_file_write("PK\3\4", 4, "an archive of arrays", NULL, 0);
  assert_refused(reason);
  npy_file_write("\x93NUMPY", 6, "", NULL, 0);
  assert_refused(reason);
}

static void unknown_versions_are_refused(void **state) {
  (void)state;
  const char *header = NPY_DICT("<f4", "False", "(2, 3)");
  unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 4, 0, 60, 0};
  npy_file_write(head, sizeof head, header, six, sizeof six);
  assert_refused("format version 4.0, expected 1.0, 2.0 or 3.0");
  head[6] = 1;
  head[7] = 7;
  npy_file_write(head, sizeof head, header, six, sizeof six);
  assert_refused("format version 1.7, expected 1.0, 2.0 or 3.0");
  head[6] = head[7] = 0;
  npy_file_write(head, sizeof head, header, six, sizeof six);
  assert_refused("format version 0.0, expected 1.0, 2.0 or 3.0");
}

static void a_cut_preamble_or_header_is_refused(void **state) {
  (void)state;
  npy_file_write("\x93NUMPY\1\0v", 9, "", NULL, 0);
  assert_refused("the file ends inside its preamble, at 9 bytes");
  npy_file_write("\x93NUMPY\2\0v\0\0", 11, "", NULL, 0);
  assert_refused("the file ends inside its preamble, at 11 bytes");
  npy_file_write("\x93NUMPY\1\0v\0", 10, "{'descr':", NULL, 0);
  assert_refused("the header claims 118 bytes, the file holds 9 after its preamble");
}

static void a_huge_header_is_refused_before_memory_is_taken(void **state) {
  (void)state;
  npy_file_write("\x93NUMPY\2\0\xFF\xFF\xFF\xFF", 12, "{}", NULL, 0);
  assert_refused("the header claims 4294967295 bytes, more than the 65536 allowed");
  npy_file_write("\x93NUMPY\3\0\1\0\1\0", 12, "{}", NULL, 0);
  assert_refused("the header claims 65537 bytes, more than the 65536 allowed");
}

static void other_element_types_are_refused(void **state) {
  (void)state;
  const char *types[] = {"<i4", "<f2", "|b1", "<c8", "=f4", "f4", "<f16", "|O", ""};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    char header[128], reason[160];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 3), }",
             types[i]);
    snprintf(reason, sizeof reason,
             "its element type is '%s', expected float32 or float64 ('<f4', '<f8', '>f4', '>f8')",
             types[i]);
    npy_file_write_v1(header, six, sizeof six);
    assert_refused(reason);
  }
  npy_file_write_v1("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,), }", six,
                    sizeof six);
  assert_refused("it holds records, expected float32 or float64");
}

static void other_numbers_of_dimensions_are_refused(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "()"), six, 4);
  assert_refused("it has 0 dimensions, expected 1 or 2");
  npy_file_write_v1(NPY_DICT("<f4", "False", "(1, 2, 3)"), six, sizeof six);
  assert_refused("it has 3 dimensions, expected 1 or 2");
}

static void absurd_shapes_are_refused(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f8", "False", "(4611686018427387904, 4)"), six, sizeof six);
  assert_refused("its shape 4611686018427387904 x 4 has more bytes than 2^63");
  npy_file_write_v1(NPY_DICT("<f4", "False", "(9223372036854775807,)"), six, sizeof six);
  assert_refused("its shape 9223372036854775807 x 1 has more bytes than 2^63");
  npy_file_write_v1(NPY_DICT("<f4", "False", "(9223372036854775808, 0)"), six, sizeof six);
  assert_refused("the shape holds a size beyond 2^63");
  npy_file_write_v1(NPY_DICT("<f4", "False", "(3037000500, 700000000)"), six, sizeof six);
  assert_refused(
      "the header says 3037000500 x 700000000 float32, 8503601400000000000 bytes, the file "
      "holds 24");
  npy_file_write_v1(NPY_DICT("<f4", "False", "(-2, 3)"), six, sizeof six);
  assert_refused("malformed header: the shape holds something other than sizes of 0 or more");
}

static void malformed_dictionaries_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *header, *reason;
  } cases[] = {
      {"", "the header ends at its start, expected '{'"},
      {"{", "malformed header: a key is not a string"},
      {"{}", "malformed header: no 'descr'"},
      {"{'descr': '<f4'}", "malformed header: no 'fortran_order'"},
      {"{'descr': '<f4', 'fortran_order': True}", "malformed header: no 'shape'"},
      {"[1]", "malformed header: '[' at its start, expected '{'"},
      {"{'descr' '<f4'}", "malformed header: ''' after a key, expected ':'"},
      {"{'descr': '<f4", "malformed header: the string of descr has no end"},
      {"{'descr': 4}", "malformed header: descr is not a string"},
      {"{'descr': '<f4' 'shape': (2,)}", "malformed header: ''' after an entry, expected '}'"},
      {"{'descr': '<f4', 'descr': '<f4'}", "malformed header: 'descr' is given twice"},
      {"{'order': False}", "malformed header: unknown key 'order'"},
      {"{'fortran_order': 0}", "malformed header: fortran_order is neither True nor False"},
      {"{'fortran_order': Falsehood}", "malformed header: fortran_order is neither True nor False"},
      {"{'shape': [2, 3]}", "malformed header: '[' at the shape, expected '('"},
      {"{'shape': (6)}", "malformed header: a shape of one size is written (n,)"},
      {"{'shape': (2 3)}", "malformed header: the shape has no ',' between its sizes"},
      {"{'shape': (2.0, 3)}", "malformed header: the shape has no ',' between its sizes"},
      {"{'shape': (2, ",
       "malformed header: the shape holds something other than sizes of 0 or more"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x",
       "malformed header: text after the closing '}'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    npy_file_write_v1(cases[i].header, six, sizeof six);
    assert_refused(cases[i].reason);
  }
}

static void every_truncation_of_a_good_file_is_refused(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), six, sizeof six);
  FILE *f = fopen(npy_file_path, "rb");
  unsigned char whole[256];
  const size_t bytes = fread(whole, 1, sizeof whole, f);
  fclose(f);
  assert_true(bytes > 80);
  for (size_t n = 0; n < bytes; n++) {
    npy_array a;
    char message[NPY_MESSAGE_BYTES];
    npy_file_write(whole, n, "", NULL, 0);
    assert_int_equal(npy_load(npy_file_path, &a, message), -1);
    assert_null(a.data);
    assert_true(strlen(message) > strlen(npy_file_path) + 10);
  }
}

static void every_bit_flip_of_a_header_is_refused_or_read_within_bounds(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), six, sizeof six);
  FILE *f = fopen(npy_file_path, "rb");
  unsigned char whole[256];
  const size_t bytes = fread(whole, 1, sizeof whole, f);
  fclose(f);
  int refused = 0;
  for (size_t bit = 0; bit < 8 * (bytes - sizeof six); bit++) {
    npy_array a;
    char message[NPY_MESSAGE_BYTES];
    whole[bit / 8] ^= (unsigned char)(1U << bit % 8);
    npy_file_write(whole, bytes, "", NULL, 0);
    whole[bit / 8] ^= (unsigned char)(1U << bit % 8);
    if (npy_load(npy_file_path, &a, message) != 0)
      refused++;
    else
      assert_int_equal(a.rows * a.cols * a.item_bytes, sizeof six);
    npy_free(&a);
  }
  assert_true(refused > 300);
}

static void a_missing_file_and_a_directory_are_refused(void **state) {
  (void)state;
  npy_array a;
  char message[NPY_MESSAGE_BYTES];
  assert_int_equal(npy_load("/nonexistent/k.npy", &a, message), -1);
  assert_string_equal(message, "/nonexistent/k.npy: cannot be opened: No such file or directory");
  assert_int_equal(npy_load(npy_file_directory, &a, message), -1);
  assert_non_null(strstr(message, ": not a regular file"));
}

static void the_end_of_a_long_path_is_kept_in_the_message(void **state) {
  (void)state;
  npy_array a;
  char message[NPY_MESSAGE_BYTES], long_path[2000];
  memset(long_path, 'p', sizeof long_path);
  strcpy(long_path + sizeof long_path - 12, "/tail/k.npy");
  assert_int_equal(npy_load(long_path, &a, message), -1);
  assert_memory_equal(message, "...pppp", 7);
  assert_non_null(strstr(message, "/tail/k.npy: cannot be opened: File name too long"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(truncated_data_is_refused_with_both_sizes),
      cmocka_unit_test(trailing_bytes_are_refused),
      cmocka_unit_test(a_file_of_another_kind_is_refused),
      cmocka_unit_test(unknown_versions_are_refused),
      cmocka_unit_test(a_cut_preamble_or_header_is_refused),
      cmocka_unit_test(a_huge_header_is_refused_before_memory_is_taken),
      cmocka_unit_test(other_element_types_are_refused),
      cmocka_unit_test(other_numbers_of_dimensions_are_refused),
      cmocka_unit_test(absurd_shapes_are_refused),
      cmocka_unit_test(malformed_dictionaries_are_refused),
      cmocka_unit_test(every_truncation_of_a_good_file_is_refused),
      cmocka_unit_test(every_bit_flip_of_a_header_is_refused_or_read_within_bounds),
      cmocka_unit_test(a_missing_file_and_a_directory_are_refused),
      cmocka_unit_test(the_end_of_a_long_path_is_kept_in_the_message),
  };
  return cmocka_run_group_tests_name("npy_refusals", tests, npy_file_setup, npy_file_teardown);
}
