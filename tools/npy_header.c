/* SPDX-License-Identifier: MIT */
/** Parsing of the Python dictionary at the start of a .npy file.
 *
 *  Source: numpy.lib.format, "Format specification", NEP 1. The dictionary has exactly the keys
 *  descr, fortran_order and shape, in any order. The grammar accepted here is the part of Python's
 *  literals that NumPy and its imitators write: either quote, any spacing, an optional last comma,
 *  and the suffix L that Python 2 gave to long integers.
 */
#include "npy_header.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How much of a file's own text a message repeats. */
#define QUOTED_BYTES 40

typedef struct reader {
  const char *at, *end;
  char *message;
  size_t message_bytes;
} reader;

typedef struct span {
  const char *start;
  size_t length;
} span;

static bool refuse(reader *r, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(r->message, r->message_bytes, format, arguments);
  va_end(arguments);
  return false;
}

/* Length for %.*s of a piece of the file in a message. */
static int shown(span s) {
  return (int)(s.length < QUOTED_BYTES ? s.length : QUOTED_BYTES);
}

static void skip_space(reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
    r->at++;
}

/* Take one character if it is next, after spaces. */
static bool accept(reader *r, char c) {
  skip_space(r);
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

static bool expect(reader *r, char c, const char *where) {
  if (accept(r, c)) return true;
  if (r->at == r->end) return refuse(r, "the header ends %s, expected '%c'", where, c);
  return refuse(r, "malformed header: '%.1s' %s, expected '%c'", r->at, where, c);
}

static bool read_string(reader *r, const char *what, span *out) {
  skip_space(r);
  if (r->at == r->end || (*r->at != '\'' && *r->at != '"'))
    return refuse(r, "malformed header: %s is not a string", what);
  const char quote = *r->at++;
  const char *start = r->at;
  while (r->at < r->end && *r->at != quote) r->at++;
  if (r->at == r->end) return refuse(r, "malformed header: the string of %s has no end", what);
  out->start = start;
  out->length = (size_t)(r->at - start);
  r->at++;
  return true;
}

static bool same(span s, const char *word) {
  return s.length == strlen(word) && memcmp(s.start, word, s.length) == 0;
}

/* Take a bare word, letters only. */
static span read_word(reader *r) {
  skip_space(r);
  span word = {r->at, 0};
  while (r->at < r->end && ((*r->at >= 'A' && *r->at <= 'Z') || (*r->at >= 'a' && *r->at <= 'z')))
    r->at++;
  word.length = (size_t)(r->at - word.start);
  return word;
}

static bool read_bool(reader *r, bool *out) {
  const span word = read_word(r);
  if (!same(word, "True") && !same(word, "False"))
    return refuse(r, "malformed header: fortran_order is neither True nor False");
  *out = same(word, "True");
  return true;
}

/* The element type, '<f4': byte order, kind, size. '=' would be the order of the writing machine and is
 * resolved by NumPy before it writes; it is refused as ambiguous. */
static bool read_descr(reader *r, npy_header *out) {
  skip_space(r);
  if (r->at < r->end && *r->at == '[')
    return refuse(r, "it holds records, expected float32 or float64");
  span descr;
  if (!read_string(r, "descr", &descr)) return false;
  const bool order = descr.length == 3 && (descr.start[0] == '<' || descr.start[0] == '>');
  if (!order || descr.start[1] != 'f' || (descr.start[2] != '4' && descr.start[2] != '8'))
    return refuse(
        r, "its element type is '%.*s', expected float32 or float64 ('<f4', '<f8', '>f4', '>f8')",
        shown(descr), descr.start);
  out->big_endian = descr.start[0] == '>';
  out->item_bytes = descr.start[2] - '0';
  return true;
}

static bool read_extent(reader *r, int64_t *out) {
  skip_space(r);
  if (r->at == r->end || *r->at < '0' || *r->at > '9')
    return refuse(r, "malformed header: the shape holds something other than sizes of 0 or more");
  int64_t value = 0;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
    const int digit = *r->at++ - '0';
    if (value > (INT64_MAX - digit) / 10) return refuse(r, "the shape holds a size beyond 2^63");
    value = 10 * value + digit;
  }
  if (r->at < r->end && *r->at == 'L') r->at++;
  *out = value;
  return true;
}

static bool read_shape(reader *r, npy_header *out) {
  int64_t extent[2] = {1, 1};
  int dims = 0;
  bool comma = true;
  if (!expect(r, '(', "at the shape")) return false;
  while (!accept(r, ')')) {
    int64_t value = 0;
    if (!comma) return refuse(r, "malformed header: the shape has no ',' between its sizes");
    if (!read_extent(r, &value)) return false;
    if (dims < 2) extent[dims] = value;
    dims++;
    comma = accept(r, ',');
  }
  if (dims == 1 && !comma)
    return refuse(r, "malformed header: a shape of one size is written (n,)");
  if (dims < 1 || dims > 2) return refuse(r, "it has %d dimensions, expected 1 or 2", dims);
  out->dims = dims;
  out->rows = extent[0];
  out->cols = extent[1];
  return true;
}

enum { KEY_DESCR = 1, KEY_ORDER = 2, KEY_SHAPE = 4, KEY_ALL = 7 };

static bool read_entry(reader *r, npy_header *out, int *seen) {
  span key;
  if (!read_string(r, "a key", &key)) return false;
  const int bit = same(key, "descr")           ? KEY_DESCR
                  : same(key, "fortran_order") ? KEY_ORDER
                  : same(key, "shape")         ? KEY_SHAPE
                                               : 0;
  if (bit == 0) return refuse(r, "malformed header: unknown key '%.*s'", shown(key), key.start);
  if (*seen & bit)
    return refuse(r, "malformed header: '%.*s' is given twice", shown(key), key.start);
  *seen |= bit;
  if (!expect(r, ':', "after a key")) return false;
  if (bit == KEY_DESCR) return read_descr(r, out);
  if (bit == KEY_ORDER) return read_bool(r, &out->fortran_order);
  return read_shape(r, out);
}

static bool read_dictionary(reader *r, npy_header *out) {
  int seen = 0;
  bool comma = true;
  if (!expect(r, '{', "at its start")) return false;
  while (!accept(r, '}')) {
    if (!comma) return expect(r, '}', "after an entry");
    if (!read_entry(r, out, &seen)) return false;
    comma = accept(r, ',');
  }
  skip_space(r);
  if (r->at != r->end) return refuse(r, "malformed header: text after the closing '}'");
  if (seen != KEY_ALL)
    return refuse(r, "malformed header: no '%s'",
                  !(seen & KEY_DESCR)   ? "descr"
                  : !(seen & KEY_ORDER) ? "fortran_order"
                                        : "shape");
  return true;
}

int npy_header_parse(const char *text, size_t length, npy_header *out, char *message,
                     size_t message_bytes) {
  reader r = {text, text + length, message, message_bytes};
  memset(out, 0, sizeof *out);
  if (!read_dictionary(&r, out)) return -1;
  const int64_t limit = INT64_MAX / out->item_bytes;
  if (out->cols > 0 && out->rows > limit / out->cols) {
    (void)refuse(&r, "its shape %lld x %lld has more bytes than 2^63", (long long)out->rows,
                 (long long)out->cols);
    return -1;
  }
  out->data_bytes = out->rows * out->cols * out->item_bytes;
  return 0;
}
