/* SPDX-License-Identifier: MIT */
#include "attention/stagnation.h"

#include "attention/model.h"

/** sum of gamma^i over i < n. */
static long double geometric(long double log_gamma, int64_t n) {
  return log_gamma == 0 ? (long double)n : expm1l(log_gamma * n) / expm1l(log_gamma);
}

double stagnation(favor_precision precision, int64_t steps, double log_gamma) {
  double x = 1.25, v = 1, out = 0, log_norm = 0;
  size_t need = 0;
  ref_feature q, k;
  model m;
  model_make_positive(&m, 1, 1, FAVOR_ISA_AUTO);
  model_features(&m, FAVOR_QUERY, 1, &x, &q);
  model_features(&m, FAVOR_KEY, 1, &x, &k);
  favor_state *state = state_new(m.map, 1, precision);
  assert_ok(favor_state_workspace(m.map, 1, precision, NULL, &need));
  const call_room room = dirty_room(need);
  void *xs = reals(precision, 1, &x), *vs = reals(precision, 1, &v),
       *outs = reals(precision, 1, &v);
  const matrix row = {xs, 1}, value = {vs, 1}, to = {outs, 1};
  for (int64_t i = 0; i < steps; i++) {
    if (i == steps / 2) real_set(precision, vs, 0, 0);
    if (log_gamma != 0) assert_ok(favor_state_decay(state, log_gamma));
    assert_ok(state_causal(precision, m.map, state, 1, row, row, value, to, &log_norm, room));
  }
  out = real_get(precision, outs, 0);
  const long double all = geometric(log_gamma, steps),
                    late = geometric(log_gamma, steps - steps / 2);
  const long double norm_error = fabsl(expm1l(log_norm - (q.log + k.log + logl(all))));
  const long double out_error = fabsl(out * all / (all - late) - 1);
  assert_int_equal(favor_state_count(state), steps);
  free(xs);
  free(vs);
  free(outs);
  free(room.work);
  favor_state_destroy(m.map, state);
  model_free(&m);
  return (double)fmaxl(norm_error, out_error);
}
