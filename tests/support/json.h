/* SPDX-License-Identifier: MIT */
/** A strict checker and reader of small JSON texts (RFC 8259, numbers and strings without escapes
 *  read). */
#ifndef FAVOR_TESTS_SUPPORT_JSON_H
#define FAVOR_TESTS_SUPPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/** The whole text is one JSON value. */
bool json_valid(const char *text);

/** The value of `key` in the outermost object: false if the key is missing or the type is
 *  another. */
bool json_number(const char *text, const char *key, double *out);
bool json_string(const char *text, const char *key, char *out, size_t bytes);

#endif
