/* SPDX-License-Identifier: MIT */
/** Attention of four real heads in O(L) against exact attention. Usage: 02_attention [folder] */
#include "heads.h"
#include <favor/favor.h>
enum { L = 800, D = 15, HEADS = 4, M = 240, DRAWS = 8 }; /* tokens, dimension, .., projections */
static float q[L * D], k[L * D], v[L * D], exact[L * D], out[L * D];
int main(int argc, char **argv) {
  double fall = 1; /* by what four times the projections shrink errors, mean over the heads */
  for (int h = 0; h < HEADS; h++) {
    double error2[2] = {0, 0}; /* of the output, squared, with M and 4 M: mean over draws */
    favor_attention_desc desc;
    favor_map_opts opts;
    favor_stats *stats = NULL;
    if (!heads_read(argc > 1 ? argv[1] : "examples/data", h, L * D, q, k, v)) return 2;
    favor_attention_desc_init(&desc, 1, 1, L, L, D, D);
    favor_map_opts_attention(&opts, D, M); /* exp(q.k / sqrt(D)) */
    favor_attention_exact_f32(opts.kernel, opts.scale, FAVOR_ISA_AUTO, &desc, q, k, v, exact, NULL,
                              0, NULL, NULL, NULL);
    if (favor_stats_create(D, NULL, &stats) < 0) return 1;
    favor_stats_add_f32(stats, FAVOR_QUERY, L, q, D, NULL);
    favor_stats_add_f32(stats, FAVOR_KEY, L, k, D, NULL);
    opts.stats = stats; /* the estimator that suits these data, found by trials */
    for (int m = 0; m < 2; m++) {
      favor_map *map = NULL, *drawn = NULL;
      opts.projections = m ? 4 * M : M;
      if (favor_map_create(&opts, &map) < 0) return 1;
      for (int i = 0; i < DRAWS; i++) {
        if (favor_map_redraw(map, (uint64_t)i, &drawn) < 0) return 1;
        const favor_map *maps[] = {drawn};
        if (favor_attention_f32(1, maps, &desc, q, k, v, out, NULL, 0, NULL, NULL) != 0) return 1;
        error2[m] += pow(heads_error(out, exact, L * D), 2) / DRAWS;
        favor_map_destroy(drawn);
      }
      favor_map_destroy(map);
    }
    favor_stats_destroy(stats);
    printf("head %d: error %.3f with M, %.3f with 4 M\n", h, sqrt(error2[0]), sqrt(error2[1]));
    if (!(error2[0] > 0.0002 && error2[0] < 0.05)) return 1; /* 0.07 in the median head */
    fall *= pow(error2[1] / error2[0], 0.5 / HEADS);
  }
  printf("4 M: errors times %.2f (light tails: 0.50)\n", fall);
  return fall < 0.75 ? 0 : 1;
}
