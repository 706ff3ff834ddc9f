/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/alloc.h"

/* An allocator that gives memory at a chosen offset from alignment and writes down what it is
 * asked. */
typedef struct recorder {
  size_t offset;
  int allocs, frees;
  void *given, *taken;
  size_t asked, returned;
  bool refuse;
} recorder;

static void *record_alloc(void *ctx, size_t bytes) {
  recorder *r = ctx;
  r->allocs++;
  r->asked = bytes;
  if (r->refuse) return NULL;
  size_t whole;
  assert_true(favor_size_round(bytes + 64, 64, &whole));
  unsigned char *raw = aligned_alloc(64, whole);
  assert_non_null(raw);
  r->given = raw + r->offset;
  return r->given;
}

static void record_free(void *ctx, void *p, size_t bytes) {
  recorder *r = ctx;
  r->frees++;
  r->taken = p;
  r->returned = bytes;
  free((unsigned char *)p - r->offset);
}

static favor_allocator recording(recorder *r) {
  return (favor_allocator){.alloc = record_alloc, .free = record_free, .ctx = r};
}

static void memory_is_aligned_whatever_the_allocator_returns(void **state) {
  (void)state;
  for (size_t offset = 0; offset < 64; offset++) {
    recorder r = {.offset = offset};
    const favor_allocator allocator = recording(&r);
    unsigned char *p = favor_alloc(&allocator, 100);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % FAVOR_ALIGNMENT, 0);
    /* All of it lies within what was asked for. */
    assert_true(p > (unsigned char *)r.given);
    assert_true(p + 100 <= (unsigned char *)r.given + r.asked);
    memset(p, 0xA5, 100);
    favor_free(&allocator, p);
    assert_int_equal(r.frees, 1);
    assert_ptr_equal(r.taken, r.given);
    assert_int_equal(r.returned, r.asked);
  }
}

static void sizes_that_would_wrap_are_not_asked_for(void **state) {
  (void)state;
  recorder r = {0};
  const favor_allocator allocator = recording(&r);
  for (size_t less = 0; less < 64; less++) assert_null(favor_alloc(&allocator, SIZE_MAX - less));
  assert_int_equal(r.allocs, 0);
}

static void a_refused_allocation_is_null(void **state) {
  (void)state;
  recorder r = {.refuse = true};
  const favor_allocator allocator = recording(&r);
  assert_null(favor_alloc(&allocator, 1));
  favor_free(&allocator, NULL);
  assert_int_equal(r.frees, 0);
}

static void an_allocator_may_live_in_its_own_block(void **state) {
  (void)state;
  recorder r = {.offset = 8};
  const favor_allocator allocator = recording(&r);
  favor_allocator *inside = favor_alloc(&allocator, sizeof *inside);
  assert_non_null(inside);
  *inside = allocator;
  favor_free(inside, inside);
  assert_int_equal(r.frees, 1);
}

static void no_allocator_means_malloc(void **state) {
  (void)state;
  const favor_allocator zero = {0};
  const favor_allocator *none[] = {NULL, &zero};
  for (int i = 0; i < 2; i++) {
    favor_allocator resolved = {0};
    assert_ok(favor_allocator_resolve(none[i], &resolved));
    unsigned char *p = favor_alloc(&resolved, 1000);
    assert_non_null(p);
    memset(p, 0xA5, 1000);
    favor_free(&resolved, p);
  }
}

static void half_an_allocator_is_refused(void **state) {
  (void)state;
  recorder r = {0};
  favor_allocator half = recording(&r), out = {0}, zero = {0};
  half.free = NULL;
  assert_status(favor_allocator_resolve(&half, &out), FAVOR_ERR_VALUE);
  half = recording(&r);
  half.alloc = NULL;
  assert_status(favor_allocator_resolve(&half, &out), FAVOR_ERR_VALUE);
  assert_memory_equal(&out, &zero, sizeof out);
  half = recording(&r);
  assert_ok(favor_allocator_resolve(&half, &out));
  assert_memory_equal(&out, &half, sizeof out);
}

