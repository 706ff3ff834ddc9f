/* SPDX-License-Identifier: MIT */
/** The .npy reader of tools and examples: what it reads. */
#include "support/test.h"

#include "npy.h"
#include "support/npy_file.h"

static const float six[6] = {1, 2, 3, -4.5F, 0.1F, 6};

static npy_array load(void) {
  npy_array array;
  char message[NPY_MESSAGE_BYTES];
  if (npy_load(npy_file_path, &array, message) != 0) {
    print_error("%s\n", message);
    fail();
  }
  assert_string_equal(message, "");
  return array;
}

static void float32_in_c_order_is_read_as_it_is(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), six, sizeof six);
  npy_array a = load();
  assert_int_equal(a.rows, 2);
  assert_int_equal(a.cols, 3);
  assert_int_equal(a.dims, 2);
  assert_int_equal(a.item_bytes, 4);
  assert_memory_equal(a.data, six, sizeof six);
  npy_free(&a);
  assert_null(a.data);
}

static void fortran_order_is_turned_into_c_order(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "True", "(2, 3)"), six, sizeof six);
  npy_array a = load();
  const float rows[6] = {1, 3, 0.1F, 2, -4.5F, 6};
  assert_memory_equal(a.data, rows, sizeof rows);
  npy_free(&a);
}

static void float64_is_read_and_converted(void **state) {
  (void)state;
  const double numbers[4] = {1.0 / 3.0, -2e300, 0, 5};
  npy_file_write_v1(NPY_DICT("<f8", "False", "(4, 1)"), numbers, sizeof numbers);
  npy_array a = load();
  assert_int_equal(a.item_bytes, 8);
  assert_memory_equal(a.data, numbers, sizeof numbers);
  double *wide = npy_to_f64(&a);
  float *narrow = npy_to_f32(&a);
  assert_memory_equal(wide, numbers, sizeof numbers);
  assert_true(narrow[0] == (float)(1.0 / 3.0));
  assert_true(isinf(narrow[1]) && narrow[1] < 0);
  free(wide);
  free(narrow);
  npy_free(&a);
}

static void float32_is_widened_without_loss(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), six, sizeof six);
  npy_array a = load();
  double *wide = npy_to_f64(&a);
  for (int i = 0; i < 6; i++) assert_true(wide[i] == (double)six[i]);
  free(wide);
  npy_free(&a);
}

static void big_endian_numbers_are_turned(void **state) {
  (void)state;
  const unsigned char two_and_minus_half[8] = {0x40, 0, 0, 0, 0xBF, 0, 0, 0};
  npy_file_write_v1(NPY_DICT(">f4", "False", "(2,)"), two_and_minus_half, 8);
  npy_array a = load();
  assert_true(((const float *)a.data)[0] == 2.0F);
  assert_true(((const float *)a.data)[1] == -0.5F);
  npy_free(&a);
  const unsigned char pi[8] = {0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18};
  npy_file_write_v1(NPY_DICT(">f8", "True", "(1, 1)"), pi, 8);
  a = load();
  assert_true(((const double *)a.data)[0] == 3.141592653589793);
  npy_free(&a);
}

static void a_vector_is_one_column(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "True", "(6,)"), six, sizeof six);
  npy_array a = load();
  assert_int_equal(a.rows, 6);
  assert_int_equal(a.cols, 1);
  assert_int_equal(a.dims, 1);
  assert_memory_equal(a.data, six, sizeof six);
  npy_free(&a);
}

static void an_empty_array_is_read(void **state) {
  (void)state;
  npy_file_write_v1(NPY_DICT("<f4", "False", "(0, 15)"), NULL, 0);
  npy_array a = load();
  assert_int_equal(a.rows, 0);
  assert_int_equal(a.cols, 15);
  assert_non_null(a.data);
  npy_free(&a);
}

static void versions_2_and_3_are_read(void **state) {
  (void)state;
  const char *header = NPY_DICT("<f4", "False", "(3, 2)");
  for (unsigned char version = 2; version <= 3; version++) {
    const unsigned char head[12] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, (unsigned char)strlen(header), 0, 0, 0};
    npy_file_write(head, sizeof head, header, six, sizeof six);
    npy_array a = load();
    assert_int_equal(a.rows, 3);
    assert_memory_equal(a.data, six, sizeof six);
    npy_free(&a);
  }
}

static void other_spellings_of_the_same_dictionary_are_read(void **state) {
  (void)state;
  const char *spellings[] = {
      "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}",
      "{ \"descr\" : \"<f4\" , \"fortran_order\" : False , \"shape\" : ( 2L , 3L , ) , } \n",
      "\n{'fortran_order': False, 'shape': (2, 3), 'descr': '<f4',}\t   ",
  };
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    npy_file_write_v1(spellings[i], six, sizeof six);
    npy_array a = load();
    assert_int_equal(a.rows * a.cols, 6);
    npy_free(&a);
  }
}

static void a_shape_that_was_not_asked_for_is_refused(void **state) {
  (void)state;
  npy_array a;
  char message[NPY_MESSAGE_BYTES];
  npy_file_write_v1(NPY_DICT("<f4", "False", "(2, 3)"), six, sizeof six);
  assert_int_equal(npy_load_shape(npy_file_path, 2, 3, &a, message), 0);
  npy_free(&a);
  assert_int_equal(npy_load_shape(npy_file_path, -1, -1, &a, message), 0);
  npy_free(&a);
  assert_int_equal(npy_load_shape(npy_file_path, -1, 4, &a, message), -1);
  assert_null(a.data);
  assert_non_null(
      strstr(message, ": its shape is 2 x 3, expected any number of rows and 4 columns"));
  assert_int_equal(npy_load_shape(npy_file_path, 5, 3, &a, message), -1);
  assert_non_null(strstr(message, ": its shape is 2 x 3, expected 5 rows and 3 columns"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(float32_in_c_order_is_read_as_it_is),
      cmocka_unit_test(fortran_order_is_turned_into_c_order),
      cmocka_unit_test(float64_is_read_and_converted),
      cmocka_unit_test(float32_is_widened_without_loss),
      cmocka_unit_test(big_endian_numbers_are_turned),
      cmocka_unit_test(a_vector_is_one_column),
      cmocka_unit_test(an_empty_array_is_read),
      cmocka_unit_test(versions_2_and_3_are_read),
      cmocka_unit_test(other_spellings_of_the_same_dictionary_are_read),
      cmocka_unit_test(a_shape_that_was_not_asked_for_is_refused),
  };
  return cmocka_run_group_tests_name("npy", tests, npy_file_setup, npy_file_teardown);
}
