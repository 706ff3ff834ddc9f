/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"

#define ITEM_BYTES 4096

typedef struct parser {
  int num_options;
  bench_option *options;
  char *message;
} parser;

/* The items of an option, whatever their type. */
static int *item_count(const bench_option *option) {
  switch (option->kind) {
  case BENCH_REALS:
    return &((bench_reals *)option->value)->count;
  case BENCH_STRINGS:
    return &((bench_strings *)option->value)->count;
  default:
    return &((bench_ints *)option->value)->count;
  }
}

static bool refuse_number(const parser *p, const bench_option *option, const char *item) {
  (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s: '%.60s' is not a %s in [%.10g, %.10g]",
                 option->name, item, option->kind == BENCH_INTS ? "whole number" : "number",
                 option->low, option->high);
  return false;
}

/* Values stand in a list once each: the same row twice would say nothing. */
static void add_value(bench_ints *list, int64_t value) {
  for (int i = 0; i < list->count; i++)
    if (list->at[i] == value) return;
  if (list->count < BENCH_LIST_MAX) list->at[list->count++] = value;
}

static bool add_int(const parser *p, bench_option *option, const char *item) {
  char *end = NULL;
  errno = 0;
  const long long value = strtoll(item, &end, 10);
  if (end == item || *end != '\0' || errno != 0 || (double)value < option->low ||
      (double)value > option->high)
    return refuse_number(p, option, item);
  add_value((bench_ints *)option->value, value);
  return true;
}

static bool add_real(const parser *p, bench_option *option, const char *item) {
  char *end = NULL;
  const double value = strtod(item, &end);
  if (end == item || *end != '\0' || !(value >= option->low && value <= option->high))
    return refuse_number(p, option, item);
  bench_reals *list = (bench_reals *)option->value;
  for (int i = 0; i < list->count; i++)
    if (fabs(list->at[i] - value) <= 0) return true;
  list->at[list->count++] = value;
  return true;
}

static bool add_string(const parser *p, bench_option *option, const char *item) {
  bench_strings *list = (bench_strings *)option->value;
  char *copy = strdup(item);
  if (copy == NULL || item[0] == '\0') {
    (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s: an empty name of a file", option->name);
    free(copy);
    return false;
  }
  list->at[list->count++] = copy;
  return true;
}

static bool refuse_name(const parser *p, const bench_option *option, const char *item) {
  const char *names[BENCH_LIST_MAX + 1];
  char near[160], every[320] = "";
  for (int i = 0; i < option->num_names; i++) {
    names[i] = option->names[i].name;
    const size_t used = strlen(every);
    (void)snprintf(every + used, sizeof every - used, "%s, ", names[i]);
  }
  names[option->num_names] = "all";
  const int found = bench_nearest(item, option->num_names + 1, names, "", near, sizeof near);
  (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s: unknown name '%.60s'%s%s%s; known: %sall",
                 option->name, item, found > 0 ? ", did you mean " : "", near, found > 0 ? "?" : "",
                 every);
  return false;
}

static bool add_name(const parser *p, bench_option *option, const char *item) {
  const bool all = strcmp(item, "all") == 0;
  bool found = all;
  for (int i = 0; i < option->num_names; i++)
    if (all || strcmp(item, option->names[i].name) == 0) {
      add_value((bench_ints *)option->value, option->names[i].value);
      found = true;
    }
  return found || refuse_name(p, option, item);
}

static bool add_item(const parser *p, bench_option *option, const char *item) {
  if (*item_count(option) >= BENCH_LIST_MAX) {
    (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s: more than %d items", option->name,
                   BENCH_LIST_MAX);
    return false;
  }
  switch (option->kind) {
  case BENCH_INTS:
    return add_int(p, option, item);
  case BENCH_REALS:
    return add_real(p, option, item);
  case BENCH_NAMES:
    return add_name(p, option, item);
  default:
    return add_string(p, option, item);
  }
}

/* The items of "a,b,c", or the whole of it where a single item is wanted. */
static bool add_items(const parser *p, bench_option *option, const char *text) {
  if (!option->given) {
    if (option->kind == BENCH_STRINGS) bench_strings_free((bench_strings *)option->value);
    *item_count(option) = 0;
  } else if (option->single) {
    (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s is given twice", option->name);
    return false;
  }
  option->given = true;
  for (const char *start = text;;) {
    char item[ITEM_BYTES];
    const size_t length = option->single ? strlen(start) : strcspn(start, ",");
    if (length >= sizeof item) {
      (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s: an item of more than %d bytes",
                     option->name, ITEM_BYTES - 1);
      return false;
    }
    memcpy(item, start, length);
    item[length] = '\0';
    if (!add_item(p, option, item)) return false;
    if (start[length] == '\0') return true;
    start += length + 1;
  }
}

static bool refuse_option(const parser *p, const char *argument) {
  const char *names[BENCH_LIST_MAX + 2];
  char near[160], name[64];
  int n = 0;
  for (int i = 0; i < p->num_options && n < BENCH_LIST_MAX; i++) names[n++] = p->options[i].name;
  names[n++] = "help";
  names[n++] = "version";
  (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
  const char *bare = name + strspn(name, "-");
  const int found = bench_nearest(bare, n, names, "--", near, sizeof near);
  (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "%s '%s'%s%s%s --help lists them all",
                 bare == name ? "unexpected argument" : "unknown option", name,
                 found > 0 ? ", did you mean " : ";", near, found > 0 ? "?" : "");
  return false;
}

static bench_option *find(const parser *p, const char *argument, size_t length) {
  for (int i = 0; i < p->num_options; i++)
    if (strlen(p->options[i].name) == length && strncmp(argument, p->options[i].name, length) == 0)
      return &p->options[i];
  return NULL;
}

/* Take argv[*i] and, where its value stands apart, the argument after it. */
static bool take(const parser *p, int argc, char **argv, int *i) {
  const char *argument = argv[*i];
  if (strncmp(argument, "--", 2) != 0) return refuse_option(p, argument);
  const size_t length = strcspn(argument + 2, "=");
  bench_option *option = find(p, argument + 2, length);
  if (option == NULL) return refuse_option(p, argument);
  if (argument[2 + length] == '=') return add_items(p, option, argument + 3 + length);
  if (*i + 1 >= argc) {
    (void)snprintf(p->message, BENCH_MESSAGE_BYTES, "--%s wants a value: %s", option->name,
                   option->argument);
    return false;
  }
  *i += 1;
  return add_items(p, option, argv[*i]);
}

bench_parsed bench_parse(int argc, char **argv, int num_options, bench_option *options,
                         char message[BENCH_MESSAGE_BYTES]) {
  const parser p = {num_options, options, message};
  message[0] = '\0';
  for (int i = 0; i < num_options; i++) options[i].given = false;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return BENCH_PARSED_HELP;
    if (strcmp(argv[i], "--version") == 0) return BENCH_PARSED_VERSION;
    if (!take(&p, argc, argv, &i)) return BENCH_PARSED_BAD;
  }
  return BENCH_PARSED_RUN;
}

bool bench_given(int num_options, const bench_option *options, const char *name) {
  for (int i = 0; i < num_options; i++)
    if (strcmp(options[i].name, name) == 0) return options[i].given;
  return false;
}

void bench_strings_free(bench_strings *strings) {
  for (int i = 0; i < strings->count; i++) free(strings->at[i]);
  strings->count = 0;
}
