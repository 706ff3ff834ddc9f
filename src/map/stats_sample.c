/* SPDX-License-Identifier: MIT */
/** The bottom-k sample: a sorted list of slots. Most rows of a long stream are refused by one
 *  comparison with the largest hash kept, so what a row costs is its hash. */
#include "map/stats_sample.h"

#include <math.h>
#include <string.h>

/* The bits of a float64, with -0.0 taken as 0.0: equal numbers have equal bits. Done on integers
 * so that a mode that flushes subnormals cannot change a hash. */
static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits << 1 == 0 ? 0 : bits;
}

static double positive_zero(double value) {
  return bits_of(value) == 0 ? 0.0 : value;
}

/* A bijection of 64-bit integers in which every input bit flips about half the output bits: the
 * finaliser "Mix13" of Stafford, as in Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators" (OOPSLA 2014). */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint64_t favor_sample_hash(int64_t dim, const double *row) {
  /* Elements are mixed independently of each other, so only a rotation and a product are in the
   * chain. Multiplying carries low bits up, rotating carries high bits down; the sum keeps zero
   * from being fixed. */
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)dim;
  for (int64_t i = 0; i < dim; i++) {
    h ^= mix(bits_of(row[i]) + UINT64_C(0x9e3779b97f4a7c15));
    h = (h << 29 | h >> 35) * UINT64_C(0xd1342543de82ef95);
  }
  return mix(h);
}

void favor_sample_layout(favor_arena *arena, int64_t dim, favor_sample *sample) {
  sample->dim = dim;
  sample->count = 0;
  sample->rows = favor_arena_take(arena, FAVOR_SAMPLE_ROWS, dim, sizeof(double));
  sample->hash = favor_arena_take(arena, FAVOR_SAMPLE_ROWS, 1, sizeof(uint64_t));
  sample->multiplicity = favor_arena_take(arena, FAVOR_SAMPLE_ROWS, 1, sizeof(int64_t));
  sample->order = favor_arena_take(arena, FAVOR_SAMPLE_ROWS, 1, sizeof(int64_t));
}

/* Sign of (hash, content) of `row` against the row at `rank`. Rows of equal hash but other
 * content are ordered by their bits, so that even then the sample is a function of the multiset. */
static int compare(const favor_sample *sample, uint64_t hash, const double *row, int64_t rank) {
  const int64_t slot = sample->order[rank];
  if (hash != sample->hash[slot]) return hash < sample->hash[slot] ? -1 : 1;
  const double *kept = sample->rows + slot * sample->dim;
  for (int64_t i = 0; i < sample->dim; i++) {
    const uint64_t a = bits_of(row[i]), b = bits_of(kept[i]);
    if (a != b) return a < b ? -1 : 1;
  }
  return 0;
}

/* The first rank whose row does not precede `row`; *found tells whether it is the same row. */
static int64_t find(const favor_sample *sample, uint64_t hash, const double *row, bool *found) {
  int64_t low = 0, high = sample->count;
  *found = false;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const int order = compare(sample, hash, row, middle);
    if (order == 0) *found = true;
    if (order <= 0)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* Put a row at `rank`. A full sample gives up its last row, whose slot is used again. */
static void insert(favor_sample *sample, int64_t rank, uint64_t hash, const double *row,
                   int64_t multiplicity) {
  const bool full = sample->count == FAVOR_SAMPLE_ROWS;
  const int64_t slot = full ? sample->order[FAVOR_SAMPLE_ROWS - 1] : sample->count;
  const int64_t moved = sample->count - rank - (full ? 1 : 0);
  memmove(sample->order + rank + 1, sample->order + rank, (size_t)moved * sizeof *sample->order);
  sample->order[rank] = slot;
  sample->hash[slot] = hash;
  sample->multiplicity[slot] = multiplicity;
  double *kept = sample->rows + slot * sample->dim;
  for (int64_t i = 0; i < sample->dim; i++) kept[i] = positive_zero(row[i]);
  if (!full) sample->count++;
}

static void add_hashed(favor_sample *sample, uint64_t hash, const double *row,
                       int64_t multiplicity) {
  const bool full = sample->count == FAVOR_SAMPLE_ROWS;
  if (full && hash > sample->hash[sample->order[FAVOR_SAMPLE_ROWS - 1]]) return;
  bool found;
  const int64_t rank = find(sample, hash, row, &found);
  if (found)
    sample->multiplicity[sample->order[rank]] += multiplicity;
  else if (rank < FAVOR_SAMPLE_ROWS)
    insert(sample, rank, hash, row, multiplicity);
}

void favor_sample_add(favor_sample *sample, const double *row, int64_t multiplicity) {
  add_hashed(sample, favor_sample_hash(sample->dim, row), row, multiplicity);
}

void favor_sample_merge(favor_sample *into, const favor_sample *from) {
  for (int64_t rank = 0; rank < from->count; rank++) {
    const int64_t slot = from->order[rank];
    add_hashed(into, from->hash[slot], from->rows + slot * from->dim, from->multiplicity[slot]);
  }
}

const double *favor_sample_row(const favor_sample *sample, int64_t rank, int64_t *multiplicity) {
  const int64_t slot = sample->order[rank];
  *multiplicity = sample->multiplicity[slot];
  return sample->rows + slot * sample->dim;
}

bool favor_sample_append(favor_sample *sample, const double *row, int64_t multiplicity) {
  if (sample->count == FAVOR_SAMPLE_ROWS || multiplicity < 1) return false;
  for (int64_t i = 0; i < sample->dim; i++)
    if (signbit(row[i]) && bits_of(row[i]) == 0) return false; /* no row is kept with a -0.0 */
  const uint64_t hash = favor_sample_hash(sample->dim, row);
  if (sample->count > 0 && compare(sample, hash, row, sample->count - 1) <= 0) return false;
  insert(sample, sample->count, hash, row, multiplicity);
  return true;
}
