/* SPDX-License-Identifier: MIT */
/** 128-bit vectors: what SSE2 and NEON have that C cannot say. Other targets make do without. */
#ifndef FAVOR_KERNEL_VECTOR128_H
#define FAVOR_KERNEL_VECTOR128_H

#define FAVOR_VBYTES 16

#if defined(__SSE2__)
#include <emmintrin.h>
/* The instructions return the second operand where either is NaN: this order is part of the meaning. */
#define FAVOR_LARGER_F32(a, b) _mm_max_ps(a, b)
#define FAVOR_LARGER_F64(a, b) _mm_max_pd(a, b)
#define FAVOR_SMALLER_F32(a, b) _mm_min_ps(a, b)
#define FAVOR_SMALLER_F64(a, b) _mm_min_pd(a, b)
#endif

/* Before AVX a number from memory takes two instructions to reach all lanes. */
#if defined(__SSE2__) && !defined(__AVX__)
#define FAVOR_SPREAD 1
#endif

#if defined(__aarch64__)
#include <arm_neon.h>
#define FAVOR_REGISTERS 32
#define FAVOR_FMA_F32(a, b, c)                                                                     \
  ((vector_f32)vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b)))
#define FAVOR_FMA_F64(a, b, c)                                                                     \
  ((vector_f64)vfmaq_f64((float64x2_t)(c), (float64x2_t)(a), (float64x2_t)(b)))
#else
#define FAVOR_REGISTERS 16
#endif

#endif
