/* SPDX-License-Identifier: MIT */
/* Features made elsewhere: any matrix of features, with a logarithmic scale a row, into and out of
 * a state. Each feature is taken apart into a mantissa and an integer exponent, so that the sums
 * are those of a map's own features: exact in the exponents, at least 1/2 where all terms are
 * positive. Row by row: the caller's maps are small, and no scratch is needed. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "attention/panel.h"
#include "attention/state.h"
#include "base/check.h"
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
} favor_made;

static favor_status check(const favor_made *m) {
  favor_report_begin(m->report);
  favor_status status =
      favor_state_check(m->report, "state", m->state, NULL, (int)m->precision, -1);
  if (status < 0) return status;
  const size_t real = m->precision == FAVOR_F32 ? sizeof(float) : sizeof(double);
  const int64_t features = m->state->features, dv = m->state->dv;
  size_t bytes = 0;
  favor_state_bytes(m->precision, features, dv, &bytes);
  const favor_array arrays[] = {
      favor_array_rows("n", m->n),
      {"phi", "ldphi", m->phi, m->n, features, m->ldphi, real, false},
      {"log_scale", "log_scale", m->log_scale, m->log_scale ? m->n : 0, 1, 1, sizeof(double),
       false},
      {m->out ? "out" : "v", m->out ? "ldo" : "ldv", m->out ? m->out : m->v, m->n, dv, m->ldx, real,
       m->out != NULL},
      {"log_norm", "log_norm", m->log_norm, m->log_norm ? m->n : 0, 1, 1, sizeof(double), true},
      favor_array_bytes("state", m->state, bytes),
  };
  return favor_check_arrays(m->report, sizeof arrays / sizeof *arrays, arrays);
}

static double scale_of(const favor_made *m, int64_t i) {
  return m->log_scale ? log2_e * m->log_scale[i] : 0;
}

/* 0 for a finite row of features and values. */
static bool finite_row(const favor_made *m, int64_t i) {
  double check_sum = 0 * scale_of(m, i);
  for (int64_t j = 0; j < m->state->features; ++j) {
    check_sum += 0 * favor_real_get(m->precision, m->phi, i * m->ldphi + j);
  }
  for (int64_t l = 0; m->v && l < m->state->dv; ++l) {
    check_sum += 0 * favor_real_get(m->precision, m->v, i * m->ldx + l);
  }
  return check_sum == 0;
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
    if (finite_row(m, i)) continue;
    favor_report_rows(m->report, FAVOR_ERR_NONFINITE, 1, i);
    return favor_fail(
        m->report, FAVOR_ERR_NONFINITE, "phi",
        "row %" PRId64 " of phi, log_scale or v is not finite; the state is unchanged", i);
  }
  favor_level level = favor_state_level(m->state);
  for (int64_t i = 0; i < m->n; ++i) {
    absorb_row(m, &level, i);
    if (++*level.recent >= FAVOR_FLUSH) favor_level_flush(&level);
  }
  m->state->count += m->n;
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
  const bool finite = finite_row(m, i);
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
  const favor_made m = {.state = (favor_state *)(uintptr_t)state,
                        .precision = FAVOR_F32,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldo,
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
  const favor_made m = {.state = (favor_state *)(uintptr_t)state,
                        .precision = FAVOR_F64,
                        .n = n,
                        .ldphi = ldphi,
                        .ldx = ldo,
                        .phi = phi,
                        .log_scale = log_scale,
                        .out = out,
                        .log_norm = log_norm,
                        .report = report};
  return read(&m);
}
