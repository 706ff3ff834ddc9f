/* SPDX-License-Identifier: MIT */
/** Own kernels on 512-bit vectors: AVX-512 as x86-64-v4 has it (F, BW, CD, DQ, VL). Where the compiler's
 *  target has no such thing the table is that of 128-bit vectors under another name, and never chosen. */
#include <stdint.h>
#include <string.h>

#include "kernel/table.h"
#include "kernel/vector.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) &&                      \
    defined(__AVX512DQ__) && defined(__AVX512VL__)
#include "kernel/vector512.h"
#else
#include "kernel/vector128.h"
#endif

#define TABLE_NAME favor_table_avx512
#define TABLE_ISA FAVOR_ISA_AVX512

static bool supported(void) {
#if FAVOR_VBYTES == 64
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

#define FAVOR_BITS 32
#include "kernel/micro.inc"

#define FAVOR_BITS 64
#include "kernel/micro.inc"
