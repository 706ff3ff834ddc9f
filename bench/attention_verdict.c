/* SPDX-License-Identifier: MIT */
/** From which length on features are faster, and what to do with each set. */
#include <math.h>

#include "attention_blocks.h"

static bool same_map_and_mode(const attention_row *a, const attention_row *b) {
  return a->estimator == b->estimator && a->coupling == b->coupling &&
         a->fixed.mode == b->fixed.mode && a->fixed.precision == b->fixed.precision &&
         a->fixed.isa == b->fixed.isa && a->fixed.threads == b->fixed.threads &&
         a->fixed.projections == b->fixed.projections;
}

bool attention_same_but_length(const attention_run *run, const attention_row *a,
                               const attention_row *b) {
  const attention_set *x = &run->sets[a->fixed.set], *y = &run->sets[b->fixed.set];
  const bool synthetic = x->set.name[0] == '\0' && y->set.name[0] == '\0';
  return synthetic && same_map_and_mode(a, b) && a->fixed.stream == b->fixed.stream &&
         x->set.dim == y->set.dim && x->set.dv == y->set.dv && x->heads == y->heads &&
         fabs(x->norm - y->norm) <= 0;
}

/* The row of the next longer (or shorter) sequence of the same kind; NULL where there is none. */
static const attention_row *neighbour(const attention_run *run, const attention_row *row,
                                      bool longer) {
  const attention_row *found = NULL;
  for (int64_t i = 0; i < run->num_rows; i++) {
    const attention_row *other = &run->rows[i];
    if (!attention_same_but_length(run, row, other)) continue;
    if (longer ? other->n_k <= row->n_k : other->n_k >= row->n_k) continue;
    if (found == NULL || (longer ? other->n_k < found->n_k : other->n_k > found->n_k))
      found = other;
  }
  return found;
}

double attention_crossover(const attention_run *run, const attention_row *row) {
  const attention_row *shortest = row, *next;
  while ((next = neighbour(run, shortest, false)) != NULL) shortest = next;
  next = neighbour(run, shortest, true);
  if (next == NULL) return NAN;
  if (attention_speedup(shortest) >= 1) return 0;
  for (; next != NULL; shortest = next, next = neighbour(run, next, true)) {
    const double low = log(attention_speedup(shortest)), high = log(attention_speedup(next));
    if (high < 0) continue;
    const double t = -low / (high - low);
    return exp((1 - t) * log((double)shortest->n_k) + t * log((double)next->n_k));
  }
  return INFINITY;
}

/* The first of its kind: each kind is told once. */
static bool is_first(const attention_run *run, int64_t index) {
  for (int64_t i = 0; i < index; i++)
    if (attention_same_but_length(run, &run->rows[i], &run->rows[index])) return false;
  return true;
}

/* Where the question arises: exact attention does not see the weights of an adversarial stream. */
static bool may_pay(const attention_row *row) {
  return row->fixed.mode != ATTENTION_EXACT && row->fixed.stream == ATTENTION_BENIGN;
}

void attention_print_crossovers(const attention_run *run, FILE *out) {
  bool heading = false;
  for (int64_t i = 0; i < run->num_rows; i++) {
    const attention_row *row = &run->rows[i];
    const double length = may_pay(row) ? attention_crossover(run, row) : NAN;
    if (isnan(length) || !is_first(run, i)) continue;
    if (!heading) (void)fputs("\nFaster than exact attention\n", out);
    heading = true;
    (void)fprintf(out, "%s, %s, %s, F = %lld",
                  bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                  bench_name_of(bench_couplings, bench_num_couplings, row->coupling),
                  bench_name_of(attention_modes, attention_num_modes, row->fixed.mode),
                  (long long)row->features);
    attention_describe_run(run, row, out);
    (void)fputs(": ", out);
    if (length <= 0)
      (void)fputs("at every length measured\n", out);
    else if (isinf(length))
      (void)fputs("at no length measured\n", out);
    else
      (void)fprintf(out, "from %.0f keys on (%.1f F)\n", length, length / (double)row->features);
  }
}

void attention_print_streams(const attention_run *run, FILE *out) {
  bool heading = false;
  for (int64_t i = 0; i < run->num_rows; i++)
    for (int64_t j = 0; j < run->num_rows; j++) {
      const attention_row *bad = &run->rows[i], *good = &run->rows[j];
      if (bad->fixed.stream != ATTENTION_ADVERSARIAL || good->fixed.stream != ATTENTION_BENIGN ||
          bad->fixed.set != good->fixed.set || !same_map_and_mode(bad, good))
        continue;
      if (!heading) (void)fputs("\nAdversarial streams\n", out);
      heading = true;
      attention_describe(run, bad, out);
      attention_describe_run(run, bad, out);
      (void)fprintf(out, ": %s %s takes %.2f x the time of the benign stream\n",
                    bench_name_of(bench_estimators, bench_num_estimators, bad->estimator),
                    bench_name_of(bench_couplings, bench_num_couplings, bad->coupling),
                    bad->seconds_min / good->seconds_min);
    }
}

static bool is_positive(const attention_row *row) {
  favor_estimator_info info = {.size = sizeof info};
  return favor_estimator_get_info(row->estimator, &info) == FAVOR_OK && info.positive == 1;
}

/* The least error; among signed features only where there are no others. */
static const attention_row *best(const attention_run *run, attention_blocks block) {
  const attention_row *found = NULL;
  for (int64_t i = block.first; i < block.end; i++) {
    const attention_row *row = &run->rows[i];
    const bool better =
        found == NULL || is_positive(row) > is_positive(found) ||
        (is_positive(row) == is_positive(found) && row->output_median < found->output_median);
    if (better) found = row;
  }
  return found;
}

static void print_verdict(const attention_run *run, const attention_row *row, FILE *out) {
  const double error = row->output_median, speedup = attention_speedup(row);
  const double ratio = error / ATTENTION_GOOD_ERROR, needed = ratio * ratio;
  attention_describe(run, row, out);
  attention_describe_run(run, row, out);
  if (error <= ATTENTION_GOOD_ERROR && speedup >= ATTENTION_GOOD_SPEED)
    (void)fputs(": use it", out);
  else if (speedup >= ATTENTION_GOOD_SPEED * fmax(needed, 1))
    (void)fprintf(out, ": more features (about M = %.3g)", needed * (double)row->fixed.projections);
  else
    (void)fputs(": use exact", out);
  (void)fprintf(out, "; %s %s: output error %.2g, kernel error %.2g, %.3g x the speed of exact\n",
                bench_name_of(bench_estimators, bench_num_estimators, row->estimator),
                bench_name_of(bench_couplings, bench_num_couplings, row->coupling), error,
                row->kernel_median, speedup);
}

void attention_print_advice(const attention_run *run, FILE *out) {
  bool heading = false;
  for (int64_t i = 0; i < run->num_rows; i++) {
    const attention_row *row = &run->rows[i];
    if (row->advice.size == 0) continue;
    if (!heading) (void)fputs("\nAUTO\n", out);
    heading = true;
    attention_describe(run, row, out);
    attention_describe_run(run, row, out);
    (void)fputs(": ", out);
    bench_auto_print(&row->advice, row->output_median, "", out);
  }
}

void attention_print_verdicts(const attention_run *run, FILE *out) {
  bool heading = false;
  for (int64_t i = 0; i < run->num_rows;) {
    const attention_blocks block = attention_next_block(run, i);
    i = block.end;
    if (!may_pay(&run->rows[block.first])) continue;
    if (!heading) (void)fputs("\nVerdicts\n", out);
    heading = true;
    print_verdict(run, best(run, block), out);
  }
}
