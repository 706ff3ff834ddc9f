/* SPDX-License-Identifier: MIT */
/** Own kernels on the 128-bit vectors that the target always has: SSE2, NEON, or what the compiler
 *  makes of them elsewhere. */
#include <stdint.h>
#include <string.h>

#include "kernel/table.h"
#include "kernel/vector.h"
#include "kernel/vector128.h"

#define TABLE_NAME favor_table_baseline
#define TABLE_ISA FAVOR_ISA_BASELINE

static bool supported(void) {
  return true;
}

#define FAVOR_BITS 32
#include "kernel/micro.inc"

#define FAVOR_BITS 64
#include "kernel/micro.inc"
