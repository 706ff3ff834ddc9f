/* SPDX-License-Identifier: MIT */
/** Saved maps: every resolved choice, the shifts and W. What a map holds beyond them is assembled
 *  anew, with the same bits.
 *
 *      dim projections kernel estimator coupling recentre seed stream form              u64 each
 *      scale gain tilt quadratic constant                                               f64 each
 *      gain_imag tilt_imag phase sign, where features have phases                       f64 each
 *      query shift [d]  key shift [d]                                                   f64 each
 *      matrices of the estimator's shape, query before key, and its tilts [d]           f64 each
 *      W [M, d]                                                                         f64 each
 */
#include <inttypes.h>
#include <math.h>

#include "base/check.h"
#include "base/status.h"
#include "map/registry.h"
#include "map/resolve.h"
#include "map/saved.h"

static const char magic[8] = {'f', 'a', 'v', 'o', 'r', 'm', 'a', 'p'};

static void write_choice(favor_writer *w, const favor_choice *c) {
  favor_write_u64(w, (uint64_t)c->dim);
  favor_write_u64(w, (uint64_t)c->projections);
  favor_write_u64(w, (uint64_t)(int64_t)c->kernel);
  favor_write_u64(w, (uint64_t)(int64_t)c->estimator);
  favor_write_u64(w, (uint64_t)(int64_t)c->coupling);
  favor_write_u64(w, (uint64_t)(int64_t)c->recentre);
  favor_write_u64(w, c->seed);
  favor_write_u64(w, c->stream);
  favor_write_u64(w, (uint64_t)c->recipe.form);
  favor_write_f64(w, c->scale);
  favor_write_f64(w, c->recipe.gain);
  favor_write_f64(w, c->recipe.tilt);
  favor_write_f64(w, c->recipe.quadratic);
  favor_write_f64(w, c->recipe.constant);
  if (c->recipe.form != FAVOR_FORM_PHASE) return;
  favor_write_f64(w, c->recipe.gain_imag);
  favor_write_f64(w, c->recipe.tilt_imag);
  favor_write_f64(w, c->recipe.phase);
  favor_write_f64(w, c->recipe.sign);
}

size_t favor_saved_write_plain(favor_writer *w, const favor_map *map) {
  const favor_choice *c = &map->choice;
  favor_write_header(w, magic);
  write_choice(w, c);
  for (int s = 0; s < 2; ++s) favor_write_f64s(w, c->dim, favor_map_shift(map, (favor_side)s));
  const favor_matrices m = favor_map_matrices(map);
  for (int64_t s = 0; s < favor_shape_matrices(m.shape); ++s) {
    favor_write_f64s(w, favor_shape_reals(m.shape, m.dim), m.g[s]);
  }
  if (m.a) favor_write_f64s(w, m.dim, m.a);
  for (int64_t j = 0; j < c->projections; ++j) {
    for (int64_t k = 0; k < c->dim; ++k) favor_write_f64(w, favor_map_drawn(map, j, k));
  }
  return favor_write_close(w);
}

favor_status favor_map_save(const favor_map *map, void *block, size_t block_size, size_t *bytes) {
  if (!map || !bytes) return FAVOR_ERR_NULL;
  favor_writer counting = {NULL, 0}, writing = {block, 0};
  size_t (*write)(favor_writer *, const favor_map *) =
      favor_map_is_combination(map) ? favor_saved_write_combination : favor_saved_write_plain;
  *bytes = write(&counting, map);
  if (!block) return FAVOR_OK;
  if (block_size < *bytes) return FAVOR_ERR_BUFFER;
  write(&writing, map);
  return FAVOR_OK;
}

/* A field that must be in [low, high]; anything else fails the reader. */
static int64_t read_between(favor_reader *r, int64_t low, int64_t high) {
  const int64_t value = (int64_t)favor_read_u64(r);
  if (value < low || value > high) r->failed = true;
  return value;
}

