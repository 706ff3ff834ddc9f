/* SPDX-License-Identifier: MIT */
/** How the closed forms of the kernel's relative variance spread over the pairs of a probe. */
#ifndef FAVOR_MAP_SPREAD_H
#define FAVOR_MAP_SPREAD_H

#include "map/probe.h"

/** Of the map that these options make: of one projection, and of opts->projections. The mean is that
 *  over all pairs of `stats` where the closed form is affine in |x + y|^2. */
favor_status favor_spread_make(const favor_probe *probe, const favor_map_opts *opts,
                               favor_spread *one, favor_spread *many);

#endif
