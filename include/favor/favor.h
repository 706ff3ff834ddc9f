/* SPDX-License-Identifier: MIT */
/** libfavor: random features that turn exp(x.y) and exp(-|x-y|^2/2) into short dot products.
 *
 *  This header reads as a manual, top to bottom: status and reports (1), memory and threads (2),
 *  statistics (3), maps (4), kernels (5), forecast (6), attention (7), states (8). A first program:
 *
 *      favor_map_opts opts;
 *      favor_map *map = NULL;
 *      favor_map_opts_attention(&opts, 64, 256);            // exp(x.y / sqrt(64)), 256 projections
 *      if (favor_map_create(&opts, &map) < 0) return 1;
 *      favor_kernel_estimate_f32(map, n, q, 64, k, key, 64, kernel, k, NULL, 0, NULL, NULL);
 *      favor_map_destroy(map);
 *
 *  Conventions, everywhere. Matrices are row-major; n rows, d = dim columns, M projections, F
 *  features; ld* is a leading dimension in elements, at least the number of columns. Shapes are
 *  int64_t, memory is size_t bytes. A suffix _f32 or _f64 names the element type of the arrays.
 *  Functions that can fail return favor_status: negative, and nothing was written; 0; or a positive
 *  note, everything written. Results leave through the last pointers; a failed constructor leaves
 *  *out = NULL; every destroy takes NULL. Nothing here prints, aborts, touches errno or keeps
 *  global state.
 *
 *  Every function's comment has the same headings in the same order, those that say something.
 */
#ifndef FAVOR_H
#define FAVOR_H

#include <stddef.h>
#include <stdint.h>

#include "favor/export.h"
#include "favor/lists.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. Status and reports ------------------------------------------------------------------- */

#define FAVOR_VERSION_MAJOR 0
#define FAVOR_VERSION_MINOR 1
#define FAVOR_VERSION_PATCH 0

#define FAVOR_LIST_STATUS(name, value, text) FAVOR_##name = (value),
#define FAVOR_LIST_KERNEL(name, symbol, value, text) FAVOR_KERNEL_##name = (value),
#define FAVOR_LIST_ESTIMATOR(name, symbol, value, text) FAVOR_ESTIMATOR_##name = (value),
#define FAVOR_LIST_COUPLING(name, symbol, value, text) FAVOR_COUPLING_##name = (value),
#define FAVOR_LIST_VERDICT(name, symbol, value, text) FAVOR_VERDICT_##name = (value),
#define FAVOR_LIST_GATE(name, symbol, value, weight) FAVOR_GATE_##name = (value),
#define FAVOR_LIST_ISA(name, symbol, value, text) FAVOR_ISA_##name = (value),

/** What a call returns. The list, with texts, is FAVOR_STATUS_LIST in lists.h. */
typedef enum favor_status { FAVOR_STATUS_LIST(FAVOR_LIST_STATUS) } favor_status;

/** The kernel that a map estimates. Value 0, softmax, is the default. */
typedef enum favor_kernel { FAVOR_KERNEL_LIST(FAVOR_LIST_KERNEL) } favor_kernel;

/** How a map estimates it. AUTO: with statistics the estimator whose outputs err least in trials
 *  (section 6), F being opts.projections for each: those of two features a projection are tried, and
 *  made, with half the projections. Without, positive features (relu features for the arc-cosine
 *  kernel). */
typedef enum favor_estimator_id {
  FAVOR_ESTIMATOR_AUTO = 0,
  FAVOR_ESTIMATOR_LIST(FAVOR_LIST_ESTIMATOR)
} favor_estimator_id;

/** How the rows of W depend on each other. AUTO: the best known for the estimator. EXTERNAL: W came
 *  from the caller (reported, never asked for). */
typedef enum favor_coupling_id {
  FAVOR_COUPLING_EXTERNAL = -1,
  FAVOR_COUPLING_AUTO = 0,
  FAVOR_COUPLING_LIST(FAVOR_LIST_COUPLING)
} favor_coupling_id;

/** What a forecast says to do. NONE: nothing was forecast. */
typedef enum favor_verdict { FAVOR_VERDICT_LIST(FAVOR_LIST_VERDICT) } favor_verdict;

/** What weighs the two estimates of a hybrid map: favor_map_hybrid. */
typedef enum favor_gate { FAVOR_GATE_LIST(FAVOR_LIST_GATE) } favor_gate;

/** The instruction set whose kernels a map uses. AUTO: the environment variable FAVOR_ISA when it
 *  is set (and the process is not set-user-ID), else the best for this processor. */
typedef enum favor_isa_id { FAVOR_ISA_AUTO = 0, FAVOR_ISA_LIST(FAVOR_LIST_ISA) } favor_isa_id;

/** A choice with a default that depends on the other options. */
typedef enum favor_switch { FAVOR_DEFAULT = 0, FAVOR_ON = 1, FAVOR_OFF = 2 } favor_switch;

typedef enum favor_side { FAVOR_QUERY = 0, FAVOR_KEY = 1 } favor_side;

typedef enum favor_precision { FAVOR_F32 = 0, FAVOR_F64 = 1 } favor_precision;

/** The text of a status, never NULL.
 *  Since     0.1 */
FAVOR_API const char *favor_strerror(int status);

/** The name of a status as written in C, "FAVOR_ERR_NULL", never NULL.
 *  Since     0.1 */
FAVOR_API const char *favor_status_name(int status);

/** The version of the library that runs, "0.1.0".
 *  Since     0.1 */
FAVOR_API const char *favor_version(void);

/** What went wrong and where, for people. Optional everywhere: NULL is fine.
 *  Set up with favor_report_init; each call that takes a report overwrites it. */
typedef struct favor_report {
  uint64_t size;  /* set by favor_report_init */
  int32_t status; /* the favor_status returned */
  int32_t reserved;
  char argument[32];        /* the argument at fault, as named in this header; "" if none */
  char message[192];        /* its value and the permitted range, one sentence */
  int64_t rows_masked;      /* rows that saw no key (attention) */
  int64_t rows_nonpositive; /* rows whose denominator was not positive (attention) */
  int64_t rows_nonfinite;   /* input rows without a finite norm */
  int64_t rows_overflow;    /* rows with a value that did not fit */
  int64_t first_row;        /* the first such row of any kind, or -1 */
} favor_report;

/** Set up a report. `size` is sizeof(favor_report) as the caller compiled it; an old caller's
 *  struct is never overrun. Errors: FAVOR_ERR_NULL, FAVOR_ERR_STRUCT (size below that of version
 *  0.1).
 *  Since     0.1 */
FAVOR_API favor_status favor_report_init_sized(favor_report *report, uint64_t size);
#define favor_report_init(report) favor_report_init_sized((report), sizeof *(report))

/* ---- 2. Memory and threads: values, copied, never global ------------------------------------- */

/** Where memory comes from. All zero: malloc and free. `free` gets the size that `alloc` was asked
 *  for; any alignment will do (the library aligns inside). Both must be set, or neither.
 *  Threads   called from whichever thread calls the library. */
typedef struct favor_allocator {
  void *(*alloc)(void *ctx, size_t bytes);
  void (*free)(void *ctx, void *p, size_t bytes);
  void *ctx;
} favor_allocator;

/** How work is spread. `parallel_for` must call task(arg, i) once for each i in [0, n), on any
 *  threads, at once or one after another, and return when all are done. The library submits at most
 *  `width` of them at a time; results are the same bits for any width. NULL in place of an
 *  executor: this thread. */
typedef struct favor_executor {
  int64_t width; /* 1 or more */
  void (*parallel_for)(void *ctx, int64_t n, void (*task)(void *arg, int64_t i), void *arg);
  void *ctx;
} favor_executor;

typedef struct favor_pool favor_pool;

/** Start a small pool of threads that sleep between calls.
 *  Shapes    threads in [0, 1024], the calling thread counted; 0 is one per core that this process
 *            may use; 1 starts none.
 *  Memory    one block from the allocator (NULL: malloc), until favor_pool_destroy.
 *  Threads   one parallel_for at a time runs on the threads; a second caller, a nested call, and a
 *            child after fork run theirs on the calling thread, with the same results.
 *  Errors    FAVOR_ERR_NULL, _VALUE, _MEMORY, _THREAD: *out = NULL, no thread left running.
 *  Since     0.1 */
