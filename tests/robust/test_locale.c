/* SPDX-License-Identifier: MIT */
/* What the library writes does not depend on the locale: JSON has decimal points in Germany too. */
#include "robust/locale_file.h"
#include "robust/maps.h"

/* A map whose description has fractions: scale, tilt and all that follows from them. */
static favor_map *make_map(void) {
  const map_case gerf = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_GERF, FAVOR_COUPLING_IID,
                         FAVOR_ISA_BLAS};
  return map_case_create(&gerf, 5, 6, NULL, NULL);
}

static void a_description_has_the_same_bytes_in_every_locale(void **state) {
  (void)state;
  char plain[1024], comma[1024];
  favor_map *map = make_map();
  assert_ok(favor_map_describe(map, plain, sizeof plain));
  if (!comma_locale_begin()) {
    favor_map_destroy(map);
    skip();
  }
  assert_ok(favor_map_describe(map, comma, sizeof comma));
  favor_map *made_there = make_map();
  comma_locale_end();
  assert_non_null(strstr(plain, "0.5"));
  assert_string_equal(comma, plain);
  assert_ok(favor_map_describe(made_there, comma, sizeof comma));
  assert_string_equal(comma, plain);
  favor_map_destroy(made_there);
  favor_map_destroy(map);
}

static void the_environment_names_the_instruction_set_in_every_locale(void **state) {
  (void)state;
  favor_map_opts opts;
  favor_map *map = NULL;
  if (!comma_locale_begin()) skip();
  assert_ok(favor_map_opts_init(&opts));
  opts.dim = 2;
  opts.projections = 2;
  assert_int_equal(setenv("FAVOR_ISA", "baseline", 1), 0);
  assert_ok(favor_map_create(&opts, &map));
  unsetenv("FAVOR_ISA");
  comma_locale_end();
  favor_map_destroy(map);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_description_has_the_same_bytes_in_every_locale),
      cmocka_unit_test(the_environment_names_the_instruction_set_in_every_locale),
  };
  return cmocka_run_group_tests_name("locale", tests, NULL, NULL);
}
