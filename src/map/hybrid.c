/* SPDX-License-Identifier: MIT */
/* Hybrid maps: two estimates of one kernel, P positive and R signed, weighted by a gate that is
 * estimated too, on a draw of its own.
 *
 *     angular    lambda P + (1 - lambda) R, lambda = t / pi = (1 - S) / 2, S the kernel of sign features:
 *                P / 2 + R / 2 - S P / 2 + S R / 2
 *     Gaussian   L R + (1 - L) P, L = exp(-|x - y|^2 / (2 width^2)) by trigonometric features:
 *                P + L R - L P
 *
 *     clusters   sum_k G_k C_k + (1 - sum_k G_k) P, G_k a bump of each side, of one feature:
 *                P + sum_k (G_k C_k - G_k P)
 *
 * Gates and their complements are the same features with other signs, so that the weights sum to one
 * exactly, whatever the draw. Source: Choromanski et al. 2021, Hybrid Random Features, arXiv
 * 2110.04367. (The authors' notebook swaps the weights of the angular hybrid: still unbiased, with a
 * variance that is far larger.) */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "map/registry.h"
#include "map/resolve.h"
#include "map/sum.h"

/* Of clusters: the positive base, then each one's base and gate. */
enum { POSITIVE, SIGNED, GATE, CLUSTERS_MOST = (FAVOR_NODE_LEAVES - 1) / 2 };

typedef struct favor_mix {
  const favor_map_opts *base;
  const favor_hybrid_opts *hybrid;
  favor_map *part[FAVOR_NODE_LEAVES];
} favor_mix;

favor_status favor_hybrid_opts_init_sized(favor_hybrid_opts *opts, uint64_t size) {
  static const uint64_t first_size = sizeof(favor_hybrid_opts);
  if (!opts) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(size, first_size)) return FAVOR_ERR_STRUCT;
  memset(opts, 0, sizeof *opts);
  opts->size = size;
  opts->gate = FAVOR_GATE_ANGULAR;
  opts->gate_projections = 8;
  opts->width = 1;
  return FAVOR_OK;
}

static favor_status check_clusters(const favor_hybrid_opts *hybrid, favor_report *report) {
  favor_status status = favor_check_range(report, "clusters", hybrid->clusters, 1, CLUSTERS_MOST);
  if (status == FAVOR_OK) {
    status = favor_check_pointer(report, "centres_query", hybrid->centres_query);
  }
  if (status == FAVOR_OK) status = favor_check_pointer(report, "centres_key", hybrid->centres_key);
  return status;
}

static favor_status check_hybrid(const favor_hybrid_opts *hybrid, favor_report *report) {
  if (!favor_struct_size_ok(hybrid->size, sizeof *hybrid)) {
    return favor_fail(report, FAVOR_ERR_STRUCT, "size",
                      "size is %" PRIu64 "; set hybrid up by favor_hybrid_opts_init", hybrid->size);
  }
  if (hybrid->gate < FAVOR_GATE_ANGULAR || hybrid->gate > FAVOR_GATE_CLUSTERS) {
    return favor_fail(report, FAVOR_ERR_ENUM, "gate",
                      "gate is %" PRId32 "; it must be a favor_gate", hybrid->gate);
  }
  if (hybrid->share < FAVOR_DEFAULT || hybrid->share > FAVOR_OFF) {
    return favor_fail(report, FAVOR_ERR_ENUM, "share",
                      "share is %" PRId32 "; it must be 0 (default), 1 (on) or 2 (off)",
                      hybrid->share);
  }
  /* Written so that NAN is refused too. */
  if (!(hybrid->width >= 1e-10 && hybrid->width <= 1e10)) {
    return favor_fail(report, FAVOR_ERR_VALUE, "width", "width is %g; it must be in [1e-10, 1e10]",
                      hybrid->width);
  }
  const favor_status status =
      favor_check_range(report, "gate_projections", hybrid->gate_projections, 1, 2048);
  if (status < 0 || hybrid->gate != FAVOR_GATE_CLUSTERS) return status;
  return check_clusters(hybrid, report);
}

