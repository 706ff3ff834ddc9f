/* SPDX-License-Identifier: MIT */
#include "robust/wrapped.h"

#include <errno.h>
#include <pthread.h>

#define LIVE_MAX 4096

/* The calls under test run on one thread, so plain variables do; threads of a pool allocate
 * nothing. */
static bool counting;
static int64_t calls, failing;
static int64_t threads, threads_failing, threads_running;
static void *live[LIVE_MAX];
static int64_t live_count;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *p, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void **out, size_t alignment, size_t bytes);
void __real_free(void *p);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);
int __real_pthread_join(pthread_t thread, void **result);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *p, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
int __wrap_posix_memalign(void **out, size_t alignment, size_t bytes);
void __wrap_free(void *p);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);
int __wrap_pthread_join(pthread_t thread, void **result);

/* Count a call; true if it is the one to fail. */
static bool fails(void) {
  if (!counting || ++calls != failing) return false;
  errno = ENOMEM;
  return true;
}

static void *taken(void *p) {
  if (!counting || p == NULL) return p;
  if (live_count < LIVE_MAX) live[live_count] = p;
  live_count++;
  return p;
}

static void given_back(const void *p) {
  for (int64_t i = 0; i < live_count && i < LIVE_MAX; i++) {
    if (live[i] != p) continue;
    live[i] = live[--live_count];
    return;
  }
}

void *__wrap_malloc(size_t bytes) {
  return fails() ? NULL : taken(__real_malloc(bytes));
}

void *__wrap_calloc(size_t n, size_t bytes) {
  return fails() ? NULL : taken(__real_calloc(n, bytes));
}

void *__wrap_realloc(void *p, size_t bytes) {
  if (fails()) return NULL;
  if (p != NULL) given_back(p);
  return taken(__real_realloc(p, bytes));
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
  return fails() ? NULL : taken(__real_aligned_alloc(alignment, bytes));
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t bytes) {
  if (fails()) return ENOMEM;
  const int failed = __real_posix_memalign(out, alignment, bytes);
  if (failed == 0) taken(*out);
  return failed;
}

void __wrap_free(void *p) {
  if (p != NULL) given_back(p);
  __real_free(p);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg) {
  if (++threads == threads_failing) return EAGAIN;
  const int failed = __real_pthread_create(thread, attributes, start, arg);
  if (failed == 0) threads_running++;
  return failed;
}

int __wrap_pthread_join(pthread_t thread, void **result) {
  const int failed = __real_pthread_join(thread, result);
  if (failed == 0) threads_running--;
  return failed;
}

void wrapped_begin(int64_t fail_at) {
  calls = live_count = 0;
  failing = fail_at;
  counting = true;
}

bool wrapped_end(void) {
  counting = false;
  return failing > 0 && calls >= failing;
}

int64_t wrapped_calls(void) {
  return calls;
}

int64_t wrapped_live(void) {
  return live_count;
}

void wrapped_threads_begin(int64_t fail_at) {
  threads = threads_running = 0;
  threads_failing = fail_at;
}

int64_t wrapped_threads_running(void) {
  return threads_running;
}

bool wrapped_threads_failed(void) {
  return threads_failing > 0 && threads >= threads_failing;
}
