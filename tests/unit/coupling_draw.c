/* SPDX-License-Identifier: MIT */
#include "unit/coupling_draw.h"

#include "support/test.h"

void draw_block(const favor_coupling *coupling, uint64_t seed, uint64_t b, int64_t rows, int64_t d,
                double *w) {
  double scratch[1024];
  favor_draw from;
  assert_in_range(coupling->scratch(rows, d), 0, 1024);
  favor_rng_start(&from.direction, seed, 0, FAVOR_PURPOSE_DIRECTION, b);
  favor_rng_start(&from.norm, seed, 0, FAVOR_PURPOSE_NORM, b);
  coupling->draw(&from, rows, d, w, scratch);
}

double dot(int64_t d, const double *a, const double *b) {
  long double sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (long double)a[j] * b[j];
  return (double)sum;
}
