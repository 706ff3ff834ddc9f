/* SPDX-License-Identifier: MIT */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* secure_getenv */
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "kernel/table.h"

typedef struct row {
  const char *name;
  const favor_table *table[2];
} row;

#define ROW(name, symbol, value, text)                                                             \
  {#symbol, {&favor_table_##symbol##_f32, &favor_table_##symbol##_f64}},
#define NAME(name, symbol, value, text) ", " #symbol

static const row rows[] = {FAVOR_ISA_LIST(ROW)};
static const int row_count = (int)(sizeof rows / sizeof rows[0]);
static const char names[] = "auto" FAVOR_ISA_LIST(NAME);

static const row *find_isa(int32_t isa) {
  for (int i = 0; i < row_count; ++i) {
    if (rows[i].table[0]->isa == isa) return &rows[i];
  }
  return NULL;
}

static const row *find_name(const char *name) {
  for (int i = 0; i < row_count; ++i) {
    if (strcmp(rows[i].name, name) == 0) return &rows[i];
  }
  return NULL;
}

/* The widest vectors that this processor computes with, by features and never by family. */
static int64_t widest_vectors(void) {
#if defined(__x86_64__) || defined(__i386__)
  if (__builtin_cpu_supports("avx512f")) return 64;
  if (__builtin_cpu_supports("avx2")) return 32;
#endif
  return 16;
}

/* Own kernels where they use all of this processor; narrower ones would lose to a BLAS that does. */
static const row *find_best(void) {
  const int64_t widest = widest_vectors();
  const row *library = NULL;
  for (int i = 0; i < row_count; ++i) {
    const favor_table *table = rows[i].table[0];
    if (!table->supported()) continue;
    if (table->vector_bytes == widest) return &rows[i];
    if (table->vector_bytes == 0) library = &rows[i];
  }
  return library;
}

/* NULL where it is unset, empty, or the process must not trust its environment. */
static const char *environment(void) {
#if defined(__linux__)
  const char *value = secure_getenv("FAVOR_ISA");
#else
  const char *value = NULL; /* no safe way to read it is known here */
#endif
  return value && value[0] && strcmp(value, "auto") != 0 ? value : NULL;
}

favor_status favor_table_select(int32_t isa, favor_report *report, const favor_table *out[2]) {
  const char *asked = isa == FAVOR_ISA_AUTO ? environment() : NULL;
  const row *found = NULL;
  if (asked) {
    found = find_name(asked);
    if (!found) {
      return favor_fail(report, FAVOR_ERR_ISA, "isa", "FAVOR_ISA is \"%.40s\"; there are %s", asked,
                        names);
    }
  } else if (isa == FAVOR_ISA_AUTO) {
    found = find_best();
  } else {
    found = find_isa(isa);
    if (!found) {
      return favor_fail(report, FAVOR_ERR_ENUM, "isa", "%d is none of %s", (int)isa, names);
    }
  }
  if (!found || !found->table[0]->supported()) {
    return favor_fail(report, FAVOR_ERR_ISA, "isa", "this processor does not run %s; there are %s",
                      found ? found->name : "any", names);
  }
  out[FAVOR_F32] = found->table[FAVOR_F32];
  out[FAVOR_F64] = found->table[FAVOR_F64];
  return FAVOR_OK;
}

favor_status favor_isa_check(int32_t isa) {
  const favor_table *tables[2];
  return favor_table_select(isa, NULL, tables) == FAVOR_OK ? FAVOR_OK : FAVOR_ERR_ISA;
}

const char *favor_isa_name(int32_t isa) {
  const row *found = find_isa(isa);
  return found ? found->name : NULL;
}
