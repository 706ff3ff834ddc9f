/* SPDX-License-Identifier: MIT */
/** What did you mean? The nearest valid words to one that is not valid. */
#ifndef FAVOR_BENCH_NEAREST_H
#define FAVOR_BENCH_NEAREST_H

#include <stddef.h>

/** Write the nearest of n candidates into text as "PREFIXfirst, PREFIXsecond", nearest first, at
 *  most three of them; returns how many. Near is within a third of the word's letters, two at
 *  least, counting swapped neighbours as one; or a candidate that the word begins. */
int bench_nearest(const char *word, int n, const char *const *candidates, const char *prefix,
                  char *text, size_t bytes);

#endif
