/* SPDX-License-Identifier: MIT */
/** Saved states: the same state bit for bit, or a refusal that leaves no state, whatever became of the block. */
#include "robust/allocator.h"
#include "robust/damage.h"
#include "robust/maps.h"

enum { DIM = 3, PROJECTIONS = 4, DV = 2, KEYS = 5, ROOM = 8192 };

/** The layout of saved states, written down once more: offsets of 8-byte fields, then c, recent, main. */
enum {
  SAVED_PRECISION = 24,
  SAVED_FEATURES = 32,
  SAVED_DV = 40,
  SAVED_FINGERPRINT = 48,
  SAVED_COUNT = 56,
  SAVED_RECENT = 64,
  SAVED_DECAY = 72,
  SAVED_REFERENCE = 80,
  SAVED_C = 88
};

static favor_map *map;
static _Alignas(64) unsigned char memory[ROOM];

static int open_map(void **state) {
  const map_case positive = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID, 0};
  (void)state;
  map = map_case_create(&positive, DIM, PROJECTIONS, NULL, NULL);
  return 0;
}

static int close_map(void **state) {
  (void)state;
  favor_map_destroy(map);
  return 0;
}

static unsigned char *save(const favor_state *state, size_t *bytes) {
  assert_ok(favor_state_save(state, NULL, 0, bytes));
  unsigned char *block = malloc(*bytes);
  assert_non_null(block);
  assert_ok(favor_state_save(state, block, *bytes, bytes));
  return block;
}

/** The block of a decayed state with keys in both of its parts. */
static unsigned char *make_block(favor_precision precision, size_t *bytes) {
  float k32[KEYS * DIM], v32[KEYS * DV];
  double k[KEYS * DIM], v[KEYS * DV];
  favor_state *state = NULL, *other = NULL;
  fill_f32(KEYS * DIM, k32, 1);
  fill_f32(KEYS * DV, v32, 2);
  fill_f64(KEYS * DIM, k, 1);
  fill_f64(KEYS * DV, v, 2);
  assert_ok(favor_state_create(map, DV, precision, &state));
  assert_ok(favor_state_create(map, DV, precision, &other));
  if (precision == FAVOR_F32)
    assert_ok(favor_state_absorb_f32(map, other, KEYS, k32, DIM, v32, DV, NULL, 0, NULL));
  else
    assert_ok(favor_state_absorb_f64(map, other, KEYS, k, DIM, v, DV, NULL, 0, NULL));
  assert_ok(favor_state_merge(state, other));
  assert_ok(favor_state_decay(state, -.3));
  if (precision == FAVOR_F32)
    assert_ok(favor_state_absorb_f32(map, state, KEYS, k32, DIM, v32, DV, NULL, 0, NULL));
  else
    assert_ok(favor_state_absorb_f64(map, state, KEYS, k, DIM, v, DV, NULL, 0, NULL));
  unsigned char *block = save(state, bytes);
  favor_state_destroy(map, state);
  favor_state_destroy(map, other);
  return block;
}

/* ---- loading under damage ---- */

static favor_status load(const void *block, size_t bytes, const favor_allocator *allocator,
                         favor_report *report, void **out) {
  static _Alignas(64) unsigned char before[ROOM];
  favor_state *state = NULL;
  (void)allocator;
  memset(memory, 0xA5, sizeof memory);
  memset(before, 0xA5, sizeof before);
  const favor_status status =
      favor_state_load(map, block, bytes, memory, sizeof memory, report, &state);
  if (status < 0) assert_memory_equal(memory, before, sizeof before);
  *out = state;
  return status;
}

/** Whatever was loaded saves to what it came from, and can be used without harm. */
static void examine(void *object, const unsigned char *block, size_t bytes) {
  favor_state *state = object;
  double x[DIM] = {.5, -.25, .125}, v[DV] = {1, 2}, out[DV], log_norm;
  float x32[DIM] = {.5F, -.25F, .125F}, v32[DV] = {1, 2}, out32[DV];
  size_t again = 0;
  unsigned char *copy = save(state, &again);
  assert_int_equal(again, bytes);
  assert_memory_equal(copy + 16, block + 16, bytes - 16 - 8); /* but for a newer minor version */
  if (damage_field(block, SAVED_PRECISION) == FAVOR_F32)
    assert_true(favor_state_causal_f32(map, state, 1, x32, DIM, x32, DIM, v32, DV, out32, DV,
                                       &log_norm, NULL, 0, NULL) >= 0);
  else
    assert_true(favor_state_causal_f64(map, state, 1, x, DIM, x, DIM, v, DV, out, DV, &log_norm,
                                       NULL, 0, NULL) >= 0);
  assert_ok(favor_state_decay(state, -1));
  free(copy);
}