FAVOR_API favor_status favor_pool_create(int64_t threads, const favor_allocator *allocator,
                                         favor_pool **out) FAVOR_CHECK_RESULT;

/** The executor of a pool, valid until the pool is destroyed. Errors: FAVOR_ERR_NULL.
 *  Since     0.1 */
FAVOR_API favor_status favor_pool_executor(favor_pool *pool, favor_executor *out);

/** Stop the threads and free the pool. No parallel_for may be running. In a child after fork only
 *  the memory is freed.
 *  Since     0.1 */
FAVOR_API void favor_pool_destroy(favor_pool *pool);

/* ---- 3. Statistics: what the data-aware estimators and the forecast read --------------------- */

/** Streamed count, mean and second moments of queries and keys, and a sample of rows, in float64.
 *  Threads   one at a time while it is changed; any number of readers otherwise. */
typedef struct favor_stats favor_stats;

/** Make empty statistics of rows of length dim.
 *  Shapes    dim in [1, 65536].
 *  Memory    about 16 dim (dim + 330) bytes from the allocator (NULL: malloc); none later.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _VALUE (half an allocator), _OVERFLOW, _MEMORY.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_create(int64_t dim, const favor_allocator *allocator,
                                          favor_stats **out) FAVOR_CHECK_RESULT;

/** Add n rows to one side. Independent of the order of rows and calls up to rounding; the sample is
 *  independent of it exactly.
 *  Shapes    x [n, dim], ldx >= dim. n = 0 does nothing.
 *  Memory    allocates nothing.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _SHAPE, _OVERFLOW (more than 2^53 rows); FAVOR_ERR_NONFINITE
 *            names the first row that has no finite norm in float64, or with which the sum of |x|^2
 *            over this side passes 2^1020, so that every moment stays finite: no row was added.
 *  Cost      n dim^2 flops in BLAS.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_add_f32(favor_stats *stats, favor_side side, int64_t n,
                                           const float *x, int64_t ldx, favor_report *report);
FAVOR_API favor_status favor_stats_add_f64(favor_stats *stats, favor_side side, int64_t n,
                                           const double *x, int64_t ldx, favor_report *report);

/** Add everything that `from` has seen to `into`, both sides. Errors: FAVOR_ERR_NULL,
 *  FAVOR_ERR_ALIAS (into == from), FAVOR_ERR_STATISTICS (other dimension), FAVOR_ERR_OVERFLOW and
 *  FAVOR_ERR_NONFINITE (the limits of favor_stats_add_f32): nothing changed.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_merge(favor_stats *into, const favor_stats *from);

/** Read one side. mean [dim] and moment [dim, dim] = mean of x x' (uncentred, symmetric, row-major)
 *  may be NULL. With no rows seen both are zero. Errors: FAVOR_ERR_NULL (stats or count), _ENUM.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_get(const favor_stats *stats, favor_side side, int64_t *count,
                                       double *mean, double *moment);

/** The eigenvalues of one side's covariance, in descending order: how many directions the data has.
 *  Shapes    eigenvalues [dim].
 *  Memory    16 dim (dim + 40) bytes of scratch from the allocator of stats, freed before return.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _STATISTICS (no rows), _MEMORY, _LINALG.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_spectrum(const favor_stats *stats, favor_side side,
                                            double *eigenvalues);

/** The dimension given at creation; 0 for NULL.
 *  Since     0.1 */
FAVOR_API int64_t favor_stats_dim(const favor_stats *stats);

/** Write statistics as one little-endian block with a checksum, readable by every later minor
 *  version. Call with block = NULL to learn *bytes, the size needed; else *bytes is what was
 *  written.
 *  Errors    FAVOR_ERR_NULL, _BUFFER (block_size too small; *bytes is still set).
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_save(const favor_stats *stats, void *block, size_t block_size,
                                        size_t *bytes);

/** Read what favor_stats_save wrote. Nothing is trusted: every length is checked before memory is
 *  taken, every number before *out is set.
 *  Memory    one block from the allocator (NULL: malloc), at most twice the saved one plus the room
 *            for samples and a tile of rows, 5200 dim + 16384 bytes.
 *  Errors    FAVOR_ERR_NULL, _FORMAT, _CHECKSUM, _VERSION, _VALUE, _MEMORY: *out = NULL.
 *  Since     0.1 */
FAVOR_API favor_status favor_stats_load(const void *block, size_t block_size,
                                        const favor_allocator *allocator, favor_report *report,
                                        favor_stats **out) FAVOR_CHECK_RESULT;

FAVOR_API void favor_stats_destroy(favor_stats *stats);

/* ---- 4. Maps --------------------------------------------------------------------------------- */

/** A feature map: phi with E[phi_q(x).phi_k(y)] = K(x, y) over the draw of its projections.
 *  Threads   immutable: any number of threads may use one map. */
typedef struct favor_map favor_map;

/** What a map is made from. Set up with favor_map_opts_init, then change what you need. Fields are
 *  only ever appended. */
typedef struct favor_map_opts {
  uint64_t size;       /* set by favor_map_opts_init */
  int64_t dim;         /* d, length of a row, in [1, 65536]; no default */
  int64_t projections; /* M, rows of W, in [1, 2^24]; no default. favor_map_features tells F */
  int32_t kernel;      /* favor_kernel; default FAVOR_KERNEL_SOFTMAX */
  int32_t estimator;   /* favor_estimator_id; default FAVOR_ESTIMATOR_AUTO */
  int32_t coupling;    /* favor_coupling_id; default FAVOR_COUPLING_AUTO */

  /* favor_switch: subtract the means of the statistics, exact either way (the kernel is unchanged,
   * its variance falls). Default: on with statistics of both sides for a kernel that allows it. */
  int32_t recentre;

  int32_t isa;      /* favor_isa_id; default FAVOR_ISA_AUTO */
  int32_t reserved; /* 0 */

  /* Factor inside the kernel, in [1e-30, 1e30]; default 1. Attention with 1/sqrt(head_dim):
   * favor_map_opts_attention. */
  double scale;

  /* A of generalised exponential features, in [-1e6, 1/4); the variance is finite for A < 1/8.
   * Default NAN: the optimum for the statistics. Refused by estimators that have no tilt to
   * choose. */
  double tilt;

  /* Equal (seed, stream, dim, projections, coupling) give the same W, bit for bit, everywhere; counts
   * of discrete maps depend on the rates fitted, too. Default 0, 0. */
  uint64_t seed, stream;

  const favor_stats *stats;  /* read during the call only; default NULL */
  favor_allocator allocator; /* default malloc */
  favor_report *report;      /* default NULL */

  /* Im A of complex features, in [-1e6, 1e6]; default 0. And their sign s: 1, which 0 means too, or -1
   * for damped cosines. Refused by other estimators. */
  double tilt_imag;
  int32_t tilt_sign;

  /* favor_switch: AUTO may choose estimators whose features change sign, so that denominators may
   * vanish. Default: off. */
  int32_t allow_signed;

  /* [dim] each, read during the call only: the query and the key where complex-exponential features are
   * exact. Default NULL, NULL: the means of the statistics. Refused by other estimators. */
  const double *centre_query, *centre_key;

  /* [dim], read during the call only: what is taken from queries and keys alike in place of their means,
   * exact like these. Below every coordinate it makes discrete features positive. Default NULL. */
  const double *shift;
} favor_map_opts;

/** Set every option to its default. An old caller's struct is never overrun.
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_STRUCT (size below that of version 0.1).
 *  Since     0.1 */
FAVOR_API favor_status favor_map_opts_init_sized(favor_map_opts *opts, uint64_t size);
#define favor_map_opts_init(opts) favor_map_opts_init_sized((opts), sizeof *(opts))

