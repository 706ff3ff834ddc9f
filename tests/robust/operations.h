/* SPDX-License-Identifier: MIT */
/** Every call that allocates, in one form, and the objects that they work on. */
#ifndef FAVOR_TESTS_ROBUST_OPERATIONS_H
#define FAVOR_TESTS_ROBUST_OPERATIONS_H

#include "robust/maps.h"

#define OP_DIM INT64_C(5)
#define OP_PROJECTIONS INT64_C(6)
#define OP_ROWS INT64_C(3)
#define OP_OUT 512 /* room for any output of an operation, in float64 */

struct attention_operation;

/** What stands before an operation and must stand as it was after one that failed. */
typedef struct world {
  favor_allocator allocator; /* that of every object and call; all zero: malloc */
  favor_stats *stats;
  favor_map *map;
  unsigned char *map_block, *stats_block;
  size_t map_bytes, stats_bytes;
  float x32[OP_ROWS * OP_DIM], w32[OP_PROJECTIONS * OP_DIM], out32[OP_OUT];
  double x64[OP_ROWS * OP_DIM], w64[OP_PROJECTIONS * OP_DIM], out64[OP_OUT], log_scale[OP_ROWS];
  int8_t sign[OP_OUT];
  map_case which; /* what `create_case` makes */
  bool with_stats;
  const struct attention_operation *current; /* what run_current runs */
} world;

/** Workspace and executor of a call; all zero: none. */
typedef struct call_memory {
  void *work;
  size_t bytes;
  const favor_executor *executor;
} call_memory;

/** A call that takes a workspace: attention, and states in memory of their own. */
typedef struct attention_operation {
  const char *name;
  favor_status (*run)(world *w, favor_precision precision, const call_memory *memory);
  favor_precision precision;
} attention_operation;

extern const attention_operation attention_operations[];
extern const int num_attention_operations;

/** Run w->current without a workspace, in the form of an operation; where it fails its state must be as it was. */
favor_status run_current(world *w, void **made);

/** Everything about states that takes neither a workspace nor an allocator. */
favor_status run_without_memory(world *w);

typedef struct operation {
  const char *name;
  favor_status (*run)(world *w, void **made); /* *made: the new object, NULL if it makes none */
  void (*destroy)(void *made);
} operation;

extern const operation operations[];
extern const int num_operations;

/** Make the map of w->which, with or without statistics; not in the list, since it runs over all
 *  maps. */
extern const operation create_case;

/** Make a state; its destruction needs the map that it was made with. */
extern const operation create_state_case;

void world_open(world *w, const favor_allocator *allocator);
void world_close(world *w);

/** The objects still save to the same bytes, and no output was written. */
void assert_world_unchanged(const world *w);

/** Make the outputs 0xA5 again. */
void world_clear_outputs(world *w);

#endif
