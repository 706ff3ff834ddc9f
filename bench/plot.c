/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

/* Exit status of `program arguments`, its errors in `errors`; -1 where it cannot be started. */
static int run(char *const argv[], FILE *errors) {
  posix_spawn_file_actions_t actions;
  pid_t child = -1;
  int status = -1;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  bool ready = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0) == 0;
  ready = ready && posix_spawn_file_actions_adddup2(&actions, fileno(errors), 2) == 0;
  if (ready && posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) == 0)
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  (void)posix_spawn_file_actions_destroy(&actions);
  return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Run gnuplot on one argument; its last words, on one line, into message when it fails. */
static int gnuplot(const char *argument, char *message, size_t bytes) {
  char program[] = "gnuplot", text[128];
  (void)snprintf(text, sizeof text, "%s", argument);
  char *const argv[] = {program, text, NULL};
  FILE *errors = tmpfile();
  if (errors == NULL) {
    (void)snprintf(message, bytes, "no temporary file for gnuplot: %s", strerror(errno));
    return -1;
  }
  const int status = run(argv, errors);
  char words[200] = "";
  rewind(errors);
  const size_t n = fread(words, 1, sizeof words - 1, errors);
  for (size_t i = 0; i < n; i++)
    if (words[i] == '\n') words[i] = ' ';
  (void)fclose(errors);
  (void)snprintf(message, bytes, "gnuplot: exit status %d: %s", status, words);
  return status;
}

static const char *terminal(const char *path) {
  const size_t n = strlen(path);
  if (n > 4 && strcmp(path + n - 4, ".svg") == 0) return "svg";
  if (n > 4 && strcmp(path + n - 4, ".png") == 0) return "pngcairo";
  return NULL;
}

int bench_plot_open(bench_plot *plot, const char *path, char *message, size_t bytes) {
  memset(plot, 0, sizeof *plot);
  plot->image.slot = plot->script_file.slot = -1;
  if (terminal(path) == NULL) {
    (void)snprintf(message, bytes, "--plot: '%s' ends neither in .svg nor in .png", path);
    return -1;
  }
  if (gnuplot("--version", message, bytes) != 0) {
    (void)snprintf(message, bytes, "--plot needs gnuplot: apt-get install gnuplot-nox");
    return -1;
  }
  if (bench_output_open(&plot->image, path, message, bytes) != 0) return -1;
  if (bench_output_open(&plot->script_file, "/tmp/favor-plot", message, bytes) != 0) {
    bench_plot_discard(plot);
    return -1;
  }
  plot->script = plot->script_file.stream;
  return 0;
}

/* A gnuplot string in single quotes, where a quote is doubled. */
static void quoted(const char *text, FILE *out) {
  (void)fputc('\'', out);
  for (; *text != '\0'; text++) {
    if (*text == '\'') (void)fputc('\'', out);
    (void)fputc(*text, out);
  }
  (void)fputc('\'', out);
}

void bench_plot_size(bench_plot *plot, int width, int height) {
  const char *kind = terminal(plot->image.path);
  (void)fprintf(plot->script,
                "set terminal %s size %d,%d %s font 'sans,11' background rgb 'white'\n", kind,
                width, height, strcmp(kind, "svg") == 0 ? "dynamic" : "");
  (void)fputs("set output ", plot->script);
  quoted(bench_output_temporary(&plot->image), plot->script);
  (void)fputc('\n', plot->script);
}

int bench_plot_commit(bench_plot *plot, char *message, size_t bytes) {
  int status = -1;
  if (fflush(plot->script) != 0 || ferror(plot->script))
    (void)snprintf(message, bytes, "the script of the plot could not be written");
  else
    status = gnuplot(bench_output_temporary(&plot->script_file), message, bytes);
  bench_output_discard(&plot->script_file);
  if (status == 0) return bench_output_commit(&plot->image, message, bytes);
  bench_output_discard(&plot->image);
  return -1;
}

void bench_plot_discard(bench_plot *plot) {
  bench_output_discard(&plot->script_file);
  bench_output_discard(&plot->image);
}
