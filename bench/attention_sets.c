/* SPDX-License-Identifier: MIT */
/** The sets that a command line asks for. */
#include <math.h>
#include <stdlib.h>

#include "attention.h"
#include "random.h"

static int add_heads(attention_run *run, char *message) {
  const attention_options *o = run->options;
  const double scale = o->scale.count > 0 ? o->scale.at[0] : 0;
  for (int i = 0; i < o->queries.count; i++) {
    attention_set *set = &run->sets[run->num_sets];
    if (bench_set_load(&set->set, o->queries.at[i], o->keys.at[i], o->values.at[i], scale, message,
                       BENCH_MESSAGE_BYTES) != 0)
      return -1;
    set->batch = set->heads = set->kv_heads = 1;
    set->n_q = set->set.num_queries;
    set->n_k = set->set.num_keys;
    set->norm = NAN;
    run->num_sets++;
  }
  return 0;
}

/* Values are normal: attention to them is then small beside each, the harder case for an error
 * relative to the output. */
static int add_values(bench_set *set, int64_t dv, uint64_t seed, char *message) {
  bench_random r = bench_random_start(seed, 4);
  set->dv = dv;
  set->v = malloc((size_t)(set->num_keys * dv) * sizeof *set->v);
  if (set->v == NULL) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %lld x %lld values",
                   (long long)set->num_keys, (long long)dv);
    return -1;
  }
  for (int64_t i = 0; i < set->num_keys * dv; i++) set->v[i] = bench_random_normal(&r);
  return 0;
}

static int add_one(attention_run *run, const bench_synthetic *wanted, int64_t heads, int64_t length,
                   int64_t dv, char *message) {
  const attention_options *o = run->options;
  attention_set *set = &run->sets[run->num_sets];
  if (bench_set_synthetic(&set->set, wanted, message, BENCH_MESSAGE_BYTES) != 0) return -1;
  run->num_sets++;
  set->batch = o->batch.at[0];
  set->heads = heads;
  set->kv_heads = o->kv_heads.count > 0 ? o->kv_heads.at[0] : heads;
  set->n_q = set->n_k = set->set.length = length;
  set->norm = wanted->norm;
  return add_values(&set->set, dv > 0 ? dv : wanted->dim, wanted->seed, message);
}

/* Lengths innermost: rows of the same kind then stand together for the crossover. */
static int add_synthetic(attention_run *run, char *message) {
  const attention_options *o = run->options;
  const int num_dv = o->dv.count > 0 ? o->dv.count : 1;
  for (int d = 0; d < o->dim.count; d++)
    for (int v = 0; v < num_dv; v++)
      for (int h = 0; h < o->heads.count; h++)
        for (int n = 0; n < o->norm.count; n++)
          for (int l = 0; l < o->length.count; l++) {
            const bench_synthetic wanted = {.dim = o->dim.at[d],
                                            .rows =
                                                o->batch.at[0] * o->heads.at[h] * o->length.at[l],
                                            .norm = o->norm.at[n],
                                            .sum_norm = NAN,
                                            .cosine = NAN,
                                            .scale = o->scale.count > 0 ? o->scale.at[0] : 0,
                                            .seed = (uint64_t)o->seed.at[0]};
            if (add_one(run, &wanted, o->heads.at[h], o->length.at[l],
                        o->dv.count > 0 ? o->dv.at[v] : 0, message) != 0)
              return -1;
          }
  return 0;
}

int attention_make_sets(attention_run *run, char message[BENCH_MESSAGE_BYTES]) {
  const attention_options *o = run->options;
  const int num_dv = o->dv.count > 0 ? o->dv.count : 1;
  const size_t most = (size_t)(o->queries.count + o->dim.count * num_dv * o->heads.count *
                                                      o->norm.count * o->length.count);
  run->sets = calloc(most, sizeof *run->sets);
  if (run->sets == NULL) {
    (void)snprintf(message, BENCH_MESSAGE_BYTES, "no memory for %zu sets", most);
    return -1;
  }
  if (add_heads(run, message) != 0) return -1;
  return o->synthetic ? add_synthetic(run, message) : 0;
}

void attention_free_sets(attention_run *run) {
  for (int i = 0; i < run->num_sets; i++) bench_set_free(&run->sets[i].set);
  free(run->sets);
  run->sets = NULL;
}

const char *attention_set_name(const attention_run *run, int set) {
  return run->sets[set].set.name[0] != '\0' ? run->sets[set].set.name : "synthetic";
}