static void read_choice(favor_reader *r, favor_choice *c) {
  c->dim = read_between(r, 1, FAVOR_MAP_DIM_MAX);
  c->projections = read_between(r, 1, FAVOR_MAP_PROJECTIONS_MAX);
  c->kernel = (int32_t)read_between(r, 0, INT32_MAX);
  c->estimator = (int32_t)read_between(r, 1, INT32_MAX);
  c->coupling = (int32_t)read_between(r, FAVOR_COUPLING_EXTERNAL, INT32_MAX);
  c->recentre = (int32_t)read_between(r, 0, 1);
  c->seed = favor_read_u64(r);
  c->stream = favor_read_u64(r);
  c->recipe.form = (favor_form)read_between(r, 0, FAVOR_FORM_COUNT - 1);
  c->scale = favor_read_f64(r);
  c->recipe.gain = favor_read_f64(r);
  c->recipe.tilt = favor_read_f64(r);
  c->recipe.quadratic = favor_read_f64(r);
  c->recipe.constant = favor_read_f64(r);
  if (c->recipe.form != FAVOR_FORM_PHASE) return;
  c->recipe.gain_imag = favor_read_f64(r);
  c->recipe.tilt_imag = favor_read_f64(r);
  c->recipe.phase = favor_read_f64(r);
  c->recipe.sign = favor_read_f64(r);
}

