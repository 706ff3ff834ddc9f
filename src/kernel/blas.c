/* SPDX-License-Identifier: MIT */
/** Tiles on CBLAS GEMM: there on every machine, and what the own kernels are held against. */
#include <stdint.h>
#include <string.h>

#include "base/linalg.h"
#include "kernel/table.h"
#include "kernel/vector.h"
#include "kernel/vector128.h"

#define TABLE_NAME favor_table_blas
#define TABLE_ISA FAVOR_ISA_BLAS

static bool supported(void) {
  return true;
}

#define FAVOR_BITS 32
#include "kernel/blas.inc"

#define FAVOR_BITS 64
#include "kernel/blas.inc"
