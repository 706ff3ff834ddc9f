/* SPDX-License-Identifier: MIT */
/** The recipe of a leaf: the few numbers that an estimator chooses.
 *
 *  Every estimator targets SM(x', y') = exp(x'.y') on x' = sqrt(scale) (x - shift); the kernel, the
 *  scale and the recentring become row scalars when the leaf is assembled, once for all estimators.
 *  A feature is
 *
 *      f_j(x') = g(gain w_j.x') exp(constant + tilt |w_j|^2 + [gain w_j.x'] + quadratic |x'|^2)
 *
 *  where the form says what g is and whether the bracket stands in the exponent. A shape puts a
 *  matrix between rows and projections, and gives every coordinate a tilt of its own
 *  (node/shape.h):
 *
 *      f_j(x') = exp(constant + sum_l (a_l w_jl^2 + sqrt(1 - 4 a_l) w_jl (G x')_l) + quadratic |G x'|^2)
 *
 *  With phases the gain of keys is `sign` times that of queries, and
 *
 *      phase_j(x') = phase + tilt_imag |w_j|^2 + gain_imag w_j.x', in radians, of keys negated,
 *
 *  so that the dot product of two pairs is the real part of the product of complex features.
 */
#ifndef FAVOR_NODE_RECIPE_H
#define FAVOR_NODE_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum favor_form {
  FAVOR_FORM_EXP = 0,   /* g = 1, gain in the exponent */
  FAVOR_FORM_SIGNS = 1, /* two features: g = 1, gain and -gain in the exponent */
  FAVOR_FORM_TURN = 2,  /* two features: g = cos and g = sin, no gain in the exponent */
  FAVOR_FORM_RELU = 3,  /* g = max(0, .), no gain in the exponent */
  FAVOR_FORM_SIGN = 4,  /* g = -1, 0 or 1, no gain in the exponent */
  FAVOR_FORM_PHASE = 5, /* two features: g = cos and sin of a phase, and the gain in the exponent */
  FAVOR_FORM_PARITY = 6, /* g = -1 or 1, gain in the exponent; W holds counts (node/counts.h) */
  FAVOR_FORM_COUNT
} favor_form;

/** Features per projection: 1 or 2; those of one projection are neighbours. */
int64_t favor_form_features(favor_form form);

/** True where features have exponents of their own, and where they have factors; all have one or both. */
bool favor_form_has_exponent(favor_form form);
bool favor_form_has_factor(favor_form form);

/** True where a projection and its negative give the same pair of features up to order and sign. */
bool favor_form_is_even(favor_form form);

/** The matrices G of the two sides, whose product over the sides, Gq' Gk, is I. */
typedef enum favor_shape {
  FAVOR_SHAPE_NONE = 0,     /* I, and one tilt */
  FAVOR_SHAPE_DIAGONAL = 1, /* diagonal, one the inverse of the other */
  FAVOR_SHAPE_ROTATION = 2, /* one orthogonal matrix for both sides */
  FAVOR_SHAPE_DENSE = 3,    /* any, one the inverse transpose of the other */
  FAVOR_SHAPE_RATES = 4,    /* no matrix; in place of tilts -1/2 log2 of the rates of counts */
  FAVOR_SHAPE_CENTRE = 5, /* no matrix; in place of tilts factors of coordinates (node/centre.h) */
  FAVOR_SHAPE_COUNT
} favor_shape;

/** The law of the rows of W: normal, or counts. */
typedef enum favor_counts {
  FAVOR_COUNTS_NONE = 0,
  FAVOR_COUNTS_POISSON = 1,  /* with means lambda_l */
  FAVOR_COUNTS_GEOMETRIC = 2 /* with 1 - p for every rate */
} favor_counts;

/** Natural logarithms. With a shape of matrices, only EXP leaves, the gain is 1 and tilt is the mean of a. */
typedef struct favor_recipe {
  favor_form form;
  favor_shape shape;
  favor_counts counts;
  double gain, tilt, quadratic, constant;
  double gain_imag, tilt_imag, phase, sign; /* FAVOR_FORM_PHASE */
} favor_recipe;

#endif
