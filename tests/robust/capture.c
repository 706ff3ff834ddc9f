/* SPDX-License-Identifier: MIT */
#include "robust/capture.h"

#include <errno.h>
#include <unistd.h>

#define ERRNO_MARK 4321

static FILE *captured;
static int kept[2] = {-1, -1};

void capture_begin(void) {
  fflush(stdout);
  fflush(stderr);
  if (captured == NULL) captured = tmpfile();
  assert_non_null(captured);
  for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
    kept[fd - STDOUT_FILENO] = dup(fd);
    assert_true(kept[fd - STDOUT_FILENO] >= 0);
    assert_true(dup2(fileno(captured), fd) >= 0);
  }
  errno = ERRNO_MARK;
}

/* What was printed, for the report of the failure. */
static void show_captured(void) {
  char text[512];
  rewind(captured);
  const size_t n = fread(text, 1, sizeof text - 1, captured);
  text[n] = '\0';
  print_error("printed: %s\n", text);
}

void capture_end(void) {
  const int found = errno;
  fflush(stdout);
  fflush(stderr);
  for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
    assert_true(dup2(kept[fd - STDOUT_FILENO], fd) >= 0);
    close(kept[fd - STDOUT_FILENO]);
  }
  const off_t printed = lseek(fileno(captured), 0, SEEK_END);
  if (printed != 0) show_captured();
  assert_int_equal(lseek(fileno(captured), 0, SEEK_SET), 0);
  assert_int_equal(ftruncate(fileno(captured), 0), 0);
  assert_int_equal(printed, 0);
  assert_int_equal(found, ERRNO_MARK);
}
