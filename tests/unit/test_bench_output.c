/* SPDX-License-Identifier: MIT */
/** Files of the benches: complete, or not there. */
#include "support/test.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"

static char directory[48], path[64], message[256];

static int make_directory(void **state) {
  (void)state;
  strcpy(directory, "/tmp/favor-test-output-XXXXXX");
  if (mkdtemp(directory) == NULL) return -1;
  snprintf(path, sizeof path, "%s/out.csv", directory);
  return 0;
}

static int remove_directory(void **state) {
  (void)state;
  (void)unlink(path);
  return rmdir(directory); /* fails if a temporary file was left */
}

static int files_in_directory(void) {
  DIR *d = opendir(directory);
  int count = 0;
  assert_non_null(d);
  for (struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d))
    count += entry->d_name[0] != '.';
  closedir(d);
  return count;
}

static void a_committed_file_holds_what_was_written(void **state) {
  (void)state;
  bench_output out;
  char text[16] = "";
  assert_int_equal(bench_output_open(&out, path, message, sizeof message), 0);
  fputs("rows\n", out.stream);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(bench_output_commit(&out, message, sizeof message), 0);
  assert_int_equal(files_in_directory(), 1);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_non_null(fgets(text, sizeof text, f));
  fclose(f);
  assert_string_equal(text, "rows\n");
  bench_output_discard(&out);
  assert_int_equal(files_in_directory(), 1);
}

static void a_file_gets_the_permissions_of_the_umask(void **state) {
  (void)state;
  bench_output out;
  struct stat s;
  const mode_t before = umask(027);
  assert_int_equal(bench_output_open(&out, path, message, sizeof message), 0);
  assert_int_equal(bench_output_commit(&out, message, sizeof message), 0);
  umask(before);
  assert_int_equal(stat(path, &s), 0);
  assert_int_equal(s.st_mode & 0777, 0640);
}

static void a_discarded_file_leaves_nothing_and_keeps_the_old_one(void **state) {
  (void)state;
  bench_output out;
  struct stat s;
  FILE *old = fopen(path, "w");
  assert_non_null(old);
  fputs("old", old);
  fclose(old);
  assert_int_equal(bench_output_open(&out, path, message, sizeof message), 0);
  fputs("new and longer", out.stream);
  bench_output_discard(&out);
  assert_int_equal(files_in_directory(), 1);
  assert_int_equal(stat(path, &s), 0);
  assert_int_equal(s.st_size, 3);
}

static void a_path_that_cannot_be_written_is_refused_at_once(void **state) {
  (void)state;
  bench_output out;
  assert_int_equal(bench_output_open(&out, "/nonexistent/x.csv", message, sizeof message), -1);
  assert_string_equal(message, "/nonexistent/x.csv: cannot be written: No such file or directory");
  bench_output_discard(&out);
}

static void devices_are_written_as_they_are(void **state) {
  (void)state;
  bench_output out;
  struct stat s;
  assert_int_equal(bench_output_open(&out, "/dev/null", message, sizeof message), 0);
  fputs("gone", out.stream);
  assert_int_equal(bench_output_commit(&out, message, sizeof message), 0);
  assert_int_equal(stat("/dev/null", &s), 0);
  assert_true(S_ISCHR(s.st_mode));
}

static void a_full_device_is_an_error(void **state) {
  (void)state;
  bench_output out;
  if (access("/dev/full", W_OK) != 0) skip();
  assert_int_equal(bench_output_open(&out, "/dev/full", message, sizeof message), 0);
  fputs("does not fit", out.stream);
  assert_int_equal(bench_output_commit(&out, message, sizeof message), -1);
  assert_non_null(strstr(message, "/dev/full: could not be written"));
}

static void a_signal_removes_what_is_half_written(void **state) {
  (void)state;
  const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      bench_output a, b;
      (void)signal(signals[i], SIG_DFL);
      bench_output_guard();
      if (bench_output_open(&a, path, message, sizeof message) != 0) _exit(9);
      if (bench_output_open(&b, path, message, sizeof message) != 0) _exit(9);
      if (files_in_directory() != 2) _exit(8);
      (void)raise(signals[i]);
      _exit(7);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signals[i]);
    assert_int_equal(files_in_directory(), 0);
  }
}

static void a_signal_that_was_ignored_stays_ignored(void **state) {
  (void)state;
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)signal(SIGHUP, SIG_IGN);
    bench_output_guard();
    (void)raise(SIGHUP);
    _exit(5);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 5);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_DIRECTORY(a_committed_file_holds_what_was_written),
      WITH_DIRECTORY(a_file_gets_the_permissions_of_the_umask),
      WITH_DIRECTORY(a_discarded_file_leaves_nothing_and_keeps_the_old_one),
      cmocka_unit_test(a_path_that_cannot_be_written_is_refused_at_once),
      cmocka_unit_test(devices_are_written_as_they_are),
      cmocka_unit_test(a_full_device_is_an_error),
      WITH_DIRECTORY(a_signal_removes_what_is_half_written),
      cmocka_unit_test(a_signal_that_was_ignored_stays_ignored),
  };
  return cmocka_run_group_tests_name("bench output", tests, NULL, NULL);
}
