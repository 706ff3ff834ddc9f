/* SPDX-License-Identifier: MIT */
/** Projections that come from the caller. */
#ifndef FAVOR_MAP_GIVEN_H
#define FAVOR_MAP_GIVEN_H

#include "map/map.h"

typedef struct favor_given {
  favor_precision precision;
  const void *w; /* [projections, dim] */
  int64_t ldw;
} favor_given;

/** Check the array against options whose shape is valid. */
favor_status favor_given_check(const favor_given *given, const favor_map_opts *opts);

/** Put every row into a map in the making; FAVOR_ERR_NONFINITE names the first that has no norm. */
favor_status favor_given_put(const favor_given *given, favor_map *map, favor_report *report);

#endif
