/* SPDX-License-Identifier: MIT */
/** A hostile but lawful allocator: counts, fails on request, hands out odd addresses and dirty
 *  memory. */
#ifndef FAVOR_TESTS_ROBUST_ALLOCATOR_H
#define FAVOR_TESTS_ROBUST_ALLOCATOR_H

#include <stdatomic.h>

#include "support/test.h"

/** Set up with all zero. Safe to share between threads. */
typedef struct test_allocator {
  atomic_llong calls;      /* allocations asked for */
  atomic_llong fail_at;    /* the call, counted from 1, that gets NULL; 0: none */
  atomic_llong live;       /* blocks not given back */
  atomic_llong live_bytes; /* their bytes */
  atomic_llong wrong;      /* frees of another size, of foreign memory, or twice */
} test_allocator;

/** The allocator by value. Its addresses are odd, since any alignment is promised to do; more
 *  than 1 GiB is refused. */
favor_allocator test_allocator_hook(test_allocator *allocator);

/** Let allocation number k, counted from now, fail; 0 stops failing. */
void test_allocator_fail_at(test_allocator *allocator, int64_t k);

/** True once the allocation that was to fail has been asked for. */
bool test_allocator_failed(const test_allocator *allocator);

/** Nothing is held and every free was right. */
void assert_balanced(const test_allocator *allocator);

#endif
