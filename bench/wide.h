/* SPDX-License-Identifier: MIT */
/** What this core can do with its widest vectors, apart from the library's kernels: the yardsticks
 *  that its times are held against. */
#ifndef FAVOR_BENCH_WIDE_H
#define FAVOR_BENCH_WIDE_H

#include <stdint.h>

#include "favor/favor.h"

/** Multiply-adds that depend on nothing but themselves: the arithmetic limit of one core. Does at
 *  least `flops` flops and returns how many (a fused multiply-add counts two). */
double bench_wide_peak(favor_precision precision, double flops);

/** The instructions that it uses: "AVX-512", "AVX2", "128-bit". */
const char *bench_wide_name(void);

/** x[i] = exp(scale (x[i] - top)) for x[i] <= top, and 0 below the normal range; the exponent is
 *  rounded once, in the precision. Returns the sum. x has room to the next multiple of 16 elements,
 *  and the padding is written. */
double bench_wide_exp(favor_precision precision, int64_t n, void *x, double scale, double top);

/** The same in vectors of 128 bits, which are what the library's own kernels have. */
double bench_narrow_exp(favor_precision precision, int64_t n, void *x, double scale, double top);

#endif
