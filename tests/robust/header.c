/* SPDX-License-Identifier: MIT */
#include "robust/header.h"

#include <ctype.h>

char *read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  const long size = ftell(file);
  assert_true(size >= 0);
  rewind(file);
  char *text = malloc((size_t)size + 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
  text[size] = '\0';
  fclose(file);
  return text;
}

static bool in_word(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

/* The last identifier before `end`, not before `begin`, appended to `out` behind a blank. */
static void append_last_word(const char *begin, const char *end, char *out, size_t size) {
  while (end > begin && !in_word(end[-1])) end--;
  const char *word = end;
  while (word > begin && in_word(word[-1])) word--;
  const size_t length = (size_t)(end - word);
  if (length == 0 || (length == 4 && memcmp(word, "void", 4) == 0)) return;
  const size_t used = strlen(out);
  const int written =
      snprintf(out + used, size - used, "%s%.*s", used > 0 ? " " : "", (int)length, word);
  assert_true(written > 0 && (size_t)written < size - used);
}

/* One declaration, from behind FAVOR_API. Its arguments hold no parentheses of their own. */
static void read_declaration(const char *text, header_function *f) {
  const char *open = strchr(text, '(');
  assert_non_null(open);
  const char *close = strchr(open, ')');
  assert_non_null(close);
  f->name[0] = f->arguments[0] = '\0';
  append_last_word(text, open, f->name, sizeof f->name);
  for (const char *at = open + 1; at <= close;) {
    const char *end = at + strcspn(at, ",)");
    append_last_word(at, end, f->arguments, sizeof f->arguments);
    at = end + 1;
  }
}

int read_header(const char *path, header_function functions[HEADER_FUNCTIONS]) {
  char *text = read_text(path);
  assert_non_null(text);
  int n = 0;
  for (const char *at = strstr(text, "\nFAVOR_API "); at != NULL; at = strstr(at, "\nFAVOR_API ")) {
    assert_true(n < HEADER_FUNCTIONS);
    at += strlen("\nFAVOR_API ");
    read_declaration(at, &functions[n++]);
  }
  assert_true(n > 0);
  free(text);
  return n;
}