/** Set the options to those of softmax attention: dim = head_dim, scale = 1/sqrt(head_dim), so that
 *  the caller passes q and k as they are. Errors: as init, and FAVOR_ERR_SHAPE.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_opts_attention_sized(favor_map_opts *opts, uint64_t size,
                                                      int64_t head_dim, int64_t projections);
#define favor_map_opts_attention(opts, head_dim, projections)                                      \
  favor_map_opts_attention_sized((opts), sizeof *(opts), (head_dim), (projections))

/** Draw projections and make a map.
 *  Memory    one block from the allocator, about 12 M dim bytes, and scratch freed before return. With
 *            FAVOR# the sides have weights of their own: 32 M dim (SDERF 20) and up to 16 dim^2 bytes,
 *            and 72 dim^2 of scratch.
 *  Numerics  W is drawn in float64 with the same bits on every machine; both precisions share it.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM, _VALUE, _COMBINATION, _STATISTICS, _ISA,
 *            _OVERFLOW, _MEMORY, _LINALG: *out = NULL and the report names the option.
 *  Cost      O(M dim min(M, dim)) flops for coupled rows; FAVOR# up to O(dim^3 + M dim^2) more. With statistics and
 *            estimator AUTO also trials (section 6): about a tenth of a second of one core at dim 16,
 *            a quarter at 64, a second at 128.
 *  Source    the estimators' and couplings' files name theirs.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_create(const favor_map_opts *opts,
                                        favor_map **out) FAVOR_CHECK_RESULT;

/** Make a map from given projections, learned or drawn elsewhere, instead of drawing them. The
 *  estimate is unbiased if each row is N(0, I) in law; of a discrete map, whose rows must hold counts
 *  (else FAVOR_ERR_VALUE), if each entry follows the law of the rates that favor_map_describe tells.
 *  opts->coupling must be AUTO; seed and stream are ignored.
 *  Shapes    w [projections, dim], ldw >= dim; copied.
 *  Errors    as favor_map_create, and FAVOR_ERR_NONFINITE with the row.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_create_from_projections_f32(const favor_map_opts *opts,
                                                             const float *w, int64_t ldw,
                                                             favor_map **out) FAVOR_CHECK_RESULT;
FAVOR_API favor_status favor_map_create_from_projections_f64(const favor_map_opts *opts,
                                                             const double *w, int64_t ldw,
                                                             favor_map **out) FAVOR_CHECK_RESULT;

/** What a combination is made with. Set up with favor_combine_opts_init; NULL: the defaults. */
typedef struct favor_combine_opts {
  uint64_t size;             /* set by favor_combine_opts_init */
  favor_allocator allocator; /* default malloc */
  favor_report *report;      /* default NULL */
  uint64_t reserved;         /* 0 */
} favor_combine_opts;

/** Set every option to its default. Errors: FAVOR_ERR_NULL, FAVOR_ERR_STRUCT.
 *  Since     0.1 */
FAVOR_API favor_status favor_combine_opts_init_sized(favor_combine_opts *opts, uint64_t size);
#define favor_combine_opts_init(opts) favor_combine_opts_init_sized((opts), sizeof *(opts))

/** A map of the sum of kernels, sum_i weights[i] K_i: the features of the parts, times
 *  sqrt|weight|, one after another. Parts may be combinations; they are copied, and leaves that are
 *  the same in every bit are held and evaluated once. Any sum of unbiased estimates is unbiased,
 *  also of parts that share a draw. A negative weight makes a signed map: its sign stands on the
 *  key side.
 *  Shapes    n in [1, 64]; maps [n] of one dimension and instruction set; weights [n], finite and
 *            not zero or subnormal, or NULL for ones. At most 16 different leaves, 64 products of
 *            at most 4 leaves and 2^31 features in the end.
 *  Memory    one block from the allocator, the sum of the leaves' and some; workspaces grow with the
 *            number of leaves.
 *  Numerics  each part keeps its scale and means, whose corrections stay exact: phi_q.phi_k is the
 *            weighted sum of the parts' estimates up to rounding.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _VALUE (weights, a half allocator, reserved),
 *            _COMBINATION (too many leaves or products, other instruction set), _OVERFLOW, _MEMORY:
 *            *out = NULL.
 *  Cost      of features: those of each leaf once, and one scalar a row for every 512 features.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_concat(const favor_combine_opts *opts, int64_t n,
                                        const favor_map *const *maps, const double *weights,
                                        favor_map **out) FAVOR_CHECK_RESULT;

/** A map of the product of kernels, K_a K_b: feature i F_b + j is feature i of a times feature j of
 *  b. Products of sums are multiplied out, in the order (first term of a, first term of b), (first
 *  of a, second of b) ... It is unbiased where the estimates are independent, so two maps of one
 *  draw are refused: of the same seed and stream, whatever their other options, or with W that
 *  begin with the same row in float32. Independent draws: another stream.
 *  Shapes    one dimension and instruction set. A leaf with leaves behind it has at most 4096
 *            features: give the map with more features as b. Limits of favor_map_concat.
 *  Memory    as favor_map_concat; products of features are never stored.
 *  Errors    as favor_map_concat, and FAVOR_ERR_DEPENDENT.
 *  Cost      as favor_map_concat: each leaf once, and one scalar a row for each feature of a.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_tensor(const favor_combine_opts *opts, const favor_map *a,
                                        const favor_map *b, favor_map **out) FAVOR_CHECK_RESULT;

/** What a hybrid map has besides its bases. Set up with favor_hybrid_opts_init. Fields are only ever
 *  appended. */
typedef struct favor_hybrid_opts {
  uint64_t size; /* set by favor_hybrid_opts_init */
  int32_t gate;  /* favor_gate; default FAVOR_GATE_ANGULAR */

  /* favor_switch: both bases on one draw. Default: on, which never costs variance with the angular gate
   * and saves the other draw; the gate's is its own always. */
  int32_t share;

  int64_t gate_projections; /* n_t, in [1, 2048]; default 8 */
  double width;             /* of Gaussian gates, in [1e-10, 1e10]; default 1 */

  /* Of FAVOR_GATE_CLUSTERS: pairs of centres of queries and of keys, [clusters, dim] each, clusters in
   * [1, 7], read during the call only. Centres far apart against the width serve best. */
  int64_t clusters;
  const double *centres_query, *centres_key;
} favor_hybrid_opts;

/** Set every option to its default. Errors: FAVOR_ERR_NULL, FAVOR_ERR_STRUCT.
 *  Since     0.1 */
FAVOR_API favor_status favor_hybrid_opts_init_sized(favor_hybrid_opts *opts, uint64_t size);
#define favor_hybrid_opts_init(opts) favor_hybrid_opts_init_sized((opts), sizeof *(opts))

/** A hybrid of two estimates of one kernel: P of the positive estimator that `base` asks for, and R
 *  of trigonometric features, each where it is accurate, by a gate that is estimated as well:
 *
 *      angular    (t / pi) P + (1 - t / pi) R, t = angle(x, y): nearly exact for rows of any angle
 *      Gaussian   g R + (1 - g) P, g = exp(-scale |x - y|^2 / (2 width^2))
 *      clusters   sum_k g_k C_k + (1 - sum_k g_k) P, C_k complex-exponential features, exact at the k-th
 *                 pair of centres (b, c), g_k = exp(-scale (|x - b|^2 + |y - c|^2) / (2 width^2)), which
 *                 is no estimate and costs one feature
 *
 *  Weights sum to one exactly, whatever the draw. A combination like those of favor_map_concat, and
 *  signed: denominators of attention may vanish.
 *  Shapes    base as for favor_map_create, M projections for each base; its estimator must be one of
 *            positive exponentials, AUTO its coupling: orthogonal. hybrid NULL: the defaults.
 *            Features: angular (1 + n_t)(F_P + 2 M), Gaussian 2 n_t (F_P + 2 M) + F_P, clusters
 *            F_P + clusters (F_P + 2 M).
 *  Memory    one block; while it is made, twice that.
 *  Numerics  streams base->stream (all bases, or P), + 1 (R where not shared), + 2 (the gate), + 3 + k
 *            (C_k where not shared).
 *            Angles are those of the rows as given, also where statistics recentre the bases.
 *  Errors    as favor_map_create and favor_map_concat.
 *  Cost      of features: those of both bases and of the gate once, and one scalar a row for each
 *            feature of the gate; of everything else, as any map with as many features.
 *  Source    Choromanski et al. 2021, Hybrid Random Features, arXiv 2110.04367.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_hybrid(const favor_map_opts *base, const favor_hybrid_opts *hybrid,
                                        favor_map **out) FAVOR_CHECK_RESULT;

/** The same map with fresh projections: what was fitted (tilts, matrices, means) and resolved stays. Leaves of
 *  a combination that shared a draw share one again, on the stream of the first; the k-th other
 *  draw, in the order of favor_map_describe, is on that stream + k.
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_COMBINATION (projections were given, their law is unknown),
 *            FAVOR_ERR_MEMORY: *out = NULL.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_redraw(const favor_map *map, uint64_t seed,
                                        favor_map **out) FAVOR_CHECK_RESULT;

/** d, F, M (of a combination: of all its leaves together), and the bytes that a map holds; 0 for
 *  NULL.
 *  Since     0.1 */
