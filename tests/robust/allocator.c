/* SPDX-License-Identifier: MIT */
#include "robust/allocator.h"

/* In front of every block: what free must bring back. */
typedef struct block_head {
  void *base;
  size_t bytes;
  uint64_t mark;
} block_head;

/* What no test needs: a size that nobody checked gets NULL, not the machine's memory. */
#define LARGEST ((size_t)1 << 30)

#define MARK_LIVE UINT64_C(0x6c6976656c697665)
#define MARK_DEAD UINT64_C(0x6465616464656164)

static void *hook_alloc(void *ctx, size_t bytes) {
  test_allocator *allocator = ctx;
  const long long call = atomic_fetch_add(&allocator->calls, 1) + 1;
  if (call == atomic_load(&allocator->fail_at)) return NULL;
  if (bytes > LARGEST) return NULL;
  unsigned char *base = malloc(bytes + sizeof(block_head) + 1);
  if (base == NULL) return NULL;
  const block_head head = {base, bytes, MARK_LIVE};
  memcpy(base + 1, &head, sizeof head);
  unsigned char *p = base + 1 + sizeof head;
  memset(p, 0xA5, bytes);
  atomic_fetch_add(&allocator->live, 1);
  atomic_fetch_add(&allocator->live_bytes, (long long)bytes);
  return p;
}

static void hook_free(void *ctx, void *p, size_t bytes) {
  test_allocator *allocator = ctx;
  block_head head = {NULL, 0, 0};
  if (p != NULL) memcpy(&head, (unsigned char *)p - sizeof head, sizeof head);
  if (head.mark != MARK_LIVE || head.bytes != bytes) {
    atomic_fetch_add(&allocator->wrong, 1);
    return;
  }
  memset(p, 0x5A, bytes);
  head.mark = MARK_DEAD;
  memcpy((unsigned char *)p - sizeof head, &head, sizeof head);
  atomic_fetch_sub(&allocator->live, 1);
  atomic_fetch_sub(&allocator->live_bytes, (long long)bytes);
  free(head.base);
}

favor_allocator test_allocator_hook(test_allocator *allocator) {
  return (favor_allocator){.alloc = hook_alloc, .free = hook_free, .ctx = allocator};
}

void test_allocator_fail_at(test_allocator *allocator, int64_t k) {
  atomic_store(&allocator->calls, 0);
  atomic_store(&allocator->fail_at, k);
}

bool test_allocator_failed(const test_allocator *allocator) {
  const long long fail_at = atomic_load(&allocator->fail_at);
  return fail_at > 0 && atomic_load(&allocator->calls) >= fail_at;
}

void assert_balanced(const test_allocator *allocator) {
  assert_int_equal(atomic_load(&allocator->live), 0);
  assert_int_equal(atomic_load(&allocator->live_bytes), 0);
  assert_int_equal(atomic_load(&allocator->wrong), 0);
}
