/* SPDX-License-Identifier: MIT */
#include "support/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Each reader takes a cursor and returns the cursor behind what it read, or NULL. */

static const char *space(const char *p) {
  while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') p++;
  return p;
}

static const char *string(const char *p) {
  if (*p++ != '"') return NULL;
  for (; *p != '"'; p++) {
    if ((unsigned char)*p < 0x20) return NULL; /* the end of the text, too */
    if (*p != '\\') continue;
    p++;
    if (*p == 'u') {
      for (int i = 0; i < 4; i++)
        if (!isxdigit((unsigned char)*++p)) return NULL;
    } else if (*p == '\0' || !strchr("\"\\/bfnrt", *p)) {
      return NULL;
    }
  }
  return p + 1;
}

static const char *digits(const char *p) {
  if (!isdigit((unsigned char)*p)) return NULL;
  while (isdigit((unsigned char)*p)) p++;
  return p;
}

static const char *number(const char *p) {
  if (*p == '-') p++;
  if (*p == '0' && isdigit((unsigned char)p[1])) return NULL;
  p = digits(p);
  if (p && *p == '.') p = digits(p + 1);
  if (p && (*p == 'e' || *p == 'E')) {
    p++;
    if (*p == '+' || *p == '-') p++;
    p = digits(p);
  }
  return p;
}

static const char *literal(const char *p, const char *word) {
  return strncmp(p, word, strlen(word)) == 0 ? p + strlen(word) : NULL;
}

static const char *value(const char *p, int depth);

/** Members of an object, or elements of an array, up to and with the closing bracket. */
static const char *members(const char *p, bool object, int depth) {
  const char close = object ? '}' : ']';
  p = space(p);
  if (*p == close) return p + 1;
  for (;;) {
    if (object) {
      p = string(p);
      if (!p || *(p = space(p)) != ':') return NULL;
      p = space(p + 1);
    }
    p = value(p, depth + 1);
    if (!p) return NULL;
    p = space(p);
    if (*p == close) return p + 1;
    if (*p != ',') return NULL;
    p = space(p + 1);
  }
}

static const char *value(const char *p, int depth) {
  if (depth > 32) return NULL;
  switch (*p) {
  case '{':
    return members(p + 1, true, depth);
  case '[':
    return members(p + 1, false, depth);
  case '"':
    return string(p);
  case 't':
    return literal(p, "true");
  case 'f':
    return literal(p, "false");
  case 'n':
    return literal(p, "null");
  default:
    return number(p);
  }
}

bool json_valid(const char *text) {
  const char *end = value(space(text), 0);
  return end && *space(end) == '\0';
}

/** The start of the value of `key` in the outermost object of a valid text, or NULL. */
static const char *find(const char *text, const char *key) {
  const char *p = space(text);
  if (!json_valid(text) || *p != '{') return NULL;
  p = space(p + 1);
  while (*p == '"') {
    const char *end = string(p), *start = space(space(end) + 1);
    const size_t length = (size_t)(end - p) - 2;
    if (strlen(key) == length && strncmp(p + 1, key, length) == 0) return start;
    p = space(value(start, 0));
    if (*p == ',') p = space(p + 1);
  }
  return NULL;
}

bool json_number(const char *text, const char *key, double *out) {
  const char *p = find(text, key);
  if (!p || !number(p)) return false;
  *out = strtod(p, NULL);
  return true;
}

bool json_string(const char *text, const char *key, char *out, size_t bytes) {
  const char *p = find(text, key), *end = p ? string(p) : NULL;
  const size_t length = end ? (size_t)(end - p) - 2 : 0;
  if (!end || length >= bytes) return false;
  memcpy(out, p + 1, length);
  out[length] = '\0';
  return true;
}
