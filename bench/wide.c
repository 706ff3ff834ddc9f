/* SPDX-License-Identifier: MIT */
#include "wide.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* (ln 2)^k / k!: the series of 2^f. On |f| <= 1/2, 7 terms serve float and 13 double. */
static const double wide_series[] = {
    1,
    6.931471805599453e-01,
    2.402265069591007e-01,
    5.550410866482158e-02,
    9.618129107628477e-03,
    1.333355814642844e-03,
    1.540353039338161e-04,
    1.525273380405984e-05,
    1.321548679014431e-06,
    1.017808600923970e-07,
    7.054911620801123e-09,
    4.445538271870812e-10,
    2.567843599348820e-11,
    1.369148885390413e-12,
};

/* Results go here, so that they are wanted. */
static volatile double wide_sink;

#if defined(__x86_64__)
#define WIDE(name) name##_avx512_f32
#define WIDE_TARGET __attribute__((target("avx512f")))
#define WIDE_BYTES 64
#define WIDE_REAL float
#define WIDE_INT int32_t
#define WIDE_BITS 23
#define WIDE_LOWEST -126
#define WIDE_TERMS 7
#define WIDE_FMA(a, b, c) (WIDE(reals)) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#include "wide.inc"

#define WIDE(name) name##_avx512_f64
#define WIDE_TARGET __attribute__((target("avx512f")))
#define WIDE_BYTES 64
#define WIDE_REAL double
#define WIDE_INT int64_t
#define WIDE_BITS 52
#define WIDE_LOWEST -1022
#define WIDE_TERMS 13
#define WIDE_FMA(a, b, c) (WIDE(reals)) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#include "wide.inc"

#define WIDE(name) name##_avx2_f32
#define WIDE_TARGET __attribute__((target("avx2,fma")))
#define WIDE_BYTES 32
#define WIDE_REAL float
#define WIDE_INT int32_t
#define WIDE_BITS 23
#define WIDE_LOWEST -126
#define WIDE_TERMS 7
#define WIDE_FMA(a, b, c) (WIDE(reals)) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#include "wide.inc"

#define WIDE(name) name##_avx2_f64
#define WIDE_TARGET __attribute__((target("avx2,fma")))
#define WIDE_BYTES 32
#define WIDE_REAL double
#define WIDE_INT int64_t
#define WIDE_BITS 52
#define WIDE_LOWEST -1022
#define WIDE_TERMS 13
#define WIDE_FMA(a, b, c) (WIDE(reals)) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#include "wide.inc"
#endif

/* 128 bits are everywhere; the compiler fuses where the architecture always can. */
#if defined(__aarch64__)
#include <arm_neon.h>
#define FMA_F32(a, b, c) vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b))
#define FMA_F64(a, b, c) vfmaq_f64((float64x2_t)(c), (float64x2_t)(a), (float64x2_t)(b))
#else
#define FMA_F32(a, b, c) ((a) * (b) + (c))
#define FMA_F64(a, b, c) ((a) * (b) + (c))
#endif

#define WIDE(name) name##_v128_f32
#define WIDE_TARGET
#define WIDE_BYTES 16
#define WIDE_REAL float
#define WIDE_INT int32_t
#define WIDE_BITS 23
#define WIDE_LOWEST -126
#define WIDE_TERMS 7
#define WIDE_FMA(a, b, c) (WIDE(reals)) FMA_F32(a, b, c)
#include "wide.inc"

#define WIDE(name) name##_v128_f64
#define WIDE_TARGET
#define WIDE_BYTES 16
#define WIDE_REAL double
#define WIDE_INT int64_t
#define WIDE_BITS 52
#define WIDE_LOWEST -1022
#define WIDE_TERMS 13
#define WIDE_FMA(a, b, c) (WIDE(reals)) FMA_F64(a, b, c)
#include "wide.inc"

/* The widest vectors of this machine, in bytes. */
static int width(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return 64;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 32;
#endif
  return 16;
}

const char *bench_wide_name(void) {
  return width() == 64 ? "AVX-512" : (width() == 32 ? "AVX2" : "128-bit");
}

double bench_wide_peak(favor_precision precision, double flops) {
  const bool single = precision == FAVOR_F32;
#if defined(__x86_64__)
  if (width() == 64) return single ? peak_avx512_f32(flops) : peak_avx512_f64(flops);
  if (width() == 32) return single ? peak_avx2_f32(flops) : peak_avx2_f64(flops);
#endif
  return single ? peak_v128_f32(flops) : peak_v128_f64(flops);
}

static double exp_f32(int64_t n, float *x, double scale, double top) {
#if defined(__x86_64__)
  if (width() == 64) return exp_avx512_f32(n, x, scale, top);
  if (width() == 32) return exp_avx2_f32(n, x, scale, top);
#endif
  return exp_v128_f32(n, x, scale, top);
}

static double exp_f64(int64_t n, double *x, double scale, double top) {
#if defined(__x86_64__)
  if (width() == 64) return exp_avx512_f64(n, x, scale, top);
  if (width() == 32) return exp_avx2_f64(n, x, scale, top);
#endif
  return exp_v128_f64(n, x, scale, top);
}

double bench_wide_exp(favor_precision precision, int64_t n, void *x, double scale, double top) {
  return precision == FAVOR_F32 ? exp_f32(n, x, scale, top) : exp_f64(n, x, scale, top);
}

double bench_narrow_exp(favor_precision precision, int64_t n, void *x, double scale, double top) {
  return precision == FAVOR_F32 ? exp_v128_f32(n, x, scale, top) : exp_v128_f64(n, x, scale, top);
}
