/* SPDX-License-Identifier: MIT */
/** What every test includes: cmocka with its prerequisites, and the checks that it lacks. */
#ifndef FAVOR_TESTS_SUPPORT_TEST_H
#define FAVOR_TESTS_SUPPORT_TEST_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "favor/favor.h"

/** The status is exactly `expected`; prints both names otherwise. */
#define assert_status(actual, expected)                                                            \
  do {                                                                                             \
    const int actual_ = (int)(actual), expected_ = (int)(expected);                                \
    if (actual_ != expected_) {                                                                    \
      print_error("%s is %s, expected %s\n", #actual, favor_status_name(actual_),                  \
                  favor_status_name(expected_));                                                   \
      fail();                                                                                      \
    }                                                                                              \
  } while (0)

#define assert_ok(actual) assert_status((actual), FAVOR_OK)

/** |a - b| <= tolerance, both finite; prints all three otherwise. */
#define assert_near(a, b, tolerance)                                                               \
  do {                                                                                             \
    const double a_ = (double)(a), b_ = (double)(b), tolerance_ = (double)(tolerance);             \
    if (!(fabs(a_ - b_) <= tolerance_)) {                                                          \
      print_error("%s = %.17g, %s = %.17g, apart by %.3g > %.3g\n", #a, a_, #b, b_, fabs(a_ - b_), \
                  tolerance_);                                                                     \
      fail();                                                                                      \
    }                                                                                              \
  } while (0)

#endif
