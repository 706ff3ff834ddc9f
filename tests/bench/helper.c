/* SPDX-License-Identifier: MIT */
/** What the tests of the benches' command lines ask of C.
 *
 *      helper json FILE             exit status 0 if FILE is one JSON value
 *      helper rows KERNEL ...       how many estimators and couplings go with these kernels, over
 *      all lists */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "favor/favor.h"
#include "support/json.h"

#define VALUE(name, symbol, value, title) value,
static const int32_t estimators[] = {FAVOR_ESTIMATOR_LIST(VALUE)};
static const int32_t couplings[] = {FAVOR_COUPLING_LIST(VALUE)};

static int check_json(const char *path) {
  FILE *f = fopen(path, "rb");
  char *text = calloc(1, 1 << 24);
  if (f == NULL || text == NULL) return 2;
  const size_t bytes = fread(text, 1, (1 << 24) - 1, f);
  const bool valid = bytes > 0 && strlen(text) == bytes && json_valid(text);
  (void)fclose(f);
  free(text);
  return valid ? 0 : 1;
}

static int count_rows(const char *kernel) {
  int count = 0;
  for (int32_t k = 0; favor_kernel_name(k) != NULL; k++) {
    if (strcmp(favor_kernel_name(k), kernel) != 0) continue;
    for (size_t e = 0; e < sizeof estimators / sizeof *estimators; e++)
      for (size_t c = 0; c < sizeof couplings / sizeof *couplings; c++)
        count += favor_combination(k, estimators[e], couplings[c]) == FAVOR_OK;
  }
  return count;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "json") == 0) return check_json(argv[2]);
  if (argc < 3 || strcmp(argv[1], "rows") != 0) return 2;
  int count = 0;
  for (int i = 2; i < argc; i++) count += count_rows(argv[i]);
  (void)printf("%d\n", count);
  return 0;
}