FAVOR_API int64_t favor_map_dim(const favor_map *map);
FAVOR_API int64_t favor_map_features(const favor_map *map);
FAVOR_API int64_t favor_map_projections(const favor_map *map);
FAVOR_API size_t favor_map_bytes(const favor_map *map);

/** The favor_verdict of the forecast that AUTO made when this map was created from statistics, for
 *  as many queries and keys as they had seen: FAVOR_VERDICT_EXACT says that exact attention is the
 *  better way. FAVOR_VERDICT_NONE for other maps, loaded ones and NULL.
 *  Since     0.1 */
FAVOR_API int32_t favor_map_advice(const favor_map *map);

/** Write every resolved choice as one line of JSON, NUL-terminated. 1024 bytes are enough for a map
 *  that was created, 16384 for a combination, which lists its leaves and terms. "shape" is
 *  "none", or says what the matrices of a FAVOR# map are: "diagonal", "rotation" (one for both sides)
 *  or "dense"; "tilt" is then the mean of the tilts, "tilt_least" and "tilt_most" their range. Of a
 *  discrete map it is "rates": "rate_least" and "rate_most", lambda or 1 - p.
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_BUFFER: buf[0] = 0 if bytes > 0.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_describe(const favor_map *map, char *buf, size_t bytes);

/** Map n rows to random features: feature j of row i is phi[i,j] * exp(log_scale[i]).
 *  Two features of one projection (cosine and sine; the two signs) are neighbours: 2m, 2m + 1.
 *  Shapes    x [n, dim], ldx >= dim; phi [n, features], ldphi >= features; log_scale [n], in
 *            float64 for both precisions (at norm 1000 its rounding to float32 would cost 3 %), or
 *            NULL: phi is then the feature itself. n = 0 does nothing.
 *  Aliasing  phi, log_scale and work overlap nothing.
 *  Memory    allocates nothing when work (64-byte aligned, favor_map_apply_workspace) is given;
 *            with NULL the map's allocator serves.
 *  Threads   any number on one map, with distinct outputs and work. The same bits for any executor.
 *  Numerics  |phi| <= 1 with log_scale; finite while |x|^2 and scale |x|^2 are, in the precision of
 *            x. A row beyond that gives NaN in its own phi and log_scale: FAVOR_NOTE_NONFINITE.
 *            With log_scale NULL a feature that does not fit is +-FLT_MAX or +-DBL_MAX:
 *            FAVOR_NOTE_OVERFLOW. Relative error of a feature in float32: at most C u (1 + max_j
 *            |w_j||x|), u = 2^-24.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _SHAPE, _OVERFLOW, _ALIAS, _WORKSPACE, _VALUE (executor),
 *            _MEMORY.
 *  Cost      2 n M d flops + n F exponentials; ADERF 2 n d^2 flops more for |G x|^2 in float64.
 *  Source    Choromanski et al. 2021 (arXiv 2009.14794), Lemma 1; each estimator's file names its
 *            own.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_apply_f32(const favor_map *map, favor_side side, int64_t n,
                                           const float *x, int64_t ldx, float *phi, int64_t ldphi,
                                           double *log_scale, void *work, size_t work_size,
                                           const favor_executor *executor, favor_report *report);
FAVOR_API favor_status favor_map_apply_f64(const favor_map *map, favor_side side, int64_t n,
                                           const double *x, int64_t ldx, double *phi, int64_t ldphi,
                                           double *log_scale, void *work, size_t work_size,
                                           const favor_executor *executor, favor_report *report);

/** The workspace that favor_map_apply and favor_kernel_estimate want; it does not depend on n.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _VALUE (executor), _OVERFLOW.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_apply_workspace(const favor_map *map, favor_precision precision,
                                                 const favor_executor *executor, size_t *bytes);
FAVOR_API favor_status favor_kernel_estimate_workspace(const favor_map *map,
                                                       favor_precision precision,
                                                       const favor_executor *executor,
                                                       size_t *bytes);

/** The logarithms of the features, ln|f_j(x_i)|, and their signs, so that people can check them.
 *  Shapes    x [n, dim]; log_phi [n, features], ldl >= features; sign [n, features] with the same
 *            ldl, -1, 0 or 1, or NULL. A vanishing feature has logarithm -inf and sign 0.
 *  Memory    scratch from the map's allocator, freed before return.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _SHAPE, _OVERFLOW, _ALIAS, _MEMORY. FAVOR_NOTE_NONFINITE.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_log_features_f64(const favor_map *map, favor_side side, int64_t n,
                                                  const double *x, int64_t ldx, double *log_phi,
                                                  int64_t ldl, int8_t *sign, favor_report *report);

/** Copy W, as drawn or given: rows of law N(0, I) before scale, tilt and any matrix are applied.
 *  Shapes    w [projections, dim], ldw >= dim. The f32 form is the rounded f64 one. Of a
 *            combination: W of its leaves, one after another, in the order of favor_map_describe.
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_SHAPE.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_copy_projections_f32(const favor_map *map, float *w, int64_t ldw);
FAVOR_API favor_status favor_map_copy_projections_f64(const favor_map *map, double *w, int64_t ldw);

/** Write a map as one little-endian block with a checksum, readable by every later minor version.
 *  Call with block = NULL to learn *bytes, the size needed; else *bytes is what was written.
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_BUFFER (block_size too small; *bytes is still set).
 *  Since     0.1 */
FAVOR_API favor_status favor_map_save(const favor_map *map, void *block, size_t block_size,
                                      size_t *bytes);

/** Read what favor_map_save wrote: the same map bit for bit. Needs neither BLAS nor LAPACK unless
 *  `isa` does. Nothing is trusted: every length and number is checked before memory is taken.
 *  Shapes    isa: favor_isa_id, chosen anew because the machine may be another.
 *  Memory    from the allocator (NULL: malloc), at most twice the saved block (FAVOR#: four times)
 *            plus the padding of few projections: 8 projections + 512 dim + 4096 bytes; of a
 *            combination twice that, and the padding for each leaf.
 *  Errors    FAVOR_ERR_NULL, _FORMAT, _CHECKSUM, _VERSION, _VALUE, _ISA, _ENUM, _MEMORY: *out =
 *            NULL.
 *  Since     0.1 */
FAVOR_API favor_status favor_map_load(const void *block, size_t block_size, int32_t isa,
                                      const favor_allocator *allocator, favor_report *report,
                                      favor_map **out) FAVOR_CHECK_RESULT;

FAVOR_API void favor_map_destroy(favor_map *map);

/* What there is: the lists, for programs and bindings. Unknown values: NULL, or FAVOR_ERR_ENUM. */

/** The name in lower case of a member of each list, "simplex"; NULL where there is none.
 *  Since     0.1 */
FAVOR_API const char *favor_kernel_name(int32_t kernel);
FAVOR_API const char *favor_estimator_name(int32_t estimator);
FAVOR_API const char *favor_coupling_name(int32_t coupling);
FAVOR_API const char *favor_isa_name(int32_t isa);

/** What an estimator promises. */
typedef struct favor_estimator_info {
  uint64_t size;                   /* sizeof *info as the caller compiled it, or 0 */
  uint32_t kernels;                /* bit k is set if it estimates kernel k */
  int32_t positive;                /* 1: no feature is ever negative */
  int32_t unbiased;                /* 1: exactly unbiased for rows of law N(0, I) */
  int32_t features_per_projection; /* F = this times M */
  int32_t wants_statistics;        /* 1: cannot be made without */
  int32_t takes_tilt;              /* 1: reads opts.tilt */
  int32_t takes_tilt_imag;         /* 1: reads opts.tilt_imag and opts.tilt_sign */
  int32_t reserved;                /* 0 */
} favor_estimator_info;