static favor_status make_positive(favor_mix *mix) {
  favor_map_opts opts = *mix->base;
  if (opts.coupling == FAVOR_COUPLING_AUTO) {
    opts.coupling = favor_coupling_best(favor_estimator_turning())->id;
  }
  const favor_status status = favor_map_create(&opts, &mix->part[POSITIVE]);
  if (status < 0) return status;
  const favor_estimator *positive = favor_estimator_find(mix->part[POSITIVE]->choice.estimator);
  if (mix->part[POSITIVE]->node.exponential && positive->positive) return FAVOR_OK;
  return favor_fail(opts.report, FAVOR_ERR_COMBINATION, "estimator",
                    "%s features are not exponentials; a hybrid's first base must be positive",
                    positive->name);
}

/* Options of another base: no tilt, and the positive one's coupling, so that they can share a draw. */
static favor_map_opts other_base(const favor_mix *mix, const favor_estimator *estimator,
                                 uint64_t stream) {
  favor_map_opts opts = *mix->base;
  opts.coupling = mix->part[POSITIVE]->choice.coupling;
  opts.estimator = estimator->id;
  opts.tilt = NAN;
  if (mix->hybrid->share == FAVOR_OFF) opts.stream += stream;
  return opts;
}

static favor_status make_signed(favor_mix *mix) {
  const favor_map_opts opts = other_base(mix, favor_estimator_turning(), 1);
  return favor_map_create(&opts, &mix->part[SIGNED]);
}

static favor_status make_gaussian(favor_mix *mix) {
  favor_map_opts opts = *mix->base;
  const double width = mix->hybrid->width;
  opts.kernel = FAVOR_KERNEL_GAUSSIAN;
  opts.estimator = favor_estimator_turning()->id;
  opts.coupling = mix->part[POSITIVE]->choice.coupling;
  opts.scale /= width * width;
  opts.projections = mix->hybrid->gate_projections;
  opts.recentre = FAVOR_OFF;
  opts.stats = NULL;
  opts.tilt = NAN;
  opts.stream += 2;
  return favor_map_create(&opts, &mix->part[GATE]);
}

/* A gate that is not of the list of estimators; centres are its shifts, or NULL. */
static favor_status make_gate(const favor_mix *mix, favor_choice choice,
                              const favor_estimator *estimator, const double *const centre[2],
                              favor_map **out) {
  const favor_map *base = mix->part[POSITIVE];
  favor_map *gate = NULL;
  choice.stream += 2;
  choice.recentre = centre[0] != NULL;
  favor_gate_choose(&choice, estimator);
  favor_status status =
      favor_map_allocate(&choice, base->table, &base->allocator, mix->base->report, &gate);
  if (status < 0) return status;
  assert(gate);
  *out = gate;
  for (int s = 0; centre[0] && s < 2; ++s) {
    double *shift = favor_map_shift_to_fill(gate, (favor_side)s);
    for (int64_t l = 0; l < choice.dim; ++l)
      shift[l] = favor_choice_shift(centre[s][l], choice.dim);
  }
  favor_map_assemble(gate);
  status = favor_map_draw(gate, mix->base->report);
  if (status == FAVOR_OK) favor_map_seal(gate);
  return status;
}

static favor_status make_angular(favor_mix *mix) {
  const double *const none[2] = {NULL, NULL};
  favor_choice choice = mix->part[POSITIVE]->choice;
  choice.projections = mix->hybrid->gate_projections;
  choice.scale = 1;
  return make_gate(mix, choice, &favor_gate_sign, none, &mix->part[GATE]);
}

