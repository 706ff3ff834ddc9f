/* SPDX-License-Identifier: MIT */
#include "map/registry.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "node/target.h"

#define LIST_ESTIMATOR(name, symbol, value, title) &favor_estimator_##symbol,
#define LIST_COUPLING(name, symbol, value, title) &favor_coupling_##symbol,
static const favor_estimator *const estimators[] = {FAVOR_ESTIMATOR_LIST(LIST_ESTIMATOR)};
static const favor_coupling *const couplings[] = {FAVOR_COUPLING_LIST(LIST_COUPLING)};

enum {
  estimator_count = sizeof estimators / sizeof *estimators,
  coupling_count = sizeof couplings / sizeof *couplings
};

const favor_estimator *favor_estimator_find(int32_t id) {
  for (int i = 0; i < estimator_count; ++i) {
    if (estimators[i]->id == id) return estimators[i];
  }
  return NULL;
}

const favor_estimator *favor_estimator_of_leaf(int32_t id) {
  if (id == favor_gate_bump.id) return &favor_gate_bump;
  return id == favor_gate_sign.id ? &favor_gate_sign : favor_estimator_find(id);
}

const favor_estimator *favor_estimator_centred(void) {
  int i = 0;
  while (i + 1 < estimator_count && !estimators[i]->takes_centre) i += 1;
  return estimators[i];
}

const favor_estimator *favor_estimator_turning(void) {
  int i = 0;
  while (i + 1 < estimator_count && estimators[i]->form != FAVOR_FORM_TURN) i += 1;
  return estimators[i];
}

const favor_coupling *favor_coupling_find(int32_t id) {
  for (int i = 0; i < coupling_count; ++i) {
    if (couplings[i]->id == id) return couplings[i];
  }
  return NULL;
}

const favor_estimator *favor_estimator_best(int32_t kernel, bool statistics) {
  const favor_estimator *best = NULL;
  int best_rank = 0;
  for (int i = 0; i < estimator_count; ++i) {
    const favor_estimator *e = estimators[i];
    const int rank = statistics ? e->rank_statistics : e->rank_plain;
    if ((e->kernels >> kernel & 1) && rank > best_rank) {
      best = e;
      best_rank = rank;
    }
  }
  return best;
}

uint32_t favor_rows_refused(const favor_estimator *estimator, const favor_coupling *coupling) {
  return coupling->rows & estimator->refuses;
}

const favor_coupling *favor_coupling_best(const favor_estimator *estimator) {
  const bool even = favor_form_is_even(estimator->form);
  const favor_coupling *best = NULL;
  int best_rank = 0;
  for (int i = 0; i < coupling_count; ++i) {
    const int rank = even ? couplings[i]->rank_even : couplings[i]->rank_odd;
    if (favor_rows_refused(estimator, couplings[i])) continue;
    if (couplings[i]->exact && rank > best_rank) {
      best = couplings[i];
      best_rank = rank;
    }
  }
  return best;
}

const char *favor_estimator_name(int32_t estimator) {
  const favor_estimator *found = favor_estimator_find(estimator);
  return found ? found->name : NULL;
}

const char *favor_coupling_name(int32_t coupling) {
  const favor_coupling *found = favor_coupling_find(coupling);
  return found ? found->name : NULL;
}

/* Copy what the caller's struct has room for; `size` stands first in every info struct. */
static favor_status copy_info(void *to, const void *from, uint64_t known) {
  uint64_t size = 0;
  memcpy(&size, to, sizeof size);
  if (size == 0) size = known;
  if (!favor_struct_size_ok(size, known)) return FAVOR_ERR_STRUCT;
  memcpy(to, from, (size_t)known);
  memcpy(to, &size, sizeof size);
  return FAVOR_OK;
}

favor_status favor_estimator_get_info(int32_t estimator, favor_estimator_info *info) {
  const favor_estimator *found = favor_estimator_find(estimator);
  if (!info) return FAVOR_ERR_NULL;
  if (!found) return FAVOR_ERR_ENUM;
  const favor_estimator_info known = {
      .size = sizeof known,
      .kernels = found->kernels,
      .positive = found->positive,
      .unbiased = found->unbiased,
      .features_per_projection = (int32_t)favor_form_features(found->form),
      .wants_statistics = found->wants_statistics,
      .takes_tilt = found->takes_tilt,
      .takes_tilt_imag = found->takes_tilt_imag,
  };
  return copy_info(info, &known, sizeof known);
}

favor_status favor_coupling_get_info(int32_t coupling, favor_coupling_info *info) {
  const favor_coupling *found = favor_coupling_find(coupling);
  if (!info) return FAVOR_ERR_NULL;
  if (!found) return FAVOR_ERR_ENUM;
  favor_coupling_info known = {.size = sizeof known, .exact = found->exact};
  (void)snprintf(known.law, sizeof known.law, "%s", found->law);
  return copy_info(info, &known, sizeof known);
}

favor_status favor_combination(int32_t kernel, int32_t estimator, int32_t coupling) {
  const favor_estimator *e = favor_estimator_find(estimator);
  const favor_coupling *c = favor_coupling_find(coupling);
  if (!favor_target_find(kernel) || !e || !c) return FAVOR_ERR_ENUM;
  const bool valid = (e->kernels >> kernel & 1) && !favor_rows_refused(e, c);
  return valid ? FAVOR_OK : FAVOR_ERR_COMBINATION;
}
