/* SPDX-License-Identifier: MIT */
/** What a block is made of: its rows with their maps and jobs, and its yardsticks. */
#include <math.h>
#include <string.h>

#include "attention_block.h"

int attention_refuse(const attention_block *b, const char *what, const char *why) {
  (void)snprintf(b->message, BENCH_MESSAGE_BYTES, "%s: %s: %s",
                 attention_set_name(b->run, b->fixed->set), what, why);
  return -1;
}

int attention_count(const attention_options *options) {
  int count = 0;
  if (options->automatic.at[0] == FAVOR_ON) return 1;
  for (int e = 0; e < options->estimator.count; e++)
    for (int c = 0; c < options->coupling.count; c++)
      count += favor_combination(FAVOR_KERNEL_SOFTMAX, (int32_t)options->estimator.at[e],
                                 (int32_t)options->coupling.at[c]) == FAVOR_OK;
  return count;
}

void attention_blank_row(const attention_block *b, attention_row *row) {
  const attention_set *set = &b->run->sets[b->fixed->set];
  memset(row, 0, sizeof *row);
  row->fixed = *b->fixed;
  row->fixed.executor = NULL;
  row->n_q = b->data.tokens > 0 ? b->data.tokens : set->n_q;
  row->n_k = set->n_k;
  row->seconds_min = row->seconds_median = row->gemms_seconds = row->exact_seconds = NAN;
  row->output_median = row->output_worst = row->output_stderr = NAN;
  row->kernel_median = row->kernel_worst = row->over_bound = NAN;
}

static int make_map(const attention_block *b, const attention_row *row, favor_map **out) {
  const bench_set *set = &b->run->sets[b->fixed->set].set;
  favor_map_opts opts;
  favor_report report;
  (void)favor_report_init(&report);
  (void)favor_map_opts_init(&opts);
  opts.dim = set->dim;
  opts.projections = b->fixed->projections;
  opts.estimator = row->estimator;
  opts.coupling = row->coupling;
  opts.isa = b->fixed->isa;
  opts.scale = set->scale;
  opts.seed = (uint64_t)b->run->options->seed.at[0];
  opts.stats = set->stats;
  opts.report = &report;
  return favor_map_create(&opts, out) == FAVOR_OK
             ? 0
             : attention_refuse(
                   b, bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                   report.message);
}

static int start_gemms(const attention_block *b, const attention_row *row, bench_blas *blas) {
  const attention_set *set = &b->run->sets[b->fixed->set];
  *blas = (bench_blas){.precision = b->data.precision,
                       .desc = b->data.desc,
                       .q = b->data.q,
                       .k = b->data.k,
                       .v = b->data.v,
                       .out = b->data.out,
                       .projections = b->fixed->projections,
                       .features = row->features,
                       .streams = b->data.tokens > 0 ? set->batch * set->heads : 0,
                       .tokens = b->data.tokens,
                       .executor = b->fixed->executor};
  return bench_blas_start(blas) ? 0 : attention_refuse(b, "the bare products", "no memory");
}

static int make_row(attention_block *b, int32_t estimator, int32_t coupling) {
  attention_row *row = &b->rows[b->count];
  favor_map **map = &b->maps[b->count];
  attention_job *job = &b->features[b->count];
  attention_blank_row(b, row);
  row->estimator = estimator;
  row->coupling = coupling;
  if (make_map(b, row, map) != 0) return -1;
  row->features = favor_map_features(*map);
  *job = (attention_job){.data = &b->data, .fixed = b->fixed, .map = *map};
  b->count++;
  const favor_status status = attention_job_start(job);
  if (status != FAVOR_OK) return attention_refuse(b, "attention", favor_strerror(status));
  row->flops = attention_job_flops(job);
  row->extra_bytes = (double)(job->work_bytes + job->block_bytes);
  return start_gemms(b, row, &b->gemms[b->count - 1]);
}

/* Decoding sees what causal attention sees. */
static int make_auto_row(attention_block *b) {
  const attention_set *set = &b->run->sets[b->fixed->set];
  const bool masked = b->fixed->mode != ATTENTION_BIDIRECTIONAL;
  const bench_auto_case asked = {.kernel = FAVOR_KERNEL_SOFTMAX,
                                 .mask = masked ? FAVOR_MASK_CAUSAL : FAVOR_MASK_NONE,
                                 .n_q = set->n_q,
                                 .n_k = set->n_k,
                                 .projections = b->fixed->projections};
  favor_forecast advice;
  if (bench_auto_forecast(&set->set, &asked, &advice, b->message) != 0 ||
      make_row(b, advice.estimator, advice.coupling) != 0)
    return -1;
  b->rows[b->count - 1].advice = advice;
  return 0;
}

int attention_make_rows(attention_block *b) {
  const attention_options *o = b->run->options;
  if (o->automatic.at[0] == FAVOR_ON) return make_auto_row(b);
  for (int e = 0; e < o->estimator.count; e++)
    for (int c = 0; c < o->coupling.count; c++) {
      const int32_t estimator = (int32_t)o->estimator.at[e], coupling = (int32_t)o->coupling.at[c];
      if (favor_combination(FAVOR_KERNEL_SOFTMAX, estimator, coupling) != FAVOR_OK) continue;
      if (make_row(b, estimator, coupling) != 0) return -1;
    }
  return 0;
}

/* ---- Exact attention, by the library and by the BLAS ------------------------------------------- */

static bool start_exact_blas(attention_block *b, bench_blas *blas, bool products, bool exponentials,
                             bool narrow) {
  const bench_set *set = &b->run->sets[b->fixed->set].set;
  *blas = (bench_blas){.precision = b->data.precision,
                       .desc = b->exact.desc,
                       .q = attention_at(&b->data, b->data.q, b->exact.first, set->dim),
                       .k = b->data.k,
                       .v = b->data.v,
                       .out = attention_at(&b->data, b->data.exact_out, b->exact.first, set->dv),
                       .scale = set->scale,
                       .tokens = b->data.tokens,
                       .products = products,
                       .exponentials = exponentials,
                       .narrow = narrow,
                       .executor = b->fixed->executor};
  return bench_blas_start(blas);
}

int attention_start_exact(attention_block *b) {
  b->exact = (attention_exact_job){.data = &b->data, .fixed = b->fixed};
  const favor_status status = attention_exact_start(&b->exact);
  if (status != FAVOR_OK) return attention_refuse(b, "exact attention", favor_strerror(status));
  return start_exact_blas(b, &b->blas_exact, true, true, false) &&
                 start_exact_blas(b, &b->products, true, false, false) &&
                 start_exact_blas(b, &b->exponentials, false, true, false) &&
                 start_exact_blas(b, &b->narrow, false, true, true)
             ? 0
             : attention_refuse(b, "exact attention on the BLAS", "no memory");
}
