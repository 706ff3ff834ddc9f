/* SPDX-License-Identifier: MIT */
/** A locale whose decimal sign is a comma, also where none is installed. */
#ifndef FAVOR_TESTS_ROBUST_LOCALE_FILE_H
#define FAVOR_TESTS_ROBUST_LOCALE_FILE_H

#include <stdbool.h>

/** Make it the process's numeric locale; false where this C library cannot be given one. */
bool comma_locale_begin(void);

/** Back to "C". */
void comma_locale_end(void);

#endif
