/* SPDX-License-Identifier: MIT */
/* The first values of W by every coupling. They are promised: the same on every platform, compiler,
 * optimisation and instruction set, and in every later version of this major one. */
#include "support/test.h"

#include "coupling/coupling.h"

enum { short_rows = 3, short_d = 5 };

typedef struct golden_row {
  const favor_coupling *coupling;
  double first[short_rows * short_d]; /* a block of at most three rows in five dimensions */
  /* fingerprints of blocks of block_rows(64) rows, and of 37 or 1, in 64 dimensions */
  uint64_t full, partial;
} golden_row;

static const golden_row golden[] = {
    {.coupling = &favor_coupling_iid,
     .first = {-0x1.5f41d8043f288p-4, -0x1.7d86f167330c7p-4, -0x1.826219dbe6e71p-2,
               0x1.370b4cdb5a233p-1, -0x1.db8b1dc809073p-2, 0x1.08571f070e35ep+0,
               -0x1.5b6f0d96f75f3p-1, 0x1.14a1ac6194cb8p+0, -0x1.c546752752629p+0,
               0x1.cc7e8679a93d9p-1, 0x1.bdbeeab2bb8d3p-1, 0x1.eb40e33bb328dp-7,
               0x1.2c0118760318bp+0, 0x1.6785954aefa6dp+0, 0x1.26cd2dbf3d737p-1},
     .full = 0xe63e4a7c0ae86ad2U,
     .partial = 0x5a3bd34f9cd1abc7U},
    {.coupling = &favor_coupling_orthogonal,
     .first = {-0x1.27c3828fad5fdp-2, -0x1.41405d734d9a2p-2, -0x1.45571f502a258p+0,
               0x1.05e75a7cc9cc7p+1, -0x1.906a1ea10577p+0, 0x1.920e1bec34cb8p-1,
               -0x1.c885567507fep-1, 0x1.96b3fa9e78eefp-4, -0x1.84938104ef3ap-3,
               -0x1.2e20c52c015cep-2, 0x1.c3a5b608d5d81p-1, 0x1.2317744a23c94p-2,
               0x1.7db192738c089p+0, 0x1.c0f0828639df3p+0, 0x1.b9b8019437176p-1},
     .full = 0xbeb652578465d033U,
     .partial = 0xd8391d820c6da2aeU},
    {.coupling = &favor_coupling_fixed_norm,
     .first = {-0x1.c78f5c4ceb1dep-3, -0x1.eed17ce9e9b97p-3, -0x1.f51dca81a77a5p-1,
               0x1.9367f0e131751p+0, -0x1.34603fbe5e222p+0, 0x1.69b08449092f5p+0,
               -0x1.9aafdeef4fc85p+0, 0x1.6ddeed075a97dp-3, -0x1.5d9058978b213p-2,
               -0x1.0fcb7f4feb5a4p-1, 0x1.806bd5879c44cp-1, 0x1.ef87006694f42p-3,
               0x1.44e141e249117p+0, 0x1.7e1dd03b297cdp+0, 0x1.77f873ee41b5fp-1},
     .full = 0x935cbe7280a97950U,
     .partial = 0x75e4bd4ce664053bU},
    {.coupling = &favor_coupling_simplex,
     .first = {-0x1.d8c65dfdd7369p+0, 0x1.ee4df8da8bf6p+0, -0x1.1b210598f69dcp-1,
               0x1.ea5b7b2385309p-1, 0x1.0b3d970604751p-2, 0x1.4a67db39ef32bp-2,
               -0x1.9df3792f55f28p-4, 0x1.1a304a5d4ffa3p-1, -0x1.ca4a4ceb0997p-1,
               0x1.2403568c3eac4p-1, 0x1.fa5741f40adf2p-1, -0x1.88916ded30aa1p+0,
               -0x1.5452265690c0fp-1, 0x1.06889801681e6p+0, -0x1.7115faf12d283p+0},
     .full = 0x25356ee26667e314U,
     .partial = 0xce1fc8463d4cec69U},
    {.coupling = &favor_coupling_simplex_plus,
     .first = {-0x1.ac31757c64c51p+0, 0x1.0ad9fa37afb9dp+1, 0x1.29df98d3c831ap-3,
               -0x1.56c69116e669fp-3, 0x1.1cb588af8a56dp+0, 0x1.3c1ccfb2007bbp-1,
               -0x1.fce2d2c7a8942p-2, 0x1.e1f2561da8538p-2, -0x1.8e359da5a4cacp-1,
               0x1.33351d8611403p-2, 0x1.0e230da364878p+0, -0x1.967b3fbd754f1p+0,
               -0x1.3b711143c6367p-1, 0x1.e3e741eb5e65cp-1, -0x1.6982d0110ea72p+0},
     .full = 0x70c75f365021079fU,
     .partial = 0xe2ddd5a22c1bee4U},
    {.coupling = &favor_coupling_hadamard,
     .first = {0x1.0fae767d553bp-1, 0x1.0fae767d553bp-1, -0x1.0fae767d553bp-1,
               -0x1.9785b1bbffd88p+0, -0x1.0fae767d553bp-1, -0x1.26c6add4d5205p-1,
               -0x1.7078594a0a686p+1, 0x1.26c6add4d5205p-1, -0x1.26c6add4d5205p-1,
               0x1.26c6add4d5205p-1, 0x1.309491e35a292p-1, 0x1.309491e35a292p-1,
               0x1.c8dedad5073dbp+0, 0x1.309491e35a292p-1, -0x1.309491e35a292p-1},
     .full = 0xa56296f7b4f7d373U,
     .partial = 0x53a70ca3a1291f70U},
    {.coupling = &favor_coupling_antithetic,
     .first = {-0x1.5f41d8043f288p-4, -0x1.7d86f167330c7p-4, -0x1.826219dbe6e71p-2,
               0x1.370b4cdb5a233p-1, -0x1.db8b1dc809073p-2, 0x1.5f41d8043f288p-4,
               0x1.7d86f167330c7p-4, 0x1.826219dbe6e71p-2, -0x1.370b4cdb5a233p-1,
               0x1.db8b1dc809073p-2},
     .full = 0xea919173a6bb583aU,
     .partial = 0x2012d4f7c2aa889dU},
};

