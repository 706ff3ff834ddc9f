/* SPDX-License-Identifier: MIT */
/** Damaged saved blocks: every truncation and every single-bit flip, as they are and with length
 *  and checksum made right again, so that the checks behind the checksum are met too.
 *
 *  The layout of the frame is written down here once more: length in bytes 16 to 23, CRC-32C in the
 *  last 8 but 4, little-endian; nothing of the library computes it. */
#ifndef FAVOR_TESTS_ROBUST_DAMAGE_H
#define FAVOR_TESTS_ROBUST_DAMAGE_H

#include "support/test.h"

/** The kind of object that is loaded. */
typedef struct damage_kind {
  favor_status (*load)(const void *block, size_t bytes, const favor_allocator *allocator,
                       favor_report *report, void **out);
  /** Check everything that an object loaded from this block owes, and destroy it. */
  void (*examine)(void *object, const unsigned char *block, size_t bytes);
  /** What may be held at a time: factor * bytes + room. */
  size_t factor, room;
} damage_kind;

/** What became of the blocks tried. */
typedef struct damage_count {
  int64_t tried, loaded;
} damage_count;

/** Try one block. A refusal must leave NULL, a report with the status and a text, and no memory
 *  held. */
bool damage_try(const damage_kind *kind, const unsigned char *block, size_t bytes);

/** Try block[0, n) for every n < bytes. Repaired: with n as its length and the checksum of that, n
 *  >= 32. */
damage_count damage_truncations(const damage_kind *kind, const unsigned char *block, size_t bytes,
                                bool repair);

/** Try the block with every single bit turned, or with every step-th. Repaired: the checksum
 *  follows. */
damage_count damage_flips(const damage_kind *kind, const unsigned char *block, size_t bytes,
                          size_t step, bool repair);

/** Write the CRC-32C of what precedes it. */
void damage_repair_checksum(unsigned char *block, size_t bytes);

/** Write `bytes` as the length, then the checksum. */
void damage_repair_length(unsigned char *block, size_t bytes);

/** The 8-byte field at an offset. */
uint64_t damage_field(const unsigned char *block, size_t at);
void damage_set_field(unsigned char *block, size_t at, uint64_t value);
void damage_set_number(unsigned char *block, size_t at, double value);

#endif
