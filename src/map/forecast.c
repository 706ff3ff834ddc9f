/* SPDX-License-Identifier: MIT */
/** Closed-form mean squared errors, from the recipe of the leaf and the pair law of the coupling.
 *
 *  With Z the product of the two features of one projection, times M, over the kernel: for t =
 *  |x'+y'|^2, or t = -|x'-y'|^2 for cosines,
 *
 *      Z = C exp(B w.v - t/2)     (EXP; C and B as the tilt has them)
 *      Z = cosh or cos of the same (SIGNS, TURN)
 *
 *  Rows with chi norms: E Z = 1, and with r = 1/(1 - 8A), phi = t
 *
 *      ln E Z^2 = d ln((1 + r)/2) - (d/2) ln r + r phi          EXP; infinite for A >= 1/8
 *      E Z^2 - 1 = 2 sinh^2(t/2)                                 SIGNS, TURN
 *
 *  and the cross moment of two rows of a block is favor_conformity, whatever A is. A block of m
 *  rows has relative variance (E Z^2 - 1)/m + (1 - 1/m) cross; blocks are independent and weigh
 *  (m/M)^2.
 *
 *  With a shape v = Gq x' + Gk y' takes the place of x' + y', whose SM is the same; with one tilt
 *  nothing else changes. Where tilts differ only independent rows are known:
 *
 *      ln E Z^2 = sum_l ln((1 + r_l)/2) - (1/2) ln r_l + r_l v_l^2
 *
 *  Opposite rows: Z(w) Z(-w) = (1 - 4A)^d exp(4A |w|^2 - t) depends on the norm alone, and with
 *  g = ln E Z^2 at t = 0, h = g + (r - 1) t/2
 *
 *      E ((Z(w) + Z(-w))/2)^2 = (exp(g + r t) + exp(g - t))/2 = exp(h) cosh((1 + r) t/2)
 *
 *  Relu features of w and -w are never both there, so their cross moment is 0.
 *
 *  Rows of norm sqrt(d): every moment is one of the uniform law on a sphere, and E Z != 1 is a
 *  bias. Source: the laws are those of the estimators' and couplings' sources; that the cross
 *  moment does not depend on A, and the fixed-norm moments, are derived here. */
#include <errno.h>
#include <math.h>

#include "base/check.h"
#include "map/conformity.h"
#include "map/laws.h"
#include "map/map.h"
#include "map/registry.h"

typedef struct favor_law {
  const favor_map *map;
  const favor_coupling *coupling;
  favor_quadrature
      nodes; /* chi norms: density sin^(d-1), between two norms; fixed ones: sin^(d-2), one
                             coordinate of a unit vector */
} favor_law;

/* r - 1, so that a small tilt costs nothing; A < 1/8. */
static double tilt_excess(double a) {
  return 8 * a / (1 - 8 * a);
}

/* ln E Z^2 at t = 0: d ln((1 + r)/2) - (d/2) ln r, without their cancellation. */
static double log_moment2_at_zero(double excess, int64_t d) {
  return 0.5 * (double)d * log1p(0.25 * excess * excess / (1 + excess));
}

/* ln E Z^2 for chi norms, of d coordinates with tilt a. */
static double log_moment2(double a, int64_t d, double t) {
  if (a >= 0.125) return INFINITY;
  const double excess = tilt_excess(a);
  return log_moment2_at_zero(excess, d) + (1 + excess) * t;
}

/* E Z^2 - 1 as a logarithm. */
static double log_variance_of_one(const favor_recipe *recipe, int64_t d, double t) {
  if (favor_form_is_even(recipe->form)) {
    const double s = fabs(t);
    return s > 40 ? s + 2 * log1p(-exp(-s)) - log(2.0) : log(2.0) + 2 * log(sinh(0.5 * s));
  }
  return favor_log_less_one(log_moment2(recipe->tilt, d, t));
}

/* Relative variance of one block of m rows, over E Z^2 - 1 = exp(log_one): a factor, so that it
 * is finite where the variance is not. */
static double block_factor(const favor_law *law, int64_t m, double t, double log_one) {
  const favor_recipe *recipe = &law->map->choice.recipe;
  if (m == 1 || law->coupling->pairs == FAVOR_PAIRS_INDEPENDENT) return 1.0 / (double)m;
  if (fabs(t) < 1e-60) { /* the factor is at its limit, and squares would underflow */
    t = copysign(1e-60, t);
    log_one = log_variance_of_one(recipe, law->map->choice.dim, t);
  }
  const double cross =
      favor_conformity_over(law->map->choice.dim, law->coupling->cosine(m),
                            favor_form_is_even(recipe->form), t, log_one, &law->nodes);
  const double share = 1 - 1.0 / (double)m;
  return 1.0 / (double)m + share * cross;
}

