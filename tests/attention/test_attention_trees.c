/* SPDX-License-Identifier: MIT */
/** Attention over sums and products of maps: every mode, precision and instruction set against the explicit
 *  estimate of each row, from the combination's own logarithms, which unit/test_tree.c holds against its
 *  parts'. */
#include "attention/modes.h"
#include "support/test.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { D = 9 };

static const struct {
  mode run;
  int rows;
} modes[] = {{mode_bidirectional, MODE_ROWS},
             {mode_causal, MODE_ROWS},
             {mode_streaming, MODE_TOKENS},
             {mode_stepping, MODE_STEPS},
             {mode_merging, MODE_TOKENS}};

typedef struct recipe {
  int32_t estimator[3]; /* a, b, c */
  int64_t projections[3];
  double weight[2]; /* of the product of a and b, of c */
} recipe;

static const recipe recipes[] = {
    {{FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_HYPERBOLIC, FAVOR_ESTIMATOR_OPRF},
     {5, 6, 600},
     {1, .25}},
    {{FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_POSITIVE},
     {3, 20, 90},
     {.05, 3}},
    {{FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_TRIGONOMETRIC, FAVOR_ESTIMATOR_ADERF},
     {2, 33, 70},
     {-.002, 1}},
};

static void part_make(model *m, const recipe *r, int i, int32_t isa) {
  const model_choice choice = {.estimator = r->estimator[i],
                               .isa = isa,
                               .dim = D,
                               .projections = r->projections[i],
                               .scale = .5,
                               .seed = 5,
                               .stream = (uint64_t)i + 1};
  model_make(m, &choice);
}

/** weight[0] a b + weight[1] c. */
static favor_map *combine(const recipe *r, const model part[3]) {
  favor_map *product = NULL, *sum = NULL;
  assert_ok(favor_map_tensor(NULL, part[0].map, part[1].map, &product));
  const favor_map *terms[] = {product, part[2].map};
  assert_ok(favor_map_concat(NULL, 2, terms, r->weight, &sum));
  favor_map_destroy(product);
  return sum;
}

static void check(const recipe *r, int32_t isa, verdict all[2]) {
  model part[3], m;
  const model *parts[] = {&part[0], &part[1], &part[2]};
  bool positive = r->weight[0] > 0 && r->weight[1] > 0;
  for (int i = 0; i < 3; i++) {
    part_make(&part[i], r, i, isa);
    positive = positive && part[i].positive;
  }
  model_combine(&m, combine(r, part), positive, 3, parts);
  for (size_t i = 0; i < COUNT(modes); i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
      verdict mine = {0};
      modes[i].run(&m, (favor_precision)precision, (i + (size_t)precision) % 2 ? .5 : 1.5, &mine);
      if (positive) assert_int_equal(mine.rows, modes[i].rows);
      judge_add(&all[precision], &mine);
    }
  model_free(&m);
  for (int i = 0; i < 3; i++) model_free(&part[i]);
}

static void every_mode_equals_the_explicit_estimate(void **state) {
  int32_t isas[ISAS_MAX];
  const int n = isas_here(isas);
  verdict all[2] = {{0}};
  (void)state;
  for (int i = 0; i < n; i++)
    for (size_t r = 0; r < COUNT(recipes); r++) check(&recipes[r], isas[i], all);
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    const verdict *v = &all[precision];
    print_message("float%d: %d rows, largest error %.4f of the bound, of log_norm %.4f; %d not "
                  "positive, %d unsure\n",
                  precision ? 64 : 32, (int)v->rows, v->worst, v->worst_norm, (int)v->nonpositive,
                  (int)v->unsure);
    assert_true(v->rows > 300 * n * (int)COUNT(recipes) * 3 / 4);
  }
}

/** Sign features as a factor, a base twice in one sum: every gate that needs no centres. */
static void check_hybrid(int32_t gate, int32_t isa, verdict all[2]) {
  const int32_t bases[2] = {FAVOR_ESTIMATOR_POSITIVE, FAVOR_ESTIMATOR_TRIGONOMETRIC};
  model part[2], m;
  const model *parts[] = {&part[0], &part[1]};
  favor_map_opts opts;
  favor_hybrid_opts hybrid;
  favor_map *map = NULL;
  for (int i = 0; i < 2; i++) {
    const model_choice choice = {.estimator = bases[i],
                                 .coupling = FAVOR_COUPLING_ORTHOGONAL,
                                 .isa = isa,
                                 .dim = D,
                                 .projections = 40,
                                 .scale = .5,
                                 .seed = 5};
    model_make(&part[i], &choice);
  }
  assert_ok(favor_map_opts_init(&opts));
  assert_ok(favor_hybrid_opts_init(&hybrid));
  opts.dim = D;
  opts.projections = 40;
  opts.scale = .5;
  opts.seed = 5;
  opts.isa = isa;
  hybrid.gate = gate;
  hybrid.gate_projections = 3;
  assert_ok(favor_map_hybrid(&opts, &hybrid, &map));
  model_combine(&m, map, false, 2, parts);
  for (size_t i = 0; i < COUNT(modes); i++)
    for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++)
      modes[i].run(&m, (favor_precision)precision, 1, &all[precision]);
  model_free(&m);
  for (int i = 0; i < 2; i++) model_free(&part[i]);
}

static void hybrids_equal_the_explicit_estimate(void **state) {
  int32_t isas[ISAS_MAX];
  const int n = isas_here(isas);
  verdict all[2] = {{0}};
  (void)state;
  for (int i = 0; i < n; i++) {
    check_hybrid(FAVOR_GATE_ANGULAR, isas[i], all);
    check_hybrid(FAVOR_GATE_GAUSSIAN, isas[i], all);
  }
  print_message("%d and %d rows, %d not positive, %d unsure\n", (int)all[0].rows, (int)all[1].rows,
                (int)(all[0].nonpositive + all[1].nonpositive),
                (int)(all[0].unsure + all[1].unsure));
  for (int precision = 0; precision < 2; precision++) assert_true(all[precision].rows > 300 * n);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_mode_equals_the_explicit_estimate),
                                     cmocka_unit_test(hybrids_equal_the_explicit_estimate)};
  return cmocka_run_group_tests_name("attention over combinations", tests, NULL, NULL);
}
