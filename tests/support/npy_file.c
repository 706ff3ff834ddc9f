/* SPDX-License-Identifier: MIT */
#include "support/npy_file.h"

#include <unistd.h>

#include "support/test.h"

char npy_file_directory[48];
char npy_file_path[64];

int npy_file_setup(void **state) {
  (void)state;
  strcpy(npy_file_directory, "/tmp/favor-test-npy-XXXXXX");
  if (mkdtemp(npy_file_directory) == NULL) return -1;
  snprintf(npy_file_path, sizeof npy_file_path, "%s/k.npy", npy_file_directory);
  return 0;
}

int npy_file_teardown(void **state) {
  (void)state;
  (void)unlink(npy_file_path);
  return rmdir(npy_file_directory);
}

void npy_file_write(const void *head, size_t head_bytes, const char *header, const void *data,
                    size_t data_bytes) {
  FILE *f = fopen(npy_file_path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(head, 1, head_bytes, f), head_bytes);
  assert_int_equal(fwrite(header, 1, strlen(header), f), strlen(header));
  if (data_bytes > 0) assert_int_equal(fwrite(data, 1, data_bytes, f), data_bytes);
  assert_int_equal(fclose(f), 0);
}

void npy_file_write_v1(const char *header, const void *data, size_t data_bytes) {
  unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  head[8] = (unsigned char)(strlen(header) & 255);
  head[9] = (unsigned char)(strlen(header) >> 8);
  npy_file_write(head, sizeof head, header, data, data_bytes);
}
