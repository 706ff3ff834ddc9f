/* SPDX-License-Identifier: MIT */
/** The special functions of coupled projections, in long double.
 *  Source: Reid et al. 2023 (arXiv 2301.13856) for the conformity of a pair of rows. */
#ifndef FAVOR_TESTS_SUPPORT_CONFORMITY_H
#define FAVOR_TESTS_SUPPORT_CONFORMITY_H

/** 0F1(; b; z) = E exp(2 sqrt(z) u_1) for u uniform on the sphere in 2b dimensions; by its series,
 *  and by quadrature over the sphere where z < 0 makes the series cancel. 2b is a positive
 *  integer. */
long double ref_0f1(long double b, long double z);

/** 1F1(a; b; t): the series, after Kummer's transformation for t < 0. */
long double ref_1f1(long double a, long double b, long double t);

/** rho_c(s) = E exp((w_i + w_j).v), s = |v|^2, for two rows with independent chi_d norms,
 *  directions at cosine c and Haar-rotated; s < 0 stands for imaginary v. Two ways: 200
 *  Gauss-Legendre nodes over 1F1(d; d/2; s (1 + c sin u) / 2) with density sin(u)^(d-1), and the
 *  double power series, whose alternating sums limit it to |s| of a few units. */
long double ref_conformity(int d, long double c, long double s);
long double ref_conformity_series(int d, long double c, long double s);

/** rho_c(s) - e^s, the relative covariance before normalisation, without cancellation for small
 *  s. */
long double ref_conformity_excess(int d, long double c, long double s);

#endif