static favor_status add_cluster(favor_mix *mix, int64_t k, favor_sum *sum) {
  const favor_hybrid_opts *hybrid = mix->hybrid;
  const int64_t d = mix->base->dim;
  const double *const centre[2] = {hybrid->centres_query + k * d, hybrid->centres_key + k * d};
  favor_map **base = &mix->part[1 + 2 * k], **gate = &mix->part[2 + 2 * k];
  favor_map_opts opts = other_base(mix, favor_estimator_centred(), 3 + (uint64_t)k);
  opts.centre_query = centre[FAVOR_QUERY];
  opts.centre_key = centre[FAVOR_KEY];
  opts.recentre = FAVOR_OFF;
  favor_status status = favor_map_create(&opts, base);
  if (status < 0) return status;
  favor_choice choice = mix->part[POSITIVE]->choice;
  choice.projections = 1;
  choice.scale /= hybrid->width * hybrid->width;
  if (!favor_choice_scale_ok(choice.scale)) {
    return favor_fail(opts.report, FAVOR_ERR_VALUE, "width",
                      "width is %g; scale / width^2 must be in [1e-30, 1e30]", hybrid->width);
  }
  status = make_gate(mix, choice, &favor_gate_bump, centre, gate);
  if (status == FAVOR_OK) status = favor_sum_multiply(sum, *gate, *base, 1, opts.report);
  if (status < 0) return status;
  return favor_sum_multiply(sum, *gate, mix->part[POSITIVE], -1, opts.report);
}

static favor_status add_clusters(favor_mix *mix, favor_sum *sum) {
  favor_status status = favor_sum_add(sum, mix->part[POSITIVE], 1, mix->base->report);
  for (int64_t k = 0; k < mix->hybrid->clusters && status == FAVOR_OK; ++k) {
    status = add_cluster(mix, k, sum);
  }
  return status;
}

static favor_status add_terms(const favor_mix *mix, favor_sum *sum) {
  favor_report *report = mix->base->report;
  const bool angular = mix->hybrid->gate == FAVOR_GATE_ANGULAR;
  const double share = angular ? 0.5 : 1;
  const favor_map *p = mix->part[POSITIVE], *r = mix->part[SIGNED], *gate = mix->part[GATE];
  favor_status status = favor_sum_add(sum, p, share, report);
  if (status == FAVOR_OK && angular) status = favor_sum_add(sum, r, share, report);
  if (status == FAVOR_OK) status = favor_sum_multiply(sum, gate, p, -share, report);
  if (status == FAVOR_OK) status = favor_sum_multiply(sum, gate, r, share, report);
  return status;
}

static favor_status add_two(favor_mix *mix, favor_sum *sum) {
  favor_status status = make_signed(mix);
  if (status < 0) return status;
  status = mix->hybrid->gate == FAVOR_GATE_ANGULAR ? make_angular(mix) : make_gaussian(mix);
  return status < 0 ? status : add_terms(mix, sum);
}

static favor_status make(favor_mix *mix, favor_map **out) {
  favor_sum sum = {.leaves = 0};
  favor_status status = make_positive(mix);
  if (status < 0) return status;
  status = mix->hybrid->gate == FAVOR_GATE_CLUSTERS ? add_clusters(mix, &sum) : add_two(mix, &sum);
  if (status < 0) return status;
  return favor_sum_make(&sum, &mix->part[POSITIVE]->allocator, mix->base->report, out);
}

favor_status favor_map_hybrid(const favor_map_opts *base, const favor_hybrid_opts *hybrid,
                              favor_map **out) {
  favor_hybrid_opts defaults = {0};
  favor_mix mix = {.base = base};
  if (out) *out = NULL;
  if (!base) return FAVOR_ERR_NULL;
  if (!favor_struct_size_ok(base->size, sizeof *base)) return FAVOR_ERR_STRUCT;
  favor_report_begin(base->report);
  if (!hybrid) favor_hybrid_opts_init(&defaults);
  mix.hybrid = hybrid ? hybrid : &defaults;
  favor_status status = favor_check_pointer(base->report, "out", out);
  if (status == FAVOR_OK) status = check_hybrid(mix.hybrid, base->report);
  if (status == FAVOR_OK) status = make(&mix, out);
  for (int i = 0; i < FAVOR_NODE_LEAVES; ++i) favor_map_destroy(mix.part[i]);
  return status;
}
