/* SPDX-License-Identifier: MIT */
#include "kernel/table.h"

int64_t favor_pack_columns(int64_t columns) {
  return (columns + FAVOR_PACK - 1) / FAVOR_PACK * FAVOR_PACK;
}

int64_t favor_pack_panel(const favor_table *table, int64_t columns) {
  const int64_t padded = favor_pack_columns(columns);
  return padded < table->pack_width ? padded : table->pack_width;
}

int64_t favor_pack_index(const favor_table *table, int64_t columns, int64_t dim, int64_t j,
                         int64_t k) {
  const int64_t panel = favor_pack_panel(table, columns), first = j / panel * panel;
  const int64_t left = favor_pack_columns(columns) - first, width = left < panel ? left : panel;
  return first * dim + k * width + (j - first);
}

void favor_pack_row(const favor_table *table, int64_t columns, int64_t dim, int64_t j,
                    const double *w, void *packed) {
  const int64_t at = favor_pack_index(table, columns, dim, j, 0);
  const int64_t step = dim > 1 ? favor_pack_index(table, columns, dim, j, 1) - at : 0;
  for (int64_t k = 0; k < dim; ++k) {
    if (table->precision == FAVOR_F32) {
      ((float *)packed)[at + k * step] = (float)w[k];
    } else {
      ((double *)packed)[at + k * step] = w[k];
    }
  }
}
