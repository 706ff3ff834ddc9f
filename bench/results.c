/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <string.h>

#include "machine.h"

enum { MORE_FACTS = 16 };

int bench_results_open(bench_results *results, const bench_strings *csv, const bench_strings *json,
                       const bench_strings *plot, char message[BENCH_MESSAGE_BYTES]) {
  const bench_output closed = {NULL, NULL, -1};
  memset(results, 0, sizeof *results);
  results->csv = results->json = results->plot.image = results->plot.script_file = closed;
  if (csv->count > 0 &&
      bench_output_open(&results->csv, csv->at[0], message, BENCH_MESSAGE_BYTES) != 0)
    return -1;
  if (json->count > 0 &&
      bench_output_open(&results->json, json->at[0], message, BENCH_MESSAGE_BYTES) != 0)
    return -1;
  results->to_stdout = results->csv.stream == stdout || results->json.stream == stdout;
  return plot->count > 0
             ? bench_plot_open(&results->plot, plot->at[0], message, BENCH_MESSAGE_BYTES)
             : 0;
}

static void write_json(const bench_table *table, const char *program, int argc, char **argv,
                       int num_more, const bench_fact *more, FILE *out) {
  bench_machine machine;
  bench_fact facts[BENCH_MACHINE_FACTS + 1 + MORE_FACTS];
  char command[4096];
  bench_machine_read(&machine);
  memcpy(facts, machine.facts, (size_t)machine.num_facts * sizeof *facts);
  (void)snprintf(command, sizeof command, "%s", program);
  for (int i = 1; i < argc; i++) {
    const size_t used = strlen(command);
    (void)snprintf(command + used, sizeof command - used, " %s", argv[i]);
  }
  int count = machine.num_facts;
  facts[count].name = "options";
  facts[count++].text = command;
  for (int i = 0; i < num_more && i < MORE_FACTS; i++) facts[count++] = more[i];
  bench_table_json(table, count, facts, out);
}

int bench_results_write(bench_results *results, const bench_table *table, const char *program,
                        int argc, char **argv, int num_facts, const bench_fact *facts,
                        char message[BENCH_MESSAGE_BYTES]) {
  if (results->csv.stream != NULL) {
    bench_table_csv(table, results->csv.stream);
    if (bench_output_commit(&results->csv, message, BENCH_MESSAGE_BYTES) != 0) return -1;
  }
  if (results->json.stream != NULL) {
    write_json(table, program, argc, argv, num_facts, facts, results->json.stream);
    if (bench_output_commit(&results->json, message, BENCH_MESSAGE_BYTES) != 0) return -1;
  }
  if (results->plot.script == NULL) return 0;
  return bench_plot_commit(&results->plot, message, BENCH_MESSAGE_BYTES);
}

void bench_results_discard(bench_results *results) {
  bench_output_discard(&results->csv);
  bench_output_discard(&results->json);
  bench_plot_discard(&results->plot);
}