/** What a coupling promises. */
typedef struct favor_coupling_info {
  uint64_t size;
  int32_t exact; /* 1: every row is exactly N(0, I) in law */
  int32_t reserved;
  char law[64]; /* the bound on the bias if it is not exact, in words */
} favor_coupling_info;

/** Fill *info; info->size must be sizeof *info (0 is taken as that of version 0.1).
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_ENUM.
 *  Since     0.1 */
FAVOR_API favor_status favor_estimator_get_info(int32_t estimator, favor_estimator_info *info);
FAVOR_API favor_status favor_coupling_get_info(int32_t coupling, favor_coupling_info *info);

/** FAVOR_OK where a map of this kernel, estimator and coupling can be made; FAVOR_ERR_ENUM for
 *  unknown members; FAVOR_ERR_COMBINATION for known ones that do not go together.
 *  Since     0.1 */
FAVOR_API favor_status favor_combination(int32_t kernel, int32_t estimator, int32_t coupling);

/** FAVOR_OK where this instruction set can be asked for on this machine, else FAVOR_ERR_ISA.
 *  Since     0.1 */
FAVOR_API favor_status favor_isa_check(int32_t isa);

/* ---- 5. Kernels, exact and estimated: for measuring, small problems, tests ------------------- */

/** The kernel itself: out[i,j] = K(x_i, y_j), computed in float64.
 *  Shapes    x [n, dim], y [k, dim], out [n, k]; ld* at least the number of columns.
 *  Aliasing  out overlaps nothing.
 *  Memory    allocates nothing.
 *  Numerics  a value that does not fit is FLT_MAX or DBL_MAX: FAVOR_NOTE_OVERFLOW. A row without a
 *            finite norm gives NaN in its own row or column: FAVOR_NOTE_NONFINITE. The _log form
 *            writes ln K in float64 and never overflows.
 *  Errors    FAVOR_ERR_NULL, _ENUM, _VALUE (scale), _SHAPE, _OVERFLOW, _ALIAS.
 *  Cost      2 n k dim flops.
 *  Since     0.1 */
FAVOR_API favor_status favor_kernel_exact_f32(int32_t kernel, double scale, int64_t dim, int64_t n,
                                              const float *x, int64_t ldx, int64_t k,
                                              const float *y, int64_t ldy, float *out, int64_t ldo,
                                              favor_report *report);
FAVOR_API favor_status favor_kernel_exact_f64(int32_t kernel, double scale, int64_t dim, int64_t n,
                                              const double *x, int64_t ldx, int64_t k,
                                              const double *y, int64_t ldy, double *out,
                                              int64_t ldo, favor_report *report);
FAVOR_API favor_status favor_kernel_exact_log_f64(int32_t kernel, double scale, int64_t dim,
                                                  int64_t n, const double *x, int64_t ldx,
                                                  int64_t k, const double *y, int64_t ldy,
                                                  double *log_out, int64_t ldo,
                                                  favor_report *report);

/** The estimate: out[i,j] = phi_q(x_i).phi_k(y_j), right wherever the features are, also where each
 *  side by itself would overflow.
 *  Shapes    x [n, dim] queries, y [k, dim] keys, out [n, k].
 *  Aliasing  out and work overlap nothing.
 *  Memory    as favor_map_apply, with favor_kernel_estimate_workspace.
 *  Numerics  as favor_kernel_exact. The _log form writes ln|K^| in float64 and the sign (-1, 0, 1;
 *            NULL if not wanted; same ldo).
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _OVERFLOW, _ALIAS, _WORKSPACE, _VALUE (executor), _MEMORY.
 *  Cost      2 (n + k) M d + 2 n k F flops. Attention in O(n) is another function; this one is O(n
 *            k).
 *  Since     0.1 */
FAVOR_API favor_status favor_kernel_estimate_f32(const favor_map *map, int64_t n, const float *x,
                                                 int64_t ldx, int64_t k, const float *y,
                                                 int64_t ldy, float *out, int64_t ldo, void *work,
                                                 size_t work_size, const favor_executor *executor,
                                                 favor_report *report);
FAVOR_API favor_status favor_kernel_estimate_f64(const favor_map *map, int64_t n, const double *x,
                                                 int64_t ldx, int64_t k, const double *y,
                                                 int64_t ldy, double *out, int64_t ldo, void *work,
                                                 size_t work_size, const favor_executor *executor,
                                                 favor_report *report);
FAVOR_API favor_status favor_kernel_estimate_log_f64(
    const favor_map *map, int64_t n, const double *x, int64_t ldx, int64_t k, const double *y,
    int64_t ldy, double *log_out, int8_t *sign, int64_t ldo, void *work, size_t work_size,
    const favor_executor *executor, favor_report *report);

/* ---- 6. Forecast: before anything is run ----------------------------------------------------- */

/** The closed-form mean squared error of a map's estimate over draws of its projections, pair by
 *  pair: log_relmse[i] = ln(E (K^ - K)^2 / K^2) at (x_i, y_i).
 *  Shapes    x [n, dim], y [n, dim], log_relmse [n].
 *  Aliasing  log_relmse overlaps nothing.
 *  Memory    allocates nothing.
 *  Numerics  +inf where the variance is infinite (tilt >= 1/8); -inf where the estimate is exact;
 *            NAN where no closed form is known (coupled rows of relu features and of tilts of their
 *            own for each coordinate, simplex_plus and hadamard rows, given projections).
 *  Errors    FAVOR_ERR_NULL, FAVOR_ERR_SHAPE, FAVOR_ERR_ALIAS.
 *  Source    shown in src/map/forecast.c: Gaussian integrals, and for coupled rows the law of |w_i
 *            + w_j|.
 *  Since     0.1 */
FAVOR_API favor_status favor_forecast_pairs_f64(const favor_map *map, int64_t n, const double *x,
                                                int64_t ldx, const double *y, int64_t ldy,
                                                double *log_relmse);

/** What attention is to be done, for a forecast. Set up with favor_problem_init. */
typedef struct favor_problem {
  uint64_t size;       /* set by favor_problem_init */
  int64_t n_q, n_k;    /* rows of a sequence; default 0: those given, or seen by the statistics */
  int64_t dv;          /* length of a value; default 0: dim */
  double target_error; /* of the output, |O^ - O|_F / |O|_F, in [1e-6, 1]; default 0.2 */
  int32_t mask;        /* favor_mask, the last query seeing the last key; default none */
  int32_t reserved;    /* 0 */
} favor_problem;

/** Errors: FAVOR_ERR_NULL, FAVOR_ERR_STRUCT.
 *  Since     0.1 */
FAVOR_API favor_status favor_problem_init_sized(favor_problem *problem, uint64_t size);
#define favor_problem_init(problem) favor_problem_init_sized((problem), sizeof *(problem))

/** How ln(1 + relative variance) of the kernel's estimate spreads over pairs: its mean, and what 10,
 *  50 and 90 % of them are below. NAN where no closed form is known. */
typedef struct favor_spread {
  double mean, p10, p50, p90;
} favor_spread;

/** What a forecast says, of the estimator, coupling and projections that it names. */
typedef struct favor_forecast {
  uint64_t size;               /* sizeof as the caller compiled it, or 0 */
  int32_t verdict;             /* favor_verdict */
  int32_t estimator, coupling; /* as asked for; where AUTO, the best */
  int32_t positive;            /* 1: no feature of it is ever negative */
  int64_t projections, features;

  favor_spread one, many; /* of one projection, and of all, coupled */

  /* Mean over draws of W of |O^ - O|_F / |O|_F, and an interval that holds it in 9 cases of 10. */
  double output_error, output_error_low, output_error_high;

  int64_t projections_for_target; /* for problem.target_error; 0: more than 2^24 */

  double flops_exact, flops_features; /* of one head; exponentials, as many per product, apart */
  double crossover_length;            /* n_q = n_k from which on these features cost less */
} favor_forecast;

