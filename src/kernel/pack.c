/* SPDX-License-Identifier: MIT */
#include "kernel/table.h"

int64_t favor_pack_columns(int64_t columns) {
  return (columns + FAVOR_PACK - 1) / FAVOR_PACK * FAVOR_PACK;
}

int64_t favor_pack_panel(const favor_table *table, int64_t columns) {
  const int64_t padded = favor_pack_columns(columns);
  return padded < table->pack_width ? padded : table->pack_width;
}

void favor_pack(const favor_table *table, int64_t columns, int64_t dim, const double *w,
                double gain, void *packed) {
  const int64_t padded = favor_pack_columns(columns), panel = favor_pack_panel(table, columns);
  int64_t at = 0;
  for (int64_t first = 0; first < padded; first += panel) {
    const int64_t width = padded - first < panel ? padded - first : panel;
    for (int64_t k = 0; k < dim; ++k) {
      for (int64_t j = first; j < first + width; ++j, ++at) {
        /* float32 rounds once, from the float64 product. */
        const double value = j < columns ? w[j * dim + k] * gain : 0;
        if (table->precision == FAVOR_F32) {
          ((float *)packed)[at] = (float)value;
        } else {
          ((double *)packed)[at] = value;
        }
      }
    }
  }
}
