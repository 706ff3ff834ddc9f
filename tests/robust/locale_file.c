/* SPDX-License-Identifier: MIT */
/* Where no such locale is installed one is written: a numeric category file as glibc maps it,
 *
 *     u32 magic ^ category   u32 fields   u32 offset of each   the fields
 *
 * with the fields decimal point, thousands separator, grouping, the first two as wide
 * characters, and the codeset. Another C library will not take it; then the test that wants it
 * is skipped. */
#include "robust/locale_file.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELDS 6
#define MAGIC UINT32_C(0x20031115)

static bool has_comma(void) {
  char text[16];
  snprintf(text, sizeof text, "%.1f", 0.5);
  return strcmp(text, "0,5") == 0;
}

static bool try_locale(const char *name) {
  return setlocale(LC_NUMERIC, name) != NULL && has_comma();
}

static bool write_category(const char *path) {
  const uint32_t comma = ',', none = 0;
  unsigned char file[64] = {0};
  const uint32_t first = 4 * (2 + FIELDS);
  const uint32_t head[2 + FIELDS] = {MAGIC ^ (uint32_t)LC_NUMERIC,
                                     FIELDS,
                                     first,     /* "," */
                                     first + 2, /* "" */
                                     first + 3, /* "" */
                                     first + 4, /* L',' */
                                     first + 8, /* L'\0' */
                                     first + 12 /* "UTF-8" */};
  memcpy(file, head, sizeof head);
  memcpy(file + first, ",", 2);
  memcpy(file + first + 4, &comma, 4);
  memcpy(file + first + 8, &none, 4);
  memcpy(file + first + 12, "UTF-8", 6);
  FILE *out = fopen(path, "wb");
  if (out == NULL) return false;
  const size_t size = first + 12 + 6;
  const bool written = fwrite(file, 1, size, out) == size;
  return fclose(out) == 0 && written;
}

static bool try_written(void) {
  char folder[32], locale[64], file[96];
  snprintf(folder, sizeof folder, "favor-locale-%ld", (long)getpid());
  if (mkdir(folder, 0700) != 0) return false;
  snprintf(locale, sizeof locale, "%s/comma", folder);
  snprintf(file, sizeof file, "%s/LC_NUMERIC", locale);
  const bool made = mkdir(locale, 0700) == 0 && write_category(file) &&
                    setenv("LOCPATH", folder, 1) == 0 && try_locale("comma");
  unsetenv("LOCPATH");
  unlink(file);
  rmdir(locale);
  rmdir(folder);
  return made;
}

bool comma_locale_begin(void) {
  static const char *const installed[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
  for (size_t i = 0; i < sizeof installed / sizeof *installed; i++)
    if (try_locale(installed[i])) return true;
  if (try_written()) return true;
  comma_locale_end();
  return false;
}

void comma_locale_end(void) {
  setlocale(LC_NUMERIC, "C");
}
