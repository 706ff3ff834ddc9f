/* SPDX-License-Identifier: MIT */
/** The lists of libfavor: status codes, kernels, estimators, couplings, instruction sets.
 *
 *  Each list is written once, here. The enums of favor.h, the texts, the registries, the
 *  conformance tests and the benches are generated from these rows, so that a new member is tested
 *  and measured by existing. Values are pinned: a retired row keeps its number.
 */
#ifndef FAVOR_LISTS_H
#define FAVOR_LISTS_H

/* X(NAME, value, text). Negative: nothing was written. Positive notes: everything was written, some
 * rows by a documented rule. */
#define FAVOR_STATUS_LIST(X)                                                                       \
  X(OK, 0, "success")                                                                              \
  X(ERR_NULL, -1, "a required pointer is NULL")                                                    \
  X(ERR_SHAPE, -2, "a size or a leading dimension is out of range")                                \
  X(ERR_ENUM, -3, "an enumeration has an unknown value")                                           \
  X(ERR_VALUE, -4, "a number is outside its permitted range")                                      \
  X(ERR_STRUCT, -5, "a struct was not set up by its init function")                                \
  X(ERR_OVERFLOW, -6, "a size does not fit in memory arithmetic")                                  \
  X(ERR_MEMORY, -7, "an allocation failed")                                                        \
  X(ERR_WORKSPACE, -8, "the workspace is too small or not aligned to 64 bytes")                    \
  X(ERR_ALIAS, -9, "arrays overlap that must not")                                                 \
  X(ERR_COMBINATION, -10, "this estimator does not go with this kernel, coupling or option")       \
  X(ERR_STATISTICS, -11, "statistics are missing, empty or of another dimension")                  \
  X(ERR_ISA, -12, "this instruction set is unknown, not built in, or not on this machine")         \
  X(ERR_FORMAT, -13, "a saved block is malformed or truncated")                                    \
  X(ERR_CHECKSUM, -14, "a saved block does not match its checksum")                                \
  X(ERR_VERSION, -15, "a saved block was written by a newer version")                              \
  X(ERR_NONFINITE, -16, "an input that must be finite is not")                                     \
  X(ERR_BUFFER, -17, "an output buffer is too small")                                              \
  X(ERR_LINALG, -18, "BLAS or LAPACK failed, or has integers of another width")                    \
  X(ERR_THREAD, -19, "a thread could not be started")                                              \
  X(ERR_STATE, -20, "a state is not one, or belongs to another map, precision or shape")           \
  X(ERR_DEPENDENT, -21, "a product of maps of one draw would be biased")                           \
  X(NOTE_OVERFLOW, 1, "some values did not fit and were written as the largest finite number")     \
  X(NOTE_NONFINITE, 2, "some input rows had no finite norm; their outputs are NaN")                \
  X(NOTE_NONPOSITIVE, 3, "some denominators were not positive; their rows were written as zeros")

/* X(NAME, symbol, value, formula). Value 0 is the default. */
#define FAVOR_KERNEL_LIST(X)                                                                       \
  X(SOFTMAX, softmax, 0, "exp(scale x.y)")                                                         \
  X(GAUSSIAN, gaussian, 1, "exp(-scale |x-y|^2 / 2)")                                              \
  X(ARCCOS1, arccos1, 2, "scale |x||y| (sin t + (pi - t) cos t) / (2 pi), t = angle(x, y)")

/* X(NAME, symbol, value, title). Row = file src/estimator/<symbol's family>.c, which defines
 * favor_estimator_<symbol>. Value 0 is FAVOR_ESTIMATOR_AUTO and has no row. */
#define FAVOR_ESTIMATOR_LIST(X)                                                                    \
  X(POSITIVE, positive, 1, "positive features, FAVOR+")                                            \
  X(TRIGONOMETRIC, trigonometric, 2, "trigonometric features")                                     \
  X(HYPERBOLIC, hyperbolic, 3, "hyperbolic positive features")                                     \
  X(RELU, relu, 4, "relu features, generalised attention")                                         \
  X(GERF, gerf, 5, "generalised exponential features with a given tilt")                           \
  X(OPRF, oprf, 6, "generalised exponential features with the optimal tilt")                       \
  X(SADERF, saderf, 7, "FAVOR#: balanced coordinates and the optimal tilt")                        \
  X(SDERF, sderf, 8, "FAVOR#: rotated rows and a tilt each coordinate")                            \
  X(ADERF, aderf, 9, "FAVOR#: a matrix each side and the optimal tilt")                            \
  X(SADERF_DIAG, saderf_diag, 10, "FAVOR#: balanced coordinates and a tilt each")                  \
  X(ADERF_DIAG, aderf_diag, 11, "FAVOR#: a matrix each side and a tilt each coordinate")           \
  X(POISSON, poisson, 12, "discrete features, Poisson counts")                                     \
  X(GEOMETRIC, geometric, 13, "discrete features, geometric counts")                               \
  X(COMPLEX_GERF, complex_gerf, 14, "generalised exponential features with a complex tilt")        \
  X(COMPLEX_EXPONENTIAL, complex_exponential, 15, "complex-exponential features, exact at a centre")

/* X(NAME, symbol, value, title). Row = file src/coupling/<symbol>.c, which defines
 * favor_coupling_<symbol>. Value 0 is FAVOR_COUPLING_AUTO and has no row. */
#define FAVOR_COUPLING_LIST(X)                                                                     \
  X(IID, iid, 1, "independent rows")                                                               \
  X(ORTHOGONAL, orthogonal, 2, "block-orthogonal rows, chi norms")                                 \
  X(FIXED_NORM, fixed_norm, 3, "block-orthogonal rows, every norm sqrt(d)")                        \
  X(SIMPLEX, simplex, 4, "rows along the vertices of a regular simplex, chi norms")                \
  X(SIMPLEX_PLUS, simplex_plus, 5, "simplex rows turned against each other by their norms")        \
  X(HADAMARD, hadamard, 6, "rows of products of Hadamard matrices and signs, chi norms")           \
  X(ANTITHETIC, antithetic, 7, "independent rows in pairs of opposite ones")

/* X(NAME, symbol, value, weight). What weighs the positive base of a hybrid map, or its other one. */
#define FAVOR_GATE_LIST(X)                                                                         \
  X(ANGULAR, angular, 1, "the positive base by angle(x, y) / pi")                                  \
  X(GAUSSIAN, gaussian, 2, "the signed base by exp(-scale |x-y|^2 / (2 width^2))")                 \
  X(CLUSTERS, clusters, 3, "a base exact at a centre by the distance from it")

/* X(NAME, symbol, value, text). */
#define FAVOR_VERDICT_LIST(X)                                                                      \
  X(NONE, none, 0, "nothing was forecast")                                                         \
  X(USE, use, 1, "use it")                                                                         \
  X(MORE_FEATURES, more_features, 2, "use more features")                                          \
  X(EXACT, exact, 3, "use exact attention")

/* X(NAME, symbol, value, title). Row = file src/kernel/<symbol>.c, which defines the tables
 * favor_table_<symbol>_f32 and _f64. Value 0 is FAVOR_ISA_AUTO and has no row. */
#define FAVOR_ISA_LIST(X)                                                                          \
  X(BLAS, blas, 1, "tiles on CBLAS GEMM")                                                          \
  X(BASELINE, baseline, 2, "own kernels on 128-bit vectors")                                       \
  X(AVX2, avx2, 3, "own kernels on 256-bit vectors: AVX2 and FMA")                                 \
  X(AVX512, avx512, 4, "own kernels on 512-bit vectors: AVX-512 F, BW, CD, DQ, VL")

#endif
