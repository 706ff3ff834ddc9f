/* SPDX-License-Identifier: MIT */
/** Executors that no host would be, and count what they are asked for. */
#ifndef FAVOR_TESTS_ATTENTION_ADVERSARIES_H
#define FAVOR_TESTS_ATTENTION_ADVERSARIES_H

#include "support/executors.h"

/** What was asked of an executor. */
typedef struct adversary {
  favor_executor inner;
  int64_t calls, most; /* parallel_for calls, and the most tasks of one */
  uint64_t turn;
} adversary;

typedef enum adversary_kind {
  ADVERSARY_PLAIN,    /* as the inner executor */
  ADVERSARY_SHUFFLED, /* one after another in an order that differs each time */
  ADVERSARY_STARVED,  /* the first task begins when all others, on threads, have ended */
  ADVERSARIES
} adversary_kind;

/** An executor of that width over *a, which is set up and must outlive it. */
favor_executor adversary_executor(adversary *a, adversary_kind kind, int64_t width,
                                  test_order order);

#endif
