/* SPDX-License-Identifier: MIT */
/* Features made elsewhere: any matrix of features, with a logarithmic scale a row, into and out of
 * a state. Each feature is taken apart into a mantissa and an integer exponent, so that the sums
 * are those of a map's own features: exact in the exponents, at least 1/2 where all terms are
 * positive. Row by row: the caller's maps are small, and no scratch is needed. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "attention/state.h"
#include "base/check.h"
#include "base/real.h"
#include "base/status.h"
#include "map/work.h"

static const double ln_2 = 0.69314718055994530942, log2_e = 1.44269504088896340736;

typedef struct favor_made {
  favor_state *state;
  favor_precision precision;
  int64_t n, ldphi, ldx;
  const void *phi;
  const double *log_scale;
  const void *v;    /* absorb */
  void *out;        /* read */
  double *log_norm; /* read */
  favor_report *report;
  bool reads;
} favor_made;

static favor_status check(const favor_made *m) {
  favor_report_begin(m->report);
  favor_status status =
      favor_state_check(m->report, "state", m->state, NULL, (int)m->precision, -1);
  if (status < 0) return status;
  const size_t real = favor_real_size(m->precision);
  const int64_t features = m->state->features, dv = m->state->dv;
  size_t bytes = 0;
  favor_state_bytes(m->precision, features, dv, &bytes);
  const favor_array arrays[] = {
      favor_array_rows("n", m->n),
      {"phi", "ldphi", m->phi, m->n, features, m->ldphi, real, false},
      {"log_scale", "log_scale", m->log_scale, m->log_scale ? m->n : 0, 1, 1, sizeof(double),
       false},
      {m->reads ? "out" : "v", m->reads ? "ldo" : "ldv", m->reads ? m->out : m->v, m->n, dv, m->ldx,
       real, m->reads},
      {"log_norm", "log_norm", m->log_norm, m->log_norm ? m->n : 0, 1, 1, sizeof(double), true},
      favor_array_bytes("state", m->state, bytes),
  };
  return favor_check_arrays(m->report, sizeof arrays / sizeof *arrays, arrays);
}

static double scale_of(const favor_made *m, int64_t i) {
  return m->log_scale ? log2_e * m->log_scale[i] : 0;
}

static bool finite_elements(favor_precision precision, const void *x, int64_t at, int64_t n) {
  double zero = 0;
  for (int64_t l = 0; l < n; ++l) zero += 0 * favor_real_get(precision, x, at + l);
  return zero == 0;
}

/* The argument whose row i is not finite, or NULL. Logarithmic scales end where they would meet the
 * stand-in for -inf, FAVOR_EMPTY. */
static const char *bad_argument(const favor_made *m, int64_t i) {
  static const double largest_scale = 1e300;
  if (!finite_elements(m->precision, m->phi, i * m->ldphi, m->state->features)) return "phi";
  if (m->log_scale && !(fabs(m->log_scale[i]) <= largest_scale)) return "log_scale";
  if (m->v && !finite_elements(m->precision, m->v, i * m->ldx, m->state->dv)) return "v";
  return NULL;
}

/* s[j] += weight [v, 1] for one feature and one row. */
static void add_row(const favor_made *m, const favor_level *level, int64_t j, double weight,
                    int64_t i) {
  const int64_t at = j * level->ld;
  for (int64_t l = 0; l <= level->dv; ++l) {
    const double v = l < level->dv ? favor_real_get(m->precision, m->v, i * m->ldx + l) : 1;
    favor_real_set(m->precision, level->s[FAVOR_RECENT], at + l,
                   favor_real_get(m->precision, level->s[FAVOR_RECENT], at + l) + weight * v);
  }
}

static void absorb_row(const favor_made *m, favor_level *level, int64_t i) {
  const double r = scale_of(m, i) - m->state->decay, whole = floor(r), part = exp2(r - whole);
  favor_level_rebase(level, whole);
  for (int64_t j = 0; j < level->features; ++j) {
    int power = 0;
    /* In [1, 2) like the weights of a map's own features: frexp gives [1/2, 1). */
    const double mantissa =
        frexp(favor_real_get(m->precision, m->phi, i * m->ldphi + j) * part, &power);
    if (mantissa == 0) continue;
    const double c = (whole - *level->reference) + (power - 1);
    const double c_new = c > level->c[j] ? c : level->c[j];
    favor_level_raise_one(level, j, c_new);
    add_row(m, level, j, 2 * mantissa * favor_level_scale(c, c_new), i);
  }
}

static favor_status absorb(const favor_made *m) {
  const favor_status status = check(m);
  if (status < 0) return status;
  for (int64_t i = 0; i < m->n; ++i) {
    const char *bad = bad_argument(m, i);
    if (!bad) continue;
    favor_report_rows(m->report, FAVOR_ERR_NONFINITE, 1, i);
    return favor_fail(m->report, FAVOR_ERR_NONFINITE, bad,
                      "row %" PRId64 " of %s is not finite; the state is unchanged", i, bad);
  }
  favor_level level = favor_state_level(m->state);
  for (int64_t i = 0; i < m->n; ++i) {
    absorb_row(m, &level, i);
    if (++*level.recent >= FAVOR_FLUSH) favor_level_flush(&level);
  }
  m->state->count = favor_state_counted(m->state->count, m->n);
  return favor_report_end(m->report, FAVOR_OK);
}