static double log_relmse_chi(const favor_law *law, double t) {
  const favor_choice *c = &law->map->choice;
  const double log_one = log_variance_of_one(&c->recipe, c->dim, t);
  const int64_t full = law->coupling->block_rows(c->dim), blocks = c->projections / full;
  const int64_t rest = c->projections % full;
  if (isinf(log_one)) return log_one;
  const double m = (double)c->projections;
  double factor = 0;
  if (blocks > 0) {
    const double share = (double)full / m;
    factor += (double)blocks * share * share * block_factor(law, full, t, log_one);
  }
  if (rest > 0) {
    const double share = (double)rest / m;
    factor += share * share * block_factor(law, rest, t, log_one);
  }
  return factor > 0 ? log_one + log(factor) : -INFINITY;
}

/* The relative variance of the mean over w and -w, as a logarithm: exp(h) cosh(2s) - 1. */
static double log_variance_of_two(const favor_recipe *recipe, int64_t d, double t) {
  if (recipe->tilt >= 0.125) return INFINITY;
  const double excess = tilt_excess(recipe->tilt), s = (0.5 + 0.25 * excess) * t;
  const double h = log_moment2_at_zero(excess, d) + 0.5 * excess * t;
  const double log_m2 = h + 2 * s + log1p(exp(-4 * s)) - log(2.0);
  if (log_m2 > 1) return log_m2 + log1p(-exp(-log_m2));
  /* Without a tilt h is 0, and the square may be below the smallest number. */
  if (h == 0) return log(2.0) + 2 * log(sinh(s));
  return log(fmax(0, expm1(h) + 2 * exp(h) * sinh(s) * sinh(s)));
}

/* ln(exp(a) + exp(b)). */
static double log_sum(double a, double b) {
  const double top = fmax(a, b);
  return isinf(top) ? top : top + log(exp(a - top) + exp(b - top));
}

/* Pairs of opposite rows; an odd last one is by itself. */
static double log_relmse_opposite(const favor_law *law, double t) {
  const favor_choice *c = &law->map->choice;
  const double m = (double)c->projections, pairs = floor(0.5 * m);
  const double two = log(4 * pairs) + log_variance_of_two(&c->recipe, c->dim, t);
  const double one = m > 2 * pairs ? log_variance_of_one(&c->recipe, c->dim, t) : -INFINITY;
  return (pairs > 0 ? log_sum(two, one) : one) - 2 * log(m);
}

/* E of exp (or cos) of w.v for w uniform on the sphere of squared radius s2: a logarithm and a
 * sign. */
static double log_sphere(const favor_law *law, double s2, double t, int *sign) {
  const int64_t d = law->map->choice.dim;
  if (t >= 0) {
    *sign = 1;
    return favor_sphere_log(d, s2, t);
  }
  const double value = favor_sphere_cos(d, s2, t, &law->nodes);
  *sign = value < 0 ? -1 : 1;
  return log(fabs(value));
}

/* Moments of one block for rows of norm sqrt(d), as plain numbers over exp(scale). */
typedef struct favor_fixed_moments {
  double scale;                                 /* logarithm taken out */
  double mean, square, cross, independent, one; /* E Z, E Z^2, E Z_i Z_j, (E Z)^2, 1 */
} favor_fixed_moments;

static favor_fixed_moments fixed_moments(const favor_law *law, double t) {
  const favor_choice *c = &law->map->choice;
  const bool even = favor_form_is_even(c->recipe.form);
  const double d = (double)c->dim, a = c->recipe.tilt;
  const double b2 =
      c->recipe.shape != FAVOR_SHAPE_NONE ? 1 - 4 * a : c->recipe.gain * c->recipe.gain;
  /* Squares are over K^2 = exp(t), of which cosines' exp(-t) is taken out before it swallows their
   * own logarithms. */
  const double base = t < 0 ? -t : 0, flat = -t - base;
  /* C = (1 - 4A)^(d/2) exp(2 A |w|^2), once per Z. */
  const double log_c = 0.5 * d * log1p(-4 * a) + 2 * a * d;
  int sign_mean, sign_square, sign_cross;
  const double mean = log_c + log_sphere(law, d, b2 * t, &sign_mean);
  const double square = 2 * log_c + log_sphere(law, 4 * d, b2 * t, &sign_square) + flat;
  const double cross = 2 * log_c + log_sphere(law, 2 * d, b2 * t, &sign_cross) + flat;
  const double top = fmax(fmax(square, cross), fmax(-base, even ? flat : -base));
  favor_fixed_moments m;
  m.scale = base + top;
  m.mean = sign_mean * exp(mean - 0.5 * t - m.scale);
  m.square = sign_square * exp(square - top);
  m.cross = sign_cross * exp(cross - top);
  m.independent = exp(2 * mean + flat - top);
  m.one = exp(-m.scale);
  /* cosh^2 a = (1 + cosh 2a)/2; rows at right angles to w and to -w alike. */
  if (even) m.square = 0.5 * (m.square + exp(flat - top));
  return m;
}

