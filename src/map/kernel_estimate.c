/* SPDX-License-Identifier: MIT */
/** Estimated kernel blocks. Both sides are evaluated relative to their rows' maxima and multiplied
 *  by GEMM. Where the two rows of a pair peak at features far apart, the product of the relative
 *  features underflows although the estimate does not: such pairs are summed again from their
 *  exponents. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/executor.h"
#include "base/real.h"
#include "base/status.h"
#include "map/kernel_out.h"

static const double ln_2 = 0.69314718055994530942;

/* Keys of one product. */
enum { key_rows = 64 };

typedef struct favor_estimate {
  const favor_map *map;
  favor_precision precision;
  int64_t ldx, ldy;
  const void *x, *y;
  favor_work work;
  favor_kernel_out out;
} favor_estimate;

static void slot_layout(favor_slot *slot, const favor_map *map, favor_precision precision,
                        favor_arena *arena) {
  const size_t real = map->table[precision]->real;
  slot->ld = (map->node.features + 15) / 16 * 16;
  favor_rows_layout(&slot->rows, map, precision, FAVOR_TILE_ROWS, arena);
  favor_rows_layout(&slot->keys, map, precision, key_rows, arena);
  slot->rows_raw = favor_arena_take(arena, FAVOR_TILE_ROWS, slot->ld, real);
  slot->keys_raw = favor_arena_take(arena, key_rows, slot->ld, real);
  slot->rows_phi = favor_arena_take(arena, FAVOR_TILE_ROWS, slot->ld, real);
  slot->keys_phi = favor_arena_take(arena, key_rows, slot->ld, real);
  slot->product = favor_arena_take(arena, FAVOR_TILE_ROWS, key_rows, real);
}

/* Raw exponents or factors of a tile, kept, and its relative features beside them. */
static void evaluate(const favor_estimate *e, favor_side side, favor_rows *rows, int64_t n,
                     const void *x, int64_t ldx, void *raw, void *phi, int64_t ld) {
  favor_rows_raw(e->map, e->precision, side, rows, n, x, ldx, raw, ld);
  memcpy(phi, raw, (size_t)(n * ld) * e->map->table[e->precision]->real);
  favor_rows_relative(e->map, e->precision, rows, phi, ld);
}

/* Terms flushed to zero are below the smallest normal number each; from this product on they are below
 * 2^-62 F (float32) or 2^-122 F (float64) of it. */
static double safe_product(favor_precision precision) {
  return precision == FAVOR_F32 ? 0x1p-64 : 0x1p-900;
}

/* ln sum_j 2^(a_j + b_j), in float64 from the exponents of the two rows. */
static double log_sum(const favor_estimate *e, const void *a, int64_t ia, const void *b,
                      int64_t ib) {
  const int64_t features = e->map->node.features;
  double top = -INFINITY, sum = 0;
  for (int64_t j = 0; j < features; ++j) {
    const double t =
        favor_real_get(e->precision, a, ia + j) + favor_real_get(e->precision, b, ib + j);
    if (t > top) top = t;
  }
  for (int64_t j = 0; j < features; ++j) {
    sum += exp2(favor_real_get(e->precision, a, ia + j) + favor_real_get(e->precision, b, ib + j) -
                top);
  }
  return ln_2 * top + log(sum);
}

/* One panel of a pair: the largest exponent of its terms, or, above `top`, their sum. */
static double panel_sum(const favor_estimate *e, const favor_slot *slot, int64_t i, int64_t j,
                        const favor_walk *walk, const double *top) {
  const favor_rows *sides[2] = {&slot->rows, &slot->keys};
  const void *raw[2] = {slot->rows_raw, slot->keys_raw};
  const int64_t row[2] = {i, j};
  const bool exponents = favor_rows_has_exponents(e->map, walk);
  const bool both = favor_rows_has_both(e->map, walk);
  double r = 0, result = top ? 0 : -INFINITY;
  int sign = 1;
  for (int s = 0; s < 2; ++s) {
    favor_row_scalar scalar = favor_node_scalar(&e->map->node, favor_map_base(e->map),
                                                (favor_side)s, walk, &sides[s]->tile, row[s]);
    r += scalar.r;
    sign *= scalar.sign;
  }
  for (int64_t c = 0; sign != 0 && c < walk->columns; ++c) {
    const double a = favor_real_get(e->precision, raw[0], i * slot->ld + walk->first + c);
    const double b = favor_real_get(e->precision, raw[1], j * slot->ld + walk->first + c);
    if (!top) {
      const double t = exponents ? a + b + r : r;
      if (t > result) result = t;
    } else {
      double factor = exponents ? 1 : a * b;
      for (int s = 0; both && s < 2; ++s) {
        factor *= favor_real_get(e->precision, sides[s]->factors,
                                 row[s] * sides[s]->ldf + walk->first + c);
      }
      result += sign * factor * exp2((exponents ? a + b : 0) + r - *top);
    }
  }
  return result;
}

