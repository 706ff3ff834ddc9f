/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 48
#define SHOWN 3

static int least(int a, int b) {
  return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each 1. */
static int distance(const char *a, const char *b) {
  int d[WORD_MAX + 1][WORD_MAX + 1];
  const int n = least((int)strlen(a), WORD_MAX), m = least((int)strlen(b), WORD_MAX);
  for (int i = 0; i <= n; i++) d[i][0] = i;
  for (int j = 0; j <= m; j++) d[0][j] = j;
  for (int i = 1; i <= n; i++)
    for (int j = 1; j <= m; j++) {
      d[i][j] =
          least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[n][m];
}

/* 0 for a word that the candidate starts with, else the distance. */
static int score(const char *word, const char *candidate) {
  const size_t n = strlen(word);
  if (n >= 2 && strncmp(word, candidate, n) == 0) return 0;
  return distance(word, candidate);
}

int bench_nearest(const char *word, int n, const char *const *candidates, const char *prefix,
                  char *text, size_t bytes) {
  const int third = (int)strlen(word) / 3, limit = third > 2 ? third : 2;
  int found = 0;
  size_t used = 0;
  text[0] = '\0';
  for (int at = 0; at <= limit && found < SHOWN; at++)
    for (int i = 0; i < n && found < SHOWN; i++) {
      if (score(word, candidates[i]) != at || used >= bytes) continue;
      const int wrote = snprintf(text + used, bytes - used, "%s%s%s", found > 0 ? ", " : "", prefix,
                                 candidates[i]);
      used += wrote > 0 ? (size_t)wrote : 0;
      found++;
    }
  return found;
}
