/* SPDX-License-Identifier: MIT */
/** The functions of sections 7 and 8 of favor.h with the precision as an argument, and arrays of either. */
#ifndef FAVOR_TESTS_ATTENTION_CALLS_H
#define FAVOR_TESTS_ATTENTION_CALLS_H

#include "support/test.h"

size_t real_size(favor_precision precision);
double real_get(favor_precision precision, const void *x, int64_t i);
void real_set(favor_precision precision, void *x, int64_t i, double value);

/** The address of element i. */
void *real_address(favor_precision precision, const void *x, int64_t i);

/** n values of a precision; free() them. Each is the rounded x[i]; x NULL: 0xA5 in every byte. */
void *reals(favor_precision precision, int64_t n, const double *x);

/** Where a call works and reports: all zero is the library's own memory, this thread and no report. */
typedef struct call_room {
  void *work;
  size_t work_size;
  const favor_executor *executor;
  favor_report *report;
} call_room;

/** Room for a call: a workspace of that many bytes, every one 0xFF, so that whatever is read before it is
 *  written is NaN. free() room.work. */
call_room dirty_room(size_t bytes);

favor_status attend(favor_precision precision, int64_t num_maps, const favor_map *const *maps,
                    const favor_attention_desc *desc, const void *q, const void *k, const void *v,
                    void *out, call_room room);

/** Arrays with their leading dimensions. */
typedef struct matrix {
  void *x;
  int64_t ld;
} matrix;

favor_status state_absorb(favor_precision precision, const favor_map *map, favor_state *state,
                          int64_t n, matrix k, matrix v, call_room room);
favor_status state_read(favor_precision precision, const favor_map *map, const favor_state *state,
                        int64_t n, matrix q, matrix out, double *log_norm, call_room room);
favor_status state_causal(favor_precision precision, const favor_map *map, favor_state *state,
                          int64_t n, matrix q, matrix k, matrix v, matrix out, double *log_norm,
                          call_room room);
favor_status state_step_many(favor_precision precision, const favor_map *map, int64_t n,
                             void *states, size_t stride, matrix q, matrix k, matrix v, matrix out,
                             call_room room);
favor_status state_absorb_features(favor_precision precision, favor_state *state, int64_t n,
                                   matrix phi, const double *log_scale, matrix v,
                                   favor_report *report);
favor_status state_read_features(favor_precision precision, const favor_state *state, int64_t n,
                                 matrix phi, const double *log_scale, matrix out, double *log_norm,
                                 favor_report *report);

/** A state from the map's allocator, and one block of n of them, each `*stride` bytes from the last; free()
 *  the block. */
favor_state *state_new(const favor_map *map, int64_t dv, favor_precision precision);
unsigned char *states_new(const favor_map *map, int64_t dv, favor_precision precision, int64_t n,
                          size_t *stride);

#endif
