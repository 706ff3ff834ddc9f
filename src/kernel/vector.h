/* SPDX-License-Identifier: MIT */
/** Names and compiler differences of the kernel sources.
 *
 *  The .inc files of this folder are included once per precision, with FAVOR_BITS 32 or 64, by a
 *  file that has set, for the vectors of its instruction set,
 *
 *      FAVOR_VBYTES      bytes of a vector: 16, 32 or 64
 *      FAVOR_REGISTERS   vector registers: 16 or 32, from which the products take their blocking
 *
 *  and, where it has them, operations that C cannot say: FAVOR_LARGER_F32(a, b), a > b ? a : b and
 *  hence b where either is NaN; FAVOR_SMALLER_F32 alike; FAVOR_FMA_F32(a, b, c), a b + c rounded
 *  once; and the same in _F64. What is missing is built from comparisons and masks, or from a
 *  product and a sum. FAVOR_SPREAD says that products should copy numbers to all lanes beforehand.
 */
#ifndef FAVOR_KERNEL_VECTOR_H
#define FAVOR_KERNEL_VECTOR_H

#define FAVOR_INLINE inline __attribute__((always_inline))

/* Before a loop of few, constant trips over an array that is to live in registers. */
#if defined(__clang__)
#define FAVOR_UNROLL _Pragma("clang loop unroll(full)")
#else
#define FAVOR_UNROLL _Pragma("GCC unroll 16")
#endif

/* N(name) is name_f32 or name_f64. */
#define FAVOR_PASTE_(a, b) a##b
#define FAVOR_PASTE(a, b) FAVOR_PASTE_(a, b)
#define N(name) FAVOR_PASTE(name, SUFFIX)

#endif
