/* SPDX-License-Identifier: MIT */
/** Executors of every lawful kind: tasks one after another in three orders, and at once on
 *  threads. */
#ifndef FAVOR_TESTS_SUPPORT_EXECUTORS_H
#define FAVOR_TESTS_SUPPORT_EXECUTORS_H

#include "favor/favor.h"

typedef enum test_order {
  TEST_FORWARD,
  TEST_REVERSED,
  TEST_EVEN_FIRST,
  TEST_THREADS,
  TEST_ORDERS
} test_order;

/** An executor of the given width that runs tasks in this order; stateless. */
favor_executor test_executor(int64_t width, test_order order);

#endif
