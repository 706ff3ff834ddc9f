/* SPDX-License-Identifier: MIT */
/** The C library's allocation and thread functions, wrapped by the linker (--wrap) for this
 *  executable and the static library in it; BLAS, LAPACK and the C library keep their own. */
#ifndef FAVOR_TESTS_ROBUST_WRAPPED_H
#define FAVOR_TESTS_ROBUST_WRAPPED_H

#include "support/test.h"

/** From now on count, and let allocation number k fail; 0: none. Blocks of before are not
 *  counted. */
void wrapped_begin(int64_t fail_at);

/** Stop. True if the allocation that was to fail was asked for. */
bool wrapped_end(void);

/** Allocations since wrapped_begin. */
int64_t wrapped_calls(void);

/** Blocks taken since wrapped_begin and not given back, also after wrapped_end. */
int64_t wrapped_live(void);

/** From now on let thread creation number k fail; 0: none. */
void wrapped_threads_begin(int64_t fail_at);

/** Threads started since then and not joined. */
int64_t wrapped_threads_running(void);

/** True if the creation that was to fail was asked for. */
bool wrapped_threads_failed(void);

#endif
