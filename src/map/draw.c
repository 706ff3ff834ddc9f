/* SPDX-License-Identifier: MIT */
#include "base/status.h"
#include "map/map.h"
#include "map/registry.h"

static int64_t block_at(const favor_coupling *coupling, const favor_choice *choice, int64_t row)
{
  const int64_t full = coupling->block_rows(choice->dim), left = choice->projections - row;
  return left < full ? left : full;
}

favor_status favor_map_draw(const favor_choice *choice, const favor_allocator *allocator,
                            favor_report *report, double *w)
{
  const favor_coupling *coupling = favor_coupling_find(choice->coupling);
  const int64_t d = choice->dim, doubles = coupling->scratch(block_at(coupling, choice, 0), d);
  size_t bytes = 0;
  double *scratch = NULL;
  if (doubles > 0) {
    if (!favor_size_matrix(doubles, 1, sizeof *scratch, &bytes)) {
      return favor_fail(report, FAVOR_ERR_OVERFLOW, "dim", "the scratch of a draw does not fit");
    }
    scratch = favor_alloc(allocator, bytes);
    if (!scratch) {
      return favor_fail(report, FAVOR_ERR_MEMORY, "", "%zu bytes could not be allocated", bytes);
    }
  }
  int64_t rows = 0;
  for (int64_t row = 0, block = 0; row < choice->projections; row += rows, ++block) {
    favor_draw draw;
    rows = block_at(coupling, choice, row);
    favor_rng_start(&draw.direction, choice->seed, choice->stream, FAVOR_PURPOSE_DIRECTION,
                    (uint64_t)block);
    favor_rng_start(&draw.norm, choice->seed, choice->stream, FAVOR_PURPOSE_NORM, (uint64_t)block);
    coupling->draw(&draw, rows, d, w + row * d, scratch);
  }
  favor_free(allocator, scratch);
  return FAVOR_OK;
}
