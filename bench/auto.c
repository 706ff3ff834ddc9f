/* SPDX-License-Identifier: MIT */
#include "auto.h"

#include <math.h>

#include "names.h"

static favor_status forecast(const bench_set *set, const favor_problem *problem,
                             const favor_map_opts *opts, favor_forecast *out) {
  out->size = sizeof *out;
  return favor_forecast_f64(opts, problem, set->num_queries, set->q, set->dim, set->num_keys,
                            set->k, set->dim, set->v, set->dv, out);
}

int bench_auto_forecast(const bench_set *set, const bench_auto_case *asked, favor_forecast *out,
                        char message[BENCH_MESSAGE_BYTES]) {
  favor_map_opts opts;
  favor_problem problem;
  favor_report report;
  (void)favor_report_init(&report);
  (void)favor_map_opts_init(&opts);
  (void)favor_problem_init(&problem);
  problem.n_q = asked->n_q;
  problem.n_k = asked->n_k;
  problem.mask = asked->mask;
  problem.dv = set->dv; /* 0 without values: the default */
  opts.dim = set->dim;
  opts.scale = set->scale;
  opts.kernel = asked->kernel;
  opts.recentre = asked->recentre;
  opts.projections = asked->projections;
  opts.report = &report;
  favor_status status = forecast(set, &problem, &opts, out);
  if (status >= 0 && out->projections != asked->projections) {
    /* AUTO keeps F; benches compare at equal M. */
    opts.estimator = out->estimator;
    opts.coupling = out->coupling;
    status = forecast(set, &problem, &opts, out);
  }
  if (status >= 0) return 0;
  (void)snprintf(message, BENCH_MESSAGE_BYTES, "AUTO: %s",
                 report.message[0] != '\0' ? report.message : favor_strerror(status));
  return -1;
}

#define TEXT(name, symbol, value, text)                                                            \
  case value:                                                                                      \
    return text;
const char *bench_verdict_text(int32_t verdict) {
  switch (verdict) {
    FAVOR_VERDICT_LIST(TEXT)
  default:
    return "?";
  }
}

void bench_auto_print(const favor_forecast *forecast, double measured, const char *of, FILE *out) {
  (void)fprintf(out, "%s with %s rows: output error %.3g forecast (%.3g to %.3g)",
                bench_name_of(bench_estimators, bench_num_estimators, forecast->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, forecast->coupling),
                forecast->output_error, forecast->output_error_low, forecast->output_error_high);
  if (!isnan(measured)) (void)fprintf(out, ", %.3g measured%s", measured, of);
  (void)fprintf(out, ": %s", bench_verdict_text(forecast->verdict));
  if (forecast->projections_for_target > 0)
    (void)fprintf(out, "; an error of 0.2 takes M of about %lld",
                  (long long)forecast->projections_for_target);
  (void)fputc('\n', out);
}
