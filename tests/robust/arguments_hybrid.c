/* SPDX-License-Identifier: MIT */
/* Hybrid maps: how their functions are called, what spoils them, and the options for it. */
#include "robust/arguments.h"

/* ---- calls ---- */

static int64_t call_init(const argument *a) {
  return favor_hybrid_opts_init_sized(a[0].p, (uint64_t)a[1].i);
}

static int64_t call_create(const argument *a) {
  return favor_map_hybrid(a[0].p, a[1].p, a[2].p);
}

static const call_row call_rows[] = {
    {"favor_hybrid_opts_init_sized", "opts size", 0, RESULT_STATUS, CALL_PLAIN, call_init},
    {"favor_map_hybrid", "base hybrid out", 0, RESULT_STATUS, CALL_MAKES_MAP, call_create},
};

const call_table calls_hybrid = {call_rows, sizeof call_rows / sizeof *call_rows};

/* ---- cases ---- */

#define CREATE "favor_map_hybrid"
#define CLUSTERS INT("hybrid.gate", FAVOR_GATE_CLUSTERS)
#define INIT "favor_hybrid_opts_init_sized"

static const argument_case case_rows[] = {
    NULL_REFUSED(INIT, "opts"),
    ROW(INIT, INT("size", 0), FAVOR_ERR_STRUCT),
    ROW(INIT, BY("size", -1), FAVOR_ERR_STRUCT),
    ROW(INIT, BY("size", 64), FAVOR_OK),

    NULL_REFUSED(CREATE, "base"),
    ROW(CREATE, THING("base", THING_OPTS_ZERO), FAVOR_ERR_STRUCT),
    ROW(CREATE, THING("base", THING_OPTS_SMALL), FAVOR_ERR_STRUCT),
    ROW(CREATE, THING("base", THING_OPTS_A5), FAVOR_ERR_STRUCT),
    ROW(CREATE, INT("opts.dim", 0), FAVOR_ERR_SHAPE),
    ROW(CREATE, INT("opts.estimator", 99), FAVOR_ERR_ENUM),
    ROW(CREATE, INT("opts.estimator", FAVOR_ESTIMATOR_TRIGONOMETRIC), FAVOR_ERR_COMBINATION),
    ROW(CREATE, INT("opts.kernel", FAVOR_KERNEL_GAUSSIAN), FAVOR_OK),
    ROW(CREATE, INT("opts.coupling", FAVOR_COUPLING_ANTITHETIC), FAVOR_ERR_COMBINATION),
    ALLOCATOR_REFUSED(CREATE, "opts.allocator"),

    ROW(CREATE, NUL("hybrid"), FAVOR_OK),
    ROW(CREATE, INT("hybrid.size", 0), FAVOR_ERR_STRUCT),
    ROW(CREATE, INT("hybrid.gate", 0), FAVOR_ERR_ENUM),
    ENUM_REFUSED(CREATE, "hybrid.gate"),
    ROW(CREATE, INT("hybrid.gate", FAVOR_GATE_GAUSSIAN), FAVOR_OK),
    ENUM_REFUSED(CREATE, "hybrid.share"),
    ROW(CREATE, INT("hybrid.gate_projections", 0), FAVOR_ERR_SHAPE),
    ROW(CREATE, INT("hybrid.gate_projections", -1), FAVOR_ERR_SHAPE),
    ROW(CREATE, INT("hybrid.gate_projections", 2049), FAVOR_ERR_SHAPE),
    ROW(CREATE, INT("hybrid.gate_projections", INT64_MAX), FAVOR_ERR_SHAPE),
    ROW(CREATE, REAL("hybrid.width", 0.0), FAVOR_ERR_VALUE),
    ROW(CREATE, REAL("hybrid.width", -1.0), FAVOR_ERR_VALUE),
    ROW(CREATE, REAL("hybrid.width", NAN), FAVOR_ERR_VALUE),
    ROW(CREATE, REAL("hybrid.width", INFINITY), FAVOR_ERR_VALUE),
    ROW(CREATE, INT("hybrid.gate", FAVOR_GATE_CLUSTERS), FAVOR_OK),
    ROW2(CREATE, INT("hybrid.clusters", 0), CLUSTERS, FAVOR_ERR_SHAPE),
    ROW2(CREATE, INT("hybrid.clusters", -1), CLUSTERS, FAVOR_ERR_SHAPE),
    ROW2(CREATE, INT("hybrid.clusters", 8), CLUSTERS, FAVOR_ERR_SHAPE),
    ROW2(CREATE, INT("hybrid.clusters", INT64_MAX), CLUSTERS, FAVOR_ERR_SHAPE),
    ROW2(CREATE, NUL("hybrid.centres_query"), CLUSTERS, FAVOR_ERR_NULL),
    ROW2(CREATE, NUL("hybrid.centres_key"), CLUSTERS, FAVOR_ERR_NULL),
    NULL_REFUSED(CREATE, "out"),
};

const case_table cases_hybrid = {case_rows, sizeof case_rows / sizeof *case_rows};

/* ---- options ---- */

static bool makes_opts(const fixture *f) {
  return strcmp(f->call->name, INIT) == 0;
}

bool hybrid_concerns(const fixture *f) {
  return makes_opts(f) || strcmp(f->call->name, CREATE) == 0;
}

bool hybrid_default(fixture *f, const char *name, argument *value) {
  if (strcmp(name, "size") == 0)
    value->i = (int64_t)sizeof(favor_hybrid_opts);
  else if (strcmp(name, "base") == 0)
    value->p = &f->opts;
  else if (strcmp(name, "hybrid") == 0) {
    static const double centres[2 * ARG_DIM] = {1, .5, -1, .25, 2, -.5, 1, .5, -2, .75};
    assert_ok(favor_hybrid_opts_init(&f->hybrid));
    f->hybrid.clusters = 1;
    f->hybrid.centres_query = centres;
    f->hybrid.centres_key = centres + ARG_DIM;
    value->p = &f->hybrid;
  } else
    return false;
  return true;
}

void hybrid_set(fixture *f, const setting *s) {
  const char *field = s->argument + strlen("hybrid.");
  favor_hybrid_opts *h = &f->hybrid;
  if (strcmp(field, "size") == 0)
    h->size = (uint64_t)s->i;
  else if (strcmp(field, "gate") == 0)
    h->gate = (int32_t)s->i;
  else if (strcmp(field, "share") == 0)
    h->share = (int32_t)s->i;
  else if (strcmp(field, "gate_projections") == 0)
    h->gate_projections = s->i;
  else if (strcmp(field, "width") == 0)
    h->width = s->f;
  else if (strcmp(field, "clusters") == 0)
    h->clusters = s->i;
  else if (strcmp(field, "centres_query") == 0)
    h->centres_query = NULL;
  else if (strcmp(field, "centres_key") == 0)
    h->centres_key = NULL;
  else
    fail_msg("no such option: %s", s->argument);
}