/** Forecast attention with the map that these options would make, from statistics alone, or from
 *  queries and keys with or without values. Nothing is allocated for long, W is not drawn.
 *
 *  Variances are closed forms: over all pairs from moments where the logarithm is affine in
 *  |x + y|^2, else, as quantiles, over pairs of sampled rows. The error of a normalised output has none that
 *  holds beyond small errors; it is found by trials: features are drawn for some tens of sampled
 *  queries and up to 1024 sampled keys, held against exact attention between them, their number
 *  doubled until the target is reached, and the curve read at M. Deterministic: nothing depends on
 *  opts->seed.
 *
 *  The verdict: FAVOR_VERDICT_USE where the error at M is at most the target, FAVOR_VERDICT_MORE_
 *  FEATURES where it is not but projections_for_target would cost less than exact attention, in
 *  flops, and FAVOR_VERDICT_EXACT where no number of features is both good enough and cheaper.
 *
 *  Shapes    x [n, dim] queries, y [k, dim] keys, v [k, problem->dv] values or NULL; n, k >= 1.
 *            NULL, and with statistics: values are taken as of equal variance and independent of
 *            each other and of the keys, which overstates the error of values with a common mean.
 *            problem NULL: defaults. opts->stats is replaced by what is given.
 *  Aliasing  out overlaps nothing.
 *  Memory    scratch of a few MiB from opts->allocator, freed before return.
 *  Errors    those of favor_map_create for the options; FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM,
 *            _VALUE, _OVERFLOW, _STATISTICS (no row on one side), _NONFINITE, _MEMORY: nothing
 *            written.
 *  Cost      of one core .1 to .4 s up to dim 64, a second at 128, with AUTO; half of that without. Of
 *            arrays (n + k) dim^2 flops more, for statistics.
 *  Source    src/map/trial.h; Reid et al. 2023 (arXiv 2301.13856) for coupled rows.
 *  Since     0.1 */
FAVOR_API favor_status favor_forecast_stats(const favor_map_opts *opts, const favor_stats *stats,
                                            const favor_problem *problem, favor_forecast *out);
FAVOR_API favor_status favor_forecast_f32(const favor_map_opts *opts, const favor_problem *problem,
                                          int64_t n, const float *x, int64_t ldx, int64_t k,
                                          const float *y, int64_t ldy, const float *v, int64_t ldv,
                                          favor_forecast *out);
FAVOR_API favor_status favor_forecast_f64(const favor_map_opts *opts, const favor_problem *problem,
                                          int64_t n, const double *x, int64_t ldx, int64_t k,
                                          const double *y, int64_t ldy, const double *v,
                                          int64_t ldv, favor_forecast *out);

/* ---- 7. Attention: softmax (or kernel) attention in O(L) ------------------------------------- */

typedef enum favor_mask { FAVOR_MASK_NONE = 0, FAVOR_MASK_CAUSAL = 1 } favor_mask;

/** What is computed: out_i = sum_j K^(q_i, k_j) v_j / sum_j K^(q_i, k_j) for every batch and head,
 *  over the keys that query i may see. Set up with favor_attention_desc_init, then change what you
 *  need. Fields are only ever appended. */
typedef struct favor_attention_desc {
  uint64_t size; /* set by the init function */

  /* Each in [0, 2^40]. kv_heads divides heads (0 only if heads is): head h reads key head
   * h / (heads / kv_heads). Default heads. */
  int64_t batch, heads, kv_heads;

  int64_t n_q, n_k; /* rows of queries and keys, at most, in [0, 2^40] */
  int64_t dim, dv;  /* their lengths and that of values, in [1, 65536] */

  /* Elements from batch to batch, head to head, row to row; columns are contiguous. At least 0; 0
   * reads the same again. Those of out must keep its rows apart: each spans all that the smaller
   * ones reach. */
  int64_t q_stride[3], k_stride[3], v_stride[3], out_stride[3];

  int32_t mask;          /* favor_mask; default FAVOR_MASK_NONE */
  int32_t reserved;      /* 0 */
  int64_t causal_offset; /* CAUSAL: query i sees keys j <= i + causal_offset; default n_k - n_q */

  /* [batch] or NULL, each in [0, n_k]: keys from there on are never read. */
  const int64_t *key_lengths;

  /* Or NULL: a natural logarithm added to each key's exponent; -inf: the key is never read; NaN or
   * +inf: it counts as one that is not finite. weight_stride: batch, row, at least 0; all heads
   * share them. */
  const float *key_log_weight;
  int64_t weight_stride[2];

  /* Ragged batches, both or neither: batch + 1 cumulative row offsets each, the first 0, rising by
   * at most n_q and n_k. Batch strides are then not used, and CAUSAL lines up the last query with
   * the last key (+ causal_offset). */
  const int64_t *q_offsets, *k_offsets;

  /* Or NULL: [batch, kv_heads] states that come before the keys, and the same after the keys, which
   * may be those of state_in. With a map for each of several heads, [batch, heads]. */
  const void *state_in;
  void *state_out;
  int64_t state_stride; /* bytes from state to state, a multiple of 64, at least a state's */

  /* Or NULL: [batch, heads, n_q], ragged [heads, all rows]: the natural logarithm of the
   * denominator; -inf where a query saw no key, NAN where it is not positive. */
  double *log_norm;
} favor_attention_desc;

/** Describe contiguous arrays [batch, heads, row, column], no mask. _blhd: [batch, row, heads,
 *  column]. An old caller's struct is never overrun.
 *  Errors    FAVOR_ERR_NULL, _STRUCT (size below that of version 0.1), _SHAPE (a field out of its
 *            range, or strides that do not fit): desc is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_attention_desc_init_sized(favor_attention_desc *desc, uint64_t size,
                                                       int64_t batch, int64_t heads, int64_t n_q,
                                                       int64_t n_k, int64_t dim, int64_t dv);
FAVOR_API favor_status favor_attention_desc_blhd_sized(favor_attention_desc *desc, uint64_t size,
                                                       int64_t batch, int64_t heads, int64_t n_q,
                                                       int64_t n_k, int64_t dim, int64_t dv);
#define favor_attention_desc_init(desc, batch, heads, n_q, n_k, dim, dv)                           \
  favor_attention_desc_init_sized((desc), sizeof *(desc), (batch), (heads), (n_q), (n_k), (dim),   \
                                  (dv))
#define favor_attention_desc_blhd(desc, batch, heads, n_q, n_k, dim, dv)                           \
  favor_attention_desc_blhd_sized((desc), sizeof *(desc), (batch), (heads), (n_q), (n_k), (dim),   \
                                  (dv))

/** Linear attention. phi is never materialised: tiles of keys are projected, exponentiated and
 *  summed into a state while they are in cache, tiles of queries read it.
 *  Shapes    num_maps is 1, kv_heads or heads maps (by head) of equal dim = desc->dim and equal F.
 *            q, k, v, out by the strides of desc. n_q, batch or heads 0 do nothing, but that states
 *            go out with n_q 0; n_k 0 is queries that see state_in alone.
 *  Aliasing  out, log_norm, state_out and work overlap nothing, desc and what it points to
 *            included; only state_out may be state_in, all of it. What counts is the memory from
 *            the first to past the last element of an array.
 *  Memory    allocates nothing when work (64-byte aligned, favor_attention_workspace) is given;
 *            with NULL the first map's allocator serves. Independent of n_q and n_k.
 *  Threads   any number on the same maps, with distinct outputs, states and work. Work is spread
 *            over (batch, head) and, where there are few, over ranges of the sequence; ranges and
 *            their merge order depend on shapes only: the same bits for any executor.
 *  Numerics  every feature's sum carries its own integer exponent: with exponential positive maps
 *            nothing overflows or underflows while |x|^2 is finite, and no epsilon is added.
 *            Float32 error at most C u (1 + max_j(|b_j| + |w_j||x|)) kappa max|v|, kappa =
 *            sum|terms| / |denominator| (1 for positive maps), u = 2^-24. A query that saw no key:
 *            zeros, rows_masked. A denominator that is not positive (signed or vanishing maps):
 *            zeros, FAVOR_NOTE_NONPOSITIVE. A query without finite norm: NaN in its row; a key or
 *            value that is not finite: NaN in every row that sees it; FAVOR_NOTE_NONFINITE.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM, _OVERFLOW, _ALIAS, _WORKSPACE (work or
 *            state_out), _VALUE (executor), _STATE, _COMBINATION (maps that differ in F), _MEMORY.
 *            FAVOR_ERR_NONFINITE: with state_out a key or value is not finite; neither states nor
 *            out were written.
 *  Cost      (n_q + n_k) F (2 d + 2 dv + 2) flops and (n_q + n_k) F exponentials a head; causal a
 *            little more.
 *  Source    Choromanski et al. 2021 (arXiv 2009.14794), section 2; the exponents are our own,
 *            ARCHITECTURE.md.
 *  Since     0.1 */
