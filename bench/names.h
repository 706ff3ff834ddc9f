/* SPDX-License-Identifier: MIT */
/** The lists of favor/lists.h as names on a command line: a new member is there by existing. */
#ifndef FAVOR_BENCH_NAMES_H
#define FAVOR_BENCH_NAMES_H

#include "options.h"

extern const bench_name bench_kernels[], bench_estimators[], bench_couplings[], bench_isas[];
extern const int bench_num_kernels, bench_num_estimators, bench_num_couplings, bench_num_isas;

/** f32, f64; and on, off. */
extern const bench_name bench_precisions[], bench_switches[];
extern const int bench_num_precisions, bench_num_switches;

/** The name of a value, "?" if it has none. */
const char *bench_name_of(const bench_name *names, int count, int64_t value);

/** Keep the instruction sets that this machine has: one that it lacks is passed over among several,
 *  which standard error is told, and refused by itself. Returns 0, or -1 with a message. */
int bench_keep_isas(bench_ints *isas, char message[BENCH_MESSAGE_BYTES]);

#endif
