/* SPDX-License-Identifier: MIT */
/** The law of pairs of coupled rows, as far as mean squared errors see it.
 *
 *  All functions return relative cross moments minus 1: E f(w_i) f(w_j) / K^2 - 1 for two rows of
 *  one block, where K is the kernel, so that independent rows give 0 and no digit is lost near it.
 *  t is |x + y|^2 for features that see w.(x + y), and -|x - y|^2 for those that see w.(x - y)
 *  under a cosine.
 */
#ifndef FAVOR_MAP_CONFORMITY_H
#define FAVOR_MAP_CONFORMITY_H

#include <stdbool.h>
#include <stdint.h>

/* Nodes for expectations over the angle between two chi norms. */
#define FAVOR_QUADRATURE 200

/** Nodes u_k in (0, pi) of sin^p and weights that sum to 1: Gauss-Legendre times the density. */
typedef struct favor_quadrature {
  double sine[FAVOR_QUADRATURE], cosine[FAVOR_QUADRATURE], weight[FAVOR_QUADRATURE];
} favor_quadrature;

/** Weights proportional to sin(u)^power. */
void favor_quadrature_make(favor_quadrature *q, double power);

/** rho_c(t) exp(-t) - 1 for rows with independent chi_d norms at cosine c in [-1, 1]; even: the
 *  mean over c and -c. q has power d - 1.
 *
 *  E exp((w_i + w_j).v) = rho_c(|v|^2) = E_u 1F1(d; d/2; (t/2)(1 + c sin u)), u of density
 *  sin^(d-1). */
double favor_conformity(int64_t d, double c, bool even, double t, const favor_quadrature *q);

/** favor_conformity times exp(-log_one), finite also where exp(-t) by itself is not. */
double favor_conformity_over(int64_t d, double c, bool even, double t, double log_one,
                             const favor_quadrature *q);

/** E exp(w.v) for w uniform on the sphere of squared radius s2, |v|^2 = t, i.e. 0F1(; d/2; s2 t /
 *  4), as its natural logarithm for t >= 0. */
double favor_sphere_log(int64_t d, double s2, double t);

/** The same for t < 0, E cos(w.z) with |z|^2 = -t, to an absolute error of some 1e-15. q has power
 *  d - 2 (d >= 2; not read for d = 1). */
double favor_sphere_cos(int64_t d, double s2, double t, const favor_quadrature *q);

#endif