static double log_relmse_fixed(const favor_law *law, double t) {
  const favor_choice *c = &law->map->choice;
  const int64_t full = law->coupling->block_rows(c->dim), blocks = c->projections / full;
  const int64_t rest = c->projections % full;
  const favor_fixed_moments m = fixed_moments(law, t);
  const double total = (double)c->projections;
  /* Pairs of rows in one block and in different ones, of all total^2. */
  const double within =
      (double)blocks * (double)full * (double)(full - 1) + (double)rest * (double)(rest - 1);
  const double across = total * total - total - within;
  const double mse =
      (m.square * total + m.cross * within + m.independent * across) / (total * total) -
      2 * m.mean + m.one;
  return mse > 0 ? m.scale + log(mse) : -INFINITY;
}

/* Independent relu features: E Z^2 / (E Z)^2 = 2 pi J2 / J1^2, times the fourth moment of the
 * norm over its Gaussian one, d (d + 2), where norms are sqrt(d) (rows of one dimension, which
 * are independent). Opposite ones: a pair's mean is Z(w)/2 or Z(-w)/2. */
static double log_relmse_relu(const favor_law *law, const double *x, const double *y) {
  const favor_choice *c = &law->map->choice;
  const favor_pair pair = {FAVOR_F64,
                           c->dim,
                           x,
                           y,
                           favor_row_norm(FAVOR_F64, c->dim, x),
                           favor_row_norm(FAVOR_F64, c->dim, y)};
  const bool opposite = law->coupling->pairs == FAVOR_PAIRS_OPPOSITE;
  const bool independent = law->coupling->pairs == FAVOR_PAIRS_INDEPENDENT;
  if (!opposite && !independent && law->coupling->block_rows(c->dim) > 1) return NAN;
  const double j1 = favor_arccos_j1(&pair), j2 = favor_arccos_j2(&pair);
  if (j1 == 0) return INFINITY;
  const double d = (double)c->dim, norm4 = law->coupling->chi_norms ? 1 : d / (d + 2);
  const double moment2 = norm4 * 2 * 3.14159265358979323846 * j2 / (j1 * j1);
  const double m = (double)c->projections, paired = opposite ? 2 * floor(0.5 * m) / m : 0;
  return log(moment2 - 1 - paired) - log(m);
}

/* Nothing is known of two rows of a block, and there are such blocks; or not even of one row. */
static bool is_unknown(const favor_law *law) {
  const favor_choice *c = &law->map->choice;
  if (law->coupling->pairs != FAVOR_PAIRS_UNKNOWN) return false;
  return !law->coupling->exact || (c->projections > 1 && law->coupling->block_rows(c->dim) > 1);
}

/* Square of coordinate l of Gq x' + Gk y'. */
static double shaped_square(const favor_map *map, const favor_matrices *m, int64_t l,
                            const double *x, const double *y) {
  const double v = favor_shape_coordinate(m, FAVOR_QUERY, l, x, favor_map_shift(map, FAVOR_QUERY)) +
                   favor_shape_coordinate(m, FAVOR_KEY, l, y, favor_map_shift(map, FAVOR_KEY));
  return map->choice.scale * (v * v);
}

/* Independent rows, or one, whose tilts differ between coordinates. */
static double log_relmse_tilts(const favor_law *law, const favor_matrices *m, const double *x,
                               const double *y) {
  const bool one =
      law->coupling->pairs == FAVOR_PAIRS_INDEPENDENT || law->map->choice.projections == 1;
  double log_m2 = 0;
  if (!one || !law->coupling->chi_norms) return NAN;
  for (int64_t l = 0; l < m->dim; ++l) {
    log_m2 += log_moment2(m->a[l], 1, shaped_square(law->map, m, l, x, y));
  }
  return favor_log_less_one(log_m2) - log((double)law->map->choice.projections);
}

