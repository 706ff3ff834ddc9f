/* SPDX-License-Identifier: MIT */
/** A map under test beside the reference's view of it: W, means and tilt read from the map itself. */
#ifndef FAVOR_TESTS_ATTENTION_MODEL_H
#define FAVOR_TESTS_ATTENTION_MODEL_H

#include "conformance/shape.h"
#include "support/attention_reference.h"

enum { MODEL_DIM_MAX = 128 };

typedef struct model_choice {
  int32_t kernel, estimator, coupling, isa; /* coupling and isa: 0 is AUTO */
  int64_t dim, projections;
  double scale;  /* 0: 1 */
  bool recentre; /* means of about 1/4 a coordinate; only for kernels that allow it */
  uint64_t seed, stream;
  favor_allocator allocator;
} model_choice;

enum { MODEL_PARTS_MAX = 4 };

typedef struct model {
  favor_map *map;
  ref_map ref;
  int64_t features;
  bool positive; /* no feature is ever negative, and none vanishes */
  double *w;
  double b[MODEL_DIM_MAX], c[MODEL_DIM_MAX]; /* means, where the map is recentred */
  fitted_shape *shape; /* of FAVOR#, or NULL; owned, so that models can be moved */
  /* Of a combination: what it was made of, which must outlive it. Its ref is of no estimator. */
  const struct model *part[MODEL_PARTS_MAX];
  int parts;
} model;

/** A model of a combination of the parts' maps, which it takes. Its features are the map's own
 *  logarithms; positive where all parts are. */
void model_combine(model *m, favor_map *map, bool positive, int parts, const model *const *part);

/** Bounds of the exponents and row scalars of x: ref_condition and ref_row_magnitude, of a combination
 *  the sum over its parts. */
long double model_condition(const model *m, favor_side side, const double *x);
long double model_magnitude(const model *m, favor_side side, const double *x);

/** Make the map; statistics serve estimators that want them. */
void model_make(model *m, const model_choice *choice);
void model_free(model *m);

/** Positive softmax features with orthogonal rows, the common case. */
void model_make_positive(model *m, int64_t dim, int64_t projections, int32_t isa);

/** The features of n rows x [n, dim] into out [n, features]: by the reference, or for an estimator that it
 *  does not know from the map's own logarithms. */
void model_features(const model *m, favor_side side, int64_t n, const double *x, ref_feature *out);

/** Every kernel x estimator x coupling x isa that can be made here; returns how many. Prints what was left
 *  out. */
enum { MODEL_CASES_MAX = 1024 };
int model_cases(model_choice cases[MODEL_CASES_MAX]);

/** "softmax positive simplex on blas" in the caller's buffer. */
const char *model_name(const model_choice *choice, char buf[128]);

/** Every isa of the list that this machine runs; returns how many. */
enum { ISAS_MAX = 16 };
int isas_here(int32_t isas[ISAS_MAX]);

#endif