/* ln |sum of all terms| and its sign, in float64, for sums with terms of either sign. */
static double log_sum_signed(const favor_estimate *e, const favor_slot *slot, int64_t i, int64_t j,
                             int *sign) {
  const favor_node *node = &e->map->node;
  const unsigned char *base = favor_map_base(e->map);
  double top = -INFINITY, sum = 0;
  favor_walk walk;
  for (bool more = favor_node_first(node, base, &walk); more;
       more = favor_node_next(node, base, &walk)) {
    top = fmax(top, panel_sum(e, slot, i, j, &walk, NULL));
  }
  for (bool more = !isinf(top) && favor_node_first(node, base, &walk); more;
       more = favor_node_next(node, base, &walk)) {
    sum += panel_sum(e, slot, i, j, &walk, &top);
  }
  *sign = (sum > 0) - (sum < 0);
  return ln_2 * top + log(fabs(sum));
}

static void put_pair(favor_estimate *e, const favor_slot *slot, int64_t i, int64_t j, int64_t row,
                     int64_t key) {
  if (!slot->rows.tile.finite[i] || !slot->keys.tile.finite[j]) {
    favor_kernel_out_put(&e->out, row, key, NAN, 1);
    return;
  }
  const double dot = favor_real_get(e->precision, slot->product, i * key_rows + j);
  const bool mixed = !e->map->node.plain || slot->rows.factors;
  if (mixed && !(fabs(dot) >= safe_product(e->precision))) {
    int sign = 0;
    const double log_dot = log_sum_signed(e, slot, i, j, &sign);
    favor_kernel_out_put(&e->out, row, key, log_dot, sign);
    return;
  }
  if (e->map->node.exponential && !(dot >= safe_product(e->precision))) {
    const double log_dot = log_sum(e, slot->rows_raw, i * slot->ld, slot->keys_raw, j * slot->ld);
    const double r = slot->rows.tile.r[i] + slot->keys.tile.r[j];
    favor_kernel_out_put(&e->out, row, key, log_dot + ln_2 * r, 1);
    return;
  }
  const double scale = slot->rows.scale[i] + slot->keys.scale[j];
  favor_kernel_out_put(&e->out, row, key, log(fabs(dot)) + ln_2 * scale, (dot > 0) - (dot < 0));
}

static void estimate_keys(favor_estimate *e, favor_slot *slot, int64_t first_row, int64_t rows,
                          int64_t first_key) {
  const favor_table *table = e->map->table[e->precision];
  const int64_t left = e->out.k - first_key, keys = left < key_rows ? left : key_rows;
  const void *y = favor_rows_at(e->precision, e->y, first_key, e->ldy);
  evaluate(e, FAVOR_KEY, &slot->keys, keys, y, e->ldy, slot->keys_raw, slot->keys_phi, slot->ld);
  table->product(rows, keys, e->map->node.features, slot->rows_phi, slot->ld, slot->keys_phi,
                 slot->ld, 0, slot->product, key_rows);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < keys; ++j) put_pair(e, slot, i, j, first_row + i, first_key + j);
  }
  /* Every query tile meets all keys; the first one counts them. */
  for (int64_t j = 0; first_row == 0 && j < keys; ++j) {
    if (!slot->keys.tile.finite[j]) favor_tally_row(&e->out.tally.nonfinite, first_key + j);
  }
}

