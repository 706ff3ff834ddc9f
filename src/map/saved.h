/* SPDX-License-Identifier: MIT */
/** Saved maps: what the files of plain maps and of combinations share. */
#ifndef FAVOR_MAP_SAVED_H
#define FAVOR_MAP_SAVED_H

#include "base/block.h"
#include "map/map.h"

/** Whom a loaded map is made for. */
typedef struct favor_loading {
  const favor_table *table[2];
  favor_allocator allocator;
  bool leaf; /* of a combination, which may be a gate's */
  favor_report *report;
} favor_loading;

/** Write a block, or count it (w->base NULL); returns its size, a multiple of 8. */
size_t favor_saved_write_plain(favor_writer *w, const favor_map *map);
size_t favor_saved_write_combination(favor_writer *w, const favor_map *map);

/** True where a block begins as that of a combination does. */
bool favor_saved_is_combination(const void *block, size_t block_size);

/** Make the map of a block; *out is touched on success alone. */
favor_status favor_saved_read_plain(const favor_loading *l, const void *block, size_t block_size,
                                    favor_map **out);
favor_status favor_saved_read_combination(const favor_loading *l, const void *block,
                                          size_t block_size, favor_map **out);

#endif