static const damage_kind kind = {load, examine, 0, 0};

static void a_damaged_block_is_refused(void **state) {
  (void)state;
  for (int precision = FAVOR_F32; precision <= FAVOR_F64; precision++) {
    size_t bytes = 0;
    unsigned char *block = make_block((favor_precision)precision, &bytes);
    assert_true(damage_try(&kind, block, bytes));
    assert_int_equal(damage_truncations(&kind, block, bytes, false).loaded, 0);
    assert_int_equal(damage_truncations(&kind, block, bytes, true).loaded, 0);
    assert_int_equal(damage_flips(&kind, block, bytes, 1, false).loaded, 0);
    const damage_count count = damage_flips(&kind, block, bytes, 1, true);
    print_message("%d of %d repaired flips load\n", (int)count.loaded, (int)count.tried);
    assert_true(count.loaded > 0 && count.loaded < count.tried);
    free(block);
  }
}

/** One field changed, and the checksum made right: refused. */
static void check_field(size_t at, uint64_t value) {
  size_t bytes = 0;
  unsigned char *block = make_block(FAVOR_F32, &bytes);
  damage_set_field(block, at, value);
  damage_repair_checksum(block, bytes);
  if (damage_try(&kind, block, bytes))
    fail_msg("field at %d = %llx", (int)at, (unsigned long long)value);
  free(block);
}

static void check_number(size_t at, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  check_field(at, bits);
}

static void fields_that_no_state_has_are_refused(void **state) {
  (void)state;
  static const uint64_t sizes[] = {0,         1, 3, 5, 65537, UINT64_C(1) << 32, UINT64_C(1) << 63,
                                   UINT64_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    check_field(SAVED_FEATURES, sizes[i]);
    check_field(SAVED_DV, sizes[i]);
    check_field(SAVED_FINGERPRINT, sizes[i]);
  }
  check_field(SAVED_PRECISION, 2);
  check_field(SAVED_PRECISION, UINT64_C(1) << 32);
  check_field(SAVED_PRECISION, UINT64_MAX);
  check_field(SAVED_COUNT, UINT64_C(1) << 63);
  check_field(SAVED_COUNT, UINT64_MAX);
  check_field(SAVED_RECENT, UINT64_MAX);
  check_field(SAVED_RECENT, UINT64_C(1) << 40);
  check_field(SAVED_RECENT, UINT64_C(1) << 63);
  static const double decays[] = {.5, 1e-300, -1, -1.5, -INFINITY, INFINITY, NAN};
  for (size_t i = 0; i < sizeof decays / sizeof *decays; i++) check_number(SAVED_DECAY, decays[i]);
  static const double references[] = {.5, -INFINITY, INFINITY, NAN};
  for (size_t i = 0; i < sizeof references / sizeof *references; i++)
    check_number(SAVED_REFERENCE, references[i]);
}

static void numbers_that_no_state_has_are_refused(void **state) {
  (void)state;
  static const double maxima[] = {.5, -.25, NAN, INFINITY, -INFINITY, 1.7e308};
  static const double sums[] = {NAN, INFINITY, -INFINITY, 1e39, -1e39}; /* of float32 */
  const size_t first_sum = SAVED_C + 8 * PROJECTIONS;
  const size_t last_sum = first_sum + (size_t)(2 * PROJECTIONS * (DV + 1) - 1) * 8;
  for (size_t i = 0; i < sizeof maxima / sizeof *maxima; i++) check_number(SAVED_C + 8, maxima[i]);
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    check_number(first_sum, sums[i]);
    check_number(last_sum, sums[i]);
  }
}

/** Exponents are relative to something, and what float32 sums cannot hold was not saved by one. */
static void numbers_that_contradict_the_header_are_refused(void **state) {
  (void)state;
  check_number(SAVED_REFERENCE, -1e308); /* as where no key has been, and there are exponents */
  check_number(SAVED_C + 8 * PROJECTIONS, 1 + 0x1p-40);
  check_number(SAVED_C + 8 * PROJECTIONS, 0x1p-200);
}

/** A field more than the header says, or the shapes of another precision's block. */
static void blocks_of_another_length_are_refused(void **state) {
  (void)state;
  size_t bytes = 0;
  unsigned char *block = make_block(FAVOR_F64, &bytes);
  for (size_t more = 1; more <= 16; more++) {
    unsigned char *longer = calloc(1, bytes + more);
    assert_non_null(longer);
    memcpy(longer, block, bytes - 8);
    damage_repair_length(longer, bytes + more);
    assert_false(damage_try(&kind, longer, bytes + more));
    free(longer);
  }
  free(block);
}

