/* SPDX-License-Identifier: MIT */
/** What the kernel table should compute, element by element, in long double or exactly. */
#ifndef FAVOR_TESTS_SUPPORT_KERNEL_REFERENCE_H
#define FAVOR_TESTS_SUPPORT_KERNEL_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/** A sum of products and what its rounding errors are proportional to. */
typedef struct reference_sum {
  long double value;
  long double magnitude; /* the sum of the absolute values of all terms */
} reference_sum;

/** start + sum over k < n of a[k stride_a] b[k stride_b]. */
reference_sum reference_dot(int64_t n, const double *a, int64_t stride_a, const double *b,
                            int64_t stride_b, double start);

/** The same as one chain of multiply-adds in ascending order, every step rounded to float32 or
 *  float64, once (fused) or twice: the very bits. The operands are values of that precision. */
double reference_chain(int bits, bool fused, int64_t n, const double *a, int64_t stride_a,
                       const double *b, int64_t stride_b, double start);

/** u of the precision: half the distance from 1 to the next larger number. */
double reference_unit(int bits);

/** The distance between neighbours at |value| among normal numbers of the precision. */
long double reference_ulp(int bits, long double value);

/** |sum computed in any order - exact| is at most this for n terms and a start: (n + extra) u
 *  magnitude, with 1 % for the terms of second order. */
long double reference_sum_bound(int bits, int64_t n, int extra, reference_sum sum);

/** The nearest integer, ties to even. */
long double reference_nearest(long double t);

/** 2^(t + shift) without rounding t + shift. */
long double reference_exp2(double t, int64_t shift);

/** cos(2 pi t) and sin(2 pi t). */
long double reference_cosine_of_turn(double t);
long double reference_sine_of_turn(double t);

#endif
