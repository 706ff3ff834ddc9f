/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 4

/* The handler reads these: a slot is set only while its name is complete. */
static char temporary[SLOTS][BENCH_PATH_BYTES];
static volatile sig_atomic_t in_use[SLOTS];

static void remove_and_end(int signal_number) {
  for (int i = 0; i < SLOTS; i++)
    if (in_use[i]) (void)unlink(temporary[i]);
  (void)signal(signal_number, SIG_DFL);
  (void)raise(signal_number);
}

void bench_output_guard(void) {
  const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = remove_and_end;
    if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      (void)sigaction(signals[i], &action, NULL);
  }
}

static int refuse(const bench_output *out, const char *what, char *message, size_t bytes) {
  (void)snprintf(message, bytes, "%s: %s: %s", out->path, what, strerror(errno));
  return -1;
}

/* Something that a rename would replace by a plain file. */
static bool is_special(const char *path) {
  struct stat s;
  return stat(path, &s) == 0 && !S_ISREG(s.st_mode);
}

static int open_temporary(bench_output *out, char *message, size_t bytes) {
  int slot = 0;
  while (slot < SLOTS && in_use[slot]) slot++;
  errno = ENAMETOOLONG;
  if (slot == SLOTS || strlen(out->path) + 8 > BENCH_PATH_BYTES)
    return refuse(out, "cannot be written", message, bytes);
  char *name = temporary[slot];
  (void)snprintf(name, BENCH_PATH_BYTES, "%s.XXXXXX", out->path);
  const int file = mkstemp(name);
  if (file < 0) return refuse(out, "cannot be written", message, bytes);
  in_use[slot] = 1;
  out->slot = slot;
  const mode_t mask = umask(0);
  (void)umask(mask);
  (void)fchmod(file, 0666 & ~mask);
  out->stream = fdopen(file, "w");
  if (out->stream != NULL) return 0;
  (void)close(file);
  bench_output_discard(out);
  return refuse(out, "cannot be written", message, bytes);
}

int bench_output_open(bench_output *out, const char *path, char *message, size_t bytes) {
  out->stream = NULL;
  out->path = path;
  out->slot = -1;
  if (strcmp(path, "-") == 0) {
    out->stream = stdout;
    return 0;
  }
  if (!is_special(path)) return open_temporary(out, message, bytes);
  out->stream = fopen(path, "w");
  return out->stream != NULL ? 0 : refuse(out, "cannot be written", message, bytes);
}

const char *bench_output_temporary(const bench_output *out) {
  return out->slot >= 0 ? temporary[out->slot] : out->path;
}

/* Flush and close; 0 when everything reached the file. */
static int finish(bench_output *out) {
  FILE *stream = out->stream;
  out->stream = NULL;
  const int bad = fflush(stream) != 0 || ferror(stream);
  if (stream == stdout) return bad ? -1 : 0;
  return fclose(stream) != 0 || bad ? -1 : 0;
}

int bench_output_commit(bench_output *out, char *message, size_t bytes) {
  int status = finish(out);
  if (out->slot >= 0) {
    if (status == 0) status = rename(temporary[out->slot], out->path);
    if (status != 0) {
      const int cause = errno;
      (void)unlink(temporary[out->slot]);
      errno = cause;
    }
    in_use[out->slot] = 0;
    out->slot = -1;
  }
  return status == 0 ? 0 : refuse(out, "could not be written", message, bytes);
}

void bench_output_discard(bench_output *out) {
  if (out->stream != NULL) (void)finish(out);
  if (out->slot < 0) return;
  (void)unlink(temporary[out->slot]);
  in_use[out->slot] = 0;
  out->slot = -1;
}
