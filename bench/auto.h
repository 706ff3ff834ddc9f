/* SPDX-License-Identifier: MIT */
/** What AUTO makes of a set: the forecast that a bench holds its measurement against. */
#ifndef FAVOR_BENCH_AUTO_H
#define FAVOR_BENCH_AUTO_H

#include "options.h"
#include "sets.h"

/** What is forecast. */
typedef struct bench_auto_case {
  int32_t kernel, recentre, mask;
  int64_t n_q, n_k, projections;
} bench_auto_case;

/** Let AUTO choose estimator and coupling for a set, with its values if it has any, and forecast them
 *  at exactly so many projections. Returns 0, or -1 with a message. */
int bench_auto_forecast(const bench_set *set, const bench_auto_case *asked, favor_forecast *out,
                        char message[BENCH_MESSAGE_BYTES]);

/** The text of a favor_verdict, "?" if it has none. */
const char *bench_verdict_text(int32_t verdict);

/** One line: what was chosen, forecast and measured (NAN: not; `of` what), and what to do. */
void bench_auto_print(const favor_forecast *forecast, double measured, const char *of, FILE *out);

#endif