/* The largest exponent among the products of a row's features with the state's. */
static double top_of(const favor_made *m, const favor_level *level, int64_t i) {
  double top = FAVOR_EMPTY;
  for (int64_t j = 0; j < level->features; ++j) {
    int power = 0;
    const double mantissa = frexp(favor_real_get(m->precision, m->phi, i * m->ldphi + j), &power);
    if (mantissa != 0 && level->c[j] != FAVOR_EMPTY && level->c[j] + power > top)
      top = level->c[j] + power;
  }
  return top;
}

/* sum_j phi_j 2^(c_j - top) s_j[l] in float64. */
static double sum_of(const favor_made *m, const favor_level *level, int64_t i, int64_t l,
                     double top) {
  double sum = 0;
  for (int64_t j = 0; j < level->features; ++j) {
    int power = 0;
    const double mantissa = frexp(favor_real_get(m->precision, m->phi, i * m->ldphi + j), &power);
    if (mantissa == 0 || level->c[j] == FAVOR_EMPTY) continue;
    const double s = favor_real_get(m->precision, level->s[FAVOR_RECENT], j * level->ld + l) +
                     favor_real_get(m->precision, level->s[FAVOR_MAIN], j * level->ld + l);
    sum += mantissa * favor_level_scale(level->c[j] + power, top) * s;
  }
  return sum;
}

static void read_row(const favor_made *m, const favor_level *level, int64_t i, favor_tally *tally) {
  const double top = top_of(m, level, i);
  const bool finite = !bad_argument(m, i);
  const double below = top == FAVOR_EMPTY ? 0 : sum_of(m, level, i, level->dv, top);
  double log_norm = finite ? -INFINITY : NAN;
  if (!finite) {
    favor_tally_row(&tally->nonfinite, i);
  } else if (m->state->count == 0) {
    favor_tally_row(&tally->masked, i);
  } else if (!(below > 0)) {
    favor_tally_row(&tally->nonpositive, i);
    log_norm = NAN;
  } else {
    log_norm = ln_2 * (log2(below) + top + *level->reference + scale_of(m, i) + m->state->decay);
  }
  for (int64_t l = 0; l < level->dv; ++l) {
    const double value = !finite ? NAN : below > 0 ? sum_of(m, level, i, l, top) / below : 0;
    favor_real_set(m->precision, m->out, i * m->ldx + l, value);
  }
  if (m->log_norm) m->log_norm[i] = log_norm;
}

static favor_status read(const favor_made *m) {
  favor_tally tally;
  const favor_status status = check(m);
  if (status < 0) return status;
  favor_tally_begin(&tally);
  const favor_level level = favor_state_level_const(m->state);
  for (int64_t i = 0; i < m->n; ++i) read_row(m, &level, i, &tally);
  return favor_tally_end(&tally, m->report);
}

favor_status favor_state_absorb_features_f32(favor_state *state, int64_t n, const float *phi,
                                             int64_t ldphi, const double *log_scale, const float *v,
                                             int64_t ldv, favor_report *report) {
  const favor_made m = {.state = state,
                        .precision = FAVOR_F32,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldv,
                        .phi = phi,
                        .log_scale = log_scale,
                        .v = v,
                        .report = report};
  return absorb(&m);
}

favor_status favor_state_read_features_f32(const favor_state *state, int64_t n, const float *phi,
                                           int64_t ldphi, const double *log_scale, float *out,
                                           int64_t ldo, double *log_norm, favor_report *report) {
  const favor_made m = {.state = (favor_state *)state,
                        .precision = FAVOR_F32,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldo,
                        .reads = true,
                        .phi = phi,
                        .log_scale = log_scale,
                        .out = out,
                        .log_norm = log_norm,
                        .report = report};
  return read(&m);
}

favor_status favor_state_absorb_features_f64(favor_state *state, int64_t n, const double *phi,
                                             int64_t ldphi, const double *log_scale,
                                             const double *v, int64_t ldv, favor_report *report) {
  const favor_made m = {.state = state,
                        .precision = FAVOR_F64,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldv,
                        .phi = phi,
                        .log_scale = log_scale,
                        .v = v,
                        .report = report};
  return absorb(&m);
}

favor_status favor_state_read_features_f64(const favor_state *state, int64_t n, const double *phi,
                                           int64_t ldphi, const double *log_scale, double *out,
                                           int64_t ldo, double *log_norm, favor_report *report) {
  const favor_made m = {.state = (favor_state *)state,
                        .precision = FAVOR_F64,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldo,
                        .reads = true,
                        .phi = phi,
                        .log_scale = log_scale,
                        .out = out,
                        .log_norm = log_norm,
                        .report = report};
  return read(&m);
}
