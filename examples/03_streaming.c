/* SPDX-License-Identifier: MIT */
/** A stream of a million tokens in constant memory: prefill in blocks, decode token by token, save
 *  in the middle, and resume as another process would, to the same bits. What the state holds in
 *  the end is compared with the sum over keys that it stands for. */
#include <favor/favor.h>
#include <math.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { D = 8, DV = 8, M = 16, BLOCK = 1000, PREFILL = 850, DECODE = 150, TAIL = 30 };
enum { TOKENS = (PREFILL + DECODE) * BLOCK, STATE_BYTES = 8192, WORK_BYTES = 1 << 20 };
static const double forget = -1.0; /* every block counts 1/e of the next: the window that slides */

static alignas(64) unsigned char live[STATE_BYTES], resumed[STATE_BYTES], work[WORK_BYTES];
static unsigned char saved[2 * STATE_BYTES], end_live[2 * STATE_BYTES],
    end_resumed[2 * STATE_BYTES];

typedef struct block_of_tokens {
  float q[BLOCK * D], k[BLOCK * D], v[BLOCK * DV], out[BLOCK * DV];
} block_of_tokens;
static block_of_tokens now;

/* The allocator of the map counts, to show that the stream asks for nothing. */
static int64_t allocations;
static void *counted_alloc(void *ctx, size_t bytes) {
  ++*(int64_t *)ctx;
  return malloc(bytes);
}
static void counted_free(void *ctx, void *p, size_t bytes) {
  (void)ctx, (void)bytes;
  free(p);
}

/* Numbers in [-1, 1) that depend on their place alone (the finaliser of splitmix64), so that any
 * part of the stream can be made again. */
static void fill(float *x, int64_t n, uint64_t place) {
  for (int64_t i = 0; i < n; i++) {
    uint64_t z = (place + (uint64_t)i) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    x[i] = (float)(int32_t)(z >> 32) * 0x1p-31f;
  }
}

static void receive(int64_t block, block_of_tokens *tokens) {
  const uint64_t place = (uint64_t)block << 32;
  fill(tokens->q, BLOCK * D, place);
  fill(tokens->k, BLOCK * D, place + (1u << 20));
  fill(tokens->v, BLOCK * DV, place + (2u << 20));
}

static favor_map *make_map(void) {
  favor_map_opts opts;
  favor_map *map = NULL;
  favor_map_opts_attention(&opts, D, M);
  opts.allocator = (favor_allocator){counted_alloc, counted_free, &allocations};
  return favor_map_create(&opts, &map) < 0 ? NULL : map;
}

/* Take one block: at once while prefilling, then a token at a time. Extends the checksum of all
 * outputs (FNV-1a over their bits). */
static int take(const favor_map *map, favor_state *state, int64_t block, uint64_t *sum) {
  receive(block, &now);
  const int64_t n = block < PREFILL ? BLOCK : 1;
  int ok = favor_state_decay(state, forget) == FAVOR_OK;
  for (int64_t t = 0; ok && t < BLOCK; t += n)
    ok =
        favor_state_causal_f32(map, state, n, now.q + t * D, D, now.k + t * D, D, now.v + t * DV,
                               DV, now.out + t * DV, DV, NULL, work, sizeof work, NULL) == FAVOR_OK;
  for (size_t i = 0; i < sizeof now.out; i++)
    *sum = (*sum ^ ((const unsigned char *)now.out)[i]) * 0x100000001B3u;
  return ok;
}

/* The last output again, from the kernel's estimates of the last blocks, one by one and in float64;
 * what lies before them weighs exp(-TAIL). Returns the largest difference. */
static double difference_at_the_end(const favor_map *map) {
  static block_of_tokens old;
  static double q[D], k[BLOCK * D], estimate[BLOCK], sum[DV];
  double worst = 0, total = 0;
  for (int i = 0; i < D; i++) q[i] = (double)now.q[(BLOCK - 1) * D + i];
  for (int64_t age = 0; age < TAIL; age++) {
    receive(PREFILL + DECODE - 1 - age, &old);
    for (int i = 0; i < BLOCK * D; i++) k[i] = (double)old.k[i];
    if (favor_kernel_estimate_f64(map, 1, q, D, BLOCK, k, D, estimate, BLOCK, NULL, 0, NULL,
                                  NULL) != FAVOR_OK)
      return INFINITY;
    for (int j = 0; j < BLOCK; j++) {
      const double weight = estimate[j] * exp(forget * (double)age);
      total += weight;
      for (int c = 0; c < DV; c++) sum[c] += weight * (double)old.v[j * DV + c];
    }
  }
  for (int c = 0; c < DV; c++)
    worst = fmax(worst, fabs(sum[c] / total - (double)now.out[(BLOCK - 1) * DV + c]));
  return worst;
}

int main(void) {
  favor_map *map = make_map(), *again = NULL;
  favor_state *state = NULL;
  size_t need = 0, need_work = 0, bytes = 0, bytes_live = 0, bytes_resumed = 0;
  uint64_t sum_live = 0, sum_resumed = 0;
  const int64_t middle = PREFILL + DECODE / 2;
  if (favor_state_size(map, DV, FAVOR_F32, &need) < 0 || need > sizeof live) return 1;
  if (favor_state_workspace(map, DV, FAVOR_F32, NULL, &need_work) < 0) return 1;
  if (need_work > sizeof work) return 1;
  if (favor_state_init(map, DV, FAVOR_F32, live, sizeof live, &state) < 0) return 1;

  /* Uninterrupted, with a copy of the state put aside on the way. */
  const int64_t before = allocations;
  for (int64_t block = 0; block < PREFILL + DECODE; block++) {
    if (block == middle && favor_state_save(state, saved, sizeof saved, &bytes) < 0) return 1;
    if (block == middle) sum_resumed = sum_live;
    if (!take(map, state, block, &sum_live)) return 1;
  }
  const int64_t asked = allocations - before, count = favor_state_count(state);
  const double off = difference_at_the_end(map);
  if (favor_state_save(state, end_live, sizeof end_live, &bytes_live) < 0) return 1;

  /* Resumed from the saved bytes by whoever can draw the same map. */
  favor_map_destroy(map);
  if ((again = make_map()) == NULL) return 1;
  if (favor_state_load(again, saved, bytes, resumed, sizeof resumed, NULL, &state) < 0) return 1;
  for (int64_t block = middle; block < PREFILL + DECODE; block++)
    if (!take(again, state, block, &sum_resumed)) return 1;
  if (favor_state_save(state, end_resumed, sizeof end_resumed, &bytes_resumed) < 0) return 1;
  favor_map_destroy(again);

  const int same = sum_live == sum_resumed && bytes_live == bytes_resumed &&
                   memcmp(end_live, end_resumed, bytes_live) == 0;
  printf("%lld tokens, %d of them one by one, in a state of %zu bytes and %zu of work; %lld "
         "allocations on the way\n",
         (long long)count, DECODE * BLOCK, need, need_work, (long long)asked);
  printf("resumed from %zu bytes: %s\n", bytes, same ? "the same bits" : "OTHER BITS");
  printf("last output against the direct sum: %.1e (values up to 1)\n", off);
  /* Float32 sums and features of rows of norm 2: some 2^-24 each, far below 1e-6. */
  return count == TOKENS && asked == 0 && same && off < 1e-6 ? 0 : 1;
}
