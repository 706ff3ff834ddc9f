/* SPDX-License-Identifier: MIT */
/** The sets that a command line asks for, and the pairs drawn from them. */
#include <math.h>
#include <stdlib.h>

#include "variance.h"

/* Synthetic sets have this many rows of each side. */
static const int64_t synthetic_rows = 512;

static double real_at(const bench_reals *list, int i) {
  return i < list->count ? list->at[i] : NAN;
}

/* How many values of a list a product of lists runs over: an empty list is one value, NAN. */
static int extent(const bench_reals *list) {
  return list->count > 0 ? list->count : 1;
}

static int add_heads(variance_run *run, char *message) {
  const variance_options *o = run->options;
  const double scale = o->scale.count > 0 ? o->scale.at[0] : 0;
  for (int i = 0; i < o->queries.count; i++) {
    const char *values = i < o->values.count ? o->values.at[i] : NULL;
    if (bench_set_load(&run->sets[run->num_sets], o->queries.at[i], o->keys.at[i], values, scale,
                       message, BENCH_MESSAGE_BYTES) != 0)
      return -1;
    run->num_sets++;
  }
  return 0;
}

static int add_synthetic(variance_run *run, char *message) {
  const variance_options *o = run->options;
  for (int d = 0; d < o->dim.count; d++)
    for (int n = 0; n < extent(&o->norm); n++)
      for (int s = 0; s < extent(&o->sum_norm); s++)
        for (int c = 0; c < extent(&o->cosine); c++) {
          const bench_synthetic wanted = {o->dim.at[d],           synthetic_rows,
                                          real_at(&o->norm, n),   real_at(&o->sum_norm, s),
                                          real_at(&o->cosine, c), real_at(&o->scale, 0),
                                          (uint64_t)o->seed.at[0]};
          bench_set *set = &run->sets[run->num_sets];
          if (bench_set_synthetic(set, &wanted, message, BENCH_MESSAGE_BYTES) != 0) return -1;
          set->length = o->length.at[0];
          run->num_sets++;
        }
  return 0;
}

static int draw_samples(variance_run *run, char *message) {
  const variance_options *o = run->options;
  for (int i = 0; i < run->num_sets; i++)
    if (!bench_sample_draw(&run->samples[i], &run->sets[i], o->draws.at[0], o->pairs.at[0],
                           (uint64_t)o->seed.at[0])) {
      (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for the pairs of a sample");
      return -1;
    }
  return 0;
}

int variance_make_sets(variance_run *run, char message[BENCH_MESSAGE_BYTES]) {
  const variance_options *o = run->options;
  const int most = o->queries.count +
                   o->dim.count * extent(&o->norm) * extent(&o->sum_norm) * extent(&o->cosine);
  run->sets = calloc((size_t)most, sizeof *run->sets);
  run->samples = calloc((size_t)most, sizeof *run->samples);
  if (run->sets == NULL || run->samples == NULL) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %d sets", most);
    return -1;
  }
  if (add_heads(run, message) != 0) return -1;
  if (o->synthetic && add_synthetic(run, message) != 0) return -1;
  return draw_samples(run, message);
}

const char *variance_set_name(const variance_run *run, int set) {
  return run->sets[set].name[0] != '\0' ? run->sets[set].name : "synthetic";
}

void variance_run_free(variance_run *run) {
  for (int i = 0; i < run->num_sets; i++) {
    bench_sample_free(&run->samples[i]);
    bench_set_free(&run->sets[i]);
  }
  free(run->sets);
  free(run->samples);
  free(run->rows);
}
