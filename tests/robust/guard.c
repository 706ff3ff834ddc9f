/* SPDX-License-Identifier: MIT */
#include "robust/guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

/* `bytes` in pages of their own between two that cannot be touched. `align` is a power of two. */
static guarded guard_bytes(size_t bytes, size_t align, guard_place place) {
  const size_t page = page_size();
  const size_t inside = bytes == 0 ? page : (bytes + page - 1) / page * page;
  guarded array = {.bytes = bytes, .pages_bytes = inside + 2 * page};
  void *pages = mmap(NULL, array.pages_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(pages != MAP_FAILED);
  array.pages = pages;
  assert_int_equal(mprotect(array.pages + page, inside, PROT_READ | PROT_WRITE), 0);
  memset(array.pages + page, 0xA5, inside);
  const size_t offset = place == GUARD_BEFORE ? 0 : (inside - bytes) / align * align;
  array.data = array.pages + page + offset;
  return array;
}

guarded guard_array(int64_t rows, int64_t columns, int64_t ld, size_t element, guard_place place) {
  const size_t bytes = rows == 0 ? 0 : (size_t)((rows - 1) * ld + columns) * element;
  guarded array = guard_bytes(bytes, element, place);
  array.rows = rows;
  array.columns = columns;
  array.ld = ld;
  array.element = element;
  return array;
}

guarded guard_work(size_t bytes, guard_place place) {
  return guard_bytes(bytes, 64, place);
}

void guard_read_only(guarded *array) {
  const size_t page = page_size();
  assert_int_equal(mprotect(array->pages + page, array->pages_bytes - 2 * page, PROT_READ), 0);
}

void assert_gaps_untouched(const guarded *array) {
  const unsigned char *p = array->data;
  const size_t gap = (size_t)(array->ld - array->columns) * array->element;
  for (int64_t i = 0; i + 1 < array->rows; i++) {
    const unsigned char *from = p + (size_t)(i * array->ld + array->columns) * array->element;
    for (size_t k = 0; k < gap; k++) assert_int_equal(from[k], 0xA5);
  }
}

void guard_free(guarded *array) {
  if (array->pages != NULL) munmap(array->pages, array->pages_bytes);
  array->pages = NULL;
}

/* ---- saying what ran ---- */

static const char *volatile watched;
static struct sigaction before_segv, before_bus;

/* Says what ran and dies by the signal's default: only calls that a handler may make. */
static void on_fault(int number) {
  static const char text[] = "a guard page was touched by ";
  const char *what = watched;
  ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
  if (what != NULL && written > 0) written = write(STDERR_FILENO, what, strlen(what));
  if (written > 0) written = write(STDERR_FILENO, "\n", 1);
  signal(number, SIG_DFL);
  raise(number);
}

void guard_watch(const char *what) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigemptyset(&action.sa_mask);
  watched = what;
  assert_int_equal(sigaction(SIGSEGV, &action, &before_segv), 0);
  assert_int_equal(sigaction(SIGBUS, &action, &before_bus), 0);
}

void guard_unwatch(void) {
  sigaction(SIGSEGV, &before_segv, NULL);
  sigaction(SIGBUS, &before_bus, NULL);
  watched = NULL;
}