FAVOR_API favor_status favor_attention_f32(int64_t num_maps, const favor_map *const *maps,
                                           const favor_attention_desc *desc, const float *q,
                                           const float *k, const float *v, float *out, void *work,
                                           size_t work_size, const favor_executor *executor,
                                           favor_report *report);
FAVOR_API favor_status favor_attention_f64(int64_t num_maps, const favor_map *const *maps,
                                           const favor_attention_desc *desc, const double *q,
                                           const double *k, const double *v, double *out,
                                           void *work, size_t work_size,
                                           const favor_executor *executor, favor_report *report);

/** The workspace of favor_attention; it does not depend on n_q and n_k. The fields of desc are
 *  read, what they point to is not.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM, _OVERFLOW, _VALUE (executor), _WORKSPACE
 *            (state_out is not aligned), _COMBINATION: *bytes is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_attention_workspace(int64_t num_maps, const favor_map *const *maps,
                                                 const favor_attention_desc *desc,
                                                 favor_precision precision,
                                                 const favor_executor *executor, size_t *bytes);

/** Exact attention with the kernel itself, blocked, with an online maximum and no n_q x n_k matrix:
 *  the fair comparison, and the way out for sharp heads.
 *  Shapes    as favor_attention; state_in and state_out must be NULL. kernel: favor_kernel; scale
 *            as in favor_map_opts; isa: favor_isa_id, chooses the kernels.
 *  Aliasing  as favor_attention.
 *  Memory    allocates nothing when work (64-byte aligned, favor_attention_exact_workspace) is
 *            given; with NULL the allocator serves (NULL: malloc). Independent of n_q and n_k.
 *  Threads   any number at once, with distinct outputs and work. Work is spread over blocks of
 *            queries: the same bits for any executor.
 *  Numerics  as favor_attention; the denominator is at least 1.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM, _OVERFLOW, _ALIAS, _WORKSPACE, _VALUE (scale,
 *            executor, half an allocator), _COMBINATION (states), _ISA, _MEMORY.
 *  Cost      2 n_q n_k (dim + dv) flops and n_q n_k exponentials a head; causal half.
 *  Source    Milakov and Gimelshein 2018 (arXiv 1805.02867) for the online maximum.
 *  Since     0.1 */
FAVOR_API favor_status favor_attention_exact_f32(
    int32_t kernel, double scale, int32_t isa, const favor_attention_desc *desc, const float *q,
    const float *k, const float *v, float *out, void *work, size_t work_size,
    const favor_allocator *allocator, const favor_executor *executor, favor_report *report);
FAVOR_API favor_status favor_attention_exact_f64(
    int32_t kernel, double scale, int32_t isa, const favor_attention_desc *desc, const double *q,
    const double *k, const double *v, double *out, void *work, size_t work_size,
    const favor_allocator *allocator, const favor_executor *executor, favor_report *report);

/** The workspace of favor_attention_exact; it does not depend on n_q and n_k.
 *  Errors    FAVOR_ERR_NULL, _STRUCT, _SHAPE, _ENUM, _OVERFLOW, _VALUE (executor): *bytes is left
 *            alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_attention_exact_workspace(const favor_attention_desc *desc,
                                                       favor_precision precision,
                                                       const favor_executor *executor,
                                                       size_t *bytes);

/* ---- 8. Streaming: states in caller memory --------------------------------------------------- */

/** What the keys absorbed so far left behind: per feature an integer exponent and sums, no pointers
 *  inside. A state may be copied with memcpy to any 64-byte aligned place. It remembers its map,
 *  precision and value length; functions refuse with FAVOR_ERR_STATE what does not belong, what is
 *  not aligned, and memory that holds no state.
 *  Threads   one at a time while it is changed; any number of readers otherwise. */
typedef struct favor_state favor_state;

/** Bytes of a state, a multiple of 64: about 2 F (dv + 1) elements + 8 F.
 *  Shapes    dv in [1, 65536].
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _ENUM, _OVERFLOW: *bytes is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_size(const favor_map *map, int64_t dv, favor_precision precision,
                                        size_t *bytes);

/** Make an empty state in memory of the caller; *out is that memory. Nothing needs to be destroyed.
 *  Shapes    dv in [1, 65536]; memory of favor_state_size bytes, 64-byte aligned.
 *  Memory    allocates nothing.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _ENUM, _OVERFLOW, _WORKSPACE (too few bytes, or not aligned):
 *            *out = NULL, memory is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_init(const favor_map *map, int64_t dv, favor_precision precision,
                                        void *memory, size_t bytes, favor_state **out);

/** The same in memory of the map's allocator; for bindings.
 *  Shapes    dv in [1, 65536].
 *  Memory    one block of favor_state_size bytes, until favor_state_destroy.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _ENUM, _OVERFLOW, _MEMORY: *out = NULL.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_create(const favor_map *map, int64_t dv,
                                          favor_precision precision,
                                          favor_state **out) FAVOR_CHECK_RESULT;

/** Give back a state that favor_state_create made with this map, or with one of the same allocator.
 *  Since     0.1 */
FAVOR_API void favor_state_destroy(const favor_map *map, favor_state *state);

/** Keys absorbed so far, decay or not, at most 2^63 - 1; 0 for NULL and for what is not a state.
 *  Since     0.1 */
FAVOR_API int64_t favor_state_count(const favor_state *state);