static void memory_that_is_too_small_is_left_alone(void **state) {
  (void)state;
  size_t bytes = 0, need = 0;
  favor_state *loaded = NULL;
  unsigned char *block = make_block(FAVOR_F64, &bytes), before[ROOM];
  assert_ok(favor_state_size(map, DV, FAVOR_F64, &need));
  memset(memory, 0x5A, sizeof memory);
  memset(before, 0x5A, sizeof before);
  for (size_t room = 0; room < need; room += room + 65 < need ? 64 : 1)
    assert_status(favor_state_load(map, block, bytes, memory, room, NULL, &loaded),
                  FAVOR_ERR_WORKSPACE);
  for (int off = 8; off < 64; off += 8)
    assert_status(favor_state_load(map, block, bytes, memory + off, ROOM - 64, NULL, &loaded),
                  FAVOR_ERR_WORKSPACE);
  assert_memory_equal(memory, before, sizeof memory);
  assert_ok(favor_state_load(map, block, bytes, memory, need, NULL, &loaded));
  assert_memory_equal(memory + need, before, sizeof memory - need);
  free(block);
}

static void a_refused_load_leaves_no_state(void **state) {
  (void)state;
  size_t bytes = 0;
  unsigned char *block = make_block(FAVOR_F32, &bytes);
  damage_set_number(block, SAVED_C, .5);
  damage_repair_checksum(block, bytes);
  void *object = NULL;
  assert_true(load(block, bytes, NULL, NULL, &object) < 0);
  assert_null(object);
  assert_status(favor_state_reset((void *)memory), FAVOR_ERR_STATE);
  free(block);
}

static void states_of_other_maps_are_refused(void **state) {
  (void)state;
  const map_case positive = {FAVOR_KERNEL_SOFTMAX, FAVOR_ESTIMATOR_POSITIVE, FAVOR_COUPLING_IID, 0};
  size_t bytes = 0;
  unsigned char *block = make_block(FAVOR_F64, &bytes);
  favor_map *other = NULL, *same = NULL;
  favor_state *loaded = NULL;
  assert_ok(favor_map_redraw(map, 99, &other));
  assert_status(favor_state_load(other, block, bytes, memory, sizeof memory, NULL, &loaded),
                FAVOR_ERR_STATE);
  assert_null(loaded);
  same = map_case_create(&positive, DIM, PROJECTIONS, NULL,
                         NULL); /* made anew from the same options */
  assert_ok(favor_state_load(same, block, bytes, memory, sizeof memory, NULL, &loaded));
  favor_map_destroy(other);
  favor_map_destroy(same);
  free(block);
}

/** As the map is saved and loaded, on this or another instruction set, its states stay its own. */
static void a_state_belongs_to_the_loaded_map_too(void **state) {
  (void)state;
  const int32_t isas[] = {
#define LIST_ISA(name, symbol, value, text) value,
      FAVOR_ISA_LIST(LIST_ISA)};
  size_t bytes = 0, map_bytes = 0;
  unsigned char *block = make_block(FAVOR_F32, &bytes), *saved = saved_map(map, &map_bytes);
  for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
    favor_map *loaded = NULL;
    favor_state *again = NULL;
    if (favor_isa_check(isas[i]) != FAVOR_OK) continue;
    assert_ok(favor_map_load(saved, map_bytes, isas[i], NULL, NULL, &loaded));
    assert_ok(favor_state_load(loaded, block, bytes, memory, sizeof memory, NULL, &again));
    examine(again, block, bytes);
    favor_map_destroy(loaded);
  }
  free(block);
  free(saved);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_damaged_block_is_refused),
      cmocka_unit_test(fields_that_no_state_has_are_refused),
      cmocka_unit_test(numbers_that_no_state_has_are_refused),
      cmocka_unit_test(numbers_that_contradict_the_header_are_refused),
      cmocka_unit_test(blocks_of_another_length_are_refused),
      cmocka_unit_test(memory_that_is_too_small_is_left_alone),
      cmocka_unit_test(a_refused_load_leaves_no_state),
      cmocka_unit_test(states_of_other_maps_are_refused),
      cmocka_unit_test(a_state_belongs_to_the_loaded_map_too),
  };
  return cmocka_run_group_tests_name("saved states", tests, open_map, close_map);
}
