/* SPDX-License-Identifier: MIT */
/** 512-bit vectors: what AVX-512 (F) has that C cannot say. */
#ifndef FAVOR_KERNEL_VECTOR512_H
#define FAVOR_KERNEL_VECTOR512_H

#include <immintrin.h>

#define FAVOR_VBYTES 64
#define FAVOR_REGISTERS 32

/* The instructions return the second operand where either is NaN: this order is part of the meaning. */
#define FAVOR_LARGER_F32(a, b) _mm512_max_ps(a, b)
#define FAVOR_LARGER_F64(a, b) _mm512_max_pd(a, b)
#define FAVOR_SMALLER_F32(a, b) _mm512_min_ps(a, b)
#define FAVOR_SMALLER_F64(a, b) _mm512_min_pd(a, b)
#define FAVOR_FMA_F32(a, b, c) _mm512_fmadd_ps(a, b, c)
#define FAVOR_FMA_F64(a, b, c) _mm512_fmadd_pd(a, b, c)

#endif
