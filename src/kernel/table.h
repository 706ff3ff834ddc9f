/* SPDX-License-Identifier: MIT */
/** The kernel table: everything that runs per element, once per instruction set and precision.
 *
 *  A table is one const struct. Slots take void pointers to elements of the table's precision
 *  ("real" below), so that the layers above are written once; every slot's body begins by naming
 *  its types. Matrices are row-major with leading dimensions in elements. Slots trust their
 *  callers: shapes are valid, buffers are as large as said, aligned to 64 bytes where said. No slot
 *  allocates, locks or calls through a pointer per element, and none reads or writes outside the
 *  shapes given.
 *
 *  Packed projections. W' (inputs by projections) is stored in column panels of `pack_width`
 *  columns, [panel][dim][pack_width], aligned, with zero columns behind the last;
 *  favor_pack_columns() tells how many columns there are, favor_pack_index() where an element is.
 *  Buffers of exponents and factors have room up to that.
 *
 *  Exactness. In own-kernel tables each element of `project` is one chain of multiply-adds over the
 *  dimension in ascending order, starting from the bias (fused where the instruction set fuses), so
 *  that its bits depend on the row and the column only: not on the tile's height, the row's place
 *  in it or the thread. Exponents are base 2. -inf is a legal exponent and gives exactly 0.
 */
#ifndef FAVOR_KERNEL_TABLE_H
#define FAVOR_KERNEL_TABLE_H

#include <stdbool.h>

#include "favor/favor.h"

/* Rows of a tile, and features of a panel, at most. A panel is a whole number of FAVOR_PACK
 * columns. */
#define FAVOR_TILE_ROWS 128
#define FAVOR_PANEL 512
#define FAVOR_PACK 32