static void draw_block(const favor_coupling *coupling, uint64_t block, int64_t rows, int64_t d,
                       double *w) {
  favor_draw from;
  double *scratch = calloc((size_t)coupling->scratch(rows, d) + 1, sizeof *scratch);
  assert_non_null(scratch);
  favor_rng_start(&from.direction, 42, 7, FAVOR_PURPOSE_DIRECTION, block);
  favor_rng_start(&from.norm, 42, 7, FAVOR_PURPOSE_NORM, block);
  coupling->draw(&from, rows, d, w, scratch);
  free(scratch);
}

/* A polynomial in the bits: one bit of one value changes it. */
static uint64_t fingerprint(const favor_coupling *coupling, int64_t rows) {
  double w[64 * 64];
  uint64_t sum = 0;
  assert_in_range(rows, 1, 64);
  draw_block(coupling, 1, rows, 64, w);
  for (int64_t i = 0; i < rows * 64; i++) {
    uint64_t bits;
    memcpy(&bits, &w[i], sizeof bits);
    sum = sum * 0x9e3779b97f4a7c15U + bits;
  }
  return sum;
}

static void first_values_are_the_ones_they_always_were(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
    double w[short_rows * short_d];
    const int64_t full = golden[i].coupling->block_rows(short_d);
    const int64_t rows = full < short_rows ? full : short_rows;
    draw_block(golden[i].coupling, 0, rows, short_d, w);
    for (int j = 0; j < rows * short_d; j++) {
      if (memcmp(&w[j], &golden[i].first[j], sizeof w[j]) == 0) continue;
      print_error("%s: value %d is %a, was %a\n", golden[i].coupling->name, j, w[j],
                  golden[i].first[j]);
      fail();
    }
  }
}

static void whole_blocks_are_the_ones_they_always_were(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
    const favor_coupling *coupling = golden[i].coupling;
    const int64_t full = coupling->block_rows(64);
    assert_int_equal(fingerprint(coupling, full), golden[i].full);
    assert_int_equal(fingerprint(coupling, full > 37 ? 37 : 1), golden[i].partial);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_values_are_the_ones_they_always_were),
      cmocka_unit_test(whole_blocks_are_the_ones_they_always_were),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