/** Add n keys and their values.
 *  Shapes    k [n, dim], ldk >= dim; v [n, dv], ldv >= dv. n = 0 does nothing.
 *  Aliasing  state and work overlap nothing.
 *  Memory    allocates nothing when work (64-byte aligned, favor_state_workspace) is given; with
 *            NULL the map's allocator serves.
 *  Threads   any number on one map, with distinct states and work.
 *  Numerics  as favor_attention; any split into calls gives the same sums up to rounding.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _OVERFLOW, _ALIAS, _WORKSPACE, _STATE, _MEMORY;
 *            FAVOR_ERR_NONFINITE with the row in the report. The state is then unchanged, bit for
 *            bit.
 *  Cost      n F (2 d + 2 dv + 2) flops and n F exponentials.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_absorb_f32(const favor_map *map, favor_state *state, int64_t n,
                                              const float *k, int64_t ldk, const float *v,
                                              int64_t ldv, void *work, size_t work_size,
                                              favor_report *report);
FAVOR_API favor_status favor_state_absorb_f64(const favor_map *map, favor_state *state, int64_t n,
                                              const double *k, int64_t ldk, const double *v,
                                              int64_t ldv, void *work, size_t work_size,
                                              favor_report *report);

/** Attend n queries to everything absorbed.
 *  Shapes    q [n, dim], ldq >= dim; out [n, dv], ldo >= dv; log_norm [n] or NULL, as in
 *            favor_attention_desc. n = 0 does nothing.
 *  Aliasing  out, log_norm and work overlap nothing.
 *  Memory    as favor_state_absorb.
 *  Threads   any number on one map and state, with distinct outputs and work.
 *  Numerics  as favor_attention, with its notes.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _OVERFLOW, _ALIAS, _WORKSPACE, _STATE, _MEMORY.
 *  Cost      n F (2 d + 2 dv + 2) flops and n F exponentials.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_read_f32(const favor_map *map, const favor_state *state,
                                            int64_t n, const float *q, int64_t ldq, float *out,
                                            int64_t ldo, double *log_norm, void *work,
                                            size_t work_size, favor_report *report);
FAVOR_API favor_status favor_state_read_f64(const favor_map *map, const favor_state *state,
                                            int64_t n, const double *q, int64_t ldq, double *out,
                                            int64_t ldo, double *log_norm, void *work,
                                            size_t work_size, favor_report *report);

/** Causal attention over n more tokens: query i sees everything absorbed before and keys 0 .. i;
 *  the keys are absorbed. One token is a decoding step, many a prefill; any split gives the same
 *  sums.
 *  Shapes    q and k [n, dim]; v and out [n, dv]; log_norm [n] or NULL; ld* at least the number of
 *            columns. n = 0 does nothing.
 *  Aliasing  state, out, log_norm and work overlap nothing.
 *  Memory    as favor_state_absorb.
 *  Threads   any number on one map, with distinct states, outputs and work.
 *  Numerics  as favor_attention, with its notes.
 *  Errors    as favor_state_absorb: the state is then unchanged, bit for bit, and nothing else was
 *            written.
 *  Cost      2 n F (2 d + 2 dv + 2) flops and 2 n F exponentials, and 2 (F + dv) flops for each
 *            pair of tokens of a tile.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_causal_f32(const favor_map *map, favor_state *state, int64_t n,
                                              const float *q, int64_t ldq, const float *k,
                                              int64_t ldk, const float *v, int64_t ldv, float *out,
                                              int64_t ldo, double *log_norm, void *work,
                                              size_t work_size, favor_report *report);
FAVOR_API favor_status favor_state_causal_f64(const favor_map *map, favor_state *state, int64_t n,
                                              const double *q, int64_t ldq, const double *k,
                                              int64_t ldk, const double *v, int64_t ldv,
                                              double *out, int64_t ldo, double *log_norm,
                                              void *work, size_t work_size, favor_report *report);

/** One token of n streams: state s lies at (char *)states + s * stride, and takes row s of q, k, v;
 *  row s of out.
 *  Shapes    states of one map and dv; stride in bytes, a multiple of 64, at least a state's; q and
 *            k [n, dim]; v and out [n, dv]; ld* at least the number of columns. n = 0 does nothing.
 *  Aliasing  states, out and work overlap nothing; the states lie apart by their stride.
 *  Memory    as favor_state_absorb, with the workspace for this executor.
 *  Threads   streams are spread over the executor: the same bits for any. Any number of calls on
 *            one map, with distinct states, outputs and work.
 *  Numerics  as favor_attention, with its notes.
 *  Errors    as favor_state_absorb, and FAVOR_ERR_VALUE (executor); a key or value that is not
 *            finite: no state is changed.
 *  Cost      n times favor_state_causal of one token.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_step_many_f32(const favor_map *map, int64_t n, void *states,
                                                 size_t stride, const float *q, int64_t ldq,
                                                 const float *k, int64_t ldk, const float *v,
                                                 int64_t ldv, float *out, int64_t ldo, void *work,
                                                 size_t work_size, const favor_executor *executor,
                                                 favor_report *report);
FAVOR_API favor_status favor_state_step_many_f64(const favor_map *map, int64_t n, void *states,
                                                 size_t stride, const double *q, int64_t ldq,
                                                 const double *k, int64_t ldk, const double *v,
                                                 int64_t ldv, double *out, int64_t ldo, void *work,
                                                 size_t work_size, const favor_executor *executor,
                                                 favor_report *report);

/** The workspace of the state functions for this executor (NULL where they take none); it does not
 *  depend on n.
 *  Shapes    dv in [1, 65536].
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _ENUM, _VALUE (executor), _OVERFLOW: *bytes is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_workspace(const favor_map *map, int64_t dv,
                                             favor_precision precision,
                                             const favor_executor *executor, size_t *bytes);

/** Features made elsewhere (graph features, learned maps): feature j of row i is phi[i,j]
 *  exp(log_scale[i]). No workspace, no map; the state tells F and dv.
 *  Shapes    phi [n, F], ldphi >= F; log_scale [n], |log_scale| <= 1e300, or NULL: zeros; v
 *            [n, dv], ldv >= dv. n = 0 does nothing.
 *  Aliasing  state overlaps nothing.
 *  Memory    allocates nothing.
 *  Threads   any number, with distinct states.
 *  Numerics  as favor_attention: each feature is taken apart into a mantissa and an exponent.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _OVERFLOW, _ALIAS, _STATE; FAVOR_ERR_NONFINITE with the row in
 *            the report. The state is then unchanged, bit for bit.
 *  Cost      n F (2 dv + 2) flops.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_absorb_features_f32(favor_state *state, int64_t n,
                                                       const float *phi, int64_t ldphi,
                                                       const double *log_scale, const float *v,
                                                       int64_t ldv, favor_report *report);
FAVOR_API favor_status favor_state_absorb_features_f64(favor_state *state, int64_t n,
                                                       const double *phi, int64_t ldphi,
                                                       const double *log_scale, const double *v,
                                                       int64_t ldv, favor_report *report);

/** Attend queries whose features were made elsewhere to everything absorbed.
 *  Shapes    phi and log_scale as favor_state_absorb_features; out [n, dv], ldo >= dv; log_norm [n]
 *            or NULL, as in favor_attention_desc. n = 0 does nothing.
 *  Aliasing  out and log_norm overlap nothing.
 *  Memory    allocates nothing.
 *  Threads   any number on one state, with distinct outputs.
 *  Numerics  as favor_attention, with its notes; sums are in float64.
 *  Errors    FAVOR_ERR_NULL, _SHAPE, _OVERFLOW, _ALIAS, _STATE.
 *  Cost      n F (2 dv + 2) flops.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_read_features_f32(const favor_state *state, int64_t n,
                                                     const float *phi, int64_t ldphi,
                                                     const double *log_scale, float *out,
                                                     int64_t ldo, double *log_norm,
                                                     favor_report *report);
FAVOR_API favor_status favor_state_read_features_f64(const favor_state *state, int64_t n,
                                                     const double *phi, int64_t ldphi,
                                                     const double *log_scale, double *out,
                                                     int64_t ldo, double *log_norm,
                                                     favor_report *report);

/** into = into and from together, as if one had absorbed both; needs no map, so it serves as a
 *  reduction across ranks.
 *  Aliasing  into does not overlap from.
 *  Memory    allocates nothing.
 *  Numerics  exact in the exponents; associative and commutative up to the rounding of sums.
 *  Errors    FAVOR_ERR_NULL, _STATE (not states, or of different maps, precisions or dv), _ALIAS:
 *            into is unchanged.
 *  Cost      2 F (dv + 1) flops.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_merge(favor_state *into, const favor_state *from);

/** Multiply everything absorbed by gamma = exp(log_gamma) <= 1.
 *  Memory    allocates nothing.
 *  Numerics  whole powers of two are exact, the rest is carried in float64: sums are not touched.
 *  Errors    FAVOR_ERR_NULL, _STATE, _VALUE (log_gamma > 0 or not finite; to forget everything,
 *            favor_state_reset): the state is unchanged.
 *  Cost      F flops.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_decay(favor_state *state, double log_gamma);

/** Forget everything: the state is as favor_state_init made it.
 *  Errors    FAVOR_ERR_NULL, _STATE.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_reset(favor_state *state);

/** Write a state as one little-endian block with a checksum, readable by every later minor version.
 *  Call with block = NULL to learn *bytes, the size needed; else *bytes is what was written.
 *  Aliasing  block does not overlap state.
 *  Memory    allocates nothing.
 *  Errors    FAVOR_ERR_NULL, _STATE, _ALIAS, _BUFFER (block_size too small; *bytes is still set).
 *  Since     0.1 */
FAVOR_API favor_status favor_state_save(const favor_state *state, void *block, size_t block_size,
                                        size_t *bytes);

/** Read what favor_state_save wrote: the same state bit for bit, in memory of the caller; *out is
 *  that memory. Nothing is trusted: every length and number is checked before memory is written.
 *  Shapes    memory of favor_state_size bytes, 64-byte aligned; map: the one that the state was
 *            made with, or one that was made or loaded from the same.
 *  Aliasing  memory does not overlap block.
 *  Memory    allocates nothing.
 *  Errors    FAVOR_ERR_NULL, _FORMAT, _CHECKSUM, _VERSION, _STATE (of another map), _WORKSPACE (too
 *            few bytes, or not aligned), _ALIAS, _VALUE (numbers that no state has): *out = NULL,
 *            memory is left alone.
 *  Since     0.1 */
FAVOR_API favor_status favor_state_load(const favor_map *map, const void *block, size_t block_size,
                                        void *memory, size_t memory_size, favor_report *report,
                                        favor_state **out);

#ifdef __cplusplus
}
#endif

#endif