/* |x' + y'|^2, or -|x' - y'|^2 for cosines, or |x' + s y'|^2 for complex features, of the scaled and shifted rows. */
static double argument(const favor_map *map, const favor_matrices *m, const double *x,
                       const double *y) {
  if (m->shape != FAVOR_SHAPE_NONE) {
    double sum = 0;
    for (int64_t l = 0; l < m->dim; ++l) sum += shaped_square(map, m, l, x, y);
    return sum;
  }
  const double *b = favor_map_shift(map, FAVOR_QUERY), *c = favor_map_shift(map, FAVOR_KEY);
  const favor_recipe *recipe = &map->choice.recipe;
  const bool phases = recipe->form == FAVOR_FORM_PHASE;
  const double sign = phases ? recipe->sign : recipe->form == FAVOR_FORM_TURN ? -1 : 1;
  double sum = 0;
  for (int64_t k = 0; k < map->choice.dim; ++k) {
    const double v = (x[k] - b[k]) + sign * (y[k] - c[k]);
    sum += v * v;
  }
  return (phases ? 1 : sign) * map->choice.scale * sum;
}

/* Complex features: cross moments are not known. */
static double log_relmse_complex(const favor_law *law, const favor_matrices *m, const double *x,
                                 const double *y) {
  const favor_choice *c = &law->map->choice;
  const bool one = law->coupling->pairs == FAVOR_PAIRS_INDEPENDENT || c->projections == 1;
  const double log_one =
      m->shape == FAVOR_SHAPE_CENTRE
          ? favor_centre_log_variance(law->map, m, x, y)
          : favor_complex_log_variance(&c->recipe, (double)c->dim, argument(law->map, m, x, y));
  return one && law->coupling->chi_norms ? log_one - log((double)c->projections) : NAN;
}

static double log_relmse(const favor_law *law, const double *x, const double *y) {
  const int64_t d = law->map->node.dim;
  if (favor_map_is_combination(law->map) || !law->coupling || is_unknown(law)) return NAN;
  if (!isfinite(favor_row_norm(FAVOR_F64, d, x) + favor_row_norm(FAVOR_F64, d, y))) return NAN;
  if (law->map->choice.recipe.form == FAVOR_FORM_RELU) return log_relmse_relu(law, x, y);
  const favor_matrices m = favor_map_matrices(law->map);
  if (m.shape == FAVOR_SHAPE_RATES) return favor_counts_log_relmse(law->map, &m, x, y);
  if (law->map->choice.recipe.form == FAVOR_FORM_PHASE) return log_relmse_complex(law, &m, x, y);
  const double t = argument(law->map, &m, x, y);
  if (!isfinite(t)) return NAN;
  if (m.a && !favor_shape_one_tilt(&m)) return log_relmse_tilts(law, &m, x, y);
  if (law->coupling->pairs == FAVOR_PAIRS_OPPOSITE) return log_relmse_opposite(law, t);
  return law->coupling->chi_norms ? log_relmse_chi(law, t) : log_relmse_fixed(law, t);
}

favor_status favor_forecast_pairs_f64(const favor_map *map, int64_t n, const double *x, int64_t ldx,
                                      const double *y, int64_t ldy, double *log_relmse_out) {
  if (!map) return FAVOR_ERR_NULL;
  const int64_t d = map->choice.dim;
  const favor_array arrays[] = {
      {"n", "n", NULL, n, 0, 0, 1, false},
      {"x", "ldx", x, n, d, ldx, sizeof *x, false},
      {"y", "ldy", y, n, d, ldy, sizeof *y, false},
      {"log_relmse", "n", log_relmse_out, n, 1, 1, sizeof *log_relmse_out, true},
  };
  const favor_status status = favor_check_arrays(NULL, sizeof arrays / sizeof *arrays, arrays);
  if (status < 0) return status;
  const int saved_errno = errno; /* exp and log set it where a value does not fit */
  favor_law law = {.map = map, .coupling = favor_coupling_find(map->choice.coupling)};
  if (law.coupling) {
    const int64_t power = law.coupling->chi_norms ? d - 1 : d - 2;
    if (power >= 0) favor_quadrature_make(&law.nodes, (double)power);
  }
  for (int64_t i = 0; i < n; ++i) log_relmse_out[i] = log_relmse(&law, x + i * ldx, y + i * ldy);
  errno = saved_errno;
  return FAVOR_OK;
}
