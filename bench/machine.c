/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "favor/favor.h"

/* The processor's name as Linux gives it; the architecture where it gives none. */
static void read_processor(char *text, size_t bytes, const char *otherwise) {
  (void)snprintf(text, bytes, "%s", otherwise);
  FILE *f = fopen("/proc/cpuinfo", "r");
  if (f == NULL) return;
  char line[256];
  while (fgets(line, sizeof line, f) != NULL) {
    const char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
    (void)snprintf(text, bytes, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    break;
  }
  (void)fclose(f);
}

static void add(bench_machine *machine, const char *name, const char *text) {
  machine->facts[machine->num_facts].name = name;
  machine->facts[machine->num_facts++].text = text;
}

void bench_machine_read(bench_machine *machine) {
  struct utsname system;
  memset(machine, 0, sizeof *machine);
  memset(&system, 0, sizeof system);
  (void)uname(&system);
  read_processor(machine->processor, sizeof machine->processor, system.machine);
  (void)snprintf(machine->cores, sizeof machine->cores, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
  (void)snprintf(machine->system, sizeof machine->system, "%.40s %.40s %.40s", system.sysname,
                 system.release, system.machine);
#if defined(__clang__)
  (void)snprintf(machine->compiler, sizeof machine->compiler, "clang %s", __clang_version__);
#elif defined(__GNUC__)
  (void)snprintf(machine->compiler, sizeof machine->compiler, "gcc %s", __VERSION__);
#else
  (void)snprintf(machine->compiler, sizeof machine->compiler, "unknown");
#endif
  add(machine, "libfavor", favor_version());
  add(machine, "processor", machine->processor);
  add(machine, "cores", machine->cores);
  add(machine, "system", machine->system);
  add(machine, "compiler", machine->compiler);
}
