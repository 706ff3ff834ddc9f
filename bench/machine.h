/* SPDX-License-Identifier: MIT */
/** What a result was measured on. */
#ifndef FAVOR_BENCH_MACHINE_H
#define FAVOR_BENCH_MACHINE_H

#include "table.h"

/** Facts about machine and versions, at most BENCH_MACHINE_FACTS. The texts live as long as the
 *  struct. */
#define BENCH_MACHINE_FACTS 6

typedef struct bench_machine {
  int num_facts;
  bench_fact facts[BENCH_MACHINE_FACTS];
  char processor[128], cores[32], system[128], compiler[64];
} bench_machine;

void bench_machine_read(bench_machine *machine);

#endif
