/* SPDX-License-Identifier: MIT */
/** Own kernels on 256-bit vectors: AVX2 and FMA. Where the compiler's target has no such thing the
 *  table is that of 128-bit vectors under another name, and never chosen. */
#include <stdint.h>
#include <string.h>

#include "kernel/table.h"
#include "kernel/vector.h"

#if defined(__AVX2__) && defined(__FMA__)
#include "kernel/vector256.h"
#else
#include "kernel/vector128.h"
#endif

#define TABLE_NAME favor_table_avx2
#define TABLE_ISA FAVOR_ISA_AVX2

static bool supported(void) {
#if defined(__AVX2__) && defined(__FMA__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

#define FAVOR_BITS 32
#include "kernel/micro.inc"

#define FAVOR_BITS 64
#include "kernel/micro.inc"