static void estimate_tile(void *ctx, int64_t slot_number, int64_t item) {
  favor_estimate *e = ctx;
  favor_slot slot;
  favor_work_slot(&e->work, slot_number, slot_layout, &slot);
  const int64_t first = item * FAVOR_TILE_ROWS, left = e->out.n - first;
  const int64_t rows = left < FAVOR_TILE_ROWS ? left : FAVOR_TILE_ROWS;
  const void *x = favor_rows_at(e->precision, e->x, first, e->ldx);
  evaluate(e, FAVOR_QUERY, &slot.rows, rows, x, e->ldx, slot.rows_raw, slot.rows_phi, slot.ld);
  for (int64_t key = 0; key < e->out.k; key += key_rows) estimate_keys(e, &slot, first, rows, key);
  for (int64_t i = 0; i < rows; ++i) {
    favor_kernel_out_row_done(&e->out, first + i);
    if (!slot.rows.tile.finite[i]) favor_tally_row(&e->out.tally.nonfinite, first + i);
  }
}

static favor_status estimate(favor_estimate *e, void *work, size_t work_size,
                             const favor_executor *executor, favor_report *report) {
  favor_array written[2];
  favor_report_begin(report);
  favor_status status = favor_check_map_call(report, e->map, FAVOR_QUERY);
  if (status < 0) return status;
  const size_t real = e->map->table[e->precision]->real;
  const int64_t d = e->map->node.dim;
  favor_kernel_out_arrays(&e->out, written);
  const favor_array arrays[] = {
      favor_array_rows("n", e->out.n),
      favor_array_rows("k", e->out.k),
      {"x", "ldx", e->x, e->out.n, d, e->ldx, real, false},
      {"y", "ldy", e->y, e->out.k, d, e->ldy, real, false},
      written[0],
      written[1],
      favor_array_work(work, work_size),
  };
  status = favor_check_arrays(report, sizeof arrays / sizeof *arrays, arrays);
  if (status < 0) return status;
  const int64_t items = e->out.k > 0 ? (e->out.n + FAVOR_TILE_ROWS - 1) / FAVOR_TILE_ROWS : 0;
  status = favor_work_begin(&e->work, e->map, e->precision, slot_layout, items, executor, work,
                            work_size, report);
  if (status < 0) return status;
  favor_tally_begin(&e->out.tally);
  favor_execute(executor, e->work.slots, items, estimate_tile, e);
  favor_work_end(&e->work);
  return favor_tally_end(&e->out.tally, report);
}

favor_status favor_kernel_estimate_workspace(const favor_map *map, favor_precision precision,
                                             const favor_executor *executor, size_t *bytes) {
  return favor_work_query(map, precision, slot_layout, executor, bytes);
}

favor_status favor_kernel_estimate_f32(const favor_map *map, int64_t n, const float *x, int64_t ldx,
                                       int64_t k, const float *y, int64_t ldy, float *out,
                                       int64_t ldo, void *work, size_t work_size,
                                       const favor_executor *executor, favor_report *report) {
  favor_estimate e = {
      .map = map,
      .precision = FAVOR_F32,
      .ldx = ldx,
      .ldy = ldy,
      .x = x,
      .y = y,
      .out = {.form = FAVOR_KERNEL_PLAIN_F32, .data = out, .n = n, .k = k, .ld = ldo}};
  return estimate(&e, work, work_size, executor, report);
}

favor_status favor_kernel_estimate_f64(const favor_map *map, int64_t n, const double *x,
                                       int64_t ldx, int64_t k, const double *y, int64_t ldy,
                                       double *out, int64_t ldo, void *work, size_t work_size,
                                       const favor_executor *executor, favor_report *report) {
  favor_estimate e = {
      .map = map,
      .precision = FAVOR_F64,
      .ldx = ldx,
      .ldy = ldy,
      .x = x,
      .y = y,
      .out = {.form = FAVOR_KERNEL_PLAIN_F64, .data = out, .n = n, .k = k, .ld = ldo}};
  return estimate(&e, work, work_size, executor, report);
}

favor_status favor_kernel_estimate_log_f64(const favor_map *map, int64_t n, const double *x,
                                           int64_t ldx, int64_t k, const double *y, int64_t ldy,
                                           double *log_out, int8_t *sign, int64_t ldo, void *work,
                                           size_t work_size, const favor_executor *executor,
                                           favor_report *report) {
  favor_estimate e = {
      .map = map,
      .precision = FAVOR_F64,
      .ldx = ldx,
      .ldy = ldy,
      .x = x,
      .y = y,
      .out = {.form = FAVOR_KERNEL_LOG, .data = log_out, .sign = sign, .n = n, .k = k, .ld = ldo}};
  return estimate(&e, work, work_size, executor, report);
}