typedef struct favor_table {
  int32_t isa; /* favor_isa_id */
  favor_precision precision;
  size_t real;        /* bytes of an element: 4 or 8 */
  int64_t pack_width; /* columns of a packed panel: FAVOR_PACK, or FAVOR_PANEL / 2 on BLAS, so that
                              a panel of paired features also starts at a packed panel */
  int64_t vector_bytes;    /* of its own kernels; 0: its products are a library's */
  bool (*supported)(void); /* does this processor run it */

  /** in[i, 0..dim) = gain (x[i, :] - shift), in[i, dim..ldin) = 0. shift NULL: 0; gain is rounded
   *  to a real. ldin a multiple of 16. */
  void (*load)(int64_t rows, int64_t dim, const void *x, int64_t ldx, const void *shift,
               double gain, void *in, int64_t ldin);

  /** With d = x_i - shift in float64 from the reals of x (not from what load rounded: at norm 1000
   *  that would cost 3 %): norm2[i] = |d|^2 and, where u is not NULL, dot[i] = u.d. shift NULL: 0.
   *  */
  void (*row_scalars)(int64_t rows, int64_t dim, const void *x, int64_t ldx, const void *shift,
                      const double *u, double *norm2, double *dot);

  /** t[i, 0..columns) = bias + in_i . w for columns [0, columns) of the packed panels at w, whose
   *  width is `panel` (favor_pack_panel of the whole matrix). w is at the start of a panel; columns
   *  ends with a panel, and only the matrix's last panel may be narrower. bias is padded like the
   *  columns; NULL is 0. */
  void (*project)(int64_t rows, int64_t dim, const void *in, int64_t ldin, const void *w,
                  int64_t panel, const void *bias, int64_t columns, void *t, int64_t ldt);

  /** in[i, 0..dim) += g[i, 0..columns) . w', the transpose of project's product, for gradients. */
  void (*project_transposed)(int64_t rows, int64_t dim, const void *g, int64_t ldg, const void *w,
                             int64_t panel, int64_t columns, void *in, int64_t ldin);

  /** e[i, 2m] = t[i, m] + bias[m], e[i, 2m+1] = -t[i, m] + bias[m]: the two signs of a projection
   *  computed without bias. e has twice the columns; e and t do not overlap. */
  void (*expand_signs)(int64_t rows, int64_t columns, const void *t, int64_t ldt, const void *bias,
                       void *e, int64_t lde);

  /** g[i, 2m] = cos 2 pi t, g[i, 2m+1] = sin 2 pi t, t in turns, within 2 ulp of 1 for |t| up to
   *  2^21 (f32) or 2^50 (f64) and within [-1, 1] for every finite t; NaN for a non-finite one. g
   *  has twice the columns; g and t do not overlap. */
  void (*cosine_sine)(int64_t rows, int64_t columns, const void *t, int64_t ldt, void *g,
                      int64_t ldg);

  /** g = max(0, t) * 2^-k_i with one integer k a row, exact barring underflow for |k| up to 252
   *  (f32) or 2044 (f64); a NaN stays. In place allowed. */
  void (*relu)(int64_t rows, int64_t columns, const void *t, int64_t ldt, const int64_t *k, void *g,
               int64_t ldg);

  /** max[i] = max(max[i], max over columns of e[i, :]); a NaN in e is ignored. */
  void (*row_max)(int64_t rows, int64_t columns, const void *e, int64_t lde, void *max);

  /** max[j] = max(max[j], max over rows of floor(e[i, j] + fraction[i]) + add[i]), add integers
   *  held as reals: what exp2 with the same fraction and row needs subtracted to stay below 2. A
   *  NaN is ignored. */
  void (*column_top)(int64_t rows, int64_t columns, const void *e, int64_t lde,
                     const void *fraction, const void *add, void *max);

  /** max[i] = max(max[i], max over columns of floor(e[i, j]) + column[j]), column integers held as
   *  reals. A NaN is ignored. */
  void (*row_top)(int64_t rows, int64_t columns, const void *e, int64_t lde, const void *column,
                  void *max);

  /** x[i, :] *= 2^power[i], exact barring underflow for |power| up to 252 (f32) or 2044 (f64);
   *  beyond it is taken for that. */
  void (*scale_rows)(int64_t rows, int64_t columns, const int64_t *power, void *x, int64_t ldx);

  /** out[i, j] = 2^(e[i, j] + fraction[i] + row[i] + column[j]), where row and column are integers
   *  held as reals: t = e + fraction, n = rint(t), the polynomial sees t - n, and the integers (n +
   *  row) + column meet only in the exponent, exact below 2^24 (f32) or 2^53 (f64). fraction, row,
   *  column NULL: 0. Within 2 ulp of exact for the t computed, which counts as an integer from 2^22
   *  or 2^51 on. Nothing subnormal is written: where n + row + column < -125 or -1021, below
   *  sqrt(2) times the smallest normal number or less, the result is 0. Overflow gives +inf, -inf
   *  gives 0 whatever it meets, exponents never wrap, NaN stays NaN. In place allowed. */
  void (*exp2)(int64_t rows, int64_t columns, const void *e, int64_t lde, const void *fraction,
               const void *row, const void *column, void *out, int64_t ldo);

  /** exp2 where the integers are maxima of column_top (column_first false: they meet as (n + row) +
   *  column) or of row_top (true: (n + column) + row), so that the result is below 2 wherever the
   *  integers are exact. Beyond, they round as they did in the maximum, whose own weight is thus at
   *  least 1 / sqrt(2), and the exponent is taken for 1 at most: no weight reaches 3. fraction
   *  NULL: 0. In place allowed. */
  void (*weigh)(int64_t rows, int64_t columns, const void *e, int64_t lde, const void *fraction,
                const void *row, const void *column, bool column_first, void *out, int64_t ldo);

  /** out[i, j] *= g[i, j]. */
  void (*multiply)(int64_t rows, int64_t columns, const void *g, int64_t ldg, void *out,
                   int64_t ldo);

  /** s [columns, dv] = scale[j] s[j, :] + p' v with p [rows, columns], v [rows, dv]: keys into a
   *  state. scale NULL: 1. */
  void (*accumulate)(int64_t rows, int64_t columns, int64_t dv, const void *p, int64_t ldp,
                     const void *v, int64_t ldv, const void *scale, void *s, int64_t lds);

  /** out [rows, dv] = beta out + p [rows, columns] s [columns, dv], beta 0 or 1: queries read a
   *  state. */
  void (*read)(int64_t rows, int64_t columns, int64_t dv, const void *p, int64_t ldp, const void *s,
               int64_t lds, int beta, void *out, int64_t ldo);

  /** a [rows, keys] = beta a + p [rows, columns] q' with q [keys, columns], beta 0 or 1. */
  void (*product)(int64_t rows, int64_t keys, int64_t columns, const void *p, int64_t ldp,
                  const void *q, int64_t ldq, int beta, void *a, int64_t lda);

  /** As product for keys = rows, then a[i, j] = 0 for j > i: masked after the product. */
  void (*triangular_product)(int64_t rows, int64_t columns, const void *p, int64_t ldp,
                             const void *q, int64_t ldq, int beta, void *a, int64_t lda);
} favor_table;

/** Columns of `columns` once packed: rounded up to FAVOR_PACK. The width of their panels: the
 *  table's, but never more than all columns. The last panel of a BLAS table may be narrower:
 *  [panel][dim][its width]. */
int64_t favor_pack_columns(int64_t columns);
int64_t favor_pack_panel(const favor_table *table, int64_t columns);

/** Where element (projection j, input k) of `columns` packed projections lies, in elements. */
int64_t favor_pack_index(const favor_table *table, int64_t columns, int64_t dim, int64_t j,
                         int64_t k);

/** Write projection j, w [dim] in float64, rounded to reals, into the favor_pack_columns(columns) *
 *  dim reals at `packed`; projections behind the last are the caller's zeros. */
void favor_pack_row(const favor_table *table, int64_t columns, int64_t dim, int64_t j,
                    const double *w, void *packed);

/** Choose the tables of an instruction set, for both precisions. AUTO: the environment variable
 *  FAVOR_ISA if set and not empty (secure_getenv), else own kernels of this processor's widest
 *  vectors where they are built in, else BLAS. FAVOR_ERR_ENUM for unknown values, FAVOR_ERR_ISA for
 *  what this build or processor lacks and for an unknown name in FAVOR_ISA; the report says which
 *  names there are. */
favor_status favor_table_select(int32_t isa, favor_report *report, const favor_table *out[2]);

#define FAVOR_LIST_TABLE(name, symbol, value, text)                                                \
  extern const favor_table favor_table_##symbol##_f32, favor_table_##symbol##_f64;
FAVOR_ISA_LIST(FAVOR_LIST_TABLE)

#endif
