/* SPDX-License-Identifier: MIT */
/** Memory does not grow with the sequence: the workspace told, and the resident size of a fresh process. */
#define _POSIX_C_SOURCE 200809L /* popen */
#include "attention/trial.h"
#include "support/executors.h"

enum { D = 64, M = 256, SHORT = 4096, LONG = 65536 };

static favor_attention_desc shape(int64_t heads, int64_t length, int mask) {
  return plain(1, heads, length, length, D, D, (favor_mask)mask);
}

static void the_workspace_told_does_not_depend_on_the_length(void **state) {
  model m;
  (void)state;
  model_make_positive(&m, D, M, FAVOR_ISA_AUTO);
  const favor_map *maps[] = {m.map};
  for (int64_t heads = 1; heads <= 8; heads += 7)
    for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++)
      for (int64_t width = 1; width <= 3; width += 2) {
        const favor_executor executor = test_executor(width, TEST_FORWARD);
        const favor_attention_desc few = shape(heads, SHORT, mask), many = shape(heads, LONG, mask);
        size_t bytes[4] = {0, 0, 0, 0};
        assert_ok(favor_attention_workspace(1, maps, &few, FAVOR_F32, &executor, &bytes[0]));
        assert_ok(favor_attention_workspace(1, maps, &many, FAVOR_F32, &executor, &bytes[1]));
        assert_ok(favor_attention_exact_workspace(&few, FAVOR_F32, &executor, &bytes[2]));
        assert_ok(favor_attention_exact_workspace(&many, FAVOR_F32, &executor, &bytes[3]));
        assert_int_equal(bytes[0], bytes[1]);
        assert_int_equal(bytes[2], bytes[3]);
        assert_true(bytes[0] > 0 && bytes[2] > 0);
      }
  model_free(&m);
}

/** What a process of its own reports to have grown by. */
static int64_t growth(int mask, int64_t length) {
  char command[512];
  long long bytes = -1;
  snprintf(command, sizeof command, "'%s' %d %lld", FAVOR_TEST_GROWTH, mask, (long long)length);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  assert_int_equal(fscanf(pipe, "%lld", &bytes), 1);
  assert_int_equal(pclose(pipe), 0);
  assert_true(bytes >= 0);
  return bytes;
}

static void a_fresh_process_grows_by_less_than_four_megabytes_at_any_length(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  print_message("not measured: a sanitizer's own memory would be\n");
  skip();
#endif
  for (int mask = FAVOR_MASK_NONE; mask <= FAVOR_MASK_CAUSAL; mask++) {
    const int64_t few = growth(mask, SHORT), many = growth(mask, LONG);
    print_message("%s: %d KiB at length %d, %d KiB at %d\n", mask ? "causal" : "no mask",
                  (int)(few / 1024), SHORT, (int)(many / 1024), LONG);
    assert_true(many < 4 * 1024 * 1024);
    assert_true(llabs((long long)(many - few)) <= 256 * 1024);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_workspace_told_does_not_depend_on_the_length),
      cmocka_unit_test(a_fresh_process_grows_by_less_than_four_megabytes_at_any_length),
  };
  return cmocka_run_group_tests_name("attention memory", tests, NULL, NULL);
}