/* Equal up to the rounding of another machine's logarithm. */
static bool nearly(double a, double b) {
  return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

/* The recipe is what the estimator makes of the tilt, or of the tilts of its shape: any other would load
 * as a quietly biased map. */
static bool valid_recipe(const favor_choice *c, favor_matrices matrices) {
  const favor_estimator *estimator = favor_estimator_of_leaf(c->estimator);
  favor_recipe made = {.form = estimator->form, .shape = estimator->shape};
  const favor_fit_input in = {.dim = c->dim,
                              .projections = c->projections,
                              .kernel = c->kernel,
                              .tilt = c->recipe.tilt,
                              .tilt_imag = c->recipe.tilt_imag,
                              .sign = c->recipe.sign,
                              .matrices = matrices,
                              .given = true};
  return estimator->fit(&in, &made, NULL) == FAVOR_OK && c->recipe.tilt == made.tilt &&
         nearly(c->recipe.gain, made.gain) && nearly(c->recipe.quadratic, made.quadratic) &&
         nearly(c->recipe.constant, made.constant) && c->recipe.tilt_imag == made.tilt_imag &&
         nearly(c->recipe.gain_imag, made.gain_imag) && nearly(c->recipe.phase, made.phase);
}

/* Everything that creation guarantees about a choice, so that a loaded map is as safe as a made one. */
static bool valid(const favor_loading *l, const favor_choice *c) {
  const favor_estimator *estimator = favor_estimator_of_leaf(c->estimator);
  const favor_target *target = favor_target_of_leaf(c->kernel);
  if (!l->leaf && !favor_estimator_find(c->estimator)) return false;
  if (!estimator || !target || !(estimator->kernels >> c->kernel & 1)) return false;
  if (c->coupling != FAVOR_COUPLING_EXTERNAL) {
    const favor_coupling *coupling = favor_coupling_find(c->coupling);
    if (!coupling || favor_rows_refused(estimator, coupling)) return false;
  }
  if (c->recentre && !target->recentres) return false;
  if (!favor_choice_scale_ok(c->scale) || !favor_choice_tilt_ok(c->recipe.tilt)) return false;
  if (c->recipe.form != estimator->form) return false;
  if (!favor_choice_tilt_imag_ok(c->recipe.tilt_imag)) return false;
  if (c->recipe.form == FAVOR_FORM_PHASE && fabs(c->recipe.sign) != 1) return false;
  const favor_matrices none = {.shape = FAVOR_SHAPE_NONE, .dim = c->dim};
  return estimator->shape != FAVOR_SHAPE_NONE || valid_recipe(c, none);
}

/* Shifts are exact in float32 and bounded, zero without recentring. */
static bool read_shifts(favor_reader *r, favor_map *map) {
  const favor_choice *c = &map->choice;
  for (int s = 0; s < 2; ++s) {
    double *shift = favor_map_shift_to_fill(map, (favor_side)s);
    favor_read_f64s(r, c->dim, shift);
    for (int64_t k = 0; k < c->dim; ++k) {
      if (!favor_choice_shift_ok(shift[k]) || (!c->recentre && shift[k] != 0)) return false;
    }
  }
  return true;
}

/* The matrices, and the recipe that belongs to them. */
static bool read_matrices(favor_reader *r, favor_map *map) {
  const favor_matrices m = favor_map_matrices(map);
  double *scratch = (double *)(void *)((unsigned char *)map + map->leaf.scratch);
  if (m.shape == FAVOR_SHAPE_NONE) return true;
  for (int64_t s = 0; s < favor_shape_matrices(m.shape); ++s) {
    favor_read_f64s(r, favor_shape_reals(m.shape, m.dim), m.g[s]);
  }
  favor_read_f64s(r, m.dim, m.a);
  return favor_shape_valid(&m, scratch) && valid_recipe(&map->choice, m);
}

static bool read_rows(favor_reader *r, favor_map *map, double *row) {
  for (int64_t j = 0; j < map->choice.projections; ++j) {
    favor_read_f64s(r, map->choice.dim, row);
    if (!favor_choice_row_ok(map->choice.dim, row)) return false;
    favor_map_put_row(map, j, row);
  }
  return true;
}

static favor_status malformed(favor_report *report, const char *what) {
  return favor_fail(report, FAVOR_ERR_FORMAT, "block", "the block's %s", what);
}

static favor_status read_map(const favor_loading *l, favor_reader *r, favor_map **out) {
  favor_report *report = l->report;
  favor_choice choice = {0};
  favor_map *map = NULL;
  read_choice(r, &choice);
  if (r->failed || !valid(l, &choice)) return malformed(report, "options are not those of a map");
  choice.recipe.shape = favor_estimator_of_leaf(choice.estimator)->shape;
  const int64_t numbers =
      (2 + choice.projections) * choice.dim + favor_shape_total(choice.recipe.shape, choice.dim);
  if (!favor_read_has(r, numbers)) {
    return malformed(report, "arrays are shorter than its options say");
  }
  if (!r->newer && r->size - r->at != 8 * (size_t)numbers) {
    return malformed(report, "arrays are longer than its options say");
  }
  favor_status status = favor_map_allocate(&choice, l->table, &l->allocator, report, &map);
  if (status < 0) return status;
  double *row = favor_alloc_array(&l->allocator, choice.dim, 1, sizeof *row);
  if (!row) {
    status = favor_fail(report, FAVOR_ERR_MEMORY, "", "a row of w could not be allocated");
    goto fail;
  }
  bool good = read_shifts(r, map) && read_matrices(r, map);
  if (good) favor_map_assemble(map);
  good = good && read_rows(r, map, row);
  favor_free(&l->allocator, row);
  if (!good) {
    status =
        favor_fail(report, FAVOR_ERR_VALUE, "block", "the block holds numbers that no map has");
    goto fail;
  }
  favor_map_seal(map);
  *out = map;
  return FAVOR_OK;
fail:
  favor_map_destroy(map);
  return status;
}

favor_status favor_saved_read_plain(const favor_loading *l, const void *block, size_t block_size,
                                    favor_map **out) {
  favor_reader reader;
  const favor_status status = favor_read_open(&reader, magic, block, block_size, l->report);
  return status < 0 ? status : read_map(l, &reader, out);
}

favor_status favor_map_load(const void *block, size_t block_size, int32_t isa,
                            const favor_allocator *allocator, favor_report *report,
                            favor_map **out) {
  favor_loading l = {.report = report};
  favor_report_begin(report);
  favor_status status = favor_check_pointer(report, "out", out);
  if (status < 0) return status;
  *out = NULL;
  status = favor_check_pointer(report, "block", block);
  if (status < 0) return status;
  status = favor_allocator_resolve(allocator, &l.allocator);
  if (status < 0) {
    return favor_fail(report, status, "allocator",
                      "only one of alloc and free is set; both or neither");
  }
  status = favor_table_select(isa, report, l.table);
  if (status < 0) return status;
  return favor_saved_is_combination(block, block_size)
             ? favor_saved_read_combination(&l, block, block_size, out)
             : favor_saved_read_plain(&l, block, block_size, out);
}