/* A layout of three pieces, as code with an arena writes it. */
static void take_three(favor_arena *arena, void *pieces[3]) {
  pieces[0] = favor_arena_take(arena, 3, 5, 8);  /* 120 bytes: 128 */
  pieces[1] = favor_arena_take(arena, 1, 1, 1);  /* 64 */
  pieces[2] = favor_arena_take(arena, 16, 1, 4); /* 64 */
}

static void counting_and_using_an_arena_agree(void **state) {
  (void)state;
  void *pieces[3];
  favor_arena count = favor_arena_counting();
  take_three(&count, pieces);
  assert_false(count.failed);
  assert_int_equal(count.used, 256);
  for (int i = 0; i < 3; i++) assert_null(pieces[i]);

  unsigned char *block = aligned_alloc(64, count.used);
  assert_non_null(block);
  favor_arena arena = favor_arena_over(block, count.used);
  take_three(&arena, pieces);
  assert_false(arena.failed);
  assert_int_equal(arena.used, count.used);
  assert_ptr_equal(pieces[0], block);
  assert_ptr_equal(pieces[1], block + 128);
  assert_ptr_equal(pieces[2], block + 192);
  free(block);
}

static void an_arena_that_is_too_small_stays_failed(void **state) {
  (void)state;
  void *pieces[3];
  unsigned char *block = aligned_alloc(64, 256);
  assert_non_null(block);
  favor_arena arena = favor_arena_over(block, 255);
  take_three(&arena, pieces);
  assert_true(arena.failed);
  assert_ptr_equal(pieces[1], block + 128);
  assert_null(pieces[2]);
  assert_null(favor_arena_take(&arena, 1, 1, 1)); /* would fit: 192 are used */
  assert_int_equal(arena.used, 192);
  free(block);
}

static void an_arena_refuses_shapes_that_wrap(void **state) {
  (void)state;
  const int64_t shapes[][2] = {{-1, 1}, {1, -1}, {INT64_MAX, INT64_MAX}, {INT64_MAX, 2}};
  for (size_t i = 0; i < 4; i++) {
    favor_arena arena = favor_arena_counting();
    assert_null(favor_arena_take(&arena, shapes[i][0], shapes[i][1], 8));
    assert_true(arena.failed);
    assert_int_equal(arena.used, 0);
  }
  favor_arena arena = favor_arena_counting();
  assert_null(favor_arena_take(&arena, INT64_MAX, 1, 1));
  assert_false(arena.failed);
  assert_null(favor_arena_take(&arena, INT64_MAX, 1, 1));
  assert_true(arena.failed); /* each fits, the sum does not */
}

static void an_offset_is_where_the_next_piece_will_lie(void **state) {
  (void)state;
  favor_arena arena = favor_arena_counting();
  assert_int_equal(favor_arena_offset(&arena), 0);
  favor_arena_take(&arena, 65, 1, 1);
  assert_int_equal(favor_arena_offset(&arena), 128);
  favor_arena_take(&arena, 0, 7, 8);
  assert_int_equal(favor_arena_offset(&arena), 128);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_aligned_whatever_the_allocator_returns),
      cmocka_unit_test(sizes_that_would_wrap_are_not_asked_for),
      cmocka_unit_test(a_refused_allocation_is_null),
      cmocka_unit_test(an_allocator_may_live_in_its_own_block),
      cmocka_unit_test(no_allocator_means_malloc),
      cmocka_unit_test(half_an_allocator_is_refused),
      cmocka_unit_test(counting_and_using_an_arena_agree),
      cmocka_unit_test(an_arena_that_is_too_small_stays_failed),
      cmocka_unit_test(an_arena_refuses_shapes_that_wrap),
      cmocka_unit_test(an_offset_is_where_the_next_piece_will_lie),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
